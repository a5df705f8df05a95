"""`digest subscribers` and `digest keys`, as staff meet them: through the command line."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from publication import digest, facts, write_publication

if TYPE_CHECKING:
    from pathlib import Path

SPORT = '[[sections]]\ntitle = "Sport"\n'
LIST = '''\
email,name,language,sections,consented_at,source
ada@quill.example,Ada Quill,en-GB,news;Sport,2026-11-01,the form on our site
Bo@BÜCHER.example,"Bo ""B""",de,,,
ADA@quill.example,Again,,,,
nobody,,,,,
cy@quill.example,,,Sprot,,
=2+3@quill.example,=2+3,,,,
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_publication(tmp_path, more=SPORT)
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    return tmp_path


def subscribers(root: Path, *arguments: str, code: int = 0) -> str:
    return digest(root, "subscribers", *arguments, code=code)


def test_an_import_adds_tells_what_it_left_out_and_changes_nothing_in_a_dry_run(root: Path) -> None:
    told = [
        "to daily: 3",
        "Twice in the list: 1",
        "Refused: 2\n  line 5: nobody: An email address must have an @-sign",
        '  line 6: cy@quill.example: the edition has no section "Sprot". Did you mean "Sport"?',
        "2 have no word on how they consented; say it for all with --consent TEXT",
    ]
    dry = subscribers(root, "import", "list.csv", "--dry-run")
    assert dry.startswith("Would add")
    assert facts(root, "subscribers", "show")["receiving"] == 0
    wet = subscribers(root, "import", "list.csv")
    assert wet.startswith("Added")
    for words in told:
        assert words in dry
        assert words in wet
    again = facts(root, "subscribers", "import", "list.csv")
    assert (again["added"], again["already_there"], again["duplicates"]) == (0, 3, 1)
    assert [one["line"] for one in again["refused_lines"]] == [5, 6]


def test_what_is_exported_is_read_back_as_it_was(root: Path) -> None:
    subscribers(root, "import", "list.csv", "--consent", "at the fair")
    subscribers(root, "export", "--output", "out.csv")
    file = root / "out.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbfaddress,name,")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "'=2+3@quill.example,'=2+3," in file.read_text("utf-8-sig")
    (root / "digest.db").unlink()
    assert facts(root, "subscribers", "import", "out.csv")["refused"] == 0
    exported = file.read_bytes().decode("utf-8-sig")
    assert subscribers(root, "export") == exported.replace("\r\n", "\n")


def test_who_is_removed_stays_out_until_a_person_says_that_they_asked_again(root: Path) -> None:
    subscribers(root, "import", "list.csv")
    removed = subscribers(root, "remove", "ADA@quill.example", "--by", "Jane")
    assert removed == "Removed ADA@quill.example, daily\n"
    assert "ada@" not in subscribers(root, "export")
    told = subscribers(root, "import", "list.csv")
    assert "Suppressed, and left out: 1\n" in told
    assert "line 2: ada@quill.example: by hand" in told
    refused = subscribers(root, "add", "ada@quill.example", code=1)
    assert "suppressed since" in refused
    assert "--consent TEXT" in refused
    long_ago = ("--consent", "a letter", "--consented-at", "2026-11-02")
    refused = subscribers(root, "add", "ada@quill.example", *long_ago, code=1)
    assert "Only a later consent" in refused
    added = subscribers(root, "add", "ada@quill.example", "--consent", "by phone", "--by", "Jane")
    assert added == "Added ada@quill.example to daily\n"
    person = facts(root, "subscribers", "show", "ada@quill.example")
    (mine,) = person["subscriptions"]
    assert [(one["how"], one["noted_by"]) for one in mine["consents"]] == [
        ("the form on our site", f"import list.csv by {whoami()}, line 2"),
        ("by phone", "added by Jane"),
    ]
    assert mine["consents"][0]["given_at"] == "2026-11-01 00:00:00+00:00"
    assert person["suppressions"] == []


def whoami() -> str:
    return getpass.getuser()


def test_one_who_is_added_has_what_they_said_and_is_added_once(root: Path) -> None:
    said = ("--name", "Ada Quill", "--language", "de", "--section", "sport", "--by", "Jane")
    assert "Added" in subscribers(root, "add", "ada@quill.example", *said)
    assert "already; unchanged" in subscribers(root, "add", "ADA@quill.example", "--name", "Other")
    shown = subscribers(root, "show", "ada@quill.example")
    assert shown.startswith("daily: ada@quill.example (Ada Quill), since 20")
    assert "  Language: de; sections: Sport\n" in shown
    assert "nobody said how (added by Jane, 20" in shown


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (["ada"], "must have an @-sign"),
        (["a@b.example", "--section", "Sprot"], 'Did you mean "Sport"?'),
        (["a@b.example", "--language", "english"], "no language tag"),
        (["a@b.example", "--consented-at", "yesterday"], "is no date"),
        (["a@b.example", "--name", "A\x1b[31m"], "characters that a line of text cannot have"),
    ],
)
def test_what_is_wrong_with_a_person_is_one_line(root: Path, wrong: list[str], reason: str) -> None:
    told = subscribers(root, "add", *wrong, code=1)
    assert told.startswith("digest: ")
    assert reason in told


def test_a_removal_of_every_edition_holds_for_those_to_come(root: Path) -> None:
    told = subscribers(root, "remove", "ada@quill.example", "--every-edition")
    assert "every edition" in told
    assert "They did not subscribe; no import will bring them in." in told
    weekly = root / "config/editions/weekly.toml"
    weekly.write_bytes((root / "config/editions/daily.toml").read_bytes())
    report = facts(root, "subscribers", "import", "list.csv", "--edition", "weekly")
    assert report["suppressed"] == {"by hand": 1}
    assert "several editions" in subscribers(root, "export", code=2)


def test_an_erased_person_is_gone_from_the_file_and_stays_out(root: Path) -> None:
    subscribers(root, "import", "list.csv")
    assert "Aborted" in subscribers(root, "erase", "ada@quill.example", code=1)
    assert "ada@" in subscribers(root, "export")
    erased = subscribers(root, "erase", "ada@quill.example", "--yes", "--by", "Jane")
    assert erased == "Erased, 1 subscription; nothing will be sent there again\n"
    known = facts(root, "subscribers", "show", "ada@quill.example")
    assert known["subscriptions"] == []
    ((reason, note),) = [(one["reason"], one["note"]) for one in known["suppressions"]]
    assert (reason, note) == ("erased", "erased by Jane")
    assert facts(root, "subscribers", "import", "list.csv")["suppressed"] == {"erased": 1}
    assert "Nothing is known of x@y.example" in subscribers(root, "show", "x@y.example")


def test_the_counts_are_told_by_language_section_and_state(root: Path) -> None:
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    rows = (f"a@b.example,de,News,{tomorrow}", "b@b.example,,News;Sport,", "c@b.example,,,")
    text = "\n".join(("email,language,sections,paused_until", *rows))
    (root / "few.csv").write_text(text, "utf-8")
    subscribers(root, "import", "few.csv")
    subscribers(root, "remove", "c@b.example")
    assert facts(root, "subscribers", "show") == {
        "edition": "daily",
        "receiving": 1,
        "paused": 1,
        "suppressed": 1,
        "languages": {"de": 1, "": 1},
        "sections": {"News": 2, "Sport": 1},
        "suppressions": {"by hand": 1},
    }
    shown = subscribers(root, "show")
    assert shown.startswith("daily: 1 get it\n  1 paused\n  1 suppressed\nLanguages:\n")
    assert "          2  News\n" in shown


def test_a_list_comes_through_standard_input_and_one_without_a_usable_line_fails(
    root: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "digest", "subscribers", "import", "-"],
        input="email\nnobody\n\n",
        cwd=root,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Refused: 1\n  line 2: nobody" in done.stderr


def test_a_file_that_is_no_list_is_one_line_with_what_to_do(root: Path) -> None:
    (root / "bad.csv").write_text("ada@quill.example,Ada\n", "utf-8")
    told = subscribers(root, "import", "bad.csv", code=1)
    assert told.startswith("digest: bad.csv: the first line is somebody, and no header. The first")


def test_more_refused_lines_than_fit_a_screen_are_counted_and_in_json(root: Path) -> None:
    (root / "bad.csv").write_text("email\na@b.example\n" + "nobody\n" * 50, "utf-8")
    told = subscribers(root, "import", "bad.csv", "--dry-run")
    assert "Refused: 50\n" in told
    assert "  and 30 more; --json lists them" in told
    report = facts(root, "subscribers", "import", "bad.csv", "--dry-run")
    assert [one["line"] for one in report["refused_lines"]] == list(range(3, 53))


def test_a_hostile_list_prints_nothing_that_a_terminal_obeys(root: Path) -> None:
    (root / "bad.csv").write_text("email,\x1b[2Jname\n\x1b[31m@x,\x1b[2J\nok@b.example,\n", "utf-8")
    told = subscribers(root, "import", "bad.csv")
    assert "\x1b" not in told
    assert "Refused: 1" in told


def test_keys_are_renewed_and_never_shown(root: Path) -> None:
    digest(root, "keys", "show")
    assert digest(root, "keys", "rotate") == "Key 2 signs from now on\n"
    assert facts(root, "keys", "rotate") == {"number": 3}
    told = digest(root, "keys", "show").splitlines()
    assert [line.partition(",")[0] for line in told] == ["Key 1", "Key 2", "Key 3"]
    assert [line.endswith("signs") for line in told] == [False, False, True]
    assert [set(one) for one in facts(root, "keys", "show")] == [{"number", "made_at", "signs"}] * 3
