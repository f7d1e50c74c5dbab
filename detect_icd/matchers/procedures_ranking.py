"""Ranks the operations of the lexicon by how much of a query they say, for search; the words are those of detection."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from detect_icd.candidates import Status
from detect_icd.matchers.procedures import ProcedureMatcher
from detect_icd.matchers.procedures_index import Atoms, Entry, Index
from detect_icd.matchers.procedures_lexicon import Procedure
from detect_icd.matchers.procedures_vocabulary import STOP, Hit
from detect_icd.matchers.procedures_ways import APPROACH_ATOMS
from detect_icd.matchers.spelling import Spelling
from detect_icd.sections import find_sections

_HEADING = "PROCEDURE PERFORMED: "
_WORD = re.compile(r"[A-Za-z]{2,}")
_SAYS_NOTHING = STOP | {"wo", "without", "code", "cpt", "hcpcs", "procedure", "op", "new"}
_UNASKED = 0.5
"""What a word of a name that nobody asked for costs, beside one of the query that the name lacks."""

_UNMET = 0.25
"""What each thing an entry asks for and the query does not say costs, beside a word of middling weight."""

_OTHER_WAY = 0.3
"""How much of the score is lost where the query says another way in, or what the entry must not have."""

_NOT_OPEN = 0.06
_FOUND = 0.25
"""What is added for being what a note would be coded with whose list of operations the query is."""


class RankedProcedure(NamedTuple):
    """An entry that says something of a query; ``score`` is 1 where it says all of it and asks for nothing else."""

    procedure: Procedure
    score: float


class Asked:
    """What a query asks for.

    Args:
        hits: The atoms of the query.
        phrased: Those that phrases state beside their words.
        unknown: How many words of the query the lexicon does not know.

    Attributes:
        atoms: All atoms.
        words: Those of each word or form: the kinds of a thing stand beside the thing, and one of them is enough.
        unknown: As given.
    """

    def __init__(self, hits: Sequence[Hit], phrased: frozenset[str], unknown: int) -> None:
        self.atoms = frozenset(hit.atom for hit in hits)
        self.unknown = unknown
        words: dict[tuple[int, int], set[str]] = {}
        for hit in hits:
            if hit.atom not in phrased:
                words.setdefault((hit.start, hit.end), set()).add(hit.atom)
        self.words = [frozenset(atoms) for atoms in words.values()]


class ProcedureRanking:
    """The entries of the lexicon by their words. Build once; a query takes some milliseconds."""

    def __init__(self, matcher: ProcedureMatcher) -> None:
        self._matcher = matcher
        self._index: Index = matcher.index
        said = [frozenset().union(*entry.names, *_asked_for(entry)) for entry in self._index.entries]
        self._titles = [self._index.vocabulary.atoms(entry.procedure.name) for entry in self._index.entries]
        frequency = Counter(atom for atoms in said for atom in atoms)
        self._weights = {atom: math.log(1 + len(said) / (1 + often)) for atom, often in frequency.items()}
        self._rarest = math.log(1 + len(said) / 2)
        self._middling = sorted(self._weights.values())[len(self._weights) // 2]
        self._entries_of: dict[str, list[int]] = {}
        for number, entry in enumerate(self._index.entries):
            for atom in {atom for name in entry.names for atom in name} | self._titles[number]:
                self._entries_of.setdefault(atom, []).append(number)
        self._speller = Spelling({atom: often for atom, often in frequency.items() if atom.isalpha()})

    def best(self, query: str, day: date | None, limit: int) -> list[RankedProcedure]:
        """The entries that say most of a query, best first, one a code.

        Args:
            query: Words.
            day: The day of service: a code must be valid then. Without one, still in use.
            limit: At most so many.
        """
        text, unknown = self._read(query)
        hits = self._index.vocabulary.scan(text)
        asked = Asked(hits, self._index.vocabulary.phrased, unknown)
        coded = self._coded(text, day) if hits else frozenset()
        best: dict[str, RankedProcedure] = {}
        for number in sorted({number for atom in asked.atoms for number in self._entries_of.get(atom, ())}):
            entry = self._index.entries[number]
            if not entry.procedure.valid_on(day):
                continue
            score = self._score(entry, self._titles[number], asked)
            if entry.procedure.code in coded:
                score = min(1.0, score + _FOUND)
            known = best.get(entry.procedure.code)
            if score > 0 and (known is None or score > known.score):
                best[entry.procedure.code] = RankedProcedure(entry.procedure, score)
        return sorted(best.values(), key=lambda one: (-one.score, one.procedure.code))[:limit]

    def _read(self, query: str) -> tuple[str, int]:
        """The query with misspelt words read, and how many words of it the lexicon does not know."""
        parts: list[str] = []
        unknown = position = 0
        covered = [(hit.start, hit.end) for hit in self._index.vocabulary.scan(query)]
        for match in _WORD.finditer(query):
            word = match[0].lower()
            if word in _SAYS_NOTHING or any(start <= match.start() and match.end() <= end for start, end in covered):
                continue
            meant = self._speller.correct(self._index.vocabulary.stem(word))
            unknown += meant is None
            if meant is not None:
                parts += [query[position : match.start()], meant]
                position = match.end()
        return "".join((*parts, query[position:])), unknown

    def _weight(self, atom: str) -> float:
        return self._weights.get(atom, self._middling)

    def _coded(self, text: str, day: date | None) -> frozenset[str]:
        """What a note would be coded with whose list of operations says this."""
        note = _HEADING + text
        reading = self._matcher.read(note, find_sections(note), day)
        return frozenset(one.coding.code for one in reading.candidates if one.status is Status.PRESENT)

    def _score(self, entry: Entry, title: Atoms, asked: Asked) -> float:
        met, unmet = _requirements(entry, asked.atoms)
        more = met | (title & asked.atoms)
        ways = {APPROACH_ATOMS[atom] for atom in asked.atoms if atom in APPROACH_ATOMS}
        own_ways = entry.procedure.approach
        if ways & set(own_ways):
            more |= {atom for atom in asked.atoms if atom in APPROACH_ATOMS}
        best = max((self._share(name, more, asked, unmet) for name in entry.names or (title,)), default=0.0)
        if (ways and own_ways and not ways & set(own_ways)) or any(
            alternative <= asked.atoms for alternative in (*entry.without, *entry.unless)
        ):
            best *= 1 - _OTHER_WAY
        elif own_ways and not ways and "open" not in own_ways:
            best -= _NOT_OPEN
        return best

    def _share(self, name: Atoms, more: Atoms, asked: Asked, unmet: int) -> float:
        if not name & asked.atoms:
            return 0.0
        said = name | more
        common, whole = 0.0, asked.unknown * self._rarest
        for word in asked.words:
            weight = max(map(self._weight, word))
            whole += weight
            common += weight if word & said else 0.0
        unasked = sum(map(self._weight, name - asked.atoms))
        return min(1.0, common / (whole + _UNASKED * unasked + _UNMET * unmet * self._middling))


def _asked_for(entry: Entry) -> Iterator[Atoms]:
    for alternatives in (*entry.extent, *entry.here, *entry.anywhere):
        yield from alternatives


def _requirements(entry: Entry, asked: Atoms) -> tuple[Atoms, int]:
    """The words of the query that meet what an entry asks for, and how much of that is not met."""
    met: set[str] = set()
    unmet = 0
    for alternatives in (*entry.extent, *entry.here, *entry.anywhere):
        said: Sequence[Atoms] = [atoms for atoms in alternatives if atoms <= asked]
        unmet += not said
        met.update(*said)
    return frozenset(met), unmet


@functools.cache
def procedure_ranking() -> ProcedureRanking:
    """The ranking of the packaged lexicon, made at the first search."""
    return ProcedureRanking(ProcedureMatcher())
