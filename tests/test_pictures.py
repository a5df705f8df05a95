"""Pictures of issues: linked, hosted or attached, by the setting and the sources' rights."""

from __future__ import annotations

import asyncio
import datetime as dt
import email
import email.policy
import http.client
import io
import json
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import lxml.html
import pytest
from configured import DIGEST, publication
from PIL import Image as Pillow
from publication import AT, digest, newsroom_of, serving_readers, tree
from test_enriching import Site, opened

from digest.building import build
from digest.enriching import enrich
from digest.errors import DeliveryError
from digest.model import Article, Image, IssueState
from digest.outgoing import Outcome
from digest.protocols import Limits, Pulled
from digest.replaying import replay
from digest.resuming import recover
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from lxml.html import HtmlElement

    from digest.building import Built
    from digest.newsroom import Newsroom
    from digest.outgoing import Delivery

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
DAY = dt.timedelta(days=1)
BASE = "https://news.courier.example"
WEB = f'[web]\nbase_url = "{BASE}/"\n'
EDITION = """
title = "The Daily Courier"
{theme}

[[sources]]
use = "feed"
url = "https://courier.example/feed.xml"
title = "Courier"
section = "News"
rights = "own"

[[sources]]
use = "feed"
url = "https://ledger.example/feed.xml"
title = "Ledger"
section = "World"

[[sections]]
title = "News"

[[sections]]
title = "World"

[lead]
related = 0

[most_popular]
count = 1

[rules]
min_stories = 1

[images]
use = "{use}"
"""
TITLES = {  # three of the Courier's, then two of the Ledger's
    "0": "Night ferries return as Gallion Bridge shuts",
    "1": "Clockmaker cleared of stopping the town hall bells",
    "2": "Snow brings the pony post back to Aldern",
    "3": "Orchestra of exiles plays its first concert at home",
    "4": "Pilots strike leaves ships at anchor off Talavera",
}


def photograph(number: int, size: tuple[int, int] = (1600, 1200)) -> bytes:
    file = io.BytesIO()
    Pillow.linear_gradient("L").resize(size).rotate(90 * number).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def site() -> Site:
    site = Site()
    site.pictures = {name: photograph(int(name)) for name in TITLES}
    return site


@pytest.fixture
def opening(tmp_path: Path) -> Callable[..., AbstractContextManager[Newsroom]]:
    """Give what opens the newsroom with a setting, as often as one likes."""

    def opens(use: str, *, theme: str = "") -> AbstractContextManager[Newsroom]:
        config = publication(tmp_path, DIGEST + WEB, EDITION.format(use=use, theme=theme))
        return newsroom_of(config)

    return opens


PLACES = {"0": "lead", "1": "News", "3": "World"}


def store(newsroom: Newsroom, base: str, choices: str = "") -> None:
    """Store the articles, and what the editors decide: their places, and `choices`."""
    pins = "".join(
        f'[[choice]]\nurl = "{base}/news/{name}"\ndo = "pin"\nto = "{place}"\n'
        for name, place in PLACES.items()
    )
    path = newsroom.out.parent / "config/choices/daily/2026-11-23.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(pins + choices, "utf-8")
    for source, names in zip(newsroom.edition.sources, ("012", "34"), strict=True):
        articles = tuple(
            Article(
                source=source.id,
                guid=name,
                url=f"{base}/news/{name}",
                title=TITLES[name],
                summary="What the feed says of it, in one sentence.",
                published=NOW - dt.timedelta(hours=1 + int(name)),
                first_seen=NOW,
                image=Image(url=f"{base}/pictures/{name}.jpg", alt=f"View {name}"),
            )
            for name in names
        )
        newsroom.store.add_pull(source.id, Pulled(articles=articles), NOW)


async def enrich_at(newsroom: Newsroom, site: Site, now: dt.datetime) -> str:
    async with opened(site) as (base, http):
        store(newsroom, base)
        await enrich(newsroom, http, TODAY, NOW, now)
        return base


def built(newsroom: Newsroom, site: Site) -> tuple[Built, str]:
    """Look up, build, and give also where the sources keep their pictures."""
    base = asyncio.run(enrich_at(newsroom, site, NOW))
    return build(newsroom, TODAY, NOW, NOW), base


def pictures(html: str) -> dict[str, HtmlElement]:
    """Give the pictures by their alt text."""
    page = lxml.html.document_fromstring(html)
    return {image.get("alt", ""): image for image in page.iter("img")}


def size_of(image: HtmlElement) -> tuple[str | None, str | None]:
    return image.get("width"), image.get("height")


def frames(folder: Path) -> list[str]:
    """Give what the preview's desktop frame shows."""
    page = lxml.html.document_fromstring((folder / "preview.html").read_bytes())
    frame = next(iter(page.iter("iframe"))).get("srcdoc", "")
    return [image.get("src", "") for image in pictures(frame).values()]


def public(newsroom: Newsroom) -> list[str]:
    folder = newsroom.out / "public/daily/2026-11-23"
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(found)


# ---------------------------------------------------------------- three ways


@pytest.mark.parametrize("use", ["link", "host", "attach"])
def test_in_every_way_the_preview_and_the_gallery_show_each_picture_from_disk(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site, use: str
) -> None:
    with opening(use) as newsroom:
        made, base = built(newsroom, site)
        shown = frames(made.folder)
        assert len(shown) == 3
        for source in shown:
            assert (made.folder / source).is_file()
            with Pillow.open(made.folder / source) as picture:
                picture.load()
        index = lxml.html.document_fromstring((newsroom.out / "index.html").read_bytes())
        (thumbnail,) = (image.get("src", "") for image in index.iter("img"))
        assert (newsroom.out / thumbnail).is_file()
        assert base not in (made.folder / "preview.html").read_text("utf-8").partition("<body")[0]
        assert made.findings == ()


def test_a_linked_picture_stays_where_it_is_with_the_ratio_that_it_has(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("link") as newsroom:
        made, base = built(newsroom, site)
        shown = pictures(made.email.html)
        assert shown["View 0"].get("src") == f"{base}/pictures/0.jpg"
        assert size_of(shown["View 0"]) == ("592", "444")
        assert pictures((made.folder / "archive.html").read_text("utf-8")).keys() == shown.keys()
        send(newsroom, TODAY, NOW)
        assert public(newsroom) == ["index.html"]


def test_hosted_pictures_are_cropped_and_those_of_others_stay_linked(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("host") as newsroom:
        made, base = built(newsroom, site)
        shown = pictures(made.email.html)
        assert size_of(shown["View 0"]) == ("592", "368")
        assert size_of(shown["View 1"]) == ("216", "144")
        assert size_of(shown["View 3"]) == ("216", "162")
        assert shown["View 3"].get("src") == f"{base}/pictures/3.jpg"
        for alt, pixels in (("View 0", (1184, 736)), ("View 1", (432, 288))):
            address = shown[alt].get("src", "")
            name = address.removeprefix(f"{BASE}/daily/2026-11-23/")
            with Pillow.open(made.folder / name) as picture:
                assert picture.size == pixels
        page = pictures((made.folder / "archive.html").read_text("utf-8"))
        assert page["View 0"].get("src", "").startswith("images/0-")
        assert page["View 3"].get("src") == f"{base}/pictures/3.jpg"


def test_attached_pictures_travel_beside_the_html_right_to_the_byte(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("attach") as newsroom:
        made, _ = built(newsroom, site)
        raw = (made.folder / "message.eml").read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert [d for part in message.walk() for d in part.defects] == []
        text, related = message.iter_parts()
        assert (message.get_content_type(), text.get_content_type()) == (
            "multipart/alternative",
            "text/plain",
        )
        assert related.get_content_type() == "multipart/related"
        html, *attached = related.iter_parts()
        assert related.get_param("type") == html.get_content_type() == "text/html"
        by_id = {f"cid:{part['Content-ID'][1:-1]}": part for part in attached}
        shown = pictures(html.get_content())
        sources = {one.get("src", "") for one in shown.values()}
        assert {source for source in sources if source.startswith("cid:")} == by_id.keys()
        assert len(by_id) == 2
        for part in attached:
            assert part.get_content_disposition() == "inline"
            name = f"images/{part.get_filename()}"
            assert part.get_content() == (made.folder / name).read_bytes()
        assert "cid:" not in (made.folder / "archive.html").read_text("utf-8")
        assert "cid:" in (made.folder / "email.html").read_text("utf-8")


@pytest.mark.parametrize("use", ["link", "host", "attach"])
def test_an_issue_with_pictures_comes_out_again_byte_for_byte_even_when_they_are_forgotten(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site, use: str
) -> None:
    with opening(use) as newsroom:
        made, _ = built(newsroom, site)
        newsroom.store.forget_pictures(unused_since=NOW + DAY, faulty_before=NOW)
        again = replay(made.folder, newsroom.themes)
        assert again.different == ()
        lost = next((made.folder / "images").iterdir())
        lost.write_bytes(b"another picture")
        assert f"images/{lost.name}" in replay(made.folder, newsroom.themes).different
        lost.unlink()
        assert f"images/{lost.name}" in replay(made.folder, newsroom.themes).different


def test_a_theme_without_pictures_has_none_fetched(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("attach", theme='theme = "bulletin"') as newsroom:
        made, _ = built(newsroom, site)
        assert not (made.folder / "images").exists()
        assert set(site.asked.values()) == {1}  # their beginnings, to know what they are
        assert made.email.attachments == ()


# ---------------------------------------------------------------- rights


def test_a_picture_that_the_editors_chose_is_copied_unless_it_is_another_source_s(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    site.pictures["chosen"] = photograph(1)

    async def run(newsroom: Newsroom) -> Built:
        async with opened(site) as (base, http):
            store(
                newsroom,
                base,
                f'[[choice]]\nurl = "{base}/news/3"\ndo = "image"\n'
                f'image = "{base}/pictures/chosen.jpg"\nalt = "Chosen"\n'
                f'[[choice]]\nurl = "{base}/news/0"\ndo = "image"\n'
                f'image = "{base}/pictures/4.jpg"\nalt = "The Ledger’s"\n',
            )
            await enrich(newsroom, http, TODAY, NOW, NOW)
        return build(newsroom, TODAY, NOW, NOW)

    with opening("host") as newsroom:
        shown = pictures(asyncio.run(run(newsroom)).email.html)
        assert shown["Chosen"].get("src", "").startswith(f"{BASE}/daily/2026-11-23/images/chosen-")
        assert shown["The Ledger’s"].get("src", "").endswith("/pictures/4.jpg")


# ---------------------------------------------------------------- what is missing


def broken(site: Site) -> None:
    """Let the lead's picture be cut off behind what is looked at first."""
    site.pictures["0"] = photograph(0)[:5000]


def told_of_copies(made: Built) -> str:
    return next(one.message for one in made.findings if one.rule == "picture-copy")


@pytest.mark.parametrize("use", ["link", "host", "attach"])
def test_a_picture_that_cannot_be_read_stays_linked_and_the_staff_is_told(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site, use: str
) -> None:
    broken(site)
    with opening(use) as newsroom:
        made, base = built(newsroom, site)
        assert pictures(made.email.html)["View 0"].get("src") == f"{base}/pictures/0.jpg"
        (finding,) = made.findings
        assert (finding.level, finding.where) == ("warning", f"{base}/pictures/0.jpg")
        assert "it cannot be read as a picture" in finding.message
        assert "data:," in frames(made.folder)


def test_a_picture_whose_server_refuses_programs_stays_linked_and_is_asked_for_once(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    site.limited = {"0"}
    with opening("host") as newsroom:
        made, base = built(newsroom, site)
        assert pictures(made.email.html)["View 0"].get("src") == f"{base}/pictures/0.jpg"
        assert "the server answered 429" in told_of_copies(made)
    assert site.asked["/pictures/0.jpg"] == 1


def test_a_build_without_lookups_links_and_says_so(
    opening: Callable[..., AbstractContextManager[Newsroom]],
) -> None:
    with opening("attach") as newsroom:
        store(newsroom, "https://courier.example")
        made = build(newsroom, TODAY, NOW, NOW)
        assert b"multipart/related" not in (made.folder / "message.eml").read_bytes()
        assert {finding.rule for finding in made.findings} == {"picture-copy", "image-height"}
        assert "it was not fetched before the issue was built" in told_of_copies(made)


def test_pictures_are_kept_while_issues_want_them_and_faults_are_tried_again_the_next_day(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    broken(site)

    async def run(newsroom: Newsroom) -> list[list[str]]:
        known = []
        async with opened(site) as (base, http):
            store(newsroom, base)
            for days in (0, 0, 1, 2):
                await enrich(newsroom, http, TODAY, NOW, NOW + days * DAY)
                site.pictures["0"] = photograph(0) if days else site.pictures["0"]
                found = newsroom.store.pictures([f"{base}/pictures/{name}.jpg" for name in TITLES])
                known.append([picture.fault for picture in found])
        return known

    fault = "it cannot be read as a picture"
    with opening("host") as newsroom:
        assert asyncio.run(run(newsroom)) == [[fault, "", ""]] * 3 + [["", "", ""]]
    assert site.asked["/pictures/1.jpg"] == 2


# ---------------------------------------------------------------- in public


class Looking:
    """A deliverer that looks at what is public when the first email leaves, and may fail."""

    irrevocable = False
    connections = 1
    limits = Limits(max_batch=500)

    def __init__(self, newsroom: Newsroom, *, fails: bool) -> None:
        self._newsroom = newsroom
        self._fails = fails
        self.seen: list[str] = []

    def open(self) -> AbstractContextManager[Looking]:
        return nullcontext(self)

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        self.seen = public(self._newsroom)
        self._newsroom.refresh_public(NOW)  # as another edition's build does meanwhile
        assert public(self._newsroom) == self.seen
        if self._fails:
            raise DeliveryError("nobody answers")
        for delivery in batch:
            begin(delivery)
            yield Outcome(delivery=delivery, state="sent")


@pytest.mark.parametrize("use", ["host", "attach"])
def test_pictures_are_public_before_the_first_email_leaves_and_not_a_moment_sooner(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site, use: str
) -> None:
    with opening(use) as newsroom:
        built(newsroom, site)
        assert public(newsroom) == []
        deliverer = Looking(newsroom, fails=False)
        send(replace(newsroom, deliverer=deliverer), TODAY, NOW)
        names = [name.partition("-")[0] for name in deliverer.seen]
        assert names == ["images/0", "images/1"]  # the Ledger's is its own
        assert public(newsroom) == [*deliverer.seen, "index.html"]


def test_pictures_of_a_send_that_failed_are_taken_back(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("host") as newsroom:
        built(newsroom, site)
        deliverer = Looking(newsroom, fails=True)
        with pytest.raises(DeliveryError):
            send(replace(newsroom, deliverer=deliverer), TODAY, NOW)
        assert len(deliverer.seen) == 2
        assert public(newsroom) == []


def test_pictures_of_a_send_that_died_are_taken_back_when_that_is_found_out(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("host") as newsroom:
        built(newsroom, site)
        newsroom.store.set_state("daily", TODAY, IssueState.SENDING, NOW)
        newsroom.publish_pictures(TODAY)
        recover(newsroom, NOW)
        assert public(newsroom) == []


def test_who_got_an_issue_that_is_held_half_way_still_sees_its_pictures(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("host") as newsroom:
        built(newsroom, site)
        newsroom.publish_pictures(TODAY)
        held = IssueState.HELD
        newsroom.store.set_state("daily", TODAY, held, NOW, "the line broke", begun=True)
        newsroom.refresh_public(NOW)
        assert len(public(newsroom)) == 2


def test_pictures_leave_with_the_page_and_what_a_newsroom_laid_there_stays(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("host") as newsroom:
        built(newsroom, site)
        send(newsroom, TODAY, NOW)
        mine = newsroom.out / "public/daily/2026-11-23/images/logo.png"
        mine.write_bytes(b"ours")
        newsroom.store.set_state("daily", TODAY, IssueState.HELD, NOW, "the lawyers read it")
        newsroom.refresh_public(NOW)
        assert public(newsroom) == ["images/logo.png"]


def test_an_issue_that_is_built_again_with_another_picture_shows_that_one_at_another_address(
    opening: Callable[..., AbstractContextManager[Newsroom]], site: Site
) -> None:
    with opening("host") as newsroom:
        built(newsroom, site)
        send(newsroom, TODAY, NOW)
        before = public(newsroom)
        newsroom.store.forget_pictures(unused_since=NOW + DAY, faulty_before=NOW)
        site.pictures = {name: photograph(2, (2000, 1000)) for name in TITLES}
        built(newsroom, site)
        after = public(newsroom)
        assert len(after) == len(before) == 3
        assert set(after) & set(before) == {"index.html"}
        manifest = json.loads((newsroom.out / "daily/2026-11-23/manifest.json").read_bytes())
        assert manifest["pictures"] == after[:2]


# ---------------------------------------------------------------- by the command line


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample publication, whose pictures come with the program."""
    digest(tmp_path, "init", "--sample")
    with (tmp_path / "config/digest.toml").open("a", encoding="utf-8") as file:
        file.write(WEB)
    return tmp_path


def set_images(root: Path, use: str) -> None:
    path = root / "config/editions/daily.toml"
    path.write_text(path.read_text("utf-8").replace('use = "link"', f'use = "{use}"'), "utf-8")


@pytest.mark.parametrize("use", ["host", "attach"])
def test_the_sample_is_published_with_its_pictures_and_comes_out_again(
    sample: Path, use: str
) -> None:
    set_images(sample, use)
    digest(sample, "run", "--at", AT)
    folder = sample / "out/daily/2026-11-23"
    assert json.loads((folder / "preflight.json").read_bytes())["findings"] == []
    shown = pictures((folder / "email.html").read_text("utf-8"))
    assert len(shown) == 4
    addresses = [image.get("src", "") for image in shown.values()]
    prefix = f"{BASE}/daily/2026-11-23/images/" if use == "host" else "cid:"
    assert all(address.startswith(prefix) for address in addresses)
    public_folder = sample / "out/public/daily/2026-11-23"
    page = pictures((public_folder / "index.html").read_text("utf-8"))
    names = {image.get("src", "") for image in page.values()}
    assert {f"images/{path.name}" for path in (public_folder / "images").iterdir()} == names
    assert "byte for byte" in digest(sample, "replay")
    before = tree(sample)
    digest(sample, "run", "--at", AT)
    assert tree(sample) == before
    with serving_readers(sample) as (host, port):
        connection = http.client.HTTPConnection(host, port, timeout=20)
        for name in names:
            connection.request("GET", f"/daily/2026-11-23/{name}")
            answer = connection.getresponse()
            assert answer.status == 200
            assert answer.read() == (folder / name).read_bytes()
        connection.close()


def test_hosting_needs_an_address_and_check_says_so(tmp_path: Path) -> None:
    digest(tmp_path, "init", "--sample")
    set_images(tmp_path, "host")
    assert "Set base_url in [web] of digest.toml" in digest(tmp_path, "check", code=2)
