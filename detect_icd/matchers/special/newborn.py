"""The newborn's own record (I.C.16, I.C.21.c.12): chapter P, weight and maturity, and Z38 once, at birth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
from detect_icd.matchers.special.facts import table
from detect_icd.matchers.special.obstetric_facts import TWINS, gestation
from detect_icd.matchers.special.statement import PAST, Statement, of_note

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_BORN = re.compile(
    r"\bborn (?:here|vaginally|live|by|via|in (?:this|our|house)|at (?:this|our)|today|to a|in the hospital)|\b(?:svd|nsvd|vaginal(?:ly)?|c-?section|ca?esarean|csection|c/s|c/section)\b",
    re.IGNORECASE,
)
_NOT_BIRTH = re.compile(
    r"\b(?:readmi\w+|clinic|office|outside hospital|transfer(?:red)? (?:from|in)|outborn|well[- ](?:baby|child)|follow[- ]?up visit|ed visit|\d+[- ](?:weeks?|months?)[- ]old|(?:newborn|weight) check|discharged (?:home )?(?:on|\d))\b",
    re.IGNORECASE,
)
_CESAREAN = re.compile(r"\b(?:c-?section|ca?esarean|csection|c/s|c/section|by section|via section)\b", re.IGNORECASE)
_TRIPLET = re.compile(r"\btriplets?\b", re.IGNORECASE)
_OUTSIDE = re.compile(r"\bborn (?:at home|en route|in (?:the |an )?(?:car|ambulance))|\bhome birth\b", re.IGNORECASE)
_WEIGHT = re.compile(
    r"\b(?:bw|birth ?weight|wt|weight)\W{0,3}(?:of |was |is )?(?P<g>\d,?\d{3}|\d{3})\s?(?:g|gm|grams?)\b|\b(?:bw|birth ?weight)\W{0,3}(?:of |was |is )?(?P<kg>\d\.\d{1,3})\s?kg\b|\b(?P<bare>\d,?\d{3}|\d{3})\s?(?:g|grams?)\b(?=,? (?:infant|newborn|boy|girl|preterm|male|female|[ASL]GA|born|c/s|vag|svd|nsvd|ca?esarean|delivered)\b|[,.;](?:\s|$))",
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
_SMALL = (
    (500, "P05.11"),
    (750, "P05.12"),
    (1000, "P05.13"),
    (1250, "P05.14"),
    (1500, "P05.15"),
    (1750, "P05.16"),
    (2000, "P05.17"),
    (2500, "P05.18"),
)
_SMALL_OTHER, _SMALL_OPEN = "P05.19", "P05.10"
_HEAVY, _EXCEPTIONAL = 4500, "P08.0"
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
                        "R633",
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
                    # The mother's blood, fever or drugs stand beside what the child has of them.
                    despite=(*PAST, Status.FAMILY),
                )

    def revise(self, candidates: list[Candidate], note: str) -> list[Candidate]:
        """All candidates of the note, with weight, and the birth itself where this is its record."""
        codes = {
            c.coding.code for c in candidates if c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM
        }
        drop = ("P70.4",) if codes & {"P70.0", "P70.1"} else ()
        if any(code.startswith("P52") for code in codes):
            drop = (*drop, "I61", "I62.9")
        if "P09.6" in codes:
            drop = (*drop, "Z01.110", "R94.120")
        if any(code.startswith("P36") for code in codes):
            drop = (*drop, "R50.9", "Z22.330")
        kept = [
            c
            for c in candidates
            if not (c.status is Status.PRESENT and c.coding.code.startswith((*drop, *_OF_MOTHER)))
            or c.rules[0].startswith("literal")
        ]
        kept = self._weighed(kept, codes, note)
        ruled_out, out = next(
            ((code, match) for code, pattern in _RULED_OUT if (match := pattern.search(note))), ("", None)
        )
        place = out.span() if out else (0, 0)
        # What is said to be ruled out further on is no finding, unless its organism is known.
        doubted = [
            c for c in kept if c.status in _ASSERTED and c.coding.code in _OPEN and place[0] <= c.start < place[1]
        ]
        kept = [c for c in kept if all(c is not other for other in doubted)]
        codes -= {c.coding.code for c in doubted}
        if ruled_out and not any(code.startswith(_SUSPECTED[ruled_out]) for code in codes):
            kept.append(of_note(self.book[ruled_out], note, "newborn/ruled-out", out))
        early = _early(note)
        if early and not any(code.startswith(("P07.2", "P07.3")) for code in codes):
            kept.append(of_note(self.book[early], note, "newborn/weeks", _WEEKS_BORN.search(note)))
        if (born := _BORN.search(note)) and not _NOT_BIRTH.search(note):
            kept = [c for c in kept if not c.coding.code.startswith(("Z38", "Z98.891"))]
            kept.append(of_note(self.book[_birth(note)], note, "newborn/birth", born))
        return kept

    def _weighed(self, candidates: list[Candidate], codes: set[str], note: str) -> list[Candidate]:
        """The candidates with the code of the weight: of one small for its age that of P05, of another that of P07."""
        weighed = _WEIGHT.search(note)
        if weighed is None:
            return candidates
        grams = _grams(weighed)
        if grams >= _HEAVY:
            kept = [c for c in candidates if c.coding.code != "P08.1"]
            return (
                kept
                if _EXCEPTIONAL in codes
                else [*kept, of_note(self.book[_EXCEPTIONAL], note, "newborn/weight", weighed)]
            )
        if _SMALL_OPEN in codes:
            small = self.book[next((code for limit, code in _SMALL if grams < limit), _SMALL_OTHER)]
            return [replace(c, coding=small.coding) if c.coding.code == _SMALL_OPEN else c for c in candidates]
        light = next((code for limit, code in _LIGHT if grams < limit), None)
        if light and not any(code.startswith(light[:5]) for code in codes):
            return [*candidates, of_note(self.book[light], note, "newborn/weight", weighed)]
        return candidates


_OF_MOTHER = ("O", "Z34", "Z37", "Z3A", "Z39")
"""What is the mother's on the child's record."""

_OUT = r"(?:(?:it |this |that )?(?:was |were |is |has been |now )*(?:ruled out|r/o'?d|excluded|not found)|(?:eval\w*|work-?up|screen)\b[^.;\n]{0,25}\b(?:neg(?:ative)?|unremarkable|benign)\b)"
_RULED_OUT = tuple(
    (
        code,
        re.compile(
            rf"\b(?:{words})\b(?:[^.\n]|\.(?= (?:cultures?|blood cultures?|culture|cx|bcx)\b)){{0,90}}?\b{_OUT}",
            re.IGNORECASE,
        ),
    )
    for code, words in (
        ("Z05.1", r"sepsis|infection|bacteremia|meningitis"),
        ("Z05.0", r"(?:congenital )?(?:heart|cardiac) (?:disease|defect|condition)|chd|coarctation"),
        ("Z05.2", r"seizures?|neurologic(?:al)? (?:condition|disease)"),
        ("Z05.42", r"hypoglycemia|metabolic (?:condition|disease|disorder)"),
        ("Z05.3", r"respiratory (?:distress|condition)|pneumonia"),
    )
)
_ASSERTED = frozenset({Status.PRESENT, Status.UNCERTAIN})
_OPEN = ("P36.9", "P39.9", "P22.9", "P23.9", "P90", "P70.4")
"""Suspected conditions that leave open what they are due to."""

_SUSPECTED = {
    "Z05.1": ("P36", "P39", "A4"), "Z05.0": ("Q2",), "Z05.2": ("P90",), "Z05.42": ("P70",), "Z05.3": ("P22", "P23"),
}  # fmt: skip
"""Observation of a newborn for what was ruled out (I.C.16.b) to the codes of what then is not there."""


def _birth(note: str) -> str:
    cesarean = bool(_CESAREAN.search(note))
    if _OUTSIDE.search(note):
        return "Z38.4" if TWINS.search(note) else "Z38.1"
    if _TRIPLET.search(note):
        return "Z38.62" if cesarean else "Z38.61"
    return ("Z38.3" if TWINS.search(note) else "Z38.0") + ("1" if cesarean else "0")


_WEEKS_BORN = re.compile(
    r"\b(?:born|newborn|neonate|delivered|vaginal(?:ly)?|delivery|hospital|here|section|c/s|ex|former)\b[^.\n]{0,24}?\b(?P<weeks>[23]\d)(?:[ -]?\d/7|\+\d)?(?:\s?-?(?:w|wks?|weeks?|weeker)(?:\b|(?=\d))|(?<=/7)|(?<=\+\d))|"
    r"\b(?P<at>[23]\d)(?:[ -]?\d/7|\+\d)?[- ]?(?:wks?|weeks?|w)(?: ?\d ?d)?[- ](?:(?:male|female|preterm|infant|single|twin) )*(?:boy|girl|infant|male|female|newborn|neonate|twin)|(?:preterm|premature)(?: (?:infant|newborn|neonate|baby|boy|girl|male|female))?,? (?:born )?(?:at )?(?P<pre>[23]\d)(?:[ -]\d/7|\+\d)? ?w(?:ks?|eeks?)?(?=\d|\b)|"
    r"\b(?P<ga>[23]\d) ?(?:w|wks?|weeks?)? ?(?:\d ?d?|\d/7|\+ ?\d)? (?:ga|gestation(?:al age)?)\b|\b(?P<ex>[23]\d)[- ]weeker\b|\b(?P<done>[23]\d) completed weeks?\b|(?:^|[,;:(] )(?P<bare>2[2-9]|3[0-6]) ?(?:w|wks?|weeks?)(?:\+\d)?(?=\s*[,;.)])",
    re.IGNORECASE,
)


def _early(note: str) -> str | None:
    """The code for the weeks at birth that the note states; none for a child born at term."""
    match = _WEEKS_BORN.search(note)
    weeks = int(next(filter(None, match.groups()))) if match else _TERM
    return _of_weeks(weeks) if weeks < _TERM else None


def _of_weeks(weeks: int) -> str:
    return _EARLY.get(weeks, "P07.21") if weeks < _IMMATURE else f"P07.3{weeks - 27}"


def _grams(match: re.Match[str]) -> int:
    return int(float(match["kg"]) * 1000) if match["kg"] else int((match["g"] or match["bare"]).replace(",", ""))


def _mature(note: str) -> str:
    weeks = gestation(note)
    if weeks is None or weeks >= _TERM:
        return (weeks is None and _early(note)) or "P07.30"
    return _of_weeks(weeks)
