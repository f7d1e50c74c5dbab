"""I.C.13.d.2: a fracture of a patient with known osteoporosis is one by osteoporosis, unless great force broke the bone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
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
SEVENTH = {"A": "A", "B": "A", "C": "A", "D": "D", "E": "D", "F": "D", "G": "G", "H": "G", "J": "G", "K": "K", "M": "K", "N": "K", "P": "P", "Q": "P", "R": "P", "S": "S"}  # fmt: skip
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
    _told_once(docket, sites)


def _told_once(docket: Docket, sites: Mapping[str, str]) -> None:
    """Drops a fracture that is read in the words of one by osteoporosis: "osteoporosis with compression fracture T12"."""
    for both in docket.active():
        if not starts(both, ("M80",)) or both.status is not Status.PRESENT:
            continue
        for fracture in docket.active():
            site = _site(fracture, sites) if _FRACTURE.search(fracture.coding.display) else None
            is_same = site is not None and compact(both.coding.code)[4:5] == site[0]
            if is_same and any(a.overlaps(b) for a in fracture.evidence for b in both.evidence):
                docket.drop(fracture, f"{_RULE}: reported as {both.coding.code}")


_PLACES = (
    ("8", re.compile(r"\b(?:[TL]-?\d{1,2}|vertebra\w*|spin(?:e|al)|lumbar|thoracic|compression)\b", re.IGNORECASE)),
    ("5*", re.compile(r"\b(?:hip|femur|femoral|intertrochanteric|subtrochanteric)\b", re.IGNORECASE)),
    ("3*", re.compile(r"\b(?:wrist|distal radius|radial|forearm|colles\S*)\b", re.IGNORECASE)),
    ("2*", re.compile(r"\b(?:humerus|humeral|upper arm)\b", re.IGNORECASE)),
    ("A", re.compile(r"\bribs?\b", re.IGNORECASE)),
    ("B*", re.compile(r"\b(?:pelvi[cs]|pubic|sacr(?:um|al)|acetabul\w+|ram[iu]s?)\b", re.IGNORECASE)),
    ("6*", re.compile(r"\b(?:tibia\w*|lower leg)\b", re.IGNORECASE)),
    ("7*", re.compile(r"\b(?:ankle|foot|metatarsal|calcane\w+)\b", re.IGNORECASE)),
)
"""The site character of M80 by the words beside a fracture that is only called one of osteoporosis."""

_SIDE_WORDS = re.compile(r"\b(?:(?P<right>right|rt|R)|(?P<left>left|lt|L))\b(?!-?\d)")


def name_sites(docket: Docket, book: CodeBook) -> None:
    """Gives a fracture by osteoporosis the site that its sentence names: "L1 fragility fracture"."""
    for fracture in docket.active():
        code = compact(fracture.coding.code)
        if not code.startswith(("M8000X", "M8080X")):
            continue
        text = docket.note.text
        low, high = docket.note.sentence(fracture.start, fracture.start)
        site = next((site for site, words in _PLACES if words.search(text, low, high)), None)
        if site is None:
            continue
        sides = {match.lastgroup or "" for match in _SIDE_WORDS.finditer(text, low, high)}
        digit = dict(_SIDES).get(sides.pop(), "9") if len(sides) == 1 else "9"
        entry = book.get((code[:4] + site.replace("*", digit)).ljust(6, "X") + code[6])
        if entry is not None and entry.billable:
            docket.swap(fracture, docket.combine([fracture], entry, _RULE))


def _combine(docket: Docket, book: CodeBook, parts: tuple[Candidate, Candidate], stem: str) -> None:
    _, fracture = parts
    title = fracture.coding.display.lower()
    side = next((digit for word, digit in _SIDES if re.search(rf"\b{word}\b", title)), "9")
    seventh = SEVENTH.get(compact(fracture.coding.code)[6:7], "A")
    code = (stem.replace("*", side)).ljust(7, "X") + seventh
    entry = book.get(code)
    if entry is not None and entry.billable:
        docket.add(docket.combine(parts, entry, _RULE), before=fracture)
        docket.drop(fracture, f"{_RULE}: reported as {entry.code}")


def _site(fracture: Candidate, sites: Mapping[str, str]) -> str | None:
    return next((site for prefix, site in sites.items() if starts(fracture, (prefix,))), None)


_HEALED = ("Z8781", "Z87311")
_BY_OSTEOPOROSIS = "Z87.310"
_UNDERLYING = "M81.0"
_LOW_FORCE = re.compile(
    r"\b(?:fragility|osteoporotic|low[- ](?:trauma|energy|force|impact)|insufficiency|compression|vertebral)\b",
    re.IGNORECASE,
)


def healed_by_osteoporosis(docket: Docket, book: CodeBook) -> None:
    """Tells a healed fracture of little force, in somebody with osteoporosis, from one of an accident (I.C.13.d.1)."""
    past = [c for c in docket.diagnoses() if starts(c, _HEALED)]
    told = [c for c in docket.diagnoses() if c.coding.code == _BY_OSTEOPOROSIS]
    is_known = any(starts(c, ("M80", "M81")) for c in docket.active())
    for fracture in past:
        if any(a.overlaps(b) for other in told for a in other.evidence for b in fracture.evidence):
            docket.drop(fracture, f"{_RULE}: reported as {_BY_OSTEOPOROSIS}")
        elif is_known and (_LOW_FORCE.search(_said(docket, fracture)) or starts(fracture, ("Z87311",))):
            entry = book.get(_BY_OSTEOPOROSIS)
            if entry is not None:
                docket.swap(fracture, replace(fracture, coding=entry.coding, rules=(*fracture.rules, _HEALED_RULE)))
    disease = book.get(_UNDERLYING)
    if disease is not None and not is_known and any("osteoporosis" in _said(docket, c).lower() for c in told):
        first = next(c for c in told if "osteoporosis" in _said(docket, c).lower())
        rules = (*first.rules, _HEALED_RULE)
        docket.add(replace(first, coding=disease.coding, status=Status.PRESENT, rules=rules))


_HEALED_RULE = "guideline/I.C.13.d.1:healed fracture with osteoporosis"


def _said(docket: Docket, candidate: Candidate) -> str:
    return " ".join(docket.note.text[s.start : s.end] for s in candidate.evidence if s.label == "mention")
