"""Vary: an issue for those who want some of its sections, or another language, each looked over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.deciding import decide
from digest.defusing import defuse
from digest.expressing import express_for
from digest.planning import preheader
from digest.preflight import check_email
from digest.rendering import words_beside
from digest.variants import for_wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from digest.archive import Variant
    from digest.expressing import Expressed
    from digest.inputs import Inputs
    from digest.model import Issue
    from digest.preflight import Finding
    from digest.variants import Wishes


def vary(
    inputs: Inputs, whole: Expressed, wished: Iterable[Wishes], themes: tuple[Path, ...]
) -> tuple[Variant, ...]:
    """Give each variant of an issue as it was expressed, with what preflight finds in it.

    Headlines stay as they were written; what the newsletter says itself is in the language that is
    wished for. Raises what `express` raises.
    """
    wished = tuple(wished)
    languages = dict.fromkeys(one.language for one in wished)
    told = {language: _told(inputs, whole.issue, language, themes) for language in languages}
    made = []
    for one in wished:
        issue = _headed(inputs, told[one.language], one, themes)
        variant = express_for(inputs, whole, issue, one, themes)
        made.append(replace(variant, findings=check_email(variant.email)))
    return tuple(made)


def findings_beside(whole: Iterable[Finding], variants: Sequence[Variant]) -> tuple[Finding, ...]:
    """Give what preflight found in variants and not in the whole, each once, and say in which."""
    found: dict[tuple[str, str, str], list[tuple[Variant, Finding]]] = {}
    for variant in variants:
        for one in variant.findings:
            found.setdefault(_kind(one), []).append((variant, one))
    for one in whole:
        found.pop(_kind(one), None)
    return tuple(_named([variant for variant, _ in all_], all_[0][1]) for all_ in found.values())


def _kind(finding: Finding) -> tuple[str, str, str]:
    """Give what two findings share that say the same, be the one of more bytes or lines."""
    return finding.level, finding.rule, finding.where


def _named(variants: Sequence[Variant], finding: Finding) -> Finding:
    first, others = variants[0].wishes.title, len(variants) - 1
    more = f" and {others} more variant{'s' if others > 1 else ''}" if others else ""
    return replace(finding, message=f"{first}{more}: {finding.message}")


def _told(inputs: Inputs, issue: Issue, language: str, themes: tuple[Path, ...]) -> Issue:
    """Give the issue with its own words in a language, "" for the publication's."""
    if not language:
        return issue
    planned = defuse(decide(inputs, words_beside(themes, language)))
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


def _headed(inputs: Inputs, told: Issue, wishes: Wishes, themes: tuple[Path, ...]) -> Issue:
    """Give the issue with the preheader of the sections wished for, unless the editors wrote it."""
    if any(choice.do == "preheader" for choice in inputs.choices):
        return told
    words = words_beside(themes, wishes.language or inputs.publication.language)
    shown = for_wishes(told, wishes)
    return replace(told, preheader=preheader(shown.sections, shown.popular, words))
