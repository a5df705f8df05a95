"""The `out/` folder: each issue's own folder, its preview and the gallery of all.

canonical.py  one way to write our dataclasses as JSON, and back
atomic.py     files that appear whole or not at all
folder.py     an issue's folder: write it, read it, verify it
pictures.py   copies of an issue's pictures
guises.py     an email as other inboxes would show it
outlook.py    … and as Word does
reading.py    an email in the order in which a screen reader says it
changes.py    an issue beside the one before it
versions.py   the versions of a theme that issues were set in
differences.py  how two texts differ
variant.py    a variant of an issue, and the way to each of its pages
preview.py    `preview.html`: the issue in every guise, what changed, and why each story is in it
gallery.py    `index.html`: every issue, newest first
public.py     `public/`: what everybody may read, and may be published as it stands
public_pictures.py   the pictures beside its pages
atom.py       its Atom feed
broken.py     the page that a served preview shows instead of what cannot be made
desk.py       how the staff's pages are rendered
"""

from __future__ import annotations

from digest.archive.atomic import alone
from digest.archive.broken import broken_page
from digest.archive.canonical import dump, load
from digest.archive.folder import (
    MANIFEST,
    Manifest,
    SavedIssue,
    issue_files,
    outgoing_sha256,
    read_inputs,
    read_issue,
    read_manifest,
    verify,
    write_issue,
)
from digest.archive.gallery import GalleryEntry, read_gallery_entry, write_gallery
from digest.archive.messages import Messages
from digest.archive.pictures import Copy, picture_name
from digest.archive.preview import Beside
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
from digest.archive.variant import Variant
from digest.archive.versions import FormerVersion, changed_files, former_themes, keep_version

__all__ = [
    "MANIFEST",
    "PUBLIC_FEED",
    "PUBLIC_FOLDER",
    "PUBLIC_PAGE",
    "PUBLIC_PICTURE",
    "Beside",
    "Copy",
    "FormerVersion",
    "GalleryEntry",
    "Manifest",
    "Messages",
    "PublicIssue",
    "SavedIssue",
    "Variant",
    "alone",
    "broken_page",
    "changed_files",
    "dump",
    "former_themes",
    "is_public",
    "issue_files",
    "keep_version",
    "load",
    "outgoing_sha256",
    "page_on_web",
    "picture_name",
    "publish_pictures",
    "read_gallery_entry",
    "read_inputs",
    "read_issue",
    "read_manifest",
    "verify",
    "write_gallery",
    "write_issue",
    "write_public",
]
