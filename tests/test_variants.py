"""An issue as different subscribers want it: some of its sections, or in their language."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from courier import the_courier
from fiction import CUTOFF, TODAY
from publication import AT, digest, newsroom_of, write_feed, write_publication

from digest.outgoing import Subscriber
from digest.recipe import Edition, Publication, SectionRule
from digest.sending import send
from digest.variants import EVERYTHING, Wishes, for_wishes, wishes_of

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

EDITION = Edition(
    name="daily",
    title="The Daily Courier",
    sources=(),
    sections=tuple(SectionRule(title=title) for title in ("London", "World", "Culture")),
)
PUBLICATION = Publication(
    name="The London Courier",
    url="https://courier.example/",
    city="London",
    timezone="Europe/London",
    language="en-GB",
    postal_address="1 Fleet Street",
    sender="daily@courier.example",
)


@pytest.mark.parametrize(
    ("sections", "language", "wishes"),
    [
        ((), "", EVERYTHING),
        (("World", "London"), "", Wishes(sections=("London", "World"))),
        (("London", "World", "Culture"), "", EVERYTHING),
        (("Gone",), "", EVERYTHING),
        (("Gone", "World"), "", Wishes(sections=("World",))),
        ((), "en-GB", EVERYTHING),
        ((), "de", Wishes(language="de")),
    ],
)
def test_wishes_are_those_that_the_edition_can_grant(
    sections: tuple[str, ...], language: str, wishes: Wishes
) -> None:
    someone = Subscriber(address="a@b.example", sections=sections, language=language)
    assert wishes_of(someone, EDITION, PUBLICATION) == wishes


def test_the_whole_has_no_name_and_no_two_wishes_have_the_same() -> None:
    several = (
        Wishes(sections=("A", "B")),
        Wishes(sections=("A",), language="de"),
        Wishes(language="de"),
    )
    assert EVERYTHING.name == ""
    assert len({one.name for one in several}) == 3
    assert all(one.name.isalnum() for one in several)


def test_the_lead_and_the_list_are_for_all() -> None:
    issue = the_courier()
    less = for_wishes(issue, Wishes(sections=("World",)))
    assert [section.title for section in less.sections] == ["World"]
    assert (less.lead, less.popular) == (issue.lead, issue.popular)
    assert for_wishes(issue, EVERYTHING) is issue


# ---------------------------------------------------------------- journeys

CLICKS = '[most_popular]\nclicks = true\n[[most_popular.from]]\nuse = "clicks"\n'

TOWN = [
    ("Pilots strike leaves ships at anchor off the Talavera Strait", "talavera"),
    ("Baker of Fenwick Lane wins the right to sell a round loaf", "loaf"),
    ("Tram drivers learn to whistle before the winter timetable", "trams"),
    ("Comet seen over the observatory for the last time until 2098", "comet"),
    ("Choir of night nurses sings at the fish market at dawn", "choir"),
    ("Lighthouse for sale, keeper and eleven cats included", "lighthouse"),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsroom with two sections, and subscribers of different wishes; its issue is sent."""
    config = write_publication(tmp_path, more=CLICKS)
    write_feed(tmp_path / "feeds/wire.xml", "wire", TOWN)
    edition = config / "editions/daily.toml"
    text = edition.read_text(encoding="utf-8").replace(
        'owner = "wire.example"\nsection = "News"', 'owner = "wire.example"\nsection = "Town"'
    )
    edition.write_text(f'{text}[[sections]]\ntitle = "Town"\n', encoding="utf-8")
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write('[web]\nbase_url = "https://news.courier.example"\n')
    (tmp_path / "list.csv").write_text(
        "email,sections,language\n"
        "all@home.example,,\n"
        "town@home.example,Town,\n"
        "german@home.example,,de\n"
        "both@home.example,Town,fr\n",
        encoding="utf-8",
    )
    digest(tmp_path, "subscribers", "import", "list.csv", "--consent", "the form")
    digest(tmp_path, "run", "--at", AT)
    return tmp_path


def received(root: Path, who: str) -> EmailMessage:
    path = root / f"out/daily/{TODAY}/outbox/{who}@home.example.eml"
    return message_from_bytes(path.read_bytes(), policy=default)


def html(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body
    return str(body.get_content())


def sections(text: str) -> set[str]:
    return {title for title in ("News", "Town") if f">{title}</h2>" in text}


def test_each_gets_the_sections_and_the_language_that_they_want(root: Path) -> None:
    got = {who: html(received(root, who)) for who in ("all", "town", "german", "both")}
    assert {who: sections(text) for who, text in got.items()} == {
        "all": {"News", "Town"},
        "town": {"Town"},
        "german": {"News", "Town"},
        "both": {"Town"},
    }
    assert '<html lang="de"' in got["german"]
    assert "abbestellen" in got["german"]
    assert "Se désabonner" in got["both"]
    assert "Unsubscribe from" in got["all"]
    assert not any("placeholder.invalid" in text for text in got.values())


def test_a_link_counts_by_its_place_in_the_whole_issue(root: Path) -> None:
    def places(who: str) -> set[str]:
        text = html(received(root, who))
        return {part.partition("</a>")[0] for part in text.split("/c/daily/")[1:]}

    assert places("town") < places("all")


def test_variants_are_made_with_the_issue_and_vouched_for(root: Path) -> None:
    folder = root / f"out/daily/{TODAY}"
    digest(root, "replay")
    paths = sorted((folder / "variants").glob("*.eml"))
    assert len(paths) == 3
    paths[0].write_bytes(paths[0].read_bytes() + b"more")
    assert "not what was built" in digest(root, "send", code=1)


def test_whose_wishes_are_newer_than_the_issue_gets_the_whole(root: Path) -> None:
    with newsroom_of(root / "config") as newsroom:
        mark = newsroom.store.mark("town@home.example")
        newsroom.store.set_preferences("daily", mark, sections=("News",), language="ar")
        send(newsroom, TODAY, CUTOFF)
    assert sections(html(received(root, "town"))) == {"News", "Town"}


def test_no_subscribers_no_variants(tmp_path: Path) -> None:
    write_publication(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    assert not (tmp_path / f"out/daily/{TODAY}/variants").exists()
