"""What the articles of an address mean for an issue: the facts, and what is missing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.printing import many, printable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from zoneinfo import ZoneInfo

    from digest.cli.addresses import Trial
    from digest.model import Article

HEADLINES = 3  # that are shown
# The part, how to know it, its name in the plural, and what follows for articles without it.
_PARTS: tuple[tuple[str, Callable[[Article], object], str, str], ...] = (
    ("summary", lambda a: a.summary, "summaries", "{who} show nothing but a headline"),
    ("picture", lambda a: a.image, "pictures", "{who} cannot lead with a photo"),
    ("author", lambda a: a.authors, "authors", "{who} have no byline"),
    ("date", lambda a: a.published, "dates", "{who} count as new when they are first seen"),
)
_FEW = 0.5  # a smaller share than this is worth a word


def shares(articles: Sequence[Article]) -> dict[str, float]:
    """Give the share, 0 to 1, of articles with each part: summary, picture, author, date."""
    total = len(articles) or 1
    return {name: sum(1 for a in articles if has(a)) / total for name, has, _, _ in _PARTS}


def missing(trial: Trial, now: dt.datetime, max_hours: float) -> list[str]:
    """Say what the articles lack and what that means; `max_hours` is how far back issues look."""
    articles = trial.pulled.articles
    if not articles:
        return ["no articles: it adds nothing to an issue today"]
    found = []
    for _, has, plural, follows in _PARTS:
        number = sum(1 for article in articles if has(article))
        if number == 0:
            found.append(f"no {plural}: {follows.format(who='its stories')}")
        elif number < _FEW * len(articles):
            only = f"{plural} with {number} of {len(articles)} only"
            found.append(f"{only}: {follows.format(who='the others')}")
    age_hours = (now - trial.dates[0]).total_seconds() / 3600 if trial.dates else 0.0
    if age_hours > max_hours:
        days = f"{age_hours / 24:.0f} days"
        found.append(f"nothing new for {days}: an issue looks back {max_hours / 24:g} at most")
    return found


def tell_trial(trial: Trial, lacks: list[str], zone: ZoneInfo) -> None:
    """Print what was read and what is missing; times are in the publication's zone."""
    parts = [f"{name} {share:.0%}" for name, share in shares(trial.pulled.articles).items()]
    click.echo(trial.url)
    _tell("Kind", [f'{trial.kind}, read with use = "{trial.use}"'])
    _tell("Title", [trial.pulled.title] if trial.pulled.title else [])
    _tell("Articles", [_span(trial, zone)])
    _tell("With", [", ".join(parts)] if trial.pulled.articles else [])
    _tell("Headlines", [article.title for article in trial.pulled.articles[:HEADLINES]])
    moved = [f"moved for good to {trial.moved_to}"] if trial.moved_to else []
    _tell("Warnings", [*moved, *trial.pulled.warnings])
    _tell("Missing", lacks)


def _tell(label: str, lines: list[str]) -> None:
    """Write lines beside a label, which stands with the first."""
    for number, line in enumerate(lines):
        click.echo(f"  {'' if number else label:<10} {printable(line)}")


def _span(trial: Trial, zone: ZoneInfo) -> str:
    """Say how many articles there are, and from when to when."""
    number, dates = len(trial.pulled.articles), trial.dates
    if not dates:
        return str(number)
    oldest, newest = (f"{date.astimezone(zone):%Y-%m-%d %H:%M}" for date in (dates[-1], dates[0]))
    return f"{number}, from {oldest} to {newest} ({zone.key})"


def brief(trial: Trial, zone: ZoneInfo) -> str:
    """Say in a line what was read: kind, number, newest."""
    number, dates = len(trial.pulled.articles), trial.dates
    newest = f", the newest of {dates[0].astimezone(zone):%Y-%m-%d %H:%M}" if dates else ""
    return f"{trial.kind}, {many(number, 'article')}{newest}"


def trial_facts(trial: Trial, lacks: list[str]) -> dict[str, object]:
    """Give the same for programs."""
    articles, dates = trial.pulled.articles, trial.dates
    return {
        "url": trial.url,
        "kind": trial.kind,
        "use": trial.use,
        "title": trial.pulled.title,
        "articles": len(articles),
        "newest": dates[0] if dates else None,
        "oldest": dates[-1] if dates else None,
        "shares": shares(articles),
        "headlines": [article.title for article in articles[:HEADLINES]],
        "moved_to": trial.moved_to,
        "warnings": trial.pulled.warnings,
        "missing": lacks,
    }
