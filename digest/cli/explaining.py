"""An issue told to a person: each placement, its score as a product, its reasons; who came next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.errors import DigestError
from digest.model import Placement
from digest.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Factor, Issue, RunnerUp


def tell_issue(issue: Issue) -> None:
    """Print the whole plan, one line a story, the factors that are not 1 behind its score."""
    click.secho(f"{issue.masthead.title}, {issue.date:%A %-d %B %Y}", bold=True)
    for notice in issue.notices:
        click.echo(f"! {notice}")
    slot = ""
    for placement in issue.placements:
        if placement.slot != slot:
            slot = placement.slot
            click.secho(f"\n{slot[:1].upper()}{slot[1:]}", bold=True)
        _tell_line(placement.score, placement.title, placement.factors)
        click.echo(f"         {placement.source}; {'; '.join(placement.reasons)}")
    click.secho("\nNot placed", bold=True)
    for runner_up in issue.runners_up:
        _tell_line(runner_up.score, runner_up.title, runner_up.factors)
        click.echo(f"         {runner_up.source}; {runner_up.reason}")


def tell_story(issue: Issue, url: str) -> None:
    """Print everything about one story. Raises DigestError when the issue never considered it."""
    for one in find_story(issue, url):
        click.secho(one.title, bold=True)
        click.echo(one.url)
        if isinstance(one, Placement):
            click.echo(f"  stands in: {one.slot}")
        for line in one.reasons if isinstance(one, Placement) else (f"not placed: {one.reason}",):
            click.echo(f"  {line}")
        for factor in one.factors:
            click.echo(f"  × {factor.value:<6g} {factor.name:<11} {factor.why}")
        click.echo(f"  = {one.score:g}")


def find_story(issue: Issue, url: str) -> list[Placement | RunnerUp]:
    """Find a story by the address of any article shown for it, also as one of its other sources."""
    wanted = canonical_url(url)
    found: list[Placement | RunnerUp] = [
        one
        for one in issue.placements
        if wanted in {canonical_url(u) for u in (one.url, *(credit.url for credit in one.also))}
    ]
    found += [one for one in issue.runners_up if canonical_url(one.url) == wanted]
    if not found:
        raise DigestError(
            f"this issue neither placed nor nearly placed {url}",
            where=f"{issue.edition} {issue.date}",
            hint="`digest explain` without an address lists what it did",
        )
    return found


def issue_facts(issue: Issue) -> dict[str, object]:
    """Give the same for programs."""
    return {
        "edition": issue.edition,
        "date": issue.date,
        "subject": issue.subject,
        "notices": issue.notices,
        "placed": [story_facts(one) for one in issue.placements],
        "not_placed": [story_facts(one) for one in issue.runners_up],
    }


def story_facts(one: Placement | RunnerUp) -> dict[str, object]:
    """Give one story, placed or not, for programs."""
    place: dict[str, object] = (
        {"slot": one.slot, "reasons": one.reasons}
        if isinstance(one, Placement)
        else {"slot": None, "reasons": (f"not placed: {one.reason}",)}
    )
    return place | {
        "url": one.url,
        "title": one.title,
        "source": one.source,
        "score": one.score,
        "factors": {f.name: {"value": f.value, "why": f.why} for f in one.factors},
    }


def _tell_line(score: float, title: str, factors: Sequence[Factor]) -> None:
    product = " × ".join(f"{f.name} {f.value:g}" for f in factors if f.value != 1)
    click.echo(f"{score:7.3f}  {title}")
    if product:
        click.secho(f"         {product}", dim=True)
