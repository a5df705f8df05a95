"""An email as Outlook for Windows sets it, which renders with Word: near enough to see what breaks.

Word reads what stands in conditional comments for it, knows no media rules, and lays out with
tables. What it leaves out of CSS is taken out, after caniemail.com's table of Outlook 2019 (2026).
It is no Word: its own bugs, such as the height that it gives empty lines, are not shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

WORD = 16  # the version that Outlook 2016 to 2024 say they are

# <!--[if mso]>…<![endif]-->, and <!--[if !mso]><!-->…<!--<![endif]--> which others read too.
_CONDITIONAL = re.compile(
    r"<!(?:--)?\[if([^\]]*)\]>(?:<!-->|-->)?(.*?)(?:<!--)?<!\[endif\](?:--)?>",
    re.DOTALL | re.IGNORECASE,
)
_ATOM = re.compile(r"(?:(gte?|lte?)\s+)?([a-z]+)(?:\s+(\d+)(?:\.\d+)?)?", re.IGNORECASE)
_REDUCTIONS = (
    (re.compile(r"\(([TF])\)"), r"\1"),
    (re.compile(r"!T"), "F"),
    (re.compile(r"!F"), "T"),
    (re.compile(r"(?<!!)T&T"), "T"),
    (re.compile(r"(?<!!)[TF]&[TF]"), "F"),
    (re.compile(r"(?<![!&])F\|F(?!&)"), "F"),
    (re.compile(r"(?<![!&])[TF]\|[TF](?!&)"), "T"),
)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_UNKNOWN_SELECTOR = re.compile(r"[:\[>~+*]|\.[\w-]+\.")

# What Word knows of CSS, by the first part of the property's name…
_KNOWN = re.compile(
    r"background-color|border(-(top|right|bottom|left))?(-(color|style|width))?|border-collapse"
    r"|color|direction|display|font(-(family|size|style|variant|weight))?|height|letter-spacing"
    r"|line-height|list-style(-type)?|(margin|padding)(-(top|right|bottom|left))?|max-width"
    r"|mso-[\w-]+|text-(align|decoration|indent|transform)|vertical-align|width|word-break"
)
# …and where it knows it only on some elements.
_ONLY_ON = {
    "padding": frozenset({"td", "th"}),
    "width": frozenset({"table", "td", "th"}),
    "max-width": frozenset({"table"}),
}
_NEVER_ON = {
    "height": frozenset({"body", "div", "p", "span"}),
    "margin": frozenset({"body", "span"}),
}


def for_word(html: str) -> str:
    """Give the HTML with what is said to Word alone read, and what is hidden from it left out."""
    return _CONDITIONAL.sub(lambda found: found[2] if is_met(found[1]) else "", html)


def is_met(condition: str) -> bool:
    """Whether Word meets a condition such as "gte mso 9", "!mso" or "(mso)|(IE)"."""
    left = "".join(_ATOM.sub(lambda atom: "T" if _is_true(atom) else "F", condition).split())
    while len(left) > 1:
        reduced = next(
            (new for rule, to in _REDUCTIONS if (new := rule.sub(to, left, count=1)) != left), ""
        )
        if not reduced:
            return False  # it is no condition
        left = reduced
    return left == "T"


def _is_true(atom: re.Match[str]) -> bool:
    compared, name, version = (atom[1] or "").lower(), (atom[2] or "").lower(), atom[3]
    if name not in {"mso", "vml"}:  # such as IE, which this is not
        return name == "true"
    if version is None or name == "vml":
        return True
    asked = int(version)
    return {
        "gt": asked < WORD,
        "gte": asked <= WORD,
        "lt": asked > WORD,
        "lte": asked >= WORD,
        "": asked == WORD,
    }[compared]


def as_word_sets_it(tree: HtmlElement) -> None:
    """Leave out what Word does not know: rules of the head, declarations, its own XML."""
    for foreign in [one for one in tree.iter(etree.Element) if ":" in str(one.tag)]:
        foreign.drop_tag()
    for island in list(tree.iter("xml")):
        island.drop_tree()
    for style in tree.iter("style"):
        style.text = "\n".join(_known_rules(style.text or ""))
    for element in tree.iter(etree.Element):
        if said := element.get("style"):
            known = _known(said, str(element.tag), inline=True)
            element.set("style", "; ".join(known))


def _known_rules(css: str) -> Iterator[str]:
    """Give the rules that Word applies: none within an at-rule, and plain selectors only."""
    for selector, said in _RULE.findall(_without_at_rules(_COMMENT.sub("", css))):
        if not _UNKNOWN_SELECTOR.search(selector):
            element = re.split(r"[\s,]+", selector.strip())[-1].partition(".")[0]
            yield f"{selector.strip()} {{ {'; '.join(_known(said, element, inline=False))} }}"


def _without_at_rules(css: str) -> str:
    """Leave out every at-rule with all that its braces hold."""
    kept, depth, start = [], 0, 0
    for brace in re.finditer(r"[{}]", css):
        depth = max(0, depth + (1 if brace[0] == "{" else -1))
        if depth == 0:
            rule, start = css[start : brace.end()], brace.end()
            kept.append("" if rule.lstrip().startswith("@") else rule)
    return "".join(kept)


def _known(declarations: str, element: str, *, inline: bool) -> Iterator[str]:
    """Give the declarations that Word applies to an element ("" where any may be meant)."""
    for declaration in declarations.split(";"):
        name, _, value = (part.strip().lower() for part in declaration.partition(":"))
        if name == "background" and re.fullmatch(r"#\w+|[a-z]+|rgb\([\d, ]+\)", value):
            name = "background-color"
        family = re.sub(r"-(top|right|bottom|left)$", "", name)
        if (
            _KNOWN.fullmatch(name)
            and not (inline and "!important" in value)
            and not (name == "display" and not value.startswith("none"))
            and not (family == "margin" and ("auto" in value or "-" in value))
            and element not in _NEVER_ON.get(family, ())
            and (not element or element in _ONLY_ON.get(family, {element}))
        ):
            yield declaration.strip()
