"""Join what is close: agglomerative clustering over sparse similarities, in near-linear time.

The closeness of two groups is the cosine of their centroids, which sums of pairwise similarities
give without any vectors: so similarities may be faded or forbidden pair by pair.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGER_PAIRS = 0.2  # two large groups must be closer, by size^this: a topic they share is no event


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Units that were joined, and how alike their members are on average, each to itself too."""

    units: list[int]
    density: float


def link(
    near: list[dict[int, float]],
    sizes: Sequence[int],
    *,
    join_at: float,
    densities: Sequence[float] = (),
) -> list[Group]:
    """Join the closest two groups until none are closer than `join_at`; uses `near` up.

    `near[i][j] == near[j][i]` is the mean similarity of the members of units i and j, at most 1 and
    minus infinity for two that must stay apart; missing means 0. A unit of size n stands for n
    members, as alike among themselves as `densities` says, all the same where it is empty. Gives
    groups of unit numbers, each unit in one, in an order that depends only on the input.
    """
    # The heap holds each group's best partner. An entry is stale once either of the two has
    # changed; that is noticed only when it comes up, and the group asked again.
    groups = _Groups(near, sizes, densities or [1.0] * len(sizes), join_at)
    heap = [best for one in range(len(sizes)) if (best := groups.best(one))]
    heapq.heapify(heap)
    while heap:
        distance, one, other = heapq.heappop(heap)
        if not groups.members[one]:
            continue
        if distance == -groups.closeness(one, other):
            one = groups.join(one, other)
        if best := groups.best(one):
            heapq.heappush(heap, best)
    return groups.left()


class _Groups:
    """Groups of units while they are joined, each under the number of one of its units.

    `near` holds the sums of similarities between groups, `within` those inside one, each to itself
    included: `near / sqrt(within · within)` is the cosine of two centroids.
    """

    def __init__(
        self,
        near: list[dict[int, float]],
        sizes: Sequence[int],
        densities: Sequence[float],
        join_at: float,
    ) -> None:
        self.near = near
        self.members = [[unit] for unit in range(len(sizes))]
        self._join_at = join_at
        self._sizes = list(sizes)
        self._within = [size * size * d for size, d in zip(sizes, densities, strict=True)]
        self._length = [math.sqrt(within) for within in self._within]
        self._bar = [math.pow(size, LARGER_PAIRS) for size in sizes]
        for one, size in enumerate(sizes):
            for other in near[one] if size > 1 else ():
                near[one][other] *= size
                near[other][one] *= size

    def closeness(self, one: int, other: int) -> float:
        """Give the cosine of two centroids, less for two large groups, 0 for one that is gone."""
        lengths = self._length[one] * self._length[other]
        bar = min(self._bar[one], self._bar[other])
        return self.near[one].get(other, 0.0) / lengths / bar

    def best(self, one: int) -> tuple[float, int, int] | None:
        """Give the closest group as (−closeness, one, other), if any is close enough to join."""
        length, mine = self._length, self._length[one]
        best, closest = self._join_at, -1
        for other, similarities in self.near[one].items():
            if similarities > best * mine * length[other]:  # the cosine alone, cheap to ask
                closeness = self.closeness(one, other)
                if closeness > best:
                    best, closest = closeness, other
        return (-best, one, closest) if closest >= 0 else None

    def join(self, one: int, other: int) -> int:
        """Make two groups one, under the number of the one with more neighbours, and give that."""
        into, gone = (one, other) if len(self.near[one]) >= len(self.near[other]) else (other, one)
        self._within[into] += self._within[gone] + 2 * self.near[into].pop(gone)
        self._length[into] = math.sqrt(self._within[into])
        self._sizes[into] += self._sizes[gone]
        self._bar[into] = math.pow(self._sizes[into], LARGER_PAIRS)
        self.members[into] += self.members[gone]
        self.members[gone] = []
        self._hand_over(gone, into)
        return into

    def left(self) -> list[Group]:
        """Give the groups that there are now."""
        return [
            Group(units=members, density=self._within[one] / self._sizes[one] ** 2)
            for one, members in enumerate(self.members)
            if members
        ]

    def _hand_over(self, gone: int, into: int) -> None:
        """Add one group's similarities to another's."""
        mine = self.near[into]
        for third, similarities in self.near[gone].items():
            if third != into:
                theirs = self.near[third]
                del theirs[gone]
                mine[third] = theirs[into] = mine.get(third, 0.0) + similarities
        self.near[gone] = {}
