"""The newborn's own record (I.C.16, I.C.21.c.12): chapter P, weight and maturity, and Z38 once, at birth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
from detect_icd.matchers.special.facts import table
from detect_icd.matchers.special.obstetric_facts import TWINS, gestation
from detect_icd.matchers.special.statement import PAST, Statement, of_note

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_BORN = re.compile(
    r"\bborn (?:here|vaginally|by|via|in (?:this|our|house)|at (?:this|our)|today|to a|in the hospital)|\b(?:svd|nsvd|vaginal(?:ly)?|c-?section|cesarean|csection|c/s|c/section)\b",
    re.IGNORECASE,
)
_NOT_BIRTH = re.compile(
    r"\b(?:readmi\w+|clinic|office|outside hospital|transfer(?:red)? (?:from|in)|outborn|well[- ](?:baby|child)|follow[- ]?up visit|ed visit|\d+[- ](?:weeks?|months?)[- ]old|discharged (?:home )?(?:on|\d))\b",
    re.IGNORECASE,
)
_CESAREAN = re.compile(r"\b(?:c-?section|cesarean|csection|c/s|c/section)\b", re.IGNORECASE)
_TRIPLET = re.compile(r"\btriplets?\b", re.IGNORECASE)
_OUTSIDE = re.compile(r"\bborn (?:at home|en route|in (?:the |an )?(?:car|ambulance))|\bhome birth\b", re.IGNORECASE)
_WEIGHT = re.compile(
    r"\b(?:bw|birth ?weight|wt|weight)\W{0,3}(?:of |was |is )?(?P<g>\d{3,4})\s?(?:g|gm|grams?)\b|\b(?:bw|birth ?weight)\W{0,3}(?:of |was |is )?(?P<kg>\d\.\d{1,3})\s?kg\b|\b(?P<bare>\d{3,4})\s?(?:g|grams?)\b(?=,? (?:infant|newborn|boy|girl|preterm|male|female|[ASL]GA)\b)",
    re.IGNORECASE,
)
_LIGHT = (
    (500, "P07.01"),
    (750, "P07.02"),
    (1000, "P07.03"),
    (1250, "P07.14"),
    (1500, "P07.15"),
    (1750, "P07.16"),
    (2000, "P07.17"),
    (2500, "P07.18"),
)
_EARLY = {23: "P07.22", 24: "P07.23", 25: "P07.24", 26: "P07.25", 27: "P07.26"}
_TERM = 37
_IMMATURE = 28


class NewbornMatcher:
    """Turns what a newborn's note says into chapter 16."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The conditions of one sentence."""
        for rule, low, high in table("newborn.tsv").find(note, start, end):
            entry = self.book.get(_mature(note) if rule.code == "P07.30" else rule.code)
            if entry is not None and entry.billable:
                yield Statement(
                    entry.code,
                    low,
                    high,
                    f"newborn/{rule.code}",
                    0.93,
                    (
                        "P",
                        "R17",
                        "J80",
                        "E16",
                        "O",
                        "A40",
                        "A41",
                        "B95",
                        "R06",
                        "E80",
                        "R50",
                        "K5",
                        "I27",
                        "D6",
                        "H10",
                        "R56",
                        "N43",
                        "K21",
                        "S",
                    ),
                    despite=PAST,
                )

    def revise(self, candidates: list[Candidate], note: str) -> list[Candidate]:
        """All candidates of the note, with weight, and the birth itself where this is its record."""
        codes = {
            c.coding.code for c in candidates if c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM
        }
        drop = ("P70.4",) if codes & {"P70.0", "P70.1"} else ()
        if any(code.startswith("P36") for code in codes):
            drop = (*drop, "R50.9", "Z22.330")
        kept = [c for c in candidates if not (c.coding.code in drop and c.status is Status.PRESENT)]
        if (light := _weight(note)) and not any(code.startswith(light[:5]) for code in codes):
            kept.append(of_note(self.book[light], note, "newborn/weight"))
        if (early := _early(note)) and not any(code.startswith(("P07.2", "P07.3")) for code in codes):
            kept.append(of_note(self.book[early], note, "newborn/weeks"))
        if _BORN.search(note) and not _NOT_BIRTH.search(note):
            kept = [c for c in kept if not c.coding.code.startswith(("Z38", "O8", "Z37", "Z98.891", "O34"))]
            kept.append(of_note(self.book[_birth(note)], note, "newborn/birth"))
        return kept


def _birth(note: str) -> str:
    cesarean = bool(_CESAREAN.search(note))
    if _OUTSIDE.search(note):
        return "Z38.4" if TWINS.search(note) else "Z38.1"
    if _TRIPLET.search(note):
        return "Z38.62" if cesarean else "Z38.61"
    return ("Z38.3" if TWINS.search(note) else "Z38.0") + ("1" if cesarean else "0")


_WEEKS_BORN = re.compile(
    r"\b(?:born|delivered|vaginally|section|c/s|ex|former)\b[^.\n]{0,24}?\b(?P<weeks>[23]\d)(?:[ -]?\d/7|\+\d)?(?:\s?-?(?:w|wks?|weeks?|weeker)\b|(?<=/7)|(?<=\+\d))",
    re.IGNORECASE,
)


def _early(note: str) -> str | None:
    """The code for the weeks at birth that the note states; none for a child born at term."""
    match = _WEEKS_BORN.search(note)
    return _of_weeks(int(match["weeks"])) if match and int(match["weeks"]) < _TERM else None


def _of_weeks(weeks: int) -> str:
    return _EARLY.get(weeks, "P07.21") if weeks < _IMMATURE else f"P07.3{weeks - 27}"


def _weight(note: str) -> str | None:
    match = _WEIGHT.search(note)
    if match is None:
        return None
    grams = int(float(match["kg"]) * 1000) if match["kg"] else int(match["g"] or match["bare"])
    return next((code for limit, code in _LIGHT if grams < limit), None)


def _mature(note: str) -> str:
    weeks = gestation(note)
    if weeks is None or weeks >= _TERM:
        return "P07.30"
    return _of_weeks(weeks)
