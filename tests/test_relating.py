"""What goes with a story shares its subject: a topic, or its names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fiction import LEDGER, WIRE, make_article, make_story
from hypothesis import given
from hypothesis import strategies as st

from digest.relating import related_stories

if TYPE_CHECKING:
    from digest.model import Article, Story


def story(*articles: Article) -> Story:
    return make_story(1, *articles).story


BRIDGE = story(
    make_article(
        "bridge",
        summary="The last bus crossed Gallion Bridge at midnight, said Petra Halloran.",
        categories=("Transport", "Gallion Bridge"),
    ),
    make_article("shut", source=LEDGER, summary="Cracks closed Gallion Bridge.", categories=()),
    make_article("boats", source=WIRE, summary="Boats replace Gallion Bridge.", categories=()),
)


def shared(summary: str = "", categories: tuple[str, ...] = ()) -> tuple[str, ...]:
    other = story(make_article("other", summary=summary, categories=categories))
    found = related_stories(BRIDGE, [BRIDGE, other])
    return found[0].shared if found else ()


def test_a_rare_topic_of_the_feeds_own_relates() -> None:
    assert shared("It was filed as cosmetic.", ("Gallion Bridge",)) == ("#gallion bridge",)


def test_two_names_relate_if_the_story_is_about_one_of_them() -> None:
    assert shared("A boat passed under Gallion Bridge.") == ("bridge", "gallion")


def test_one_name_is_a_coincidence() -> None:
    assert shared("A concert at the old Bridge inn.") == ()


def test_names_that_the_story_only_mentions_do_not_relate() -> None:
    assert (
        shared("A sonata that Petra Halloran wrote, and the critic Petra Halloran praised.") == ()
    )


def test_a_capital_at_the_start_of_a_sentence_makes_no_name() -> None:
    assert shared("Gallion is a word. Bridge is another.") == ()


def test_what_many_others_carry_is_no_sign_of_anything() -> None:
    others = [
        story(make_article(f"t{n}", summary="It ran late.", categories=("Transport",)))
        for n in range(10)
    ]
    assert related_stories(BRIDGE, others) == ()


def test_a_section_of_the_edition_is_no_subject() -> None:
    other = story(make_article("other", categories=("Gallion Bridge",)))
    assert related_stories(BRIDGE, [other], sections=["Gallion bridge"]) == ()


def test_the_stronger_relation_comes_first() -> None:
    names = story(make_article("names", summary="A boat passed under Gallion Bridge."))
    both = story(
        make_article(
            "both",
            summary="A boat passed under Gallion Bridge.",
            categories=("Gallion Bridge",),
        )
    )
    assert [r.story.id for r in related_stories(BRIDGE, [names, both])] == ["both", "names"]


@given(st.lists(st.text(max_size=40), max_size=8), st.randoms())
def test_any_texts_in_any_order_give_the_same_relations(texts: list[str], random: object) -> None:
    others = [
        story(make_article(f"s{n}", summary=f"x {text}", categories=(text,)))
        for n, text in enumerate(texts)
    ]
    shuffled = list(others)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis's Random is untyped
    assert related_stories(BRIDGE, others) == related_stories(BRIDGE, shuffled)
