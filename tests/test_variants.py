"""An issue as different subscribers want it: some of its sections, or in their language."""

from __future__ import annotations

import shutil
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from archive_makers import frames, page, words
from courier import the_courier
from fiction import CUTOFF, TODAY
from publication import AT, STORIES, digest, newsroom_of, write_feed, write_publication

from digest.archive import verify
from digest.outgoing import Subscriber
from digest.recipe import Edition, Publication, SectionRule
from digest.sending import send
from digest.variants import (
    EVERYTHING,
    Wanted,
    Wishes,
    for_wishes,
    most_wanted,
    wishes_of,
)

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


def test_the_most_wanted_are_made_and_who_wants_what_is_rarer_gets_the_whole() -> None:
    german, town, both = (
        Wishes(language="de"),
        Wishes(sections=("Town",)),
        Wishes(sections=("Town",), language="de"),
    )
    wanted = most_wanted({both: 2, town: 5, EVERYTHING: 9, german: 5}, 2)
    assert list(wanted.variants.items()) == [(town, 5), (german, 5)]
    assert (wanted.whole, wanted.rare) == (11, 2)
    assert most_wanted({EVERYTHING: 9}, 2) == Wanted(whole=9)


def test_staff_call_a_variant_by_its_language_and_sections() -> None:
    assert EVERYTHING.title == "The whole issue"
    assert Wishes(sections=("World", "Culture")).title == "World, Culture"
    assert Wishes(sections=("World",), language="de").title == "Deutsch · World"


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
def root(sent: Path, tmp_path: Path) -> Path:
    """One's own copy of what is `sent`."""
    shutil.copytree(sent, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsroom with two sections, and subscribers of different wishes; its issue is sent."""
    root = tmp_path_factory.mktemp("sent")
    config = write_publication(root, more=CLICKS)
    write_feed(root / "feeds/wire.xml", "wire", TOWN)
    edition = config / "editions/daily.toml"
    text = edition.read_text(encoding="utf-8").replace(
        'owner = "wire.example"\nsection = "News"', 'owner = "wire.example"\nsection = "Town"'
    )
    edition.write_text(f'{text}[[sections]]\ntitle = "Town"\n', encoding="utf-8")
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write('[web]\nbase_url = "https://news.courier.example"\n')
    (root / "list.csv").write_text(
        "email,sections,language\n"
        "all@home.example,,\n"
        "town@home.example,Town,\n"
        "german@home.example,,de\n"
        "both@home.example,Town,fr\n",
        encoding="utf-8",
    )
    digest(root, "subscribers", "import", "list.csv", "--consent", "the form")
    digest(root, "run", "--at", AT)
    return root


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


def test_every_variant_has_a_page_and_each_leads_to_all(root: Path) -> None:
    folder = root / f"out/daily/{TODAY}"
    names = [
        wishes.name
        for wishes in (
            EVERYTHING,
            Wishes(sections=("Town",)),
            Wishes(language="de"),
            Wishes(sections=("Town",), language="fr"),
        )
    ]
    pages = {name: folder / (f"variants/{name}.html" if name else "preview.html") for name in names}
    for name, path in pages.items():
        told = page(path).find_class("variants")[0]
        assert " ".join(" ".join(told.itertext()).split()) == (
            "Variants and the subscribers of each, as of the build "
            "English (United Kingdom) The whole issue 1 Town 1 "
            "Deutsch All sections 1 Français Town 1"
        )
        links = [link.get("href", "") for link in told.iter("a")]
        (current,) = told.xpath(".//a[@aria-current='page']/@href")
        here = links.index(current)
        assert names[here] == name
        assert [(path.parent / link).resolve() for link in links if link != current] == [
            one for other, one in pages.items() if other != name
        ]


def test_the_page_of_a_variant_shows_what_its_readers_get(root: Path) -> None:
    path = (
        root / f"out/daily/{TODAY}/variants/{Wishes(sections=('Town',), language='fr').name}.html"
    )
    shown, sent = frames(path), html(received(root, "both"))
    assert list(shown) == ["Desktop", "Phone", "Dark"]
    assert sections(shown["Desktop"]) == sections(sent) == {"Town"}
    assert "Se désabonner" in shown["Phone"]
    assert "/c/daily/" in sent
    assert "/c/daily/" not in shown["Desktop"]  # who looks it over is not counted
    told = words(path)
    assert "Français · Town without News" in told
    assert "kB" in told
    assert "Why each story" not in told
    assert "<script" not in path.read_text(encoding="utf-8")


def test_the_pages_of_variants_are_vouched_for_and_not_for_the_public(root: Path) -> None:
    assert not list((root / "out/public").rglob("variants"))
    folder = root / f"out/daily/{TODAY}"
    path = folder / f"variants/{Wishes(language='de').name}.html"
    assert verify(folder) == ()
    path.unlink()
    assert verify(folder) == (path.relative_to(folder).as_posix(),)


def test_a_variant_that_nobody_wants_any_more_is_gone_with_its_page(root: Path) -> None:
    digest(root, "subscribers", "remove", "german@home.example")
    digest(root, "build", "--at", AT)
    left = {path.stem for path in (root / f"out/daily/{TODAY}/variants").iterdir()}
    assert len(left) == 2
    assert Wishes(language="de").name not in left


def test_a_headline_that_names_a_placeholder_is_defused_in_every_language(root: Path) -> None:
    headline = "Night ferries return: https://placeholder.invalid/unsubscribe"
    stories = [(headline, "gallion-bridge"), *STORIES["courier"][1:]]
    write_feed(root / "feeds/courier.xml", "courier", stories)
    digest(root, "run", "--at", AT, "--force")
    subject = str(received(root, "german")["Subject"])
    assert "Night ferries return: https://no-placeholder.invalid" in subject


SPOILT = """\
{% extends "base/lead.html.j2" %}
{% block onward %}
{{ super() }}
{% if issue.masthead.language != "en-GB" %}<img alt="Oben" width="40" height="40">{% endif %}
{% endblock %}
"""


def test_an_error_in_a_variant_alone_holds_the_issue_and_is_told_with_its_name(root: Path) -> None:
    lead = root / "templates/broadsheet/lead.html.j2"
    lead.parent.mkdir(parents=True)
    lead.write_text(SPOILT, encoding="utf-8")
    told = digest(root, "build", "--at", AT)
    folder = root / f"out/daily/{TODAY}"
    assert "Deutsch and 1 more variant: a picture has no src" in told
    assert "held: preflight found an error: Deutsch and 1 more variant" in told
    assert "the issue is held" in digest(root, "send", code=4)
    for name, errors in (
        (Wishes(language="de").name, True),
        (Wishes(sections=("Town",)).name, False),
    ):
        page_words = words(folder / f"variants/{name}.html")
        assert "Errors hold it" in page_words
        assert "All sections 1 1 error" in page_words
        assert ("Error: A picture has no src" in page_words) is errors


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
