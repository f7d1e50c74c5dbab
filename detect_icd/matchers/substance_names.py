"""Names of drugs and other substances: what each stands for, and where a sentence has them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from detect_icd.assertion import WORD, Passage
from detect_icd.matchers.spelling import is_spelt
from detect_icd.terms import rows
from redactphi.errors import DataError

NEEDS = ("", "taken", "daily", "long", "lasting", "pain")


@dataclass(frozen=True, slots=True)
class Substance:
    """What a name stands for: the code of its long-term use, what that asks of the note, the code of an allergy."""

    long_term: str
    need: str
    allergy: str


@dataclass(frozen=True, slots=True)
class Named:
    """A substance, and where it is named."""

    start: int
    end: int
    substance: Substance


@functools.cache
def substances() -> dict[str, Substance]:
    """Every name of ``substances.tsv``.

    Raises:
        DataError: A row asks for something that is not known.
    """
    known: dict[str, Substance] = {}
    for names, long_term, need, allergy in rows("substances.tsv", 4):
        if need not in NEEDS:
            raise DataError(f"substances.tsv: {need!r} is not one of {', '.join(filter(None, NEEDS))}")
        for name in names.split("|"):
            known.setdefault(name, Substance(long_term, need, allergy))
    return known


@functools.cache
def by_first() -> dict[str, tuple[str, ...]]:
    """The names by their first word, the longest first."""
    found: dict[str, list[str]] = {}
    for name in sorted(substances(), key=len, reverse=True):
        found.setdefault(WORD.findall(name)[0], []).append(name)
    return {word: tuple(names) for word, names in found.items()}


@functools.lru_cache(maxsize=65536)
def meant(word: str) -> str:
    """The drug that a word no list knows is a slip of ("methotrexat"); empty where it is none."""
    if len(word) < _SHORTEST or not word.isalpha() or word in by_first() or is_spelt(word):
        return ""
    errors = 2 if len(word) >= _TWO_ERRORS else 1
    near = process.extract(word, _single_names().get(word[0], ()), scorer=OSA.distance, score_cutoff=errors, limit=2)
    return near[0][0] if len({substances()[name] for name, _, _ in near}) == 1 else ""


_SHORTEST = 8
"""Letters of a drug's name from which a slip is read through."""
_TWO_ERRORS = 11


@functools.cache
def _single_names() -> dict[str, tuple[str, ...]]:
    """The names of one long word by their first letter."""
    found: dict[str, list[str]] = {}
    for name in sorted(substances()):
        if name.isalpha() and len(name) >= _SHORTEST - 1:
            found.setdefault(name[0], []).append(name)
    return {letter: tuple(names) for letter, names in found.items()}


def named_in(passage: Passage) -> list[Named]:
    """The substances a sentence names, in order; of two names that start at a word the longer."""
    start, end = passage.bounds
    lowered = passage.text[start:end].lower()
    found: list[Named] = []
    for match in WORD.finditer(lowered):
        low = match.start()
        if found and start + low < found[-1].end:
            continue
        if match.group() not in by_first():
            if name := meant(match.group()):
                found.append(Named(start + low, start + match.end(), substances()[name]))
            continue
        for name in by_first()[match.group()]:
            high = low + len(name)
            if lowered.startswith(name, low) and not lowered[high : high + 1].isalnum():
                found.append(Named(start + low, start + high, substances()[name]))
                break
    return found
