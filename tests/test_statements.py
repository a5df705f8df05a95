"""A TOML text is parted into its statements, and no character is lost."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from tomls import toml_files

from digest.settings.statements import statements

ODD = '''\
# a comment
a = 1 # another
"b c".d = """x"""""
[t] # of tables
e = [ # a list
  "]", # of brackets
  '[', { f = "#" },
]
[[u]]
g = \'\'\'two
[lines]\'\'\'\'
[[u]]
h = "\\"["
[u.v]
[[u.w]]
i = 2
'''


def found(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def test_keys_and_tables_are_found_wherever_they_stand() -> None:
    told = [one.path for one in statements(ODD) if one.path]
    assert told == [
        ("a",),
        ("b c", "d"),
        ("t",),
        ("t", "e"),
        ("u", 0),
        ("u", 0, "g"),
        ("u", 1),
        ("u", 1, "h"),
        ("u", 1, "v"),
        ("u", 1, "w", 0),
        ("u", 1, "w", 0, "i"),
    ]


@pytest.mark.parametrize("text", [ODD, ODD.replace("\n", "\r\n"), ODD.rstrip(), "", "\n", "a = 1"])
def test_statements_are_the_whole_text_and_their_values_what_it_says(text: str) -> None:
    check(text)


@given(toml_files())
def test_statements_of_any_file_are_its_whole_text(text: str) -> None:
    check(text)


def check(text: str) -> None:
    data = tomllib.loads(text)
    parts = statements(text)
    assert "".join(text[one.start : one.end] for one in parts) == text
    for one in parts:
        if one.value != (0, 0):
            value = tomllib.loads(f"x = {text[one.value[0] : one.value[1]]}")["x"]
            assert value == found(data, one.path)
