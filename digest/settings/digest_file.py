"""`config/digest.toml`: the publication, and where things are kept."""

# ruff: noqa: TC001  pydantic reads the kinds of value

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from digest.settings.ses_file import SesTable
from digest.settings.smtp_file import SmtpTable
from digest.settings.tables import Table
from digest.settings.values import (
    Address,
    BaseAddress,
    BounceAddress,
    Date,
    Host,
    Language,
    Line,
    Mailbox,
    MailDomain,
    Secret,
    Selector,
    StoreAddress,
    TimeZone,
    WebAddress,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where secrets are, by the names under which plugs ask for them; no file has them.
SECRETS: Mapping[str, tuple[str, str]] = {
    "plausible_api_key": ("plausible", "api_key"),
    "matomo_token": ("matomo", "token"),
    "smtp_password": ("smtp", "password"),
    "ses_access_key_id": ("ses", "access_key_id"),
    "ses_secret_access_key": ("ses", "secret_access_key"),
}


class PublicationTable(Table):
    """Who publishes."""

    name: Line = Field(description="The publication's name, as on its masthead.")
    url: WebAddress = Field(description="The address of its site.")
    city: Line = Field(description="The city on the masthead, beside the date and the weather.")
    timezone: TimeZone = Field(
        description="The IANA time zone in which all times are meant, such as `Europe/London`."
    )
    language: Language = Field(
        description="The language of dates and labels, and of the emails: a tag such as `en-GB`."
    )
    postal_address: Line = Field(
        description="The postal address in the footer, which the law asks for in many countries."
    )
    sender: Mailbox = Field(
        alias="from",
        description="Whom emails come from, such as `The London Courier <daily@courier.example>`.",
    )


class StoreTable(Table):
    """Where articles, issues and readings are kept."""

    url: StoreAddress = Field(
        default="sqlite:///digest.db",
        description="The database: `sqlite:///` and a path relative to the publication's root; or "
        "PostgreSQL, such as `postgresql+psycopg://digest@localhost/digest`, with the extra "
        "`postgresql`. An address with a password belongs into `DIGEST_STORE__URL`.",
    )


class PathsTable(Table):
    """Folders, relative to the publication's root."""

    out: Line = Field(default="out", description="Where issues and the gallery are written.")
    templates: Line = Field(
        default="templates",
        description="Where themes of your own are; a file in it goes before the program's own.",
    )


class HttpTable(Table):
    """How other servers are asked."""

    contact: Line = Field(
        default="",
        description="Whom site owners may ask about our requests: a page or an email address. "
        "Every request names it; by default the publication's site.",
    )
    allow: list[Host] = Field(
        default=[],
        description="Hosts, addresses and networks that may be asked although they are not on the "
        'public Internet, such as `"cms.local"` or `"10.1.0.0/16"`. Any feed may then lead there '
        "by a redirect, so name no more than you read.",
    )


class WebTable(Table):
    """The program's own pages for readers, which `digest web` serves."""

    base_url: BaseAddress = Field(
        default="",
        description="Where readers reach it, such as `https://news.courier.example`; without it, "
        "nothing leads there, and the public archive names no address of its own.",
    )


class BouncesTable(Table):
    """What comes back, which `digest bounce` takes in."""

    address: BounceAddress = Field(
        default="",
        description="Where bounces are to go, such as `bounces@courier.example`: each email's "
        "return path is it with a token, `bounces+…@courier.example`, which your mail server has "
        "to accept, and by which a reader may also unsubscribe. Without it they go to the sender's "
        "own address.",
    )
    kept: Line = Field(
        default="bounces",
        description="The Maildir in which messages are kept that a person has to look at, relative "
        "to the publication's root.",
    )


class WarmUpTable(Table):
    """The first days of a new sender, until providers of mailboxes know it."""

    first_day: Date = Field(description="The first of them, such as `2026-12-01`.")
    per_day: list[Annotated[int, Field(ge=1, le=10_000_000)]] = Field(
        min_length=1,
        max_length=100,
        description="How many emails each day may have, of all editions together, such as "
        "`[200, 500, 1000, 2000, 5000]`; after the last there is no limit. Who has been subscribed "
        "for longest goes first; the others get nothing that day.",
    )


class DkimTable(Table):
    """The key that emails are signed with. Without this table, they leave unsigned."""

    selector: Selector = Field(
        description="The key's name in the DNS: `digest2026` stands for a TXT record at "
        "`digest2026._domainkey.` before the domain."
    )
    key_file: Line = Field(
        description="The private key, a PEM file of RSA with 2048 bits or more, or of Ed25519, "
        "relative to the publication's root."
    )
    domain: MailDomain | None = Field(
        default=None,
        description="The domain that answers for the emails; by default that of `from`.",
    )


class AlertsTable(Table):
    """Emails to the editors when an issue needs a person, which `digest schedule` sends."""

    to: list[Address] = Field(
        default=[],
        description='Whom to tell, such as `["desk@courier.example"]`, by the way that the '
        "edition's emails leave; without any, the log alone tells.",
    )


class PlausibleTable(Table):
    """Access to Plausible, for counts of readers. This table stands in no file."""

    api_key: Secret | None = Field(
        default=None,
        description="A key for its Stats API: `DIGEST_PLAUSIBLE__API_KEY` in the environment, or a "
        "file of that name in the secrets folder.",
    )


class MatomoTable(Table):
    """Access to Matomo, for counts of readers. This table stands in no file."""

    token: Secret | None = Field(
        default=None,
        description="An authentication token that may view the site: `DIGEST_MATOMO__TOKEN` in the "
        "environment, or a file of that name in the secrets folder.",
    )


class DigestFile(Table):
    """The publication. Its root is the folder that holds `config/`."""

    publication: PublicationTable = Field(description="Who publishes.")
    store: StoreTable = Field(default_factory=StoreTable)
    http: HttpTable = Field(default_factory=HttpTable)
    paths: PathsTable = Field(default_factory=PathsTable)
    web: WebTable = Field(default_factory=WebTable)
    smtp: SmtpTable = Field(default_factory=SmtpTable)
    ses: SesTable = Field(default_factory=SesTable)
    bounces: BouncesTable = Field(default_factory=BouncesTable)
    warm_up: WarmUpTable | None = None
    dkim: DkimTable | None = None
    alerts: AlertsTable = Field(default_factory=AlertsTable)
    plausible: PlausibleTable = Field(default_factory=PlausibleTable)
    matomo: MatomoTable = Field(default_factory=MatomoTable)
