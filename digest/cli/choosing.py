"""The verbs that decide for a day: a sub-verb for each kind of choice, list, undo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import click

from digest.cli.choice_list import list_choices
from digest.cli.decisions import ABOUT_STORED, decide_article, decide_word, open_day, take_back
from digest.cli.shared import at_option, config_option, edition_option, json_option
from digest.settings.choices_file import ChoiceTable, IssueTable
from digest.settings.choosing import ABOUT_THE_ISSUE, MAY_HAVE, NEEDS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path


Decorated = TypeVar("Decorated", bound="Callable[..., object] | click.Command")

HELP = {
    "pin": "Pin an article to a place: lead, popular or a section's title.",
    "drop": "Keep an article, and its story, out of the issue.",
    "move": "Move an article to another section.",
    "retitle": "Give an article another headline.",
    "standfirst": "Give an article another standfirst.",
    "image": "Give an article another picture.",
    "add": "Add an article that no source carries.",
    "quote": "Quote a reader's comment.",
}
STORED = "URL is the article's address, or a part of its address or headline that no other has."
NEW = "URL is its address."
COMMENT = "URL is the comment's address, or a part of its text or its writer's name."

_FOR = re.compile(r"For ((?:`\w+`(?: and )?)+): (.+?)(?= For `|$)")

date_option = click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="The issue's date; else that of the next issue.",
)
replace_option = click.option(
    "--replace", is_flag=True, help="Take back what contradicts it instead of refusing."
)
force_option = click.option(
    "--force", is_flag=True, help="Write an address down though no article has it."
)


def _of_a_day(command: Decorated) -> Decorated:
    """Give a verb the options that say which day is decided on."""
    for option in (at_option, edition_option, config_option, date_option):
        command = option(command)
    return command


@click.group()
def choose() -> None:
    """Write down what the editors decide for a day, or take it back.

    It goes into the day's file of choices, of which every other byte stays as it is.
    """


@choose.command("list")
@_of_a_day
@json_option
def list_decisions(
    config_dir: Path,
    edition: str | None,
    day: dt.datetime | None,
    at: str | None,
    *,
    as_json: bool,
) -> None:
    """Show what is decided, numbered, each with what it is about or what is nearest."""
    with open_day(config_dir, edition, day, at) as opened:
        list_choices(opened, as_json=as_json)


@choose.command("undo")
@click.argument("what", metavar="N|KEY")
@_of_a_day
def undo(
    what: str, config_dir: Path, edition: str | None, day: dt.datetime | None, at: str | None
) -> None:
    """Take back the decision number N, or the one about the issue called KEY."""
    with open_day(config_dir, edition, day, at) as opened, opened.alone():
        take_back(opened, what)


@choose.command("breaking")
@click.option("--off", is_flag=True, help="It is no breaking news after all.")
@_of_a_day
def breaking(
    config_dir: Path, edition: str | None, day: dt.datetime | None, at: str | None, *, off: bool
) -> None:
    """Mark the lead as breaking news."""
    with open_day(config_dir, edition, day, at) as opened, opened.alone():
        if off:
            take_back(opened, "breaking")
        else:
            decide_word(opened, "breaking", value=True, replace=True)


@choose.command("sombre")
@click.argument("state", type=click.Choice(["on", "off"]), default="on")
@replace_option
@_of_a_day
def sombre(
    state: str,
    config_dir: Path,
    edition: str | None,
    day: dt.datetime | None,
    at: str | None,
    *,
    replace: bool,
) -> None:
    """Leave out the sections marked light, or keep them whatever the lead."""
    with open_day(config_dir, edition, day, at) as opened, opened.alone():
        decide_word(opened, "sombre", value=state == "on", replace=replace)


def _about_article(do: str) -> click.Command:
    """Make the sub-verb of a kind of choice from what it needs and may have.

    The first that it needs is an argument, as the address is; all others are options.
    """
    needed = NEEDS[do]

    def work(
        url: str,
        config_dir: Path,
        edition: str | None,
        day: dt.datetime | None,
        at: str | None,
        *,
        replace: bool,
        force: bool = False,
        **given: str | None,
    ) -> None:
        with open_day(config_dir, edition, day, at) as opened, opened.alone():
            decide_article(opened, do, url, given, replace=replace, force=force)

    arguments = [click.Argument([key]) for key in ("url", *needed[:1])]
    options = [
        click.Option([f"--{key}"], required=key in needed, help=_described(do, key))
        for key in (*needed[1:], *MAY_HAVE.get(do, ()))
    ]
    stored = do in ABOUT_STORED
    whose = STORED if stored else COMMENT if do == "quote" else NEW
    text = f"{HELP[do]}\n\n{whose}"
    command = click.Command(do, callback=work, params=[*arguments, *options], help=text)
    command = replace_option(command)
    return _of_a_day(force_option(command) if stored else command)


def _about_issue(key: str) -> click.Command:
    """Make the sub-verb of a decision about the issue that is a text."""

    def work(
        text: str,
        config_dir: Path,
        edition: str | None,
        day: dt.datetime | None,
        at: str | None,
        *,
        replace: bool,
    ) -> None:
        with open_day(config_dir, edition, day, at) as opened, opened.alone():
            decide_word(opened, key, text, replace=replace)

    described = IssueTable.model_fields[key].description or ""
    command = click.Command(key, callback=work, params=[click.Argument(["text"])], help=described)
    return _of_a_day(replace_option(command))


def _described(do: str, key: str) -> str:
    """Give what the reference says of a key, or what of it is for this kind of choice."""
    told = ChoiceTable.model_fields[key].description or ""
    ours = next((words for kinds, words in _FOR.findall(told) if f"`{do}`" in kinds), told)
    return f"{ours[:1].upper()}{ours[1:]}"


for _do in NEEDS:
    choose.add_command(_about_article(_do))
for _key in ABOUT_THE_ISSUE:
    choose.add_command(_about_issue(_key))
