"""The `[ses]` table of `config/digest.toml`: the account with Amazon SES that takes emails."""

# ruff: noqa: TC001  pydantic reads the kinds of value

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from digest.relay import SesAccount
from digest.settings.problems import Refused
from digest.settings.tables import Table
from digest.settings.values import BaseAddress, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.settings.problems import Problem

_ACCOUNT = SesAccount(region="")
_REGION = re.compile(r"[a-z]+(-[a-z]+)+-\d+")
_SET = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _region(text: str) -> str:
    if _REGION.fullmatch(text):
        return text
    raise Refused("must be the name of a region of AWS", 'Such as "eu-west-1"')


def _private(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "https" or parts.hostname in _LOOPBACK:
        return text
    hint = "Who gets which email could be read on the way; only this machine is asked in the clear"
    raise Refused('must begin with "https://"', hint)


def _configuration_set(text: str) -> str:
    if _SET.fullmatch(text):
        return text
    raise Refused("must be 64 letters, digits, - and _ at most", "Amazon's console shows its name")


class SesTable(Table):
    """The account with Amazon SES, for editions that say `use = "ses"` in `[delivery]`."""

    region: Annotated[str, AfterValidator(_region)] | None = Field(
        default=None, description="The region of AWS in which it is, such as `eu-west-1`."
    )
    endpoint: Annotated[BaseAddress, AfterValidator(_private)] | None = Field(
        default=None,
        description="Where its API is reached, if not at the region's own address: that of a VPC "
        "endpoint for example.",
    )
    configuration_set: Annotated[str, AfterValidator(_configuration_set)] | None = Field(
        default=None, description="The configuration set that is applied to every email."
    )
    access_key_id: Secret | None = Field(
        default=None,
        description="The access key: `DIGEST_SES__ACCESS_KEY_ID` in the environment, or a file of "
        "that name in the secrets folder. Without one, the key is looked for where AWS's own "
        "programs do: their variables, `~/.aws`, the role of the machine.",
    )
    secret_access_key: Secret | None = Field(
        default=None,
        description="The access key's secret: `DIGEST_SES__SECRET_ACCESS_KEY`, likewise. Neither "
        "stands in another file.",
    )
    connections: int = Field(
        default=_ACCOUNT.connections,
        ge=1,
        le=100,
        description="How many connections send at one time, all of them together no faster than "
        "the account may.",
    )
    timeout_s: float = Field(
        default=_ACCOUNT.timeout_s,
        gt=0,
        le=600,
        description="Seconds that an answer may take. An email without one may have been sent or "
        "not, and a person has to decide.",
    )


def contradictions_in_ses(table: SesTable) -> Iterator[Problem]:
    """Find half of an access key."""
    for key, other in (
        ("access_key_id", "secret_access_key"),
        ("secret_access_key", "access_key_id"),
    ):
        if getattr(table, key) and not getattr(table, other):
            hint = f"Set DIGEST_SES__{other.upper()} in the environment, or put a file of that name"
            yield ("ses", key), f"needs {other} beside it", f"{hint} into config/secrets"


def ses_account(table: SesTable) -> SesAccount | None:
    """Give the account of a table without contradictions, None where no region is named."""
    if not table.region:
        return None
    return SesAccount(
        region=table.region,
        endpoint=table.endpoint or "",
        configuration_set=table.configuration_set or "",
        connections=table.connections,
        timeout_s=table.timeout_s,
    )
