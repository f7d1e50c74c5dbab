"""Excludes1 (I.A.12.a), from the code book's own notes: what is never coded beside a code, unless plainly unrelated."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, Prefixes, compact, is_history, starts
from detect_icd.conventions.specificity import is_acute_of, open_points, stated

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_RANGE = re.compile(
    r"(?<![-.\w])([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)(?:\.?-(?=[A-Z]\d)([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?))?\.?-?(?=[,)\s;]|$)"
)
_SYMPTOMS = ("R", "M54", "M255", "M796", "M791", "Z", "D49")
"""What gives way where both notes exclude one another: complaints and states."""

_WIDEST = 40
"""Categories in a range beyond which a note speaks of whole chapters, which no single mention contradicts."""


def exclude(docket: Docket, book: CodeBook) -> None:
    """Of two codes that exclude one another reports the one the note at the other names, and asks the clinician."""
    diagnoses = [c for c in docket.active() if not is_history(c)]
    beginning = _by_beginning(diagnoses)
    for candidate in diagnoses:
        excluded = _excluded(book, candidate.coding.code) & beginning.keys()
        for number in sorted({number for prefix in excluded for number in beginning[prefix]}):
            other = diagnoses[number]
            if other is candidate or not (docket.stands(candidate) and docket.stands(other)):
                continue
            _decide(docket, book, candidate, other)


def _by_beginning(diagnoses: Sequence[Candidate]) -> dict[str, list[int]]:
    """The numbers of diagnoses by everything that their codes begin with."""
    found: dict[str, list[int]] = {}
    for number, candidate in enumerate(diagnoses):
        code = compact(candidate.coding.code)
        for size in range(1, len(code) + 1):
            found.setdefault(code[:size], []).append(number)
    return found


@functools.lru_cache(maxsize=8192)
def _excluded(book: CodeBook, code: str) -> frozenset[str]:
    return frozenset(excluded_by(book, code))


def _decide(docket: Docket, book: CodeBook, candidate: Candidate, other: Candidate) -> None:
    if is_acute_of(candidate, other) or is_acute_of(other, candidate):
        # I.B.8: the acute and the chronic form are both coded.
        return
    mutual = starts(candidate, excluded_by(book, other.coding.code))
    if is_plainly_unrelated(candidate, other) or docket.note.unlinked(candidate, other):
        docket.warnings.append(
            f"{candidate.coding.code} excludes {other.coding.code} (I.A.12.a): both are reported as unrelated"
        )
        return
    weaker = _vaguer(candidate, other)
    if weaker is None:
        # A note that goes one way says which code to use instead.
        weaker = candidate if not mutual and _is_firm(other) else max((candidate, other), key=_weakness)
    stronger = other if weaker is candidate else candidate
    docket.drop(weaker, f"I.A.12.a: Excludes1 with {stronger.coding.code}")
    docket.warnings.append(
        f"{stronger.coding.code} excludes {weaker.coding.code} (I.A.12.a): report both only if unrelated"
    )


def _vaguer(one: Candidate, other: Candidate) -> Candidate | None:
    """Which of two is uncertain beside what is sure, or says only part of what the other says, if one does."""
    if (one.status is Status.UNCERTAIN) != (other.status is Status.UNCERTAIN):
        return one if one.status is Status.UNCERTAIN else other
    said, more = stated(one.coding.display), stated(other.coding.display)
    return one if said < more else other if more < said else None


def _is_firm(candidate: Candidate) -> bool:
    return not starts(candidate, _SYMPTOMS)


def _weakness(candidate: Candidate) -> tuple[bool, int, bool, float, int]:
    read = any(rule.startswith("guideline/") for rule in candidate.rules)
    return starts(candidate, _SYMPTOMS), open_points(candidate), not read, -candidate.score, candidate.start


def is_plainly_unrelated(one: Candidate, other: Candidate) -> bool:
    """Whether two codes are of different sides, or of different chapters, with nothing in common and by other words."""
    said, more = stated(one.coding.display), stated(other.coding.display)
    if {said & _SIDES, more & _SIDES} == _OPPOSITE:
        return True
    if not (_is_firm(one) and _is_firm(other)) or one.coding.code[0] == other.coding.code[0]:
        return False
    if "O" in {one.coding.code[0], other.coding.code[0]} or said & more:
        return False
    return not any(a.overlaps(b) for a in one.evidence for b in other.evidence)


_SIDES = frozenset({"right", "left"})
_OPPOSITE = {frozenset({side}) for side in _SIDES}


@functools.lru_cache(maxsize=8192)
def excluded_by(book: CodeBook, code: str) -> Prefixes:
    """The code prefixes that an Excludes1 note at the code or above it names, ranges written out."""
    own = compact(code)
    named = {
        prefix for level in levels(book, code, blocks=True) for note in level.excludes1 for prefix in _meant(book, note)
    }
    return tuple(sorted(prefix for prefix in named if not own.startswith(prefix)))


def _meant(book: CodeBook, note: str) -> Iterator[str]:
    """The codes a note names; of "categories E08-E13 with ketoacidosis" those alone that say so."""
    limit = _OF_THESE.search(note)
    for prefix in named_in(note):
        entry = book.get(prefix) if limit else None
        if limit is None or entry is None:
            yield prefix
            continue
        below = (book.get(child) for child in entry.children)
        yield from (compact(child.code) for child in below if child is not None and limit[1] in child.title.lower())


_OF_THESE = re.compile(r"\bsee categor(?:y|ies) [A-Z]\d[^()]*? with (\w+)$")


def levels(book: CodeBook, code: str, *, blocks: bool) -> Iterator[CodeEntry]:
    """The entries whose notes hold for a code, nearest first; none where the release does not have it.

    Args:
        book: The release in force.
        code: The code.
        blocks: Whether to give its block, too, above the code, its headings and its category.
    """
    entry = book.get(code)
    if entry is None:
        return
    yield entry
    for above in book.ancestors(code):
        if above.kind in {"category", "code"} or (blocks and above.kind == "block"):
            yield above


def named_in(note: str) -> Iterator[str]:
    """The codes a note names, without dots; of a range every category or subcategory in it."""
    for match in _RANGE.finditer(note):
        first, last = match.group(1), match.group(2)
        if last is None:
            yield compact(first)
        elif "." not in first and "." not in last:
            yield from _categories(first, last)
        else:
            yield from _subcategories(compact(first), compact(last))


def names(note: str, code: str) -> bool:
    """Whether a note names a code, also within a range of chapters, which ``named_in`` leaves out."""
    bare = compact(code)
    for match in _RANGE.finditer(note):
        first = compact(match.group(1))
        last = compact(match.group(2)) if match.group(2) else first
        if bare.startswith(first) or first <= bare[: len(last)] <= last:
            return True
    return False


def is_wide(note: str) -> bool:
    """Whether a note names whole chapters, or a good part of one: a kind of condition rather than its codes."""
    ranges = (match.groups() for match in _RANGE.finditer(note) if match.group(2) and "." not in match.group())
    return any(not list(_categories(first, last)) for first, last in ranges)


def _categories(first: str, last: str) -> Iterator[str]:
    if first[0] == last[0] and first[1:].isdigit() and last[1:].isdigit():
        numbers = range(int(first[1:]), int(last[1:]) + 1)
        if len(numbers) <= _WIDEST:
            yield from (f"{first[0]}{number:02}" for number in numbers)


def _subcategories(first: str, last: str) -> Iterator[str]:
    yield first
    yield last
    if len(first) == len(last) and first[:-1] == last[:-1] and first[-1].isdigit() and last[-1].isdigit():
        yield from (f"{first[:-1]}{number}" for number in range(int(first[-1]), int(last[-1])))
