"""Combination codes and "with" rules that the titles do not tell by themselves (I.A.15, I.B.9)."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate
from detect_icd.coding import icd10cm
from detect_icd.conventions.docket import Docket, compact, starts

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry
    from detect_icd.guideline_rules import Combination
    from redactphi.spans import Span


def apply_combinations(docket: Docket, combinations: Sequence[Combination], book: CodeBook) -> None:
    """Adds the code that conditions come to together, and drops those it stands for."""
    codes = tuple(compact(c.coding.code) for c in docket.active())
    for rule in combinations:
        if all(any(code.startswith(prefixes) for code in codes) for prefixes in rule.all) and _apply(
            docket, rule, book
        ):
            codes = tuple(compact(c.coding.code) for c in docket.active())


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
            if number or candidate is parts[0] or rule.suffix is None:
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
    if rule.unless and docket.note.text and _compiled(rule.unless).search(docket.note.text):
        return None
    if not rule.words:
        return []
    ranges = list(docket.note.around(first)) if rule.near else [docket.note.whole()]
    return [span for bounds in ranges for _, span in docket.note.stated(_compiled(rule.words), bounds)] or None


@functools.cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE)
