"""Combination codes and "with" rules that the titles do not tell by themselves (I.A.15, I.B.9)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate
from detect_icd.coding import icd10cm
from detect_icd.conventions.docket import Docket, compact, starts
from detect_icd.conventions.surroundings import bordered
from detect_icd.guideline_rules import Combination, rules

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry
    from redactphi.spans import Span


def apply_combinations(docket: Docket, book: CodeBook, *, early: bool) -> None:
    """Adds the code that conditions come to together, and drops those it stands for.

    Args:
        docket: The candidates.
        book: The release in force.
        early: Whether to apply the rules that come before the families, or the others.
    """
    combinations = rules().combinations
    position = 0
    codes = _codes(docket)
    while (number := min((n for code in codes for n in _opening(code) if n >= position), default=None)) is not None:
        position = number + 1
        rule = combinations[number]
        if rule.early is not early or not all(any(code.startswith(p) for code in codes) for p in rule.all):
            continue
        if rule.absent and any(code.startswith(rule.absent) for code in codes):
            continue
        # What takes over the end of a code is true of each code it may be true of.
        while _apply(docket, rule, book):
            codes = _codes(docket)
            if rule.suffix is None:
                break


@functools.lru_cache(maxsize=8192)
def _opening(code: str) -> tuple[int, ...]:
    """Which rules have a code as their first condition."""
    return tuple(number for number, rule in enumerate(rules().combinations) if code.startswith(rule.all[0]))


_LOOSE = {"I11": "I50.9", "I13": "I50.9", "I12": "N18.9"}
"""What is left of a combination when the note parts it: the disease it says hypertension caused."""


def part(docket: Docket, book: CodeBook) -> None:
    """Takes back a combination that was read over words which part it ("heart failure unrelated to hypertension")."""
    for candidate in docket.active():
        left = _LOOSE.get(candidate.coding.code[:3])
        if left is None or not docket.note.parts(candidate):
            continue
        docket.drop(candidate, "I.A.15: the note says the conditions are unrelated")
        entry = book.get(left)
        if entry is not None and not any(starts(c, (compact(left)[:3],)) for c in docket.active()):
            docket.add(replace(candidate, coding=entry.coding, rules=(*candidate.rules, "guideline/I.A.15:unrelated")))


def _codes(docket: Docket) -> tuple[str, ...]:
    return tuple(compact(c.coding.code) for c in docket.active())


def _apply(docket: Docket, rule: Combination, book: CodeBook) -> bool:
    parts = _parts(docket, rule)
    entry = _result(rule, parts, book) if parts else None
    if entry is None or not entry.billable:
        return False
    spans = _words(docket, rule, parts[0])
    if spans is None or _is_parted(docket, parts):
        return False
    combined = docket.combine(parts if not rule.apart else parts[:1], entry, f"{rule.section}:{rule.name}")
    docket.add(combined, before=min(parts, key=lambda part: part.start) if not rule.after else None)
    for number in rule.replaces:
        for candidate in [c for c in docket.active() if starts(c, rule.all[number]) and c.coding.code != entry.code]:
            if candidate is parts[number] or rule.suffix is None:
                docket.drop(candidate, f"{rule.section}: {rule.name}, reported as {entry.code}")
    return True


def _parts(docket: Docket, rule: Combination) -> list[Candidate]:
    """A candidate for each condition, none for two of them."""
    parts: list[Candidate] = []
    for prefixes in rule.all:
        found = next((c for c in docket.active() if starts(c, prefixes) and not any(c is part for part in parts)), None)
        if found is None:
            return []
        parts.append(found)
    return parts


def _result(rule: Combination, parts: Sequence[Candidate], book: CodeBook) -> CodeEntry | None:
    if rule.suffix is None:
        return book.get(rule.result)
    return book.get(icd10cm.format(rule.result + compact(parts[0].coding.code)[rule.suffix :]))


def _is_parted(docket: Docket, parts: Sequence[Candidate]) -> bool:
    return any(docket.note.unlinked(one, other) for n, one in enumerate(parts) for other in parts[n + 1 :])


def _words(docket: Docket, rule: Combination, first: Candidate) -> list[Span] | None:
    """The words a rule asks for; None where the note does not have them, or has what rules it out."""
    if rule.unless and docket.note.text and bordered(rule.unless).search(docket.note.text):
        return None
    if not rule.words:
        return []
    ranges = list(docket.note.around(first)) if rule.near else [docket.note.whole()]
    return [span for bounds in ranges for _, span in docket.note.stated(bordered(rule.words), bounds)] or None
