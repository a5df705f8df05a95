"""Everything that can go wrong, in one tree.

    DigestError                 exit 1: the work failed
    ├── ConfigError             exit 2: a file, key or value is not usable
    ├── SourceError             one source could not be read; the issue goes on without it
    │   └── SourceGone          its server says that it will never be back
    ├── ProviderError           a popularity or weather provider gave nothing usable
    ├── TemplateError           a theme's file is missing or broken
    ├── StoreError              the database is absent, locked or of another version
    ├── DeliveryError           a deliverer could not be opened
    ├── SubscriberError         what is said of a subscriber, or a list of them, is not usable
    ├── LinkError               a subscriber's link is none of ours, or for something else
    ├── Skipped                 exit 3: nothing to do, on purpose
    │   ├── Busy                exit 3: another process is at it
    │   └── AlreadyIssued       exit 3: the issue went out, and is never changed
    └── Held                    exit 4: somebody has to look first

A message says what failed, where, and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

MAX_MESSAGE = 10_000  # characters: a configuration with mistakes in every line has its say


class DigestError(Exception):
    """What failed, where, and what to do about it, in one sentence or two.

    `where` names a file, a source or an address; `hint` says what to do next.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return _shown(f"{text}. {self.hint}" if self.hint else text)


class ConfigError(DigestError):
    """A configuration file, key or value is not usable.

    `holds` says of a day's choices that they seem to hold the issue, though they cannot be read.
    """

    exit_code = 2
    holds: bool = False


class SourceError(DigestError):
    """One source could not be read; `where` is its id.

    `retry_at` is the earliest time at which it may be asked again, None for whenever one likes;
    `memory` is what it wants to remember all the same, None for what it knew before.
    """

    retry_at: dt.datetime | None = None
    memory: Mapping[str, str] | None = None


class SourceGone(SourceError):  # noqa: N818  a state of the source, as the words below are
    """The server says that the source is gone for good: only an editor asks it again."""


class ProviderError(DigestError):
    """A popularity or weather provider gave nothing usable; `where` is its name."""


class TemplateError(DigestError):
    """A theme's file is missing or broken; `where` is file and line."""


class StoreError(DigestError):
    """The database is absent, locked, or of a version that this program does not know."""


class DeliveryError(DigestError):
    """A deliverer could not be opened."""


class SubscriberError(DigestError):
    """What is said of a subscriber, or a whole list of them, is not usable."""


class LinkError(DigestError):
    """A subscriber's link is none that we signed, or one for something else."""


class Skipped(DigestError):  # noqa: N818  not a failure: the word the design and the exit code use
    """There is no issue, on purpose: too few stories, no publishing day, already issued."""

    exit_code = 3


class Busy(Skipped):
    """Another process does this very work at this moment."""


class AlreadyIssued(Skipped):
    """The issue went out, or is going out: it is never changed."""


class Held(DigestError):  # noqa: N818  see Skipped
    """The issue waits for a person."""

    exit_code = 4


def _shown(text: str) -> str:
    """Give a message fit for a terminal or a log, whatever a document or a server put into it."""
    text = text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]}…"
    return "".join(one if one.isprintable() or one == "\n" else "�" for one in text)
