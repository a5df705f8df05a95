"""Plugs that let emails leave the house; for now, into a folder.

Each keeps `protocols.Deliverer`.
"""

from __future__ import annotations
