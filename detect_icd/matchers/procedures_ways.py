"""Ways in, and when one through ports was given up for an open one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from detect_icd.candidates import Status
from detect_icd.gates import gate
from detect_icd.matchers.procedures_scan import Clause, Role
from redactphi.spans import Span

APPROACH_ATOMS = {
    "open": "open", "laparotomy": "open", "laparoscopic": "laparoscopic", "endoscopic": "endoscopic",
    "lap": "laparoscopic", "percutaneous": "percutaneous", "arthroscopic": "arthroscopic", "thoracoscopic": "thoracoscopic",
}  # fmt: skip
BY_PORTS = frozenset({"laparoscopic", "arthroscopic", "thoracoscopic"})
GAVE_UP = re.compile(
    r"\b(?:(?:gave|give|giving) up|abandon\w*|no longer safe|could not (?:safely )?(?:be )?continue\w*|unable to (?:safely )?(?:continue|proceed|complete the \w+ by \w+scop(?:y|ic\w*))|"
    r"(?:ports?|trocars?|(?:laparo|thoraco)?scopes?|camera) (?:were |was )?(?:then )?(?:removed|withdrawn|taken out|pulled)|(?:gas|pneumoperitoneum|abdomen) (?:was )?(?:let out|released|evacuated|desufflated)|undocked)\b"
    r"[^\n]{0,220}?\b(?:(?:right |left )?subcostal|kocher|midline|mcburney\w*|muscle-splitting|gridiron|laparotomy|pfannenstiel|transverse|flank|thoracotomy|sternotomy)\b[^.\n]{0,40}"
    r"\b(?:made|opened|performed|carried)\b|"
    r"\b(?:elected|decided|decision (?:was )?made|chose|chosen|necessary|had) to (?:change|switch|go|turn|resort)(?: over)? to (?:an? |the )?open (?:procedure|operation|technique|approach|incision|repair|surgery)\b|"
    r"\b(?:changed|switched|turned) (?:over )?(?:from [^.\n]{0,40} )?to (?:an? |the )?open (?:procedure|operation|technique|approach|repair|surgery)\b|"
    r"\b(?:abort|abandon|discontinu|terminat)\w*[^.\n]{0,60}\b(?:and|to)\b[^.\n]{0,60}\b(?:open|openly)\b(?! (?:laparoscop|thoracoscop))",
    re.IGNORECASE,
)
"""Words of a change to an open operation that never name it: the ports are given up and a large incision made."""
OPENED = re.compile(
    r"\b(?:(?:full|generous|long|formal|upper|lower|right|left|\d+ ?cm) ){0,2}(?:midline|subcostal|kocher|mcburney\w*|paramedian|gridiron|posterolateral|anterolateral)"
    r"(?: (?:incision|cut|wound|laparotomy|thoracotomy))? (?:was |were |being )?(?:then )?(?:made|opened|cut)\b|"
    r"\b(?:opened|went through|cut) (?:up )?(?:the |a |an |her |his )?(?:upper |lower |full )?(?:midline|belly|abdomen|chest|flank)\b|"
    r"\b(?:midline|belly|abdomen|chest) (?:was )?(?:then )?opened\b|(?<!utility )(?<!access )(?<!mini-)(?<!mini )(?<!working )(?<!small )(?<!limited )\b(?:thoracotomy|laparotomy|sternotomy)(?: incision)? (?:was )?(?:then )?(?:made|performed|done|carried out)\b|"
    r"\b(?:deltoid|capsule|knee|shoulder) (?:was )?(?:split|opened) (?:\w+ ){0,6}under direct vision\b",
    re.IGNORECASE,
)
"""The belly, the chest or a joint opened: of an operation that the heading calls one through ports, a change to an open one."""
TAKEN_OUT = re.compile(
    r"\b(?:extract\w*|specimen|deliver\w*|exterioriz\w*|extracorporeal\w*|hand[- ]?(?:port|assist\w*)|gelport|protector|retriev\w*|bag|mini|for removal|bring out|brought out)\b",
    re.IGNORECASE,
)
"""What a small cut beside the ports is for."""
_SOON = 120
"""Characters after the opening of a belly in which it is said what for."""


class _Note(Protocol):
    """A note's clauses and how they speak of what stands in them."""

    text: str
    clauses: Sequence[Clause]

    def status(self, clause: Clause, start: int, end: int) -> tuple[Status, Span | None]:
        """How the clause speaks of what stands at ``start``-``end``."""


def given_up(note: _Note) -> re.Match[str] | None:
    """The words that say that ports were given up for an open operation without calling it a conversion.

    Of an operation that the list calls one through ports they are also those of opening belly, chest or joint, where that is
    not to take something out.
    """
    if found := gate(GAVE_UP).search(note.text):
        return found
    titles = [clause for clause in note.clauses if clause.role is Role.TITLE]
    ways = {APPROACH_ATOMS[atom] for clause in titles for atom in clause.atoms if atom in APPROACH_ATOMS}
    if not ways or not ways <= BY_PORTS:
        return None
    for clause in note.clauses:
        match = OPENED.search(note.text, clause.start, clause.end) if clause.role is Role.BODY else None
        if match is None or note.status(clause, match.start(), match.end())[0] is not Status.PRESENT:
            continue
        if not TAKEN_OUT.search(note.text, clause.start, min(match.end() + _SOON, len(note.text))):
            return match
    return None
