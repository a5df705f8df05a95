"""File articles under the edition's sections: by rule, by source, by their own topics. Pure."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.wording import headline_terms, primary_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.model import Article
    from digest.recipe import Edition, SectionRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Where an article belongs: a section's title, "" for none; `why` is set where a rule spoke."""

    section: str = ""
    why: str = ""


def file_article(article: Article, edition: Edition) -> Filing:
    """Find the section an article belongs to.

    The first section one of whose `match` terms stands in its headline or topics; else that of its
    source; a source without one leaves it to the first of the article's topics that names a
    section, whatever its case. A section that blocks the article is passed over. Raises KeyError
    for an article of no source of the edition.
    """
    kept_out = ""
    for rule, why in _candidates(article, edition):
        blocked = _blocked_by(rule, article, edition)
        if not blocked:
            return Filing(section=rule.title, why=why)
        kept_out = kept_out or f"{rule.title} blocks “{blocked}”"
    return Filing(why=kept_out)


def section_of(article: Article, edition: Edition) -> str:
    """Name the section an article belongs to, "" for none: see `file_article`."""
    return file_article(article, edition).section


def _candidates(article: Article, edition: Edition) -> Iterator[tuple[SectionRule, str]]:
    """Give the sections that ask for an article, the strongest claim first, and by which word."""
    for rule in edition.sections:
        if rule.match and (term := _term_in(rule.match, article, summary=False)):
            yield rule, f"filed under {rule.title} by “{term}”"
    titled = {rule.title.casefold(): rule for rule in edition.sections}
    fixed = edition.source(article).section
    for word in (fixed,) if fixed else article.categories:
        if word.casefold() in titled:
            yield titled[word.casefold()], ""


def _blocked_by(rule: SectionRule, article: Article, edition: Edition) -> str:
    """Name what keeps an article out of a section: a word of it, or who published it."""
    if not rule.block:
        return ""
    source = edition.source(article)
    names = {source.owner.casefold(), source.title.casefold()}
    by_name = (term for term in rule.block if term.casefold() in names)
    return next(by_name, "") or _term_in(rule.block, article, summary=True)


def _term_in(terms: tuple[str, ...], article: Article, *, summary: bool) -> str:
    """Give the first of the terms whose words, in whatever form, all stand in an article."""
    language = primary_language(article.language)
    texts = [article.title, *article.categories, *([article.summary] if summary else [])]
    words = set(headline_terms(" ".join(texts), language))
    return next((term for term in terms if words.issuperset(_words(term, language))), "")


@functools.lru_cache(maxsize=1_024)
def _words(term: str, language: str) -> tuple[str, ...]:
    """Give a term's words; one without any, such as "…", matches nothing."""
    return headline_terms(term, language) or ("",)
