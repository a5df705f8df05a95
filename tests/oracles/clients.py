"""What each mail client supports, as caniemail last saw it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORD = "outlook windows"  # it reads another branch of the page than all others do

CLIENTS = (
    "gmail desktop-webmail",
    "gmail ios",
    "gmail android",
    WORD,
    "outlook macos",
    "outlook outlook-com",
    "apple-mail macos",
    "apple-mail ios",
    "yahoo desktop-webmail",
    "yahoo ios",
    "yahoo android",
    "samsung-email android",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """caniemail's features by slug."""

    features: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Facts:
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        return cls({feature["slug"]: feature for feature in data})

    def level(self, slug: str, client: str) -> str:
        """Give "y", "n" or "a" (in part) as of the newest test, "u" where there was none."""
        family, platform = client.split()
        tests = self.features[slug]["stats"].get(family, {}).get(platform, {})
        return str(list(tests.values())[-1])[:1] if tests else "u"

    def failing(self, slug: str, level: str, clients: tuple[str, ...]) -> Iterator[str]:
        """Give the clients in which a feature has that level."""
        return (client for client in clients if self.level(slug, client) == level)
