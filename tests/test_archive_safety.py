"""The staff's pages run nothing of a feed's, and ask no network."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import lxml.html
from archive_makers import CUTOFF, EVIL, RIVER, TEMPLATES, frames, gallery, make_saved, page, words

from digest.archive import read_gallery_entry, write_issue
from digest.archive.pictures import picture_name
from digest.model import Factor, IssueState
from digest.preflight import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.html import HtmlElement


def live_parts(tree: HtmlElement) -> Iterator[str]:
    """Find whatever a browser would run."""
    for element in tree.iter():
        if element.tag in {"script", "object", "embed"}:
            yield str(element.tag)
        yield from (name for name in element.attrib if name.startswith("on"))
        href = element.get("href", "")
        if href.lower().startswith(("javascript", "data", "vbscript")):
            yield href


def loads(tree: HtmlElement) -> set[str]:
    """Find what a browser would fetch by itself."""
    fetched = tree.xpath("//img/@src|//script/@src|//link/@href|//iframe/@src|//source/@srcset")
    styles = " ".join(tree.xpath("//style/text()|//@style"))
    return {*map(str, fetched), *re.findall(r"url\(.*?\)|@import.*?;", styles)}


def test_hostile_words_are_shown_as_words(tmp_path: Path) -> None:
    saved = make_saved(title=EVIL)
    lead = replace(
        saved.issue.lead,
        url="javascript:alert(1)",
        source=EVIL,
        standfirst=EVIL,
        reasons=(EVIL,),
        factors=(Factor(name=EVIL, value=2.0, why=EVIL),),
    )
    issue = replace(saved.issue, lead=lead, notices=(EVIL,), subject=EVIL)
    finding = Finding(level="error", rule=EVIL, message=EVIL, where=EVIL)
    email = replace(saved.email, subject=EVIL, preheader=EVIL, text=EVIL)
    hostile = replace(saved, issue=issue, email=email, findings=(finding,))
    folder = write_issue(tmp_path / "out", hostile, templates=TEMPLATES)
    entry = read_gallery_entry(folder, IssueState.HELD, CUTOFF, EVIL)
    index = gallery(tmp_path / "out", replace(entry, title=EVIL))
    assert list(live_parts(page(folder / "preview.html"))) == []
    assert list(live_parts(page(index))) == []
    assert " ".join(EVIL.split()) in words(folder / "preview.html")
    assert " ".join(EVIL.split()) in words(index)


def test_the_pages_ask_no_network(tmp_path: Path) -> None:
    saved = make_saved()
    folder = write_issue(tmp_path / "out", saved, templates=TEMPLATES)
    index = gallery(tmp_path / "out", read_gallery_entry(folder, IssueState.DRAFT))
    for path in (index, folder / "preview.html"):
        tree = page(path)
        policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert policy.startswith("default-src 'none'; img-src 'self' file:")
        assert "http" not in policy
        for fetched in loads(tree):
            assert (path.parent / fetched).is_file()
    for html in frames(folder / "preview.html").values():
        frame = lxml.html.document_fromstring(html)
        assert loads(frame) <= {picture_name(RIVER), "data:,"}
    for frame in page(folder / "preview.html").iter("iframe"):
        assert "allow-scripts" not in frame.get("sandbox", "allow-scripts")
        assert frame.get("src") is None
