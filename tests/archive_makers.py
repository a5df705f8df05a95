"""Small makers of saved issues and gallery entries, and ways to read the pages made of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import lxml.html

from digest.archive import Copy, GalleryEntry, SavedIssue, dump, picture_name, write_gallery
from digest.model import (
    Factor,
    Image,
    Issue,
    IssueState,
    Masthead,
    MostPopular,
    Placement,
    Report,
    RunnerUp,
    Section,
)
from digest.outgoing import Email
from digest.preflight import Finding
from digest.recipe import Publication

if TYPE_CHECKING:
    from lxml.html import HtmlElement


TEMPLATES = (Path(__file__).parent.parent / "templates",)
DATE = dt.date(2026, 11, 23)
CUTOFF = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
RIVER = "https://courier.example/pictures/River.JPG?w=592"
EVIL = """<script>alert(1)</script>"><img src=x onerror=alert(1)> {{ 7*7 }} {% raw %} ' &amp;"""


def make_placement(slot: str, title: str, **changes: object) -> Placement:
    base = Placement(
        slot=slot,
        story=title,
        url="https://courier.example/uk/story",
        title=title,
        source="The Thames Ledger",
        date=CUTOFF - dt.timedelta(hours=9),
        score=3.19,
        factors=(
            Factor(name="coverage", value=2.2, why="3 sources tell it"),
            Factor(name="popularity", value=1.45, why="read more than 90 of 100"),
            Factor(name="novelty", value=1.0, why="not in the last 7 issues"),
        ),
        reasons=("number 1 of London",),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


def make_issue(title: str = "Night ferries return to the river") -> Issue:
    return Issue(
        edition="daily",
        date=DATE,
        cutoff=CUTOFF,
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
            weather=Report(temperature_c=12.2, as_of=CUTOFF, condition="light rain"),
        ),
        subject="Night ferries return",
        preheader="Also this morning: a vote",
        lead=make_placement("lead", title, image=Image(url=RIVER, credit="Ines Calloway")),
        related=(make_placement("related", "Which bus, which boat"),),
        sections=(Section(title="London", cards=(make_placement("London", "Warm flats"),)),),
        popular=MostPopular(
            title="Most covered",
            basis="Told by the most sources",
            items=(make_placement("popular", "The last lamplighter"),),
        ),
        articles=212,
        stories=96,
        runners_up=(
            RunnerUp(
                story="geese",
                url="https://ledger.example/geese",
                title="Borough appoints a warden of geese",
                source="Eastern Post",
                score=0.034,
                factors=(Factor(name="freshness", value=0.034, why="2 days old"),),
                reason="London is full (3)",
            ),
        ),
        notices=("choice 3 matches nothing",),
    )


def make_email(title: str = "Night ferries return to the river") -> Email:
    return Email(
        subject="Night ferries return",
        preheader="Also this morning: a vote",
        html=f"""<!DOCTYPE html><html><head><meta name="color-scheme" content="light dark">
<style>:root {{ color-scheme: light dark; }}
@media screen and (prefers-color-scheme: dark) {{ p {{ color: #fff !important; }} }}</style>
</head><body><!--[if mso]><p>Outlook</p><![endif]--><p style="color:#111">{title}</p>
<a href="https://courier.example/uk"><img src="{RIVER}" alt="A ferry" width="592"></a>
</body></html>""",
        text=f"{title}\n",
        language="en-GB",
        slots=("unsubscribe", "view"),
    )


def make_saved(*, title: str = "Night ferries return to the river") -> SavedIssue:
    """Make an issue whose every file depends on its title."""
    return SavedIssue(
        issue=make_issue(title),
        email=make_email(title),
        page=f"<!DOCTYPE html>\n<title>{title}</title>\n",
        message=f"Subject: {title}\r\n\r\n".encode(),
        inputs=dump(make_issue(title)),
        findings=(
            Finding(level="warning", rule="alt", message="a picture has no alt", where="line 3"),
            Finding(level="error", rule="link", message="a link goes nowhere", where="line 9"),
        ),
        pictures={RIVER: Copy(name=picture_name(RIVER), data=b"\xff\xd8" + title.encode())},
        version="0.1.0",
        theme="f00d",
    )


def tree_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def page(path: Path) -> HtmlElement:
    return lxml.html.document_fromstring(path.read_bytes())


def make_entry(**changes: object) -> GalleryEntry:
    base = GalleryEntry(
        edition="daily",
        title="The Daily Courier",
        date=DATE,
        timezone="Europe/London",
        state=IssueState.SENT,
        state_at=CUTOFF + dt.timedelta(hours=1),
        headline="Night ferries return",
        standfirst="By water, by tunnel or the long way round",
        picture="images/river-1.jpg",
        stories=17,
        articles=1212,
        size_bytes=40_001,
        findings_errors=1,
        findings_warnings=2,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


PUBLICATION = Publication(
    name="The London Courier",
    url="https://courier.example/",
    city="London",
    timezone="Europe/London",
    language="en-GB",
    postal_address="1 Fleet Street, London",
    sender="daily@courier.example",
)


def gallery(out: Path, *entries: GalleryEntry) -> Path:
    return write_gallery(out, PUBLICATION, entries, CUTOFF, templates=TEMPLATES)


def words(path: Path) -> str:
    """Give the visible words of a page, without its styles and with single spaces."""
    tree = page(path)
    for style in list(tree.iter("style")):
        style.drop_tree()
    return " ".join(" ".join(tree.itertext()).split())


def frames(preview: Path) -> dict[str, str]:
    """Give the HTML in each frame of a preview by the frame's title."""
    return {
        frame.get("title", ""): frame.get("srcdoc", "") for frame in page(preview).iter("iframe")
    }
