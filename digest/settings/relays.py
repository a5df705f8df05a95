"""From the `[smtp]` table to the mail server, once nothing in it contradicts anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.relay import DomainLimit, Relay, Security

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.settings.problems import Problem
    from digest.settings.smtp_file import SmtpTable

PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


def contradictions_in_smtp(table: SmtpTable) -> Iterator[Problem]:
    """Find what no single value shows: a login that is half, or heard by all; doubled limits."""
    if table.user and not table.password:
        what = "needs a password"
        hint = "Set DIGEST_SMTP__PASSWORD in the environment, or put a file of that name into"
        yield ("smtp", "user"), what, f"{hint} config/secrets"
    if table.password and not table.user:
        yield ("smtp", "password"), "is there, and nobody logs in by it", "Set user in [smtp]"
    if table.user and Security(table.security) is Security.NONE:
        what = 'must not be "none" where somebody logs in'
        yield ("smtp", "security"), what, "The password could be read on the way"
    yield from _limits(table)


def _limits(table: SmtpTable) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for place, limit in enumerate(table.limits):
        if limit.domain in seen:
            what = f"is the domain of smtp.limits[{seen[limit.domain] + 1}] too"
            yield ("smtp", "limits", place, "domain"), what, "Write both limits into one table"
        seen.setdefault(limit.domain, place)
        if not (limit.connections or limit.per_minute):
            what = "limits nothing"
            yield ("smtp", "limits", place), what, "Set connections or per_minute"


def relay(table: SmtpTable, root: Path) -> Relay | None:
    """Give the mail server of a table without contradictions, None where none is named."""
    if not table.host:
        return None
    security = Security(table.security)
    return Relay(
        host=table.host,
        port=table.port or PORTS[security],
        security=security,
        user=table.user or "",
        ca_file=root / table.ca_file if table.ca_file else None,
        connections=table.connections,
        messages_per_connection=table.messages_per_connection,
        timeout_s=table.timeout_s,
        limits=tuple(DomainLimit(**limit.model_dump()) for limit in table.limits),
    )
