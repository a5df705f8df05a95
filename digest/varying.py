"""Vary: the messages of an issue for those who want some of its sections, or another language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.deciding import decide
from digest.expressing import express_for
from digest.planning import preheader
from digest.rendering import words_beside
from digest.variants import for_wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from digest.inputs import Inputs
    from digest.model import Issue
    from digest.picture import Picture
    from digest.variants import Wishes


def vary(
    inputs: Inputs,
    issue: Issue,
    wished: Iterable[Wishes],
    themes: tuple[Path, ...],
    data_of: Callable[[Picture], bytes],
) -> dict[str, bytes]:
    """Give the message of each variant of an issue as it was expressed, by its name.

    Headlines stay as they were written; what the newsletter says itself is in the language that is
    wished for. Raises what `express` raises.
    """
    return {
        one.name: express_for(inputs, _told(inputs, issue, one, themes), one, themes, data_of)
        for one in wished
    }


def _told(inputs: Inputs, issue: Issue, wishes: Wishes, themes: tuple[Path, ...]) -> Issue:
    """Give the issue with its own words in the language wished for, of the sections wished for."""
    words = words_beside(themes, wishes.language or inputs.publication.language)
    if wishes.language:
        issue = _translated(issue, decide(inputs, words), wishes.language)
    if any(choice.do == "preheader" for choice in inputs.choices):
        return issue
    shown = for_wishes(issue, wishes)
    return replace(issue, preheader=preheader(shown.sections, shown.popular, words))


def _translated(issue: Issue, planned: Issue, language: str) -> Issue:
    """Give an issue with what the plan in another language says by itself."""
    popular = issue.popular
    if popular and planned.popular:
        basis, title = planned.popular.basis, planned.popular.title
        popular = replace(popular, title=title, basis=basis)
    return replace(
        issue,
        masthead=replace(issue.masthead, language=language),
        subject=planned.subject,
        popular=popular,
        comments=planned.comments,
    )
