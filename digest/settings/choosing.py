"""Reads the editors' decisions for one day, and refuses those that contradict each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.errors import ConfigError
from digest.model import Image
from digest.recipe import Choice
from digest.settings.choices_file import ChoicesFile
from digest.settings.layers import read_toml
from digest.settings.problems import Problem, gather, validate
from digest.spelling import suggest
from digest.urls import canonical_url, comment_address

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digest.recipe import Edition
    from digest.settings.choices_file import ChoiceTable
    from digest.settings.layers import Layer

ABOUT_THE_ISSUE = ("subject", "preheader", "note", "hold")
# What each decision needs, and what it may have besides.
NEEDS: dict[str, tuple[str, ...]] = {
    "pin": ("to",),
    "move": ("to",),
    "retitle": ("text",),
    "standfirst": ("text",),
    "image": ("image",),
    "add": ("to", "title"),
    "drop": (),
    "quote": (),
}
MAY_HAVE: dict[str, tuple[str, ...]] = {
    "image": ("alt", "credit"),
    "quote": ("text",),
    "add": ("standfirst", "source", "image", "alt", "credit"),
}
KEYS = ("to", "text", "title", "standfirst", "source", "image", "alt", "credit")
WORDS = ("retitle", "standfirst", "image")  # what an article is shown with
PIN_PLACES = ("lead", "popular")
# However it is spelt, and wherever it stands but in a comment.
_HOLD = re.compile(rb"^(?![ \t]*#).*\bhold", re.MULTILINE | re.IGNORECASE)


def load(config_dir: Path, edition: Edition, date: dt.date) -> tuple[Choice, ...]:
    """Read one day's decisions. Raises ConfigError, which says whether the file seems to hold."""
    path = day_file(config_dir, edition, date)
    if not path.exists():
        return ()
    try:
        file = checked([read_toml(path)], edition)
    except ConfigError as error:
        error.holds = _seems_to_hold(path)
        raise
    titles = _titles(edition)
    # Told to readers of the issue's reasons, so the same wherever the publication's root is.
    where = f"{config_dir.resolve().name}/choices/{edition.name}/{path.name}"
    return (*_about_issue(file, where), *_about_articles(file, where, titles))


def _seems_to_hold(path: Path) -> bool:
    """Tell whether a file that cannot be read may hold: what is held can still be sent."""
    try:
        text = path.read_bytes().replace(b"\0", b"")  # UTF-16, in which some editors save, has them
    except OSError:
        return True
    return _HOLD.search(text) is not None


def day_file(config_dir: Path, edition: Edition, date: dt.date) -> Path:
    """Give the file of a day's decisions, be it there or not."""
    return config_dir / "choices" / edition.name / f"{date.isoformat()}.toml"


def checked(layers: Sequence[Layer], edition: Edition) -> ChoicesFile:
    """Read a file's tables. Raises ConfigError for what is wrong, and what contradicts itself."""
    file = validate(ChoicesFile, layers)
    if problems := [*_incomplete(file.choice, _titles(edition)), *_contradictions(file.choice)]:
        raise gather(problems, layers)
    return file


def contradicted(choices: Sequence[ChoiceTable]) -> tuple[int, ...]:
    """Name the decisions, counted from 0, beside which the last cannot be kept."""
    *others, last = choices
    claims = set(_claims(last))
    return tuple(place for place, one in enumerate(others) if claims & set(_claims(one)))


def places(do: str, edition: Edition) -> tuple[str, ...]:
    """Name the places that a decision may bring an article to."""
    return _places(do, _titles(edition))


def _titles(edition: Edition) -> dict[str, str]:
    return {rule.title.casefold(): rule.title for rule in edition.sections}


def _places(do: str, titles: dict[str, str]) -> tuple[str, ...]:
    return tuple(titles.values()) if do == "move" else (*PIN_PLACES, *titles.values())


def _about_issue(file: ChoicesFile, where: str) -> Iterator[Choice]:
    for do in ABOUT_THE_ISSUE:
        if text := getattr(file.issue, do):
            yield Choice(do=do, text=text, where=f"{where}, issue.{do}")
    if file.issue.sombre is not None:
        text = "true" if file.issue.sombre else "false"
        yield Choice(do="sombre", text=text, where=f"{where}, issue.sombre")
    if file.issue.breaking:
        yield Choice(do="breaking", where=f"{where}, issue.breaking")


def _about_articles(file: ChoicesFile, where: str, titles: dict[str, str]) -> Iterator[Choice]:
    for number, table in enumerate(file.choice, 1):
        to = titles.get(table.to.casefold(), table.to.casefold())
        place = f"{where}, choice {number}"
        yield Choice(
            do=table.do,
            url=table.url,
            to=to,
            text=table.text or table.title,
            standfirst=table.standfirst,
            source=table.source,
            image=_image(table),
            where=place,
        )


def _image(table: ChoiceTable) -> Image | None:
    if not table.image:
        return None
    return Image(url=table.image, alt=table.alt, credit=table.credit)


def _incomplete(choices: Sequence[ChoiceTable], titles: dict[str, str]) -> Iterator[Problem]:
    """Find decisions that lack a word, have one too many, or name a place that there is not."""
    for place, table in enumerate(choices):
        needed = NEEDS[table.do]
        for key in KEYS:
            given = bool(getattr(table, key))
            if given and key not in (*needed, *MAY_HAVE.get(table.do, ())):
                yield ("choice", place, key), f'does not belong to do = "{table.do}"', ""
            elif key in needed and not given:
                yield ("choice", place, key), f'is missing, and do = "{table.do}" needs it', ""
        if (table.alt or table.credit) and table.do == "add" and not table.image:
            yield ("choice", place, "image"), "is missing: there are words about a picture", ""
        there = _places(table.do, titles)
        known = {each.casefold() for each in there}
        if "to" in needed and table.to and table.to.casefold() not in known:
            what = f'is "{table.to}", and there is no such place to {table.do} to'
            yield ("choice", place, "to"), what, suggest(table.to, there, "There are")


def _contradictions(choices: Sequence[ChoiceTable]) -> Iterator[Problem]:
    """Find two decisions of which only one can be kept."""
    first: dict[tuple[str, str], int] = {}
    for place, table in enumerate(choices):
        for claim in _claims(table):
            if claim in first:
                other = first[claim]
                what = f'contradicts choice[{other + 1}] (do = "{choices[other].do}")'
                yield ("choice", place), what, "Keep one of the two"
                break
            first[claim] = place


def _claims(table: ChoiceTable) -> tuple[tuple[str, str], ...]:
    """Name what a decision settles alone: where an article stands, its words, who leads."""
    if table.do == "quote":
        return (("quote", comment_address(table.url)),)
    url = canonical_url(table.url)
    if table.do == "drop":
        return ("place", url), *((words, url) for words in WORDS)
    if table.do in WORDS:
        return ((table.do, url),)
    leads = table.do in {"pin", "add"} and table.to.casefold() == "lead"
    return (("place", url), ("place", "lead")) if leads else (("place", url),)
