"""Read a feed of readers' comments: who wrote what, below which article.

WordPress calls an item "Comment on ARTICLE by READER", in its own language, or "By: READER" in an
article's own feed; Disqus calls it "Re: ARTICLE". Both link to the comment itself.
"""

from __future__ import annotations

import datetime as dt
import html as entities
import re
from collections import Counter
from typing import TYPE_CHECKING

import nh3

from digest.comment import Comment
from digest.errors import SourceError
from digest.excerpts import CUT, has_words, settled
from digest.markup import bounded, plain_text, text_of
from digest.protocols import Pulled
from digest.sources.dates import parse_date
from digest.sources.entries import (
    Unusable,
    entry_bodies,
    entry_link,
    entry_text,
    without_addresses,
)
from digest.sources.gathering import MAX_ENTRIES, counted, shortened
from digest.sources.json_feed import is_json
from digest.sources.parsing import list_items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.sources.entries import Context, Entry
    from digest.sources.parsing import Listed

# Characters of what is kept.
MAX_TEXT = 5_000
MAX_NAME = 60
MAX_TITLE = 200
MAX_HTML = 20_000  # of one comment that are read
AHEAD = dt.timedelta(days=1)  # a date beyond is a slip

# "Comment on" as WordPress has it in its commoner languages.
_ON = re.compile(
    r"(?:re:|comments? on:?|kommentare? zu:?|commentaires? sur|comentarios? en|comentários? "
    r"(?:sobre|em)|comment[io] su|reacties? op|kommentar(?:er)? (?:till|til|på))\s+(?P<title>.+)",
    re.IGNORECASE,
)
_BY = re.compile(r"\s+(?:by|von|par|por|di|door|av|af)$", re.IGNORECASE)
# WordPress puts "In reply to ANOTHER." before a reply: a word of its own, and another's name. What
# begins in any other way is the reader's.
_IN_REPLY = re.compile(
    r"\s*(?:<p>\s*)?(?:in reply to|als antwort auf|en réponse à|en respuesta a|em resposta [aà]"
    r"|in risposta a|(?:als|in) antwoord op|som svar (?:på|til|till)|w odpowiedzi (?:do|na)"
    r"|в ответ на)\s+"
    r"<a\s[^>]{0,400}?href=[\"'][^\"'>]{1,2000}#comment-\d+[\"'][^>]{0,400}>"
    r"[^<]{0,200}</a>[\s.:,]{0,5}(?:</p>|<br\s*/?>|\n)",
    re.IGNORECASE,
)
# What is not the reader's word, or no longer.
_QUOTATION = re.compile(r"<blockquote\b", re.IGNORECASE)
_STRUCK = re.compile(r"<(?=(?:del|s|strike)[\s/>])", re.IGNORECASE)
_NOT_SAID = {"blockquote", "del", "s", "strike"}
_WITHOUT_THEM = nh3.Cleaner(
    tags=nh3.ALLOWED_TAGS - _NOT_SAID,
    clean_content_tags={*_NOT_SAID, "script", "style"},
    attributes={"*": set()},
    link_rel=None,
)
# A "<" that begins none of the elements which readers may write. Any other is a character.
_NO_MARKUP = re.compile(
    r"<(?!/?(?:a|abbr|acronym|b|blockquote|br|cite|code|del|em|i|p|q|s|strike|strong)"
    r"(?:\s+[\w:-]{1,40}=(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'))*\s*/?>)",
    re.IGNORECASE,
)


def parse_comments(
    body: bytes, headers: Mapping[str, str], *, url: str, source: str, now: dt.datetime
) -> Pulled:
    """Give the comments of a feed document, newest first, ties by guid.

    `memory` and `url` are as for `parse_feed`. Raises SourceError, naming the reason, when it is no
    RSS or Atom feed.
    """
    if is_json(body):  # whose items, without an author, are its own: nobody would be named rightly
        raise SourceError("JSON, and comments are read from RSS and Atom only")
    listed = list_items(body, headers, url=url, source=source, now=now)
    comments = _comments(listed)
    return Pulled(
        comments=tuple(sorted(comments, key=lambda one: (-one.dated.timestamp(), one.guid))),
        memory=listed.memory,
        title=bounded(plain_text(listed.title), MAX_TITLE),
        warnings=(*listed.warnings, *counted(listed.context.doubts)),
    )


def _comments(listed: Listed) -> list[Comment]:
    entries = [item.entry for item in listed.items[:MAX_ENTRIES]]
    repeated = _repeated([entry_text(entry, "id") for entry in entries])
    comments: dict[str, Comment] = {}
    for entry in entries:
        try:
            comment = _read(entry, listed, repeated)
        except Unusable as reason:
            listed.context.doubts[str(reason)] += 1
        else:
            comments.setdefault(comment.guid, comment)
    return list(comments.values())


def _repeated(guids: Sequence[str]) -> set[str]:
    """Find the guids that name nothing, because several items have them; "" is one of them."""
    return {guid for guid, count in Counter(guids).items() if count > 1} | {""}


def _read(entry: Entry, listed: Listed, repeated: set[str]) -> Comment:
    """Make a comment of an item. Raises Unusable without a web link, or with nothing said."""
    context = listed.context
    url = entry_link(entry, context.bases)
    if not url:
        raise Unusable("without a web link")
    text = _own_words(_html(entry))
    if not has_words(text):
        raise Unusable("without words of their own")
    guid = entry_text(entry, "id")
    author = plain_text(_author(entry))
    return Comment(
        source=context.source,
        guid=shortened(url if guid in repeated else guid),
        url=url,
        author=_name(author),
        text=text,
        on_title=_title(plain_text(entry_text(entry, "title")), author, plain_text(listed.title)),
        published=_date(entry, context),
        first_seen=context.now,
    )


def _html(entry: Entry) -> str:
    """Give what the item says as HTML.

    Where it has a description only, that is escaped twice if no tag is in it.
    """
    html = next(iter(entry_bodies(entry)), "")[:MAX_HTML]
    if "<" in html or dict.get(entry, "content"):
        return html
    return _NO_MARKUP.sub("&lt;", entities.unescape(html))


def _own_words(html: str) -> str:
    """Give what the reader wrote, on one line: "[…]" stands for what it quotes, struck, addresses.

    It is decoded once, so that a reader who writes of "<b>" is not taken to have used it.
    """
    if reply := _IN_REPLY.match(html):
        html = html[reply.end() :]
    if _QUOTATION.search(html) or _STRUCK.search(html):
        html = _QUOTATION.sub(f"<p>{CUT}</p><blockquote", _STRUCK.sub(f" {CUT}<", html))
        html = _WITHOUT_THEM.clean(html)
    return settled(bounded(settled(text_of(html)), MAX_TEXT))


def _author(entry: Entry) -> str:
    """Give the author as written: one reader, whatever stands in the name."""
    authors = dict.get(entry, "authors")
    first = authors[0] if isinstance(authors, list) and authors else {}
    return entry_text(first, "name") or entry_text(entry, "author")


def _name(author: str) -> str:
    """Give a name that can be printed: no address, no advertisement, not too long."""
    name = settled(without_addresses(author)).replace(CUT, "")
    return bounded(" ".join(name.split()), MAX_NAME) if has_words(name) else ""


def _title(title: str, author: str, feed_title: str) -> str:
    """Give the title of the article, "" where the item does not tell it."""
    if author and title.endswith(f": {author}") and " " not in title.removesuffix(f" {author}"):
        title, author = feed_title, ""  # "By: READER", in the feed of one article
    found = _ON.fullmatch(title)
    if not found:
        return ""
    return bounded(_BY.sub("", found["title"].removesuffix(author).rstrip()), MAX_TITLE)


def _date(entry: Entry, context: Context) -> dt.datetime | None:
    for key in ("published", "updated"):
        moment = parse_date(entry_text(entry, key))
        if moment and moment <= context.now + AHEAD:
            return moment
    return None
