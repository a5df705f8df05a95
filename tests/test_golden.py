"""A few emails are kept whole: what changes a byte of one is seen, and read, before it stands."""

from __future__ import annotations

import pytest
from goldens import FOLDER, LINES, Golden
from matrix import THEMES, emails

from digest.preflight import check_email

KEPT = [
    f"{issue}-{theme}"
    for issue in ("everything", "one-story", "arabic", "french")
    for theme in THEMES
]


@pytest.mark.parametrize("name", KEPT)
def test_an_email_is_what_was_approved(name: str, pytestconfig: pytest.Config) -> None:
    email = emails()[name]
    golden = Golden(name)
    if pytestconfig.getoption("--update-golden"):
        golden.update(email.text, email.html)
    if told := golden.difference(email.text, email.html):
        pytest.fail(told, pytrace=False)


def test_nothing_is_kept_that_no_test_reads() -> None:
    known = {path for name in KEPT for path in (Golden(name).text, Golden(name).html)}
    assert set(FOLDER.iterdir()) == known


# ---------------------------------------------------------------- how a change is told


def test_a_change_is_told_as_the_words_first_and_then_the_one_declaration() -> None:
    golden = Golden("everything-broadsheet")
    email = emails()["everything-broadsheet"]
    changed = email.html.replace("Vesmark keeps", "Vesmark kept").replace("#1c5a49", "#1c5a50", 1)
    told = golden.difference(email.text.replace("Vesmark keeps", "Vesmark kept"), changed)
    lines = [
        line for line in told.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert [line[0] for line in lines] == ["-", "+", "-", "+", "-", "+"]
    assert "Vesmark kept" in lines[1]
    assert lines[3].strip("+ ;").startswith("color:#1c5a50")
    assert "Vesmark kept" in lines[5]
    assert told.endswith("look at git diff")


def test_a_change_of_everything_is_told_in_part() -> None:
    told = Golden("everything-broadsheet").difference("Here\n", "<p>Here</p>\n")
    assert len(told.splitlines()) == 2 * (LINES + 1) + 1


def test_white_space_counts() -> None:
    golden, email = Golden("one-story-bulletin"), emails()["one-story-bulletin"]
    told = golden.difference(email.text, email.html.replace("<body", "\n<body", 1))
    assert told.startswith("one-story-bulletin: only white space differs")


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_preflight_has_nothing_to_say_of_the_sample(theme: str) -> None:
    assert check_email(emails()[f"sample-{theme}"]) == ()
