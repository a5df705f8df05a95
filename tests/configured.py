"""A small configuration on disk, read or refused, for the tests of the settings."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from digest.errors import ConfigError
from digest.settings import Configuration, load_configuration

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = """\
[publication]
name = "The London Courier"
url = "https://courier.example"
city = "London"
timezone = "Europe/London"
language = "en-GB"
postal_address = "1 Fleet Street, London"
from = "The London Courier <daily@courier.example>"
"""
EDITION = """\
title = "The Daily Courier"

[[sources]]
use = "feed"
url = "https://feeds.example.org/world.xml"
section = "World"

[[sections]]
title = "World"
"""


def publication(
    folder: Path, digest: str = DIGEST, edition: str = EDITION, *, name: str = "daily"
) -> Path:
    """Write a configuration and give its folder."""
    config = folder / "config"
    (config / "editions").mkdir(parents=True, exist_ok=True)
    (config / "digest.toml").write_text(textwrap.dedent(digest), "utf-8")
    (config / "editions" / f"{name}.toml").write_text(textwrap.dedent(edition), "utf-8")
    return config


def load(config: Path, **environ: str) -> Configuration:
    return load_configuration(config, environ)


def refusal(config: Path, **environ: str) -> str:
    """Give the message with which a configuration is refused, its folder written as `config`."""
    with pytest.raises(ConfigError) as caught:
        load_configuration(config, environ)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(config), "config")
