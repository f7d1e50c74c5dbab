"""The recurrent layer: what stands anywhere before and behind a token in its text, forgotten by degrees.

State t is ``f * state(t - 1) + (1 - f) * value``, element by element, once from the left and once from the right. The
gates ``f`` and the values depend on the token's own vector alone (Bradbury et al. 2017, quasi-recurrent networks), so
that only two elementwise operations are done token after token, for all texts side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from redactphi.nlp_weights import Floats

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Lanes:
    """Several texts side by side, the longest first: all first tokens, then all second ones, and so on.

    Attributes:
        ahead: Which row of the joined texts stands at each place, read from the left.
        back: The same, read from the right.
        counts: How many texts have a token at each step.
    """

    ahead: Indices
    back: Indices
    counts: list[int]

    @classmethod
    def of(cls, places: Sequence[tuple[int, int]]) -> Self:
        """The lanes of texts.

        Args:
            places: First row of each text and one past its last.
        """
        ordered = sorted(((stop - start, start) for start, stop in places if stop > start), reverse=True)
        sizes = np.array([size for size, _ in ordered], np.int64)
        starts = np.array([start for _, start in ordered], np.int64)
        lane = np.repeat(np.arange(len(sizes)), sizes)
        step = np.arange(len(lane)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        order = np.argsort(step, kind="stable")
        lane, step = lane[order], step[order]
        return cls(starts[lane] + step, starts[lane] + sizes[lane] - 1 - step, np.bincount(step).tolist())

    def places(self, count: int) -> list[Indices]:
        """Where in the lanes each of ``count`` rows of the joined texts stands, read from either side; 0 between texts."""
        found = [np.zeros(count, np.int64), np.zeros(count, np.int64)]
        for places, order in zip(found, (self.ahead, self.back), strict=True):
            places[order] = np.arange(len(order))
        return found

    def gather(self, rows: Floats) -> Floats:
        """Rows of the joined texts in the order of the lanes: the first half of the columns read from the left."""
        half = rows.shape[1] // 2
        return np.concatenate([rows[self.ahead, :half], rows[self.back, half:]], axis=1)

    def scatter(self, lanes: Floats, count: int) -> Floats:
        """The opposite of `gather`: as many rows as the joined texts have, zero between texts."""
        half = lanes.shape[1] // 2
        rows = np.zeros((count, lanes.shape[1]), np.float32)
        rows[self.ahead, :half] = lanes[:, :half]
        rows[self.back, half:] = lanes[:, half:]
        return rows


def activate(linear: Floats) -> tuple[Floats, Floats]:
    """Gates and values: the first half of the columns through the logistic function, the other through tanh."""
    half = linear.shape[1] // 2
    # tanh is the cheaper way to a logistic function that cannot overflow.
    gates = np.tanh(linear[:, :half] * np.float32(0.5))
    gates *= np.float32(0.5)
    gates += np.float32(0.5)
    return gates, np.tanh(linear[:, half:])


def scan(gates: Floats, values: Floats, counts: Sequence[int]) -> Floats:
    """The states of lanes.

    Args:
        gates: How much of the last state stays, in the order of the lanes.
        values: What comes in.
        counts: Rows of each step.
    """
    states = (1 - gates) * values
    last, start = states[:0], 0
    for count in counts:
        here = states[start : start + count]
        if start:
            here += gates[start : start + count] * last[:count]
        last, start = here, start + count
    return states


def scan_on(last: Floats, gates: Floats, values: Floats, counts: Sequence[int]) -> Floats:
    """The states of the next steps of lanes, in place of the values; gives the states of the last one.

    Args:
        last: The states of the step before, of shape (sides, rows, states).
        gates: Before the logistic function; overwritten.
        values: Before tanh; overwritten.
        counts: Rows of each step.
    """
    gates *= np.float32(0.5)
    np.tanh(gates, out=gates)
    gates *= np.float32(0.5)
    gates += np.float32(0.5)
    np.tanh(values, out=values)
    values *= 1 - gates
    start = 0
    for count in counts:
        here = values[:, start : start + count]
        if last.shape[1]:
            here += gates[:, start : start + count] * last[:, :count]
        last, start = here, start + count
    return last


def scan_gradient(
    flow: Floats, gates: Floats, values: Floats, states: Floats, counts: Sequence[int]
) -> tuple[Floats, Floats]:
    """The gradients at gates and values.

    Args:
        flow: The gradient at the states.
        gates: As given to `scan`.
        values: As given to `scan`.
        states: What `scan` gave.
        counts: As given to `scan`.
    """
    total, stop = flow.copy(), len(flow)
    carried = total[:0]
    for count in reversed(counts):
        here = total[stop - count : stop]
        here[: len(carried)] += carried
        carried = here * gates[stop - count : stop]
        stop -= count
    before = np.zeros_like(states)
    if len(counts) > 1:
        first = counts[0]
        before[first:] = states[np.arange(first, len(states)) - np.repeat(counts[:-1], counts[1:])]
    return total * (before - values), total * (1 - gates)
