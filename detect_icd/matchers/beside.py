"""Misspelt words that only their neighbours explain: "carple" is carpal before a tunnel, "hart" is heart before a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from detect_icd.matchers.phrases import PhraseSource
from detect_icd.matchers.selection import GRADES
from detect_icd.matchers.spelling import is_spelt, only_names
from detect_icd.terms import Token, terms

if TYPE_CHECKING:
    from detect_icd.matchers.index import PhraseIndex

_SHORTEST = 4
_TWO_ERRORS = 6
"""Letters from which two errors are read through: fewer than where no neighbour vouches for the word."""
_NEAR = 2
"""Words on each side that may vouch for one."""
_CACHE_LIMIT = 50_000
_TRUSTED = frozenset({PhraseSource.TITLE, PhraseSource.INCLUSION, PhraseSource.SYNONYM})


class SpellingBeside:
    """Reads a word nobody knows as the near one that makes a whole phrase with the words beside it. Build once.

    Args:
        index: Whose phrases vouch for words.
        vocabulary: The words to read others as, with how many phrases have them.
    """

    def __init__(self, index: PhraseIndex, vocabulary: Mapping[str, int]) -> None:
        self._index = index
        shelves: dict[str, list[str]] = {}
        for word in vocabulary:
            if len(word) >= _SHORTEST and word.isalpha():
                shelves.setdefault(word[0], []).append(word)
        self._shelves = shelves
        self._seen: dict[str, tuple[tuple[str, ...], ...]] = {}

    def correct(self, text: str, tokens: Sequence[Token], number: int) -> tuple[str, ...] | None:
        """What the word stands for, as atoms; None where no neighbour vouches for one reading, or for several."""
        token = tokens[number]
        # An abbreviation is no slip, and a name that is written as one stays one.
        written = text[token.start : token.end]
        if not written[1:].islower() or (token.word in only_names() and not written.islower()):
            return None
        near = self._near(token.word)
        if not near:
            return None
        others = (*tokens[max(0, number - _NEAR) : number], *tokens[number + 1 : number + 1 + _NEAR])
        beside = frozenset(atom for other in others for atom in other.atoms) - GRADES
        fitting = sorted((size, atoms) for atoms in near if (size := self._longest(atoms[0], beside)))
        return fitting[-1][1] if fitting and [size for size, _ in fitting].count(fitting[-1][0]) == 1 else None

    def _near(self, word: str) -> tuple[tuple[str, ...], ...]:
        if word not in self._seen:
            if len(self._seen) > _CACHE_LIMIT:
                self._seen.clear()
            self._seen[word] = self._look_up(word)
        return self._seen[word]

    def _look_up(self, word: str) -> tuple[tuple[str, ...], ...]:
        if (
            len(word) < _SHORTEST
            or not (word.isascii() and word.isalpha())
            or (is_spelt(word) and word not in only_names())
        ):
            return ()
        errors = 2 if len(word) >= _TWO_ERRORS else 1
        choices = self._shelves.get(word[0], [])
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=errors, limit=None)
        readings = (terms().atoms(one) for one, _, _ in found)
        return tuple(sorted({atoms for atoms in readings if len(atoms) == 1}))

    def _longest(self, atom: str, beside: frozenset[str]) -> int:
        """The words of the longest phrase that the word says with words beside it, and nothing else; 0 for none."""
        said = beside | {atom}
        longest = 0
        for one in said:
            shelf = self._index.shelf(one) if one in self._index else None
            if shelf is None:
                continue
            for second in shelf.pairs.keys() & said:
                for phrase in shelf.pairs[second]:
                    members = {one, second, *phrase.rest}
                    if atom in members and members <= said and phrase.source in _TRUSTED:
                        longest = max(longest, phrase.size)
        return longest
