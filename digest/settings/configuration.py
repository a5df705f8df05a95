"""The result of reading the configuration: one publication, its editions, and their plugs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digest.recipe import Edition, Publication
    from digest.relay import Relay, SesAccount
    from digest.signing import DkimKey
    from digest.warming import WarmUp


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugSpec:
    """A plug by name, not yet made.

    `use` is a built-in name or "package.module:Class". `options` are the arguments that the
    editors wrote for it, as they wrote them: paths are relative to the publication's root.
    """

    use: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """An edition with its plugs.

    `sources` is by source id, in the file's order; `popularity` in the order to be tried, under
    names of which no two are alike; `comments` is by the id of each comments feed; `pictures` is a
    folder of bundled pictures, by file name.
    `reads_pages` says whether the pages of chosen articles may be read for what they lack, `embeds`
    whether a model is asked what headlines mean, `resend` whether an email that may have left goes
    again.
    """

    edition: Edition
    sources: Mapping[str, PlugSpec]
    popularity: tuple[tuple[str, PlugSpec], ...]
    comments: Mapping[str, PlugSpec] = field(default_factory=dict)
    weather: PlugSpec | None
    delivery: PlugSpec
    pictures: Path | None
    reads_pages: bool = False
    embeds: bool = False
    resend: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that the editors configured.

    `folder` is where it was read from, `root` the folder above it; all paths are absolute.
    `contact` is whom site owners may ask; `allow` names the hosts, addresses and networks that may
    be asked though they are not public. `relay` is None where no mail server is named,
    `ses` where no region of AWS is.
    `editions` is by name, sorted. `secrets` is by the names under which plugs ask for them, ""
    where there is none, and never printed. `bounce_address` is what return paths are made of, ""
    for none; `kept` is the Maildir of what a person has to see. `warm_up` is None for none.
    `dkim` is what emails are signed with, None for nothing. `alerts_to` are the editors' addresses
    that are told when an issue needs a person.
    """

    folder: Path
    root: Path
    publication: Publication
    contact: str
    allow: tuple[str, ...]
    store_url: str
    out: Path
    templates: Path
    relay: Relay | None
    ses: SesAccount | None
    kept: Path
    editions: Mapping[str, Recipe]
    bounce_address: str = ""
    warm_up: WarmUp | None = None
    dkim: DkimKey | None = None
    alerts_to: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
