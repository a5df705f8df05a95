"""The London Courier of 23 November 2026: an issue laid out by hand, and how to read its email."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import html as lxml_html

from digest.model import Credit, Image, Issue, Masthead, MostPopular, Placement, Report, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.outgoing import Email

ROOT = Path(__file__).parent.parent
BROADSHEET = ROOT / "templates" / "broadsheet"
BULLETIN = ROOT / "templates" / "bulletin"
DATE = dt.date(2026, 11, 23)
SITE = "https://courier.example"


def at(hour: str, day: int = 23) -> dt.datetime:
    """A moment of November 2026, when London keeps UTC."""
    return dt.datetime.fromisoformat(f"2026-11-{day:02}T{hour}+00:00")


def a_placement(title: str, path: str, **changes: object) -> Placement:
    ordinary = Placement(
        slot="London",
        story=path,
        url=f"{SITE}/{path}",
        title=title,
        source="The London Courier",
        date=at("04:15"),
        score=1.0,
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]  # fields of Placement


def a_picture(name: str, **changes: object) -> Image:
    picture = Image(
        url=f"https://images.courier.example/{name}.jpg",
        alt=f"A picture of {name}.",
        width=1184,
        height=736,
    )
    return replace(picture, **changes)  # type: ignore[arg-type]  # fields of Image


def the_lead() -> Placement:
    return a_placement(
        "Night ferries return to the river as Gallion Bridge shuts for a year",
        "uk/gallion-bridge",
        slot="lead",
        section="UK",
        section_url=f"{SITE}/uk",
        standfirst="Engineers found cracks in three of its seven piers. The 40,000 people who "
        "cross each day must now go by water, by tunnel or the long way round",
        image=a_picture(
            "river",
            alt="A small lit ferry on a still, misty river at dawn, with the seven piers of "
            "Gallion Bridge behind it.",
            caption="A trial sailing leaves Saltmarsh Pier on Sunday morning. The first "
            "timetabled boat is tonight at seven",
            credit="Ines Calloway/The London Courier",
        ),
        paragraphs=(
            """The last bus crossed Gallion Bridge at twenty to midnight on Sunday with four
            passengers aboard and a driver who sounded his horn from one bank to the other. By
            midnight the barriers were down, and a crossing that has joined the two halves of the
            eastern boroughs since 1911 was shut for at least a year.""",
            """In its place six boats will run until dawn, the first sailings after dark on this
            reach of the river for more than half a century. Dame Petra Halloran, who chairs the
            crossings authority, said they would be free until Easter. “Nobody on a night shift,”
            she said, “should have to pay for our cracks.”""",
        ),
        others=3,
        also=(
            Credit(title="The Thames Ledger", url="https://ledger.example/gallion"),
            Credit(title="Estuary Radio", url="https://estuary.example/gallion"),
            Credit(title="Eastern Post", url="https://easternpost.example/gallion"),
        ),
    )


def the_sections() -> tuple[Section, ...]:
    london = (
        a_placement(
            "The flats at Tanner’s Row will be heated by the sewer beneath them",
            "london/tanners-row",
            kicker="Housing",
            standfirst="Six hundred homes are to draw their warmth from a Victorian main that "
            "never falls below 14\u00a0°C. Tenants were promised bills a third lower, and no "
            "smell.",
            others=2,
            image=a_picture(
                "estate",
                alt="Lit windows in a block of flats at dusk, steam rising behind.",
                credit="Owen Mbeki/The London Courier",
                width=864,
                height=576,
            ),
        ),
        a_placement(
            "The head who abolished homework would like to know why it worked",
            "london/no-homework",
            kicker="Schools",
            standfirst="Results at Fenwick Lane rose for a third year. She suspects sleep.",
            source="The Thames Ledger",
            date=at("21:30", 22),
        ),
        a_placement(
            "Clockmaker cleared of stopping the town hall bells",
            "london/town-hall-clock",
            kicker="Courts",
            standfirst="A jury took forty minutes to accept that the silence over Brackley "
            "Square was rust, not revenge.",
            source="Eastern Post",
            date=at("18:05", 22),
            others=3,
        ),
    )
    world = (
        a_placement(
            "Vesmark keeps its president to one term, by the margin of a single ballot box",
            "world/vesmark-vote",
            kicker="Vesmark",
            standfirst="The box from the island of Hjelm arrived by fishing boat nine hours late "
            "and settled a referendum that 3.1 million people had voted in. President Anselm "
            "Rohde conceded from his kitchen before it was light, and then, neighbours said, "
            "went out to clear the snow.",
            date=at("03:50"),
        ),
        a_placement(
            "Pilots’ strike leaves 61 ships at anchor off the Talavera Strait",
            "world/talavera-strait",
            source="Northern Wire",
            date=at("05:12"),
        ),
        a_placement(
            "San Oriel’s central bank holds rates and apologises for the suspense",
            "world/san-oriel",
            source="Market Bulletin",
            date=at("02:44"),
            others=1,
        ),
        a_placement(
            "Kesh’s exiled orchestra plays its first concert at home since 1998",
            "world/kesh-orchestra",
            date=at("22:35", 22),
        ),
    )
    science = (
        a_placement(
            "Harle Moor asked for the dark, and after two years it is getting it",
            "science/harle-moor",
            kicker="Night sky",
            standfirst="Nine villages will put out their street lamps at eleven. The observatory "
            "on the hill expects to see a fifth more stars; the parish council expects letters.",
            date=at("23:10", 22),
            image=a_picture(
                "moor",
                alt="One lit hut on a dark moor beneath a clear night sky.",
                credit="Observatory handout",
                width=864,
                height=576,
            ),
        ),
        a_placement(
            "The Understudy, reviewed: a play that improves when it goes wrong",
            "culture/understudy",
            kicker="Theatre",
            standfirst="On the third night the set fell down, and the audience stood up.",
            date=at("04:00"),
        ),
    )
    return (
        Section(title="London", url=f"{SITE}/london", cards=london),
        Section(title="World", url=f"{SITE}/world", cards=world),
        Section(title="Science and culture", cards=science),
    )


def the_popular() -> MostPopular:
    return MostPopular(
        title="Most popular",
        basis="What readers opened most in the 24 hours to 05:30",
        items=(
            a_placement(
                "The last lamplighter of Candle Yard hands over his pole",
                "uk/last-lamplighter",
                slot="popular",
                standfirst="Wilf Pargeter has lit the same 44 lamps every evening since he was "
                "nineteen. His successor, a software engineer, admits she applied by accident.",
            ),
            a_placement(
                "I cancelled every meeting for a month. Here is who noticed",
                "money/no-meetings",
                slot="popular",
                standfirst="Work was finished on time and two colleagues learned each other’s "
                "names. By the third week, the finance department had sent flowers.",
            ),
            a_placement(
                "Why the voice on your platform sounds like someone you know",
                "culture/station-voice",
                slot="popular",
                standfirst="Delphine Okoro recorded 11,000 place names in a cupboard in Croydon. "
                "She still says sorry, aloud, when her own train is late.",
            ),
            a_placement(
                "A soup for wet Mondays: barley, leek and burnt butter",
                "food/monday-soup",
                slot="popular",
                standfirst="It takes forty minutes, most of which you may spend looking out of "
                "the window. Burn the butter further than you dare.",
            ),
        ),
    )


def the_courier(**changes: object) -> Issue:
    """A whole issue, laid out by hand; `changes` replace its fields."""
    issue = Issue(
        edition="daily",
        date=DATE,
        cutoff=at("05:30"),
        masthead=Masthead(
            name="The London Courier",
            url=f"{SITE}/",
            city="London",
            timezone="Europe/London",
            language="en-GB",
            postal_address="1 Fleet Street, London",
            title="The Daily Courier",
            date=DATE,
            send_at=dt.time(6, 30),
            weather=Report(temperature_c=12.2, condition="light rain", as_of=at("05:40")),
        ),
        subject="Night ferries return as Gallion Bridge shuts for a year",
        preheader="Also this morning: Vesmark votes by a single ballot box, and a moor that "
        "asked for the dark.",
        lead=the_lead(),
        related=(
            a_placement(
                "Which bus, which boat: every route from tonight, stop by stop",
                "uk/gallion-routes",
                slot="related",
            ),
            a_placement(
                "How a hairline in pier four became a £340m question",
                "uk/pier-four",
                slot="related",
            ),
            a_placement(
                "“We grew up on the water”: the ferry families look back",
                "uk/ferry-families",
                slot="related",
                source="Estuary Radio",
            ),
        ),
        sections=the_sections(),
        popular=the_popular(),
        articles=163,
        stories=94,
    )
    return replace(issue, **changes)  # type: ignore[arg-type]  # fields of Issue


def page_of(email: Email) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(email.html)


def words_of(element: lxml_html.HtmlElement) -> str:
    """The text as a reader sees it: white space is one space, a no-break space too."""
    return " ".join(element.text_content().split())


def beside_the_margin(text: str) -> str:
    """The words of the plain part: of its lines as they are, then without the margin column."""
    return " ".join(f"{text} {' '.join(line[8:] for line in text.splitlines())}".split())


def links_of(email: Email) -> list[str]:
    return [str(link.get("href")) for link in page_of(email).iter("a")]


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """A user's theme: a folder of a few files."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def many_cards(count: int) -> tuple[Section, ...]:
    """Sections of ten ordinary cards each."""
    one = the_sections()[0].cards[0]
    cards = [
        replace(one, story=str(n), url=f"{SITE}/story-{n}", title=f"{n}. {one.title}")
        for n in range(count)
    ]
    return tuple(
        Section(title=f"Section {n}", cards=tuple(cards[n : n + 10])) for n in range(0, count, 10)
    )
