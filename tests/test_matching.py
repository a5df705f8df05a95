"""An article is found by its address, or by what nobody else's address or headline has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fiction import LEDGER, make_article

from digest.matching import find_articles, nearest_articles

BRIDGE = make_article("gallion-bridge", title="Night ferries return as “Gallion’s” bridge shuts")
CLOSED = make_article("gallion-bridge-closed", source=LEDGER, title="Bridge closed for a year")
CLOCK = make_article("town-hall-clock", title="Clockmaker cleared")
AGAIN = replace(CLOCK, source=LEDGER.id, url=f"{CLOCK.url}?utm_source=ledger")
ALL = (BRIDGE, CLOSED, CLOCK, AGAIN)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("https://courier.example/gallion-bridge", (BRIDGE,)),
        ("http://COURIER.example/gallion-bridge/?utm_medium=mail", (BRIDGE,)),
        ("https://courier.example/gallion", ()),
        ("clock", (CLOCK,)),
        ("TOWN-hall", (CLOCK,)),
        ("ledger.example", (CLOSED,)),
        ('as "gallion\'s"  bridge', (BRIDGE,)),
        ("bridge", (BRIDGE, CLOSED)),
        ("soup", ()),
    ],
)
def test_an_article_is_found_by_its_address_or_by_a_part_of_address_or_headline(
    words: str, found: tuple[object, ...]
) -> None:
    assert find_articles(words, ALL) == found


@pytest.mark.parametrize(
    "words", ["gallion-bridge", "night ferries return as “gallion’s” bridge shuts"]
)
def test_the_whole_of_a_headline_or_of_a_last_step_goes_before_a_part(words: str) -> None:
    assert find_articles(words, ALL) == (BRIDGE,)


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        ("https://courier.example/gallion-brigde", BRIDGE),
        ("galion-bridge-close", CLOSED),
        ("Clockmakr clered", CLOCK),
    ],
)
def test_the_nearest_is_named_first_for_an_address_a_step_or_a_headline(
    words: str, nearest: object
) -> None:
    found = nearest_articles(words, ALL)
    assert found[0] == nearest
    assert len(found) <= 3
    assert len({article.url.partition("?")[0] for article in found}) == len(found)


def test_nothing_is_near_to_what_is_like_nothing() -> None:
    assert nearest_articles("zzz", ALL) == ()
