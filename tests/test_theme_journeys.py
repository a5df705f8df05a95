"""Themes through the command line: choosing one, changing a file of one, and getting it wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from courier import BROADSHEET
from publication import AT, digest, write_publication

from digest.rendering.layers import read_tokens

DOCS = Path(__file__).parent.parent / "docs" / "themes.md"


def saved(root: Path, name: str = "email.html") -> str:
    return (root / "out/daily/2026-11-23" / name).read_text(encoding="utf-8")


def put(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def example(beginning: str) -> str:
    """Give the documentation's example that begins so."""
    blocks = re.findall(r"```[a-z0-9]*\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = (block for block in blocks if block.startswith(beginning))
    return str(found)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_publication(tmp_path)
    return tmp_path


def test_an_edition_may_be_set_as_a_bulletin(tmp_path: Path) -> None:
    write_publication(tmp_path, more='theme = "bulletin"\n')
    assert "sound" in digest(tmp_path, "check")
    digest(tmp_path, "run", "--at", AT)
    assert "Read the full" in saved(tmp_path)
    assert "<img" not in saved(tmp_path)
    assert saved(tmp_path, "preflight.json").count('"error"') == 0
    assert "the same" in digest(tmp_path, "replay").lower()


def test_a_theme_that_there_is_not_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    write_publication(tmp_path, more='theme = "tabloid"\n')
    told = digest(tmp_path, "check", code=2)
    assert "no theme called 'tabloid'" in told
    assert "Themes here: broadsheet, bulletin" in told


def test_the_examples_of_the_documentation_do_what_it_says(root: Path) -> None:
    put(root, "broadsheet/theme.toml", example("[light]"))
    put(root, "broadsheet/lead.html.j2", example('{% extends "base/lead.html.j2" %}'))
    put(root, "broadsheet/inline.css.j2", example('{% extends "base/inline.css.j2" %}'))
    assert "sound" in digest(root, "check")
    digest(root, "run", "--at", AT)
    page = saved(root)
    assert "#7a1f1f" in page
    assert "#1c5a49" not in page
    assert "Write to the editor about this" in page
    assert re.search(r"<p class=\"label colophon\" style=[^>]*italic", page)


def test_a_theme_of_ones_own_is_a_folder_that_says_what_it_extends(tmp_path: Path) -> None:
    write_publication(tmp_path, more='theme = "evening"\n')
    put(tmp_path, "evening/theme.toml", example("[theme]"))
    assert "sound" in digest(tmp_path, "check")
    digest(tmp_path, "run", "--at", AT)
    assert "#2b2b6e" in saved(tmp_path)
    assert "Unsubscribe from The Daily Courier" in saved(tmp_path)


def test_an_override_that_fails_is_named_with_its_file_and_line(root: Path) -> None:
    extends = '{% extends "base/lead.html.j2" %}\n'
    put(root, "broadsheet/lead.html.j2", extends + "{% block hedline %}{% endblock %}\n")
    told = digest(root, "check", code=2)
    assert "templates/broadsheet/lead.html.j2:2" in told
    assert "no block 'hedline'" in told
    put(
        root,
        "broadsheet/lead.html.j2",
        extends + "{% block crumb %}\n{{ lead.sektion }}{% endblock %}",
    )
    told = digest(root, "run", "--at", AT, code=1)
    assert "templates/broadsheet/lead.html.j2:3" in told
    assert "sektion" in told


def test_the_documentation_lists_every_file_of_the_broadsheet_with_its_blocks() -> None:
    text = DOCS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+\.j2)` \|[^|]*\|([^|]*)\|$", text, re.MULTILINE)
    documented = {name: re.findall(r"`(\w+)`", blocks) for name, blocks in rows}
    assert documented == {
        file.name: re.findall(r"\{%-? block (\w+)", file.read_text(encoding="utf-8"))
        for file in BROADSHEET.glob("*.j2")
    }


def test_the_documentation_names_every_token() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for table, tokens in read_tokens([BROADSHEET]).items():
        (row,) = re.findall(rf"^\|.*`{table}`.*\|$", text, re.MULTILINE)
        assert all(f"`{token}`" in row for token in tokens), table
