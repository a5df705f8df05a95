"""Which stories go with another: those that share a topic or names with it, not mere words.

Headlines alone are too short to tell: two of them share a verb more often than a subject. A feed's
own topics (its rarer categories) and the names in the text say what an article is about.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from digest.model import Article, Story

RARE_SHARE = 0.02  # what more articles than this carry is a section or a season, not a subject
RARE_AT_LEAST = 3  # articles, so that a small batch has rare things too
CENTRAL_SHARE = 0.5  # a name that so many of a story's articles say is what it is about
NAMES_NEEDED = 2  # one shared name is a coincidence: two clockmakers called Tidy
TOPIC_WEIGHT = 2.0  # an editor's own word against one found in the text

# A capitalised word inside a sentence; at its start every word is capitalised.
_NAME = re.compile(r"(?<![.!?:…])(?<![.!?:…][”’\"'])\s[“‘\"(]?([^\W\d_]\w[\w-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A story that goes with another, how strongly, and what they share, strongest first."""

    story: Story
    strength: float
    shared: tuple[str, ...]


def related_stories(
    story: Story, others: Iterable[Story], *, sections: Iterable[str] = ()
) -> tuple[Relation, ...]:
    """Give those of `others` that share a topic or two names with `story`, strongest first.

    Ties by story id. `sections` are the edition's own, which are no subjects; nor is what the
    articles outside the story carry often.
    """
    told = [_subjects(article) for article in story.articles]
    rest = [
        (other, [_subjects(article) for article in other.articles])
        for other in others
        if other.id != story.id
    ]
    carried = Counter(word for _, carriers in rest for words in carriers for word in words)
    total = sum(len(carriers) for _, carriers in rest)
    shares = {word: n / len(told) for word, n in Counter(w for ws in told for w in ws).items()}
    weights = _weights(shares, carried, total, {_topic(title) for title in sections})
    central = {word for word in weights if _is_topic(word) or shares[word] >= CENTRAL_SHARE}
    found = (
        _relate(other, set().union(*carriers) & weights.keys(), weights) for other, carriers in rest
    )
    return tuple(
        sorted(
            (relation for relation in found if _is_enough(relation, central)),
            key=lambda relation: (-relation.strength, relation.story.id),
        )
    )


def _weights(
    shares: Mapping[str, float],
    carried: Mapping[str, int],
    total: int,
    no_subjects: Container[str],
) -> dict[str, float]:
    """Weigh the story's subjects by how many of its articles have them and how few others do."""
    limit = max(RARE_AT_LEAST, RARE_SHARE * total)
    return {
        word: share
        * log((total + 1) / (1 + carried.get(word, 0)))
        * (TOPIC_WEIGHT if _is_topic(word) else 1.0)
        for word, share in sorted(shares.items())
        if carried.get(word, 0) <= limit and word not in no_subjects
    }


def _relate(other: Story, shared: Iterable[str], weights: Mapping[str, float]) -> Relation:
    ranked = sorted(shared, key=lambda word: (-weights[word], word))
    return Relation(
        story=other, strength=round(sum(weights[w] for w in ranked), 3), shared=tuple(ranked)
    )


def _is_enough(relation: Relation, central: Iterable[str]) -> bool:
    if any(_is_topic(word) for word in relation.shared):
        return True
    return len(relation.shared) >= NAMES_NEEDED and not set(central).isdisjoint(relation.shared)


def _subjects(article: Article) -> set[str]:
    """Give the topics ("#…") and the names that an article carries, case folded."""
    topics = {_topic(category) for category in article.categories}
    texts = (article.summary, *article.body)
    return topics | {word.casefold() for text in texts for word in _names(text)}


def _names(text: str) -> Iterable[str]:
    return (word for word in _NAME.findall(text) if word[0].isupper())


def _topic(category: str) -> str:
    return f"#{category.casefold()}"


def _is_topic(word: str) -> bool:
    return word.startswith("#")
