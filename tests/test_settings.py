from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from configured import DIGEST, EDITION, load, publication, refusal
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.model import Rights
from digest.recipe import PopularRule, SectionRule, Timetable, Window
from digest.settings import PlugSpec, load_configuration
from digest.settings.layers import line_numbers
from digest.settings.problems import key_path

TOP = Path(__file__).parents[1]


# ---------------------------------------------------------------- what is read


def test_a_small_configuration_gets_the_defaults_of_the_model(tmp_path: Path) -> None:
    configuration = load(publication(tmp_path))
    recipe = configuration.editions["daily"]
    assert configuration.root == tmp_path.resolve()
    assert configuration.folder == tmp_path.resolve() / "config"
    assert configuration.store_url == f"sqlite:///{tmp_path.resolve() / 'digest.db'}"
    assert configuration.out == tmp_path.resolve() / "out"
    assert configuration.templates == tmp_path.resolve() / "templates"
    assert configuration.publication.sender == "The London Courier <daily@courier.example>"
    assert recipe.edition.name == "daily"
    assert recipe.edition.theme == "broadsheet"
    assert recipe.edition.timetable == Timetable()
    assert recipe.edition.window == Window()
    assert recipe.edition.popular == PopularRule()
    assert recipe.edition.sections == (SectionRule(title="World"),)
    assert recipe.popularity == ()
    assert recipe.weather is None
    assert recipe.delivery == PlugSpec(use="folder")
    assert recipe.pictures is None


def test_every_key_of_an_edition_reaches_the_domain(tmp_path: Path) -> None:
    edition = """\
    title = "The Daily Courier"
    theme = "bulletin"
    [timetable]
    days = ["sun", "mon"]
    cutoff = "04:00"
    send_at = "05:00"
    send_deadline = "06:00"
    skip_dates = ["2026-12-25", "2026-01-01"]
    pull_every_min = 30
    [window]
    hours = 12.5
    since_last = false
    max_hours = 48
    [[sources]]
    use = "feed"
    url = "https://feeds.example.org/world.xml"
    title = "The Example"
    section = "world"
    weight = 2
    owner = "Example Group"
    rights = "own"
    [[sections]]
    title = "World"
    count = 7
    url = "https://courier.example/world"
    [lead]
    related = 2
    [most_popular]
    count = 3
    summaries = false
    min_total = 5
    stale_after_hours = 1.5
    [[most_popular.from]]
    use = "table"
    path = "popular.csv"
    [[most_popular.from]]
    use = "table"
    path = "older.csv"
    [[most_popular.from]]
    use = "feed_counts"
    [weather]
    use = "open_meteo"
    latitude = 51.51
    longitude = 0
    [images]
    use = "link"
    folder = "pictures"
    [rules]
    min_stories = 6
    if_short = "skip"
    approval = "auto"
    [delivery]
    use = "folder"
    """
    recipe = load(publication(tmp_path, edition=edition)).editions["daily"]
    made = recipe.edition
    source = made.sources[0]
    assert made.timetable == Timetable(
        days=(1, 7),
        cutoff=dt.time(4),
        send_at=dt.time(5),
        send_deadline=dt.time(6),
        skip_dates=(dt.date(2026, 1, 1), dt.date(2026, 12, 25)),
        pull_every_min=30,
    )
    assert made.window == Window(hours=12.5, since_last=False, max_hours=48)
    assert (source.title, source.section, source.weight) == ("The Example", "world", 2)
    assert (source.owner, source.rights) == ("Example Group", Rights.OWN)
    assert made.sections == (
        SectionRule(title="World", count=7, url="https://courier.example/world"),
    )
    assert made.popular == PopularRule(count=3, summaries=False, min_total=5, stale_after_hours=1.5)
    assert (made.theme, made.related, made.min_stories) == ("bulletin", 2, 6)
    assert recipe.popularity == (
        ("table", PlugSpec(use="table", options={"path": "popular.csv"})),
        ("table 2", PlugSpec(use="table", options={"path": "older.csv"})),
        ("feed_counts", PlugSpec(use="feed_counts")),
    )
    assert recipe.weather == PlugSpec(use="open_meteo", options={"latitude": 51.51, "longitude": 0})
    assert recipe.pictures == tmp_path.resolve() / "pictures"


def test_a_source_is_known_by_its_address_and_owned_by_its_domain(tmp_path: Path) -> None:
    edition = EDITION.replace("https://feeds.example.org", "https://feeds.example.co.uk")
    (source,) = load(publication(tmp_path, edition=edition)).editions["daily"].edition.sources
    assert source.id == "https://feeds.example.co.uk/world.xml"
    assert source.owner == "example.co.uk"
    assert source.title == ""


@pytest.mark.parametrize(
    ("line", "title", "owner"),
    [("", "", "world"), ('title = "The Thames Ledger"', "The Thames Ledger", "The Thames Ledger")],
)
def test_a_file_is_owned_by_its_title_else_its_name(
    tmp_path: Path, line: str, title: str, owner: str
) -> None:
    edition = EDITION.replace(
        'url = "https://feeds.example.org/world.xml"', f'url = "file:feeds/world.xml"\n{line}'
    )
    (source,) = load(publication(tmp_path, edition=edition)).editions["daily"].edition.sources
    assert source.id == "file:feeds/world.xml"
    assert (source.owner, source.title) == (owner, title)


def test_editions_are_sorted_by_name_and_lock_files_are_none(tmp_path: Path) -> None:
    publication(tmp_path, name="weekly")
    publication(tmp_path, name=".#daily")
    config = publication(tmp_path, name="daily")
    assert list(load(config).editions) == ["daily", "weekly"]


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    config = publication(tmp_path)
    (config / "digest.toml").write_bytes(b"\xef\xbb\xbf" + DIGEST.encode())
    assert load(config).publication.city == "London"


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///data/x.db", "{root}/data/x.db"), ("sqlite:////var/x.db", "/var/x.db")],
)
def test_a_database_s_path_begins_at_the_root_unless_absolute(
    tmp_path: Path, url: str, path: str
) -> None:
    config = publication(tmp_path, digest=f'{DIGEST}[store]\nurl = "{url}"\n')
    expected = path.replace("{root}", str(tmp_path.resolve()))
    assert load(config).store_url == f"sqlite:///{expected}"


def test_a_database_on_a_server_is_named_by_its_address(tmp_path: Path) -> None:
    url = "postgresql+psycopg://digest:tide@db.example:5432/digest"
    assert load(publication(tmp_path), DIGEST_STORE__URL=url).store_url == url
    for bad in ("postgresql+psycopg://", "postgresql://digest@db.example/digest"):
        assert "store.url must begin with" in refusal(publication(tmp_path), DIGEST_STORE__URL=bad)


# ---------------------------------------------------------------- precedence


def test_command_line_goes_before_environment_before_secrets_before_the_file(
    tmp_path: Path,
) -> None:
    config = publication(tmp_path)
    (config / "secrets").mkdir()

    def city(**environ: str) -> str:
        return load(config, **environ).publication.city

    assert city() == "London"
    (config / "secrets" / "DIGEST_PUBLICATION__CITY").write_text("Leeds\n", "utf-8")
    assert city() == "Leeds"
    assert city(DIGEST_PUBLICATION__CITY="York") == "York"
    overridden = load_configuration(
        config, {"DIGEST_PUBLICATION__CITY": "York"}, {"publication": {"city": "Hull"}}
    )
    assert overridden.publication.city == "Hull"
    assert overridden.publication.name == "The London Courier"


def test_the_environment_sets_keys_that_are_python_words_and_whole_tables(tmp_path: Path) -> None:
    configuration = load(
        publication(tmp_path),
        DIGEST_PUBLICATION__FROM="Desk <desk@courier.example>",
        DIGEST_PATHS__OUT="/srv/out",
        PATH="/usr/bin",
        DIGEST_EDITION="not a setting, having no double underscore",
    )
    assert configuration.publication.sender == "Desk <desk@courier.example>"
    assert configuration.out == Path("/srv/out")


def test_a_secrets_folder_may_be_named_and_holds_other_programs_secrets_too(
    tmp_path: Path,
) -> None:
    config = publication(tmp_path)
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "tls.key").write_bytes(b"\xff\x00")
    (folder / "digest_store__url").write_text("sqlite:////var/x.db", "utf-8")
    assert load(config, DIGEST_SECRETS_DIR=str(folder)).store_url == "sqlite:////var/x.db"


def test_a_bad_variable_is_named_as_the_place(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path), DIGEST_PUBLICATION__TIMEZONE="Europe/Londn") == (
        "environment variable DIGEST_PUBLICATION__TIMEZONE: publication.timezone must be the name "
        'of a time zone, and "Europe/Londn" is none. Did you mean "Europe/London"?'
    )
    assert refusal(publication(tmp_path), DIGEST_PUBLICATION__CTY="Leeds") == (
        "environment variable DIGEST_PUBLICATION__CTY: publication.cty is not a known key. "
        'Did you mean "city"?'
    )
    assert refusal(publication(tmp_path), DIGEST_PUBLICATON__CITY="Leeds") == (
        "environment variable DIGEST_PUBLICATON__CITY: publicaton.city is not a known key. "
        'Did you mean "publication"?'
    )


def test_a_bad_secret_is_named_by_its_file_and_not_shown(tmp_path: Path) -> None:
    config = publication(tmp_path)
    (config / "secrets").mkdir()
    (config / "secrets" / "DIGEST_STORE__URL").write_text("oracle://u:hush@h", "utf-8")
    message = refusal(config)
    assert message == (
        'config/secrets/DIGEST_STORE__URL: store.url must begin with "sqlite:///" and name a file, '
        'or with "postgresql+psycopg://" and name a server. Such as "sqlite:///digest.db" or '
        '"postgresql+psycopg://digest@localhost/digest"'
    )


def test_a_secrets_folder_that_is_named_must_be_there(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert refusal(publication(tmp_path), DIGEST_SECRETS_DIR=str(folder)) == (
        f"{folder}: the secrets in this folder cannot be read. "
        "Each is a file of UTF-8 text such as DIGEST_STORE__URL"
    )


def test_a_bad_override_is_named_as_the_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_configuration(publication(tmp_path), {}, {"publication": {"city": ""}})
    assert str(caught.value) == ("command line: publication.city must not be empty")


# ---------------------------------------------------------------- the small parts


def test_lines_are_found_through_nested_tables_and_long_texts() -> None:
    text = '''\
a = 1
[b]
note = """
a = 2
[x]
"""
"c" = 3
[[e]]
f = 1
[[e.g]]
h = 1
[[e]]
[[e.g]]
h = 2
[e.g.i]
j.k = 1
'''
    assert line_numbers(text) == {
        ("a",): 1,
        ("b",): 2,
        ("b", "note"): 3,
        ("b", "c"): 7,
        ("e",): 8,
        ("e", 0): 8,
        ("e", 0, "f"): 9,
        ("e", 0, "g"): 10,
        ("e", 0, "g", 0): 10,
        ("e", 0, "g", 0, "h"): 11,
        ("e", 1): 12,
        ("e", 1, "g"): 13,
        ("e", 1, "g", 0): 13,
        ("e", 1, "g", 0, "h"): 14,
        ("e", 1, "g", 0, "i"): 15,
        ("e", 1, "g", 0, "i", "j", "k"): 16,
    }


@given(st.text())
def test_lines_are_looked_for_in_any_text_without_an_exception(text: str) -> None:
    assert all(number >= 1 for number in line_numbers(text).values())


def test_entries_of_lists_are_counted_as_people_count() -> None:
    assert key_path(("sources", 0, "weight")) == "sources[1].weight"


def test_importing_the_settings_imports_no_pydantic() -> None:
    program = "import digest.settings, sys; print('pydantic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=TOP, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"
