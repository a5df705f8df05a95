"""Files that appear whole or not at all, on POSIX file systems.

A folder of many files cannot be swapped in one step without a moment in which it is gone. So each
file is swapped by itself, and the one that vouches for the others goes last: whoever finds it
agreeing with them has the whole; whoever does not knows that a writer was cut short.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

OUTBOX = "outbox"  # what a delivery leaves in an issue's folder is no part of the issue


def write_file(path: Path, data: bytes) -> None:
    """Put a file in place, whole, even if the power fails in the middle."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path.parent):
        place(path, data)


def place(path: Path, data: bytes) -> None:
    """Put a file in place like `write_file`, where the caller is alone with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    _write_through(aside, data)
    aside.replace(path)
    _sync_folder(path.parent)


def write_folder(folder: Path, files: Mapping[str, bytes], *, last: str) -> None:
    """Make `folder` hold exactly these files (by their POSIX names), `last` put in place last.

    Its outbox and hidden files are let be. Cut short at any moment, it leaves each file whole, old
    or new. Writers of sibling folders wait for each other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder.parent):
        staging = folder.with_name(f".{folder.name}.staging")
        _clear_staging(folder.parent)
        for name, data in files.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            _write_through(staging / name, data)
        for name in sorted(files.keys() - {last}):
            _move(staging / name, folder / name)
        _remove(folder, files_in(folder).keys() - files.keys() - {last})
        for place in sorted({folder, *((folder / name).parent for name in files)}):
            _sync_folder(place)
        _move(staging / last, folder / last)
        _sync_folder(folder)
        shutil.rmtree(staging)


def files_in(folder: Path) -> dict[str, Path]:
    """Find an issue's files by their POSIX names, its outbox and hidden files aside."""
    found = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    # Hidden files are an operating system's litter, such as .DS_Store.
    return {
        name: path
        for name, path in sorted(found.items())
        if not name.startswith((f"{OUTBOX}/", ".")) and "/." not in name
    }


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder that the system lets go of when its holder dies."""
    with (folder / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_staging(folder: Path) -> None:
    """Remove what killed writers left: nobody else can be writing while the lock is held."""
    for left in folder.glob(".*.staging"):
        shutil.rmtree(left)


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _remove(folder: Path, names: set[str]) -> None:
    for name in sorted(names):
        path = folder / name
        path.unlink()
        if path.parent != folder and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _sync_folder(folder: Path) -> None:
    """Write a folder's list of names through to the disk: a rename alone may be forgotten."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
