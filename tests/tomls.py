"""Days' files of choices as people may have written them, comments and all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SLUGS = ("bridge", "clock", "soup", "ferry")
WORDS = st.sampled_from(
    ["Boats", 'A "quoted" word', "Ünïcode — “so”", "# no comment", "[[choice]]"]
)
GAPS = st.sampled_from(["", "\n", "\n\n", "# why\n", "  # indented\n\n", "\n# [[choice]]\n# do\n"])
ENDS = st.sampled_from(["", "  # said by the desk", "\t"])


def address(slug: str) -> str:
    return f"https://courier.example/{slug}"


def quoted() -> SearchStrategy[str]:
    """A text as TOML may write it: on one line or on several."""
    return WORDS.flatmap(
        lambda word: st.sampled_from(
            [json.dumps(word, ensure_ascii=False), f'"""\n{word.replace(chr(34), "")}"""']
            + ([f"'{word}'"] if "'" not in word else [])
        )
    )


@st.composite
def _choices(draw: st.DrawFn) -> list[str]:
    """Tables about articles, none of which contradicts another."""
    tables = []
    for slug in draw(st.lists(st.sampled_from(SLUGS), unique=True, max_size=4)):
        lines = [f'url = "{address(slug)}"', *draw(st.sampled_from([['do = "drop"'], []]))]
        if len(lines) == 1:
            lines += ['do = "retitle"', f"text = {json.dumps(draw(WORDS), ensure_ascii=False)}"]
        inner = draw(GAPS).join(f"{line}{draw(ENDS)}\n" for line in draw(st.permutations(lines)))
        tables.append(f"[[choice]]{draw(ENDS)}\n{inner}")
    return tables


@st.composite
def toml_files(draw: st.DrawFn) -> str:
    """A sound file, with comments and blank lines anywhere, in either kind of line end."""
    keys = draw(st.lists(st.sampled_from(["subject", "preheader"]), unique=True, max_size=2))
    issue = "".join(
        f"{draw(GAPS)}{key} = {json.dumps(draw(WORDS), ensure_ascii=False)}{draw(ENDS)}\n"
        for key in keys
    )
    if draw(st.booleans()):
        issue += f"note = {draw(quoted())}{draw(ENDS)}\n"
    parts = draw(_choices())
    if issue or draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), f"[issue]{draw(ENDS)}\n{issue}")
    text = "".join(f"{draw(GAPS)}{part}" for part in parts) + draw(GAPS)
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text
