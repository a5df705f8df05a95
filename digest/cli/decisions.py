"""One day's decisions, as they are written down, listed and taken back."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING

import click

from digest.cli.comment_choice import address_of_comment, begun, called, fault_of
from digest.cli.printing import printable
from digest.cli.shared import local_date, moment, opened, shown
from digest.errors import ConfigError
from digest.matching import find_articles, find_comments, nearest_articles
from digest.settings.choosing import KEYS, places
from digest.settings.drafting import Draft, read_draft
from digest.spelling import suggest
from digest.timetable import slot_on
from digest.urls import is_web

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from digest.comment import Comment
    from digest.model import Article
    from digest.newsroom import Newsroom
    from digest.settings.drafting import Value

# What is decided about articles that are stored; the others bring an address of their own.
ABOUT_STORED = ("pin", "drop", "move", "retitle", "standfirst", "image")
LAST_MOMENT = dt.datetime.max.replace(tzinfo=dt.UTC)
LEASE_S = 10  # a decision that is not written down by then never will be
MAX_NAMED = 10  # articles that a part of a headline may mean
MAX_SAID = 100  # characters of a note


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day whose issue is decided on.

    `articles` are those that it may choose from, `comments` those that it may quote.
    """

    config_dir: Path
    newsroom: Newsroom
    date: dt.date
    articles: tuple[Article, ...]
    comments: tuple[Comment, ...]

    def draft(self) -> Draft:
        """Read the day's file for changing. Raises ConfigError."""
        return read_draft(self.config_dir, self.newsroom.edition, self.date)

    @contextmanager
    def alone(self) -> Iterator[Day]:
        """Keep other processes from the day's file meanwhile. Raises Busy."""
        with alone_with_choices(self.newsroom, self.date):
            yield self

    def named(self, url: str) -> str:
        """Name the article that has an address, for a person; an unknown one by its address."""
        for article in find_articles(url, self.articles):
            source = self.newsroom.edition.source(article)
            return f"“{printable(article.title)}” ({source.title or source.owner})"
        return url


@contextmanager
def alone_with_choices(newsroom: Newsroom, date: dt.date) -> Iterator[None]:
    """Keep other processes from the choices of a date meanwhile. Raises Busy."""
    name = f"choices {newsroom.edition.name} {date}"
    with newsroom.store.leased(name, newsroom.clock, LEASE_S):
        yield


@contextmanager
def open_day(
    config_dir: Path, edition: str | None, day: dt.datetime | None, at: str | None
) -> Iterator[Day]:
    """Open a day of an edition, by default that of the next issue. Raises ConfigError."""
    with opened(config_dir, edition) as newsroom:
        now = moment(at, newsroom.publication)
        date = day.date() if day else _next_date(newsroom, now)
        yield Day(
            config_dir=config_dir,
            newsroom=newsroom,
            date=date,
            articles=_articles(newsroom, date, now),
            comments=_comments(newsroom, date),
        )


def decide_article(
    day: Day, do: str, words: str, given: Mapping[str, str | None], *, replace: bool, force: bool
) -> None:
    """Write down a decision about an article, and say so. Raises ConfigError.

    `words` is its address, or what is part of its address or headline alone. What contradicts the
    decision is taken back if it may be, by `replace`.
    """
    url = _meant(day, do, words, given, force=force)
    keys: dict[str, Value] = {"url": url, "do": do}
    keys |= {key: text.strip() for key in KEYS if (text := given.get(key))}
    if "to" in keys:
        keys["to"] = _place(day, do, str(keys["to"]))
    draft = day.draft()
    old = draft.with_choice(keys).contradicted()
    if any(draft.entries[place] == keys for place in old):
        _tell(day, draft, f"{told(day, keys)} is decided already")
        return
    after = draft
    for place in reversed(old):
        after = after.without_choice(place)
    after = after.with_choice(keys)
    after.check(day.newsroom.edition)  # before --replace is advised for what it would not help
    if old and not replace:
        raise _contradiction(day, draft, old[0])
    after.save(day.newsroom.edition)
    _tell(day, after, told(day, keys), f"choice {len(after.entries)}", _but(day))


def decide_word(day: Day, key: str, value: Value, *, replace: bool) -> None:
    """Write down a decision about the issue, and say so. Raises ConfigError."""
    draft = day.draft()
    old = draft.data.get("issue", {}).get(key)
    value = value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
    if old == value:
        _tell(day, draft, f"{_word(key, value)} is decided already")
        return
    after = draft.with_word(key, value)
    after.check(day.newsroom.edition)
    if old is not None and not replace:
        raise ConfigError(
            f"{_word(key, old)} is decided already",
            where=shown(draft.path),
            hint=f"Write --replace to put this in its place, or `digest choose undo {key}`",
        )
    after.save(day.newsroom.edition)
    _tell(day, after, _word(key, value), f"issue.{key}")


def take_back(day: Day, what: str) -> None:
    """Take back a decision, by its number or its key, and say so. Raises ConfigError."""
    draft = day.draft()
    issue = draft.data.get("issue", {})
    if what in issue:
        told_of = _word(what, issue[what])
        after = draft.without_word(what)
    elif what.isdecimal() and 0 < int(what) <= len(draft.entries):
        told_of = told(day, draft.entries[int(what) - 1])
        after = draft.without_choice(int(what) - 1)
    else:
        there = [*issue, *map(str, range(1, len(draft.entries) + 1))]
        raise ConfigError(
            f'there is no decision "{what}"',
            where=shown(draft.path),
            hint=f"There are: {', '.join(there)}" if there else "Nothing is decided for that day",
        )
    after.save(day.newsroom.edition)
    _tell(day, after, f"took back: {told_of}")


def told(day: Day, keys: Mapping[str, Value]) -> str:
    """Write a decision about an article on one line: what, about which, where to, which words."""
    words = next((keys[key] for key in ("text", "title", "image") if keys.get(key)), "")
    if keys["do"] == "quote":
        return printable(f"quote {_quoted(day, str(keys['url']), str(words))}")
    to = f" to {keys['to']}" if keys.get("to") else ""
    said = f": {words}" if words else ""
    return printable(f"{keys['do']} {day.named(str(keys['url']))}{to}{said}")


def listed(articles: Sequence[Article]) -> str:
    """Name articles for a person, each by address and headline, on a line of its own."""
    lines = [f"\n  {one.url}  {printable(one.title)}" for one in articles[:MAX_NAMED]]
    more = len(articles) - MAX_NAMED
    return "".join([*lines, f"\n  and {more} more"] if more > 0 else lines)


def _next_date(newsroom: Newsroom, now: dt.datetime) -> dt.date:
    from digest.timetable import next_slots

    for slot in next_slots(newsroom.edition.timetable, newsroom.publication.timezone, now, 1):
        return slot.date
    raise ConfigError(
        "no issue is to come", where=newsroom.edition.name, hint="Choose its date with --date"
    )


def _articles(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> tuple[Article, ...]:
    """Give all that is stored of what an issue may choose from; today's by hand has more."""
    from digest.gathering import candidates

    slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, date)
    found = candidates(newsroom, date, slot.cutoff, LAST_MOMENT)
    if local_date(now, newsroom.publication) != date or now <= slot.cutoff:
        return found
    ids = [source.id for source in newsroom.edition.sources]
    return newsroom.store.articles(ids, slot.cutoff, now, known_by=LAST_MOMENT) + found


def _comments(newsroom: Newsroom, date: dt.date) -> tuple[Comment, ...]:
    from digest.gathering import quotable_comments

    slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, date)
    return quotable_comments(newsroom, slot.cutoff, LAST_MOMENT)


def _quoted(day: Day, url: str, words: str) -> str:
    """Name the comment that an address means, and what is quoted; an unknown one by its address."""
    found = find_comments(url, day.comments)
    if len(found) == 1:
        return f"{called(found[0])}: {words or begun(found[0])}"
    return f"{url}: {words}" if words else url


def _but(day: Day) -> str:
    """Say why the last of the day's choices will not do all that it says, "" if it will."""
    choices = day.newsroom.choices(day.date)
    last = choices[-1]
    if last.do == "add" and find_articles(last.url, day.articles):
        return "A source carries it, so it is only pinned"
    fault = fault_of(day, last, choices)
    return f"{fault[:1].upper()}{fault[1:]}"


def _address(day: Day, words: str, *, force: bool) -> str:
    """Give the address of the one article that words mean. Raises ConfigError."""
    found = find_articles(words, day.articles) if words.strip() else ()
    if len(found) == 1:
        return found[0].url
    if found:
        raise ConfigError(
            f'"{words}" may mean {len(found)} articles', hint=f"Say which:{listed(found)}"
        )
    if force and is_web(words):
        return words
    near = nearest_articles(words, day.articles)
    hints = [f"The nearest are:{listed(near)}"] if near else []
    if not day.articles:
        hints.append("Nothing is stored that it may choose from: digest pull")
    if is_web(words):
        hints.append("--force writes it down all the same")
    raise ConfigError(
        f'no article for the issue of {day.date} is meant by "{words}"', hint="\n".join(hints)
    )


def _meant(day: Day, do: str, words: str, given: Mapping[str, str | None], *, force: bool) -> str:
    """Give the address that a decision is about. Raises ConfigError."""
    if do == "quote":
        return address_of_comment(day, words, given.get("text") or "")
    return _address(day, words, force=force) if do in ABOUT_STORED else _new_address(words)


def _new_address(words: str) -> str:
    if is_web(words):
        return words
    raise ConfigError(f'"{words}" is no address', hint="It begins with https:// or http://")


def _place(day: Day, do: str, to: str) -> str:
    """Give a place as the edition spells it. Raises ConfigError, naming the nearest."""
    there = places(do, day.newsroom.edition)
    known = {place.casefold(): place for place in there}
    if to.casefold() not in known:
        raise ConfigError(f'there is no place "{to}" to {do} to', hint=suggest(to, there))
    return known[to.casefold()]


def _contradiction(day: Day, draft: Draft, place: int) -> ConfigError:
    old = told(day, draft.entries[place])
    return ConfigError(
        f"that contradicts choice {place + 1}: {old}",
        where=shown(draft.path),
        hint="Write --replace to put this in its place, or take that one back: "
        f"digest choose undo {place + 1}",
    )


def _word(key: str, value: Value) -> str:
    if isinstance(value, bool):
        return f"{key} {'on' if value else 'off'}"
    return f"{key} “{shorten(printable(value), MAX_SAID, placeholder='…')}”"


def _tell(day: Day, draft: Draft, what: str, place: str = "", but: str = "") -> None:
    """Say in one line what was done, and where; below it `but`, and if it was built before."""
    from digest.model import OUT

    where = ", ".join(filter(None, [shown(draft.path), place]))
    click.echo(f"{day.newsroom.edition.name} {day.date}: {what} ({where})")
    if but:
        click.echo(f"  {but}", err=True)
    record = day.newsroom.store.issue(day.newsroom.edition.name, day.date)
    if record is None:
        return
    if record.state in OUT and day.newsroom.deliverer.irrevocable:
        click.echo("  That issue has gone out: this comes too late for it", err=True)
    else:
        click.echo(
            f"  That issue is recorded as {record.state}: this goes in when it is built again",
            err=True,
        )
