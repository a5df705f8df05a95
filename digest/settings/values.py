"""The kinds of value that configuration files hold, each with its rule in plain words.

A validator raises `Refused`; its message completes the sentence that begins with the key.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from email.utils import getaddresses
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from digest.errors import DeliveryError
from digest.return_paths import MAX_LOCAL
from digest.settings.problems import Refused
from digest.spelling import did_you_mean
from digest.urls import is_web

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MAILBOX = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_FILE = re.compile(r"file:(/|///)?[^/\s?#][^\s?#]*")  # file:a.xml, file:/a.xml, file:///a.xml
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*")
_SECRET = re.compile(r"[!-~]{1,1000}")  # what a header can hold (RFC 9110 §5.5)
_BOUNCE_LOCAL = re.compile(rf"(?!.{{{MAX_LOCAL + 1}}})[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
SQLITE, POSTGRESQL = "sqlite:///", "postgresql+psycopg://"
MAX_LABEL = 63  # octets of a part of a domain's name (RFC 1035 §2.3.4)


def _line(text: str) -> str:
    if not text:
        raise Refused("must not be empty")
    # A line break in a name or a subject would forge a mail header (RFC 5322 §2.2).
    if _CONTROL.search(text):
        raise Refused("must be a single line of text")
    return text


def _prose(text: str) -> str:
    if not text:
        raise Refused("must not be empty")
    if _CONTROL_BUT_BREAKS.search(text.replace("\r\n", "\n")):
        raise Refused("must be text without control characters")
    return text


def _web_address(text: str) -> str:
    if is_web(text):
        return text
    host = urlsplit(f"https://{text}").hostname if is_web(f"https://{text}") else ""
    hint = f'Did you mean "https://{text}"?' if host and "." in host else ""
    raise Refused('must be an address that begins with "https://" or "http://"', hint)


def _base_address(text: str) -> str:
    if set(_web_address(text)) & set("?#"):
        raise Refused(
            'must be an address without "?" and "#"', "Links are this and a path after it"
        )
    return text


def _feed_address(text: str) -> str:
    if not text.startswith("file:"):
        return _web_address(text)
    if _FILE.fullmatch(text):
        return text
    raise Refused('must name a file after "file:"', 'Such as "file:feeds/world.xml"')


def _host(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        if _HOST.fullmatch(text) and not text.replace(".", "").isdecimal():
            return text
        hint = 'No scheme, port or path: such as "cms.local", "10.1.2.3" or "10.1.0.0/16"'
        raise Refused("must be a host's name, an address or a network", hint) from None
    return text


def _server(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if _HOST.fullmatch(text) and not text.replace(".", "").isdecimal():
            return text
        hint = 'No scheme, port or path: such as "smtp.courier.example"'
        raise Refused("must be a server's name or its address", hint) from None
    return text


def _mail_domain(text: str) -> str:
    if _HOST.fullmatch(text) and "." in text:
        return text.casefold()
    raise Refused("must be the domain of addresses, in ASCII", 'Such as "gmail.com"')


def _selector(text: str) -> str:
    if _HOST.fullmatch(text) and len(text) <= MAX_LABEL:
        return text
    raise Refused("must be a name of letters, digits, - and _ only", 'Such as "digest2026"')


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zones = available_timezones()
        city = name.rsplit("/", 1)[-1].replace(" ", "_").casefold()
        same_city = sorted(zone for zone in zones if zone.rsplit("/", 1)[-1].casefold() == city)
        hint = f'Did you mean "{same_city[0]}"?' if same_city else did_you_mean(name, zones)
        raise Refused(
            f'must be the name of a time zone, and "{name}" is none',
            hint or 'Such as "Europe/London"',
        ) from None
    return name


def _language(tag: str) -> str:
    from digest.words import is_language

    if is_language(tag):
        return tag
    hyphened = tag.replace("_", "-")
    hint = (
        f'Did you mean "{hyphened}"?'
        if is_language(hyphened)
        else 'Such as "en-GB", "de" or "pt-BR"'
    )
    raise Refused(f'must be a language tag, and "{tag}" is none', hint)


def _mailbox(text: str) -> str:
    mailboxes = getaddresses([_line(text)])
    if len(mailboxes) == 1 and _MAILBOX.fullmatch(mailboxes[0][1]):
        return text
    raise Refused("must be one mailbox", 'Such as "The Courier <daily@courier.example>"')


def _address(text: str) -> str:
    from digest.mime import mailbox

    try:
        mailbox("To", text)
    except DeliveryError:
        found = False
    else:
        found = _MAILBOX.fullmatch(text) is not None
    if not found:
        raise Refused("must be an email address alone", 'Such as "desk@courier.example"')
    return text


def _bounce_address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if _BOUNCE_LOCAL.fullmatch(local) and _HOST.fullmatch(domain):
        return text
    raise Refused(
        f"must be an address with {MAX_LOCAL} characters at most before the @",
        'Such as "bounces@courier.example"; letters, digits, dots, - and _ only',
    )


def _store_address(text: str) -> str:
    if any(text.startswith(kind) and text != kind for kind in (SQLITE, POSTGRESQL)):
        return text
    raise Refused(
        f'must begin with "{SQLITE}" and name a file, or with "{POSTGRESQL}" and name a server',
        f'Such as "{SQLITE}digest.db" or "{POSTGRESQL}digest@localhost/digest"',
    )


def _clock(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return value
    raise Refused('must be a time from "00:00" to "23:59", in quotes', 'Such as "05:30"')


def _date(value: object) -> object:
    try:
        if isinstance(value, str) and len(value) == len("2026-12-25"):
            return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise Refused("must be a date, in quotes", 'Such as "2026-12-25"')


def _secret(value: SecretStr) -> SecretStr:
    if _SECRET.fullmatch(value.get_secret_value()):
        return value
    raise Refused("must be letters, digits and signs without a space", "Copy it once more")


def _password(value: SecretStr) -> SecretStr:
    _line(value.get_secret_value())
    return value


def is_name(text: str) -> bool:
    """Whether a text can name an edition or a theme, and a folder."""
    return _NAME.fullmatch(text) is not None


def _name(text: str) -> str:
    if is_name(text):
        return text
    raise Refused("must be a name of letters, digits, - and _ only")


Line = Annotated[str, AfterValidator(_line)]
Prose = Annotated[str, AfterValidator(_prose)]
Name = Annotated[str, AfterValidator(_name)]
WebAddress = Annotated[
    str, AfterValidator(_web_address), Field(json_schema_extra={"format": "uri"})
]
BaseAddress = Annotated[
    str, AfterValidator(_base_address), Field(json_schema_extra={"format": "uri"})
]
FeedAddress = Annotated[
    str, AfterValidator(_feed_address), Field(json_schema_extra={"format": "uri"})
]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
Password = Annotated[SecretStr, AfterValidator(_password)]
Server = Annotated[str, AfterValidator(_server)]
Selector = Annotated[str, AfterValidator(_selector)]
MailDomain = Annotated[str, AfterValidator(_mail_domain)]
Host = Annotated[str, AfterValidator(_host)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Language = Annotated[str, AfterValidator(_language)]
Address = Annotated[str, AfterValidator(_address)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
BounceAddress = Annotated[str, AfterValidator(_bounce_address)]
StoreAddress = Annotated[str, AfterValidator(_store_address)]
Clock = Annotated[
    str, BeforeValidator(_clock), Field(json_schema_extra={"pattern": r"^([01]\d|2[0-3]):[0-5]\d$"})
]
Date = Annotated[str, BeforeValidator(_date), Field(json_schema_extra={"format": "date"})]
