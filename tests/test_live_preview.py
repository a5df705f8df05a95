"""`digest preview`: a page that follows what is edited, over HTTP on this machine alone."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lxml.html
import pytest
from courier import ROOT
from publication import AT, STORIES, digest, tree, write_feed, write_publication

from digest.previewing import LivePreview
from digest.web.live import create_live_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.newsroom import Newsroom

LEAD = (
    '{% extends "base/lead.html.j2" %}\n{% block onward %}\n<p>Ring the desk</p>\n{% endblock %}\n'
)
CHOICES = "config/choices/daily/2026-11-23.toml"
RETITLE = """\
[[choice]]
url = "https://courier.example/gallion-bridge"
do = "retitle"
text = "Boats again"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def words(self) -> str:
        page = lxml.html.document_fromstring(self.body)
        for style in list(page.iter("style")):
            style.drop_tree()
        return " ".join(" ".join(page.itertext()).split())

    @property
    def desktop(self) -> str:
        page = lxml.html.document_fromstring(self.body)
        return str(page.xpath("string(//iframe[@title='Desktop']/@srcdoc)"))


class Preview:
    """A running `digest preview` and the publication that it shows."""

    def __init__(self, root: Path, port: int, process: subprocess.Popen[str]) -> None:
        self.root = root
        self.port = port
        self.process = process

    def get(self, path: str = "/", method: str = "GET", host: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, headers={"Host": host} if host else {})
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        finally:
            connection.close()

    def put(self, name: str, text: str) -> str:
        """Save a file, as an editor would, and give the version that the page then has."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self.get("/version").text


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_publication(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    return tmp_path


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let children heed an interrupt, which those of a test run in the background would ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def preview(root: Path, interruptible: None) -> Iterator[Preview]:
    with subprocess.Popen(
        [sys.executable, "-m", "digest", "preview", "--no-open"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            found = re.fullmatch(r"Previewing daily 2026-11-23: http://127\.0\.0\.1:(\d+)/\n", told)
            assert found, told
            yield Preview(root, int(found[1]), process)
        finally:
            process.kill()


def test_the_page_follows_a_template_and_nothing_in_out_is_touched(preview: Preview) -> None:
    before = tree(preview.root)
    page, version = preview.get(), preview.get("/version").text
    assert page.status == 200
    assert f'data-version="{version}"' in page.text
    assert "Read the full story" in page.desktop
    now = preview.put("templates/broadsheet/lead.html.j2", LEAD)
    assert now != version
    page = preview.get()
    assert f'data-version="{now}"' in page.text
    assert "Ring the desk" in page.desktop
    assert "Read the full story" not in page.desktop
    assert "Ring the desk" in preview.get("/email.html").text
    assert "+ Ring the desk" in page.words  # beside the version that the issue was built with
    assert tree(preview.root) == before


def test_what_has_not_changed_has_the_version_and_the_bytes_that_it_had(preview: Preview) -> None:
    assert preview.get().body == preview.get().body
    assert preview.get("/version").body == preview.get("/version").body


def test_a_broken_template_is_a_page_that_says_where_until_it_is_mended(preview: Preview) -> None:
    name = "templates/broadsheet/lead.html.j2"
    version = preview.put(name, LEAD.replace("Ring the desk", "{{ lead.titel }}"))
    page = preview.get()
    assert page.status == 500
    assert f'data-version="{version}"' in page.text
    assert "has no attribute 'titel'" in page.words
    assert f"{preview.root / name}:3" in page.words
    assert "3 <p>{{ lead.titel }}</p>" in page.words
    assert "Mend the file" in page.words
    assert 'src="/live.js"' in page.text
    assert preview.get("/email.html").status == 404
    preview.put(name, LEAD)
    assert preview.get().status == 200
    (preview.root / name).unlink()
    assert "Read the full story" in preview.get().desktop


def test_the_page_follows_the_days_choices(preview: Preview) -> None:
    preview.put(CHOICES, RETITLE)
    assert "Boats again" in preview.get().desktop
    preview.put(CHOICES, RETITLE.replace("retitle", "rename"))
    page = preview.get()
    assert page.status == 500
    assert CHOICES in page.words
    preview.put(CHOICES, "")
    assert "Night ferries return" in preview.get().desktop


def test_the_page_follows_the_edition_and_the_publication(preview: Preview) -> None:
    path = preview.root / "config/editions/daily.toml"
    edition = path.read_text(encoding="utf-8")
    evening = edition.replace("The Daily Courier", "The Evening Courier")
    preview.put("config/editions/daily.toml", 'theme = "bulletin"\n' + evening)
    assert "The Evening Courier" in preview.get().words
    assert "<img" not in preview.get().desktop
    without_wire = evening.partition('[[sources]]\nuse = "feed"\nurl = "file:feeds/wire.xml"')[0]
    sections = '[[sections]]\ntitle = "News"\n[rules]\nmin_stories = 1\n'
    preview.put("config/editions/daily.toml", without_wire + sections)
    shown = preview.get().desktop
    assert "Talavera" not in shown
    assert "Orchestra" in shown
    preview.put("config/editions/daily.toml", "title = \n")
    page = preview.get()
    assert page.status == 500
    assert "daily.toml" in page.words
    preview.put("config/editions/daily.toml", edition)
    assert "The Daily Courier" in preview.get().words


def test_the_page_follows_a_build_that_comes_meanwhile(preview: Preview) -> None:
    version = preview.get("/version").text
    stories = [*STORIES["wire"], ("Comet gains a second tail over Talavera", "comet")]
    write_feed(preview.root / "feeds/wire.xml", "wire", stories)
    digest(preview.root, "run", "--at", AT, "--force")
    assert preview.get("/version").text != version
    assert "Comet gains a second tail" in preview.get().desktop


def test_variants_are_served_and_follow_what_is_edited(preview: Preview) -> None:
    add = ("subscribers", "add", "a@home.example", "--language", "de", "--consent", "here")
    digest(preview.root, *add)
    version = preview.put("templates/broadsheet/lead.html.j2", LEAD)
    whole = lxml.html.document_fromstring(preview.get().body)
    (link,) = whole.xpath("//a[starts-with(@href, 'variants/')]/@href")
    page = preview.get(f"/{link}")
    assert f'data-version="{version}"' in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert lxml.html.document_fromstring(page.body).xpath("//script/@src") == ["/live.js"]
    assert "Ring the desk" in page.desktop
    assert '<html lang="de"' in page.desktop
    assert "Variants" in preview.get("/preview.html").words
    digest(preview.root, "subscribers", "remove", "a@home.example")
    preview.put("templates/broadsheet/lead.html.j2", LEAD.replace("Ring", "Call"))
    gone = preview.get(f"/{link}")
    assert (gone.status, gone.headers["Location"]) == (303, "/")
    preview.put("templates/broadsheet/lead.html.j2", "{% broken")
    assert "/live.js" in preview.get(f"/{link}").text


def test_only_the_script_of_the_page_may_run(preview: Preview) -> None:
    page = preview.get()
    tree_of_page = lxml.html.document_fromstring(page.body)
    assert tree_of_page.xpath("//script/@src") == ["/live.js"]
    for frame in tree_of_page.iter("iframe"):
        assert "allow-scripts" not in frame.get("sandbox", "allow-scripts")
    (meta,) = tree_of_page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    for policy in (meta, page.headers["Content-Security-Policy"]):
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
    assert "script-src" not in preview.get("/email.html").headers["Content-Security-Policy"]
    assert preview.get("/live.js").headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", "["])
def test_who_comes_by_another_name_is_refused(preview: Preview, host: str) -> None:
    for path in ("/", "/version", "/email.html", "/live.js"):
        answer = preview.get(path, host=host)
        assert answer.status in {400, 421}
        assert "Night ferries" not in answer.text
    assert preview.get(host=f"localhost:{preview.port}").status == 200


def test_nothing_but_the_issues_own_files_is_there(preview: Preview) -> None:
    assert preview.get("/email.txt").headers["Content-Type"] == "text/plain; charset=utf-8"
    for path in (
        "/digest.toml",
        "/../digest.toml",
        "/%2e%2e/%2e%2e/index.html",
        "/images/",
        "//etc",
    ):
        assert preview.get(path).status == 404
    assert preview.get(method="POST").status == 405


def test_an_interrupt_ends_it_without_a_word(preview: Preview) -> None:
    preview.get()
    preview.process.send_signal(signal.SIGINT)
    out, errors = preview.process.communicate(timeout=30)
    assert (preview.process.returncode, out, errors) == (0, "", "")


def test_whatever_fails_is_a_page_that_goes_on_following(root: Path) -> None:
    def failing() -> Newsroom:
        raise OSError("the disk is full")

    preview = LivePreview(root / "out/daily/2026-11-23", failing, ())
    glance = preview.glance()
    assert "the disk is full" in str(glance.fault)
    page = create_live_app(preview, [ROOT / "templates"]).test_client().get("/")
    assert page.status_code == 500
    assert "live.js" in page.text


def test_inputs_that_cannot_be_read_are_named_before_anything_is_served(root: Path) -> None:
    inputs = root / "out/daily/2026-11-23/inputs.json.gz"
    inputs.write_bytes(b"")
    assert "inputs.json.gz: it cannot be read" in digest(root, "preview", "--no-open", code=1)


def test_the_page_as_it_was_built_is_named_without_a_server(root: Path) -> None:
    told = digest(root, "preview", "--file", "--no-open")
    assert told == "out/daily/2026-11-23/preview.html\n"
    assert "2026-11-23" in digest(root, "preview", "2026-01-01", "--file", code=1)
