"""I.B.5: signs and symptoms that a diagnosis on the same note accounts for are not reported beside it."""

from __future__ import annotations

import functools
import re

from detect_icd.candidates import Candidate
from detect_icd.conventions.docket import Docket, compact, is_history, starts
from detect_icd.guideline_rules import Suppression, rules


def drop_integral(docket: Docket) -> None:
    """Drops what is integral to another diagnosis, unless the note says they are unrelated."""
    for candidate in docket.diagnoses():
        if is_history(candidate):
            continue
        for rule in _of(compact(candidate.coding.code)):
            cause = _cause(docket, candidate, rule)
            if cause is not None:
                docket.drop(candidate, f"{rule.section}: {rule.why} {cause.coding.code}")
                _drop_companion(docket, candidate, f"{rule.section}: {rule.why} {cause.coding.code}")
                break


def _drop_companion(docket: Docket, sign: Candidate, why: str) -> None:
    """Drops what a sign was turned into in a pregnancy along with it (O26.89-, O99.89-)."""
    for other in docket.diagnoses():
        if _COMPLICATING in other.rules and starts(other, ("O2689", "O9989")) and other.evidence == sign.evidence:
            docket.drop(other, why)


_COMPLICATING = "obstetric/complicating"


@functools.lru_cache(maxsize=8192)
def _of(code: str) -> tuple[Suppression, ...]:
    """The rules under which a code may be a sign of something else."""
    return tuple(rule for rule in rules().suppressions if code.startswith(rule.symptoms))


def _cause(docket: Docket, candidate: Candidate, rule: Suppression) -> Candidate | None:
    return next(
        (
            other
            for other in docket.active()
            if other is not candidate
            and starts(other, rule.diagnoses)
            and not starts(other, rule.symptoms)
            and not _is_elsewhere(candidate, other)
            and not docket.note.unlinked(candidate, other)
        ),
        None,
    )


_OF_A_JOINT = ("M254", "M255", "M256")
_JOINTS = {
    "shoulder": "shoulder", "rotator": "shoulder", "elbow": "elbow", "wrist": "wrist", "hand": "hand", "finger": "hand", "hip": "hip",
    "knee": "knee", "meniscus": "knee", "patella": "knee", "ankle": "ankle", "foot": "ankle", "toe": "ankle", "hallux": "ankle",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+")


def _is_elsewhere(sign: Candidate, disease: Candidate) -> bool:
    """Whether a pain or swelling is of another joint, or at the other side, than the disease."""
    if not starts(sign, _OF_A_JOINT):
        return False
    own, others = _WORD.findall(sign.coding.display.lower()), _WORD.findall(disease.coding.display.lower())
    here, there = ({_JOINTS[word] for word in words if word in _JOINTS} for words in (own, others))
    if here and there and not here & there:
        return True
    return any(
        one in own and other in others and one not in others for one, other in (("left", "right"), ("right", "left"))
    )
