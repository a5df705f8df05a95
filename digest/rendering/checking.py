"""What can be told of a theme without an issue: its files can be read, and find one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jinja2
from jinja2 import nodes

from digest.errors import TemplateError
from digest.rendering.layers import HINT, LayersEnvironment, read_tokens
from digest.rendering.theme import is_markup, require_theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


def check_theme(themes: Sequence[Path]) -> None:
    """Parse every template of a theme and read its tokens.

    Raises TemplateError, with file and line, for a template that cannot be parsed, that asks for
    one which there is not or extends itself, or that fills a block which what it extends does not
    have: Jinja would leave it out without a word.
    """
    layers = require_theme(themes)
    read_tokens(layers)
    environment = LayersEnvironment(layers, autoescape=is_markup)
    files = {
        path: f"{depth}:{path.relative_to(folder).as_posix()}"
        for depth, folder in enumerate(layers)
        for path in sorted(folder.rglob("*.j2"))
        if path.is_file()
    }
    for path, name in files.items():
        _check_references(environment, name, path)
    # A newsroom's file beneath a built-in one may lack a block: then nothing is lost but ours.
    built_in = set(layers[len(themes) - 1 :: len(themes)]) if len(themes) > 1 else set()
    for path, name in files.items():
        if not any(path.is_relative_to(folder) for folder in built_in):
            _check_blocks(environment, name, path)


def _check_references(environment: LayersEnvironment, name: str, path: Path) -> None:
    for asked, line in _references(_parsed(environment, path)):
        if not any(environment.holding(environment.join_path(asked, name))):
            raise TemplateError(
                f"there is no template {asked!r}",
                where=f"{path}:{line}",
                hint=f"Searched: {', '.join(map(str, environment.layers))}",
            )


def _references(template: nodes.Template) -> Iterator[tuple[str, int]]:
    """Give the names that a template asks for, with the lines, where they are written out."""
    for node in template.find_all(nodes.Stmt):
        if not isinstance(node, _REFERENCES) or getattr(node, "ignore_missing", False):
            continue
        if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str):
            yield node.template.value, node.lineno


def _check_blocks(environment: LayersEnvironment, name: str, path: Path) -> None:
    known = _blocks_below(environment, name, (path,))
    if not known:
        return
    template = _parsed(environment, path)
    known |= {node.attr for node in template.find_all(nodes.Getattr) if _is_self(node.node)}
    for block in template.body:
        if isinstance(block, nodes.Block) and block.name not in known:
            raise TemplateError(
                f"there is no block {block.name!r} to fill in what this extends",
                where=f"{path}:{block.lineno}",
                hint=f"Its blocks: {', '.join(sorted(known))}",
            )


def _is_self(node: nodes.Node) -> bool:
    """Tell whether it is `self`, by which a template shows a block of its own where it likes."""
    return isinstance(node, nodes.Name) and node.name == "self"


def _blocks_below(
    environment: LayersEnvironment, name: str, chain: tuple[Path, ...]
) -> frozenset[str] | None:
    """Give the names of all blocks of what a template extends; none where it extends nothing.

    The template is the last of `chain`, after those that extend it. None where only an issue can
    tell what is extended.
    """
    found = list(_parsed(environment, chain[-1]).find_all(nodes.Extends))
    if not found:
        return frozenset()
    extends = found[0]
    if len(found) > 1 or not isinstance(extends.template, nodes.Const):
        return None
    asked = environment.join_path(extends.template.value, name)
    depth, path = next(environment.holding(asked))
    if path in chain:
        raise TemplateError(
            "this template extends itself",
            where=f"{chain[-1]}:{extends.lineno}",
            hint='What lies below a file is called "base/…"',
        )
    blocks = {block.name for block in _parsed(environment, path).find_all(nodes.Block)}
    inner = f"{depth}:{path.relative_to(environment.layers[depth]).as_posix()}"
    below = _blocks_below(environment, inner, (*chain, path))
    return None if below is None else below | blocks


def _parsed(environment: LayersEnvironment, path: Path) -> nodes.Template:
    try:
        return environment.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except jinja2.TemplateSyntaxError as error:
        where = f"{path}:{error.lineno}"
        raise TemplateError(str(error.message), where=where, hint=HINT) from error
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(str(error), where=str(path), hint=HINT) from error
