"""What a note found out in the end, and so takes back: the postoperative diagnosis, the discharge diagnosis, the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.sections import Section
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

LATER = {
    "preoperative_diagnosis": ("postoperative_diagnosis", "IV.N"),
    "admission_diagnosis": ("discharge_diagnosis", "II"),
}
"""Section to the one that has the last word over it, and the guideline that says so."""

WITH_FINDINGS = {
    "Z00.00": "Z00.01", "Z00.129": "Z00.121", "Z01.00": "Z01.01", "Z01.10": "Z01.118", "Z01.20": "Z01.21",
    "Z01.30": "Z01.31", "Z01.419": "Z01.411", "Z00.70": "Z00.71",
}  # fmt: skip
"""Examination without to the one with abnormal findings (I.C.21.c.13, IV.P)."""

_PARTICULAR = ("Z47", "Z48.0", "Z48.2", "Z48.81", "Z51.0", "Z51.1")
_GENERAL_AFTERCARE = frozenset({"Z48.89", "Z51.89", "Z47.89"})
_INJURY_AFTERCARE = ("Z48.0", "Z47.8", "Z47.2")

ANSWERED = "section/answered"
"""In the rules of a symptom that a test's interpretation explains (IV.K)."""

PRESENTED = "section/presented"
"""In the rules of a symptom a patient came with, where the note has the diagnosis at discharge (II.A)."""

_SAME = re.compile(r"[\s:\-]*(?:1[.)]\s*)?(?:the )?same\b|[\s:\-]*as above\b|[\s:\-]*(?:un|no )chang", re.IGNORECASE)
_ASKING = frozenset({"indication"})
_ANSWERING = frozenset({"assessment", "assessment_and_plan", "pathology", "findings", "postoperative_diagnosis"})
_ARRIVING = frozenset({"chief_complaint", "history_of_present_illness", "admission_diagnosis", "indication"})
_DISCHARGE = frozenset({"discharge_diagnosis"})
_ASSERTED = frozenset({Status.PRESENT, Status.UNCERTAIN})


def settle(
    candidates: Sequence[Candidate],
    text: str,
    sections: Sequence[Section],
    symptoms: tuple[str, ...],
    lasting: tuple[str, ...],
) -> list[Candidate]:
    """The candidates of a note with what its later sections say of those of its earlier ones.

    Args:
        candidates: All of a note, before they are merged.
        text: The note.
        sections: Its sections.
        symptoms: Code prefixes (no dots) of symptoms, which a diagnosis may explain.
        lasting: Code prefixes of chronic conditions, which a section need not repeat to keep.
    """
    names = {section.name for section in sections}
    settled = list(candidates)
    if len(names) < 2 and not names & _DISCHARGE:  # noqa: PLR2004 - one section has no later one
        return settled
    for earlier, (later, guideline) in LATER.items():
        if {earlier, later} <= names and not _says_same(text, sections, later):
            settled = [*_superseded(settled, earlier, later, guideline, lasting)]
    if names & _ASKING and _explained(settled, _ANSWERING):
        settled = [*_marked(settled, ANSWERED, symptoms, _ASKING, frozenset())]
    if names & _DISCHARGE and _explained(settled, _DISCHARGE):
        settled = [*_marked(settled, PRESENTED, symptoms, _ARRIVING, frozenset({"status/presenting"}))]
    return settled


def _says_same(text: str, sections: Sequence[Section], name: str) -> bool:
    return any(_SAME.match(text, section.start) for section in sections if section.name == name)


def _is_asserted(candidate: Candidate) -> bool:
    return candidate.coding.system is CodeSystem.ICD10CM and candidate.status in _ASSERTED


def _superseded(
    candidates: Sequence[Candidate], earlier: str, later: str, guideline: str, lasting: tuple[str, ...]
) -> Iterable[Candidate]:
    last_word = {c.coding.code[:3] for c in candidates if c.section == later and _is_asserted(c)}
    for candidate in candidates:
        code = icd10cm.compact(candidate.coding.code)
        if (
            last_word
            and candidate.section == earlier
            and _is_asserted(candidate)
            and code[:3] not in last_word
            and not code.startswith(lasting)
        ):
            rules = (*candidate.rules, f"section/{later} differs ({guideline})")
            yield replace(candidate, status=Status.UNCERTAIN, rules=rules)
        else:
            yield candidate


def _explained(candidates: Iterable[Candidate], where: Collection[str]) -> bool:
    """Whether a section of the note has a diagnosis that is more than a symptom or a circumstance."""
    return any(c.section in where and _is_asserted(c) and c.coding.code[0] not in "RZ" for c in candidates)


def _marked(
    candidates: Sequence[Candidate],
    mark: str,
    symptoms: tuple[str, ...],
    where: frozenset[str],
    cues: frozenset[str],
) -> Iterable[Candidate]:
    """Marks the symptoms that stand where they are asked about, and nowhere else."""

    def asks(candidate: Candidate) -> bool:
        return candidate.section in where or not cues.isdisjoint(candidate.rules)

    elsewhere = {c.coding.code for c in candidates if not asks(c)}
    for candidate in candidates:
        code = candidate.coding.code
        if asks(candidate) and code not in elsewhere and icd10cm.compact(code).startswith(symptoms):
            yield replace(candidate, rules=(*candidate.rules, mark))
        else:
            yield candidate


def with_findings(
    candidates: Sequence[Candidate], text: str, book: CodeBook, lasting: tuple[str, ...]
) -> list[Candidate]:
    """The candidates with the examinations that found something new as those with abnormal findings (IV.P).

    Args:
        candidates: All of a note.
        text: The note.
        book: The release in force.
        lasting: Code prefixes of chronic conditions, which are no finding while they are stable.
    """
    examined = [c for c in candidates if c.coding.code in WITH_FINDINGS and c.status is Status.PRESENT]
    if not examined or not any(_is_finding(c, text, lasting) for c in candidates):
        return list(candidates)
    known = {id(c) for c in examined}
    return [_found_something(c, book) if id(c) in known else c for c in candidates]


_NEWLY = re.compile(r"\b(?:new(?:ly)?|incidental(?:ly)?|abnormal|found to have|picked up)\b[^.;\n]*$", re.IGNORECASE)
_JUST_BEFORE = 40
"""Characters before a mention in which the note may call it new."""


_HABITS = ("F17", "F10", "F12")
"""What somebody tells of themselves is no finding of the examination."""


def _is_finding(candidate: Candidate, text: str, lasting: tuple[str, ...]) -> bool:
    code = icd10cm.compact(candidate.coding.code)
    return (
        candidate.coding.system is CodeSystem.ICD10CM
        and candidate.status is Status.PRESENT
        and code[0] not in "ZVWXY"
        and not code.startswith(_HABITS)
        and (
            not code.startswith(lasting)
            or "status/current" in candidate.rules
            or _NEWLY.search(text, max(0, candidate.start - _JUST_BEFORE), candidate.start) is not None
        )
    )


def _found_something(candidate: Candidate, book: CodeBook) -> Candidate:
    entry = book[WITH_FINDINGS[candidate.coding.code]]
    return replace(candidate, coding=entry.coding, rules=(*candidate.rules, "guideline/IV.P abnormal findings"))


def without_implied_aftercare(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates less aftercare that others say: the seventh character of an injury, a more particular code (I.C.21.c.7)."""
    found = list(candidates)
    if any(c.coding.code.startswith(_PARTICULAR) and c.status is Status.PRESENT for c in found):
        found = [c for c in found if c.coding.code not in _GENERAL_AFTERCARE]
    codes = [icd10cm.compact(c.coding.code) for c in found if c.status is Status.PRESENT]
    if not any(code[0] in "ST" and code.endswith("D") for code in codes):
        return found
    return [c for c in found if not c.coding.code.startswith(_INJURY_AFTERCARE)]


_FOLLOWED = re.compile(
    r"\b(?:surveillance|survivorship|(?:here|seen|in|returns?|presents|visit|exam(?:ination)?)[^.\n]{0,40}\bfollow[- ]?up|follow[- ]?up (?:visit|exam)|oncology (?:f/u|follow[- ]?up)|(?:f/u|follow[- ]?up) (?:of|for|after)[^.\n]{0,60}(?:cancer|carcinoma|melanoma|lymphoma|seminoma|sarcoma|tumor))",
    re.IGNORECASE,
)
_COMPLETED = re.compile(
    r"\b(?:NED|no (?:evidence of |sign of |signs of |local |clinical )*(?:disease|recurren\w+)|(?:all )?(?:treatment|therapy|chemo\w*|radiation) (?:was |is |has been )?(?:completed?|finished)|completed (?:all )?(?:treatment|therapy|chemo\w*|radiation)|without (?:evidence of )?recurren\w+|(?:disease|cancer)[- ]free)\b",
    re.IGNORECASE,
)
_FOLLOW_UP = "Z08"


def with_follow_up(candidates: Sequence[Candidate], text: str, book: CodeBook) -> list[Candidate]:
    """The candidates with the examination after completed treatment of a neoplasm, where it is why the patient came (Z08)."""
    neoplasms = [c for c in candidates if c.coding.code[0] == "C"]
    past = [c for c in neoplasms if c.status is Status.HISTORICAL]
    active = any(c.status in _ASSERTED for c in neoplasms)
    if not past or active or any(c.coding.code == _FOLLOW_UP for c in candidates):
        return list(candidates)
    visit = _FOLLOWED.search(text)
    if visit is None or _COMPLETED.search(text) is None:
        return list(candidates)
    span = Span(visit.start(), visit.end(), "mention", 0.9, "circumstance/follow-up")
    rules = ("circumstance/follow-up", "guideline/I.C.21.c.8")
    return [*candidates, Candidate(book[_FOLLOW_UP].coding, (span,), section=past[0].section, score=0.9, rules=rules)]
