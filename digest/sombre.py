"""Tell whether a lead is so grave that nothing light may stand beside it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.wording import headline_terms, primary_language

if TYPE_CHECKING:
    from digest.inputs import Inputs
    from digest.model import Placement


def sombre_reason(inputs: Inputs, lead: Placement) -> str:
    """Say why nothing light may stand beside the lead, "" if it may."""
    for choice in inputs.choices:
        if choice.do == "sombre":
            said = f"sombre by the editors ({choice.where})"
            return said if choice.text == "true" else ""
    language = primary_language(inputs.publication.language)
    words = set(headline_terms(f"{lead.title} {lead.standfirst}", language))
    for term in inputs.edition.grave:
        terms = headline_terms(term, language)
        if terms and words.issuperset(terms):
            return f'the lead is grave ("{term}")'
    return ""
