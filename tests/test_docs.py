"""The documentation is held against the code: no verb, option, setting or plug without a word."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from digest.app import BUILT_IN
from digest.cli import VERBS, cli
from digest.settings import json_schemas, reference

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def command(verb: str) -> click.Command:
    found = cli.get_command(click.Context(cli), verb)
    assert found is not None
    return found


def section(verb: str) -> str:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    found = re.search(rf"^## digest {verb}(?![\w-]).*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section on {verb}"
    return found[0]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_every_option_of_it_is_documented(verb: str) -> None:
    documented = section(verb)
    for parameter in command(verb).params:
        if isinstance(parameter, click.Option) and parameter.name not in {"config_dir", "edition"}:
            assert f"`{parameter.opts[0]}" in documented, parameter.opts[0]


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_the_program_says_of_a_verb_what_the_verb_says_itself(verb: str) -> None:
    help_text = command(verb).help
    assert help_text is not None
    assert help_text.split("\n\n")[0].replace("\n", " ") == VERBS[verb][1]


def test_every_sub_verb_and_every_option_of_its_own_is_documented() -> None:
    for verb in VERBS:
        group = command(verb)
        if not isinstance(group, click.Group):
            continue
        documented = section(verb)
        for name, sub in group.commands.items():
            assert f"### digest {verb} {name}" in documented
            for parameter in sub.params:
                if isinstance(parameter, click.Option):
                    known = parameter.name in {"config_dir", "edition"}
                    assert known or f"`{parameter.opts[0]}" in documented, parameter.opts[0]


def test_no_verb_is_documented_that_is_not_there() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## digest ([\w-]+)", text, re.MULTILINE)) == set(VERBS)


@pytest.mark.parametrize(("kind", "use"), BUILT_IN)
def test_every_built_in_plug_is_documented(kind: str, use: str) -> None:
    assert f"| {kind} | `{use}` |" in (DOCS / "plugs.md").read_text(encoding="utf-8")


def test_the_reference_of_all_settings_is_the_one_the_code_gives() -> None:
    written = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert written == reference(), (
        "write docs/configuration.md anew from digest.settings.reference()"
    )


def test_every_setting_has_a_word_of_explanation() -> None:
    for name, schema in json_schemas().items():
        for path, described in properties(schema, name):
            assert described, path


def test_every_rule_of_preflight_is_documented() -> None:
    documented = set(re.findall(r"`([a-z0-9-]+)`", (DOCS / "preflight.md").read_text("utf-8")))
    code = "".join(path.read_text("utf-8") for path in (ROOT / "digest/preflight").glob("*.py"))
    code += (ROOT / "digest/reaching.py").read_text("utf-8")
    rules = set(re.findall(r'(?:error|warning)\(\s*"([a-z0-9-]+)"', code))
    assert "image-src" in rules
    assert rules <= documented


def properties(schema: object, path: str) -> list[tuple[str, bool]]:
    """Every property of a schema by its path, and whether it has a description."""
    found = []
    if isinstance(schema, dict):
        for name, value in schema.get("properties", {}).items():
            found.append((f"{path}.{name}", bool(value.get("description"))))
        for name, value in schema.items():
            found += properties(value, f"{path}.{name}")
    return found


@pytest.mark.parametrize("page", [*DOCS.glob("*.md"), ROOT / "README.md"], ids=lambda p: p.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_module_is_named_in_the_design() -> None:
    design = (DOCS / "design.md").read_text(encoding="utf-8")
    for path in (ROOT / "digest").iterdir():
        if path.suffix == ".py" and not path.name.startswith("__"):
            assert path.name in design, path.name
