from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from configured import DIGEST, EDITION, load, publication, refusal

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
        '[delivery]\nuse = "post"',
        (
            'delivery.use must be "folder", "maildir", "ses", "smtp" or "package.module:Class", '
            'not "post"'
        ),
    ),
    (
        '[delivery]\nuse = "our package:Post"',
        (
            'delivery.use must be "folder", "maildir", "ses", "smtp" or "package.module:Class", '
            'not "our package:Post"'
        ),
    ),
    (
        '[[most_popular.from]]\nuse = "feed_count"',
        (
            'most_popular.from[1].use must be "clicks", "feed_counts", "matomo", "plausible", '
            '"table" or "package.module:Class", '
            'not "feed_count". Did you mean "feed_counts"?'
        ),
    ),
    (
        '[[most_popular.from]]\nuse = "plausible"',
        'most_popular.from[1].site is missing, and use = "plausible" needs it',
    ),
    (
        '[[most_popular.from]]\nuse = "clicks"',
        "most_popular.from[1].use needs clicks = true in [most_popular]. Else no link is counted",
    ),
    (
        '[most_popular]\nclicks = true\n[[most_popular.from]]\nuse = "table"',
        (
            "most_popular.clicks needs a provider that uses what is counted. "
            'Add [[most_popular.from]] with use = "clicks", or take clicks out'
        ),
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


# ---------------------------------------------------------------- our own links


CLICKS = """
[most_popular]
clicks = true

[[most_popular.from]]
use = "clicks"
"""


def test_clicks_are_counted_where_readers_reach_us(tmp_path: Path) -> None:
    web = f'{DIGEST}\n[web]\nbase_url = "https://news.courier.example/"\n'
    configuration = load(publication(tmp_path, digest=web, edition=EDITION + CLICKS))
    (recipe,) = configuration.editions.values()
    assert configuration.publication.web_url == "https://news.courier.example"
    assert recipe.edition.popular.clicks
    assert recipe.popularity == (("clicks", PlugSpec(use="clicks")),)


@pytest.mark.parametrize(
    "base", ["https://news.example/?a=1", "https://news.example/#a", "http://a/?"]
)
def test_an_address_that_no_path_can_follow_is_refused(tmp_path: Path, base: str) -> None:
    web = f'{DIGEST}\n[web]\nbase_url = "{base}"\n'
    assert refusal(publication(tmp_path, digest=web)) == (
        'config/digest.toml, line 11: web.base_url must be an address without "?" and "#". '
        "Links are this and a path after it"
    )


def test_a_class_of_ones_own_may_use_the_clicks(tmp_path: Path) -> None:
    web = f'{DIGEST}\n[web]\nbase_url = "https://news.courier.example"\n'
    ours = CLICKS.replace('"clicks"', '"ours.counts:Clicks"')
    configuration = load(publication(tmp_path, digest=web, edition=EDITION + ours))
    assert configuration.editions["daily"].edition.popular.clicks


def test_links_that_would_lead_by_way_of_nowhere_are_refused(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path, edition=EDITION + CLICKS)) == (
        "the edition daily: clicks = true in [most_popular] needs an address that the links lead "
        "by way of. Set base_url in [web] of digest.toml to where readers reach `digest web`"
    )


def test_pictures_that_would_be_hosted_nowhere_are_refused(tmp_path: Path) -> None:
    hosted = EDITION + '[images]\nuse = "host"\n'
    assert refusal(publication(tmp_path, edition=hosted)) == (
        'the edition daily: use = "host" in [images] needs an address where readers find the '
        "pictures. Set base_url in [web] of digest.toml to where readers reach `digest web`"
    )


@pytest.mark.parametrize("use", ["link", "host", "attach"])
def test_pictures_are_shown_in_the_way_that_the_editors_say(tmp_path: Path, use: str) -> None:
    web = f'{DIGEST}\n[web]\nbase_url = "https://news.courier.example/"\n'
    images = EDITION + f'[images]\nuse = "{use}"\n'
    configuration = load(publication(tmp_path, digest=web, edition=images))
    assert configuration.editions["daily"].edition.images == use


def test_nothing_leads_by_way_of_us_unless_the_editors_say_so(tmp_path: Path) -> None:
    configuration = load(publication(tmp_path))
    (recipe,) = configuration.editions.values()
    assert (configuration.publication.web_url, recipe.edition.popular.clicks) == ("", False)
