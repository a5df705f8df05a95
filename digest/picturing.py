"""Which pictures of an issue readers see from copies of ours; the others stay linked.

Copying somebody's picture is publishing it, so that rights decide, not the setting alone: only what
sources with `own` rights carry is copied, and what the editors chose themselves, unless it is
another source's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.model import Rights
from digest.placements import change_placements
from digest.recipe import ImageUse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.inputs import Inputs
    from digest.model import Issue, Placement
    from digest.picture import Picture, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture that a theme shows: of which placement, by its number in reading order, and how.

    `url` is where its source has it. One that is `ours` is shown to readers from a copy, which is
    `picture`; of the others that copy is for the preview alone. It is None where nobody fetched it.
    """

    number: int
    url: str
    shape: Shape
    ours: bool
    picture: Picture | None

    @property
    def ready(self) -> Picture | None:
        """The copy, if there is one without a fault."""
        return self.picture if self.picture and not self.picture.fault else None


def shown_pictures(issue: Issue, inputs: Inputs, shapes: Mapping[int, Shape]) -> tuple[Shown, ...]:
    """Give how each picture is shown, in reading order.

    `shapes` says which placements' pictures the theme shows, by number. What stays linked keeps its
    own ratio: nobody crops another's picture.
    """
    free = _free_to_copy(inputs) if inputs.edition.images is not ImageUse.LINK else frozenset()
    made = {(picture.url, picture.shape): picture for picture in inputs.pictures}
    found = []
    for number, placement in enumerate(issue.placements):
        if placement.image and (shape := shapes.get(number)):
            url, ours = placement.image.url, placement.image.url in free
            shape = shape if ours else replace(shape, height=None)
            picture = made.get((url, shape.name))
            found.append(Shown(number=number, url=url, shape=shape, ours=ours, picture=picture))
    return tuple(found)


def with_copies(issue: Issue, shown: tuple[Shown, ...], address: Callable[[Picture], str]) -> Issue:
    """Give the issue as readers see it: pictures that are ours at the `address` of their copy.

    Their width and height are the copy's, in pixels. One that could not be copied stays linked; of
    linked ones a copy tells the size where nothing else does.
    """
    copies = {one.number: (one.ours, one.ready) for one in shown if one.ready}

    def copied(number: int, placement: Placement) -> Placement:
        ours, copy = copies.get(number, (False, None))
        image = placement.image
        if image is None or copy is None or (not ours and image.width and image.height):
            return placement
        url = address(copy) if ours else image.url
        image = replace(image, url=url, width=copy.width, height=copy.height)
        return replace(placement, image=image)

    return change_placements(issue, copied)


def _free_to_copy(inputs: Inputs) -> frozenset[str]:
    """Give the addresses of the pictures that may be copied."""
    own = {source.id for source in inputs.edition.sources if source.rights is Rights.OWN}
    articles = (*inputs.articles, *inputs.background, *inputs.read_earlier)
    carried = {article.image.url for article in articles if article.image}
    ours = {article.image.url for article in articles if article.image and article.source in own}
    chosen = {choice.image.url for choice in inputs.choices if choice.image}
    return frozenset(ours | (chosen - carried))
