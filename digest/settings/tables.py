"""What every table of a configuration file has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from digest.settings.plugs import OUTSIDE

if TYPE_CHECKING:
    from digest.settings.plugs import Kind


class Table(BaseModel):
    """A TOML table: no unknown keys, no guessing of types."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class PlugTable(Table):
    """A table that names a plug; `use` is given its meaning by `use_of` in each."""

    use: str
    options: dict[str, object] = Field(
        default_factory=dict, description="What a class of your own is made with."
    )


def use_of(kind: Kind, default: object = ...) -> Any:  # noqa: ANN401  pydantic's fields are untyped
    """Give the field `use` for a kind of plug: its built-in names, or anyone's class."""
    names = ", ".join(f"`{name}`" for name in kind.names)
    completions: dict[str, Any] = {
        "anyOf": [{"enum": kind.names}, {"type": "string", "pattern": OUTSIDE.pattern}]
    }
    return Field(
        default=default,
        description=f"{names}, or a class of your own: `package.module:Class`.",
        json_schema_extra=completions,
    )
