"""The pages behind signed links as they are seen: rendered from what is known, in any language."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING

from digest.rendering import languages_in, reader_page
from digest.web.wishes import Wishes, days_to_end

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.recipe import Edition, Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """The pages of a publication. `editions` are by name, `templates` the user's first.

    Every method that gives a page raises TemplateError naming file and line.
    """

    publication: Publication
    editions: Mapping[str, Edition]
    templates: Sequence[Path]

    def rehearse(self, today: dt.date) -> None:
        """Render every page once, before anybody comes. Raises TemplateError."""
        for edition in self.editions:
            self.ask(edition)
            self.done(edition)
            self.form(edition, Wishes(), today, token="token")  # noqa: S106  it leads nowhere

    def ask(self, edition: str, language: str = "") -> str:
        """Ask somebody whether they want an edition no more."""
        return self._page("unsubscribe.html.j2", edition, language)

    def done(self, edition: str, language: str = "") -> str:
        """Say that an edition is sent to them no more, and how to come back."""
        _, contact = parseaddr(self.publication.sender)
        return self._page("unsubscribed.html.j2", edition, language, contact=contact)

    def form(
        self,
        edition: str,
        wishes: Wishes,
        today: dt.date,
        *,
        token: str,
        language: str = "",
        saved: bool = False,
        refused: bool = False,
    ) -> str:
        """Show the form of preferences, filled in; what was `refused` is shown as it was sent."""
        first, last = days_to_end(today)
        return self._page(
            "preferences.html.j2",
            edition,
            language,
            wishes=wishes,
            sections=self.sections(edition),
            languages=self.languages(wishes.language),
            first=first,
            last=last,
            again=None if refused else wishes.ends(today),
            way_out=f"../u/{token}",  # relative: a proxy may serve all this below a path
            saved=saved,
            refused=refused,
        )

    def sections(self, edition: str) -> tuple[str, ...]:
        """Give the titles of an edition's sections, none where it is no longer configured."""
        known = self.editions.get(edition)
        return tuple(rule.title for rule in known.sections) if known else ()

    def languages(self, chosen: str) -> tuple[str, ...]:
        """Give the tags to choose from, the publication's first, and what was chosen as well.

        The language that the publication's is a kind of ("en" of "en-GB") is no other one.
        """
        own = self.publication.language
        offered = {
            tag for tag in languages_in(self.templates) if not f"{own}-".startswith(f"{tag}-")
        }
        return (own, *sorted((offered | {chosen}) - {own, ""}))

    def _page(self, name: str, edition: str, language: str, **context: object) -> str:
        known = self.editions.get(edition)
        newsletter = known.title if known else self.publication.name
        return reader_page(
            name,
            self.templates,
            self.publication,
            language=language,
            newsletter=newsletter,
            **context,
        )
