"""`digest popular show`: what each provider last counted, and which of them an issue goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.printing import many, printable
from digest.cli.shared import (
    at_option,
    config_option,
    edition_option,
    json_option,
    local_date,
    moment,
    opened,
    print_json,
)

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from digest.counts import Counts
    from digest.inputs import Inputs
    from digest.model import Article, Reading
    from digest.newsroom import Newsroom

TOP = 10  # pages of a provider


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A provider's counts, the readings in their unit, and what would become of them."""

    counts: Counts
    given: tuple[Reading, ...]
    verdict: str
    top: tuple[tuple[Reading, Article | None], ...]

    @property
    def newest(self) -> Reading | None:
        return max(self.given, key=lambda one: (one.as_of, one.hours or 0), default=None)


@click.command("show")
@config_option
@edition_option
@at_option
@json_option
def show_counts(config_dir: Path, edition: str | None, at: str | None, *, as_json: bool) -> None:
    """Show what each provider last counted, and which of them an issue would go by.

    The pages that were read most come with the articles that they are, of the issue's window or of
    the hours before it that the list may look back on.
    """
    with opened(config_dir, edition) as newsroom:
        now = moment(at, newsroom.publication)
        shown = _providers(newsroom, now)
        zone = ZoneInfo(newsroom.publication.timezone)
    if as_json:
        print_json([_facts(one) for one in shown])
    elif not shown:
        click.echo("No [[most_popular.from]]: the list is what most sources tell, or the latest.")
    else:
        for one in shown:
            _tell(one, zone)


def _providers(newsroom: Newsroom, now: dt.datetime) -> list[_Shown]:
    from digest.counts import usable_counts
    from digest.gathering import gather
    from digest.inputs import judged_counts

    inputs = gather(newsroom, local_date(now, newsroom.publication), now, now)
    judged = judged_counts(inputs)
    used, _ = usable_counts(judged)
    return [
        _Shown(
            counts=counts,
            given=counted,
            verdict=_verdict(counts, used),
            top=_top(counted, inputs),
        )
        for counts, (_, given) in zip(judged, inputs.readings, strict=True)
        for counted in [tuple(one for one in given if one.unit == counts.unit)]
    ]


def _verdict(counts: Counts, used: Counts | None) -> str:
    if counts.fault:
        return f"not used: {counts.fault}"
    if used is counts:
        return "used"
    return f"not used: {used.provider} goes before it" if used else "not used"


def _top(given: tuple[Reading, ...], inputs: Inputs) -> tuple[tuple[Reading, Article | None], ...]:
    from digest.urls import canonical_url

    articles = {canonical_url(a.url): a for a in (*inputs.read_earlier, *inputs.articles)}
    most = sorted(given, key=lambda one: (-one.count, one.url))[:TOP]
    return tuple((one, articles.get(canonical_url(one.url))) for one in most)


def _tell(one: _Shown, zone: ZoneInfo) -> None:
    counts, newest = one.counts, one.newest
    click.echo(f"{counts.provider}: {one.verdict}")
    if newest is None:
        return
    over = f" over {newest.hours:g} hours" if newest.hours else ""
    click.echo(
        f"  as of {newest.as_of.astimezone(zone):%Y-%m-%d %H:%M}, {printable(newest.unit)}{over}: "
        f"{many(counts.given, 'page')}, {len(counts.readings)} of them articles with "
        f"{many(counts.total, 'count')}"
    )
    if counts.left_out:
        click.echo(f"  {printable(counts.left_out)}")
    for reading, article in one.top:
        name = printable(article.title) if article else f"{printable(reading.url)} (no article)"
        click.echo(f"  {reading.count:>8}  {name}")


def _facts(one: _Shown) -> dict[str, object]:
    newest = one.newest
    return {
        "provider": one.counts.provider,
        "used": one.verdict == "used",
        "verdict": one.verdict,
        "as_of": newest.as_of if newest else None,
        "unit": one.counts.unit,
        "left_out": one.counts.left_out,
        "hours": newest.hours if newest else None,
        "pages": one.counts.given,
        "articles": len(one.counts.readings),
        "total": one.counts.total,
        "top": [
            {
                "url": reading.url,
                "count": reading.count,
                "as_of": reading.as_of,
                "title": article.title if article else "",
                "article": article.url if article else "",
            }
            for reading, article in one.top
        ],
    }
