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


class ChoiceTable(Table):
    """A decision about one article."""

    url: WebAddress = Field(description="The article's address.")
    do: Literal["pin", "drop", "move", "retitle", "standfirst"] = Field(
        description="`pin` it to a place, `drop` it, `move` it to another section, `retitle` it, "
        "or give it another `standfirst`."
    )
    to: Line = Field(
        default="",
        description="For `pin`: `lead`, `popular` or a section's title. For `move`: a section's "
        "title.",
    )
    text: Line = Field(default="", description="For `retitle` and `standfirst`: the new words.")


class ChoicesFile(Table):
    """One day's decisions, which go before the ranking. A day without a file has none."""

    issue: IssueTable = Field(default_factory=IssueTable)
    choice: list[ChoiceTable] = Field(
        default=[], description="Decisions about articles, one table each."
    )
