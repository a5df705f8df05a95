"""`[comments]` of an edition and `quote` of a day's choices, read or refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from configured import EDITION, load, publication, refusal

from digest.errors import ConfigError
from digest.settings import load_choices

if TYPE_CHECKING:
    from pathlib import Path

    from digest.recipe import Choice

FEED = '[[comments.from]]\nuse = "feed"\nurl = "https://courier.example/comments/feed/"\n'
DATE = dt.date(2026, 11, 23)
AT = "https://courier.example/a#comment-12"


def test_without_the_table_nobody_is_quoted(tmp_path: Path) -> None:
    recipe = load(publication(tmp_path)).editions["daily"]
    assert recipe.edition.comments is None
    assert recipe.comments == {}
    assert recipe.edition.feeds == recipe.edition.sources


def test_the_table_has_its_defaults_and_its_feeds(tmp_path: Path) -> None:
    recipe = load(publication(tmp_path, edition=EDITION + FEED)).editions["daily"]
    rule = recipe.edition.comments
    assert rule is not None
    assert (rule.title, rule.count) == ("", 3)
    assert [(one.id, one.owner) for one in rule.sources] == [
        ("https://courier.example/comments/feed/", "courier.example")
    ]
    assert recipe.comments[rule.sources[0].id].use == "feed"
    assert [one.id for one in recipe.edition.feeds][-1] == rule.sources[0].id


def test_title_and_count_are_the_editors_own(tmp_path: Path) -> None:
    table = '[comments]\ntitle = "Letters"\ncount = 1\n'
    rule = load(publication(tmp_path, edition=EDITION + table + FEED)).editions["daily"].edition
    assert rule.comments is not None
    assert (rule.comments.title, rule.comments.count) == ("Letters", 1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[comments]\n", "comments.from is missing"),
        (f"[comments]\ncount = 0\n{FEED}", "comments.count must be at least 1"),
        (FEED + FEED, "comments.from[2].url is there twice"),
        (
            '[[comments.from]]\nuse = "feed"\nurl = "https://feeds.example.org/world.xml"\n',
            "comments.from[1].url is the same feed as sources[1]",
        ),
        ('[[comments.from]]\nuse = "feed"\n', 'url is missing, and use = "feed" needs it'),
        ('[[comments.from]]\nuse = "fead"\n', 'Did you mean "feed"?'),
        ('[[comments.from]]\nuse = "feed"\nurl = "ftp://a.example"\n', "must be an address"),
    ],
)
def test_what_cannot_be_kept_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    assert said in refusal(publication(tmp_path, edition=EDITION + lines))


def choices(folder: Path, text: str) -> tuple[Choice, ...]:
    config = publication(folder, edition=EDITION + FEED)
    path = config / f"choices/daily/{DATE}.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return load_choices(config, load(config).editions["daily"].edition, DATE)


def quote(url: str = AT, rest: str = "") -> str:
    return f'[[choice]]\nurl = "{url}"\ndo = "quote"\n{rest}'


def test_a_quote_names_a_comment_and_may_say_which_words_of_it(tmp_path: Path) -> None:
    whole, part = choices(tmp_path, quote() + quote(f"{AT}3", 'text = "Yes … no."\n'))
    assert (whole.do, whole.url, whole.text) == ("quote", AT, "")
    assert part.text == "Yes … no."
    assert part.where.endswith("choice 2")


def test_comments_of_one_article_and_the_article_itself_are_decided_apart(tmp_path: Path) -> None:
    pin = '[[choice]]\nurl = "https://courier.example/a"\ndo = "pin"\nto = "lead"\n'
    assert len(choices(tmp_path, pin + quote() + quote(f"{AT}3"))) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (quote() + quote("http://www.courier.example/a/#comment-12"), "contradicts choice[1]"),
        (quote(rest='to = "lead"\n'), 'does not belong to do = "quote"'),
    ],
)
def test_quotes_that_cannot_be_kept_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said.replace("[", r"\[")):
        choices(tmp_path, text)
