"""Search over the code book: by the words of titles, inclusion terms and synonyms."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from detect_icd.codebook import CodeEntry, open_book
from detect_icd.coding import icd10cm
from detect_icd.matchers.index import PhraseIndex, phrase_index
from detect_icd.terms import terms
from redactphi.errors import UsageError


@dataclass(frozen=True, slots=True)
class Hit:
    """A code found by words.

    Attributes:
        entry: The code.
        score: Share of the words' weight that the phrase and the query have in common, 0 to 1.
    """

    entry: CodeEntry
    score: float


def search(
    query: str, *, limit: int = 20, release: str | None = None, service_date: date | str | None = None
) -> list[Hit]:
    """The codes whose wording is nearest to a query, best first; a code given as query comes first itself.

    Rare words weigh more. Ties go to the shorter code.

    Raises:
        UsageError: The query has no word, the limit is not positive, or the release is not known.
    """
    if limit < 1:
        raise UsageError("the limit must be at least 1")
    book = open_book(release=release, service_date=service_date)
    exact = book.get(query) if icd10cm.is_valid(query) else None
    hits = [Hit(exact, 1.0)] if exact else []
    words = frozenset(atom for token in terms().tokens(query) for atom in token.atoms)
    if not words and not hits:
        raise UsageError("the query has no word to search for")
    best: dict[str, float] = {}
    for code, score in _scored(words):
        best[code] = max(score, best.get(code, 0.0))
    ranked = sorted(best.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
    for code, score in ranked:
        if len(hits) >= limit:
            break
        entry = book.get(code)
        if entry is not None and (exact is None or entry.code != exact.code):
            hits.append(Hit(entry, round(score, 3)))
    return hits[:limit]


def _scored(words: frozenset[str]) -> Iterator[tuple[str, float]]:
    index = phrase_index()
    phrases, by_atom = _inverted()
    asked = sum(_weight(index, atom) for atom in words)
    for number in {number for atom in words for number in by_atom.get(atom, ())}:
        atoms, code = phrases[number]
        common = sum(_weight(index, atom) for atom in atoms & words)
        own = sum(_weight(index, atom) for atom in atoms)
        # Words of the query that the phrase lacks cost more than words of the phrase nobody asked for.
        yield code, common / (asked + 0.5 * (own - common))


def _weight(index: PhraseIndex, atom: str) -> float:
    return math.log(1 + len(index) / (1 + index.frequency.get(atom, 0)))


@functools.cache
def _inverted() -> tuple[tuple[tuple[frozenset[str], str], ...], Mapping[str, tuple[int, ...]]]:
    phrases = tuple(phrase_index().phrases())
    by_atom: dict[str, list[int]] = {}
    for number, (atoms, _) in enumerate(phrases):
        for atom in atoms:
            by_atom.setdefault(atom, []).append(number)
    return phrases, {atom: tuple(numbers) for atom, numbers in by_atom.items()}
