"""What is remembered of tokens: a number each, their vectors in each network, and what decoding needs to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redactphi.nlp_features import FEATURES, Rows, written
from redactphi.nlp_tokens import bare
from redactphi.nlp_weights import Floats

REMEMBERED = 20 << 12
"""Distinct tokens after which the memory of embedded tokens starts anew."""

_ROOM = REMEMBERED + (1 << 15)
"""Rows for which a table has room: a batch of new tokens may come on top."""

Indices = NDArray[np.int64]
Halves = NDArray[np.float16]

KEPT_AS = np.float16
"""Vectors are kept in half the room of what they are computed in, so that twice as many tokens are remembered."""


class TokenTable:
    """Distinct token keys, each with a number, its vectors and what decoding needs to know of it.

    Row 0 is the gap between texts. Rows are only ever added, so numbers stay good while a table is in use. There is room
    for more rows than are used: the kernel gives memory to those alone that have been written to.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        self.number: dict[str, int] = {}
        self.vectors = _gaps(widths)
        self.lengths, self.blanks = (_with_room(np.zeros(1, np.int16)) for _ in range(2))
        self.words = _with_room(np.zeros(1, np.bool_))
        self._fresh: tuple[int, Rows, list[str]] = (0, np.zeros((0, FEATURES), np.uint64), [])

    def add(self, keys: Sequence[str], vectors: Sequence[Floats]) -> None:
        """Append keys that are not yet known, with their vectors in each network."""
        tokens = [bare(key) for key in keys]
        first = len(self.number) + 1
        rows = slice(first, first + len(keys))
        if rows.stop > len(self.lengths):
            self._widen(rows.stop)
        # Decoding in another thread may be reading: only rows nobody knows of are written, and the numbers given out last.
        for own, new in zip(self.vectors, vectors, strict=True):
            own[rows] = new
        self.lengths[rows] = [len(token) for token in tokens]
        self.blanks[rows] = [len(token) - len(token.rstrip()) for token in tokens]
        self.words[rows] = [token[:1].isalnum() for token in tokens]
        self.number.update(zip(keys, range(rows.start, rows.stop), strict=True))

    def keep_features(self, features: Sequence[tuple[Rows, list[str]]]) -> None:
        """Keep what `written` gave of the keys just added, for the networks that see them next."""
        rows = np.concatenate([rows for rows, _ in features])
        self._fresh = len(self.number) + 1 - len(rows), rows, [word for _, words in features for word in words]

    def forget_features(self) -> None:
        """Let go of what `keep_features` kept."""
        self._fresh = (0, self._fresh[1][:0], [])

    def features(self, numbers: Indices, keys: Sequence[str]) -> tuple[Rows, list[str]]:
        """What `written` gives of keys, one by one; what is kept of them is not worked out again."""
        first, kept, words = self._fresh
        is_kept = numbers >= first if len(kept) else np.zeros(len(numbers), np.bool_)
        others, other_words = written(compress(keys, (~is_kept).tolist()))
        rows = np.empty((len(keys), FEATURES), np.uint64)
        rows[is_kept], rows[~is_kept] = kept[numbers[is_kept] - first], others
        rest = iter(other_words)
        pairs = zip(numbers.tolist(), is_kept.tolist(), strict=True)
        return rows, [words[number - first] if kept_there else next(rest) for number, kept_there in pairs]

    def _widen(self, count: int) -> None:
        """Make room for so many rows and as many again as there is at first; arrays are replaced whole."""
        self.vectors = tuple(_with_room(own, count) for own in self.vectors)
        self.lengths, self.blanks, self.words = (
            _with_room(own, count) for own in (self.lengths, self.blanks, self.words)
        )


class Follower:
    """The vectors that further networks give to some tokens of a table: those they had to read.

    Args:
        table: The table that numbers the tokens.
        widths: Of the vectors in each network.
    """

    def __init__(self, table: TokenTable, widths: Sequence[int]) -> None:
        self.table = table
        self.vectors = _gaps(widths)
        self._count = 1
        self._row = np.zeros(len(table.lengths), np.int32)

    def missing(self, numbers: Indices) -> Indices:
        """Which of some tokens have no row yet: the first place of each."""
        most = int(numbers.max(initial=0))
        if most >= len(self._row):
            self._row = np.concatenate([self._row, np.zeros(most + _ROOM - len(self._row), np.int32)])
        without = np.flatnonzero(self._row[numbers] == 0)
        return without[np.unique(numbers[without], return_index=True)[1]]

    def add(self, numbers: Indices, vectors: Sequence[Floats]) -> None:
        """Append the vectors of tokens that have none yet."""
        rows = slice(self._count, self._count + len(numbers))
        if rows.stop > len(self.vectors[0]):
            self.vectors = tuple(_with_room(own, rows.stop) for own in self.vectors)
        for own, new in zip(self.vectors, vectors, strict=True):
            own[rows] = new
        self._row[numbers] = np.arange(rows.start, rows.stop)
        self._count = rows.stop

    def rows(self, numbers: Indices) -> Indices:
        """Where the vectors of tokens stand."""
        return self._row[numbers].astype(np.int64)


def _gaps(widths: Sequence[int]) -> tuple[Halves, ...]:
    return tuple(_with_room(np.zeros((1, width), KEPT_AS)) for width in widths)


def _with_room(rows: NDArray[Any], count: int = 0) -> NDArray[Any]:
    """Rows, in an array of as many as are wanted and `_ROOM` more."""
    wide = np.empty((count + _ROOM, *rows.shape[1:]), rows.dtype)
    wide[: len(rows)] = rows
    return wide
