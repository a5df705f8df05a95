"""How long a 50-card issue takes to render, inline and preflight, warm, in each theme."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.model import Image, Issue, Masthead, MostPopular, Placement, Report, Section
from digest.preflight import check_email
from digest.rendering import render_issue

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.outgoing import Email

TEMPLATES = Path(__file__).parent.parent / "templates"
THEMES = ("broadsheet", "bulletin")
DATE = dt.date(2026, 11, 23)
ROUNDS = 15
RENDERED_MS = 250  # targets
READY_MS = 400


def a_card(number: int, slot: str) -> Placement:
    picture = Image(
        url=f"https://images.courier.example/{number}.jpg",
        alt="A lit ferry on a still river at dawn.",
        credit="Ines Calloway",
        width=1200,
        height=800,
    )
    return Placement(
        slot=slot,
        story=str(number),
        url=f"https://courier.example/{slot.lower()}/story-{number}",
        title=f"Night ferry {number} returns to the river as the bridge shuts for a year",
        standfirst="Engineers found cracks in three of its seven piers. The people who cross each "
        "day must now go by water, by tunnel or the long way round.",
        image=picture,
        kicker="Transport",
        source="The London Courier",
        date=dt.datetime(2026, 11, 23, number % 6, number, tzinfo=dt.UTC),
        others=number % 4,
        score=1.0,
    )


def an_issue(cards: int) -> Issue:
    """Give an issue with a lead, four most popular, and the rest in five sections."""
    stories = [a_card(number, f"Section {number % 5}") for number in range(cards - 5)]
    sections = [
        Section(title=f"Section {number}", cards=tuple(stories[number::5])) for number in range(5)
    ]
    return Issue(
        edition="daily",
        date=DATE,
        cutoff=dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC),
        masthead=Masthead(
            name="The London Courier",
            url="https://courier.example/",
            city="London",
            timezone="Europe/London",
            language="en-GB",
            postal_address="1 Fleet Street, London",
            title="The Daily Courier",
            date=DATE,
            send_at=dt.time(6, 30),
            weather=Report(
                temperature_c=12.2, as_of=dt.datetime(2026, 11, 23, 5, 40, tzinfo=dt.UTC)
            ),
        ),
        subject="Night ferries return",
        preheader="Also this morning: a moor that asked for the dark.",
        lead=a_card(59, "lead"),
        sections=tuple(sections),
        popular=MostPopular(
            title="Most popular",
            basis="What readers opened most in the 24 hours to 05:30",
            items=tuple(a_card(number, "popular") for number in range(55, 59)),
        ),
        articles=200,
        stories=120,
    )


def measure(what: str, target_ms: int, work: Callable[[], object]) -> None:
    """Print the median and the worst of some rounds, by the wall and of the processor."""
    times_ms, cpu_ms = [], []
    work()
    for _ in range(ROUNDS):
        start, cpu = time.perf_counter(), time.process_time()
        work()
        times_ms.append((time.perf_counter() - start) * 1000)
        cpu_ms.append((time.process_time() - cpu) * 1000)
    median = statistics.median(times_ms)
    print(
        f"  {what}: median {median:.0f} ms, {median / target_ms:.2f} of the {target_ms} it may "
        f"take; worst of {ROUNDS} {max(times_ms):.0f} ms; CPU {statistics.median(cpu_ms):.0f} ms"
    )


def preflighted(rendered: Callable[[], Email]) -> object:
    return check_email(rendered())


def main() -> None:
    issue = an_issue(50)
    for name in THEMES:
        themes = [TEMPLATES / name]
        email = render_issue(issue, themes=themes)
        print(f"50 cards as a {name}, HTML of {len(email.html.encode()):,} bytes")
        rendered = partial(render_issue, issue, themes=themes)
        measure("rendered and inlined", RENDERED_MS, rendered)
        measure("preflighted too", READY_MS, partial(preflighted, rendered))


if __name__ == "__main__":
    main()
