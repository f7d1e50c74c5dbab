"""From the features of tokens to their rows in hash tables, and the sums of these."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from thinc.backends import NumpyOps

from redactphi.nlp_features import COLUMNS, Rows, trigram_weights
from redactphi.nlp_weights import Floats

Indices = NDArray[np.int64]

_WORD = COLUMNS.index("word")


class Hashed:
    """The features of some tokens, hashed once for all networks whose tables are of one length and seed.

    Args:
        rows: The features, as `redactphi.nlp_features.written` gives them.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        grams, self.weights = trigram_weights(rows)
        self._distinct, self._gram = np.unique(grams.reshape(-1), return_inverse=True)
        self._shape = grams.shape
        self._places: dict[tuple[int, int, int], Indices] = {}
        self._ops = NumpyOps(use_blis=False)

    def column(self, table: Floats, seed: int, index: int, words: NDArray[np.uint64]) -> Floats:
        """The vectors of one feature.

        Args:
            table: The network's.
            seed: The network's.
            index: Which feature.
            words: The words as the network knows them, which alone differ from one network to the next.
        """
        if index == _WORD:
            return _summed(table, self._hash(words, seed, len(table)))
        return _summed(table, self._cached(index, seed, len(table)))

    def trigrams(self, table: Floats, seed: int) -> Floats:
        """The mean vectors of the trigrams."""
        found = _summed(table, self._cached(len(COLUMNS), seed, len(table)))
        vectors = found.take(self._gram, axis=0, mode="clip").reshape(*self._shape, -1)
        bags: Floats = np.einsum("tgw,tg->tw", vectors, self.weights)
        return bags

    def _cached(self, index: int, seed: int, size: int) -> Indices:
        known = index, seed, size
        if known not in self._places:
            features = self._distinct if index == len(COLUMNS) else self._rows[:, index]
            self._places[known] = self._hash(features, seed, size)
        return self._places[known]

    def _hash(self, features: NDArray[np.uint64], seed: int, size: int) -> Indices:
        hashes = self._ops.hash(np.ascontiguousarray(features), seed) % size
        return np.ascontiguousarray(hashes.T.astype(np.int64))


def _summed(table: Floats, places: Indices) -> Floats:
    """The sum of several rows of a table for each token, one after the other: room for all at once costs four times as much."""
    found: Floats = table.take(places[0], axis=0, mode="clip")
    more = np.empty_like(found)
    for rows in places[1:]:
        found += table.take(rows, axis=0, out=more, mode="clip")
    return found
