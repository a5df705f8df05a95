"""Digest makes a newsroom's daily newsletter."""

from __future__ import annotations

__version__ = "0.1.0"
ROBOT = "digest-newsletter"  # what site owners know us by, in User-Agent and robots.txt
