"""Which article stands for a story: the publication's own report, else the most central. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.dating import is_evergreen
from digest.model import Rights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Article, Story
    from digest.recipe import Edition


def face_of(story: Story, edition: Edition, standing: Sequence[Article] = ()) -> Article:
    """Choose who stands for a story, among `standing`, its articles that may; by default all.

    An evergreen stands for nothing that others tell of today. Own reports go first, those with
    paragraphs before those without; of them the story's face, else the fullest. Without any the
    story's face stands, else the report of the weightiest source, with a picture if it can be. Ties
    by (source, guid).
    """
    among = sorted(standing or story.articles, key=lambda a: (a.source, a.guid))
    among = [article for article in among if not is_evergreen(article)] or among
    own = [a for a in among if edition.source(a).rights is Rights.OWN]
    if own:
        return max(
            own,
            key=lambda a: (
                bool(a.body),
                a == story.face,
                sum(map(len, a.body)),
                a.image is not None,
            ),
        )
    if story.face in among:
        return story.face
    return max(among, key=lambda a: (edition.source(a).weight, a.image is not None))
