"""Express: an issue becomes the email that is sent, its message, and its page for everybody.

What building and replaying share, without network or clock, so that both come to the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING

from digest import archive
from digest.clicks import counted_links
from digest.defusing import defuse
from digest.mime import compile_message, content_id, message_id
from digest.outgoing import Attachment
from digest.picturing import shown_pictures, with_copies
from digest.recipe import ImageUse
from digest.rendering import frame_pictures, render_issue, render_web
from digest.timetable import slot_on
from digest.trimming import fit
from digest.variants import for_wishes
from digest.ways import UNSUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from digest.inputs import Inputs
    from digest.model import Issue
    from digest.outgoing import Email
    from digest.picture import Picture
    from digest.picturing import Shown
    from digest.variants import Wishes


SENDER_LENGTH = 15  # characters, by Gmail's rules for Feedback-ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Expressed:
    """An issue as it leaves the house: the `email`, its `message` as bytes, its `page` on the web.

    `issue` is what is shown: the plan, without what the email had no room for.
    `looked_at` is the email for those who only look at it, None where it is the one that is sent:
    its links lead straight on. `pictures` tell how each is shown, `copies` the pictures that have a
    copy, by the address at which the email shows them.
    """

    issue: Issue
    email: Email
    message: bytes
    page: str
    looked_at: Email | None
    pictures: tuple[Shown, ...]
    copies: Mapping[str, Picture]


def express(
    inputs: Inputs,
    planned: Issue,
    themes: tuple[Path, ...],
    data_of: Callable[[Picture], bytes],
) -> Expressed:
    """Render an issue for readers; `data_of` gives the bytes of a picture that goes into the mail.

    Raises TemplateError, DeliveryError for a sender that is none, and what `data_of` raises.
    """
    issue, rendered = fit(defuse(planned), partial(_render, inputs, themes), _html_bytes)
    straight, shown = rendered.straight, rendered.shown
    email = replace(rendered.email, attachments=_attachments(inputs, shown, data_of))
    web = archive.page_on_web(inputs.publication, issue.edition, issue.date)
    return Expressed(
        issue=issue,
        email=email,
        message=_message(inputs, email),
        page=render_web(with_copies(issue, shown, lambda one: one.name), web, themes=themes),
        # Links are never turned back in the email: a feed may have written what looks like ours.
        looked_at=render_issue(straight, themes=themes) if _link_base(inputs) else None,
        pictures=shown,
        copies=_copies(shown, _picture_address(inputs)),
    )


def express_for(
    inputs: Inputs, whole: Expressed, told: Issue, wishes: Wishes, themes: tuple[Path, ...]
) -> archive.Variant:
    """Render a part of an issue for those who want no more of it, or it in another language.

    `told` is the issue of `whole` in the words of that language. Links and pictures stay those of
    the whole; what makes the email too large goes. Raises what `express` raises.
    """
    straight = with_copies(told, whole.pictures, _picture_address(inputs))

    def render(part: Issue) -> Email:
        return render_issue(counted_links(part, _link_base(inputs), straight), themes=themes)

    issue, rendered = fit(for_wishes(straight, wishes), render, lambda one: len(one.html.encode()))
    attached = (one for one in whole.email.attachments if f"cid:{one.content_id}" in rendered.html)
    email = replace(rendered, attachments=tuple(attached))
    return archive.Variant(
        wishes=wishes,
        issue=issue,
        email=email,
        message=_message(inputs, email),
        looked_at=render_issue(issue, themes=themes) if _link_base(inputs) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rendered:
    """An issue with its pictures as readers get them, links `straight`, and its email."""

    straight: Issue
    shown: tuple[Shown, ...]
    email: Email


def _render(inputs: Inputs, themes: tuple[Path, ...], issue: Issue) -> _Rendered:
    shown = shown_pictures(issue, inputs, frame_pictures(issue, themes=themes))
    straight = with_copies(issue, shown, _picture_address(inputs))
    email = render_issue(counted_links(straight, _link_base(inputs)), themes=themes)
    return _Rendered(straight=straight, shown=shown, email=email)


def _html_bytes(rendered: _Rendered) -> int:
    return len(rendered.email.html.encode())


def _copies(shown: tuple[Shown, ...], address: Callable[[Picture], str]) -> Mapping[str, Picture]:
    """Give the copies by where the email shows them; of one shown twice, the first."""
    ready = [(one, one.ready) for one in reversed(shown) if one.ready]
    return {address(copy) if one.ours else one.url: copy for one, copy in ready}


def _message(inputs: Inputs, email: Email) -> bytes:
    """Compile the message that a subscriber gets, addresses aside."""
    edition, sender = inputs.edition, inputs.publication.sender
    domain = _sender_domain(inputs)
    return compile_message(
        email,
        sender=sender,
        to=sender,
        date=slot_on(edition.timetable, inputs.publication.timezone, inputs.date).send_at,
        message_id=message_id(edition.name, inputs.date, sender, domain),
        list_id=f"{edition.title} <{edition.name}.{domain}>",
        unsubscribe=UNSUBSCRIBE if UNSUBSCRIBE in email.slots else "",
        feedback_id=_feedback_id(inputs, domain),
    )


def _feedback_id(inputs: Inputs, domain: str) -> str:
    """Name what complaints are counted by: the issue, its edition, the program, the sender."""
    edition = re.sub(r"[^\w.-]", "-", inputs.edition.name, flags=re.ASCII)
    sender = re.sub(r"[^a-z0-9]", "-", domain.lower())[:SENDER_LENGTH]
    return f"{inputs.date:%Y%m%d}:{edition}:digest:{sender}"


def _attachments(
    inputs: Inputs, shown: tuple[Shown, ...], data_of: Callable[[Picture], bytes]
) -> tuple[Attachment, ...]:
    """Give the pictures that go into the mail, in reading order, each once."""
    if inputs.edition.images is not ImageUse.ATTACH:
        return ()
    copies = dict.fromkeys(one.ready for one in shown if one.ours and one.ready)
    domain = _sender_domain(inputs)
    named = {content_id(copy.sha256, domain): copy for copy in copies}
    return tuple(
        Attachment(
            content_id=name,
            name=copy.name.rpartition("/")[2],
            kind=copy.kind,
            data=data_of(copy),
        )
        for name, copy in named.items()
    )


def _picture_address(inputs: Inputs) -> Callable[[Picture], str]:
    """Give how an email names the copy of a picture."""
    if inputs.edition.images is ImageUse.ATTACH:
        domain = _sender_domain(inputs)
        return lambda picture: f"cid:{content_id(picture.sha256, domain)}"
    folder = f"{inputs.publication.web_url}/{inputs.edition.name}/{inputs.date.isoformat()}"
    return lambda picture: f"{folder}/{picture.name}"


def _sender_domain(inputs: Inputs) -> str:
    return parseaddr(inputs.publication.sender)[1].rpartition("@")[2]


def _link_base(inputs: Inputs) -> str:
    """Give the address by way of which links to stories lead, "" if they lead straight on."""
    return inputs.publication.web_url if inputs.edition.popular.clicks else ""
