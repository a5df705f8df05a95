from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from configured import DIGEST, EDITION, load, publication, refusal

if TYPE_CHECKING:
    from pathlib import Path


# ---------------------------------------------------------------- files that cannot be read


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "config") == (
        "config: there is no such folder. "
        "Make one with `digest init`, or name another with --config"
    )


def test_a_missing_digest_toml_is_refused(tmp_path: Path) -> None:
    config = publication(tmp_path)
    (config / "digest.toml").unlink()
    assert refusal(config) == "config/digest.toml: there is no such file"


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    config = publication(tmp_path)
    (config / "digest.toml").unlink()
    (config / "digest.toml").mkdir()
    assert refusal(config) == "config/digest.toml: the file cannot be read (is a directory)"


def test_no_edition_at_all_is_refused(tmp_path: Path) -> None:
    config = publication(tmp_path)
    (config / "editions" / "daily.toml").unlink()
    assert refusal(config) == (
        "config/editions: there is no edition. "
        "Each newsletter is a file such as daily.toml in this folder"
    )


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    config = publication(tmp_path)
    latin = EDITION.replace('title = "World"', 'title = "Économie"').encode("latin-1")
    (config / "editions" / "daily.toml").write_bytes(latin)
    assert refusal(config) == (
        "config/editions/daily.toml, line 9: the text is not UTF-8. "
        "Save the file with the encoding UTF-8"
    )


QUOTES = 'Text, times and dates stand in quotes: city = "London", cutoff = "05:30"'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("theme = broadsheet", "this value is not valid TOML"),
        ("theme", "this is not valid TOML: expected '=' after a key in a key/value pair"),
        ('title = "Again"', "this key stands here for the second time"),
    ],
)
def test_broken_toml_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    edition = EDITION.replace("\n\n", f"\n{line}\n", 1)
    message = refusal(publication(tmp_path, edition=edition))
    assert message == f"config/editions/daily.toml, line 2: {said}. {QUOTES}"


def test_broken_toml_at_the_end_is_refused_with_the_last_line(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path, edition="a = [1,")) == (
        f"config/editions/daily.toml, line 1: this value is not valid TOML. {QUOTES}"
    )


# ---------------------------------------------------------------- names of editions


def test_two_editions_of_one_name_are_refused(tmp_path: Path) -> None:
    publication(tmp_path, name="Daily")
    assert refusal(publication(tmp_path, name="daily")) == (
        "config/editions/daily.toml: two editions have one name: Daily.toml is the other. "
        "Upper and lower case make no difference; rename one of the two"
    )


@pytest.mark.parametrize("name", ["the daily", "public", "-daily", "täglich", "daily.old"])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(publication(tmp_path, name=name)) == (
        f'config/editions/{name}.toml: an edition cannot be named "{name}". '
        'Use letters, digits, - and _ only, and not "public"'
    )


# ---------------------------------------------------------------- keys and values


def test_an_unknown_key_is_refused_with_file_line_and_nearest_key(tmp_path: Path) -> None:
    edition = EDITION + '[[sources]]\nuse = "feed"\nurl = "https://b.example/x"\nweigth = 2\n'
    assert refusal(publication(tmp_path, edition=edition)) == (
        "config/editions/daily.toml, line 13: sources[2].weigth is not a known key. "
        'Did you mean "weight"?'
    )


def test_a_table_of_a_later_version_is_refused_with_those_that_work(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path, digest=f'{DIGEST}[desk]\nhost = "localhost"\n')) == (
        "config/digest.toml, line 9: desk is not a known key. "
        "Known here: publication, store, http, paths, web, smtp, ses, bounces, warm_up, dkim, "
        "alerts, plausible, matomo"
    )


def test_all_problems_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    digest = DIGEST.replace('city = "London"\n', "").replace("en-GB", "english")
    assert refusal(publication(tmp_path, digest=digest)) == (
        "2 problems:\n"
        "  config/digest.toml, line 1: publication.city is missing. "
        "The city on the masthead, beside the date and the weather\n"
        '  config/digest.toml, line 5: publication.language must be a language tag, and "english" '
        'is none. Such as "en-GB", "de" or "pt-BR"'
    )


PUBLICATION_VALUES = [
    ('name = ""', "name must not be empty"),
    ('name = "A\\nBcc: x@y.example"', "name must be a single line of text"),
    ("name = 7", "name must be text, in quotes"),
    (
        'timezone = "London"',
        (
            'timezone must be the name of a time zone, and "London" is none. '
            'Did you mean "Europe/London"?'
        ),
    ),
    (
        'timezone = "Europe"',
        (
            'timezone must be the name of a time zone, and "Europe" is none. '
            'Did you mean "Europe/Rome"?'
        ),
    ),
    (
        'timezone = "9 o\'clock"',
        (
            'timezone must be the name of a time zone, and "9 o\'clock" is none. '
            'Such as "Europe/London"'
        ),
    ),
    (
        'language = "en_GB"',
        'language must be a language tag, and "en_GB" is none. Did you mean "en-GB"?',
    ),
    (
        'language = "xx-YY"',
        'language must be a language tag, and "xx-YY" is none. Such as "en-GB", "de" or "pt-BR"',
    ),
    (
        'url = "courier.example"',
        (
            'url must be an address that begins with "https://" or "http://". '
            'Did you mean "https://courier.example"?'
        ),
    ),
    (
        'url = "ftp://courier.example"',
        'url must be an address that begins with "https://" or "http://"',
    ),
    (
        'from = "The London Courier"',
        'from must be one mailbox. Such as "The Courier <daily@courier.example>"',
    ),
    (
        'from = "a@b.example, c@d.example"',
        'from must be one mailbox. Such as "The Courier <daily@courier.example>"',
    ),
]


@pytest.mark.parametrize(("line", "said"), PUBLICATION_VALUES)
def test_a_bad_value_of_the_publication_is_refused(tmp_path: Path, line: str, said: str) -> None:
    key = line.split(" = ", maxsplit=1)[0]
    lines = [line if old.startswith(f"{key} =") else old for old in DIGEST.splitlines()]
    number = lines.index(line) + 1
    assert refusal(publication(tmp_path, digest="\n".join(lines))) == (
        f"config/digest.toml, line {number}: publication.{said}"
    )


NUMBERS_AND_WORDS = [
    ("[lead]\nrelated = -1", "lead.related must be at least 0"),
    ("[lead]\nrelated = 11", "lead.related must be at most 10"),
    ('[lead]\nrelated = "3"', "lead.related must be a whole number"),
    ("[lead]\nrelated = 2.5", "lead.related must be a whole number"),
    ("[lead]\nrelated = true", "lead.related must be a whole number"),
    ("[window]\nhours = inf", "window.hours must be a number"),
    ("[window]\nhours = nan", "window.hours must be a number"),
    ('[window]\nhours = "24"', "window.hours must be a number"),
    ('[window]\nsince_last = "no"', "window.since_last must be true or false, without quotes"),
    ("[window]\nhours = 120", "window.hours must not be above window.max_hours"),
    ("[timetable]\ndays = []", "timetable.days must have at least 1"),
    ('[timetable]\ndays = "mon"', "timetable.days must be a list, in square brackets"),
    (
        '[timetable]\ndays = ["Mon"]',
        (
            'timetable.days[1] must be "mon", "tue", "wed", "thu", "fri", "sat" or "sun". '
            'Did you mean "mon"?'
        ),
    ),
    (
        '[timetable]\ncutoff = "5.30"',
        'timetable.cutoff must be a time from "00:00" to "23:59", in quotes. Such as "05:30"',
    ),
    (
        "[timetable]\ncutoff = 05:30:00",
        'timetable.cutoff must be a time from "00:00" to "23:59", in quotes. Such as "05:30"',
    ),
    (
        "[timetable]\nskip_dates = [2026-12-25]",
        'timetable.skip_dates[1] must be a date, in quotes. Such as "2026-12-25"',
    ),
    (
        '[timetable]\nskip_dates = ["2026-02-30"]',
        'timetable.skip_dates[1] must be a date, in quotes. Such as "2026-12-25"',
    ),
    (
        '[timetable]\ncutoff = "07:00"',
        "timetable.send_at must be later than cutoff (07:00). All three are times of the same day",
    ),
    (
        '[timetable]\nsend_deadline = "06:30"',
        (
            "timetable.send_deadline must be later than send_at (06:30). "
            "All three are times of the same day"
        ),
    ),
    (
        '[rules]\napproval = "require"',
        (
            'rules.approval must be "auto", "required" or "veto_until_send". '
            'Did you mean "required"?'
        ),
    ),
    ('[rules]\nif_short = "hold"', 'rules.if_short must be "skip"'),
    (
        '[images]\nuse = "hosted"',
        'images.use must be "link", "host" or "attach". Did you mean "host"?',
    ),
    (
        "[[lead]]\nrelated = 3",
        "lead must be a table. Write [lead] on a line of its own, and its keys below",
    ),
    (
        '[most_popular.from]\nuse = "feed_counts"',
        (
            "most_popular.from must be a list, in square brackets. "
            "Write [[most_popular.from]], in double brackets, above each"
        ),
    ),
]


@pytest.mark.parametrize(("lines", "said"), NUMBERS_AND_WORDS)
def test_a_bad_value_of_an_edition_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    message = refusal(publication(tmp_path, edition=f"{EDITION}{lines}\n"))
    place, _, rest = message.partition(": ")
    assert rest == said
    assert place.startswith("config/editions/daily.toml")


def test_a_theme_is_a_folder_s_name_and_no_path(tmp_path: Path) -> None:
    edition = EDITION.replace("\n\n", '\ntheme = "../secret"\n', 1)
    assert refusal(publication(tmp_path, edition=edition)) == (
        "config/editions/daily.toml, line 2: theme must be a name of letters, digits, - and _ only"
    )


@pytest.mark.parametrize("weight", ["0", "-1", "0.0"])
def test_a_weight_of_nothing_is_refused(tmp_path: Path, weight: str) -> None:
    edition = EDITION.replace('section = "World"', f"weight = {weight}")
    assert refusal(publication(tmp_path, edition=edition)) == (
        "config/editions/daily.toml, line 6: sources[1].weight must be above 0"
    )


def test_an_edition_without_sources_and_sections_is_refused(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path, edition='title = "The Daily Courier"')) == (
        "2 problems:\n"
        "  config/editions/daily.toml: sources is missing. "
        "Where articles come from: a table [[sources]] for each\n"
        "  config/editions/daily.toml: sections is missing. "
        "The parts of the issue: a table [[sections]] for each"
    )


# ---------------------------------------------------------------- what does not go together


def test_a_section_that_the_edition_has_not_is_refused_with_the_nearest(tmp_path: Path) -> None:
    edition = EDITION.replace('section = "World"', 'section = "Wrold"')
    assert refusal(publication(tmp_path, edition=edition)) == (
        'config/editions/daily.toml, line 6: sources[1].section is "Wrold", and this edition has '
        'no such section. Did you mean "World"?'
    )


def test_two_sections_of_one_title_are_refused(tmp_path: Path) -> None:
    assert refusal(publication(tmp_path, edition=f'{EDITION}[[sections]]\ntitle = "WORLD"\n')) == (
        "config/editions/daily.toml, line 11: sections[2].title is the title of sections[1] too. "
        "Give each section a title of its own"
    )


def test_a_section_may_not_be_named_after_another_part_of_the_issue(tmp_path: Path) -> None:
    edition = f'{EDITION}[[sections]]\ntitle = "Popular"\n'
    assert refusal(publication(tmp_path, edition=edition)) == (
        'config/editions/daily.toml, line 11: sections[2].title must not be "Popular", which names '
        "another part of the issue"
    )


def test_one_source_twice_is_refused(tmp_path: Path) -> None:
    edition = f'{EDITION}[[sources]]\nuse = "feed"\nurl = "https://feeds.example.org/world.xml"\n'
    assert refusal(publication(tmp_path, edition=edition)) == (
        "config/editions/daily.toml, line 12: sources[2].url is the same source as sources[1]. "
        "Remove one of the two"
    )


def test_one_outside_source_twice_is_refused_unless_titled_apart(tmp_path: Path) -> None:
    cms = '[[sources]]\nuse = "ours:Source"\n'
    assert refusal(publication(tmp_path, edition=EDITION + cms + cms)) == (
        "config/editions/daily.toml, line 12: sources[3] is the same source as sources[2]. "
        "Remove one of the two"
    )
    titled = f'{cms}title = "A"\n{cms}title = "B"\n'
    recipe = load(publication(tmp_path, edition=EDITION + titled)).editions["daily"]
    assert len(recipe.sources) == 3


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ('"desk@courier.example"', "alerts.to must be a list, in square brackets"),
        ('["the desk"]', "alerts.to[1] must be an email address alone"),
        ('["a@b.example", "Desk <desk@b.example>"]', "alerts.to[2] must be an email address alone"),
        ('["pósta@b.example"]', "alerts.to[1] must be an email address alone"),
    ],
)
def test_whoever_is_alerted_is_an_address(tmp_path: Path, to: str, said: str) -> None:
    told = refusal(publication(tmp_path, digest=f"{DIGEST}[alerts]\nto = {to}\n"))
    assert told.startswith(f"config/digest.toml, line 10: {said}")
