from __future__ import annotations

from digest.errors import MAX_MESSAGE, DigestError


def test_a_message_says_where_what_and_what_to_do() -> None:
    error = DigestError("no such file", where="daily.toml", hint="Look again")
    assert str(error) == "daily.toml: no such file. Look again"


def test_no_message_holds_what_a_terminal_obeys() -> None:
    text = str(DigestError("a\x1b[31mb\x9bc\u202ed\r", hint="first\nsecond"))
    assert text == "a\ufffd[31mb\ufffdc\ufffdd\ufffd. first\nsecond"


def test_a_message_is_bounded() -> None:
    assert len(str(DigestError("a" * 3_000_000))) == MAX_MESSAGE + 1
