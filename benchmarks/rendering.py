"""How long a 50-card issue takes to render and inline, warm: the target is 250 ms."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from pathlib import Path

from digest.model import Image, Issue, Masthead, MostPopular, Placement, Report, Section
from digest.rendering import render_issue

BUILT_IN = Path(__file__).parent.parent / "templates" / "broadsheet"
DATE = dt.date(2026, 11, 23)
ROUNDS = 15
TARGET_MS = 250


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


def main() -> None:
    issue = an_issue(50)
    email = render_issue(issue, themes=[BUILT_IN])
    times_ms, cpu_ms = [], []
    for _ in range(ROUNDS):
        start, cpu = time.perf_counter(), time.process_time()
        render_issue(issue, themes=[BUILT_IN])
        times_ms.append((time.perf_counter() - start) * 1000)
        cpu_ms.append((time.process_time() - cpu) * 1000)
    print(f"50 cards, HTML of {len(email.html.encode()):,} bytes")
    print(
        f"rendered and inlined, warm: median {statistics.median(times_ms):.0f} ms, "
        f"worst {max(times_ms):.0f} ms of {ROUNDS} (target {TARGET_MS} ms); "
        f"CPU time {statistics.median(cpu_ms):.0f} ms"
    )


if __name__ == "__main__":
    main()
