"""The pages that readers' links lead to: in this process, and by the server that stands outside."""

from __future__ import annotations

import datetime as dt
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
from fiction import TODAY
from publication import digest, newsroom_of, serving_readers, write_publication
from reader_faces import reader_faces
from sqlalchemy import create_engine, text

from digest.model import OUT, IssueState, Past
from digest.store import IssueRecord, Store
from digest.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

NOW = dt.datetime(2026, 11, 23, 7, 42, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
URLS = (
    "https://courier.example/bridge?a=1&b=2",
    "https://courier.example/straße",
    "javascript:alert(1)",
)
READER = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605"}


def save(store: Store, state: IssueState = IssueState.SENT) -> None:
    record = IssueRecord(
        edition="daily", date=TODAY, state=state, cutoff=NOW, built_at=NOW, state_at=NOW
    )
    placed = [
        Past(date=TODAY, cutoff=NOW, slot="lead", url=url, story="s", title="t") for url in URLS
    ]
    store.save_issue(record, placed)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        save(opened)
        yield opened


@pytest.fixture
def reader(store: Store, tmp_path: Path) -> FlaskClient:
    app = create_app(store, reader_faces(), out=tmp_path / "out", clock=lambda: NOW)
    return app.test_client()


def counted(store: Store) -> dict[str, int]:
    return dict(store.clicks("daily", NOW - DAY, NOW + DAY))


def test_a_link_leads_on_and_its_click_is_counted_in_its_hour(
    store: Store, reader: FlaskClient
) -> None:
    with reader.get("/c/daily/2026-11-23/0", headers=READER) as answer:
        assert (answer.status_code, answer.headers["Location"]) == (302, URLS[0])
        assert answer.headers["Cache-Control"] == "no-store"
    assert counted(store) == {URLS[0]: 1}
    hour = NOW.replace(minute=0)
    assert store.clicks("daily", hour - dt.timedelta(seconds=1), hour) == {URLS[0]: 1}


def test_an_address_in_any_script_becomes_one_that_a_header_holds(reader: FlaskClient) -> None:
    with reader.get("/c/daily/2026-11-23/1", headers=READER) as answer:
        assert answer.headers["Location"] == "https://courier.example/stra%C3%9Fe"


def test_nothing_is_set_on_the_readers_side(reader: FlaskClient) -> None:
    for path in ("/c/daily/2026-11-23/0", "/nowhere"):
        with reader.get(path, headers=READER) as answer:
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/c/daily/2026-11-23/2",
        "/c/daily/2026-11-23/3",
        "/c/daily/2026-11-23/99999999999999999999",
        "/c/daily/2026-11-23/-1",
        "/c/daily/2026-11-24/0",
        "/c/daily/20261123/0",
        "/c/daily/2026-W48-1/0",
        "/c/weekly/2026-11-23/0",
        "/c/daily/2026-11-23/0/https://evil.example",
        "/c/https%3A%2F%2Fevil.example/2026-11-23/0",
        "/c/daily/2026-11-23/0%00",
    ],
)
def test_what_is_no_link_of_ours_is_a_plain_page_that_says_so(
    store: Store, reader: FlaskClient, path: str
) -> None:
    with reader.get(path, headers=READER) as answer:
        assert answer.status_code == 404
        assert "Location" not in answer.headers
        page = answer.get_data(as_text=True)
    assert "This page is not here" in page
    assert "The London Courier" in page
    assert "evil" not in page
    assert counted(store) == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": ""},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
        {"User-Agent": "BarracudaCentral"},
        {"User-Agent": "Iframely/1.3.1 (+https://iframely.com/docs/about) Atlassian"},
        {"User-Agent": "Mozilla/5.0 (compatible; MailScanner/2.1)"},
        {"User-Agent": "Mozilla/5.0 CloudScanService"},
        {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Mimecast)"},
        {**READER, "Purpose": "prefetch"},
        {**READER, "Sec-Purpose": "prefetch;prerender"},
        {**READER, "X-Moz": "prefetch"},
        {**READER, "X-Purpose": "preview"},
    ],
    ids=str,
)
def test_what_no_reader_asked_for_is_led_on_and_not_counted(
    store: Store, reader: FlaskClient, headers: dict[str, str]
) -> None:
    with reader.get("/c/daily/2026-11-23/0", headers=headers) as answer:
        assert answer.status_code == 302
    assert counted(store) == {}


@pytest.mark.parametrize("name", ["CUBOT NOTE", "ScandinavianNews/3.1"])
def test_a_readers_program_is_not_taken_for_a_machine_by_part_of_its_name(
    store: Store, reader: FlaskClient, name: str
) -> None:
    agent = {"User-Agent": f"{READER['User-Agent']} {name}"}
    reader.get("/c/daily/2026-11-23/0", headers=agent).close()
    assert counted(store) == {URLS[0]: 1}


def test_a_head_request_is_led_on_and_not_counted(store: Store, reader: FlaskClient) -> None:
    with reader.head("/c/daily/2026-11-23/0", headers=READER) as answer:
        assert (answer.status_code, answer.headers["Location"]) == (302, URLS[0])
    assert counted(store) == {}


def test_another_method_is_refused(reader: FlaskClient) -> None:
    with reader.post("/c/daily/2026-11-23/0", headers=READER) as answer:
        assert answer.status_code == 405


@pytest.mark.parametrize(
    "state", [state for state in IssueState if state not in OUT], ids=lambda state: state.value
)
def test_an_issue_that_readers_do_not_have_is_told_of_to_nobody(
    store: Store, reader: FlaskClient, state: IssueState
) -> None:
    save(store, state)
    with reader.get("/c/daily/2026-11-23/0", headers=READER) as answer:
        assert answer.status_code == 404
        assert "bridge" not in answer.get_data(as_text=True)
    assert counted(store) == {}


def test_an_issue_that_left_the_house_in_part_leads_those_on_who_have_it(
    store: Store, reader: FlaskClient
) -> None:
    store.set_state("daily", TODAY, IssueState.HELD, NOW, "the server hung up", begun=True)
    with reader.get("/c/daily/2026-11-23/0", headers=READER) as answer:
        assert answer.status_code == 302


def test_a_store_that_cannot_be_read_is_a_page_that_says_so_and_no_trace(
    tmp_path: Path, store: Store, reader: FlaskClient
) -> None:
    with create_engine(f"sqlite:///{tmp_path / 'digest.db'}").begin() as connection:
        connection.execute(text("DROP TABLE placements"))
    with reader.get("/c/daily/2026-11-23/0", headers=READER) as answer:
        assert answer.status_code == 503
        page = answer.get_data(as_text=True)
    assert "Please try again" in page
    assert "placements" not in page


# ---------------------------------------------------------------- the server


def fetch(address: tuple[str, int], path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(*address, timeout=20)
    try:
        connection.request("GET", path, headers=READER)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")
    finally:
        connection.close()


def wait_for(store: Store, expected: dict[str, int]) -> None:
    """Wait for what is counted after the answer is out."""
    until = monotonic() + 20
    while (found := all_clicks(store)) != expected:
        assert monotonic() < until, found
        sleep(0.05)


def all_clicks(store: Store) -> dict[str, int]:
    now = dt.datetime.now(dt.UTC)
    return dict(store.clicks("daily", now - DAY, now + DAY))


def test_the_server_leads_many_readers_on_at_once_and_counts_each(tmp_path: Path) -> None:
    config = write_publication(tmp_path)
    with newsroom_of(config) as newsroom, serving_readers(tmp_path) as address:
        save(newsroom.store)
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: fetch(address, "/c/daily/2026-11-23/0"), range(120)))
        assert set(answers) == {(302, URLS[0])}
        wait_for(newsroom.store, {URLS[0]: 120})
        assert fetch(address, "/c/daily/2026-11-23/9")[0] == 404


def test_a_store_that_is_being_written_to_keeps_no_reader_waiting(tmp_path: Path) -> None:
    config = write_publication(tmp_path)
    with newsroom_of(config) as newsroom, serving_readers(tmp_path) as address:
        save(newsroom.store)
        fetch(address, "/c/daily/2026-11-23/0")
        wait_for(newsroom.store, {URLS[0]: 1})
        release = threading.Event()
        held = threading.Event()

        def write() -> None:
            with newsroom.store._writing():
                held.set()
                release.wait(20)

        writer = threading.Thread(target=write)
        writer.start()
        assert held.wait(20)
        began = monotonic()
        assert fetch(address, "/c/daily/2026-11-23/0") == (302, URLS[0])
        assert monotonic() - began < 2
        assert all_clicks(newsroom.store) == {URLS[0]: 1}
        release.set()
        writer.join()
        wait_for(newsroom.store, {URLS[0]: 2})


def test_an_address_that_is_taken_or_none_is_named(tmp_path: Path) -> None:
    write_publication(tmp_path)
    with serving_readers(tmp_path) as (host, port):
        told = digest(tmp_path, "web", "--host", host, "--port", str(port), code=2)
    assert told.startswith(f"digest: {host}:{port}: it cannot listen there: Address already in use")
    assert "nowhere.invalid:8000" in digest(tmp_path, "web", "--host", "nowhere.invalid", code=2)


@pytest.mark.parametrize(
    ("template", "line", "reason"),
    [
        ("<p>\n{{ publication.motto }}\n", 2, "has no attribute 'motto'"),
        ("<p>\n\n{% block main %}\n", 3, "Unexpected end of template"),
    ],
)
def test_a_broken_page_for_readers_is_told_at_the_start_and_by_check(
    tmp_path: Path, template: str, line: int, reason: str
) -> None:
    write_publication(tmp_path)
    page = tmp_path / "templates/public/message.html.j2"
    page.parent.mkdir(parents=True)
    page.write_text(template, "utf-8")
    for verb in (("web", "--port", "0"), ("check",)):
        told = digest(tmp_path, *verb, code=1 if verb[0] == "web" else 2)
        assert f"{page}:{line}: " in told
        assert reason in told


def test_a_page_that_breaks_while_readers_come_is_shown_as_it_was(
    tmp_path: Path, store: Store
) -> None:
    mine = tmp_path / "templates"
    (mine / "public").mkdir(parents=True)
    page = mine / "public/message.html.j2"
    page.write_text("Sorry: {{ title }}", "utf-8")
    app = create_app(store, reader_faces(mine), out=tmp_path, clock=lambda: NOW)
    page.write_text("{{ nothing }}", "utf-8")
    with app.test_client().get("/nowhere", headers=READER) as answer:
        assert (answer.status_code, answer.get_data(as_text=True)) == (
            404,
            "Sorry: This page is not here",
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def publish(root: Path) -> None:
    """Lay out a public archive of one issue, and beside it what is nobody's business."""
    for name in ("index.html", "atom.xml", "daily/2026-11-23/index.html", ".lock", "notes.txt"):
        path = root / "out/public" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"public {name}", "utf-8")
    (root / "out/index.html").write_text("the staff's", "utf-8")
    (root / "out/daily/2026-11-23").mkdir(parents=True)
    (root / "out/daily/2026-11-23/index.html").write_text("the staff's", "utf-8")


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/", "index.html", "text/html"),
        ("/index.html", "index.html", "text/html"),
        ("/atom.xml", "atom.xml", "application/atom+xml"),
        ("/daily/2026-11-23/", "daily/2026-11-23/index.html", "text/html"),
        ("/daily/2026-11-23/index.html", "daily/2026-11-23/index.html", "text/html"),
    ],
)
def test_the_public_archive_is_served_for_everybody_to_find(
    reader: FlaskClient, tmp_path: Path, path: str, name: str, kind: str
) -> None:
    publish(tmp_path)
    with reader.get(path, headers=READER) as answer:
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.get_data(as_text=True) == f"public {name}"
        assert "noindex" not in answer.headers["X-Robots-Tag"]
        assert "img-src http: https:" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        tag = answer.headers["ETag"]
    with reader.get(path, headers={**READER, "If-None-Match": tag}) as answer:
        assert answer.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/notes.txt",
        "/.lock",
        "/../index.html",
        "/%2e%2e/daily/2026-11-23/index.html",
        "/%2e%2e/daily/",
        "/daily/2026-11-24/",
        "/weekly/2026-11-23/",
    ],
)
def test_nothing_that_lies_beside_the_public_archive_is_served(
    reader: FlaskClient, tmp_path: Path, path: str
) -> None:
    publish(tmp_path)
    with reader.get(path, headers=READER) as answer:
        text = answer.get_data(as_text=True)
        assert answer.status_code in {308, 404}
    assert "the staff" not in text
    assert "public " not in text


PICTURE = "daily/2026-11-23/images/river-0123456789ab-0123456789ab.jpg"


def test_a_picture_of_an_issue_is_served_to_be_kept(reader: FlaskClient, tmp_path: Path) -> None:
    for name in (PICTURE, "daily/2026-11-23/images/notes.txt", "daily/2026-11-23/images/logo.png"):
        path = tmp_path / "out/public" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a picture")
    with reader.get(f"/{PICTURE}", headers=READER) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        tag = answer.headers["ETag"]
    with reader.get(f"/{PICTURE}", headers={**READER, "If-None-Match": tag}) as answer:
        assert answer.status_code == 304
        assert "immutable" in answer.headers["Cache-Control"]
    for lost in ("notes.txt", "logo.png", "..%2f..%2f..%2fdigest.db", "none-0123456789ab.jpg"):
        with reader.get(f"/daily/2026-11-23/images/{lost}", headers=READER) as answer:
            assert answer.status_code == 404
            assert "immutable" not in answer.headers["Cache-Control"]


def test_an_issue_that_was_sent_can_be_read_by_everybody(tmp_path: Path) -> None:
    write_publication(tmp_path)
    with serving_readers(tmp_path) as address:
        digest(tmp_path, "run", "--at", "2026-11-23T05:30")
        connection = http.client.HTTPConnection(*address, timeout=20)
        connection.request("GET", "/daily/2026-11-23/", headers=READER)
        answer = connection.getresponse()
        assert answer.status == 200
        page = (tmp_path / "out/public/daily/2026-11-23/index.html").read_bytes()
        assert answer.read() == page
        connection.close()
