"""I.B.8: "acute and chronic" before one disease states both of its courses, though one mention is read as one code."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket
from detect_icd.conventions.specificity import stated
from detect_icd.gates import gate

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_BOTH = re.compile(
    r"(?<!sub)acute(?:[- ]on[- ](?:top of )?|[- ]?/[- ]?|,? and |-and-| & )(?:a )?chronic|chronic(?: and |/| & |, )acute\b(?! (?:on|exac))",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\b(?:with|due|from|in|of|and|by|on)\b|\bd/t\b|\bw/|[,;:]", re.IGNORECASE)
"""Between the courses and a disease: they are another one's."""

_BEFORE = 40
_SUB = frozenset({"subacute"})
"""Stands beside "acute" in titles for both: "acute and subacute hepatic failure"."""
_COURSES = ("acute", "chronic")
_NAMED_APART = {("chronic", frozenset({"kidney", "failure"})): "N18.9"}
"""A course of a disease that the classification calls by another name: chronic renal failure is a kidney disease."""


OUTLASTED = "guideline/I.B.8-over"
"""In the rules of a lasting disease whose acute phase is over, whatever its words say."""


def state_both_courses(docket: Docket, book: CodeBook) -> None:
    """Adds the acute form of a disease read as chronic, or the chronic one, where the note says that it is both."""
    text = docket.note.text
    if not text or gate(_BOTH).search(text) is None:
        return
    for candidate in docket.active():
        said = stated(candidate.coding.display)
        course = [word for word in _COURSES if word in said]
        if (
            candidate.status is not Status.PRESENT
            or OUTLASTED in candidate.rules
            or len(course) != 1
            or not _is_both(docket, candidate)
        ):
            continue
        other = _COURSES[1 - _COURSES.index(course[0])]
        disease = said - {course[0]}
        code = _by_course(book, other).get((candidate.coding.code[0], disease)) or _NAMED_APART.get((other, disease))
        if code is not None and not any(
            c.coding.code[:3] == code[:3] and c is not candidate and other in stated(c.coding.display)
            for c in docket.diagnoses()
        ):
            added = docket.combine([candidate], book[code], f"I.B.8:{other} too")
            docket.add(added, before=candidate if other == "acute" else None)


def _is_both(docket: Docket, candidate: Candidate) -> bool:
    for span in candidate.evidence:
        low, _ = docket.note.sentence(span.start, span.end)
        both = gate(_BOTH).search(docket.note.text, max(low, span.start - _BEFORE), span.end)
        if span.label == "mention" and both and not _OTHER.search(docket.note.text, both.end(), span.end):
            return True
    return False


@functools.lru_cache(maxsize=8)
def _by_course(book: CodeBook, course: str) -> Mapping[tuple[str, frozenset[str]], str]:
    """The codes for a disease in one course, by chapter letter and what else their titles state."""
    other = _COURSES[1 - _COURSES.index(course)]
    shelf: dict[tuple[str, frozenset[str]], str] = {}
    for entry in book.iter_billable(containing=course):
        if other not in entry.title.lower() and entry.code[0] not in "CSTO":
            said = stated(entry.title) - _SUB
            if course in said:
                shelf.setdefault((entry.code[0], said - {course}), entry.code)
    return shelf
