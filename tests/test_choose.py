"""`digest choose`, as an editor uses it who has just looked at an issue, and slips of each kind."""

from __future__ import annotations

import json
import shutil
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from publication import AT, digest, newsroom_of, write_publication

from digest.cli import cli
from digest.cli.choosing import choose
from digest.errors import DigestError
from digest.settings.choosing import ABOUT_THE_ISSUE, MAY_HAVE, NEEDS

if TYPE_CHECKING:
    from pathlib import Path

DAY = ("--date", "2026-11-23")
FILE = "config/choices/daily/2026-11-23.toml"
BRIDGE = "https://courier.example/gallion-bridge"
LAMP = "https://courier.example/lamplighter"


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication whose morning's articles are stored."""
    root = tmp_path_factory.mktemp("pulled")
    write_publication(root)
    digest(root, "pull", "--at", AT)
    return root


@pytest.fixture
def root(tmp_path: Path, pulled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(pulled, tmp_path, dirs_exist_ok=True)


def do(*arguments: str, code: int = 0) -> str:
    """Run a verb here; give what it printed and its error, after checking its code."""
    done = CliRunner().invoke(cli, arguments)
    error = done.exception
    if isinstance(error, DigestError):
        assert error.exit_code == code, str(error)
        return done.output + str(error)
    assert done.exit_code == code, done.output + repr(error)
    return done.output


def told(*arguments: str, code: int = 0) -> str:
    return do("choose", *arguments, *DAY, code=code)


def facts(*arguments: str) -> Any:
    return json.loads(do(*arguments, "--json"))


def decided(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / FILE).read_text(encoding="utf-8"))


def test_a_pin_by_a_part_of_an_address_leads_the_issue_with_the_reason(root: Path) -> None:
    said = digest(root, "choose", "pin", "lamplighter", "LEAD", *DAY)
    headline = "“The last lamplighter of Candle Yard hands over his pole” (Courier)"
    assert said == f"daily 2026-11-23: pin {headline} to lead ({FILE}, choice 1)\n"
    assert (root / FILE).read_text(encoding="utf-8") == (
        "#:schema ../../schema/choices.json\n\n"
        f'[[choice]]\nurl = "{LAMP}"\ndo = "pin"\nto = "lead"\n'
    )
    do("run", "--at", AT)
    lead = facts("explain")["placed"][0]
    assert (lead["url"], lead["reasons"][0]) == (LAMP, f"pinned by the editors ({FILE}, choice 1)")


def test_the_same_decision_again_changes_nothing_and_another_needs_a_word(root: Path) -> None:
    told("pin", "lamplighter", "lead")
    assert "is decided already" in told("pin", "lamplighter", "lead")
    refused = told("pin", "orchestra", "lead", code=2)
    assert "that contradicts choice 1: pin “The last lamplighter" in refused
    assert "--replace" in refused
    assert "digest choose undo 1" in refused
    told("retitle", "town-hall-clock", "Cleared")
    assert "choice 2)" in told("pin", "orchestra", "lead", "--replace")
    assert [entry["do"] for entry in decided(root)["choice"]] == ["retitle", "pin"]


def test_words_that_several_articles_share_are_refused_with_all_of_them(root: Path) -> None:
    refused = told("drop", "gallion bridge", code=2)
    assert '"gallion bridge" may mean 3 articles. Say which:' in refused
    assert f"\n  {BRIDGE}  Night ferries return as Gallion Bridge shuts for a year\n" in refused
    assert not (root / FILE).exists()


def test_an_address_that_no_article_has_is_refused_with_the_nearest_unless_forced(
    root: Path,
) -> None:
    refused = told("drop", f"{BRIDGE[:-2]}eg", code=2)
    assert f"The nearest are:\n  {BRIDGE}  Night ferries" in refused
    assert "--force" in refused
    assert "The nearest are:" in told("drop", "orchetra", "--force", code=2)
    told("drop", f"{BRIDGE[:-2]}eg", "--force")
    assert "no article has that address; the nearest are https" in told("list")
    assert "no article has the address" in do("check", code=2)


def test_every_word_about_an_article_is_shown_with_its_reason(root: Path) -> None:
    told("pin", "orchestra", "news")
    told("retitle", "orchestra", "An orchestra comes home")
    told("standfirst", "orchestra", "Its first concert.")
    told("image", "orchestra", "https://a.example/b.jpg", "--alt", "A hall", "--credit", "Jo")
    told("drop", "monday-soup")
    do("run", "--at", AT)
    issue = facts("explain")
    (card,) = (one for one in issue["placed"] if one["url"].endswith("/orchestra"))
    assert card["slot"] == "News"
    assert card["title"] == "An orchestra comes home"
    assert [reason.partition(" by ")[0] for reason in card["reasons"]] == [
        "pinned",
        "retitle",
        "standfirst",
        "image",
    ]
    soup = next(one for one in issue["not_placed"] if one["url"].endswith("/monday-soup"))
    assert soup["reasons"] == [f"not placed: dropped by the editors ({FILE}, choice 5)"]


def test_an_article_is_added_and_one_without_a_title_is_not(root: Path) -> None:
    talk = ("add", "https://courier.example/talk", "news", "--title", "Our talk")
    assert "add https://courier.example/talk to News: Our talk" in told(*talk)
    assert "Missing option '--title'" in told(*talk[:3], code=2)
    assert '"talk" is no address' in told("add", "talk", *talk[2:], code=2)
    do("run", "--at", AT)
    assert "Our talk" in {one["title"] for one in facts("explain")["placed"]}


def test_an_added_article_that_a_source_carries_is_said_to_be_pinned_only(root: Path) -> None:
    said = told("add", LAMP, "news", "--title", "Our lamp")
    assert "\n  A source carries it, so it is only pinned\n" in said
    assert "source carries" not in told("add", f"{LAMP}-2", "news", "--title", "Our lamp")


def test_what_is_missing_is_told_before_replacing_is_advised(root: Path) -> None:
    told("retitle", "lamplighter", "One")
    told("hold", "wait")
    for arguments, said in (
        (("retitle", "lamplighter", ""), 'text is missing, and do = "retitle" needs it'),
        (("hold", ""), "hold must not be empty"),
    ):
        refused = told(*arguments, code=2)
        assert said in refused
        assert "--replace" not in refused


def test_options_are_described_for_their_own_verb() -> None:
    for verb in (*NEEDS, *ABOUT_THE_ISSUE):
        said = " ".join(do("choose", verb, "--help").split())
        assert "For `" not in said, verb
    assert "--title TEXT Its headline." in " ".join(do("choose", "add", "--help").split())
    assert "--text TEXT What is printed of" in " ".join(do("choose", "quote", "--help").split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pin", "lamplighter", "leed"), 'there is no place "leed" to pin to. Did you mean "lead"'),
        (("move", "lamplighter", "lead"), 'there is no place "lead" to move to'),
        (("retitle", "lamplighter", ""), 'text is missing, and do = "retitle" needs it'),
        (("standfirst", "lamplighter", "a\nb"), "must be a single line of text"),
        (("image", "lamplighter", "b.jpg"), "nothing was written: "),
        (("subject", "a\nb"), "must be a single line of text"),
        (("hold", " "), "hold must not be empty"),
        (("sombre", "rather"), "'rather' is not one of 'on', 'off'"),
        (("undo", "1"), 'there is no decision "1". Nothing is decided for that day'),
        (("breaking", "--off"), 'there is no decision "breaking"'),
        (("pin", "", "lead"), 'is meant by ""'),
    ],
)
def test_a_slip_is_named_and_nothing_is_written(
    root: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in told(*arguments, code=2)
    assert not (root / FILE).exists()


def test_the_issue_is_decided_on_and_decisions_are_listed_and_taken_back(root: Path) -> None:
    told("subject", "Boats tonight")
    told("preheader", "And a clock")
    told("note", "Good morning.\n\nIt rains.")
    assert "breaking on" in told("breaking")
    assert "sombre off" in told("sombre", "off")
    assert "sombre off is decided already" in told("sombre", "on", code=2)
    told("hold", "the lawyers read it")
    refused = told("subject", "Another", code=2)
    assert "subject “Boats tonight” is decided already" in refused
    told("subject", "Another", "--replace")
    told("pin", "town-hall", "popular")
    assert decided(root)["issue"] == {
        "subject": "Another",
        "preheader": "And a clock",
        "note": "Good morning.\n\nIt rains.",
        "breaking": True,
        "sombre": False,
        "hold": "the lawyers read it",
    }
    listed = told("list")
    assert "Monday 23 November 2026: config/choices/daily/2026-11-23.toml" in listed
    assert "  1           pin “Clockmaker cleared" in listed
    assert "  sombre      off\n" in listed
    assert "  breaking    on\n" in listed
    rows = facts("choose", "list", *DAY)["choices"]
    assert [row["key"] for row in rows][-2:] == ["breaking", "1"]
    assert rows[-1]["article"]["source"] == "Courier"
    assert "took back: hold “the lawyers read it”" in told("undo", "hold")
    assert "took back: pin “Clockmaker" in told("undo", "1")
    told("breaking", "--off")
    assert [row["key"] for row in facts("choose", "list", *DAY)["choices"]] == [
        "subject",
        "preheader",
        "note",
        "sombre",
    ]


def test_without_a_date_the_next_issue_is_decided_on(root: Path) -> None:
    at = ("--at", "2026-11-20T12:00")  # a Friday, its issue sent
    assert "daily 2026-11-23: hold" in do("choose", "hold", "wait", *at)
    assert "Nothing is decided" in do("choose", "list", "--date", "2026-11-24")
    assert "not a day" not in do("choose", "list", "--date", "Monday", code=2)


def test_a_decision_on_an_issue_that_is_built_says_that_it_is_to_be_built_again(root: Path) -> None:
    do("build", "--at", AT)
    assert "That issue is recorded as draft: this goes in when it is built" in told("breaking")


def test_two_who_decide_at_once_do_not_lose_each_others_words(root: Path) -> None:
    with newsroom_of(root / "config") as newsroom:
        newsroom.store.lease("choices daily 2026-11-23", "somebody", newsroom.clock(), 10)
        assert "another run is at it" in told("hold", "wait", code=3)
        assert "Nothing is decided" in told("list")


def test_nothing_stored_is_told_apart_from_nothing_like_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_publication(tmp_path)
    refused = told("drop", BRIDGE, code=2)
    assert "Nothing is stored that it may choose from: digest pull" in refused
    told("drop", BRIDGE, "--force")
    assert "nothing is stored yet that it may be about" in told("list")


def test_a_file_with_a_slip_is_told_of_before_anything_is_written(root: Path) -> None:
    (root / FILE).parent.mkdir(parents=True)
    (root / FILE).write_text('[[choice]]\ndo = "pni"\n', encoding="utf-8")
    refused = told("hold", "wait", code=2)
    assert f'{FILE}, line 2: choice[1].do must be "pin"' in refused
    assert (root / FILE).read_text(encoding="utf-8") == '[[choice]]\ndo = "pni"\n'


def test_every_kind_of_choice_has_its_verb_with_all_that_it_needs_and_may_have() -> None:
    for do, needed in NEEDS.items():
        options = {parameter.name for parameter in choose.commands[do].params}
        assert options >= {"url", *needed, *MAY_HAVE.get(do, ())}
    assert {*ABOUT_THE_ISSUE, "sombre", "breaking"} <= set(choose.commands)
