"""What is wrong with a file, in an editor's words: no jargon of the libraries gets through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from digest.errors import ConfigError
from digest.settings.layers import Layer, Loc, merge
from digest.spelling import did_you_mean, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

T = TypeVar("T", bound=BaseModel)
Problem = tuple[Loc, str, str]
"""Where, what is wrong (the rest of the sentence that begins with the key), what to do."""

_WORDS = {
    "string_type": "must be text, in quotes",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false, without quotes",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "too_short": "must have at least {min_length}",
    "list_type": "must be a list, in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}


class Refused(ValueError):  # noqa: N818  a validator's word for pydantic, never raised to a caller
    """A value is not accepted: what it must be, and what to do."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def validate(model: type[T], layers: Sequence[Layer]) -> T:
    """Read merged layers, the first on top, into a model; the file is the last of them.

    Raises ConfigError with all that is wrong.
    """
    try:
        return model.model_validate(merge(layers))
    except ValidationError as error:
        details = error.errors(include_url=False)
        found = [(each["loc"], *_in_words(each, model)) for each in details]
        raise gather(found, layers) from None


def gather(problems: Iterable[Problem], layers: Sequence[Layer]) -> ConfigError:
    """Make one error of one problem or more, each named with its place."""
    errors = [_located(problem, layers) for problem in problems]
    if len(errors) == 1:
        return errors[0]
    return ConfigError("\n  ".join([f"{len(errors)} problems:", *map(str, errors)]))


def _located(problem: Problem, layers: Sequence[Layer]) -> ConfigError:
    loc, what, hint = problem
    layer = next((layer for layer in layers if layer.holds(loc)), layers[-1])
    return ConfigError(f"{key_path(loc)} {what}", where=layer.where(loc), hint=hint)


def key_path(loc: Loc) -> str:
    """Write a location as editors count: `sources[2].weight` is the second source's."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in loc)
    return "".join(steps).removeprefix(".")


def either(words: Sequence[str]) -> str:
    """Write `"a", "b" or "c"`."""
    *most, last = (f'"{word}"' for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def _in_words(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """Say what is wrong and what to do."""
    kind, loc, context = error["type"], error["loc"], error.get("ctx", {})
    key = str(loc[-1])
    if kind == "extra_forbidden":
        return "is not a known key", suggest(key, _fields_at(model, loc[:-1]))
    if kind == "missing":
        description = _fields_at(model, loc[:-1])[key].description or ""
        return "is missing", description.removesuffix(".")
    if kind == "literal_error":
        return _not_among(error["input"], re.findall(r"'([^']*)'", context["expected"]))
    if kind == "value_error":
        refused = context["error"]
        return refused.what, refused.hint
    words = _WORDS.get(kind, "has a value that cannot be used")
    return words.format(**context), _brackets(kind, loc, error["input"])


def _not_among(given: object, accepted: Sequence[str]) -> tuple[str, str]:
    what = f"must be {either(accepted)}"
    return what, did_you_mean(given, accepted) if isinstance(given, str) else ""


def _brackets(kind: str, loc: Loc, given: object) -> str:
    """Help with the commonest slip of TOML: [x] for [[x]], and the other way round."""
    name = ".".join(step for step in loc if isinstance(step, str))
    if kind == "list_type" and isinstance(given, dict):
        return f"Write [[{name}]], in double brackets, above each"
    if kind == "model_type":
        return f"Write [{name}] on a line of its own, and its keys below"
    return ""


def _fields_at(model: type[BaseModel], loc: Loc) -> dict[str, FieldInfo]:
    """Give the fields of the table at a location, by the keys that editors write."""
    for step in loc:
        if isinstance(step, str):
            table = _table_in(_fields(model)[step].annotation)
            assert table is not None, loc
            model = table
    return _fields(model)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _table_in(annotation: object) -> type[BaseModel] | None:
    """Find the table in `Table`, `list[Table]` or `Table | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_table_in, get_args(annotation))), None)
