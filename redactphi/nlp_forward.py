"""The model's forward pass in plain numpy. Each distinct token is embedded once and kept.

The same arithmetic as the thinc model of `redactphi.nlp_spacy`; a test compares the two. Texts are batched in one array,
apart by as many zero rows as the widest convolution reaches, which stay zero in every layer.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from thinc.backends import NumpyOps

from redactphi.nlp_features import feature_rows, pieces_in, trigram_weights
from redactphi.nlp_pieces import mean_vectors
from redactphi.nlp_scan import Lanes, activate, scan
from redactphi.nlp_tokens import bare
from redactphi.nlp_weights import Floats, Weights

BLOCK = 768
"""Tokens computed at a time: large enough for the matrix products, small enough to stay in the processor's cache."""

REMEMBERED = 1 << 16
"""Distinct tokens after which the memory of embedded tokens starts anew."""

_EPSILON = 1e-8
_GAP = 0


class TokenTable:
    """Distinct token keys, each with a number, its vectors and what decoding needs to know of it.

    Row 0 is the gap between texts. Rows are only ever added, so numbers stay good while a table is in use.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        self.number: dict[str, int] = {}
        self.vectors = tuple(np.zeros((1, width), np.float32) for width in widths)
        self.lengths = np.zeros(1, np.int64)
        self.blanks = np.zeros(1, np.int64)
        self.words = np.zeros(1, np.bool_)

    def add(self, keys: Sequence[str], vectors: Sequence[Floats]) -> None:
        """Append keys that are not yet known, with their vectors in each network."""
        tokens = [bare(key) for key in keys]
        # Decoding in another thread may be reading: arrays are replaced whole, and the numbers given out last.
        self.vectors = tuple(np.concatenate(pair) for pair in zip(self.vectors, vectors, strict=True))
        self.lengths = np.append(self.lengths, [len(token) for token in tokens])
        self.blanks = np.append(self.blanks, [len(token) - len(token.rstrip()) for token in tokens])
        self.words = np.append(self.words, [token[:1].isalnum() for token in tokens])
        first = len(self.lengths) - len(keys)
        self.number.update(zip(keys, range(first, first + len(keys)), strict=True))


class Network:
    """One or several networks, ready to run; what they say is averaged. Safe to use from several threads.

    Args:
        members: The weights of each.
    """

    def __init__(self, *members: Weights) -> None:
        self._members = [_Member(weights) for weights in members]
        self.reach = max(member.reach for member in self._members)
        self._lock = threading.Lock()
        self._table = self._fresh_table()

    def _fresh_table(self) -> TokenTable:
        return TokenTable([member.settings.width for member in self._members])

    def numbers(self, keys: Sequence[str]) -> tuple[TokenTable, NDArray[np.int64]]:
        """The table to read from now, and each key's row in it."""
        with self._lock:
            if len(self._table.number) > REMEMBERED:
                self._table = self._fresh_table()
            table = self._table
            new = list(dict.fromkeys(key for key in keys if key not in table.number))
            if new:
                table.add(new, [member.embed(new) for member in self._members])
        number = table.number
        return table, np.fromiter((number[key] for key in keys), np.int64, len(keys))

    def probabilities(self, vectors: Sequence[Floats], numbers: NDArray[np.int64]) -> Floats:
        """The probability of every tag at every token.

        Args:
            vectors: A table's vectors.
            numbers: Rows of the table; texts apart by `reach` times row 0.

        Returns:
            Of shape (tokens, tags). Rows at gaps mean nothing.
        """
        first, *others = zip(self._members, vectors, strict=True)
        result = first[0].probabilities(first[1], numbers)
        for member, own in others:
            result += member.probabilities(own, numbers)
        return result / np.float32(len(self._members)) if others else result


class _Member:
    """One network."""

    def __init__(self, weights: Weights) -> None:
        settings = weights.settings
        self.settings = settings
        self.reach = max(settings.dilations)
        self._vocabulary = weights.vocabulary
        self._tables = [weights.arrays[f"E{index}"] for index in range(len(settings.rows))]
        self._layers = [_Maxout(weights.arrays, index) for index in range(len(settings.dilations) + 1)]
        self._recurrent = np.ascontiguousarray(weights.arrays["WR"].T)
        self._recurrent_bias = weights.arrays["bR"]
        self._head = np.ascontiguousarray(weights.arrays["W"].T) / np.float32(settings.temperature)
        self._bias = weights.arrays["b"] / np.float32(settings.temperature)
        self._ops = NumpyOps(use_blis=False)

    def embed(self, keys: Sequence[str]) -> Floats:
        """The vectors of token keys."""
        rows = feature_rows(keys, self._vocabulary)
        *columns, trigrams = zip(self._tables, self.settings.seeds, strict=True)
        parts = [
            self._look_up(table, seed, np.ascontiguousarray(rows[:, index]))
            for index, (table, seed) in enumerate(columns)
        ]
        grams, weights = trigram_weights(rows)
        vectors = self._look_up(*trigrams, grams.reshape(-1)).reshape(*grams.shape, -1)
        parts.append(np.einsum("tgw,tg->tw", vectors, weights))
        parts.append(mean_vectors(pieces_in(rows)))
        ones = np.ones((len(keys), 1), np.float32)
        return self._layers[0](np.concatenate([*parts, ones], axis=1))

    def _look_up(self, table: Floats, seed: int, features: NDArray[np.uint64]) -> Floats:
        found: Floats = table[self._ops.hash(features, seed) % table.shape[0]].sum(axis=1)
        return found

    def probabilities(self, vectors: Floats, numbers: NDArray[np.int64]) -> Floats:
        """What this network says, as `Network.probabilities`."""
        count, width = len(numbers), self.settings.width
        near = np.empty((count, width), np.float32)
        linear = np.empty((count, len(self._recurrent_bias)), np.float32)
        halo = sum(self.settings.dilations)
        for start in range(0, count, BLOCK):
            stop = min(count, start + BLOCK)
            low, high = max(0, start - halo), min(count, stop + halo)
            states = self._convolve(vectors, numbers[low:high])
            near[start:stop] = states[start - low : stop - low]
            linear[start:stop] = near[start:stop] @ self._recurrent
        linear += self._recurrent_bias
        result = near @ self._head[:width]
        result += self._far(linear, numbers) @ self._head[width:]
        result += self._bias
        np.subtract(result, result.max(axis=1, keepdims=True), out=result)
        np.exp(result, out=result)
        result /= result.sum(axis=1, keepdims=True)
        return result

    @staticmethod
    def _far(linear: Floats, numbers: NDArray[np.int64]) -> Floats:
        """The states of the recurrent layer; texts are what stands between gaps."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], numbers != _GAP, [0]])))
        lanes = Lanes.of(list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)))
        gates, values = activate(linear)
        states = scan(lanes.gather(gates), lanes.gather(values), lanes.counts)
        return lanes.scatter(states, len(numbers))

    def _convolve(self, vectors: Floats, numbers: NDArray[np.int64]) -> Floats:
        reach, width, count = self.reach, self.settings.width, len(numbers)
        padded = np.zeros((count + 2 * reach, width), np.float32)
        states = padded[reach : reach + count]
        np.take(vectors, numbers, axis=0, out=states, mode="clip")
        gaps = np.flatnonzero(numbers == _GAP)
        window = np.ones((count, 3 * width + 1), np.float32)
        for layer, dilation in zip(self._layers[1:], self.settings.dilations, strict=True):
            window[:, :width] = padded[reach - dilation : reach - dilation + count]
            window[:, width : 2 * width] = states
            window[:, 2 * width : -1] = padded[reach + dilation : reach + dilation + count]
            states += layer(window)
            states[gaps] = 0
        return states


class _Maxout:
    """The best of several linear functions per output, then layer norm. The last input is the constant one."""

    def __init__(self, arrays: dict[str, Floats], index: int) -> None:
        weight = arrays[f"W{index}"]
        self._width, self._pieces, inputs = weight.shape
        matrix = weight.transpose(2, 1, 0).reshape(inputs, -1)
        self._weight = np.concatenate([matrix, arrays[f"b{index}"].T.reshape(1, -1)])
        self._mean = np.full((self._width, 1), 1 / self._width, np.float32)
        self._scale, self._shift = arrays[f"G{index}"], arrays[f"B{index}"]

    def __call__(self, inputs: Floats) -> Floats:
        width = self._width
        linear = inputs @ self._weight
        best = linear[:, :width]
        for piece in range(1, self._pieces):
            best = np.maximum(best, linear[:, piece * width : (piece + 1) * width])
        best -= best @ self._mean
        variance = np.einsum("ij,ij->i", best, best) / np.float32(width)
        best *= (1 / np.sqrt(variance + np.float32(_EPSILON)))[:, None]
        best *= self._scale
        best += self._shift
        return np.asarray(best, np.float32)
