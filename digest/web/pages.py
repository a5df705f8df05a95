"""How the pages for readers are rendered.

A template is looked for in the given folders in order, as `public/…`, so that a newsroom's own file
replaces ours of the same name.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import jinja2

from digest.rendering.theme import explained

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def public_page(name: str, templates: Sequence[Path], **context: object) -> str:
    """Render `public/<name>`. Raises TemplateError naming file and line."""
    with explained(templates):
        return _environment(tuple(templates)).get_template(f"public/{name}").render(context)


@cache
def _environment(templates: tuple[Path, ...]) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,  # explicitly: `.j2` says nothing to select_autoescape
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
