"""Ranks every phrase of the index by how much of a query it says, rare words weighing more; for search."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detect_icd.matchers.index import PhraseIndex
from detect_icd.matchers.phrases import PhraseSource

_UNASKED = 0.5
"""What a word of a phrase that nobody asked for costs, beside one of the query that the phrase lacks."""


class Ranked(NamedTuple):
    """A phrase that says something of a query: its atoms, code and source, and the share of the weight it has right."""

    atoms: frozenset[str]
    code: str
    source: PhraseSource
    score: float


class Ranking:
    """The phrases of an index by their words. Build once; a query costs a few array operations."""

    def __init__(self, index: PhraseIndex) -> None:
        self._index = index
        flat, offsets = index.flat, index.offsets
        lengths = np.diff(offsets)
        phrase_of = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        order = np.argsort(flat, kind="stable")
        self._postings = phrase_of[order]
        self._starts = np.searchsorted(flat[order], np.arange(len(index.atoms) + 1))
        frequency = np.array([index.frequency[atom] for atom in index.atoms], dtype=np.float64)
        self._weights = np.log(1 + len(index) / (1 + frequency))
        self._own = np.add.reduceat(self._weights[flat], offsets[:-1])
        self._rarest = float(self._weights.max())

    def weight(self, atom: str) -> float:
        """How much a word tells: more for one that few phrases have, most for one that none has."""
        number = self._index.number(atom)
        return self._rarest if number is None else float(self._weights[number])

    def best(self, atoms: Iterable[str], limit: int) -> list[Ranked]:
        """The phrases that say most of these atoms, best first."""
        common = np.zeros(len(self._own))
        asked = 0.0
        for atom in atoms:
            asked += self.weight(atom)
            number = self._index.number(atom)
            if number is not None:
                common[self._postings[self._starts[number] : self._starts[number + 1]]] += self._weights[number]
        scores = common / (asked + _UNASKED * (self._own - common)) if asked else common
        return [self._ranked(int(number), float(scores[number])) for number in _top(scores, limit)]

    def _ranked(self, number: int, score: float) -> Ranked:
        atoms, code, source = self._index.phrase(number)
        return Ranked(atoms, code, source, score)


def _top(scores: npt.NDArray[np.float64], limit: int) -> npt.NDArray[np.intp]:
    found = np.flatnonzero(scores > 0)
    if len(found) > limit:
        found = found[np.argpartition(-scores[found], limit - 1)[:limit]]
    return found[np.argsort(-scores[found], kind="stable")]


@functools.lru_cache(maxsize=2)
def ranking(index: PhraseIndex) -> Ranking:
    """The ranking of an index, made at the first search."""
    return Ranking(index)
