"""Which reader's comment an editor means to quote, and what keeps it from being printed."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

from digest.cli.explaining import NOBODY
from digest.cli.printing import printable
from digest.errors import ConfigError
from digest.excerpts import excerpt_of
from digest.matching import find_comments, naming_address
from digest.quoting import faulty_quotes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.cli.decisions import Day
    from digest.comment import Comment
    from digest.recipe import Choice

MAX_NAMED = 10  # comments that a part of a text or a name may mean
MAX_SAID = 100  # characters of an excerpt
MAX_BEGUN = 60  # characters of a comment that tell it from others


def address_of_comment(day: Day, words: str, excerpt: str) -> str:
    """Give the address, else the guid, of the one comment that words mean. Raises ConfigError.

    So it does where the excerpt is not the comment's own.
    """
    if day.newsroom.edition.comments is None:
        raise ConfigError(
            "this edition has no [comments] to quote from",
            where=day.newsroom.edition.name,
            hint="Add [comments] and [[comments.from]] to its file",
        )
    comment = _meant(day, words)
    if excerpt and not excerpt_of(comment.text, excerpt):
        raise ConfigError(
            f"these are not the comment's own words: “{shorten(excerpt, MAX_SAID)}”",
            where=comment.url,
            hint="Copy them from `digest comments --json`, and mark what is left out with “…”",
        )
    if address := naming_address(comment, day.comments):
        return address
    raise ConfigError(
        f"several comments have the address of {called(comment)}, and no guid tells them apart",
        where=comment.url,
        hint="A quote needs a feed that gives each comment an address of its own",
    )


def called(comment: Comment) -> str:
    """Name a comment for a person: who wrote it, below what."""
    about = f", on {printable(comment.on_title)}" if comment.on_title else ""
    return f"{printable(comment.author) or NOBODY}{about}"


def begun(comment: Comment) -> str:
    """Give the first words of a comment."""
    return shorten(printable(comment.text), MAX_BEGUN, placeholder="…")


def fault_of(day: Day, choice: Choice, choices: Sequence[Choice]) -> str:
    """Say what keeps one of the day's choices from being quoted, "" if nothing does."""
    rule = day.newsroom.edition.comments
    if rule and not day.comments:
        return "nothing is stored yet that it may be about" if choice.do == "quote" else ""
    mark = f"{choice.where}: "
    faults = (one for one in faulty_quotes(choices, day.comments, rule) if one.startswith(mark))
    return next(faults, "").removeprefix(mark)


def _meant(day: Day, words: str) -> Comment:
    found = find_comments(words, day.comments) if words.strip() else ()
    if len(found) == 1:
        return found[0]
    if not found:
        hint = "`digest comments` lists those that may be quoted"
        raise ConfigError(f'no comment is meant by "{words}"', hint=hint)
    lines = [
        f"\n  {naming_address(one, day.comments) or one.url}  {called(one)}: {begun(one)}"
        for one in found[:MAX_NAMED]
    ]
    more = len(found) - MAX_NAMED
    lines += [f"\n  and {more} more"] if more > 0 else []
    raise ConfigError(
        f'"{words}" may mean {len(found)} comments', hint=f"Say which:{''.join(lines)}"
    )
