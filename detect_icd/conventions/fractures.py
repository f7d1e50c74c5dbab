"""I.C.13.d.2: a fracture of a patient with known osteoporosis is one by osteoporosis, unless great force broke the bone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, compact, starts

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_RULE = "I.C.13.d.2:fracture with osteoporosis"
_OSTEOPOROSIS = {"M810": "M80.0", "M816": "M80.8", "M818": "M80.8"}
_FRACTURE = re.compile(r"\b(?:fracture|collapsed)\b", re.IGNORECASE)
_FORCE = re.compile(
    r"\b(?:MV[AC]|motor ?vehicle|car (?:crash|accident)|motorcycle|bicycle|pedestrian|struck by|rollover|ladder|roof|(?<!standing )height|gunshot|"
    r"assault\w*|crush\w*|high[- ](?:energy|impact|speed)|stor(?:y|ies)|scaffold|ejected)\b",
    re.IGNORECASE,
)
_SEVENTH = {"A": "A", "B": "A", "C": "A", "D": "D", "E": "D", "F": "D", "G": "G", "H": "G", "J": "G", "K": "K", "M": "K", "N": "K", "P": "P", "Q": "P", "R": "P", "S": "S"}  # fmt: skip
_SIDES = (("right", "1"), ("left", "2"))


def by_osteoporosis(docket: Docket, sites: Mapping[str, str], book: CodeBook) -> None:
    """Replaces osteoporosis and a fracture by the one code for both.

    Args:
        docket: The candidates.
        sites: Code prefix of a fracture to the site character of M80, longest prefix first; sided ones end with ``*``.
        book: The release in force.
    """
    for disease in docket.active():
        stem = _OSTEOPOROSIS.get(compact(disease.coding.code)[:4])
        if stem is None:
            continue
        current = [c for c in docket.active() if c.status is Status.PRESENT]
        broken = [c for c in current if _FRACTURE.search(c.coding.display) and _site(c, sites)]
        if not broken or _FORCE.search(docket.note.text):
            continue
        for fracture in broken:
            _combine(docket, book, (disease, fracture), stem + (_site(fracture, sites) or ""))
        if not any(map(docket.stands, broken)):
            docket.drop(disease, f"{_RULE}: part of the fracture's code")


def _combine(docket: Docket, book: CodeBook, parts: tuple[Candidate, Candidate], stem: str) -> None:
    _, fracture = parts
    title = fracture.coding.display.lower()
    side = next((digit for word, digit in _SIDES if re.search(rf"\b{word}\b", title)), "9")
    seventh = _SEVENTH.get(compact(fracture.coding.code)[6:7], "A")
    code = (stem.replace("*", side)).ljust(7, "X") + seventh
    entry = book.get(code)
    if entry is not None and entry.billable:
        docket.add(docket.combine(parts, entry, _RULE), before=fracture)
        docket.drop(fracture, f"{_RULE}: reported as {entry.code}")


def _site(fracture: Candidate, sites: Mapping[str, str]) -> str | None:
    return next((site for prefix, site in sites.items() if starts(fracture, (prefix,))), None)
