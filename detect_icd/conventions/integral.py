"""I.B.5: signs and symptoms that a diagnosis on the same note accounts for are not reported beside it."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from detect_icd.candidates import Candidate
from detect_icd.conventions.docket import Docket, compact, is_history, starts
from detect_icd.guideline_rules import Suppression, rules


def drop_integral(docket: Docket) -> None:
    """Drops what is integral to another diagnosis, unless the note says they are unrelated."""
    for candidate in docket.diagnoses():
        if is_history(candidate) or _is_asked_for(docket, candidate):
            continue
        signs = _of(compact(candidate.coding.code))
        active = [(other, _told_by(compact(other.coding.code))) for other in docket.active()] if signs else []
        for number, rule in signs:
            causes = [other for other, told in active if number in told]
            cause = _cause(docket, candidate, causes) if causes else None
            if cause is not None:
                docket.drop(candidate, f"{rule.section}: {rule.why} {cause.coding.code}")
                _drop_companion(docket, candidate, f"{rule.section}: {rule.why} {cause.coding.code}")
                break


def _is_asked_for(docket: Docket, sign: Candidate) -> bool:
    """Whether a diagnosis asks for the sign beside it (I.A.17), whatever else may bring it about."""
    return any(
        starts(sign, signs) and any(starts(other, asking) for other in docket.active()) for asking, signs in _ASKING
    )


_ASKING = ((("N401", "N403"), ("R338", "R350", "R351", "R391", "N394")),)
"""Diagnoses and the signs that "use additional code" at them names."""


def _drop_companion(docket: Docket, sign: Candidate, why: str) -> None:
    """Drops what a sign was turned into in a pregnancy along with it (O26.89-, O99.89-)."""
    for other in docket.diagnoses():
        if _COMPLICATING in other.rules and starts(other, ("O2689", "O9989")) and other.evidence == sign.evidence:
            docket.drop(other, why)


_COMPLICATING = "obstetric/complicating"


@functools.lru_cache(maxsize=8192)
def _of(code: str) -> tuple[tuple[int, Suppression], ...]:
    """The rules under which a code may be a sign of something else, each with its number."""
    return tuple((n, rule) for n, rule in enumerate(rules().suppressions) if code.startswith(rule.symptoms))


@functools.lru_cache(maxsize=8192)
def _told_by(code: str) -> frozenset[int]:
    """The numbers of the rules under which a code accounts for signs and is none of them."""
    return frozenset(
        number
        for number, rule in enumerate(rules().suppressions)
        if code.startswith(rule.diagnoses) and not code.startswith(rule.symptoms)
    )


def _cause(docket: Docket, candidate: Candidate, causes: Sequence[Candidate]) -> Candidate | None:
    """The first of some diagnoses that the note lets be what brings a sign about."""
    return next(
        (
            other
            for other in causes
            if other is not candidate
            and not _is_sequela(other)
            and not is_elsewhere(candidate, other)
            and not docket.note.unlinked(candidate, other)
        ),
        None,
    )


def _is_sequela(disease: Candidate) -> bool:
    """Whether a code is for what an injury left: beside it the trouble that is left is reported, and first (I.B.10)."""
    code = compact(disease.coding.code)
    return code[0] in "ST" and code.endswith("S")


_OF_A_PLACE = ("M254", "M255", "M256", "M796", "M54")
_HEARD = ("H919", "H931")
_EAR_CANAL = ("H61",)
_ARM = frozenset({"shoulder", "elbow", "wrist", "hand", "arm"})
_LEG = frozenset({"hip", "knee", "ankle", "leg"})
_PLACES = {
    "shoulder": "shoulder arm", "rotator": "shoulder arm", "clavicle": "shoulder", "scapula": "shoulder back", "humerus": "shoulder elbow arm",
    "elbow": "elbow", "forearm": "elbow wrist arm", "radius": "elbow wrist arm", "ulna": "elbow wrist arm", "wrist": "wrist hand", "carpal": "wrist hand",
    "hand": "hand", "finger": "hand", "fingers": "hand", "thumb": "hand", "metacarpal": "hand", "hip": "hip leg", "thigh": "hip leg", "femur": "hip knee leg",
    "knee": "knee", "meniscus": "knee", "patella": "knee", "cruciate": "knee", "tibia": "knee ankle leg", "fibula": "knee ankle leg", "ankle": "ankle leg",
    "malleolus": "ankle", "foot": "ankle", "toe": "ankle", "toes": "ankle", "hallux": "ankle", "metatarsal": "ankle", "calcaneus": "ankle",
    "cervicalgia": "neck", "cervical": "neck back", "thoracic": "back", "low": "back", "lumbar": "back", "lumbosacral": "back", "coccyx": "back",
}  # fmt: skip
"""Words of titles and the places they speak of, the neighbours that a pain is felt in too among them."""

_WHOLE = {"limb": _ARM | _LEG, "arm": _ARM, "leg": _LEG, "radiculopathy": _ARM | _LEG, "sciatica": _LEG}
_WORD = re.compile(r"[a-z]+")
_OF_A_BONE = re.compile(r"\b(?:neck|head) of\b")


def is_elsewhere(sign: Candidate, disease: Candidate) -> bool:
    """Whether a pain or swelling is of another place, or at the other side, than the disease."""
    own, others = _words(sign), _words(disease)
    if starts(sign, _HEARD) and starts(disease, _EAR_CANAL):
        return _is_at_other_side(own, others)
    if not starts(sign, _OF_A_PLACE):
        return False
    here, there = _places(own), _places(others)
    if here and there and not here & there:
        return True
    return _is_at_other_side(own, others)


def _is_at_other_side(own: list[str], others: list[str]) -> bool:
    """Whether a sign is on the side that the disease is not: wax in one ear is no reason for a ringing in both."""
    if "bilateral" in others:
        return False
    sides = {"left", "right"} & {*others}
    if "bilateral" in own and len(sides) == 1:
        return True
    return any(
        one in own and other in others and one not in others for one, other in (("left", "right"), ("right", "left"))
    )


def _words(candidate: Candidate) -> list[str]:
    return _WORD.findall(_OF_A_BONE.sub(" ", candidate.coding.display.lower()))


def _places(words: list[str]) -> set[str]:
    named = {place for word in words for place in (*_PLACES.get(word, "").split(), *_WHOLE.get(word, ()))}
    # A disc of the neck is felt in the arm, one of the back in the leg.
    radiating = {"disc", "stenosis", "spondylosis"}.intersection(words)
    return named | (_ARM | _LEG if radiating and named & {"neck", "back"} else set())
