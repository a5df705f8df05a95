"""The program's face on the web: the public archive, and what readers' links lead to.

public.py   the application: its parts, its headers, its pages for what went wrong
archive.py  the public archive, as it stands in `out/public/`
clicks.py   links that are counted on the way
pages.py    how a page is rendered
live.py     apart from these, for the staff: a preview that follows what is edited
serving.py  the server
"""

from __future__ import annotations

from digest.web.public import create_app, message_pages

__all__ = ["create_app", "message_pages"]
