"""Where the checkers are, or why a test must be skipped: CI lets none be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

MODULES = Path(__file__).parent / "node_modules"
HOW = "`.ci/oracles` installs it on Debian and its kin"


def module_file(name: str) -> Path:
    """Give a file of an npm package; without it the test is skipped."""
    path = MODULES / name
    if not path.is_file():
        pytest.skip(f"{name.partition('/')[0]} is not installed: {HOW}")
    return path


def program(name: str) -> str:
    """Give the path of a program; without it the test is skipped."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed: {HOW}")
    return found


def chromium() -> str:
    """Give Chromium: what the variable CHROMIUM names, or the system's."""
    return os.environ.get("CHROMIUM") or program("chromium")
