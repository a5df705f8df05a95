"""The real model, as its package ships it."""

from __future__ import annotations

import hashlib
import math
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from digest.embedding import MiniLM
from digest.embedding.minilm import BATCH, GREATEST, ROWS
from digest.errors import DigestError

if TYPE_CHECKING:
    from pathlib import Path

HEADLINES = [
    "Ferries return as Gallion Bridge shuts for a year",
    "River crossing closed; boats to carry commuters again",
    "Clockmaker cleared of stopping the town hall bells",
    "Watch repairer acquitted over silenced municipal chimes",
    "Doctors find cure for rare childhood blindness",
    "Physicians restore sight to kids with inherited eye disease",
    "Stocks fall",
    "",
]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def test_headlines_without_a_common_word_are_alike_when_they_mean_the_same(model: MiniLM) -> None:
    rows = model.compare(model.embed(HEADLINES[:7]), 300)
    assert [[place for place, _ in row] for row in rows] == [[1], [], [3], [], [5], [], []]


def test_a_text_s_vector_depends_on_that_text_alone(model: MiniLM) -> None:
    alone = {text: model.embed([text])[0] for text in HEADLINES}
    company = [f"{text} {number}" for number in range(BATCH) for text in HEADLINES]
    for seed in range(3):
        mixed = [*HEADLINES, *company]
        random.Random(seed).shuffle(mixed)
        together = dict(zip(mixed, model.embed(mixed), strict=True))
        assert {text: together[text] for text in HEADLINES} == alone


def test_another_process_gives_the_same_bytes(model: MiniLM) -> None:
    code = (
        "import sys, hashlib; from digest.embedding import MiniLM\n"
        "print(hashlib.sha256(b''.join(MiniLM().embed(sys.argv[1:]))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *HEADLINES], capture_output=True, text=True, check=True
    )
    ours = hashlib.sha256(b"".join(model.embed(HEADLINES))).hexdigest()
    assert done.stdout.strip() == ours


def test_threads_may_share_the_model(model: MiniLM) -> None:
    expected = model.embed(HEADLINES)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model.embed, [HEADLINES] * 8)) == [expected] * 8


def test_cosines_are_exact_however_many_are_compared(model: MiniLM) -> None:
    made = random.Random(1)
    vectors = [bytes(made.randint(1, GREATEST) for _ in range(4)) for _ in range(ROWS + 88)]
    rows = list(model.compare(vectors, 950))
    assert len(rows) == len(vectors)
    for i in (0, 1, ROWS - 1, ROWS, len(vectors) - 1):
        cosines = {j: thousandths(vectors[i], vectors[j]) for j in range(i + 1, len(vectors))}
        assert dict(rows[i]) == {j: alike for j, alike in cosines.items() if alike >= 950}


def thousandths(one: bytes, other: bytes) -> int:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return round(1000 * product / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other)))


def test_nothing_is_compared_with_nothing(model: MiniLM) -> None:
    assert model.embed([]) == []
    assert list(model.compare([], 250)) == []


def test_a_model_that_was_not_measured_is_not_used(tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(b"another model")
    with pytest.raises(DigestError) as caught:
        MiniLM(other).embed(["Ferries return"])
    assert str(caught.value) == (
        f"{other}: the model is not the one whose grouping was measured. "
        "Install it again: pip install 'digest-newsletter[embeddings]'"
    )
