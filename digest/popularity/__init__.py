"""Plugs that count readers: the feeds' own comment counts, and a table that anybody can write.

Each keeps `protocols.Popularity`. A provider gives one unit; counts of different units are never
added up.
"""

from __future__ import annotations
