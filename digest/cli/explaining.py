"""An issue told to a person: each placement, its score and reasons; what was left out, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import click

from digest.cli.printing import printable
from digest.model import Placement, RunnerUp, SetAside
from digest.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Factor, Issue

Told: TypeAlias = Placement | RunnerUp | SetAside

NOBODY = "A reader"  # who gave no name


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
    if issue.comments:
        click.secho(f"\n{issue.comments.title}", bold=True)
        for quote in issue.comments.quotes:
            click.echo(f"       “ {printable(quote.text)}")
            click.echo(f"         {printable(quote.author) or NOBODY}; {quote.reason}")
    click.secho("\nNot placed", bold=True)
    for runner_up in issue.runners_up:
        _tell_line(runner_up.score, runner_up.title, runner_up.factors)
        click.echo(f"         {runner_up.source}; {runner_up.reason}")
        if runner_up.would:
            click.secho(f"         {_needs(runner_up)}", dim=True)
    click.secho("\nWhat each rule kept out", bold=True)
    for one in issue.exclusions:
        examples = "; ".join(one.examples)
        more = "; …" if one.count > len(one.examples) else ""
        click.echo(f"{one.count:7}  {one.rule}")
        click.secho(f"         {examples}{more}", dim=True)


def tell_story(found: Sequence[Told]) -> None:
    """Print everything about one story."""
    for one in found:
        click.secho(one.title, bold=True)
        click.echo(one.url)
        if isinstance(one, SetAside):
            click.echo(f"  not considered: {one.reason}")
            continue
        if isinstance(one, Placement):
            click.echo(f"  stands in: {one.slot}")
        for line in _reasons(one):
            click.echo(f"  {line}")
        for factor in one.factors:
            click.echo(f"  × {factor.value:<6g} {factor.name:<11} {factor.why}")
        if one.factors:  # what readers chose of earlier days has none
            click.echo(f"  = {one.score:g}")


def find_story(issue: Issue, url: str) -> list[Told]:
    """Find a story by the address of any article shown for it, also as one of its other sources."""
    wanted = canonical_url(url)
    known: tuple[Told, ...] = (*issue.placements, *issue.runners_up, *issue.set_aside)
    return [one for one in known if wanted in map(canonical_url, _addresses(one))]


def reports_of(issue: Issue, story: str) -> list[Told]:
    """Find all that is told of a story, by its id."""
    known: tuple[Placement | RunnerUp, ...] = (*issue.placements, *issue.runners_up)
    return [one for one in known if one.story == story]


def issue_facts(issue: Issue) -> dict[str, object]:
    """Give the same for programs."""
    return {
        "edition": issue.edition,
        "date": issue.date,
        "subject": issue.subject,
        "notices": issue.notices,
        "placed": [story_facts(one) for one in issue.placements],
        "comments": [
            {
                "author": quote.author,
                "text": quote.text,
                "url": quote.url,
                "title": quote.title,
                "date": quote.date,
                "reasons": (quote.reason,),
            }
            for quote in (issue.comments.quotes if issue.comments else ())
        ],
        "not_placed": [story_facts(one) for one in issue.runners_up],
        "set_aside": [story_facts(one) for one in issue.set_aside],
        "kept_out": [
            {"rule": one.rule, "count": one.count, "examples": one.examples}
            for one in issue.exclusions
        ],
    }


def story_facts(one: Told) -> dict[str, object]:
    """Give one story, placed or not, for programs."""
    facts: dict[str, object] = {"url": one.url, "title": one.title, "source": one.source}
    if isinstance(one, SetAside):
        return facts | {"slot": None, "reasons": (f"not considered: {one.reason}",)}
    return facts | {
        "slot": one.slot if isinstance(one, Placement) else None,
        "reasons": _reasons(one),
        "score": one.score,
        "factors": {f.name: {"value": f.value, "why": f.why} for f in one.factors},
    }


def _addresses(one: Told) -> tuple[str, ...]:
    return (one.url, *(() if isinstance(one, SetAside) else (other.url for other in one.also)))


def _reasons(one: Placement | RunnerUp) -> tuple[str, ...]:
    if isinstance(one, Placement):
        return one.reasons
    return (f"not placed: {one.reason}", *([_needs(one)] if one.would else ()))


def _needs(one: RunnerUp) -> str:
    """Say what would have given a story a place: how much, and what by itself comes to that."""
    much, *changes = one.would
    return f"needed {much}" + (f": {', or '.join(changes)}" if changes else "")


def _tell_line(score: float, title: str, factors: Sequence[Factor]) -> None:
    product = " × ".join(f"{f.name} {f.value:g}" for f in factors if f.value != 1)
    click.echo(f"{score:7.3f}  {title}" if factors else f"      –  {title}")
    if product:
        click.secho(f"         {product}", dim=True)
