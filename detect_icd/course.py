"""What a note found out in the end, and so takes back: the postoperative diagnosis, the discharge diagnosis, the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.sections import Section

LATER = {
    "preoperative_diagnosis": ("postoperative_diagnosis", "IV.N"),
    "admission_diagnosis": ("discharge_diagnosis", "II"),
}
"""Section to the one that has the last word over it, and the guideline that says so."""

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
