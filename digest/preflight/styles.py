"""Style blocks: what makes Gmail drop one whole, and with it every rule for phones and the dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.preflight.finding import error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.preflight.css import Block
    from digest.preflight.finding import Finding
    from digest.preflight.page import Page

MAX_STYLE_BYTES = 16_384  # Gmail ignores all <style> beyond


def check_styles(page: Page) -> Iterator[Finding]:
    """Look at every style block, and at the size of all of them together."""
    size = sum(len(style.css.encode("utf-8", "replace")) for style in page.blocks)
    if size > MAX_STYLE_BYTES:
        yield error("style-size", f"<style> has {size:,} bytes; Gmail ignores beyond 16,384")
    for style in page.blocks:
        if not style.in_head:
            message = "a <style> stands outside the head; Gmail ignores it there"
            yield error("style-place", message, line=style.line)
        if style.block is None:
            yield error("style-unreadable", "a <style> cannot be read", line=style.line)
        else:
            yield from _check_block(style.block, style.line - 1)


def _check_block(block: Block, above: int) -> Iterator[Finding]:
    """Look for what Gmail's parser stumbles over; `above` lines stand before the block's first."""
    for at_rule in block.at_rules:
        name = f"@{at_rule.name}"
        if at_rule.depth:
            message = f"{name} stands within another at-rule; Gmail drops the whole <style>"
            yield error("style-nested", message, line=above + at_rule.line, markup=name)
        if at_rule.name == "import":
            message = "@import is fetched by no client, and Gmail drops the whole <style>"
            yield error("style-import", message, line=above + at_rule.line, markup=name)
    for line in block.nested:
        message = "a rule stands within another; Gmail drops the whole <style>"
        yield error("style-nested", message, line=above + line)
    yield from _check_colours(block, above)


def _check_colours(block: Block, above: int) -> Iterator[Finding]:
    for rule in block.rules:
        for one in rule.declarations:
            if one.spaced_rgb:
                message = "rgb() is written without commas; Gmail drops the whole <style>"
                yield error("style-rgb", message, str(one), line=above + one.line, markup=str(one))
