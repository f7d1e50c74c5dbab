"""I.C.2.l.6, I.C.19.c: a fracture that the note calls pathologic is one of a diseased bone, and no injury."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, compact, starts
from detect_icd.conventions.fractures import SEVENTH
from detect_icd.matchers.special.facts import billable_below

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_BROKEN = r"(?:fx|frx|fractures?|compression|collapse)"
_PATHOLOGIC = re.compile(
    rf"\bpath(?:olog\w+)?\.?(?: (?!exam|report|review|shows?|confirms?)[\w/-]+){{0,3}}? {_BROKEN}\b", re.IGNORECASE
)
_THROUGH = re.compile(
    rf"\b{_BROKEN}\b[^.;\n]{{0,30}}\b(?:through|from|due to|2/2|secondary to) (?:an? |the |his |her |known )?(?:\w+ ){{0,2}}"
    r"(?:metasta\w+|mets?|myeloma|plasmacytoma|lytic|tumou?r|neoplas\w+|malignan\w+|lymphoma)\b",
    re.IGNORECASE,
)
_FRAGILE = re.compile(
    rf"\b(?:fragility|osteoporotic|insufficiency|low[- ](?:energy|impact|trauma))(?: [\w/-]+){{0,2}}? {_BROKEN}\b",
    re.IGNORECASE,
)
_NEOPLASTIC = ("C795", "C90", "C40", "C41", "C7B03")
_NEOPLASM = ("C", "D16", "D48")
_OSTEOPOROSIS = ("M80", "M81")
_REACH = 40
"""Characters around a fracture within which the note calls it pathologic."""

_BONES = {
    "8": ("other site", "other specified site"), "A": ("other site", "other specified site"), "B": ("pelvis",), "5": ("femur",),
    "1": ("shoulder",), "2": ("humerus",), "3": ("radius", "ulna"), "4": ("hand",), "6": ("tibia", "fibula"), "7": ("ankle", "foot"),
}  # fmt: skip
"""The site character of M80 to the bones that the titles of M84 name there, the likelier first."""


def by_disease_of_bone(docket: Docket, sites: Mapping[str, str], book: CodeBook) -> None:
    """Brings an injury that the note calls a pathologic fracture to the code for it, by a neoplasm or of another disease.

    Args:
        docket: The candidates.
        sites: Code prefix of a fracture to the site character of M80.
        book: The release in force.
    """
    active = [c for c in docket.active() if c.status is Status.PRESENT]
    broken = [c for c in active if starts(c, ("S",)) and "fracture" in c.coding.display.lower()]
    known = [c for c in active if starts(c, _OSTEOPOROSIS)]
    if not broken or known:
        _drop_named(docket, broken, known, sites)
        return
    is_neoplastic = any(starts(c, _NEOPLASTIC) for c in active)
    for fracture in broken:
        is_through = _is_said(docket, fracture, _THROUGH)
        if not (is_through or _is_said(docket, fracture, _PATHOLOGIC)):
            continue
        by_neoplasm = is_neoplastic or (is_through and any(starts(c, _NEOPLASM) for c in active))
        site = _site(fracture, sites)
        entry = _entry(book, fracture, site, "M84.5" if by_neoplasm else "M84.4")
        if entry is None:
            continue
        rule = f"{'I.C.2.l.6' if by_neoplasm else 'I.C.19.c'}:pathologic fracture"
        docket.add(docket.combine([fracture], entry, rule), before=fracture)
        for other in active:
            if other is fracture or starts(other, ("M844", "M485")):
                docket.drop(other, f"{rule}, reported as {entry.code}")


def _drop_named(docket: Docket, broken: list[Candidate], known: list[Candidate], sites: Mapping[str, str]) -> None:
    """Drops an injury that the note calls a fragility fracture, where the fracture by osteoporosis of its site is there."""
    for fracture in broken:
        site = _site(fracture, sites)
        same = next((c for c in known if site and compact(c.coding.code)[4:5] == site[0] and starts(c, ("M80",))), None)
        if same is not None and _is_said(docket, fracture, _FRAGILE):
            docket.drop(fracture, f"I.C.13.d.2: reported as {same.coding.code}")


def _site(fracture: Candidate, sites: Mapping[str, str]) -> str:
    return next((site for prefix, site in sites.items() if starts(fracture, (prefix,))), "")


def _is_said(docket: Docket, fracture: Candidate, words: re.Pattern[str]) -> bool:
    """Whether such words stand about the mention of a fracture."""
    for span in fracture.evidence:
        low, high = docket.note.sentence(span.start, span.end)
        around = (max(low, span.start - _REACH), min(high, span.end + _REACH))
        if any(found.overlaps(span) for _, found in docket.note.stated(words, around)):
            return True
    return False


def _entry(book: CodeBook, fracture: Candidate, site: str, heading: str) -> CodeEntry | None:
    """The code below a heading of M84 for the bone, side and episode of an injury."""
    title = fracture.coding.display.lower()
    bones = _BONES.get(site[:1], ())
    bone = next((bone for bone in bones if bone in title), bones[0] if bones else "unspecified site")
    side = next((side for side in ("right", "left") if side in title), "unspecified")
    wanted = (f"{side} {bone}", f", {bone}", *(f", {other}" for other in bones))
    seventh = SEVENTH.get(compact(fracture.coding.code)[6:7], "A")
    codes = [entry for entry in billable_below(book, heading) if entry.code.endswith(seventh)]
    return next((entry for words in wanted for entry in codes if words in entry.title.lower()), None)
