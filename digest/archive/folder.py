"""An issue's folder: everything that is sent, why, what it was built from, and proof that it is so.

email.html  email.txt  message.eml    what is sent
archive.html                          the issue as everybody may read it, once it is sent
issue.json  inputs.json.gz            the plan with its reasons, and what it was made from
preflight.json  preview.html          for the staff
variants/                             what those get who want some sections, or another language:
                                      the message, and its own preview
images/                               copies of the pictures: readers', and the preview's
manifest.json                         the sha256 of every other file, and what is approved
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  pydantic reads the annotations
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from digest.archive.atomic import files_in, write_folder
from digest.archive.canonical import dump, load
from digest.archive.preview import ALONE, Beside, Look, preview_page, variant_page
from digest.archive.variant import VARIANTS, strip_of
from digest.errors import DigestError
from digest.model import Issue
from digest.preflight import Finding  # noqa: TC001  likewise
from digest.variants import NOTHING_WANTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.archive.pictures import Copy
    from digest.archive.variant import Strip, Variant
    from digest.outgoing import Email
    from digest.variants import Wanted

MANIFEST = "manifest.json"
MESSAGE = "message.eml"
PAGE = "archive.html"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedIssue:
    """An issue as built, ready to be saved.

    `message` is the whole issue as RFC 5322 bytes; `inputs` the canonical JSON of what it was
    built from; `pictures` gives the copy of a picture by its address in the email; `theme` is the
    theme's fingerprint. `page` is the HTML for the public archive. `looked_at` is the email as
    the staff's preview shows it, None for exactly as it is sent. `variants` are for those who want
    something else than the whole, and `wanted` says how many they are.
    """

    issue: Issue
    email: Email
    message: bytes
    page: str
    inputs: bytes
    findings: Sequence[Finding]
    pictures: Mapping[str, Copy]
    version: str
    theme: str
    looked_at: Email | None = None
    variants: Sequence[Variant] = ()
    wanted: Wanted = NOTHING_WANTED
    beside: Beside = ALONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an issue's folder holds: the sha256 (hexadecimal) of each file by its POSIX name.

    `slots` are the placeholders of the email that are patched for each subscriber; nothing else
    may differ from what was approved. `pictures` are those of the files that readers are shown.
    `outgoing_sha256` is what a person approves (see `outgoing_sha256`), "" in those of old.
    """

    edition: str
    date: dt.date
    version: str
    theme: str
    slots: tuple[str, ...]
    files: dict[str, str]
    pictures: tuple[str, ...] = ()
    outgoing_sha256: str = ""

    @property
    def approved(self) -> str:
        """What a person approves, by the hashes of the files themselves."""
        return _sum_of(
            {
                name: sha256
                for name, sha256 in self.files.items()
                if name in {MESSAGE, PAGE, *self.pictures}
                or PurePosixPath(name).match(f"{VARIANTS}/*.eml")
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`preflight.json`: what preflight found, errors first, and the size of `email.html`."""

    size_bytes: int
    findings: tuple[Finding, ...]


def write_issue(out: Path, saved: SavedIssue, *, templates: Sequence[Path]) -> Path:
    """Save an issue in `out/<edition>/<date>/` and give that folder.

    The same issue gives the same bytes. Files of a former build that this one lacks are removed.
    A writer that is killed leaves every file whole, and a folder that `verify` faults until the
    issue is written again. Raises TemplateError when the preview's template is broken.
    """
    issue = saved.issue
    folder = out / issue.edition / issue.date.isoformat()
    files = issue_files(saved, templates)
    manifest = Manifest(
        edition=issue.edition,
        date=issue.date,
        version=saved.version,
        theme=saved.theme,
        slots=saved.email.slots,
        files={name: _sha256(data) for name, data in files.items()},
        pictures=tuple(sorted({copy.name for copy in saved.pictures.values() if copy.readers})),
        outgoing_sha256=outgoing_sha256(saved),
    )
    write_folder(folder, {**files, MANIFEST: dump(manifest)}, last=MANIFEST)
    return folder


def issue_files(
    saved: SavedIssue, templates: Sequence[Path], *, live: str = ""
) -> dict[str, bytes]:
    """Give what an issue's folder holds, but for the manifest, by POSIX names.

    `live` is the version of a preview that is served, "" for one on disk. Raises TemplateError when
    its template is broken.
    """
    html = saved.email.html.encode()
    findings = tuple(sorted(saved.findings, key=lambda finding: finding.level != "error"))
    strip = strip_of(saved.email.language, saved.variants, saved.wanted)
    page = preview_page(
        saved.issue,
        Look(email=saved.looked_at or saved.email, findings=findings, size_bytes=len(html)),
        {url: copy.name for url, copy in saved.pictures.items()},
        templates,
        beside=saved.beside,
        strip=strip,
        live=live,
    )
    return {
        "email.html": html,
        "email.txt": saved.email.text.encode(),
        **_outgoing(saved),
        "issue.json": dump(saved.issue),
        "inputs.json.gz": _gzip(saved.inputs),
        "preflight.json": dump(Checked(size_bytes=len(html), findings=findings)),
        "preview.html": page.encode(),
        **_variant_pages(saved, strip, templates, live),
        **{copy.name: copy.data for copy in saved.pictures.values()},
    }


def _variant_pages(
    saved: SavedIssue, strip: Strip, templates: Sequence[Path], live: str
) -> dict[str, bytes]:
    """Give the preview of each variant."""
    files = {}
    for one in saved.variants:
        page = variant_page(
            one,
            saved.issue,
            {url: copy.name for url, copy in saved.pictures.items()},
            templates,
            strip=strip,
            held=any(finding.level == "error" for finding in saved.findings),
            live=live,
        )
        files[f"{VARIANTS}/{one.name}.html"] = page.encode()
    return files


def outgoing_sha256(saved: SavedIssue) -> str:
    """Give what a person approves: one sha256 (hexadecimal) over all that leaves the house.

    That is the message, its variants, the page for everybody and readers' pictures; it is the hash
    of the lines that `sha256sum` prints of them, in the order of their names. What is for the staff
    alone may differ.
    """
    return _sum_of({name: _sha256(data) for name, data in _outgoing(saved).items()})


def _outgoing(saved: SavedIssue) -> dict[str, bytes]:
    """Give the files that leave the house."""
    return {
        MESSAGE: saved.message,
        PAGE: saved.page.encode(),
        **{f"{VARIANTS}/{one.name}.eml": one.message for one in saved.variants},
        **{copy.name: copy.data for copy in saved.pictures.values() if copy.readers},
    }


def _sum_of(hashes: Mapping[str, str]) -> str:
    lines = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items()))
    return _sha256(lines.encode())


def read_issue(folder: Path) -> Issue:
    """Read the plan of a saved issue. Raises DigestError when it is absent or damaged."""
    return read_json(Issue, folder / "issue.json")


def read_manifest(folder: Path) -> Manifest:
    """Read what vouches for a saved issue. Raises DigestError when it is absent or damaged."""
    return read_json(Manifest, folder / MANIFEST)


def read_inputs(folder: Path) -> bytes:
    """Read what an issue was built from, as it was given. Raises DigestError likewise."""
    path = folder / "inputs.json.gz"
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error) from error


def verify(folder: Path) -> tuple[str, ...]:
    """Name the files that are missing, changed or extra against the manifest, sorted.

    Empty when the folder is exactly what one write made it. The outbox and hidden files do not
    count. Without a readable manifest nothing is vouched for: every file is named.
    """
    found = {name: _sha256(path.read_bytes()) for name, path in files_in(folder).items()}
    found.pop(MANIFEST, None)
    try:
        manifest = read_manifest(folder)
    except DigestError:
        return tuple(sorted({MANIFEST, *found}))
    listed = manifest.files
    changed = {name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name)}
    if manifest.outgoing_sha256 not in {"", manifest.approved}:
        changed.add(MANIFEST)
    return tuple(sorted(changed))


def read_json(kind: type[T], path: Path) -> T:
    """Read one of the folder's JSON files. Raises DigestError when it is absent or damaged."""
    try:
        return load(kind, path.read_bytes())
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def _gzip(data: bytes) -> bytes:
    """Compress without the clock or a file name, which would make each build differ."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=6, fileobj=buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def unreadable(path: Path, error: Exception) -> DigestError:
    """Say that a file of a saved issue cannot be read, and why."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
    return DigestError(
        f"cannot be read: {reason}", where=str(path), hint="Build the issue again: digest build"
    )
