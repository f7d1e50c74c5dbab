"""What a public language model knows of a word by itself: the mean vector of the pieces the word is made of.

Every word has pieces, so a word no training note held is still near its like: "infirmary" near "hospital", a Nigerian
surname near others. The vectors are the input embeddings of a general English model, reduced; they are never trained
further, lest the words of the training notes drift away from all others. ``models/training/pieces.py`` builds them.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from redactphi import resources
from redactphi.errors import DataError
from redactphi.nlp_weights import Floats

PIECES = 6
"""At most so many pieces of a word are looked at."""

INSIDE = "##"
"""Prefix of a piece that goes on a word."""


@functools.cache
def _numbers() -> Mapping[str, int]:
    lines = (resources.data() / "pieces" / "items.txt").read_text(encoding="utf-8").split("\n")
    return {piece: number for number, piece in enumerate(lines, 1) if piece}


@functools.cache
def _vectors() -> tuple[NDArray[np.int8], np.float32]:
    """One row a piece, and what they are to be multiplied by; row 0, that of no piece, is zero.

    Raises:
        DataError: The file is missing or malformed.
    """
    try:
        with (
            (resources.data() / "pieces" / "vectors.npz").open("rb") as file,
            np.load(file, allow_pickle=False) as stored,
        ):
            rows, scale = stored["vectors"], np.float32(stored["scale"])
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"vectors of word pieces: {type(error).__name__}") from error
    if len(rows) != len(_numbers()):
        raise DataError("vectors of word pieces: as many are needed as there are pieces")
    return np.concatenate([np.zeros((1, rows.shape[1]), rows.dtype), rows]), scale


def width() -> int:
    """Length of what `mean_vectors` gives."""
    return int(_vectors()[0].shape[1]) + 1


def pieces_of(word: str) -> list[int]:
    """The numbers of a word's pieces, each the longest that fits; as many as `PIECES`, zeros where there are fewer.

    Args:
        word: Letters in lower case. One with a letter outside every piece has none.
    """
    if not word.isascii():
        word = "".join(char for char in unicodedata.normalize("NFD", word) if unicodedata.category(char) != "Mn")
    numbers, start = _numbers(), 0
    found: list[int] = []
    while start < len(word) and len(found) < PIECES:
        prefix = INSIDE if start else ""
        for end in range(len(word), start, -1):
            if number := numbers.get(prefix + word[start:end]):
                break
        else:
            return [0] * PIECES
        found.append(number)
        start = end
    return found + [0] * (PIECES - len(found))


def mean_vectors(pieces: NDArray[np.uint64]) -> Floats:
    """The mean vector of each row's pieces; behind it, how many there are beyond the first, halved.

    Args:
        pieces: Numbers as `pieces_of` gives them, of shape (tokens, `PIECES`).
    """
    counts = (pieces > 0).sum(axis=1, keepdims=True).astype(np.float32)
    rows, scale = _vectors()
    found = rows[pieces.astype(np.int64)].astype(np.float32)
    found *= scale
    means = found.sum(axis=1) / np.maximum(counts, 1)
    beyond = np.maximum(counts - 1, 0) / np.float32(2)
    return np.concatenate([means, beyond], axis=1)
