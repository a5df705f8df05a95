"""Which rules of a page's style blocks say something about which of its elements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selector
from cssselect.parser import Class
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cssselect.parser import Selector
    from lxml.html import HtmlElement

    from digest.preflight.css import Declaration, Rule
    from digest.preflight.page import Page

Specificity: TypeAlias = tuple[int, int, int]

# What holds only while a reader does something, or beside the text.
_PASSING = frozenset({"hover", "active", "focus", "visited", "target", "checked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A declaration about an element, with what decides which of two holds."""

    declaration: Declaration
    specificity: Specificity
    order: int

    @property
    def weight(self) -> tuple[bool, Specificity, int]:
        """The greater one holds."""
        return self.declaration.important, self.specificity, self.order


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finder:
    """One selector, ready to be asked: by a class alone, or by an XPath."""

    specificity: Specificity
    by_class: str = ""
    path: etree.XPath | None = None


def sheet_of(page: Page, names: frozenset[str], *, dark: bool) -> Mapping[HtmlElement, list[Said]]:
    """Give what style blocks say of each element, of the properties `names` alone.

    As seen in a light or a dark client; what only holds at some width is left out.
    """
    by_class = _by_class(page)
    found: dict[HtmlElement, list[Said]] = defaultdict(list)
    for order, rule in enumerate(_rules(page, dark=dark)):
        told = [one for one in rule.declarations if one.name in names]
        for finder in _finders(rule.selector) if told else ():
            for element in _found(finder, page, by_class):
                found[element] += [
                    Said(declaration=one, specificity=finder.specificity, order=order)
                    for one in told
                ]
    return found


def has_dark(page: Page) -> bool:
    """Tell whether the page has rules of its own for dark clients."""
    return any("dark" in " ".join(rule.media) for rule in _all_rules(page))


def _all_rules(page: Page) -> Iterator[Rule]:
    return (rule for style in page.blocks if style.block for rule in style.block.rules)


def _rules(page: Page, *, dark: bool) -> Iterator[Rule]:
    for rule in _all_rules(page):
        if all(_holds(condition, dark=dark) for condition in rule.media) and not _is_passing(rule):
            yield rule


def _holds(condition: str, *, dark: bool) -> bool:
    if "prefers-color-scheme" in condition and "width" not in condition:
        return ("dark" in condition) is dark
    return condition in {"all", "screen"}


def _is_passing(rule: Rule) -> bool:
    if "[data-ogs" in rule.selector:  # Outlook.com sets it on what it has itself darkened
        return True
    kinds = (sign.partition(":") for sign in rule.signs)
    return any(
        kind == "element-of" or (kind == "state" and name in _PASSING) for kind, _, name in kinds
    )


@lru_cache(maxsize=1024)
def _finders(selector: str) -> tuple[_Finder, ...]:
    """Make a group of selectors ready; one that cannot be read finds nothing."""
    try:
        return tuple(_finder(one) for one in parse_selector(selector))
    except (SelectorError, etree.XPathError, RecursionError):
        return ()


def _finder(selector: Selector) -> _Finder:
    specificity, tree = selector.specificity(), selector.parsed_tree
    if isinstance(tree, Class) and tree.selector.canonical() == "*":
        return _Finder(specificity=specificity, by_class=tree.class_name)
    path = etree.XPath(HTMLTranslator().selector_to_xpath(selector))
    return _Finder(specificity=specificity, path=path)


def _found(
    finder: _Finder, page: Page, by_class: Mapping[str, list[HtmlElement]]
) -> list[HtmlElement]:
    if finder.path is None:
        return by_class.get(finder.by_class, [])
    found: list[HtmlElement] = finder.path(page.root)
    return found


def _by_class(page: Page) -> Mapping[str, list[HtmlElement]]:
    by_class: dict[str, list[HtmlElement]] = defaultdict(list)
    for element in page.elements:
        for name in (element.get("class") or "").split():
            by_class[name].append(element)
    return by_class
