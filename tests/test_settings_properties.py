from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.settings.digest_file import DigestFile
from digest.settings.edition_file import EditionFile
from digest.settings.layers import Layer
from digest.settings.problems import validate
from digest.settings.recipes import contradictions, recipe

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLICATION = {
    "name": "The London Courier",
    "url": "https://courier.example",
    "city": "London",
    "timezone": "Europe/London",
    "language": "en-GB",
    "postal_address": "1 Fleet Street, London",
    "from": "The London Courier <daily@courier.example>",
}
KEYS = sorted(EditionFile.model_json_schema()["properties"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.times(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["use", "url", "count", "path", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
JARGON = re.compile(r"pydantic|validation|Input should|Extra inputs|has a value that cannot")


def refusal(read: Callable[[], object]) -> str:
    """Give the message with which something is refused, or "" when it is read."""
    try:
        read()
    except ConfigError as error:
        return str(error)
    return ""


def layer(data: dict[str, object]) -> Layer:
    return Layer(data, lambda _: "file")


@given(st.dictionaries(st.sampled_from([*KEYS, "titel"]), VALUES))
def test_whatever_is_written_is_read_or_refused_in_plain_words(data: dict[str, object]) -> None:
    message = refusal(lambda: list(contradictions(validate(EditionFile, [layer(data)]))))
    assert not JARGON.search(message)


@given(st.sampled_from(["url", "timezone", "language", "from", "name"]), st.text())
def test_any_text_of_the_publication_is_read_or_refused(key: str, text: str) -> None:
    data: dict[str, object] = {"publication": {**PUBLICATION, key: text}}
    message = refusal(lambda: validate(DigestFile, [layer(data)]))
    assert message == "" or message.startswith(f"file: publication.{key} must")


@given(st.text().map("file:".__add__) | st.text().map("https://".__add__))
def test_any_address_of_a_feed_is_read_or_refused(url: str) -> None:
    data: dict[str, object] = {
        "title": "Daily",
        "sources": [{"use": "feed", "url": url}],
        "sections": [{"title": "World"}],
    }
    message = refusal(lambda: recipe("daily", validate(EditionFile, [layer(data)]), Path("/srv")))
    assert message == "" or message.startswith("file: sources[1].url must")
