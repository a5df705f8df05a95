"""What the ledger notes as a message leaves: two statements a message, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Integer, and_, bindparam, or_, update

from digest.ledger import DeliveryState
from digest.store.prepared import Prepared
from digest.store.tables import deliveries

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Dialect
    from sqlalchemy.engine.interfaces import DBAPICursor

    from digest.ledger import Acknowledgement

_MOMENT = deliveries.c.at.type
_HELD = and_(
    deliveries.c.id == bindparam("one"),
    deliveries.c.holder == bindparam("by"),
    deliveries.c.lease_until > bindparam("now", type_=_MOMENT),
    or_(  # and not in_(), which would be expanded anew each time
        deliveries.c.state == DeliveryState.CLAIMED.value,
        deliveries.c.state == DeliveryState.SENDING.value,
    ),
)
_BEGIN = (
    update(deliveries)
    .where(_HELD)
    .values(
        state=DeliveryState.SENDING.value,
        lease_until=bindparam("until", type_=_MOMENT),
        at=bindparam("now", type_=_MOMENT),
    )
)
_ACKNOWLEDGE = (
    update(deliveries)
    .where(_HELD)
    .values(
        state=bindparam("to"),
        detail=bindparam("why"),
        next_at=bindparam("again", type_=_MOMENT),
        attempts=deliveries.c.attempts - bindparam("untried", type_=Integer),
        holder="",
        lease_until=None,
        at=bindparam("now", type_=_MOMENT),
    )
)


@dataclass(frozen=True, slots=True)
class Handovers:
    """The two statements, for one database."""

    _begin: Prepared
    _acknowledge: Prepared

    @classmethod
    def of(cls, dialect: Dialect) -> Handovers:
        """Prepare them."""
        return cls(Prepared(_BEGIN, dialect), Prepared(_ACKNOWLEDGE, dialect))

    def begin(
        self,
        cursor: DBAPICursor,
        ids: Sequence[int],
        holder: str,
        *,
        now: dt.datetime,
        until: dt.datetime,
    ) -> frozenset[int]:
        """Note that these deliveries' bytes may leave from now on; give those that still may.

        One whose lease ran out is not among them; the others have a lease of their own from here.
        """
        return frozenset(
            one for one in ids if self._begin.run(cursor, one=one, by=holder, now=now, until=until)
        )

    def acknowledge(
        self, cursor: DBAPICursor, ends: Sequence[Acknowledgement], holder: str, now: dt.datetime
    ) -> int:
        """Note how deliveries ended; give how many were still this holder's to tell of.

        A lease that ran out may have been taken over: then its holder's word no longer counts.
        """
        return sum(
            self._acknowledge.run(
                cursor,
                one=end.id,
                by=holder,
                now=now,
                to=end.state.value,
                why=end.detail,
                again=end.next_at,
                untried=int(not end.tried),
            )
            for end in ends
        )
