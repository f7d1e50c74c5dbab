"""The operation of the encounter: it leaves no status yet (I.C.21.c.3), and what it is planned for is there already (IV.N)."""

from __future__ import annotations

import re
from dataclasses import replace

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
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
    r"was (?:then )?(?:done|performed|carried out)|(?:100 ?%|total(?:ly)?|acute(?:ly)?|thrombotic(?:ally)?) occlu\w+|culprit|underwent (?:an? )?(?:uncomplicated|elective|emergency|urgent)|this admission)\b|"
    r"\b(?:stents?|DES|BMS) (?:x ?\d\b|(?:was |were )?(?:put|placed|deployed|implanted|inserted))|\b(?:cath\w*|angiogra\w+|PCI)(?: note| report| lab)? ?:|"
    r"\b(?:op(?:erative)? (?:note|report)|procedure(?:s| performed)?|operation(?:s| performed)?) ?:",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:s/p|status[- ]post|h/o|hx|history|prior|previous(?:ly)?|remote|(?<!year-)(?<!yr-)(?<!year )old|ago|years (?:before|earlier|back)|absent|absence|since|had (?:an? |his |her )?|PSH|"
    r"surgical hx|in (?:19|20)\d\d|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_REACH = 40


def drop_own_operation(docket: Docket, *, is_stay: bool) -> None:
    """Drops a status that is no more than the operation this encounter is for.

    Args:
        docket: The candidates.
        is_stay: Whether the note is of a stay in hospital: the stent beside an infarct is one of the stay.
    """
    infarct = is_stay and any(starts(c, _INFARCT) and c.status is Status.PRESENT for c in docket.active())
    for candidate in docket.diagnoses():
        if infarct and starts(candidate, _STENT) and not _is_of_before(docket, candidate):
            docket.drop(candidate, "I.C.21.c.3: the stent this infarct was treated with, no status yet")
            continue
        if candidate.status is Status.PRESENT and starts(candidate, _STATUSES) and _is_own(docket, candidate):
            docket.drop(candidate, "I.C.21.c.3: the operation of this encounter, no status yet")


_INFARCT = ("I21", "I22")
_STENT = ("Z955",)


def _is_of_before(docket: Docket, candidate: Candidate) -> bool:
    """Whether the note tells somewhere that what a status stands for was done before."""
    text = docket.note.text
    for span in candidate.evidence:
        low, high = docket.note.sentence(span.start, span.end)
        if _BEFORE.search(text, max(low, span.start - _REACH), min(high, span.end + _REACH)):
            return True
        if not _OPERATION.search(text, span.start, span.end):
            return True
    return False


def _is_own(docket: Docket, candidate: Candidate) -> bool:
    text = docket.note.text
    done = [s for s in candidate.evidence if s.label == "mention" and _OPERATION.search(text, s.start, s.end)]
    return bool(done) and all(_speaks_of_now(docket, text, span.start, span.end) for span in done)


def _speaks_of_now(docket: Docket, text: str, start: int, end: int) -> bool:
    low, high = docket.note.sentence(start, end)
    if _BEFORE.search(text, max(low, start - _REACH), min(high, end + _REACH)):
        return False
    return bool(_NOW.search(text, low, high))


_OPERATIONS = (
    r"(?:\w+(?:ectomy|plasty|otomy|ostomy|pexy|desis)|repair|excision|resection|removal|surgery|operation|replacement|reduction|fixation|ORIF|fusion|"
    r"release|TKA|THA|TSA|bypass|lap chole|chole|phaco|TURP|TURBT|D&C|ablation|decompression|reconstruction|debridement|sling|PCNL|lithotripsy)"
)
_FOR_IT = re.compile(
    rf"\b{_OPERATIONS}\b[^.;:\n]{{0,40}}\b(?:of|for|due to|because of|2/2|secondary to) (?:[\w-]+ ){{0,4}}$|\b{_OPERATIONS}\b[^.;:,\n]{{0,20}}, (?:[\w-]+ ){{0,3}}$",
    re.IGNORECASE,
)
"""Before a diagnosis: the operation that is planned for it."""

_NAMED = re.compile(rf"\b{_OPERATIONS}\b", re.IGNORECASE)
_ITS = re.compile(rf"\W{{0,2}}(?:\w+ ){{0,1}}{_OPERATIONS}\b", re.IGNORECASE)
"""Behind a diagnosis: the same."""

_OPEN = re.compile(
    r"\b(?:possible|suspected|suspicious|presumed|probable|likely|concern\w*|vs|versus|r/o|rule out|if|prevent\w*|prophyla\w*|screen\w*|risk)\b|\?",
    re.IGNORECASE,
)


def state_operated(docket: Docket) -> None:
    """Makes what an operation is planned for present: the operation is to come, the disease is there."""
    for candidate in list(docket.standing):
        if candidate.status is Status.PLANNED and _is_to_be_operated(docket, candidate):
            docket.swap(candidate, replace(candidate, status=Status.PRESENT))


def _is_to_be_operated(docket: Docket, candidate: Candidate) -> bool:
    """Whether what is said to be planned is an operation, and the diagnosis what it is planned for."""
    named = [span for span in candidate.evidence if span.label == "mention"]
    if not named or candidate.coding.system is not CodeSystem.ICD10CM or candidate.coding.code[0] in "ZVWXY":
        return False
    text = docket.note.text
    low, high = docket.note.sentence(named[0].start, named[-1].end)
    if _OPEN.search(text, low, high):
        return False
    return any(
        _FOR_IT.search(text, low, span.start)
        or _ITS.match(text, span.end, high)
        or _NAMED.search(text, span.start, span.end)
        for span in named
    )
