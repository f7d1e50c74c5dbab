"""Which diagnoses of a report support each of its operations: by kind, by the words they share, by where they stand."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from detect_icd.candidates import Candidate, Detection
from detect_icd.code_ranges import CodeRange, code_ranges, in_ranges
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.ready import read_toml
from detect_icd.terms import terms
from redactphi.errors import RuleError
from redactphi.resources import data

_PLACES = (
    "postoperative_diagnosis",
    "preoperative_diagnosis",
    "indication",
    "findings",
    "assessment",
    "assessment_and_plan",
)
"""Sections of diagnoses, those that tell most of what an operation was for first."""
_NO_REASON = ("Z79", "Z68", "V", "W", "X", "Y", "Z9")
"""Codes that no operation is done for: drugs, weight, external causes, states."""
SAID_OF_ALL = frozenset({"left", "right", "bilateral", "disease", "chronic", "acute", "repair", "removed", "excision"})
"""Words that two names share without having anything to do with each other."""


@functools.cache
def _links() -> tuple[tuple[tuple[CodeRange, ...], tuple[str, ...]], ...]:
    """Ranges of procedure codes with the prefixes of the diagnoses they are done for.

    Raises:
        RuleError: A row is malformed.
    """
    found = []
    for row in read_toml(data("detect_icd") / "procedure_links.toml")["links"]:
        if sorted(row) != ["codes", "diagnoses"]:
            raise RuleError(f"procedure_links.toml: keys {sorted(row)}; valid: codes, diagnoses")
        found.append((code_ranges(row["codes"], "procedure_links.toml"), tuple(row["diagnoses"])))
    return tuple(found)


@functools.lru_cache(maxsize=8192)
def done_for(code: str) -> tuple[str, ...]:
    """What diagnoses begin with that a procedure is done for, without dots; empty where that is not known."""
    return tuple(prefix for ranges, prefixes in _links() if in_ranges(code, ranges) for prefix in prefixes)


def with_support(detection: Detection, text: str) -> Detection:
    """The detection with, for each procedure reported, the codes of the diagnoses reported that support it.

    Those of a kind it is done for; of them those that share words with it, where any does. Where none is of that kind,
    those of the section that tells most of what was operated on.
    """
    diagnoses = [
        c for c in detection.reported
        if c.coding.system is CodeSystem.ICD10CM and not c.coding.code.startswith(_NO_REASON)
    ]  # fmt: skip
    if not diagnoses:
        return detection
    done = [c for c in detection.reported if c.coding.system is not CodeSystem.ICD10CM]
    if not done:
        return detection
    worded = [(diagnosis, _words(diagnosis, text)) for diagnosis in diagnoses]
    services = {id(c): _supported(c, worded, _words(c, text)) for c in done}
    return replace(
        detection,
        candidates=tuple(services.get(id(c), c) for c in detection.candidates),
        reported=tuple(services.get(id(c), c) for c in detection.reported),
    )


def _supported(
    service: Candidate, worded: Sequence[tuple[Candidate, frozenset[str]]], words: frozenset[str]
) -> Candidate:
    kinds = done_for(service.coding.code)
    of_kind = [(d, own) for d, own in worded if kinds and icd10cm.compact(d.coding.code).startswith(kinds)]
    standing = [d for d, own in of_kind or worded if words & own] or [d for d, _ in of_kind]
    if not standing and not kinds:
        standing = _foremost([d for d, _ in worded])
    standing = _own_side(service, standing)
    return replace(service, supports=tuple(dict.fromkeys(d.coding.code for d in standing)))


def _words(candidate: Candidate, text: str) -> frozenset[str]:
    """The words of a code's name and of its evidence in the text."""
    said = " ".join(
        text[span.start : span.end] for span in candidate.evidence if span.label in {"mention", "step", "extent"}
    )
    tokens = terms().tokens(f"{candidate.coding.display} {said}")
    return frozenset(atom for token in tokens for atom in token.atoms) - SAID_OF_ALL


def _foremost(diagnoses: Sequence[Candidate]) -> list[Candidate]:
    for place in _PLACES:
        if found := [diagnosis for diagnosis in diagnoses if diagnosis.section == place]:
            return found
    return []


def _own_side(service: Candidate, diagnoses: list[Candidate]) -> list[Candidate]:
    """Without those of the other side, where the operation has one."""
    other = {"RT": "left", "LT": "right"}.get(next((m for m in service.modifiers if m in {"RT", "LT"}), ""))
    if other is None:
        return diagnoses
    return [d for d in diagnoses if other not in d.coding.display.lower().split()] or diagnoses
