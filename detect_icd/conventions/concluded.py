"""I.B.5: what the note tells first and then concludes from is not reported beside the disease it concludes on."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, compact, starts
from detect_icd.conventions.integral import is_elsewhere
from detect_icd.conventions.sequence import asked_for
from detect_icd.rule_rows import table

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook


@dataclass(frozen=True, slots=True)
class Concluded:
    """Signs of a system, and the diseases of it that account for them when the note concludes on one.

    Attributes:
        name: The system.
        signs: Code prefixes of the signs.
        diseases: Code prefixes of the diseases.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    signs: tuple[str, ...]
    diseases: tuple[str, ...]
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@functools.cache
def concluded() -> tuple[Concluded, ...]:
    """The packaged table.

    Raises:
        RuleError: A row has an unknown or lacks a required key.
    """
    return table(Concluded, "guidelines/concluded", "concluded")


_CONCLUDING = frozenset(
    {"assessment", "assessment_and_plan", "discharge_diagnosis", "postoperative_diagnosis", "pathology"}
)
_LISTED = _CONCLUDING | {"problem_list", "billing", "plan"}
"""Sections in which a sign is put down as a problem of its own."""

_TOLD_BY_THE_WAY = frozenset(
    {"past_medical_history", "past_surgical_history", "social_history", "medications", "allergies"}
)

_CUE = re.compile(
    r"(?:\b(?:dx|diagnos\w+|imp(?:ression)?|a/p|assessment|final|confirm\w*|prov\w+|show(?:s|ed|ing)?|reads?|reveal\w*|found|finds?|finding|"
    r"demonstrat\w*|explored|path(?:ology)?|biopsy|bx|culture|cx|pcr|ct|cta|mri|mra|us|xr|egd|emg|eeg|echo|scope|call(?:ed)? (?:it|this)|"
    r"(?:this|these|that|it|all) (?:is|are|fits?|was)|(?:is|are) (?=\W*$)|due to|from|has)\b|=|:|\u2192|->)",
    re.IGNORECASE,
)
_NEAR = 50
"""Characters before a disease in which the note says that it concludes on it."""

_APART = re.compile(
    r"\b(?:also|unrelated|separate(?:ly)?|incidental(?:ly)?|another|besides|as well|second(?:ly)?|other complaints?|in addition|"
    r"(?:cause|etiology|source|reason|origin) (?:is |was |still |remains? )?(?:not (?:found|known|clear)|unclear|unknown|undetermined)|no cause|"
    r"unexplained|unknown (?:cause|origin|etiology)|idiopathic|undiagnosed)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:stable|unchanged|(?:un|well[- ]|poorly )?controlled|quiet|at goal|on|takes?|taking|refill\w*|continues?|resum\w+|since|x|known|"
    r"diagnosed|followed|under|f/u|due|overdue)\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
"""Behind a disease that opens its sentence: how a known one goes, and no conclusion ("Asthma stable")."""

_AFTER = 45
"""Characters behind a sign in which the note says that it has no cause."""

_DRUGS = tuple(f"T{number}" for number in range(36, 66))


def drop_concluded(docket: Docket, book: CodeBook) -> None:
    """Drops the signs told before the disease of their system that the note concludes on.

    What the classification asks for in addition (BPH: what it does to the stream) stays beside the disease.
    Where the note leaves a disease uncertain, the sign is what is coded; where a drug or poison did it, what it did is.
    """
    standing = docket.diagnoses()
    if not docket.note.text or any(starts(candidate, _DRUGS) for candidate in standing) or _leaves_open(docket):
        return
    for sign in standing:
        systems = _of(compact(sign.coding.code))
        if not systems or not _is_told(docket, sign):
            continue
        told = max(span.end for span in sign.evidence)
        for row in systems:
            cause = next((c for c in docket.active() if _accounts(docket, c, sign, row, told)), None)
            if cause is not None and not starts(sign, asked_for(book, cause.coding.code)):
                docket.drop(sign, f"I.B.5: told as what led to {cause.coding.code} ({row.name})")
                break


@functools.lru_cache(maxsize=8192)
def _of(code: str) -> tuple[Concluded, ...]:
    return tuple(row for row in concluded() if code.startswith(row.signs))


def _leaves_open(docket: Docket) -> bool:
    return any(c.status is Status.UNCERTAIN and not docket.stands(c) for c in docket.all)


def _is_told(docket: Docket, sign: Candidate) -> bool:
    """Whether a sign is told in passing: put down as no problem of its own, and not said to be one."""
    if sign.status is not Status.PRESENT or sign.section in _LISTED or sign.rules[0].startswith("literal/"):
        return False
    return not any(
        _APART.search(docket.note.text, docket.note.sentence(span.start, span.end)[0], span.end + _AFTER)
        for span in sign.evidence
    )


def _accounts(docket: Docket, disease: Candidate, sign: Candidate, row: Concluded, told: int) -> bool:
    return (
        disease is not sign
        and starts(disease, row.diseases)
        and not starts(disease, row.signs)
        and disease.status is Status.PRESENT
        and compact(disease.coding.code)[_SEVENTH:] != "S"
        and disease.section not in _TOLD_BY_THE_WAY
        and not is_elsewhere(sign, disease)
        and any(start >= told and _is_concluded(docket, disease, start, end) for start, end in _mentions(disease))
        and not docket.note.unlinked(sign, disease)
    )


_SEVENTH = 6
"""Where the seventh character stands in a code without its dot: an injury that is over leads to signs, and explains none."""


def _mentions(candidate: Candidate) -> Iterator[tuple[int, int]]:
    return ((span.start, span.end) for span in candidate.evidence if span.label == "mention")


def _is_concluded(docket: Docket, disease: Candidate, start: int, end: int) -> bool:
    if disease.section in _CONCLUDING:
        return True
    text = docket.note.text
    low, high = docket.note.sentence(start, end)
    before = text[max(low, start - _NEAR) : start]
    if _CUE.search(before):
        return not _APART.search(before)
    return not text[low:start].strip() and not _GOES_ON.search(text, end, high)
