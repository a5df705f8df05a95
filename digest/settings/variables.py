"""What lies over `digest.toml`: environment variables and the secrets folder.

Both hold texts under names such as `DIGEST_PUBLICATION__CITY`, which pydantic-settings takes apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from digest.errors import ConfigError
from digest.settings.digest_file import DigestFile
from digest.settings.layers import NESTED, PREFIX, Layer, Loc, is_setting
from digest.settings.problems import key_path
from digest.spelling import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class _Settings(DigestFile, BaseSettings):
    """The keys that variables may set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=NESTED)


class _Variables(EnvSettingsSource):
    """Variables that are handed in, not the process's own."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(_Settings)
        self.env_vars = {name.lower(): value for name, value in variables.items()}


def environment(environ: Mapping[str, str]) -> Layer:
    """Give the settings in the environment. Raises ConfigError: a table that is not known."""
    return _layer(environ, lambda name: f"environment variable {name}")


def secrets(folder: Path) -> Layer:
    """Give the settings in a folder, a file for each. Raises ConfigError: unreadable, unknown."""
    try:
        files = [file for file in sorted(folder.iterdir()) if is_setting(file.name)]
        texts = {file.name: file.read_text("utf-8").strip() for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the secrets in this folder cannot be read",
            where=str(folder),
            hint="Each is a file of UTF-8 text such as DIGEST_STORE__URL",
        ) from error
    return _layer(texts, lambda name: str(folder / name))


def _layer(variables: Mapping[str, str], where: Callable[[str], str]) -> Layer:
    ours = {name: value for name, value in variables.items() if is_setting(name)}
    places = {_loc(name): where(name) for name in sorted(ours)}
    for loc, place in places.items():
        if loc[0] not in DigestFile.model_fields:
            hint = suggest(str(loc[0]), DigestFile.model_fields)
            raise ConfigError(f"{key_path(loc)} is not a known key", where=place, hint=hint)
    values = _numbered(_Variables(ours)(), DigestFile)
    return Layer(values, lambda loc: places.get(loc, "environment"))


def _numbered(values: dict[str, Any], table: type[BaseModel]) -> dict[str, Any]:
    """Give texts as numbers where numbers belong: a variable has no other way to write them."""
    given: dict[str, Any] = {}
    for key, value in values.items():
        field = table.model_fields.get(key)
        kind = field.annotation if field else None
        if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, BaseModel):
            given[key] = _numbered(value, kind)
        elif isinstance(value, str) and {int, float} & {kind, *get_args(kind)}:
            given[key] = _number(value)
        else:
            given[key] = value
    return given


def _number(text: str) -> str | float:
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return text


def _loc(name: str) -> Loc:
    return tuple(name[len(PREFIX) :].lower().split(NESTED))
