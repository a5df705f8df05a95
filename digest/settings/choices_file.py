"""`config/choices/<edition>/<date>.toml`: one day's decisions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from digest.settings.tables import Table
from digest.settings.values import Line, Prose, WebAddress  # noqa: TC001  pydantic reads them


class IssueTable(Table):
    """Decisions about the issue as a whole."""

    subject: Line = Field(
        default="", description="The email's subject; else the headline of the lead."
    )
    preheader: Line = Field(
        default="", description="What inboxes show after the subject; else the next headlines."
    )
    note: Prose = Field(default="", description="The editors' opening note to the readers.")
    sombre: bool | None = Field(
        default=None,
        description="`true` leaves out the sections marked light, `false` keeps them whatever the "
        "lead; else the lead's own words decide.",
    )
    breaking: bool = Field(
        default=False,
        description="`true` marks the lead as breaking news, in the email and its subject; it need "
        "not be told by two owners then.",
    )
    hold: Line = Field(
        default="",
        description="Why the issue is not to be sent: it is built and shown as held until this key "
        "is taken out and it is built again.",
    )


class ChoiceTable(Table):
    """A decision about one article."""

    url: WebAddress = Field(
        description="The article's address; for `quote` the comment's, or its guid."
    )
    do: Literal["pin", "drop", "move", "retitle", "standfirst", "image", "add", "quote"] = Field(
        description="`pin` it to a place, `drop` it, `move` it to another section, `retitle` it, "
        "give it another `standfirst` or `image`, or `add` one that no source carries; or `quote` "
        "a reader's comment."
    )
    to: Line = Field(
        default="",
        description="For `pin` and `add`: `lead`, `popular` or a section's title. For `move`: a "
        "section's title.",
    )
    text: Line = Field(
        default="",
        description="For `retitle` and `standfirst`: the new words. For `quote`: what is printed "
        'of the comment, in its own words and order, with "…" where some are left out (it is added '
        "to an excerpt that begins or ends within a sentence); else all of it, or its beginning.",
    )
    title: Line = Field(default="", description="For `add`: its headline.")
    standfirst: Line = Field(
        default="", description="For `add`: what it says, in a sentence or two."
    )
    source: Line = Field(
        default="", description="For `add`: whose it is, as readers see it; else the publication."
    )
    image: WebAddress = Field(
        default="", description="For `image` and `add`: the picture's address."
    )
    alt: Line = Field(
        default="", description="What the picture shows, for those who do not see it."
    )
    credit: Line = Field(default="", description="Whose picture it is.")


class ChoicesFile(Table):
    """One day's decisions, which go before the ranking. A day without a file has none.

    `digest choose` writes them down, and takes them back.
    """

    issue: IssueTable = Field(default_factory=IssueTable)
    choice: list[ChoiceTable] = Field(
        default=[], description="Decisions about articles, one table each."
    )
