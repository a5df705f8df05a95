"""What a subscriber's own links lead to: the way out, and preferences, served over HTTP."""

from __future__ import annotations

import datetime as dt
import http.client
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import lxml.html
import pytest
from fiction import PUBLICATION, TODAY
from oracles.browser import reading
from publication import newsroom_of, serving_readers, write_publication
from reader_faces import TEMPLATES, reader_faces
from sqlalchemy import create_engine, text

from digest.addressed import SLOT
from digest.errors import TemplateError
from digest.outgoing import Subscriber
from digest.store import Store
from digest.subscribers import EVERY_EDITION, Candidate, Consent, Reason
from digest.tokens import Purpose, Ticket, sign, verify
from digest.ways import PREFERENCES, UNSUBSCRIBE, VIEW, links_of
from digest.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask.testing import FlaskClient

ISSUE = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.UTC)
ONE_CLICK = ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click")
MULTIPART = b"\r\n".join(
    (
        b"--x",
        b'Content-Disposition: form-data; name="List-Unsubscribe"',
        b"",
        b"One-Click",
        b"--x--",
        b"",
    )
)
SECTIONS = ("News", "World", 'Arts & "Letters" <b>')
MORE = "".join(f"[[sections]]\ntitle = '{title}'\n" for title in SECTIONS[1:])
FORM = {"language": "", "pause": "", "day": ""}
numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    page: str

    def said(self) -> str:
        (main,) = lxml.html.document_fromstring(self.page).iter("main")
        return " ".join(main.text_content().split())


@dataclass(frozen=True, slots=True)
class House:
    """A publication that serves readers, and the store that it does so from."""

    store: Store
    address: tuple[str, int]

    def ask(
        self, method: str, path: str, sent: tuple[str, bytes] = ("", b""), **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        kind, body = sent
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            page = answer.read().decode("utf-8")
            return Answer(answer.status, dict(answer.headers.items()), page)
        finally:
            connection.close()

    def send_form(self, path: str, *ticked: str, **fields: str) -> Answer:
        pairs = [*({**FORM, **fields}).items(), *(("section", title) for title in ticked)]
        return self.ask("POST", path, (ONE_CLICK[0], urlencode(pairs).encode()))

    def links(self, mark: bytes, edition: str = "daily") -> Mapping[str, str]:
        keys = self.store.link_keys()
        return links_of(mark, edition=edition, date=ISSUE, keys=keys, base_url="")

    def reasons(self, mark: bytes) -> list[tuple[str, Reason]]:
        return [(one.edition, one.reason) for one in self.store.person(mark).suppressions]

    def subscriber(self, mark: bytes) -> Subscriber:
        record = self.store.subscriber("daily", mark)
        assert record is not None
        return record.subscriber


def candidate(key: str, given_at: dt.datetime | None = None, language: str = "") -> Candidate:
    return Candidate(
        key=key,
        subscriber=Subscriber(address=key, language=language),
        consent=Consent(given_at=given_at, how="the form", noted_at=NOW, noted_by="test"),
        since=NOW,
    )


def a_subscriber(store: Store, language: str = "") -> bytes:
    key = f"reader{next(numbers)}@example.org"
    assert store.admit("daily", candidate(key, language=language), ["daily"])
    return store.mark(key)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = tmp_path_factory.mktemp("house")
    config = write_publication(root)
    edition = config / "editions/daily.toml"
    edition.write_text(edition.read_text("utf-8") + MORE, "utf-8")
    with newsroom_of(config) as newsroom, serving_readers(root) as address:
        yield House(newsroom.store, address)


# ---------------------------------------------------------------- the links of an email


def test_an_email_has_three_links_that_are_a_subscribers_own_and_fill_every_slot() -> None:
    keys = {1: b"k" * 32, 2: b"l" * 32}
    links = links_of(
        b"m" * 16, edition="daily", date=ISSUE, keys=keys, base_url="https://news.courier.example"
    )
    theme = TEMPLATES[0] / "broadsheet"
    slots = {slot for path in theme.glob("*.j2") for slot in SLOT.findall(path.read_text("utf-8"))}
    assert set(links) == slots == {UNSUBSCRIBE, PREFERENCES, VIEW}
    assert links[VIEW] == "https://news.courier.example/daily/2026-11-23/"
    for slot, folder, purpose in (
        (UNSUBSCRIBE, "u", Purpose.UNSUBSCRIBE),
        (PREFERENCES, "p", Purpose.PREFERENCES),
    ):
        start, _, token = links[slot].rpartition("/")
        assert start == f"https://news.courier.example/{folder}"
        ticket = Ticket(purpose=purpose, edition="daily", mark=b"m" * 16, date=ISSUE)
        assert verify(token, keys, purpose) == ticket


# ---------------------------------------------------------------- the way out


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_whoever_only_looks_stays_subscribed(house: House, method: str) -> None:
    mark = a_subscriber(house.store)
    for slot in (UNSUBSCRIBE, PREFERENCES):
        answer = house.ask(method, house.links(mark)[slot])
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers
    assert house.reasons(mark) == []


def test_the_page_asks_with_the_editions_title_and_one_button(house: House) -> None:
    answer = house.ask("GET", house.links(a_subscriber(house.store))[UNSUBSCRIBE])
    page = lxml.html.document_fromstring(answer.page)
    assert "Unsubscribe from The Daily Courier" in answer.said()
    assert [(form.method, form.get("action")) for form in page.forms] == [("POST", None)]
    assert [button.text for button in page.iter("button")] == ["Unsubscribe"]
    assert list(page.iter("input", "script")) == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    policy = answer.headers["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "sent",
    [
        ONE_CLICK,
        (
            "multipart/form-data; boundary=x",
            MULTIPART,
        ),
        ("application/json", b"{"),
        ("text/plain", b"\xff\xfe"),
        ("multipart/form-data", b"no boundary"),
        ("nonsense", b"List-Unsubscribe=One-Click"),
        ("", b""),
    ],
    ids=lambda sent: sent[0] or "nothing",
)
def test_whatever_is_posted_unsubscribes_at_once(house: House, sent: tuple[str, bytes]) -> None:
    mark = a_subscriber(house.store)
    answer = house.ask("POST", house.links(mark)[UNSUBSCRIBE], sent)
    assert answer.status == 200
    assert {"Set-Cookie", "Location"}.isdisjoint(answer.headers)
    assert "You are unsubscribed" in answer.said()
    assert "write to us: daily@courier.example" in answer.said()
    assert house.reasons(mark) == [("daily", Reason.UNSUBSCRIBED)]


def test_to_unsubscribe_again_changes_nothing_and_says_the_same(house: House) -> None:
    mark = a_subscriber(house.store)
    link = house.links(mark)[UNSUBSCRIBE]
    first = house.ask("POST", link, ONE_CLICK)
    (before,) = house.store.person(mark).suppressions
    assert house.ask("POST", link, ONE_CLICK).page == first.page
    assert house.store.person(mark).suppressions == (before,)


def test_many_who_press_at_once_are_all_unsubscribed(house: House) -> None:
    marks = [a_subscriber(house.store) for _ in range(12)]
    links = [house.links(mark)[UNSUBSCRIBE] for mark in marks] * 4
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda link: house.ask("POST", link, ONE_CLICK), links))
    assert {answer.status for answer in answers} == {200}
    assert [house.reasons(mark) for mark in marks] == [[("daily", Reason.UNSUBSCRIBED)]] * 12


def test_who_was_erased_can_still_unsubscribe_and_stays_erased(house: House) -> None:
    mark = a_subscriber(house.store)
    house.store.erase(mark, NOW)
    for method in ("GET", "POST"):
        assert house.ask(method, house.links(mark)[UNSUBSCRIBE]).status == 200
    assert (EVERY_EDITION, Reason.ERASED) in house.reasons(mark)
    assert "You are unsubscribed" in house.ask("GET", house.links(mark)[PREFERENCES]).said()


def test_the_link_in_an_old_email_works_on_after_somebody_came_back(house: House) -> None:
    key = "back@example.org"
    mark = house.store.mark(key)
    house.store.admit("daily", candidate(key), ["daily"])
    link = house.links(mark)[UNSUBSCRIBE]
    house.ask("POST", link, ONE_CLICK)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    assert house.store.admit("daily", candidate(key, later), ["daily"])
    assert house.reasons(mark) == []
    house.store.rotate_link_keys(NOW)
    assert house.ask("POST", link, ONE_CLICK).status == 200
    assert house.reasons(mark) == [("daily", Reason.UNSUBSCRIBED)]


def test_a_link_leads_out_of_its_own_edition_alone_even_of_one_that_is_no_more(
    house: House,
) -> None:
    mark = a_subscriber(house.store)
    answer = house.ask("POST", house.links(mark, "weekly")[UNSUBSCRIBE], ONE_CLICK)
    assert "no more issues of The London Courier" in answer.said()
    assert house.reasons(mark) == [("weekly", Reason.UNSUBSCRIBED)]
    assert "Your preferences" in house.ask("GET", house.links(mark)[PREFERENCES]).said()


def test_the_way_out_of_the_preferences_is_the_same(house: House) -> None:
    mark = a_subscriber(house.store)
    link = house.links(mark)[PREFERENCES]
    (out,) = lxml.html.document_fromstring(house.ask("GET", link).page).xpath("//main//a/@href")
    assert out == f"..{link.replace('/p/', '/u/')}"
    assert house.ask("GET", out[2:]).status == 200
    house.ask("POST", out[2:])
    assert house.reasons(mark) == [("daily", Reason.UNSUBSCRIBED)]
    assert "You are unsubscribed" in house.send_form(link, language="de").said()
    assert house.subscriber(mark).language == ""


def test_a_body_that_no_mail_program_sends_is_refused_unread(house: House) -> None:
    mark = a_subscriber(house.store)
    answer = house.ask("POST", house.links(mark)[UNSUBSCRIBE], (ONE_CLICK[0], b"x" * 70_000))
    assert answer.status == 413
    assert house.reasons(mark) == []


# ---------------------------------------------------------------- what is no link


def altered(token: str) -> Iterator[str]:
    for number in range(0, len(token), 7):
        yield f"{token[:number]}{'A' if token[number] != 'A' else 'B'}{token[number + 1 :]}"
    yield from (token[:-1], token[:20], f"{token}A", f"{token}=", f"{token}.", token.swapcase())


def test_no_altered_token_does_anything_and_all_are_told_the_same(house: House) -> None:
    mark = a_subscriber(house.store)
    nowhere = house.ask("GET", "/nowhere/at/all")
    assert nowhere.status == 404
    for folder, slot in (("u", UNSUBSCRIBE), ("p", PREFERENCES)):
        for token in altered(house.links(mark)[slot].rpartition("/")[2]):
            for method in ("GET", "POST"):
                answer = house.ask(method, f"/{folder}/{token}")
                assert (answer.status, answer.page) == (404, nowhere.page), token
    assert house.reasons(mark) == []


def test_a_token_opens_what_it_was_made_for_and_nothing_else(house: House) -> None:
    mark = a_subscriber(house.store)
    keys = house.store.link_keys()
    opens = {
        purpose: [
            folder
            for folder in ("u", "p")
            if house.ask(
                "GET",
                f"/{folder}/"
                + sign(Ticket(purpose=purpose, edition="daily", mark=mark, date=ISSUE), keys),
            ).status
            == 200
        ]
        for purpose in Purpose
    }
    assert opens == {
        Purpose.UNSUBSCRIBE: ["u"],
        Purpose.PREFERENCES: ["u", "p"],
        Purpose.VIEW: [],
        Purpose.BOUNCE: [],
    }


def test_a_token_of_another_publication_opens_nothing(house: House) -> None:
    mark = a_subscriber(house.store)
    ticket = Ticket(purpose=Purpose.UNSUBSCRIBE, edition="daily", mark=mark, date=ISSUE)
    theirs = dict.fromkeys(house.store.link_keys(), b"x" * 32)
    assert house.ask("POST", f"/u/{sign(ticket, theirs)}", ONE_CLICK).status == 404
    assert house.reasons(mark) == []


# ---------------------------------------------------------------- preferences


def ticked(answer: Answer) -> list[str]:
    boxes = lxml.html.document_fromstring(answer.page).iter("input")
    said = [box.attrib for box in boxes]
    return [one["value"] for one in said if one["name"] == "section" and "checked" in one]


def test_all_sections_are_ticked_until_some_are_chosen(house: House) -> None:
    mark = a_subscriber(house.store)
    link = house.links(mark)[PREFERENCES]
    assert ticked(house.ask("GET", link)) == list(SECTIONS)
    answer = house.send_form(link, SECTIONS[2], "News")
    assert answer.status == 200
    assert "Saved." in answer.said()
    assert ticked(answer) == ticked(house.ask("GET", link)) == ["News", SECTIONS[2]]
    assert house.subscriber(mark).sections == ("News", SECTIONS[2])


@pytest.mark.parametrize("titles", [SECTIONS, (), ("Gone since",)], ids=["all", "none", "unknown"])
def test_all_or_none_means_whatever_there_is_and_will_be(
    house: House, titles: tuple[str, ...]
) -> None:
    mark = a_subscriber(house.store)
    link = house.links(mark)[PREFERENCES]
    house.send_form(link, "News")
    assert ticked(house.send_form(link, *titles)) == list(SECTIONS)
    assert house.subscriber(mark).sections == ()


@pytest.mark.parametrize(("value", "weeks"), [("1", 1), ("2", 2), ("4", 4)])
def test_a_pause_of_weeks_ends_that_many_weeks_from_today(
    house: House, value: str, weeks: int
) -> None:
    mark = a_subscriber(house.store)
    house.send_form(house.links(mark)[PREFERENCES], pause=value)
    until = house.subscriber(mark).paused_until
    today = dt.datetime.now(dt.UTC).date()
    assert until is not None
    assert until - today in {dt.timedelta(weeks=weeks), dt.timedelta(weeks=weeks, days=1)}


def test_a_pause_lasts_until_the_day_that_was_written_and_can_be_ended(house: House) -> None:
    mark = a_subscriber(house.store)
    link = house.links(mark)[PREFERENCES]
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    answer = house.send_form(link, pause="day", day=day.isoformat())
    assert f"{day.day} {day:%B %Y}" in answer.said()
    assert house.subscriber(mark).paused_until == day
    page = lxml.html.document_fromstring(house.ask("GET", link).page)
    assert page.xpath("//input[@name='pause'][@checked]/@value") == ["day"]
    assert page.xpath("//input[@name='day']/@value") == [day.isoformat()]
    house.send_form(link, pause="", day=day.isoformat())
    assert house.subscriber(mark).paused_until is None


def test_a_day_counts_without_the_mark_before_it(house: House) -> None:
    mark = a_subscriber(house.store)
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    house.send_form(house.links(mark)[PREFERENCES], pause="", day=day.isoformat())
    assert house.subscriber(mark).paused_until == day


@pytest.mark.parametrize("day", ["", "2026-02-30", "1999-01-01", "9999-12-31", "0", "x" * 999])
def test_a_day_that_no_pause_can_end_on_saves_nothing_and_keeps_what_was_ticked(
    house: House, day: str
) -> None:
    mark = a_subscriber(house.store)
    answer = house.send_form(house.links(mark)[PREFERENCES], "World", pause="day", day=day)
    assert answer.status == 422
    assert "Not saved." in answer.said()
    assert ticked(answer) == ["World"]
    assert house.subscriber(mark) == Subscriber(address=house.subscriber(mark).address)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ((ONE_CLICK[0], b"language=de"), 400),
        ((ONE_CLICK[0], b"language=tlh&pause="), 400),
        ((ONE_CLICK[0], b"language=de&pause=3"), 400),
        (ONE_CLICK, 400),
        (("application/json", b'{"language": "de", "pause": ""}'), 400),
        (("multipart/form-data", b"--\r\n"), 400),
        (("", b""), 400),
        ((ONE_CLICK[0], b"language=de&pause=&section=" + b"x" * 70_000), 413),
    ],
)
def test_what_no_form_of_ours_sends_changes_nothing(
    house: House, sent: tuple[str, bytes], status: int
) -> None:
    mark = a_subscriber(house.store)
    assert house.ask("POST", house.links(mark)[PREFERENCES], sent).status == status
    assert house.subscriber(mark).language == ""


def test_the_page_speaks_the_language_that_was_chosen_at_once(house: House) -> None:
    mark = a_subscriber(house.store)
    links = house.links(mark)
    answer = house.send_form(links[PREFERENCES], language="ar")
    assert '<html lang="ar" dir="rtl">' in answer.page
    assert "تم الحفظ." in answer.said()
    assert house.subscriber(mark).language == "ar"
    assert "تفضيلاتك" in house.ask("GET", links[PREFERENCES]).said()
    assert "إلغاء الاشتراك" in house.ask("GET", links[UNSUBSCRIBE]).said()
    assert "تم إلغاء اشتراكك" in house.ask("POST", links[UNSUBSCRIBE]).said()


def test_the_languages_are_those_that_there_are_words_of_and_the_one_they_have(
    house: House,
) -> None:
    mark = a_subscriber(house.store, language="pt-BR")
    link = house.links(mark)[PREFERENCES]
    page = lxml.html.document_fromstring(house.ask("GET", link).page)
    offered = {option.get("value"): option.text for option in page.iter("option")}
    assert offered == {
        "": "English (United Kingdom)",
        "ar": "العربية",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "pt-BR": "Português (Brasil)",
    }
    assert page.xpath("//option[@selected]/@value") == ["pt-BR"]
    house.send_form(link, language="pt-BR")
    assert house.subscriber(mark).language == "pt-BR"


def test_the_titles_of_sections_are_text_and_never_markup(house: House) -> None:
    answer = house.ask("GET", house.links(a_subscriber(house.store))[PREFERENCES])
    page = lxml.html.document_fromstring(answer.page)
    assert page.xpath("//input[@name='section']/@value") == list(SECTIONS)
    assert page.xpath("//label/span/text()") == list(SECTIONS)


def test_many_who_save_at_once_all_get_what_one_of_them_asked_for(house: House) -> None:
    mark = a_subscriber(house.store)
    link = house.links(mark)[PREFERENCES]
    wanted = [title for title in SECTIONS for _ in range(8)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda title: house.send_form(link, title), wanted))
    assert {answer.status for answer in answers} == {200}
    assert house.subscriber(mark).sections in {(title,) for title in SECTIONS}


def test_who_is_suppressed_everywhere_is_told_and_can_choose_nothing(house: House) -> None:
    mark = a_subscriber(house.store)
    house.store.suppress(mark, Reason.COMPLAINED, NOW)
    link = house.links(mark)[PREFERENCES]
    assert "You are unsubscribed" in house.ask("GET", link).said()
    assert "You are unsubscribed" in house.send_form(link, "News").said()
    assert house.subscriber(mark).sections == ()


def test_a_browser_without_scripts_saves_the_form_and_presses_the_button(house: House) -> None:
    mark = a_subscriber(house.store)
    host, port = house.address
    with reading() as reader:
        page = reader.page.context.browser.new_page(java_script_enabled=False)  # type: ignore[union-attr]
        page.goto(f"http://{host}:{port}{house.links(mark)[PREFERENCES]}")
        page.get_by_label("World").uncheck()
        page.get_by_label("Language").select_option("de")
        page.get_by_role("button", name="Save").click()
        assert "Gespeichert." in page.get_by_role("status").inner_text()
        page.get_by_role("link", name="The Daily Courier abbestellen").click()
        assert house.reasons(mark) == []
        page.get_by_role("button").click()
        assert page.get_by_role("heading").inner_text() == "Sie sind abgemeldet"
    assert house.subscriber(mark).sections == ("News", SECTIONS[2])
    assert house.reasons(mark) == [("daily", Reason.UNSUBSCRIBED)]


# ---------------------------------------------------------------- in this process


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        yield opened


def reader_of(store: Store, *templates: Path, timezone: str = "Europe/London") -> FlaskClient:
    faces = reader_faces(*templates)
    faces = replace(faces, publication=replace(PUBLICATION, timezone=timezone))
    return create_app(store, faces, out=Path("nowhere"), clock=lambda: NOW).test_client()


def path_of(store: Store, mark: bytes, slot: str) -> str:
    keys = store.link_keys()
    return links_of(mark, edition="daily", date=TODAY, keys=keys, base_url="")[slot]


@pytest.mark.parametrize(("zone", "day"), [("Europe/London", 4), ("Asia/Tokyo", 5)])
def test_today_is_the_day_where_the_publication_is(store: Store, zone: str, day: int) -> None:
    mark = a_subscriber(store)
    path = path_of(store, mark, PREFERENCES)
    reader_of(store, timezone=zone).post(path, data={**FORM, "pause": "1"}).close()
    record = store.subscriber("daily", mark)
    assert record is not None
    assert record.subscriber.paused_until == dt.date(2026, 12, day)


def test_the_sections_of_an_edition_that_is_not_configured_now_are_let_be(store: Store) -> None:
    mark = a_subscriber(store)
    store.set_preferences("daily", mark, sections=("World",), language="")
    faces = replace(reader_faces(), editions={})
    reader = create_app(store, faces, out=Path("nowhere"), clock=lambda: NOW).test_client()
    with reader.post(path_of(store, mark, PREFERENCES), data={**FORM, "language": "de"}) as answer:
        assert answer.status_code == 200
    record = store.subscriber("daily", mark)
    assert record is not None
    assert (record.subscriber.sections, record.subscriber.language) == (("World",), "de")


def test_a_store_that_cannot_be_written_to_says_to_try_again_and_logs_nobody(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    path = path_of(store, a_subscriber(store), UNSUBSCRIBE)
    reader = reader_of(store)
    with create_engine(f"sqlite:///{tmp_path / 'digest.db'}").begin() as connection:
        connection.execute(text("DROP TABLE suppressions"))
    with reader.post(path) as answer:
        assert answer.status_code == 503
        assert "Please try again" in answer.get_data(as_text=True)
    assert caplog.records
    token = path.rpartition("/")[2]
    assert token[:20] not in caplog.text
    assert "example.org" not in caplog.text


def test_nothing_is_kept_of_who_pressed_the_button(store: Store) -> None:
    mark = a_subscriber(store)
    agent = {"User-Agent": "Telltale/1.0", "X-Forwarded-For": "198.51.100.7"}
    reader_of(store).post(path_of(store, mark, UNSUBSCRIBE), headers=agent).close()
    (held,) = store.person(mark).suppressions
    assert held.note == "by the link in the issue of 2026-11-23"
    assert held.since == NOW


@pytest.mark.parametrize("page", ["unsubscribe", "unsubscribed", "preferences"])
def test_a_broken_page_is_told_before_anybody_comes(
    tmp_path: Path, store: Store, page: str
) -> None:
    broken = tmp_path / f"mine/public/{page}.html.j2"
    broken.parent.mkdir(parents=True)
    broken.write_text("<p>\n{{ newsletter.motto }}", "utf-8")
    with pytest.raises(TemplateError, match="has no attribute 'motto'") as told:
        reader_of(store, tmp_path / "mine")
    assert told.value.where == f"{broken}:2"


def test_a_newsroom_can_have_its_own_page(tmp_path: Path, store: Store) -> None:
    page = tmp_path / "mine/public/unsubscribed.html.j2"
    page.parent.mkdir(parents=True)
    page.write_text("Farewell from {{ newsletter }}: {{ contact }}", "utf-8")
    path = path_of(store, a_subscriber(store), UNSUBSCRIBE)
    with reader_of(store, tmp_path / "mine").post(path) as answer:
        told = answer.get_data(as_text=True)
    assert told == "Farewell from The Daily Courier: daily@courier.example"
