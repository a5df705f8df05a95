"""The `out/` folder: each issue's own folder, its preview and the gallery of all.

canonical.py  one way to write our dataclasses as JSON, and back
atomic.py     files that appear whole or not at all
folder.py     an issue's folder: write it, read it, verify it
guises.py     an email as other inboxes would show it
preview.py    `preview.html`: the issue in every guise, and why each story is in it
gallery.py    `index.html`: every issue, newest first
desk.py       how the staff's pages are rendered
"""

from __future__ import annotations

from digest.archive.canonical import dump, load
from digest.archive.folder import (
    Manifest,
    SavedIssue,
    read_inputs,
    read_issue,
    verify,
    write_issue,
)
from digest.archive.gallery import GalleryEntry, read_gallery_entry, write_gallery

__all__ = [
    "GalleryEntry",
    "Manifest",
    "SavedIssue",
    "dump",
    "load",
    "read_gallery_entry",
    "read_inputs",
    "read_issue",
    "verify",
    "write_gallery",
    "write_issue",
]
