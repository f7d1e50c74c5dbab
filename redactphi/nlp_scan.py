"""The recurrent layer: what stands anywhere before and behind a token in its text, forgotten by degrees.

State t is ``f * state(t - 1) + (1 - f) * value``, element by element, once from the left and once from the right. The
gates ``f`` and the values depend on the token's own vector alone (Bradbury et al. 2017, quasi-recurrent networks), so
that only a few elementwise operations are done token after token, for all texts side by side. As these are linear in the
state, a text may be cut into stretches that are read side by side too, each from nothing; what was to come from the stretch
before is added afterwards (Blelloch 1990, prefix sums).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from redactphi.nlp_weights import Floats

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Lanes:
    """Several texts side by side, or stretches of them, the longest first: all first tokens, then all second ones, and so on.

    Attributes:
        ahead: Which row of the joined texts stands at each place, read from the left.
        back: The same, read from the right.
        counts: How many lanes have a token at each step.
        lane: The lane of each place.
        ends: The last place of each lane.
        joins: Lanes that go on from others and those others, the second stretches of texts first, then the third ones.
    """

    ahead: Indices
    back: Indices
    counts: list[int]
    lane: Indices
    ends: Indices
    joins: list[tuple[Indices, Indices]]

    @classmethod
    def of(cls, places: Sequence[tuple[int, int]], stretch: int | None = None) -> Self:
        """The lanes of texts.

        Args:
            places: First row of each text and one past its last.
            stretch: How many tokens a lane holds at most; without it each text is one lane.
        """
        starts, stops = np.array([place for place in places if place[0] < place[1]], np.int64).reshape(-1, 2).T
        longest = int((stops - starts).max(initial=1))
        stretch = min(stretch or longest, longest)
        cuts = -(-(stops - starts) // stretch)
        text = np.repeat(np.arange(len(starts)), cuts)
        depth = np.arange(len(text)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
        skipped = depth * stretch
        sizes = np.minimum(stretch, (stops - starts)[text] - skipped)
        order = np.argsort(-sizes, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        joins = [(rank[deep], rank[deep - 1]) for deep in map(np.flatnonzero, _levels(depth))]
        counts = np.cumsum(np.bincount(sizes, minlength=1)[:0:-1])[::-1]
        step = np.repeat(np.arange(len(counts)), counts)
        firsts = np.cumsum(counts) - counts
        lane = np.arange(len(step)) - firsts[step]
        ahead = (starts[text] + skipped)[order][lane] + step
        back = (stops[text] - 1 - skipped)[order][lane] - step
        return cls(ahead, back, counts.tolist(), lane, firsts[sizes[order] - 1] + np.arange(len(order)), joins)

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


def scan_on(last: tuple[Floats, Floats], gates: Floats, values: Floats, counts: Sequence[int]) -> tuple[Floats, Floats]:
    """The states of the next steps of lanes; gives those of the last step, and how much is left there of what came before the lane.

    Args:
        last: What this gave for the steps before, of shape (sides, rows, states) each.
        gates: Before the logistic function; overwritten by how much is left of what came before the lane.
        values: Before tanh; overwritten by the states.
        counts: Rows of each step.
    """
    gates *= np.float32(0.5)
    np.tanh(gates, out=gates)
    gates *= np.float32(0.5)
    gates += np.float32(0.5)
    np.tanh(values, out=values)
    values *= 1 - gates
    start = 0
    states, left = last
    for count in counts:
        here, stays = values[:, start : start + count], gates[:, start : start + count]
        if states.shape[1]:
            here += stays * states[:, :count]
            stays *= left[:, :count]
        states, left, start = here, stays, start + count
    return states, left


def join(states: Floats, left: Floats, lanes: Lanes, block: int) -> None:
    """Add to the states of stretches what comes from the stretches before.

    Args:
        states: Of shape (sides, rows, states), each lane's from nothing.
        left: How much of what came before the lane is left at each row; overwritten.
        lanes: The order of the rows.
        block: Rows worked on at a time.
    """
    carried = np.zeros((states.shape[0], len(lanes.ends), states.shape[2]), np.float32)
    ends, kept = states[:, lanes.ends], left[:, lanes.ends]
    for on, before in lanes.joins:
        carried[:, on] = ends[:, before] + kept[:, before] * carried[:, before]
    for start in range(0, states.shape[1], block):
        rows = slice(start, start + block)
        left[:, rows] *= carried.take(lanes.lane[rows], axis=1, mode="clip")
        states[:, rows] += left[:, rows]


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


def _levels(depth: Indices) -> Iterator[NDArray[np.bool_]]:
    """Where each depth but the first stands."""
    return (depth == level for level in range(1, int(depth.max(initial=0)) + 1))
