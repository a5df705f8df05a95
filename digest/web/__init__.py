"""The program's face on the web: the public archive, and what readers' links lead to.

public.py   the application: its parts, its headers, its pages for what went wrong
archive.py  the public archive, as it stands in `out/public/`
clicks.py   links that are counted on the way
signed.py   who came by a signed link
faces.py    the pages behind those links, as they are seen
leaving.py  the way out
preferences.py wishes.py    what a subscriber gets: the pages, and what their form says
live.py     apart from these, for the staff: a preview that follows what is edited
serving.py  the server
"""

from __future__ import annotations

from digest.web.faces import Faces
from digest.web.public import create_app, message_pages

__all__ = ["Faces", "create_app", "message_pages"]
