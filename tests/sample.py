"""The sample publication, made as editors make it: `digest init --sample`, then `digest run`."""

from __future__ import annotations

import atexit
import functools
import tempfile
from pathlib import Path

from publication import AT, digest

from digest.variants import Wishes

ISSUE = "out/daily/2026-11-23"
VARIANT = Wishes(sections=("London", "World"), language="ar")

# What is made beside the email, and opens from disk.
PAGES = {
    "archive": f"{ISSUE}/archive.html",
    "preview": f"{ISSUE}/preview.html",
    "variant": f"{ISSUE}/variants/{VARIANT.name}.html",
    "gallery": "out/index.html",
    "public": "out/public/index.html",
}


@functools.cache
def the_sample() -> Path:
    """Give the sample's folder, its issue built and sent to the outbox; made once a process.

    Since then there is a subscriber who wants a variant, and it was built again.
    """
    folder = tempfile.TemporaryDirectory(prefix="digest-sample-")
    atexit.register(folder.cleanup)
    root = Path(folder.name)
    digest(root, "init", "--sample")
    digest(root, "run", "--at", AT)
    wishes = [part for title in VARIANT.sections for part in ("--section", title)]
    wishes += ["--language", VARIANT.language]
    digest(root, "subscribers", "add", "reader@home.example", "--consent", "by phone", *wishes)
    digest(root, "build", "--at", AT)
    return root
