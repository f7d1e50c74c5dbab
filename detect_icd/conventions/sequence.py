"""The order of what is reported (II, III, IV.G, I.A.13, I.A.17, I.B.8), and the notes that ask for more."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from detect_icd.candidates import Candidate
from detect_icd.coding import CodeSystem
from detect_icd.conventions.docket import Prefixes, compact, starts
from detect_icd.conventions.excludes import levels, named_in
from detect_icd.conventions.specificity import is_acute_of

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook
    from detect_icd.guideline_rules import Rules

_HISTORY = ("Z79", "Z80", "Z81", "Z82", "Z83", "Z84", "Z85", "Z86", "Z87")
_MANIFESTATION = re.compile(r"in diseases classified elsewhere|in other diseases", re.IGNORECASE)


def sequence(standing: Sequence[Candidate], known: Rules, book: CodeBook) -> list[Candidate]:
    """First what the encounter was for; etiology before manifestation, acute before chronic, causes and history last."""
    ranked = sorted(standing, key=lambda c: (_rank(c), known.section_rank(c.section), c.start))
    for later in list(ranked):
        if later.coding.system is CodeSystem.ICD10CM:
            _move(ranked, later, book)
    return ranked


def _rank(candidate: Candidate) -> int:
    if candidate.coding.system is not CodeSystem.ICD10CM:
        return 9
    letter = candidate.coding.code[0]
    if letter in "VWXY":
        return 6
    if candidate.coding.code.startswith(_HISTORY):
        return 5
    if letter == "O":
        return 0
    return {"R": 3, "Z": 4}.get(letter, 1)


def _move(ranked: list[Candidate], later: Candidate, book: CodeBook) -> None:
    """Puts a candidate right behind the last of those that come before it by a note or by acuity."""
    first_codes = code_first(book, later.coding.code)
    place = next(n for n, c in enumerate(ranked) if c is later)
    after = [
        n
        for n, other in enumerate(ranked)
        if n > place
        and other.coding.system is CodeSystem.ICD10CM
        and ((first_codes and starts(other, first_codes)) or is_acute_of(other, later))
    ]
    if after:
        ranked.insert(after[-1] + 1, later)
        del ranked[place]


@functools.lru_cache(maxsize=8192)
def code_first(book: CodeBook, code: str) -> Prefixes:
    """The codes that a "code first" note at the code or above it names."""
    notes = (note for level in levels(book, code, blocks=False) for note in level.code_first)
    return tuple(sorted({prefix for note in notes for prefix in named_in(note)}))


def hints(reported: Sequence[Candidate], book: CodeBook) -> Iterator[str]:
    """What the notes at the reported codes ask for and the note does not give."""
    for request in requests([c for c in reported if c.coding.system is CodeSystem.ICD10CM], book):
        if request.kind == "manifestation":
            yield f"{request.code}: a manifestation, code first the underlying disease (I.A.13)"
        else:
            wanted = ", ".join(request.wanted[:6])
            yield f"{request.code}: {_WORDS[request.kind]}, if it applies, from {wanted} (I.A.17)"


_WORDS = {"use_additional": "use additional code", "code_also": "code also"}


class Request(NamedTuple):
    """A code that the notes at another ask for.

    Attributes:
        kind: ``manifestation`` (its cause), ``use_additional`` or ``code_also``.
        code: The code whose notes ask.
        wanted: The codes they name, or what those begin with.
    """

    kind: Literal["manifestation", "use_additional", "code_also"]
    code: str
    wanted: Prefixes


def requests(diagnoses: Sequence[Candidate], book: CodeBook) -> Iterator[Request]:
    """What the notes at diagnoses ask for and none of the others is, of notes that name what they mean."""
    for candidate in diagnoses:
        code = candidate.coding.code
        first = code_first(book, code)
        if first and is_manifestation(candidate) and not any(starts(o, first) for o in diagnoses):
            yield Request("manifestation", code, first)
        kinds: tuple[Literal["use_additional", "code_also"], ...] = ("use_additional", "code_also")
        for kind in kinds:
            if (wanted := _asked_by(book, code, kind)) and not any(starts(other, wanted) for other in diagnoses):
                yield Request(kind, code, wanted)


@functools.lru_cache(maxsize=8192)
def _asked_by(book: CodeBook, code: str, kind: str) -> Prefixes:
    """What a code's notes of a kind ask for, its own before those above it; of several nobody can tell which is meant."""
    for level in levels(book, code, blocks=False):
        wanted = [named for note in getattr(level, kind) if (named := _first_named(note))]
        if wanted:
            return wanted[0] if len(wanted) == 1 else ()
    return ()


@functools.lru_cache(maxsize=8192)
def asked_for(book: CodeBook, code: str) -> Prefixes:
    """What the notes at a code and above it want coded in addition, as far as they name it."""
    notes = (note for level in levels(book, code, blocks=False) for note in (*level.use_additional, *level.code_also))
    return tuple(dict.fromkeys(prefix for note in notes for prefix in _first_named(note)))


def is_manifestation(candidate: Candidate) -> bool:
    """Whether a code's title says that it is of a disease classified elsewhere."""
    return _MANIFESTATION.search(candidate.coding.display) is not None


@functools.lru_cache(maxsize=8192)
def _first_named(note: str) -> Prefixes:
    return tuple(dict.fromkeys(compact(prefix) for prefix in named_in(note)))
