"""Plugs that count readers: feeds, tables, Plausible, Matomo, and our own links.

Each keeps `protocols.Popularity`. A provider gives one unit; counts of different units are never
added up.
"""

from __future__ import annotations
