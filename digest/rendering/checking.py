"""What can be told of a theme without an issue: its files can be read, and find one another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import jinja2
from jinja2 import nodes

from digest.errors import TemplateError
from digest.rendering.layers import HINT, TOKENS, LayersEnvironment, read_tokens
from digest.rendering.theme import is_markup, require_theme

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

_WORD = re.compile(r"[\w-]+")
_FRAMING = ("paper", "photo_height", "thumb_height")  # tokens that copied pictures go by
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


def check_theme(themes: Sequence[Path]) -> None:
    """Parse every template of a theme and read its tokens.

    Raises TemplateError, with file and line, for a template that cannot be parsed, that asks for
    one which there is not or extends itself, or that fills a block which what it extends does not
    have: Jinja would leave it out without a word; and for a token of another kind than that which
    it replaces, or that no template asks for.
    """
    layers = require_theme(themes)
    built_in = set(layers[len(themes) - 1 :: len(themes)])
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
    for path, name in files.items():
        if len(themes) == 1 or not any(path.is_relative_to(folder) for folder in built_in):
            _check_blocks(environment, name, path)
    _check_tokens(layers, built_in, files)


def _check_tokens(
    layers: Sequence[Path], built_in: Collection[Path], templates: Iterable[Path]
) -> None:
    """Hold each token against the one below it that it replaces, or else against the templates."""
    texts = (path.read_text(encoding="utf-8") for path in templates)
    asked_for = {*_FRAMING, *(word for text in texts for word in _WORD.findall(text))}
    for at, folder in enumerate(layers):
        below = read_tokens(layers[at + 1 :])
        for table, name, value in _tokens_in(folder) if folder not in built_in else ():
            known = below.get(table, {}).get(name)
            if known is None and name not in asked_for:
                raise _unfit(folder, name, f"no template asks for {name!r} of [{table}]")
            if known is not None and (kind := _kind(known)) != _kind(value):
                raise _unfit(folder, name, f"{name!r} of [{table}] must be {kind}")


def _tokens_in(folder: Path) -> Iterator[tuple[str, str, object]]:
    for table, tokens in read_tokens([folder]).items():
        if table != "theme":  # what it extends
            yield from ((table, name, value) for name, value in tokens.items())


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "a colour such as #1a1a17" if _COLOUR.fullmatch(value) else "a text"
    return "a whole number" if type(value) is int else "another value"


def _unfit(folder: Path, name: str, what: str) -> TemplateError:
    """Name the first line that begins with a token's name."""
    lines = (folder / TOKENS).read_text(encoding="utf-8").splitlines()
    begins = re.compile(rf"\s*[\"']?{re.escape(name)}\b")
    line = next((number for number, line in enumerate(lines, 1) if begins.match(line)), 1)
    hint = "docs/themes.md lists the tokens"
    return TemplateError(what, where=f"{folder / TOKENS}:{line}", hint=hint)


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
