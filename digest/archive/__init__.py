"""The `out/` folder: each issue's own folder, its preview and the gallery of all.

canonical.py  one way to write our dataclasses as JSON, and back
atomic.py     files that appear whole or not at all
folder.py     an issue's folder: write it, read it, verify it
pictures.py   copies of an issue's pictures
guises.py     an email as other inboxes would show it
preview.py    `preview.html`: the issue in every guise, and why each story is in it
gallery.py    `index.html`: every issue, newest first
public.py     `public/`: what everybody may read, and may be published as it stands
public_pictures.py   the pictures beside its pages
atom.py       its Atom feed
desk.py       how the staff's pages are rendered
"""

from __future__ import annotations

from digest.archive.atomic import alone
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
from digest.archive.pictures import Copy, picture_name
from digest.archive.public import (
    PUBLIC_FEED,
    PUBLIC_FOLDER,
    PUBLIC_PAGE,
    PublicIssue,
    is_public,
    page_on_web,
    publish_pictures,
    write_public,
)
from digest.archive.public_pictures import PUBLIC_PICTURE

__all__ = [
    "PUBLIC_FEED",
    "PUBLIC_FOLDER",
    "PUBLIC_PAGE",
    "PUBLIC_PICTURE",
    "Copy",
    "GalleryEntry",
    "Manifest",
    "PublicIssue",
    "SavedIssue",
    "alone",
    "dump",
    "is_public",
    "load",
    "page_on_web",
    "picture_name",
    "publish_pictures",
    "read_gallery_entry",
    "read_inputs",
    "read_issue",
    "verify",
    "write_gallery",
    "write_issue",
    "write_public",
]
