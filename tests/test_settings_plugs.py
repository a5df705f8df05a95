from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from configured import EDITION, load, publication, refusal

from digest.settings import PlugSpec

if TYPE_CHECKING:
    from pathlib import Path


def test_anyone_s_class_is_a_plug_with_options(tmp_path: Path) -> None:
    edition = """\
    title = "The Daily Courier"
    [[sources]]
    use = "ourpackage.cms:Source"
    title = "Desk"
    options = { desk = "world", limit = 50 }
    [[sources]]
    use = "ourpackage.cms:Source"
    url = "https://cms.example/api"
    [[sections]]
    title = "World"
    [weather]
    use = "ourpackage:Weather"
    [delivery]
    use = "ourpackage:Post"
    options = { host = "mail.example" }
    """
    recipe = load(publication(tmp_path, edition=edition)).editions["daily"]
    assert recipe.sources == {
        "ourpackage.cms:Source Desk": PlugSpec(
            use="ourpackage.cms:Source", options={"desk": "world", "limit": 50}
        ),
        "https://cms.example/api": PlugSpec(
            use="ourpackage.cms:Source", options={"url": "https://cms.example/api"}
        ),
    }
    assert [source.id for source in recipe.edition.sources] == list(recipe.sources)
    assert recipe.weather == PlugSpec(use="ourpackage:Weather")
    assert recipe.delivery == PlugSpec(use="ourpackage:Post", options={"host": "mail.example"})


PLUGS = [
    (
        '[weather]\nuse = "open_metoe"',
        (
            'weather.use must be "file", "open_meteo" or "package.module:Class", not "open_metoe". '
            'Did you mean "open_meteo"?'
        ),
    ),
    (
        '[delivery]\nuse = "smtp"',
        'delivery.use must be "folder" or "package.module:Class", not "smtp"',
    ),
    (
        '[delivery]\nuse = "our package:Post"',
        'delivery.use must be "folder" or "package.module:Class", not "our package:Post"',
    ),
    (
        '[[most_popular.from]]\nuse = "feed_count"',
        (
            'most_popular.from[1].use must be "feed_counts", "matomo", "plausible", "table" or '
            '"package.module:Class", '
            'not "feed_count". Did you mean "feed_counts"?'
        ),
    ),
    (
        '[[most_popular.from]]\nuse = "table"',
        'most_popular.from[1].path is missing, and use = "table" needs it',
    ),
    (
        '[[most_popular.from]]\nuse = "feed_counts"\npath = "x.csv"',
        'most_popular.from[1].path does not belong to use = "feed_counts". It takes no other key',
    ),
    (
        '[weather]\nuse = "file"\npath = "w.json"\nlatitude = 51.5',
        'weather.latitude does not belong to use = "file". It takes path',
    ),
    (
        '[weather]\nuse = "open_meteo"\nlatitude = 91\nlongitude = 0',
        "weather.latitude must be at most 90",
    ),
    (
        '[weather]\nuse = "ours:Weather"\npath = "w.json"',
        'weather.path does not belong to use = "ours:Weather". It takes options',
    ),
    (
        '[delivery]\nuse = "folder"\noptions = { a = 1 }',
        'delivery.options does not belong to use = "folder". It takes no other key',
    ),
]


@pytest.mark.parametrize(("lines", "said"), PLUGS)
def test_a_plug_that_cannot_be_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    message = refusal(publication(tmp_path, edition=f"{EDITION}{lines}\n"))
    assert message.partition(": ")[2] == said


def test_a_feed_needs_its_address_and_takes_files(tmp_path: Path) -> None:
    bare = EDITION.replace('url = "https://feeds.example.org/world.xml"\n', "")
    assert refusal(publication(tmp_path, edition=bare)) == (
        'config/editions/daily.toml, line 3: sources[1].url is missing, and use = "feed" needs it'
    )
    empty = EDITION.replace("https://feeds.example.org/world.xml", "file:")
    assert refusal(publication(tmp_path, edition=empty)) == (
        'config/editions/daily.toml, line 5: sources[1].url must name a file after "file:". '
        'Such as "file:feeds/world.xml"'
    )
