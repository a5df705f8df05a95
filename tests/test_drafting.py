"""Decisions written into a day's file: every other byte stays, and the file can be read."""

from __future__ import annotations

import stat
import tomllib
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_choices import DATE, EDITION, WHERE
from tomls import SLUGS, WORDS, address, toml_files

from digest.errors import ConfigError
from digest.settings import load_choices
from digest.settings.drafting import Draft, read_draft
from digest.settings.statements import statements

PIN = {"url": address("bridge"), "do": "pin", "to": "lead"}
TABLE = f'[[choice]]\nurl = "{address("bridge")}"\ndo = "pin"\nto = "lead"\n'


def draft(folder: Path, text: str | None = None) -> Draft:
    """Write a day's file, and begin to change it."""
    if text is not None:
        (folder / WHERE).parent.mkdir(parents=True, exist_ok=True)
        (folder / WHERE).write_bytes(text.encode())
    return read_draft(folder / "config", EDITION, DATE)


def saved(folder: Path, changed: Draft) -> str:
    changed.save(EDITION)
    load_choices(folder / "config", EDITION, DATE)
    return (folder / WHERE).read_bytes().decode()


def test_a_day_without_a_file_gets_one_that_names_its_schema(tmp_path: Path) -> None:
    text = saved(tmp_path, draft(tmp_path).with_choice(PIN))
    assert text == f"#:schema ../../schema/choices.json\n\n{TABLE}"
    assert [path.name for path in (tmp_path / WHERE).parent.iterdir()] == [f"{DATE}.toml"]


def test_a_decision_goes_below_the_last_one_and_what_belongs_to_that(tmp_path: Path) -> None:
    above = '[[choice]]\nurl = "https://a.example/"\ndo = "drop"\n# not for us\n'
    below = "\n# What else can be done:\n# [[choice]]\n"
    text = saved(tmp_path, draft(tmp_path, above + below).with_choice(PIN))
    assert text == f"{above}\n{TABLE}{below}"


def test_a_word_goes_below_the_last_one_of_its_table(tmp_path: Path) -> None:
    before = '[issue] # today\nsubject = "A" # short\n# note = "…"\n\n[[choice]]\n'
    rest = 'url = "https://a.example/"\ndo = "drop"\n'
    text = saved(tmp_path, draft(tmp_path, before + rest).with_word("hold", "the lawyers"))
    assert text == before.replace("short\n", 'short\nhold = "the lawyers"\n') + rest


def test_a_word_is_replaced_where_it_stands_with_its_comment(tmp_path: Path) -> None:
    before = '[issue]\nsubject = """\nA"""   # short\nnote = "N"\n'
    text = saved(tmp_path, draft(tmp_path, before).with_word("subject", "B"))
    assert text == '[issue]\nsubject = "B"   # short\nnote = "N"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[issue]\nsombre = false\n"),
        ("# a", "# a\n\n[issue]\nsombre = false\n"),
        ("[issue]", "[issue]\nsombre = false\n"),
        ('issue.note = "N"\n', 'issue.note = "N"\nissue.sombre = false\n'),
        ('[issue]\r\nnote = "N"\r\n', '[issue]\r\nnote = "N"\r\nsombre = false\r\n'),
        ('\ufeff[issue]\nnote = "N"\n', '\ufeff[issue]\nnote = "N"\nsombre = false\n'),
    ],
)
def test_a_word_is_written_as_the_file_is(tmp_path: Path, before: str, after: str) -> None:
    assert saved(tmp_path, draft(tmp_path, before).with_word("sombre", value=False)) == after


def test_a_note_of_several_lines_is_written_on_several_lines(tmp_path: Path) -> None:
    note = 'Good "morning".\n\\ It rains.'
    text = saved(tmp_path, draft(tmp_path).with_word("note", note))
    assert 'note = """\nGood "morning".\n' in text
    (chosen,) = load_choices(tmp_path / "config", EDITION, DATE)
    assert chosen.text == note


@pytest.mark.parametrize("before", ['issue = { note = "N" }\n', "# a\nissue = {}\n"])
def test_an_issue_on_one_line_is_left_to_the_editors_with_what_fits_there(
    tmp_path: Path, before: str
) -> None:
    one = draft(tmp_path, before)
    line = before.count("\n")
    with pytest.raises(ConfigError, match="cannot change") as caught:
        one.with_word("hold", "H")
    said, _, pair = caught.value.hint.partition("\n\n")
    assert said == f"Write it by hand within the braces of issue, line {line}:"
    pasted = before.replace("{", f"{{ {pair.strip()}{', ' if 'note' in before else ''}")
    assert tomllib.loads(pasted)["issue"]["hold"] == "H"
    if one.data["issue"]:
        with pytest.raises(ConfigError, match="Take it out by hand"):
            one.without_word("note")


def test_choices_on_one_line_are_left_to_the_editors_with_what_fits_there(tmp_path: Path) -> None:
    before = '# a\n\nchoice = [{ url = "https://a.example/", do = "drop" }]\n'
    one = draft(tmp_path, before)
    with pytest.raises(ConfigError, match="cannot change") as caught:
        one.with_choice(PIN)
    said, _, table = caught.value.hint.partition("\n\n")
    assert said == "Write it by hand within the brackets of choice, line 3:"
    pasted = before.replace("}]", f"}}, {table.strip()}]")
    assert tomllib.loads(pasted)["choice"][1] == PIN
    with pytest.raises(ConfigError, match="Take it out by hand"):
        one.without_choice(0)


def test_a_note_replaced_in_a_file_of_windows_ends_its_lines_as_the_file_does(
    tmp_path: Path,
) -> None:
    before = '[issue]\r\nnote = "old"\r\n'
    text = saved(tmp_path, draft(tmp_path, before).with_word("note", "new\ntwo"))
    assert text == '[issue]\r\nnote = """\r\nnew\r\ntwo"""\r\n'
    (chosen,) = load_choices(tmp_path / "config", EDITION, DATE)
    assert chosen.text == "new\ntwo"


def test_a_link_goes_on_pointing_to_the_file_whose_mode_stays(tmp_path: Path) -> None:
    (tmp_path / WHERE).parent.mkdir(parents=True)
    real = tmp_path / "elsewhere.toml"
    real.write_text("# mine\n")
    real.chmod(0o640)
    (tmp_path / WHERE).symlink_to(real)
    saved(tmp_path, draft(tmp_path).with_choice(PIN))
    assert (tmp_path / WHERE).is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_text() == f"# mine\n\n{TABLE}"


def test_what_would_not_be_read_is_refused_and_the_file_left_alone(tmp_path: Path) -> None:
    changed = draft(tmp_path, "# mine\n").with_choice({**PIN, "to": "Nowhere"})
    with pytest.raises(ConfigError, match=r"nothing was written: .* no such place to pin to"):
        changed.save(EDITION)
    assert (tmp_path / WHERE).read_text() == "# mine\n"


def test_a_file_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line 2"):
        draft(tmp_path, "# mine\nchoice = \n")
    with pytest.raises(ConfigError, match="must be a list"):
        draft(tmp_path, "choice = 3\n")


def test_taking_back_leaves_the_comments_and_one_blank_line(tmp_path: Path) -> None:
    before = f'# a\n\n{TABLE}\n# why\n[[choice]]\nurl = "https://a.example/"\n# x\ndo = "drop"\n'
    text = saved(tmp_path, draft(tmp_path, before).without_choice(1))
    assert text == f"# a\n\n{TABLE}\n# why\n# x\n"
    text = saved(tmp_path, draft(tmp_path, before).without_choice(0))
    assert text == before.replace(f"\n{TABLE}", "", 1)


# ---------------------------------------------------------------- any file, any sequence

STEPS = st.one_of(
    st.tuples(st.just("drop"), st.sampled_from(SLUGS), st.just("")),
    st.tuples(st.just("retitle"), st.sampled_from(SLUGS), WORDS),
    st.tuples(st.sampled_from(["subject", "hold", "note"]), st.just(""), WORDS),
    st.tuples(st.just("undo"), st.integers(0, 9).map(str), st.just("")),
)


NOTHING = ("nothing",)


def taken(before: Draft, step: tuple[str, str, str]) -> tuple[Draft, tuple[str | int, ...]]:
    """Take a step, and give the way to what it touches."""
    do, about, words = step
    if do == "undo":
        there = [*before.data.get("issue", {}), *range(len(before.entries))]
        assume(there)
        what = there[int(about) % len(there)]
        if isinstance(what, int):
            return before.without_choice(what), ("choice", what)
        return before.without_word(what), ("issue", what)
    if not about:
        return before.with_word(do, words), ("issue", do)
    keys = {"url": address(about), "do": do} | ({"text": words} if words else {})
    return before.with_choice(keys), ("choice", len(before.entries))


def others(text: str, touched: tuple[str | int, ...]) -> list[str]:
    """Every line that is not blank and not of what was touched."""
    return [
        line.rstrip("\r\n")
        for one in statements(text)
        if one.path[: len(touched)] != touched and (line := text[one.start : one.end]).strip()
    ]


@settings(max_examples=150, deadline=None)
@given(text=toml_files(), steps=st.lists(STEPS, min_size=1, max_size=6))
def test_any_sequence_of_decisions_keeps_every_other_line_of_any_file_and_leaves_it_readable(
    tmp_path_factory: pytest.TempPathFactory, text: str, steps: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("drafting")
    now = draft(folder, text)
    for step in steps:
        after, touched = taken(now, step)
        if touched[0] == "choice" and step[0] != "undo" and after.contradicted():
            continue
        is_undo, is_new = step[0] == "undo", touched[0] == "choice"
        before = others(now.text, NOTHING if is_new and not is_undo else touched)
        kept = others(after.text, NOTHING if is_undo else touched)
        if ("issue",) not in {one.path for one in statements(now.text)}:
            kept = [line for line in kept if line != "[issue]"]
        assert kept == before
        saved(folder, after)
        now = draft(folder)
        assert now.text == after.text


def alike(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@settings(max_examples=150)
@given(text=toml_files(), words=WORDS)
def test_a_decision_is_inserted_and_taken_back_to_the_very_bytes(text: str, words: str) -> None:
    before = Draft(path=Path(WHERE), text=text, old=text)
    keys = {"url": "https://new.example/", "do": "retitle", "text": words}
    after = before.with_choice(keys)
    assert alike(text, after.text) + alike(text[::-1], after.text[::-1]) >= len(text)
    assert after.entries[-1] == keys
    if text.endswith("\n"):
        assert after.without_choice(len(after.entries) - 1).text == text
