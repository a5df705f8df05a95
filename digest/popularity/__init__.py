"""Plugs that count readers: feeds, a table that anybody can write, Plausible and Matomo.

Each keeps `protocols.Popularity`. A provider gives one unit; counts of different units are never
added up.
"""

from __future__ import annotations
