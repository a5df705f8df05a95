"""Turn one entry, as feedparser gives it, into an Article: plain, bounded, complete or refused."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from digest.markup import bounded, first_sentence, paragraphs, plain_text, split_credit
from digest.model import Article, DateDoubt
from digest.sources.dates import parse_date, read_stamp
from digest.sources.media import lead_image
from digest.urls import absolute_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import Image
    from digest.sources.media import Offered

# Characters and counts of what is kept.
MAX_TITLE = 300
MAX_SUMMARY = 600
MAX_PARAGRAPHS = 40
MAX_PARAGRAPH = 2_000
MAX_CATEGORIES = 20
MAX_AUTHORS = 10
MAX_NAME = 100
MAX_CLOSING = 450  # what a call to read on, with what follows it, may be long
MAX_LISTED = 200  # links, tags, contents or authors of one entry that are looked at

Entry: TypeAlias = dict[str, Any]  # feedparser gives no types; its entries are kinds of dicts

# What feed software puts at an end: WordPress's signature, a call to read on, a mark of its cut.
_SIGNATURE = re.compile(r"\s*The post .{1,400}? (?:first )?appeared (?:first )?on .{1,100}$")
_CALLS = (
    *("Continue reading", "Keep reading", "Read more", "Read on", "Read the full", "Read the rest"),
    *("Seguir leyendo", "Leer m\u00e1s", "Lire la suite", "Weiterlesen", "Leggi tutto"),
    "Lees verder",
)
_CALL = re.compile(
    r"(?:^|(?<=[.!?\u2026\]\u201d\u2019\"')]))\s*"
    rf"(?:{'|'.join(_CALLS)})\b[^.!?]{{0,400}}(?:\.{{3}})?$"
)
_SHORTCODE = re.compile(r"\[/?[a-z][\w-]*(?: [^\]]*)?\]")  # WordPress's, left unexpanded
_CUT = re.compile(r"\s*(?:\[\s*(?:\u2026|\.{3})\s*\]|\((?:more)?\s*(?:\u2026|\.{3})\s*\))$")
_NO_CATEGORY = frozenset({"uncategorized", "uncategorised"})
_NO_LETTERS = re.compile(r"\W+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(r"\S*@\S*|https?://\S*")


class Unusable(Exception):  # noqa: N818  a verdict, counted and told as a warning
    """An entry that can become no article; the message says in the plural which ones are meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the entries of one document share.

    `bases` are the addresses that relative ones are resolved against, the outermost first;
    `doubts` counts, by its name, what had to be left out of articles.
    """

    source: str
    bases: Sequence[str]
    language: str
    now: dt.datetime
    doubts: Counter[str] = field(default_factory=Counter)


def read_entry(
    entry: Entry,
    guid: str,
    offered: Sequence[Offered],
    context: Context,
    *,
    views: int | None = None,
) -> Article:
    """Make an article of `entry`. Raises Unusable without a web link, or with nothing to show."""
    url = entry_link(entry, context.bases)
    if not url:
        raise Unusable("without a web link")
    bodies = entry_bodies(entry)
    body, credit = _body(bodies[0] if bodies else "")
    title = bounded(plain_text(entry_text(entry, "title")), MAX_TITLE)
    summary = _summary(entry_text(entry, "summary"), body, title)
    if not title and not summary:
        raise Unusable("without title and summary")
    # Atom and RDF feeds often have one date, of any kind.
    written = (entry_text(entry, key) for key in ("published", "created", "updated"))
    stamp = read_stamp(written, context.now)
    if stamp.doubt and stamp.doubt is not DateDoubt.NO_ZONE:  # which is common, and believed
        context.doubts[f"with {stamp.doubt}"] += 1
    return Article(
        source=context.source,
        guid=guid,
        url=url,
        title=title or bounded(first_sentence(summary), MAX_TITLE),
        summary=summary,
        body=body if len(body) > 1 or not _same_letters("".join(body), summary) else (),
        authors=_authors(entry),
        published=stamp.moment,
        date_doubt=stamp.doubt,
        updated=parse_date(entry_text(entry, "updated")),
        first_seen=context.now,
        categories=_categories(entry),
        image=_credited(lead_image(offered, bodies, context.bases), credit),
        comments=_comments(entry),
        views=views,
        language=_language(entry, context.language),
    )


def entry_link(entry: Entry, bases: Sequence[str]) -> str:
    """Give the page of an entry, "" if none: its link, else any other page that it names.

    For want of a link feedparser takes a guid for one unless it is said to be no permalink; it is
    believed only where the guid looks like an address.
    """
    link = entry_text(entry, "link")
    if link == entry_text(entry, "id") and not re.match(r"https?://|/", link):
        link = ""
    others = (other.get("href") or "" for other in _list(entry, "links") if _is_page(other))
    for candidate in (entry_text(entry, "feedburner_origlink"), link, *others):
        url = absolute_url(candidate, *bases) if candidate else ""
        if url:
            return url
    return ""


def entry_bodies(entry: Entry) -> list[str]:
    """List the entry's HTML texts, the longest of its contents first, its description last."""
    contents = sorted((entry_text(part, "value") for part in _list(entry, "content")), key=len)
    return [text for text in (*reversed(contents), entry_text(entry, "summary")) if text]


def without_addresses(name: str) -> str:
    """Give "Ann Lee" for "ann@courier.example (Ann Lee)" and "Ann Lee <ann@courier.example>"."""
    return _ADDRESS.sub("", name).strip(" ()<>,;")


def entry_text(entry: Entry, key: str) -> str:
    """Give a value as text; not through feedparser's own lookup, which maps missing keys."""
    value = dict.get(entry, key)
    return value if isinstance(value, str) else ""


def _list(entry: Entry, key: str) -> list[Entry]:
    value = dict.get(entry, key)
    return value[:MAX_LISTED] if isinstance(value, list) else []


def _is_page(link: Entry) -> bool:
    kind = link.get("type") or "text/html"
    return link.get("rel") == "alternate" and kind in {"text/html", "application/xhtml+xml"}


def _body(html: str) -> tuple[tuple[str, ...], str]:
    """Give the paragraphs, and the picture's credit where one of them is nothing else."""
    kept: list[str] = []
    credit = ""
    for line in paragraphs(html):
        words, found = split_credit(line)
        if found and not words:
            credit = credit or found
        elif (text := _without_closing(line)) and not _SHORTCODE.fullmatch(text):
            kept.append(bounded(text, MAX_PARAGRAPH))
        if len(kept) == MAX_PARAGRAPHS:
            break
    return tuple(kept), credit


def _summary(html: str, body: Sequence[str], title: str) -> str:
    """Give what the source says in short, else how the body begins; never only the title."""
    for whole in (_without_closing(plain_text(html)), " ".join(body)):
        text = bounded(whole, MAX_SUMMARY)
        if text and not _same_letters(text, title):
            return text
    return ""


def _without_closing(line: str) -> str:
    """Strip what feed software adds at the end; a text that it cut there ends with "…"."""
    if "The post " in line:
        line = _SIGNATURE.sub("", line)
    tail = line[-MAX_CLOSING:]
    if any(call in tail for call in _CALLS):  # most lines have none, and this is quick to see
        line = _CALL.sub("", line)
    return _CUT.sub("\u2026", line) if line.endswith(("]", ")")) else line


def _same_letters(one: str, other: str) -> bool:
    """Tell whether two texts differ in case and punctuation only."""
    if one[:1].isalpha() and other[:1].isalpha() and one[:1].lower() != other[:1].lower():
        return False  # the quick way: most differ from the first letter on
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


def _authors(entry: Entry) -> tuple[str, ...]:
    """Give the authors' names, without addresses, in the feed's order."""
    names = [entry_text(author, "name") for author in _list(entry, "authors")]
    names = names if any(names) else [entry_text(entry, "author")]
    plain = [without_addresses(plain_text(name)) for name in names]
    return _distinct([part for name in plain for part in _single_names(name)], MAX_AUTHORS)


def _single_names(names: str) -> list[str]:
    """Part "By Ann Lee and Bo Day" where each part is a name of several words."""
    names = re.sub(r"^by\s+", "", names, flags=re.IGNORECASE)
    parts = [part.strip() for part in re.split(r"[,;]|\band\b|&", names) if part.strip()]
    return parts if all(" " in part for part in parts) else [names]


def _categories(entry: Entry) -> tuple[str, ...]:
    tags = [
        plain_text(entry_text(tag, "label") or entry_text(tag, "term"))
        for tag in _list(entry, "tags")
    ]
    if len(tags) == 1 and tags[0].count(",") > 1:  # one element that lists them all
        tags = [part.strip() for part in tags[0].split(",")]
    return _distinct([tag for tag in tags if tag.lower() not in _NO_CATEGORY], MAX_CATEGORIES)


def _distinct(names: Sequence[str], limit: int) -> tuple[str, ...]:
    """Keep the first of names that differ in case only, `limit` at most."""
    kept = {name.casefold(): bounded(name, MAX_NAME) for name in reversed(names) if name}
    return tuple(dict.fromkeys(kept[name.casefold()] for name in names if name))[:limit]


def _comments(entry: Entry) -> int | None:
    """Read slash:comments, thr:total or a replies link's thr:count (RFC 4685)."""
    counts = [entry_text(link, "thr:count") for link in _list(entry, "links")]
    for count in (entry_text(entry, "slash_comments"), entry_text(entry, "thr_total"), *counts):
        if re.fullmatch(r"\d{1,7}", count.strip()):
            return int(count)
    return None


def _language(entry: Entry, default: str) -> str:
    """Give a BCP 47 tag, "" if there is none."""
    contents = [entry_text(content, "language") for content in _list(entry, "content")]
    for tag in (entry_text(entry, "language"), *contents, default):
        if _LANGUAGE.fullmatch(tag.strip().replace("_", "-")):
            primary, *rest = tag.strip().replace("_", "-").split("-")
            regions = (part.upper() if len(part) == len("GB") else part for part in rest)
            return "-".join((primary.lower(), *regions))
    return ""


def _credited(image: Image | None, credit: str) -> Image | None:
    """Give an uncredited picture the credit line that stood among the paragraphs."""
    if image is None or image.credit or not credit:
        return image
    return replace(image, credit=credit)
