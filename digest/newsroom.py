"""One edition, ready to work: what pull, build and send are handed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest import archive
from digest.errors import DigestError
from digest.model import OUT, IssueState
from digest.rendering import words_beside

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from digest.protocols import (
        Deliverer,
        Embedder,
        Enricher,
        Http,
        Popularity,
        Sandbox,
        SourcePlug,
        Weather,
    )
    from digest.recipe import Choice, Edition, Publication
    from digest.store import IssueRecord, Store
    from digest.warming import WarmUp
    from digest.words import Words

UNMADE = (IssueState.SKIPPED, IssueState.MISSED)  # recorded, with no folder
LEASE_S = 30  # for so long after its death a build or a send is taken to be alive


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """One edition, ready to work: its recipe, its plugs, and where things are kept.

    `sources` and `comments`, the feeds of readers' comments, are by id. `templates` are folders
    searched in order, the user's first; `pictures` holds bundled pictures by file name; `choices`
    reads the editors' decisions for a date. `clock` tells the real time, which only leases go by;
    everything else takes `now`. `http` makes the HTTP client, to be opened by `async with`.
    `enricher` reads articles' pages, `embedder` makes what reads the meaning of their headlines;
    each is None where the edition does not want that. `bounce_address` is what deliveries' return
    paths are made of, "" for none; `resend` says that what may have left goes again, and
    `warm_up` how little may leave on the first days; `sign` signs a finished message. `alerts_to`
    are the addresses that are told when an issue needs a person. Wired in `app`.
    """

    publication: Publication
    edition: Edition
    sources: Mapping[str, SourcePlug]
    comments: Mapping[str, SourcePlug]
    popularity: Mapping[str, Popularity]
    weather: Weather | None
    deliverer: Deliverer
    store: Store
    out: Path
    templates: tuple[Path, ...]
    pictures: Path | None
    choices: Callable[[dt.date], tuple[Choice, ...]]
    clock: Callable[[], dt.datetime]
    http: Callable[[], AbstractAsyncContextManager[Http]]
    sandbox: Sandbox
    enricher: Enricher | None
    embedder: Callable[[], Embedder] | None = None
    bounce_address: str = ""
    resend: bool = True
    warm_up: WarmUp | None = None
    sign: Callable[[bytes], bytes] = bytes  # which gives it back as it is
    alerts_to: tuple[str, ...] = ()

    @property
    def themes(self) -> tuple[Path, ...]:
        """The folders in which the edition's theme may be, the user's first."""
        return tuple(folder / self.edition.theme for folder in self.templates)

    @property
    def words(self) -> Words:
        """The words of the publication's language, from the catalogues beside the themes.

        Raises TemplateError for a catalogue that cannot be read.
        """
        return words_beside(self.themes, self.publication.language)

    def bundled_picture(self, url: str) -> Path | None:
        """Give the bundled file of a picture, by the name that its address ends with."""
        if self.pictures is None:
            return None
        file = self.pictures / PurePosixPath(urlsplit(url).path).name
        return file if file.is_file() else None

    @contextmanager
    def alone_with(self, date: dt.date) -> Iterator[None]:
        """Keep every other process from the issue of a date meanwhile. Raises Busy."""
        name = f"issue {self.edition.name} {date}"
        with self.store.leased(name, self.clock, LEASE_S):
            yield

    def refresh_gallery(self, now: dt.datetime) -> Path:
        """Write `out/index.html` anew from what is recorded, and give its path."""
        entries = [self._gallery_entry(record) for record in self.store.issues()]
        return archive.write_gallery(
            self.out, self.publication, entries, now, templates=self.templates
        )

    def publish_pictures(self, date: dt.date) -> None:
        """Make the pictures of an issue public: its emails are about to show them."""
        with archive.alone(self.out):
            archive.publish_pictures(self.out, self.edition.name, date)

    def refresh_public(self, now: dt.datetime) -> None:
        """Make `out/public/` hold what was sent, and nothing else; what is right stays untouched.

        An issue that is being sent stands there if it was sent before or goes to
        subscribers; its pictures do anyway.
        """
        self.out.mkdir(parents=True, exist_ok=True)
        with archive.alone(self.out):
            records = self.store.issues()
            issues = [
                archive.PublicIssue(
                    edition=record.edition,
                    date=record.date,
                    subject=record.subject,
                    standfirst=record.standfirst,
                    sent_at=record.state_at,
                )
                for record in records
                if self._may_be_public(record)
            ]
            archive.write_public(
                self.out,
                self.publication,
                issues,
                now,
                templates=self.templates,
                mailed=[
                    (one.edition, one.date) for one in records if one.begun or one.state in OUT
                ],
            )

    def _may_be_public(self, record: IssueRecord) -> bool:
        return record.state is IssueState.SENT or (
            record.state is IssueState.SENDING
            and (
                archive.is_public(self.out, record.edition, record.date)
                or self.store.tally(record.edition, record.date).candidates > 0
            )
        )

    def _gallery_entry(self, record: IssueRecord) -> archive.GalleryEntry:
        """Read what was saved; an issue whose folder is gone or damaged is shown by its record."""
        folder = self.out / record.edition / record.date.isoformat()
        note = record.told
        if record.state not in UNMADE:
            try:
                return archive.read_gallery_entry(folder, record.state, record.state_at, note)
            except DigestError as error:
                note = error.what
        return archive.GalleryEntry(
            edition=record.edition,
            title=self.edition.title if record.edition == self.edition.name else record.edition,
            date=record.date,
            timezone=self.publication.timezone,
            state=record.state,
            state_at=record.state_at,
            note=note,
        )
