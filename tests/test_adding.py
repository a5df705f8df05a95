"""Articles and pictures that the editors bring themselves stand where they were put, and say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fiction import CUTOFF, make_article, make_inputs
from loopback import visitor
from publication import newsroom_of, write_publication

from digest.adding import with_added
from digest.deciding import decide
from digest.gathering import gather
from digest.model import Image
from digest.pulling import pull
from digest.recipe import Choice

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import Issue

TALK = "https://courier.example/talk"
PICTURE = Image(url="https://courier.example/hall.jpg", alt="The hall")


def add(**changes: Any) -> Choice:
    return Choice(
        **{
            "do": "add",
            "url": TALK,
            "to": "lead",
            "text": "Our talk on the river",
            "standfirst": "Come and ask.",
            "where": "choices, choice 1",
            **changes,
        }
    )


def issue_with(root: Path, *choices: Choice) -> Issue:
    """Pull a publication and decide its issue with these choices."""
    with newsroom_of(write_publication(root)) as newsroom:

        async def work() -> None:
            async with visitor() as http:
                await pull(newsroom, http, CUTOFF)

        asyncio.run(work())
        chosen = replace(newsroom, choices=lambda _: choices)
        return decide(gather(chosen, CUTOFF.date(), CUTOFF, CUTOFF))


def test_an_article_that_no_source_carries_stands_where_it_was_put(tmp_path: Path) -> None:
    lead = issue_with(tmp_path, add(image=PICTURE)).lead
    assert (lead.title, lead.standfirst, lead.url) == (
        "Our talk on the river",
        "Come and ask.",
        TALK,
    )
    assert lead.source == "The London Courier"
    assert lead.image == replace(PICTURE, credit="The London Courier")
    assert lead.reasons == ("added by the editors (choices, choice 1)",)


def test_whose_article_it_is_may_be_said(tmp_path: Path) -> None:
    issue = issue_with(tmp_path, add(to="News", source="The River Trust"))
    assert issue.sections[0].cards[0].source == "The River Trust"
    assert issue.notices == tuple(n for n in issue.notices if "choice" not in n)


def test_it_takes_no_other_s_story_however_alike_the_headlines(tmp_path: Path) -> None:
    title = "Gallion Bridge shuts; night ferries return"
    issue = issue_with(tmp_path, add(to="News", text=title))
    (card,) = [one for one in issue.placements if one.url == TALK]
    assert (card.others, card.also) == (0, ())
    assert issue.lead.url == "https://courier.example/gallion-bridge"


def test_what_a_source_carries_already_is_pinned_and_said(tmp_path: Path) -> None:
    url = "https://courier.example/monday-soup"
    issue = issue_with(tmp_path, add(url=url))
    assert issue.lead.title == "A soup for wet Mondays: barley, leek and burnt butter"
    assert f"choices, choice 1: a source carries {url}, so it is only pinned" in issue.notices


def test_the_same_inputs_come_back_where_nothing_is_added() -> None:
    inputs = make_inputs(articles=(make_article("a"),))
    assert with_added(inputs) is inputs


def test_a_picture_of_the_editors_goes_before_the_source_s(tmp_path: Path) -> None:
    url = "https://ledger.example/orchestra"
    issue = issue_with(
        tmp_path,
        Choice(do="pin", url=url, to="lead", where="choices, choice 1"),
        Choice(do="image", url=url, image=PICTURE, where="choices, choice 2"),
    )
    assert issue.lead.image == replace(PICTURE, credit="Ledger")
    assert "image by the editors (choices, choice 2)" in issue.lead.reasons
