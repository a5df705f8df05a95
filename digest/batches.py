"""Join units into groups: all at once, or a day at a time where there are very many.

A day at a time: each day's units are joined first, then the days' groups with those of the three
days before, by their members' mean similarity.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from digest.evidence import Index, mean_entry, neighbours
from digest.linkage import link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.evidence import Entry
    from digest.linkage import Group

JOIN_AT = 0.145  # centroid cosine above which two groups are one story
AT_ONCE = 5_000  # units: beyond, pairs of all with all take too long and too much memory
DAYS_BACK = 3  # that a day's groups are compared with: after that, similarity has faded


def link_units(
    entries: Sequence[Entry],
    sizes: Sequence[int],
    apart: Iterable[tuple[int, int]],
    *,
    at_once: int = AT_ONCE,
) -> list[list[int]]:
    """Join units of articles that tell of one event; gives groups of unit numbers.

    `entries` holds one for each unit, the earliest first, `sizes` how many articles it stands for.
    `apart` are pairs of units that must not be joined.
    """
    if len(entries) <= at_once:
        joined = _link_all(range(len(entries)), entries, sizes, apart)
        return [group.units for group in joined]
    return _link_by_day(entries, sizes, list(apart))


def _link_by_day(
    entries: Sequence[Entry], sizes: Sequence[int], apart: Sequence[tuple[int, int]]
) -> list[list[int]]:
    days = [_link_all(day, entries, sizes, apart) for day in _days(entries)]
    groups = [group for day in days for group in day]
    near = _across([[_mean_of(group, entries, sizes) for group in day] for day in days])
    home = {unit: number for number, group in enumerate(groups) for unit in group.units}
    for unit, other in apart:
        one, two = home[unit], home[other]
        if one != two:
            near[one][two] = near[two][one] = -math.inf
    members = [sum(sizes[unit] for unit in group.units) for group in groups]
    densities = [group.density for group in groups]
    stories = link(near, members, join_at=JOIN_AT, densities=densities)
    return [[unit for number in story.units for unit in groups[number].units] for story in stories]


def _mean_of(group: Group, entries: Sequence[Entry], sizes: Sequence[int]) -> Entry:
    return mean_entry([entries[unit] for unit in group.units], [sizes[u] for u in group.units])


def _days(entries: Sequence[Entry]) -> list[list[int]]:
    """Part the entries into days, counted back from the newest, the earliest day first."""
    days: defaultdict[int, list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        days[math.floor(entries[-1].days - entry.days)].append(number)
    return [days[back] for back in sorted(days, reverse=True)]


def _link_all(
    units: Sequence[int],
    entries: Sequence[Entry],
    sizes: Sequence[int],
    apart: Iterable[tuple[int, int]],
) -> list[Group]:
    """Join some of the units, each compared with each; gives groups of their numbers."""
    near = neighbours(entries[unit] for unit in units)
    places = {unit: place for place, unit in enumerate(units)}
    for one, other in apart:
        if one in places and other in places:
            i, j = places[one], places[other]
            near[i][j] = near[j][i] = -math.inf
    groups = link(near, [sizes[unit] for unit in units], join_at=JOIN_AT)
    for group in groups:
        group.units[:] = [units[place] for place in group.units]
    return groups


def _across(days: Iterable[Sequence[Entry]]) -> list[dict[int, float]]:
    """Give each entry's similar entries of the three days before and after, numbered through."""
    near: list[dict[int, float]] = []
    recent: deque[Index] = deque(maxlen=DAYS_BACK)
    for day in days:
        today = Index()
        for entry in day:
            number = len(near)
            near.append({other: alike for index in recent for other, alike in index.similar(entry)})
            for other, alike in near[number].items():
                near[other][number] = alike
            today.add(number, entry)
        recent.append(today)
    return near
