"""The model's forward pass in plain numpy. Each distinct token is embedded once and kept.

The same arithmetic as the thinc model of `redactphi.nlp_spacy`; a test compares the two. Texts are batched in one array,
apart by as many gaps as the widest convolution reaches, which stay zero in every layer.

Where a step looks along the texts, tokens are columns: numpy then runs over long rows. All is done block by block, so that
what one step writes is still in the processor's cache when the next one reads it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from redactphi.nlp_embed import Hashed
from redactphi.nlp_features import Rows, known_words, pieces_in, written
from redactphi.nlp_pieces import mean_vectors
from redactphi.nlp_scan import Lanes, join, scan_on
from redactphi.nlp_table import REMEMBERED, Follower, Halves, TokenTable
from redactphi.nlp_weights import Floats, Settings, Weights

BLOCK = 640
"""Tokens computed at a time: large enough for the matrix products, small enough to stay in the processor's cache."""

_PORTION = 3000
"""Tokens after which the next texts are a portion of their own: what is worked out of one is in memory as a whole.

Rows of a power of two lie on the same lines of the processor's cache: 4,096 takes half as long again.
"""

_NARROW = 24
_MORE = 4
"""How many times as many tokens a narrow network computes at a time: calling costs it as much as computing."""

STRETCH = 32
"""Tokens of a text read one after the other: a single note takes two thirds of the time, many together take the same."""

_EPSILON = 1e-8
_GAP = 0


class Network:
    """One or several networks, ready to run; what they say is averaged. Safe to use from several threads.

    Args:
        members: The weights of each.
    """

    def __init__(self, *members: Weights) -> None:
        self._members = [_Member(weights) for weights in members]
        self.reach = max(member.reach for member in self._members)
        self.outputs = len(members[0].settings.tags)
        self._widths = _columns([member.settings.width + 1 for member in self._members])
        self._scans = _columns([member.settings.scan for member in self._members])
        is_narrow = max(member.settings.width for member in self._members) <= _NARROW
        self._block, self._portion = (BLOCK * _MORE, _PORTION * _MORE) if is_narrow else (BLOCK, _PORTION)
        self._lock = threading.Lock()
        self._lengths = [member.settings.width for member in self._members]
        self._table: TokenTable | None = None
        self._follower: Follower | None = None

    def numbers(self, keys: Sequence[str]) -> tuple[TokenTable, NDArray[np.int64]]:
        """The table to read from now, and each key's row in it."""
        with self._lock:
            table = self._table
            if table is None or len(table.number) > REMEMBERED:
                table = self._table = TokenTable(self._lengths)
            table.forget_features()
            found = list(map(table.number.get, keys))
            if None in found:
                new = list(dict.fromkeys(key for key, number in zip(keys, found, strict=True) if number is None))
                features = []
                for some in (new[start : start + BLOCK] for start in range(0, len(new), BLOCK)):
                    features.append(written(some))
                    table.add(some, self._embed(*features[-1]))
                table.keep_features(features)
                found = list(map(table.number.get, keys))
        return table, np.array(found, np.int64)

    def follow(
        self, table: TokenTable, numbers: NDArray[np.int64], keys_at: Callable[[Sequence[int]], list[str]]
    ) -> tuple[Sequence[Halves], NDArray[np.int64]]:
        """This network's vectors of tokens that another network's table numbers, and each token's row in them.

        Args:
            table: What `numbers` of that network gave.
            numbers: The tokens' rows there.
            keys_at: Gives the keys of those that stand at some places of ``numbers``.
        """
        with self._lock:
            if self._follower is None or self._follower.table is not table:
                self._follower = Follower(table, self._lengths)
            follower = self._follower
            new = follower.missing(numbers)
            for some in (new[start : start + BLOCK] for start in range(0, len(new), BLOCK)):
                follower.add(numbers[some], self._embed(*table.features(numbers[some], keys_at(some.tolist()))))
            return follower.vectors, follower.rows(numbers)

    def _embed(self, rows: Rows, words: Sequence[str]) -> list[Floats]:
        hashed, pieces = Hashed(rows), mean_vectors(pieces_in(rows))
        return [member.embed(rows, words, hashed, pieces) for member in self._members]

    def probabilities(self, vectors: Sequence[Halves], numbers: NDArray[np.int64]) -> Floats:
        """The probability of every tag at every token.

        Args:
            vectors: A table's vectors.
            numbers: Rows of the table; texts apart by `reach` times row 0.

        Returns:
            Of shape (tokens, tags). Rows at gaps mean nothing.
        """
        result = np.empty((self.outputs, len(numbers)), np.float32)
        for here in _portions(numbers, self._portion):
            self._judge(vectors, numbers[here], result[:, here])
        return result.T

    def _judge(self, vectors: Sequence[Halves], numbers: NDArray[np.int64], result: Floats) -> None:
        """Write the probabilities of some texts, a column a token."""
        count, room = len(numbers), _room
        near = room.array("near", count, self._widths[-1].stop)
        logits = [
            room.array(f"logits {index}", len(member.settings.tags), count)
            for index, member in enumerate(self._members)
        ]
        for member, own, columns, said in zip(self._members, vectors, self._widths, logits, strict=True):
            member.look_near(own, numbers, near[:, columns], said, self._block)
        lanes = Lanes.of(_texts(numbers), STRETCH)
        states = self._look_far(near, lanes)
        at = lanes.places(count)
        for start in range(0, count, self._block):
            here = slice(start, min(count, start + self._block))
            far = [side.take(places[here], axis=0, mode="clip") for side, places in zip(states, at, strict=True)]
            self._average([said[:, here] for said in logits], far, result[:, here])

    def _look_far(self, near: Floats, lanes: Lanes) -> Floats:
        """The states of the recurrent layers of all members, in the order of the lanes: read from the left, from the right."""
        states, left = (_room.array(name, 2, len(lanes.ahead), self._scans[-1].stop) for name in ("states", "left"))
        last = states[:, :0], left[:, :0]
        for start, counts in _blocks(lanes.counts, self._block):
            block = slice(start, start + sum(counts))
            values, gates = states[:, block], left[:, block]
            for side, order in enumerate((lanes.ahead, lanes.back)):
                rows = near.take(order[block], axis=0, mode="clip")
                for member, width, scan in zip(self._members, self._widths, self._scans, strict=True):
                    member.open_gates(rows[:, width], side, gates[side][:, scan], values[side][:, scan])
            last = scan_on(last, gates, values, counts)
        if lanes.joins:
            join(states, left, lanes, self._block)
        return states

    def _average(self, logits: Sequence[Floats], far: Sequence[Floats], result: Floats) -> None:
        """Average what the members say of a block of tokens."""
        for index, (member, said, scan) in enumerate(zip(self._members, logits, self._scans, strict=True)):
            member.conclude(said, [side[:, scan] for side in far])
            if index:
                result += said
            else:
                result[...] = said
        if len(logits) > 1:
            result *= np.float32(1 / len(logits))


class _Member:
    """One network."""

    def __init__(self, weights: Weights) -> None:
        settings = weights.settings
        self.settings = settings
        self.reach = max(settings.dilations)
        self._vocabulary = weights.vocabulary
        self._tables = [weights.arrays[f"E{index}"] for index in range(len(settings.rows))]
        self._layers = [_Maxout(weights.arrays, index) for index in range(len(settings.dilations) + 1)]
        self._gates, self._values = _by_side(weights)
        head = np.ascontiguousarray(weights.arrays["W"]) / np.float32(settings.temperature)
        self._head = [
            np.ascontiguousarray(part)
            for part in np.split(head, [settings.width, settings.width + settings.scan], axis=1)
        ]
        self._bias = (weights.arrays["b"] / np.float32(settings.temperature))[:, None]

    def embed(self, rows: Rows, words: Sequence[str], hashed: Hashed, pieces: Floats) -> Floats:
        """The vectors of tokens.

        Args:
            rows: What `written` gives of their keys.
            words: Likewise.
            hashed: The same rows.
            pieces: The mean vectors of their pieces.
        """
        own = known_words(rows, words, self._vocabulary)
        *columns, (grams, seed) = zip(self._tables, self.settings.seeds, strict=True)
        parts = [hashed.column(table, seed, index, own) for index, (table, seed) in enumerate(columns)]
        ones = np.ones((len(rows), 1), np.float32)
        joined = np.concatenate([*parts, hashed.trigrams(grams, seed), pieces, ones], axis=1)
        return np.ascontiguousarray(self._layers[0](joined.T).T)

    def look_near(self, vectors: Halves, numbers: NDArray[np.int64], near: Floats, logits: Floats, block: int) -> None:
        """The states of the convolutions, and what they alone say.

        Args:
            vectors: The vectors of a table.
            numbers: Rows of the table.
            near: Where to write the states, a row a token; the last column is the constant one.
            logits: Where to write the first part of the logits, a column a token.
            block: How many tokens are computed at a time.
        """
        count, halo = len(numbers), sum(self.settings.dilations)
        desk = _Desk(self.settings, min(count, block) + 2 * halo)
        near[:, -1] = 1
        for start in range(0, count, block):
            stop = min(count, start + block)
            low, high = max(0, start - halo), min(count, stop + halo)
            states = self._convolve(vectors, numbers[low:high], desk)[:, start - low : stop - low]
            near[start:stop, :-1] = states.T
            np.matmul(self._head[0], states, out=logits[:, start:stop])

    def open_gates(self, near: Floats, side: int, gates: Floats, values: Floats) -> None:
        """What the gates and values of one side of the recurrent layer are opened to, before any function is applied."""
        np.matmul(near, self._gates[side], out=gates)
        np.matmul(near, self._values[side], out=values)

    def conclude(self, logits: Floats, far: Sequence[Floats]) -> None:
        """Turn the first part of the logits into probabilities.

        Args:
            logits: A column a token; overwritten.
            far: The states of both sides of the recurrent layer, a row a token.
        """
        for weight, side in zip(self._head[1:], far, strict=True):
            logits += weight @ side.T
        logits += self._bias
        logits -= logits.max(axis=0)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=0)

    def _convolve(self, vectors: Halves, numbers: NDArray[np.int64], desk: _Desk) -> Floats:
        """The states of the convolutions, a column a token."""
        reach, width, count = self.reach, self.settings.width, len(numbers)
        padded, window, linear = (part[:, : part.shape[1] - desk.size + count] for part in desk.parts)
        padded[:, reach + count :] = 0
        states = padded[:, reach : reach + count]
        states[...] = vectors.take(numbers, axis=0, mode="clip").T
        gaps = np.flatnonzero(numbers == _GAP)
        for layer, dilation in zip(self._layers[1:], self.settings.dilations, strict=True):
            window[:width] = padded[:, reach - dilation : reach - dilation + count]
            window[width : 2 * width] = states
            window[2 * width : -1] = padded[:, reach + dilation : reach + dilation + count]
            states += layer(window, linear)
            states[:, gaps] = 0
        return states


class _Room(threading.local):
    """Memory that each thread uses again and again: what is asked of the kernel anew has to be laid out page by page."""

    def __init__(self) -> None:
        self._parts: dict[str, Floats] = {}

    def array(self, name: str, *shape: int) -> Floats:
        """An array of that shape, in the place of the last one of that name."""
        size = math.prod(shape)
        part = self._parts.get(name)
        if part is None or len(part) < size:
            part = self._parts[name] = np.empty(size, np.float32)
        return part[:size].reshape(shape)


_room = _Room()
"""One for all networks: they run one after the other."""


class _Desk:
    """Room to work in, used for block after block: fresh memory costs more than what is done in it.

    Args:
        settings: Of the network.
        size: The most tokens of a block.
    """

    def __init__(self, settings: Settings, size: int) -> None:
        self.size = size
        padded = np.zeros((settings.width, size + 2 * max(settings.dilations)), np.float32)
        window = np.ones((3 * settings.width + 1, size), np.float32)
        self.parts = padded, window, np.empty((settings.pieces * settings.width, size), np.float32)


class _Maxout:
    """The best of several linear functions per output, then layer norm. Tokens are columns; the last input is the constant one."""

    def __init__(self, arrays: dict[str, Floats], index: int) -> None:
        weight = arrays[f"W{index}"]
        self._width, self._pieces, inputs = weight.shape
        matrix = weight.transpose(1, 0, 2).reshape(-1, inputs)
        self._weight = np.concatenate([matrix, arrays[f"b{index}"].T.reshape(-1, 1)], axis=1)
        self._mean = np.full((1, self._width), 1 / self._width, np.float32)
        self._scale, self._shift = arrays[f"G{index}"][:, None], arrays[f"B{index}"][:, None]

    def __call__(self, inputs: Floats, room: Floats | None = None) -> Floats:
        width = self._width
        linear: Floats = np.matmul(self._weight, inputs, out=room)
        best = linear[:width]
        for piece in range(1, self._pieces):
            np.maximum(best, linear[piece * width : (piece + 1) * width], out=best)
        best -= self._mean @ best
        variance = np.einsum("ij,ij->j", best, best)
        variance *= np.float32(1 / width)
        variance += np.float32(_EPSILON)
        best *= 1 / np.sqrt(variance)
        best *= self._scale
        best += self._shift
        return best


def _columns(widths: Sequence[int]) -> list[slice]:
    """Where each of some members has its columns."""
    stops = np.cumsum(widths).tolist()
    return [slice(stop - width, stop) for stop, width in zip(stops, widths, strict=True)]


def _by_side(weights: Weights) -> tuple[list[Floats], list[Floats]]:
    """The weights of the gates of each side of the recurrent layer, then of the values; the last row is the bias."""
    whole = np.concatenate([weights.arrays["WR"].T, weights.arrays["bR"][None]])
    parts = [np.ascontiguousarray(part) for part in np.split(whole, 4, axis=1)]
    return parts[:2], parts[2:]


def _portions(numbers: NDArray[np.int64], most: int) -> Iterator[slice]:
    """Joined texts, cut before a text into portions of about ``most`` tokens; a text is never cut."""
    begins = np.flatnonzero((numbers[1:] != _GAP) & (numbers[:-1] == _GAP)) + 1
    start = 0
    while (at := int(np.searchsorted(begins, start + most))) < len(begins):
        yield slice(start, int(begins[at]))
        start = int(begins[at])
    yield slice(start, len(numbers))


def _texts(numbers: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Where texts begin and end: they are what stands between gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], numbers != _GAP, [0]]))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _blocks(counts: Sequence[int], most: int) -> Iterator[tuple[int, list[int]]]:
    """Steps of lanes, about ``most`` rows at a time: the first row of each block, and the rows of its steps."""
    start = size = 0
    block: list[int] = []
    for count in counts:
        block.append(count)
        size += count
        if size >= most:
            yield start, block
            start, size, block = start + size, 0, []
    if block:
        yield start, block
