"""Search and look-up: ICD-10-CM by words and by code, CPT and HCPCS by code, as far as the lexicon knows them."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from detect_icd.codebook import CodeEntry, open_book
from detect_icd.coding import cpt, hcpcs, icd10cm
from detect_icd.matchers.index import PhraseIndex, phrase_index
from detect_icd.matchers.procedures_lexicon import by_code
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


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A CPT or HCPCS code of the procedure lexicon.

    Attributes:
        code: The code.
        system: ``CPT`` or ``HCPCS``.
        title: What is done, in this project's own words; no official descriptor.
        specialty: The lexicon file it stands in.
        approach: Ways in; empty where it does not matter.
        add_on_to: Codes of which one is reported beside it.
        includes: Components not reported beside it.
        supersedes: Less extensive operations not reported beside it.
        valid_from: First day of service; ``None``: no beginning is known.
        valid_to: Last day of service; ``None``: no end is known.
    """

    code: str
    system: str
    title: str
    specialty: str
    approach: tuple[str, ...] = ()
    add_on_to: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


def lookup(
    code: str, *, release: str | None = None, service_date: date | str | None = None
) -> CodeEntry | ServiceEntry:
    """What is known of a code: ICD-10-CM of the release in force, or CPT and HCPCS of the procedure lexicon.

    A code that has the form of several systems is read as ICD-10-CM if the release has it.

    Raises:
        UsageError: It has the form of no code, both a release and a date are given, or the date is not one.
        UnknownNameError: The release, or the code in it or in the lexicon, is not known.
    """
    book = open_book(release=release, service_date=service_date)
    if (entry := book.get(code)) is not None:
        return entry
    if icd10cm.is_valid(code) and not hcpcs.is_valid(code):
        return book[code]
    for form in (cpt, hcpcs):
        if form.is_valid(code):
            return _service(form.compact(code), form.name)
    raise UsageError("not the form of a code, such as K62.3, S82.001A, 45397 or G0105")


def _service(code: str, system: str) -> ServiceEntry:
    entries = by_code().get(code)
    if entries is None:
        raise UsageError(
            f"{code} has the form of {system}, but is not in the procedure lexicon ({len(by_code())} codes)"
        )

    def together(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for entry in entries for value in getattr(entry, name)))

    return ServiceEntry(
        code=code,
        system=entries[0].system,
        title="; ".join(dict.fromkeys(entry.name for entry in entries)),
        specialty=entries[0].specialty,
        approach=together("approach"),
        add_on_to=together("add_on_to"),
        includes=together("includes"),
        supersedes=together("supersedes"),
        valid_from=entries[0].valid_from,
        valid_to=entries[0].valid_to,
    )


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
