"""How alike articles are by what they mean: a model's opinion, beside that of their words.

Only the pairs that the model finds alike are kept, in thousandths. So an issue's inputs hold all
that was taken from the model, and the issue comes out again without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from digest.model import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Chosen on 2014 headlines (benchmarks/stories.py), with `evidence.MEANING_SHARE`.
UNRELATED = 250  # thousandths: what two headlines have in common by both being news


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """Which articles are alike by what they mean.

    `articles` are those that the model read, by identity. `rows` has a text for each, of the later
    ones that are like it: their places, each followed by the cosine in thousandths, as in
    "4 712 9 388". Two that were read and are not named together are not alike; of others nothing is
    known.
    """

    articles: tuple[Identity, ...]
    rows: tuple[str, ...]

    @classmethod
    def of(cls, articles: Sequence[Identity], rows: Iterable[Iterable[tuple[int, int]]]) -> Self:
        """Keep what a model says: for each article, (place, thousandths) of later ones like it."""
        texts = (" ".join(f"{place} {alike}" for place, alike in row) for row in rows)
        return cls(articles=tuple(articles), rows=tuple(texts))

    def meanings(self) -> dict[Identity, dict[Identity, float]]:
        """Give, for each article that was read, those like it: 1 is the same, above 0 is alike."""
        meanings: dict[Identity, dict[Identity, float]] = {one: {} for one in self.articles}
        for one, row in zip(self.articles, self.rows, strict=True):
            numbers = map(int, row.split())
            for place, thousandths in zip(numbers, numbers, strict=True):
                other, beyond = self.articles[place], thousandths - UNRELATED
                if beyond > 0:
                    meanings[one][other] = meanings[other][one] = beyond / (1000 - UNRELATED)
        return meanings
