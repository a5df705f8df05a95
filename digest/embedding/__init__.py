"""Sentence vectors: an English model that tells what headlines mean. Needs the extra `embeddings`.

`wordpieces.txt` is the vocabulary of BERT's uncased models (Google, Apache License 2.0): the model
was trained with it, and the package that holds the model leaves it out.
"""

from __future__ import annotations

from digest.embedding.minilm import MiniLM

__all__ = ["MiniLM"]
