"""I.B.2: of several codes for one disease the most specific, also where they stand in different categories."""

from __future__ import annotations

import functools

from detect_icd.candidates import Candidate
from detect_icd.conventions.docket import Docket, is_history, starts
from detect_icd.guideline_rules import Rules
from detect_icd.matchers.phrases import atom_sets, title_parts


def most_specific(docket: Docket, known: Rules) -> None:
    """Drops what another code says too, and more."""
    _general(docket, known)
    diagnoses = docket.diagnoses()
    for says_more in (_states_more, _leaves_less_open):
        for vague in diagnoses:
            standing = docket.diagnoses()
            if vague in standing and (other := next((o for o in standing if says_more(o, vague)), None)):
                docket.drop(vague, f"I.B.2: {other.coding.code} says more")
    _still_there(docket, known)


def _general(docket: Docket, known: Rules) -> None:
    """Unspecified codes beside a specific one of the same disease in any category."""
    for vague in docket.diagnoses():
        if is_history(vague):
            continue
        for rule in known.generals:
            if not starts(vague, rule.general):
                continue
            other = next(
                (
                    o
                    for o in docket.active()
                    if o is not vague and starts(o, rule.specific) and not starts(o, rule.general)
                ),
                None,
            )
            if other is not None:
                docket.drop(vague, f"I.B.2 {rule.name}: {other.coding.code} says more")
                break


def _still_there(docket: Docket, known: Rules) -> None:
    """Drops the history of what is there now."""
    for past in docket.diagnoses():
        code = past.coding.code
        if not code.startswith(("Z86", "Z87")):
            continue
        other = next(
            (o for o in docket.active() if o.coding.code[0] not in "RZ" and known.history_code(o.coding.code) == code),
            None,
        )
        if other is not None:
            docket.drop(past, f"I.C.21.c.4: {other.coding.code} is there now")


def _states_more(other: Candidate, vague: Candidate) -> bool:
    """Whether another code of the same category states everything this one does, and more."""
    same_category = other.coding.code[:3] == vague.coding.code[:3]
    return same_category and stated(vague.coding.display) < stated(other.coding.display)


def _leaves_less_open(other: Candidate, vague: Candidate) -> bool:
    """Whether the same words led to another code of the category that leaves less unspecified."""
    if other.coding.code[:3] != vague.coding.code[:3] or open_points(vague) <= open_points(other):
        return False
    return any(one.overlaps(two) for one in vague.evidence for two in other.evidence if one.label == "mention")


def open_points(candidate: Candidate) -> int:
    """How many things a code's title leaves open."""
    return candidate.coding.display.lower().count("unspecified")


@functools.lru_cache(maxsize=8192)
def stated(title: str) -> frozenset[str]:
    """What a title states, as atoms."""
    return next(iter(atom_sets(title_parts(title))), frozenset())
