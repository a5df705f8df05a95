"""The built-in plugs: their names, and the keys that each is configured with.

A new built-in is a row here, its keys in its table's schema, and a factory in `app`. Plug classes
are not imported: whether somebody's own class exists is for `digest check` to ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.settings.configuration import PlugSpec
from digest.settings.problems import Problem, either
from digest.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.settings.tables import PlugTable

OUTSIDE = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a built-in plug, besides `use`."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every key."""
        return self.required + self.optional


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plug: its built-in ones, and the keys that a class of one's own may have too."""

    built_in: Mapping[str, Keys]
    outside: Keys = Keys(optional=("options",))

    @property
    def keys(self) -> set[str]:
        """Every key that belongs to a plug and not to the table around it."""
        return {key for keys in (*self.built_in.values(), self.outside) for key in keys.all}

    @property
    def names(self) -> list[str]:
        """The built-in names."""
        return sorted(self.built_in)

    def keys_of(self, use: str) -> Keys:
        """Give the keys of the plug of this name. Raises KeyError for a built-in there is not."""
        return self.outside if OUTSIDE.fullmatch(use) else self.built_in[use]


SOURCES = Kind(
    {
        "feed": Keys(required=("url",)),
        "sitemap": Keys(required=("url",)),
        "page": Keys(required=("url",), optional=("select",)),
    },
    outside=Keys(optional=("url", "options")),
)
COMMENTS = Kind(
    {"feed": Keys(required=("url",))},
    outside=Keys(optional=("url", "options")),
)
COUNTS = Kind(
    {
        "feed_counts": Keys(),
        "table": Keys(optional=("path",)),
        "plausible": Keys(required=("site",), optional=("url", "base")),
        "matomo": Keys(required=("site_id", "url")),
        "clicks": Keys(),
    }
)
WEATHER = Kind(
    {
        "open_meteo": Keys(required=("latitude", "longitude"), optional=("url",)),
        "file": Keys(required=("path",)),
    }
)
DELIVERY = Kind(
    {
        "folder": Keys(),
        "maildir": Keys(required=("path",)),
        "smtp": Keys(),
        "ses": Keys(),
    }
)


def problems_of(table: PlugTable, kind: Kind) -> Iterator[Problem]:
    """Find what is wrong with a plug's table; locations begin at the table."""
    try:
        keys = kind.keys_of(table.use)
    except KeyError:
        accepted = either([*kind.names, "package.module:Class"])
        what = f'must be {accepted}, not "{table.use}"'
        yield ("use",), what, did_you_mean(table.use, kind.names)
        return
    given = kind.keys & table.model_fields_set
    for key in sorted(given.difference(keys.all)):
        takes = f"It takes {', '.join(keys.all)}" if keys.all else "It takes no other key"
        yield (key,), f'does not belong to use = "{table.use}"', takes
    for key in keys.required:
        if key not in given:
            yield (key,), f'is missing, and use = "{table.use}" needs it', ""


def spec_of(table: PlugTable, kind: Kind) -> PlugSpec:
    """Give the plug that a table without problems names; its options are as written."""
    given = sorted((kind.keys & table.model_fields_set) - {"options"})
    return PlugSpec(
        use=table.use, options={key: getattr(table, key) for key in given} | table.options
    )
