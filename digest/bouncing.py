"""What comes of an answer: whose it is, and what follows. Decided first, then applied."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.answers import Answer, AnswerKind, Bounce, Grade, Proof, Recipient, grade
from digest.owning import Owner, find_owner
from digest.subscribers import EVERY_EDITION, Reason, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.store import Store

SOFT_LIMIT = 5  # issues in a row that did not arrive
MAX_AGE = dt.timedelta(days=30)  # of an issue: what comes later says nothing of today's mailbox

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")  # what is kept must hold none: see `erase`
_COUNTED = (AnswerKind.BOUNCE, AnswerKind.COMPLAINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What follows from an answer, for one person, or for nobody: `outcome` says it in words.

    `bounce` is to be kept and `suppression` to be written, where there is one.
    """

    kind: AnswerKind
    outcome: str
    detail: str = ""
    status: str = ""
    owner: Owner | None = None
    bounce: Bounce | None = None
    suppression: Suppression | None = None


def judge(
    store: Store, answer: Answer, editions: Sequence[str], now: dt.datetime
) -> tuple[Judgement, ...]:
    """Say what follows from an answer, for each person that it is about, and write nothing.

    `editions` are the names of those that there are. Without proof that the answer is about a
    delivery of ours, it is kept and nobody is suppressed: anybody can write of anybody's address.
    """
    if answer.kind is AnswerKind.LEAVING:
        return (_leaving(store, answer, editions, now),)
    if answer.kind not in _COUNTED:
        outcome = "a person has to look" if answer.kind is AnswerKind.UNKNOWN else "nothing to do"
        return (Judgement(kind=answer.kind, outcome=outcome, detail=answer.detail),)
    judged: dict[bytes, Judgement] = {}
    for recipient in sorted(answer.recipients, key=_is_soft):  # the gravest counts
        owner = find_owner(store, answer, recipient, editions)
        if owner is not None and owner.mark not in judged:
            judged[owner.mark] = _counted(store, answer, recipient, owner, now)
    return tuple(judged.values()) or (_strangers(answer),)


def apply(store: Store, judgements: Iterable[Judgement]) -> None:
    """Write what was judged. The suppression goes first: what is kept is not judged again."""
    for judgement in judgements:
        if (given := judgement.suppression) is not None:
            store.suppress(
                given.mark, given.reason, given.since, edition=given.edition, note=given.note
            )
        if judgement.bounce is not None:
            store.add_bounce(judgement.bounce)


def _leaving(store: Store, answer: Answer, editions: Sequence[str], now: dt.datetime) -> Judgement:
    """End a subscription as its link would: of the one edition, and only for a token's owner."""
    owner = find_owner(store, answer, Recipient(), editions)
    if owner is None or owner.proof is Proof.ADDRESS:
        return _strangers(answer)
    note = f"{answer.detail}, in answer to the issue of {owner.date}"
    return Judgement(
        kind=answer.kind,
        outcome=f"unsubscribed from {owner.edition}",
        detail=answer.detail,
        owner=owner,
        suppression=Suppression(
            mark=owner.mark,
            edition=owner.edition,
            reason=Reason.UNSUBSCRIBED,
            since=now,
            note=note,
        ),
    )


def _is_soft(recipient: Recipient) -> bool:
    return grade(recipient.status) is Grade.SOFT


def _strangers(answer: Answer) -> Judgement:
    detail = "; ".join(filter(None, (answer.detail, *(one.detail for one in answer.recipients))))
    return Judgement(kind=answer.kind, outcome="about nobody known", detail=detail)


def _counted(
    store: Store, answer: Answer, recipient: Recipient, owner: Owner, now: dt.datetime
) -> Judgement:
    """Judge a bounce or a complaint about somebody."""
    bounce = _bounce(answer, recipient, owner, now)
    known = store.has_bounce(answer.name, owner.mark)
    why = None if known else _reason(store, bounce, now)
    suppression = None
    if why is not None:
        reason, note = why
        # Who was handed an email holds its link, and must be able to do no more than the link does.
        edition = owner.edition if owner.proof is Proof.LINK else EVERY_EDITION
        suppression = Suppression(
            mark=owner.mark, edition=edition, reason=reason, since=now, note=note
        )
    return Judgement(
        kind=answer.kind,
        outcome=_outcome(bounce, known=known, suppressed=suppression is not None),
        detail=bounce.detail,
        status=recipient.status,
        owner=owner,
        bounce=None if known else bounce,
        suppression=suppression,
    )


def _bounce(answer: Answer, recipient: Recipient, owner: Owner, now: dt.datetime) -> Bounce:
    complaint = answer.kind is AnswerKind.COMPLAINT
    return Bounce(
        answer=answer.name,
        mark=owner.mark,
        edition=owner.edition,
        date=owner.date,
        at=now,
        grade=Grade.COMPLAINT if complaint else grade(recipient.status),
        status=recipient.status,
        proven=owner.proof is not Proof.ADDRESS,
        detail=_ADDRESS.sub("…", recipient.detail or answer.detail),
    )


def _reason(store: Store, bounce: Bounce, now: dt.datetime) -> tuple[Reason, str] | None:
    """Say why a bounce ends the deliveries to somebody, if it does, and in which words."""
    if not bounce.proven or bounce.date is None:
        return None
    issue = f"the issue of {bounce.date}: {bounce.status} {bounce.detail}".strip()
    if bounce.grade is Grade.COMPLAINT:
        return Reason.COMPLAINED, f"about {issue}"
    if now.date() - bounce.date > MAX_AGE:
        return None
    if bounce.grade is Grade.HARD:
        return Reason.BOUNCED, issue
    run = _run(store, bounce, now)
    if run >= SOFT_LIMIT:
        return Reason.BOUNCED, f"{run} issues in a row did not arrive; {issue}"
    return None


def _run(store: Store, bounce: Bounce, now: dt.datetime) -> int:
    """Count the issues in a row, with that of a bounce among them, that did not arrive.

    Reports come in any order, some of them days later, so that a run is one of issues, not of
    reports.
    """
    assert bounce.date is not None
    since = (now - MAX_AGE).date()
    missed = {*store.bounced_dates(bounce.mark, bounce.edition, since), bounce.date}
    run = 0
    for date in sorted({*store.sent_dates(bounce.edition, since), *missed}):
        if date not in missed and date > bounce.date:
            break
        run = run + 1 if date in missed else 0
    return run


def _outcome(bounce: Bounce, *, known: bool, suppressed: bool) -> str:
    if known:
        return "known already"
    if suppressed:
        return "suppressed"
    return "counted" if bounce.proven else "counted, without proof"
