"""Ulcers by place and stage (I.C.12.a): wound notes list places and stages, often apart from the word ulcer."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.assertion import assess, context_rules
from detect_icd.candidates import Status
from detect_icd.conventions.docket import Docket, starts
from detect_icd.conventions.surroundings import number, numbered
from detect_icd.gates import gate
from detect_icd.ready import read_toml
from redactphi.resources import data
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.candidates import Candidate
    from detect_icd.codebook import CodeBook

_PRESSURE = "I.C.12.a:pressure ulcer by place and stage"
_CHRONIC = "I.C.12.b:ulcer of the leg by place and depth"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place, a stage or the ulcer itself in the text, and the characters of the code it gives."""

    kind: str
    value: str
    start: int
    end: int


@functools.cache
def _patterns() -> dict[str, tuple[re.Pattern[str], tuple[str, ...]]]:
    """For each kind of mark one scan, and its values by number."""
    raw = read_toml(data("detect_icd") / "guidelines" / "ulcers.toml")
    return {kind: (numbered(table.values()), tuple(table)) for kind, table in raw.items()}


def read_ulcers(docket: Docket, book: CodeBook) -> None:
    """Reads the ulcers of a note line by line, each with its own place and stage."""
    text = docket.note.text
    if not text or gate(_SPEAKS_OF_ULCERS).search(text) is None:
        return
    pressed = bool(gate(_patterns()["pressure"][0]).search(text))
    for bounds in _lines(text):
        marks = _marks(text, bounds)
        if pressed and any(m.kind in {"stage", "pressure"} for m in marks):
            _pressure(docket, book, marks, bounds)
        elif not any(m.kind == "pressure" for m in marks):
            _leg(docket, book, marks, bounds)


_SPEAKS_OF_ULCERS = re.compile(
    r"(?i:ulcer|pressure inj|decubit|bed ?sore|unstageable)|\b(?:PU|DTP?I|SDTI|HAPI|DFU|VLU)s?\b"
)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines of a note, and within them what a full stop or semicolon parts."""
    for match in re.finditer(r"[^\n.;]+(?:\.(?!\s|$)[^\n.;]*)*", text):
        yield match.span()


def _marks(text: str, bounds: tuple[int, int]) -> list[Mark]:
    """What stands in a line and is said to be so, in order."""
    marks = [
        Mark(kind, values[number(match.lastgroup or "")], *match.span())
        for kind, (pattern, values) in _patterns().items()
        for match in gate(pattern).finditer(text, *bounds)
    ]
    if not marks:
        return []
    cues = context_rules().cues(text, *bounds)
    stated = [m for m in marks if assess(text, cues, m.start, m.end, "", bounds).status is Status.PRESENT]
    stated = [
        m for m in stated if m.kind != "stage" or not _OTHER_STAGE.search(text, max(bounds[0], m.start - 25), m.start)
    ]
    return sorted(stated, key=lambda mark: mark.start)


_OTHER_STAGE = re.compile(
    r"\b(?:CKD|kidney|cancer|carcinoma|sarcoid\w*|fibrosis|lymphoma|melanoma|IDC|HTN)\b[^,\n]*$", re.IGNORECASE
)
"""What else has stages, right before one."""


def _pressure(docket: Docket, book: CodeBook, marks: list[Mark], bounds: tuple[int, int]) -> set[str]:
    """Puts the pressure ulcers of a line; gives their codes."""
    if sum(m.kind == "stage" for m in marks) > 1 and (pieces := _pieces(docket.note.text, marks)):
        listed = {code for piece in pieces for code in _pressure(docket, book, piece, bounds)}
        _keep_listed(docket, bounds, listed)
        return listed
    found = set()
    places = [m for m in marks if m.kind == "place"]
    for place in places:
        stage = _nearest(place, [m for m in marks if m.kind == "stage"])
        if stage is not None and not _is_beside(docket, place, stage):
            stage = None
        if stage is None and not any(m.kind == "pressure" for m in marks):
            continue
        entry = book.get(_sided(place.value, _side(place, marks, docket)) + (stage.value if stage else "9"))
        if entry is not None and entry.billable:
            spans = [place, *([stage] if stage else [])]
            _put(docket, docket.stated(entry, _spans(spans), _PRESSURE, score=0.9), ("L89",), bounds)
            found.add(entry.code)
    return found


def _keep_listed(docket: Docket, bounds: tuple[int, int], listed: set[str]) -> None:
    """Drops what words of several items of a list were read as: each item has its own place and stage."""
    low, high = bounds
    for other in docket.diagnoses():
        inside = all(low <= span.start and span.end <= high for span in other.evidence)
        if inside and starts(other, ("L89",)) and other.coding.code not in listed:
            docket.drop(other, "I.C.12.a: the list says place and stage")


def _leg(docket: Docket, book: CodeBook, marks: list[Mark], bounds: tuple[int, int]) -> None:
    """A chronic ulcer of the leg or foot: the word, a place of the leg, and how deep it goes."""
    ulcer = next((m for m in marks if m.kind == "ulcer"), None)
    limbs = [m for m in marks if m.kind == "limb"]
    exact = [m for m in limbs if docket.note.text[m.start : m.end].lower() != "foot"]
    place = _nearest(ulcer, exact or limbs) if ulcer else None
    if ulcer is None or place is None or not _is_beside(docket, ulcer, place):
        return
    depth = _nearest(ulcer, [m for m in marks if m.kind == "depth"]) or _nearest(ulcer, _next_depth(docket, bounds))
    entry = book.get(_sided(place.value, _side(place, marks, docket)) + (depth.value if depth else "9"))
    if entry is not None and entry.billable:
        spans = [ulcer, place, *([depth] if depth else [])]
        _put(docket, docket.stated(entry, _spans(spans), _CHRONIC, score=0.9), ("L97", "L984"), bounds)


def _pieces(text: str, marks: list[Mark]) -> list[list[Mark]]:
    """The marks of a list's items, if every item has its own stage; else none."""
    pieces: list[list[Mark]] = [[]]
    for mark in marks:
        last = pieces[-1][-1] if pieces[-1] else None
        if last is not None and re.search(r",|\band\b|;", text[last.end : mark.start]):
            pieces.append([])
        pieces[-1].append(mark)
    whole = all(sum(m.kind == "stage" for m in p) == 1 and any(m.kind == "place" for m in p) for p in pieces)
    return pieces if whole and len(pieces) > 1 else []


_APART = 60
"""Characters between the word ulcer and its place."""


def _next_depth(docket: Docket, bounds: tuple[int, int]) -> list[Mark]:
    """How deep, where the clause behind tells it."""
    text = docket.note.text
    stop = text.find("\n", bounds[1])
    end = min(stop if stop >= 0 else len(text), bounds[1] + 2 * _APART)
    return [m for m in _marks(text, (bounds[1], end)) if m.kind == "depth"]


def _nearest(mark: Mark, others: list[Mark]) -> Mark | None:
    return min(others, key=lambda o: _gap(mark, o), default=None)


def _gap(one: Mark, other: Mark) -> int:
    return max(one.start, other.start) - min(one.end, other.end)


def _is_beside(docket: Docket, one: Mark, other: Mark) -> bool:
    first, second = sorted((one, other), key=lambda mark: mark.start)
    return docket.note.distance(first.end, max(first.end, second.start)) <= _APART


def _side(place: Mark, marks: list[Mark], docket: Docket) -> str:
    """The side said beside a place: right before it, right behind it, or the only one of the line or of the note."""
    sides = [m for m in marks if m.kind == "side"]
    near = [m for m in sides if 0 <= place.start - m.end <= _BESIDE or 0 <= m.start - place.end <= _BESIDE]
    if near:
        return min(near, key=lambda m: min(abs(place.start - m.end), abs(m.start - place.end))).value
    pattern, known = _patterns()["side"]
    values = {m.value for m in sides} or {
        known[number(match.lastgroup or "")] for match in pattern.finditer(docket.note.text)
    }
    return values.pop() if len(values) == 1 else "0" if place.value.startswith("L89") else "9"


_BESIDE = 12


def _sided(place: str, side: str) -> str:
    return place.replace("*", "0" if side == "9" and place.startswith("L89") else side)


def _spans(marks: list[Mark]) -> tuple[Span, ...]:
    return tuple(sorted(Span(m.start, m.end, "mention", 0.9, "guideline/words") for m in marks))


def _put(docket: Docket, ulcer: Candidate, kin: tuple[str, ...], bounds: tuple[int, int]) -> None:
    """Adds an ulcer, in place of what the same line was read as less exactly."""
    low, high = bounds
    code = ulcer.coding.code
    if code.endswith("9") and any(c.coding.code[:-1] == code[:-1] for c in docket.standing):
        return
    for other in docket.diagnoses():
        if not starts(other, kin) or other.rules[0] == "guideline/words" or other.coding.code == ulcer.coding.code:
            continue
        inside = any(s.label == "mention" and low <= s.start and s.end <= high for s in other.evidence)
        if "unspecified" in other.coding.display or (inside and "other" in other.coding.display):
            docket.drop(other, f"I.B.2: {ulcer.coding.code} says place and stage")
    docket.add(ulcer)
