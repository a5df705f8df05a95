"""The sample publication, made as editors make it: `digest init --sample`, then `digest run`."""

from __future__ import annotations

import atexit
import functools
import tempfile
from pathlib import Path

from publication import AT, digest

ISSUE = "out/daily/2026-11-23"

# What is made beside the email, and opens from disk.
PAGES = {
    "archive": f"{ISSUE}/archive.html",
    "preview": f"{ISSUE}/preview.html",
    "gallery": "out/index.html",
    "public": "out/public/index.html",
}


@functools.cache
def the_sample() -> Path:
    """Give the sample's folder, its issue built and sent to the outbox; made once a process."""
    folder = tempfile.TemporaryDirectory(prefix="digest-sample-")
    atexit.register(folder.cleanup)
    root = Path(folder.name)
    digest(root, "init", "--sample")
    digest(root, "run", "--at", AT)
    return root
