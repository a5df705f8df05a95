"""Whose pictures are copied: rights decide, whatever the setting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fiction import COURIER, LEDGER, POST, make_article, make_edition, make_inputs

from digest.deciding import decide
from digest.model import Image
from digest.picture import Picture, Shape
from digest.picturing import Shown, shown_pictures, with_copies
from digest.recipe import Choice, ImageUse

PHOTO = Shape(width=592, height=368, paper="#fcfbf8")
ADDRESS = "https://pictures.example/{}.jpg"


def image(name: str) -> Image:
    return Image(url=ADDRESS.format(name), alt=name)


OWN = make_article("own", image=image("own"))
THEIRS = make_article("theirs", source=LEDGER, image=image("theirs"))
HEADLINE = make_article("headline", source=POST, image=image("headline"))


def shown(
    *choices: Choice, use: ImageUse = ImageUse.HOST, pictures: tuple[Picture, ...] = ()
) -> dict[str, Shown]:
    """Give how each picture is shown by a theme that shows them all, by name."""
    edition = replace(make_edition(), images=use)
    inputs = make_inputs(articles=(OWN, THEIRS, HEADLINE), edition=edition, choices=choices)
    inputs = replace(inputs, pictures=pictures)
    issue = decide(inputs)
    every = dict.fromkeys(range(len(issue.placements)), PHOTO)
    found = shown_pictures(issue, inputs, every)
    return {one.url.rpartition("/")[2].removesuffix(".jpg"): one for one in found}


@pytest.mark.parametrize("use", [ImageUse.HOST, ImageUse.ATTACH])
def test_our_own_pictures_are_copied_and_cropped_and_those_of_others_are_neither(
    use: ImageUse,
) -> None:
    found = shown(use=use)
    assert {name: one.ours for name, one in found.items()} == {"own": True, "theirs": False}
    assert found["own"].shape == PHOTO
    assert found["theirs"].shape == replace(PHOTO, height=None)


def test_nothing_is_copied_where_pictures_are_linked() -> None:
    assert {one.ours for one in shown(use=ImageUse.LINK).values()} == {False}


def test_what_editors_chose_or_added_is_copied() -> None:
    chosen = Choice(do="image", url=THEIRS.url, image=image("chosen"))
    added = Choice(
        do="add",
        url="https://far.example/news",
        to="lead",
        text="Added by hand",
        image=image("added"),
    )
    found = shown(chosen, added)
    assert found["chosen"].ours
    assert found["added"].ours


@pytest.mark.parametrize("name", ["theirs", "headline"])
def test_what_another_source_carries_is_not_ours_by_being_chosen(name: str) -> None:
    chosen = Choice(do="image", url=OWN.url, image=image(name))
    assert not shown(chosen)[name].ours


def test_a_picture_that_another_source_took_from_us_is_still_ours() -> None:
    inputs = make_inputs(
        articles=(OWN, replace(THEIRS, image=OWN.image)),
        edition=replace(make_edition(sources=(COURIER, LEDGER)), images=ImageUse.HOST),
    )
    issue = decide(inputs)
    every = dict.fromkeys(range(len(issue.placements)), PHOTO)
    assert {one.ours for one in shown_pictures(issue, inputs, every)} == {True}


def test_only_pictures_that_were_made_ready_change_the_issue() -> None:
    own = Picture(
        url=ADDRESS.format("own"), shape=PHOTO.name, kind="jpeg", width=1184, height=736,
        sha256="f00d",
    )  # fmt: skip
    theirs = replace(
        own, url=ADDRESS.format("theirs"), shape=replace(PHOTO, height=None).name, height=888
    )
    for pictures, expected in (
        ((), {("own", None), ("theirs", None)}),
        ((replace(own, fault="it cannot be read"),), {("own", None), ("theirs", None)}),
        ((own, theirs), {("copy", 736), ("theirs", 888)}),
    ):
        found = tuple(shown(pictures=pictures).values())
        edition = replace(make_edition(), images=ImageUse.HOST)
        issue = decide(make_inputs(articles=(OWN, THEIRS, HEADLINE), edition=edition))
        told = with_copies(issue, found, lambda _: ADDRESS.format("copy"))
        images = [one.image for one in told.placements if one.image]
        assert {(i.url.rpartition("/")[2].removesuffix(".jpg"), i.height) for i in images} == (
            expected
        )
        assert [one.url for one in told.placements] == [one.url for one in issue.placements]
