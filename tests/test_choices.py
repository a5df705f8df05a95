from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.errors import ConfigError
from digest.model import Image, Source
from digest.recipe import Choice, Edition, SectionRule
from digest.settings import load_choices

if TYPE_CHECKING:
    from pathlib import Path

DATE = dt.date(2026, 11, 23)
WHERE = "config/choices/daily/2026-11-23.toml"
DECISIONS = '"pin", "drop", "move", "retitle", "standfirst", "image", "add" or "quote"'
EDITION = Edition(
    name="daily",
    title="The Daily Courier",
    sources=(Source(id="s", title="s", owner="s"),),
    sections=(SectionRule(title="World"), SectionRule(title="Science and culture")),
)


def write(folder: Path, text: str) -> Path:
    """Write a day's choices and give the configuration's folder."""
    path = folder / WHERE
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return folder / "config"


def choice(url: str, do: str, rest: str = "") -> str:
    return f'[[choice]]\nurl = "https://courier.example/{url}"\ndo = "{do}"\n{rest}\n'


def refusal(folder: Path, text: str) -> str:
    """Give the message with which a day's choices are refused, the folder written as `config`."""
    config = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load_choices(config, EDITION, DATE)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(config), "config")


def test_a_day_without_a_file_has_no_choices(tmp_path: Path) -> None:
    assert load_choices(tmp_path / "config", EDITION, DATE) == ()


def test_an_empty_file_has_no_choices(tmp_path: Path) -> None:
    assert load_choices(write(tmp_path, "# nothing today\n"), EDITION, DATE) == ()


def test_choices_about_the_issue_come_first_and_each_says_where_it_was_made(
    tmp_path: Path,
) -> None:
    text = (
        choice("a", "pin", 'to = "lead"')
        + choice("b", "drop")
        + '[issue]\nnote = """\nGood morning.\nIt rains."""\nsubject = "Boats"\n'
    )
    assert load_choices(write(tmp_path, text), EDITION, DATE) == (
        Choice(do="subject", text="Boats", where=f"{WHERE}, issue.subject"),
        Choice(do="note", text="Good morning.\nIt rains.", where=f"{WHERE}, issue.note"),
        Choice(do="pin", url="https://courier.example/a", to="lead", where=f"{WHERE}, choice 1"),
        Choice(do="drop", url="https://courier.example/b", where=f"{WHERE}, choice 2"),
    )


def test_every_kind_of_choice_is_read(tmp_path: Path) -> None:
    text = (
        choice("a", "pin", 'to = "popular"')
        + choice("b", "pin", 'to = "World"')
        + choice("c", "move", 'to = "Science and culture"')
        + choice("c", "retitle", 'text = "A better headline"')
        + choice("c", "standfirst", 'text = "A better standfirst"')
    )
    choices = load_choices(write(tmp_path, text), EDITION, DATE)
    assert [(each.do, each.to, each.text) for each in choices] == [
        ("pin", "popular", ""),
        ("pin", "World", ""),
        ("move", "Science and culture", ""),
        ("retitle", "", "A better headline"),
        ("standfirst", "", "A better standfirst"),
    ]


def test_places_are_known_in_any_case_and_named_as_the_edition_does(tmp_path: Path) -> None:
    text = choice("a", "pin", 'to = "LEAD"') + choice("b", "move", 'to = "science AND culture"')
    choices = load_choices(write(tmp_path, text), EDITION, DATE)
    assert [each.to for each in choices] == ["lead", "Science and culture"]


AT = "config/choices/daily/2026-11-23.toml, line"
REFUSED = [
    (
        choice("a", "pinn", 'to = "lead"'),
        (f'{AT} 3: choice[1].do must be {DECISIONS}. Did you mean "pin"?'),
    ),
    (
        choice("a", "hold"),
        f"{AT} 3: choice[1].do must be {DECISIONS}",
    ),
    (
        choice("a", "retitle", 'txt = "New"'),
        f'{AT} 4: choice[1].txt is not a known key. Did you mean "text"?',
    ),
    (
        "[issue]\nbraeking = true\n",
        f'{AT} 2: issue.braeking is not a known key. Did you mean "breaking"?',
    ),
    (
        '[issue]\nbreaking = "yes"\n',
        f"{AT} 2: issue.breaking must be true or false, without quotes",
    ),
    (
        "[issue]\nhold = true\n",
        f"{AT} 2: issue.hold must be text, in quotes",
    ),
    (
        '[[choices]]\nurl = "https://courier.example/a"\ndo = "drop"\n',
        f'{AT} 1: choices is not a known key. Did you mean "choice"?',
    ),
    (
        '[issue]\nsubject = "A\\nBcc: x@y.example"\n',
        f"{AT} 2: issue.subject must be a single line of text",
    ),
    (
        '[issue]\nnote = "Good\\u0000 morning"\n',
        f"{AT} 2: issue.note must be text without control characters",
    ),
    ('[issue]\nnote = ""\n', f"{AT} 2: issue.note must not be empty"),
    (
        '[[choice]]\nurl = "courier.example/a"\ndo = "drop"\n',
        (
            f'{AT} 2: choice[1].url must be an address that begins with "https://" or "http://". '
            'Did you mean "https://courier.example/a"?'
        ),
    ),
    (
        '[[choice]]\ndo = "drop"\n',
        (
            f"{AT} 1: choice[1].url is missing. "
            "The article's address; for `quote` the comment's, or its guid"
        ),
    ),
    (choice("a", "pin"), f'{AT} 1: choice[1].to is missing, and do = "pin" needs it'),
    (choice("a", "retitle"), f'{AT} 1: choice[1].text is missing, and do = "retitle" needs it'),
    (
        choice("a", "drop", 'to = "lead"'),
        f'{AT} 4: choice[1].to does not belong to do = "drop"',
    ),
    (
        choice("a", "pin", 'to = "lead"\ntext = "New"'),
        f'{AT} 5: choice[1].text does not belong to do = "pin"',
    ),
    (
        choice("a", "pin", 'to = "Wolrd"'),
        (
            f'{AT} 4: choice[1].to is "Wolrd", and there is no such place to pin to. '
            'Did you mean "World"?'
        ),
    ),
    (
        choice("a", "move", 'to = "lead"'),
        (
            f'{AT} 4: choice[1].to is "lead", and there is no such place to move to. '
            "There are: World, Science and culture"
        ),
    ),
    (
        choice("a", "pin", 'to = "lead"') + choice("b", "pin", 'to = "lead"'),
        f'{AT} 5: choice[2] contradicts choice[1] (do = "pin"). Keep one of the two',
    ),
    (
        choice("a", "pin", 'to = "World"') + choice("a", "drop"),
        f'{AT} 5: choice[2] contradicts choice[1] (do = "pin"). Keep one of the two',
    ),
    (
        choice("a", "drop") + choice("a?utm_source=x", "retitle", 'text = "New"'),
        f'{AT} 5: choice[2] contradicts choice[1] (do = "drop"). Keep one of the two',
    ),
    (
        choice("a", "retitle", 'text = "One"') + choice("a", "retitle", 'text = "Two"'),
        f'{AT} 5: choice[2] contradicts choice[1] (do = "retitle"). Keep one of the two',
    ),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_a_choice_that_cannot_be_kept_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(tmp_path, text) == said


def test_several_problems_are_named_at_once(tmp_path: Path) -> None:
    text = choice("a", "pin", 'to = "Sport"') + choice("a", "drop")
    assert refusal(tmp_path, text) == (
        "2 problems:\n"
        f'  {AT} 4: choice[1].to is "Sport", and there is no such place to pin to. '
        "There are: lead, popular, World, Science and culture\n"
        f'  {AT} 5: choice[2] contradicts choice[1] (do = "pin"). Keep one of the two'
    )


def test_the_place_named_is_the_same_wherever_the_publication_lies(tmp_path: Path) -> None:
    text = '[issue]\nnote = "Good morning."\n'
    (here,) = load_choices(write(tmp_path / "a", text), EDITION, DATE)
    (there,) = load_choices(write(tmp_path / "b" / "c", text), EDITION, DATE)
    assert here == there


def test_a_picture_of_the_editors_own_has_its_words(tmp_path: Path) -> None:
    text = choice(
        "a", "image", 'image = "https://courier.example/a.jpg"\nalt = "A ferry"\ncredit = "Jo Doe"'
    )
    (chosen,) = load_choices(write(tmp_path, text), EDITION, DATE)
    url = "https://courier.example/a.jpg"
    assert chosen.image == Image(url=url, alt="A ferry", credit="Jo Doe")


def test_an_article_that_no_source_carries_is_written_down_whole(tmp_path: Path) -> None:
    text = choice(
        "talk", "add", 'to = "world"\ntitle = "Our talk on Friday"\nstandfirst = "Come."\n'
    )
    (chosen,) = load_choices(write(tmp_path, text), EDITION, DATE)
    assert chosen == Choice(
        do="add",
        url="https://courier.example/talk",
        to="World",
        text="Our talk on Friday",
        standfirst="Come.",
        where=f"{WHERE}, choice 1",
    )


@pytest.mark.parametrize(
    ("do", "rest", "said"),
    [
        ("image", "", 'image is missing, and do = "image" needs it'),
        ("add", 'to = "lead"', 'title is missing, and do = "add" needs it'),
        ("add", 'title = "A"', 'to is missing, and do = "add" needs it'),
        ("add", 'to = "sport"\ntitle = "A"', "there is no such place to add to"),
        ("add", 'to = "lead"\ntitle = "A"\nalt = "B"', "words about a picture"),
        ("pin", 'to = "lead"\nimage = "https://a.example/b.jpg"', 'does not belong to do = "pin"'),
        ("image", 'image = "a.jpg"', "must be an address"),
    ],
)
def test_a_picture_or_an_addition_that_lacks_something_is_refused(
    tmp_path: Path, do: str, rest: str, said: str
) -> None:
    assert said in refusal(tmp_path, choice("a", do, rest))


def test_a_dropped_article_gets_no_picture(tmp_path: Path) -> None:
    text = choice("a", "drop") + choice("a", "image", 'image = "https://a.example/b.jpg"')
    assert "contradicts choice[1]" in refusal(tmp_path, text)


@pytest.mark.parametrize(("said", "meant"), [("true", "true"), ("false", "false")])
def test_an_issue_may_be_said_to_be_sombre_or_not(tmp_path: Path, said: str, meant: str) -> None:
    config = write(tmp_path, f"[issue]\nsombre = {said}\n")
    (chosen,) = load_choices(config, EDITION, DATE)
    assert (chosen.do, chosen.text, chosen.where) == ("sombre", meant, f"{WHERE}, issue.sombre")


def test_breaking_and_hold_are_choices_about_the_issue(tmp_path: Path) -> None:
    text = '[issue]\nbreaking = true\nhold = "the lawyers read it"\n'
    assert load_choices(write(tmp_path, text), EDITION, DATE) == (
        Choice(do="hold", text="the lawyers read it", where=f"{WHERE}, issue.hold"),
        Choice(do="breaking", where=f"{WHERE}, issue.breaking"),
    )


def test_news_that_is_said_not_to_be_breaking_is_no_choice(tmp_path: Path) -> None:
    assert load_choices(write(tmp_path, "[issue]\nbreaking = false\n"), EDITION, DATE) == ()


@pytest.mark.parametrize(
    ("file", "holds"),
    [
        ('issue = { hold = "lawyers" }\nx = 1\n', True),
        ('issue = { note = "#1", hold = "lawyers", }\n', True),
        ('[issue]\nHold = "lawyers"\n', True),
        ('[issue]\nholds = "lawyers"\n', True),
        ('[issue]\n"hold" = "lawyers"\nx = 1\n', True),
        ('[issue]\nhold: "lawyers"\n', True),
        ('[issue]\nhold "lawyers"\n', True),
        ('issue.hold = "lawyers"\nx = 1\n', True),
        ('[issue]\nsubjet = "On threshold and household"\n', False),
        ('[issue]\nsubjet = "x"\n  # hold = "lawyers"\n', False),
    ],
)
def test_a_file_that_cannot_be_read_seems_to_hold_wherever_it_says_so(
    tmp_path: Path, file: str, *, holds: bool
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_choices(write(tmp_path, file), EDITION, DATE)
    assert caught.value.holds is holds


def test_a_file_in_another_encoding_or_beyond_reach_may_hold(tmp_path: Path) -> None:
    config = write(tmp_path, "")
    (tmp_path / WHERE).write_bytes('[issue]\nhold = "lawyers"\n'.encode("utf-16"))
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        load_choices(config, EDITION, DATE)
    assert caught.value.holds
    (tmp_path / WHERE).unlink()
    (tmp_path / WHERE).mkdir()
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load_choices(config, EDITION, DATE)
    assert caught.value.holds
