from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from digest.errors import DigestError
from digest.resources import bundled
from digest.settings import json_schemas, load_choices, load_configuration, reference
from digest.settings.edition_file import DAYS

TOP = Path(__file__).parents[1]

# ---------------------------------------------------------------- bundled files


def test_bundled_files_are_inside_an_installed_package(tmp_path: Path) -> None:
    package = tmp_path / "site" / "digest"
    (package / "bundled" / "config").mkdir(parents=True)
    (tmp_path / "site" / "config").mkdir()  # somebody else's package of that name
    assert bundled("config", package) == package / "bundled" / "config"


def test_bundled_files_are_beside_the_package_in_a_checkout() -> None:
    assert bundled("config") == TOP / "config"


def test_bundled_files_that_are_nowhere_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DigestError) as caught:
        bundled("templates", tmp_path / "digest")
    assert str(caught.value) == (
        f"{tmp_path / 'digest'}: the folder templates that belongs to the program is missing. "
        "Install the program again"
    )


# ---------------------------------------------------------------- schema, reference, sample

REWRITE_SCHEMA = "run `python -m digest schema --write` and commit what it writes"
REWRITE_PAGE = (
    "run `python -c 'from digest.settings import reference; print(reference(), end=\"\")' "
    "> docs/configuration.md` and commit it"
)


@pytest.mark.parametrize("name", ["digest", "edition", "choices"])
def test_the_shipped_schema_is_the_code_s(name: str) -> None:
    shipped = (TOP / "config" / "schema" / f"{name}.json").read_text("utf-8")
    fresh = json.dumps(json_schemas()[name], indent=2, sort_keys=True, ensure_ascii=False)
    assert shipped == f"{fresh}\n", REWRITE_SCHEMA


def test_the_reference_page_is_the_code_s() -> None:
    assert (TOP / "docs" / "configuration.md").read_text("utf-8") == reference(), REWRITE_PAGE


def test_every_key_is_described_and_the_schema_needs_no_definitions() -> None:
    def undescribed(schema: dict[str, object], path: str) -> list[str]:
        found = []
        properties = schema.get("properties", {})
        assert isinstance(properties, dict)
        for key, value in properties.items():
            if not value.get("description"):
                found.append(f"{path}{key}")
            found += undescribed(value.get("items", value), f"{path}{key}.")
        return found

    for name, schema in json_schemas().items():
        assert undescribed(schema, f"{name}: ") == []
        assert "$ref" not in json.dumps(schema)


def test_the_reference_names_every_built_in_plug() -> None:
    page = reference()
    for name in ("feed", "feed_counts", "table", "open_meteo", "file", "folder"):
        assert f"`{name}`" in page
    assert all(f"`{day}`" in page for day in DAYS)


@pytest.mark.parametrize(
    "path",
    sorted((TOP / "config").rglob("*.toml")),
    ids=lambda path: path.relative_to(TOP).as_posix(),
)
def test_a_shipped_file_tells_editors_where_its_schema_is(path: Path) -> None:
    directive, _, target = path.read_text("utf-8").splitlines()[0].partition(" ")
    assert directive == "#:schema"
    assert (path.parent / target).resolve().parent == TOP / "config" / "schema"
    assert (path.parent / target).is_file()


def test_the_sample_publication_loads_without_a_complaint() -> None:
    configuration = load_configuration(TOP / "config", {})
    recipe = configuration.editions["daily"]
    assert configuration.publication.name == "The London Courier"
    assert [rule.title for rule in recipe.edition.sections] == [
        "UK",
        "London",
        "World",
        "Business",
        "Science and culture",
    ]
    assert [name for name, _ in recipe.popularity] == ["table", "feed_counts"]
    for source in recipe.edition.sources:
        assert (TOP / source.id.removeprefix("file:")).is_file(), source.id


def test_the_sample_needs_nothing_that_is_not_installed_with_the_program() -> None:
    """The tests' machine has the extras too, so it would not notice."""
    recipe = load_configuration(TOP / "config", {}).editions["daily"]
    assert not recipe.embeds


def test_the_sample_s_choices_are_about_articles_of_its_feeds() -> None:
    recipe = load_configuration(TOP / "config", {}).editions["daily"]
    choices = load_choices(TOP / "config", recipe.edition, dt.date(2026, 11, 23))
    feeds = "".join(
        (TOP / name.removeprefix("file:")).read_text("utf-8") for name in recipe.sources
    )
    assert [choice.do for choice in choices] == ["note", "retitle", "drop", "quote"]
    comments = (TOP / "config/sample/feeds/courier-comments.xml").read_text("utf-8")
    assert all(f">{choice.url}<" in feeds + comments for choice in choices if choice.url)
