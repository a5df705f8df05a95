"""Preview: an issue made anew from its own inputs, as templates, choices and recipe are now.

In memory alone: nothing in `out/` is touched, and what was built stays what is sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest import archive
from digest.deciding import decide
from digest.errors import DigestError
from digest.gathering import gather_again
from digest.making import make
from digest.replaying import read_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from digest.inputs import Inputs
    from digest.newsroom import Newsroom

log = logging.getLogger(__name__)

# What a person edits, and what a build that comes meanwhile brings.
WATCHED = ("*.j2", "*.toml", "*.po", "inputs.json.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """An issue at one moment: the `version` of what it was made of, and its files by name.

    Where it could not be made, `fault` says why and there are no files.
    """

    version: str
    files: Mapping[str, bytes]
    fault: DigestError | None = None


class LivePreview:
    """One issue, made anew whenever what it is made of has changed, and not before.

    `newsroom` reads the configuration as it is now; `folders` are watched. Threads may share it.
    Raises DigestError where the inputs of the issue cannot be read.
    """

    def __init__(
        self, folder: Path, newsroom: Callable[[], Newsroom], folders: Iterable[Path]
    ) -> None:
        read_inputs(folder)
        self._folder = folder
        self._newsroom = newsroom
        self._folders = (folder, *folders)
        self._lock = threading.Lock()
        self._last: Glance | None = None

    def version(self) -> str:
        """Give what changes whenever a watched file does."""
        return version_of(self._folders)

    def glance(self) -> Glance:
        """Give the issue as it is now."""
        with self._lock:
            version = self.version()  # before the files are read: what changes meanwhile is newer
            if self._last is None or self._last.version != version:
                self._last = self._made(version)
            return self._last

    def _made(self, version: str) -> Glance:
        try:
            files = issue_anew(self._newsroom(), read_inputs(self._folder), version)
        except DigestError as fault:
            return Glance(version=version, files={}, fault=fault)
        except Exception as error:  # whatever an edit breaks, the page must go on following
            log.exception("the preview of %s", self._folder)
            said = DigestError(f"{type(error).__name__}: {error}", where=str(self._folder))
            return Glance(version=version, files={}, fault=said)
        return Glance(version=version, files=files)


def issue_anew(newsroom: Newsroom, inputs: Inputs, version: str) -> dict[str, bytes]:
    """Make the files of an issue from its inputs and the present recipe, choices and templates.

    Raises DigestError for what is broken.
    """
    inputs = gather_again(newsroom, inputs, dt.datetime.now(dt.UTC))
    made = make(newsroom, inputs, decide(inputs, newsroom.words))
    return archive.issue_files(made.saved, newsroom.templates, live=version)


def version_of(folders: Iterable[Path]) -> str:
    """Give a hash of the names, times and sizes of all that is watched in these folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for kind in WATCHED for path in folder.rglob(kind)):
            try:
                known = path.stat()
            except OSError:  # gone since it was listed, or an editor's lock
                continue
            digest.update(f"{path}\0{known.st_mtime_ns}\0{known.st_size}\n".encode())
    return digest.hexdigest()[:16]
