"""What editors decide is matched to stories, and where two decisions meet, the editors are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fiction import LEDGER, make_article, make_edition, make_inputs, make_story

from digest.overruling import Overruling
from digest.recipe import Choice, PopularRule
from digest.sectioning import Filing

if TYPE_CHECKING:
    from digest.model import ScoredStory

BRIDGE = make_story(5, make_article("bridge", title="Gallion Bridge shuts for a year"))
AGAIN = make_story(
    4, make_article("again", title="For a year, Gallion Bridge shuts", source=LEDGER)
)
OWLS = make_story(3, make_article("owls", title="Owls counted at the depot"))


def choose(do: str, slug: str, number: int = 1, to: str = "") -> Choice:
    return Choice(do=do, url=f"https://courier.example/{slug}", to=to, where=f"choice {number}")


def overruled(
    *choices: Choice, stories: tuple[ScoredStory, ...] = (BRIDGE, AGAIN, OWLS)
) -> Overruling:
    articles = tuple(article for one in stories for article in one.story.articles)
    edition = make_edition(popular=PopularRule())
    return Overruling(make_inputs(articles=articles, choices=choices, edition=edition), stories)


def test_a_drop_takes_what_is_as_good_as_a_duplicate_with_it() -> None:
    ruling = overruled(choose("drop", "bridge"))
    assert ruling.dropped == {
        "bridge": "dropped by the editors (choice 1)",
        "again": "as good as “Gallion Bridge shuts for a year”, which the editors dropped",
    }


def test_a_pin_is_stronger_than_a_drop_of_the_same_story_and_the_editors_are_told() -> None:
    both = make_story(5, make_article("bridge"), make_article("pier"))
    choices = (choose("drop", "pier"), choose("pin", "bridge", 2, to="London"))
    for given in (choices, choices[::-1]):
        ruling = overruled(*given, stories=(both,))
        assert ruling.pins["bridge"].place == "London"
        assert ruling.dropped == {}
        assert ruling.notices == ["choice 1: its story stays, since it is pinned to London"]


def test_a_pinned_duplicate_of_a_dropped_story_stands() -> None:
    pin = Choice(do="pin", url=AGAIN.story.face.url, to="London", where="choice 2")
    ruling = overruled(choose("drop", "bridge"), pin)
    assert set(ruling.dropped) == {"bridge"}
    assert set(ruling.pins) == {"again"}


def test_a_story_is_pinned_once() -> None:
    both = make_story(5, make_article("bridge"), make_article("pier"))
    choices = (choose("pin", "bridge", to="lead"), choose("pin", "pier", 2, to="London"))
    ruling = overruled(*choices, stories=(both,))
    assert [pin.place for pin in ruling.pins.values()] == ["lead"]
    assert ruling.notices == ["choice 2: its story is pinned to lead already"]


def test_a_move_names_the_section_of_the_whole_story() -> None:
    both = make_story(5, make_article("bridge"), make_article("pier"))
    ruling = overruled(choose("move", "pier", to="World"), stories=(both, OWLS))
    assert ruling.filing(both.story) == Filing(
        section="World", why="moved by the editors (choice 1)"
    )
    assert ruling.filing(OWLS.story) is None


def test_a_choice_that_matches_nothing_is_named_with_the_nearest() -> None:
    ruling = overruled(choose("drop", "brigde"))
    (notice,) = ruling.notices
    assert notice == (
        "choice 1: no article has the address https://courier.example/brigde; the nearest are "
        "https://courier.example/bridge, https://courier.example/owls"
    )
