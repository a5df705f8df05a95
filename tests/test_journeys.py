"""Journeys through the command line, as an editor takes them, in processes of their own."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from publication import AT, STORIES, digest, facts, tree, write_feed, write_publication

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_publication(tmp_path)
    return tmp_path


def test_run_makes_an_issue_and_says_where_it_and_the_gallery_are(root: Path) -> None:
    told = digest(root, "run", "--at", AT)
    assert "Pulled 3 sources (3 read): 9 new articles" in told
    assert "Issue:   out/daily/2026-11-23/preview.html" in told
    assert "Gallery: out/index.html" in told
    folder = root / "out/daily/2026-11-23"
    assert {path.name for path in folder.iterdir()} >= {
        "email.html",
        "email.txt",
        "message.eml",
        "issue.json",
        "inputs.json.gz",
        "preflight.json",
        "manifest.json",
        "preview.html",
    }
    html = (folder / "email.html").read_text(encoding="utf-8")
    assert "Monday 23 November 2026" in html
    assert "Night ferries return as Gallion Bridge shuts for a" in html


def test_the_same_run_twice_gives_the_same_files_and_replay_proves_it(root: Path) -> None:
    digest(root, "run", "--at", AT)
    first = tree(root)
    assert "0 new articles" in digest(root, "run", "--at", AT)
    assert tree(root) == first
    assert "byte for byte" in digest(root, "replay")


def test_no_hash_seed_changes_a_byte(tmp_path: Path) -> None:
    trees = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        write_publication(folder)
        digest(folder, "run", "--at", AT, hash_seed=seed)
        trees.append(tree(folder))
    assert trees[0] == trees[1]


def test_replay_says_which_file_is_not_the_same(root: Path) -> None:
    digest(root, "run", "--at", AT)
    path = root / "out/daily/2026-11-23/email.txt"
    path.write_text(path.read_text(encoding="utf-8") + "!", encoding="utf-8")
    assert "not the same bytes: email.txt" in digest(root, "replay", code=1)


def test_explain_gives_each_placement_its_factors_and_reasons(root: Path) -> None:
    digest(root, "run", "--at", AT)
    told = digest(root, "explain")
    assert "best score of those that 2 owners tell" in told
    about = digest(root, "explain", "2026-11-23", "https://ledger.example/gallion")
    assert "Night ferries return" in about
    assert "coverage" in about
    given = facts(root, "explain", "daily/2026-11-23")
    assert given["subject"]


def test_explain_finds_a_story_by_any_report_of_it_in_any_spelling(root: Path) -> None:
    again = [("Gallion Bridge shuts; night ferries are back on the river", "bridge-again")]
    write_feed(root / "feeds/ledger.xml", "ledger", [*STORIES["ledger"], *again])
    digest(root, "run", "--at", AT)
    lead = facts(root, "explain")["placed"][0]
    for url in (
        "https://ledger.example/bridge-again",
        "http://www.ledger.example/bridge-again/?utm_source=x",
    ):
        assert lead["title"] in digest(root, "explain", url)
    assert "no pull brought it" in digest(root, "explain", "https://nobody.example/", code=1)


def test_one_is_told_of_as_one(root: Path) -> None:
    write_feed(root / "feeds/courier.xml", "courier", STORIES["courier"][:1])
    (root / "config/editions/daily.toml").write_text(
        'title = "The Daily Courier"\n[[sources]]\nuse = "feed"\nurl = "file:feeds/courier.xml"\n'
        'section = "News"\n[[sections]]\ntitle = "News"\n',
        "utf-8",
    )
    assert "daily: 1 source, 1 section\n" in digest(root, "check")
    assert "Pulled 1 source (1 read): 1 new article\n" in digest(root, "pull", "--at", AT)


def test_explain_names_the_issues_there_are_when_asked_for_another(root: Path) -> None:
    digest(root, "run", "--at", AT)
    told = digest(root, "explain", "2026-11-24", code=1)
    assert "there is no saved issue 2026-11-24" in told
    assert "The newest are 2026-11-23" in told


def test_pull_then_build_makes_a_draft_and_a_second_pull_adds_nothing(root: Path) -> None:
    assert "9 new articles" in digest(root, "pull", "--at", AT)
    assert "0 new articles" in digest(root, "pull", "--at", AT)
    digest(root, "build", "--at", AT)
    (issue,) = facts(root, "status")["issues"]
    assert issue["state"] == "draft"


def test_build_on_a_day_without_an_issue_is_skipped_with_its_reason(root: Path) -> None:
    told = digest(root, "build", "--date", "2026-11-22", code=3)
    assert "Sunday 2026-11-22 is no publishing day" in told


def test_a_dry_run_prints_the_plan_and_writes_nothing(root: Path) -> None:
    digest(root, "pull", "--at", AT)
    told = digest(root, "run", "--at", AT, "--dry-run")
    assert "Night ferries return" in told
    assert not (root / "out").exists()


def test_nothing_usable_at_all_is_skipped_and_writes_nothing(root: Path) -> None:
    for feed in (root / "feeds").iterdir():
        feed.unlink()
    told = digest(root, "run", "--at", AT, code=3)
    assert told.count("feeds/") >= 3
    assert not (root / "out").exists()


BAD = {
    "empty": b"",
    "html": b"<!DOCTYPE html><html><head><title>News</title></head><body>Hi</body></html>",
    "truncated": b'<rss version="2.0"><channel><title>T</title><item><title>Half a',
    "wrong": b'<?xml version="1.0" encoding="utf-8"?><rss><channel>\xff\xfe\x00</channel></rss>',
    "huge": b"<rss>" + b" " * 50_000_000,
    "absent": None,
}


def test_every_kind_of_bad_feed_is_one_line_and_the_issue_goes_on(tmp_path: Path) -> None:
    lines = "".join(f'[[sources]]\nuse = "feed"\nurl = "file:bad/{name}.xml"\n' for name in BAD)
    write_publication(tmp_path, sources=lines)
    (tmp_path / "bad").mkdir()
    for name, content in BAD.items():
        if content is not None:
            (tmp_path / f"bad/{name}.xml").write_bytes(content)
    told = digest(tmp_path, "run", "--at", AT)
    for name in BAD:
        said = [line for line in told.splitlines() if f"bad/{name}.xml" in line]
        assert len(said) == 1, (name, said)
    assert "Issue:   out/daily/2026-11-23/preview.html" in told


def test_hostile_text_is_shown_as_text_or_dropped_never_live(tmp_path: Path) -> None:
    write_publication(
        tmp_path, sources='[[sources]]\nuse = "feed"\nurl = "file:evil.xml"\nsection = "News"\n'
    )
    (tmp_path / "evil.xml").write_text(
        """<rss version="2.0"><channel><title>Evil</title>
        <item><title>{{ 7 * 7 }} &lt;script&gt;alert(1)&lt;/script&gt; one&#10;Bcc: x@y.example
        </title>
        <link>https://evil.example/a</link><guid>a</guid>
        <description>&lt;img src=x onerror=alert(2)&gt; {% raise %} text</description>
        <pubDate>Mon, 23 Nov 2026 05:00:00 GMT</pubDate></item>
        <item><title>Two</title><link>javascript:alert(3)</link><guid>b</guid>
        <pubDate>Mon, 23 Nov 2026 05:00:00 GMT</pubDate></item></channel></rss>""",
        encoding="utf-8",
    )
    (tmp_path / "config/choices/daily").mkdir(parents=True)
    (tmp_path / "config/choices/daily/2026-11-23.toml").write_text(
        '[[choice]]\nurl = "https://evil.example/a"\ndo = "pin"\nto = "lead"\n', encoding="utf-8"
    )
    digest(tmp_path, "run", "--at", AT)
    folder = tmp_path / "out/daily/2026-11-23"
    html = (folder / "email.html").read_text(encoding="utf-8")
    assert "{{ 7 * 7 }}" in html.replace("\u00a0", " ")
    for live in ("<script", "javascript:", "onerror", "alert(2)"):
        assert live not in html
    headers = (folder / "message.eml").read_bytes().partition(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in headers
    for page in (folder / "preview.html", tmp_path / "out/index.html"):
        text = page.read_text(encoding="utf-8")
        for live in ("<script>alert(1)", 'href="javascript:', "onerror="):
            assert live not in text


def test_check_names_a_choice_that_matches_nothing_with_its_nearest(root: Path) -> None:
    choices = root / "config/choices/daily"
    choices.mkdir(parents=True)
    (choices / "2026-11-23.toml").write_text(
        '[[choice]]\nurl = "https://courier.example/gallion-brigde"\ndo = "pin"\nto = "lead"\n',
        encoding="utf-8",
    )
    digest(root, "check")
    told = digest(root, "run", "--at", AT)
    assert "no article has the address https://courier.example/gallion-brigde" in told
    assert "the nearest are https://courier.example/gallion-bridge" in digest(root, "check", code=2)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("editions/daily.toml", "owner =", "ownr =", 'Did you mean "owner"'),
        ("digest.toml", "Europe/London", "Europe/Lodnon", "Europe/London"),
        ("editions/daily.toml", '"feed"', '"fede"', '"feed"'),
        ("editions/daily.toml", '"feed"', '"no.such:Thing"', "cannot be imported"),
    ],
)
def test_a_mistake_in_the_configuration_is_named_and_exits_with_2(
    root: Path, file: str, old: str, new: str, told: str
) -> None:
    path = root / "config" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert told in digest(root, "check", code=2)


def test_a_missing_configuration_is_named_and_exits_with_2(tmp_path: Path) -> None:
    assert "config" in digest(tmp_path, "run", code=2)


def test_schedule_shows_the_next_issues_in_local_time_and_utc(root: Path) -> None:
    told = digest(root, "schedule", "--next", "3", "--from", "2027-03-25T12:00")
    assert "Fri 26 Mar 2027" in told
    assert "Mon 29 Mar 2027" in told
    assert "06:30 BST" in told
    assert "04:30, 05:30" in told


def test_schema_prints_a_json_schema(root: Path) -> None:
    assert "properties" in json.loads(digest(root, "schema", "edition"))


def test_init_writes_a_publication_that_check_finds_sound(tmp_path: Path) -> None:
    digest(tmp_path, "init", "paper", "--name", 'The "Post"', "--feed", "https://post.example/rss")
    assert "sound" in digest(tmp_path / "paper", "check")
    assert "there is a configuration already" in digest(tmp_path, "init", "paper", code=2)
    assert facts(tmp_path / "paper", "check") == {
        "editions": ["daily"],
        "problems": [],
        "notes": [],
    }


def test_init_refuses_what_check_would_refuse_and_leaves_nothing_behind(tmp_path: Path) -> None:
    told = digest(tmp_path, "init", "--timezone", "Europe/Lodnon", code=2)
    assert "Europe/London" in told
    assert list(tmp_path.iterdir()) == []


def test_the_sample_publication_makes_its_issue_with_no_network(tmp_path: Path) -> None:
    digest(tmp_path, "init", "--sample")
    assert "sound" in digest(tmp_path, "check")
    made = facts(tmp_path, "run", "--at", AT)
    assert made["articles"] >= 100
    lead = facts(tmp_path, "explain")["placed"][0]
    assert "Gallion Bridge" in lead["title"]
    assert lead["factors"]["coverage"]["value"] > 2
    assert list((tmp_path / "out/daily/2026-11-23/images").glob("*.jpg"))


def test_a_stopped_scheduler_finishes_what_is_in_hand(root: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "digest", "schedule"],
        cwd=root,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        told = [process.stderr.readline()]
        while "pull source" not in told[-1]:
            told.append(process.stderr.readline())
        process.terminate()
        try:
            _, rest = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "finished first" in rest
    assert "Traceback" not in "".join(told) + rest


def test_replay_of_a_damaged_folder_is_one_line(root: Path) -> None:
    digest(root, "run", "--at", AT)
    (root / "out/daily/2026-11-23/email.html").unlink()
    assert "not the same bytes: email.html" in digest(root, "replay", code=1)
    (root / "out/daily/2026-11-23/inputs.json.gz").write_bytes(gzip.compress(b"{}"))
    assert "inputs.json.gz: it cannot be read" in digest(root, "replay", code=1)


def test_check_finds_a_broken_template_and_a_misnamed_choices_file(root: Path) -> None:
    (root / "templates/broadsheet").mkdir(parents=True)
    (root / "templates/broadsheet/footer.html.j2").write_text("{% if %}", encoding="utf-8")
    (root / "config/choices/daily").mkdir(parents=True)
    (root / "config/choices/daily/20261123.toml").touch()
    (root / "config/choices/dayly").mkdir()
    told = digest(root, "check", code=2)
    assert "footer.html.j2:1" in told
    assert "20261123.toml: the file's name is no date" in told
    assert "dayly: there is no edition of this name" in told


def test_help_imports_no_more_than_it_shows() -> None:
    code = (
        "import sys; sys.argv = ['digest', '--help']\n"
        "from digest.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'pydantic', 'aiohttp', 'jinja2', 'flask'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
