"""One way to write our frozen dataclasses as JSON, and back.

Equal values give equal bytes: keys are sorted, text is UTF-8, a whole number in a `float` field is
written as one (`24.0`). What depends on order belongs in a tuple: a mapping comes back sorted by
key, and a set would keep the order of its hashes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def dump(value: object) -> bytes:
    """Write a dataclass as indented JSON that ends in a newline.

    Times are ISO 8601, "Z" for UTC. Raises ValueError for NaN, an infinity or a lone surrogate:
    JSON has none of them.
    """
    plain = _adapter(type(value)).dump_python(value, mode="json")
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=2)
    return f"{text}\n".encode()


def load(kind: type[T], data: bytes) -> T:
    """Read what `dump` wrote for a `kind`: an equal value.

    Raises ValueError (pydantic's ValidationError) when the bytes are no such thing.
    """
    value: T = _adapter(kind).validate_json(data)
    return value


# Building one takes tens of milliseconds for an issue; using it takes microseconds.
_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
