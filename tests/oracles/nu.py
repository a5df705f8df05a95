"""The Nu HTML checker, which validator.w3.org runs."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oracles.tools import module_file, program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILTER = Path(__file__).parent / "nu.filter"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error or warning: which page, where, what, and the markup that it is about."""

    page: str
    line: int
    message: str
    extract: str


def complaints(pages: Mapping[str, str], folder: Path) -> list[Complaint]:
    """Check pages, all in one process, in `folder`."""
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    jar = module_file("vnu-jar/build/dist/vnu.jar")
    done = subprocess.run(
        [
            *(program("java"), "-jar", str(jar)),
            *("--stdout", "--exit-zero-always", "--format", "json", str(folder)),
        ],
        capture_output=True,
        check=True,
        timeout=300,
    )
    return [
        Complaint(
            page=Path(told["url"]).stem,
            line=told.get("lastLine", 0),
            message=told["message"],
            extract=told.get("extract", ""),
        )
        for told in json.loads(done.stdout)["messages"]
    ]


def patterns() -> list[str]:
    """Give the filter's patterns: what the checker's own --filterfile would read."""
    lines = FILTER.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def unfiltered(told: Iterable[Complaint]) -> list[Complaint]:
    """Give those that no pattern of the filter passes over."""
    passed = re.compile("|".join(f"(?:{pattern})" for pattern in patterns()))
    return [one for one in told if not passed.fullmatch(one.message)]
