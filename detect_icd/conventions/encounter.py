"""I.C.21.c.3: a status code is for what was done before; the operation of this very encounter leaves none yet."""

from __future__ import annotations

import re

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, starts

_STATUSES = ("Z89", "Z90", "Z94", "Z95", "Z96", "Z98")

_OPERATION = re.compile(
    r"\b(?:\w*(?:ectomy|plasty|otomy|ostomy|pexy|desis|graft(?:ing)?)|repair|bypass|fusion|replacement|resection|ablation|implant(?:ation|ed)?|"
    r"stent(?:ing|ed)?|amputation|THA|TKA|THR|TKR|CABG|PCI|DES|BKA|AKA|TURP|C/?-?section|c(?:esarean|/s)|chole|appy|lap\w*)\b",
    re.IGNORECASE,
)
"""The mention names what was done, not what there is since."""

_NOW = re.compile(
    r"\b(?:POD|post-?op(?:erative)? day|hospital day)[ #]*\d|\bPOD\b|\bday \d+ (?:after|of|from|post|s/p)\b|"
    r"\b(?:admitted|scheduled|presents?|here|brought|taken|listed|elected) (?:today )?(?:for|to the (?:OR|operating))\b|"
    r"\b(?:without event|uneventful(?:ly)?|EBL|tolerated (?:it |the )?(?:well|procedure)|done today|performed today|today's|closed in layers|"
    r"was (?:then )?(?:done|performed|carried out)|underwent (?:an? )?(?:uncomplicated|elective|emergency|urgent)|this admission)\b|"
    r"\b(?:stents?|DES|BMS) (?:x ?\d\b|(?:was|were) (?:put|placed|deployed|implanted|inserted))|\b(?:cath\w*|angiogra\w+|PCI)(?: note| report| lab)? ?:|"
    r"\b(?:op(?:erative)? (?:note|report)|procedure(?:s| performed)?|operation(?:s| performed)?) ?:",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:s/p|status[- ]post|h/o|hx|history|prior|previous(?:ly)?|remote|(?<!year-)(?<!yr-)(?<!year )old|ago|years (?:before|earlier|back)|absent|absence|since|had (?:an? |his |her )?|PSH|"
    r"surgical hx|in (?:19|20)\d\d|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_REACH = 40


def drop_own_operation(docket: Docket) -> None:
    """Drops a status that is no more than the operation this encounter is for."""
    for candidate in docket.diagnoses():
        if candidate.status is Status.PRESENT and starts(candidate, _STATUSES) and _is_own(docket, candidate):
            docket.drop(candidate, "I.C.21.c.3: the operation of this encounter, no status yet")


def _is_own(docket: Docket, candidate: Candidate) -> bool:
    text = docket.note.text
    done = [s for s in candidate.evidence if s.label == "mention" and _OPERATION.search(text, s.start, s.end)]
    return bool(done) and all(_speaks_of_now(docket, text, span.start, span.end) for span in done)


def _speaks_of_now(docket: Docket, text: str, start: int, end: int) -> bool:
    low, high = docket.note.sentence(start, end)
    if _BEFORE.search(text, max(low, start - _REACH), min(high, end + _REACH)):
        return False
    return bool(_NOW.search(text, low, high))
