"""What editors write, read into domain objects: TOML, environment, secrets.

Importing this is cheap; pydantic is imported by the first call that reads a file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from digest.settings.configuration import Configuration, PlugSpec, Recipe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from digest.recipe import Choice, Edition

__all__ = [
    "Configuration",
    "PlugSpec",
    "Recipe",
    "json_schemas",
    "load_choices",
    "load_configuration",
    "reference",
]


def load_configuration(
    config_dir: Path,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Configuration:
    """Read `digest.toml` and all editions in `config_dir`.

    For `digest.toml`'s keys, `overrides` (nested like the file: `{"paths": {"out": "/tmp/out"}}`)
    go before `environ` (`DIGEST_PATHS__OUT`; the process's own when None), that before the secrets
    folder, that before the file. Raises ConfigError, naming every problem of the first unusable
    file.
    """
    from digest.settings.loading import load

    return load(config_dir, os.environ if environ is None else environ, overrides or {})


def load_choices(config_dir: Path, edition: Edition, date: dt.date) -> tuple[Choice, ...]:
    """Read the editors' decisions for one day: about the issue first, then in the file's order.

    A day without a file has none. Raises ConfigError, naming every problem of the file.
    """
    from digest.settings.choosing import load

    return load(config_dir, edition, date)


def json_schemas() -> Mapping[str, dict[str, object]]:
    """Give the JSON Schema of each kind of file: "digest", "edition", "choices"."""
    from digest.settings.reference import json_schemas as schemas

    return schemas()


def reference() -> str:
    """Give `docs/configuration.md`: every key of every file, as Markdown."""
    from digest.settings.reference import reference as pages

    return pages()
