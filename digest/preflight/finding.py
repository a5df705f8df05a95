"""What preflight tells: a finding, and the shorthand with which its rules write one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_WHERE = 200  # characters
MAX_MARKUP = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found: `rule` is its stable name, `where` the link, picture or text.

    `line` counts in the HTML from 1, 0 where nobody knows. `markup` is what a template may have
    written of it: an attribute, a declaration, a colour. `template` is the file and line that wrote
    it, "" where that is not sure.
    """

    level: Literal["error", "warning"]
    rule: str
    message: str
    where: str = ""
    line: int = 0
    markup: str = ""
    template: str = ""


def error(rule: str, message: str, where: str = "", *, line: int = 0, markup: str = "") -> Finding:
    """Give a finding that no reader should get."""
    return Finding(
        level="error",
        rule=rule,
        message=message,
        where=where[:MAX_WHERE],
        line=line,
        markup=markup[:MAX_MARKUP],
    )


def warning(
    rule: str, message: str, where: str = "", *, line: int = 0, markup: str = ""
) -> Finding:
    """Give a finding that the staff should look at."""
    return Finding(
        level="warning",
        rule=rule,
        message=message,
        where=where[:MAX_WHERE],
        line=line,
        markup=markup[:MAX_MARKUP],
    )


def sorted_once(findings: set[Finding]) -> tuple[Finding, ...]:
    """Give errors first, then by rule and place; of those that say the same, the page's first."""
    told: dict[tuple[str, str, str, str], Finding] = {}
    for one in sorted(findings, key=lambda one: (one.line, one.markup)):
        told.setdefault((one.level, one.rule, one.where, one.message), one)
    return tuple(told[key] for key in sorted(told))


def held_by(findings: tuple[Finding, ...]) -> str:
    """Say why an issue with these findings is held, "" if it is not: for its errors alone."""
    errors = [one for one in findings if one.level == "error"]
    if not errors:
        return ""
    first = errors[0]
    place = f" ({first.template or first.where})" if first.template or first.where else ""
    count = "an error" if len(errors) == 1 else f"{len(errors)} errors, the first"
    return f"preflight found {count}: {first.message}{place}"
