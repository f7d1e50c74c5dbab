"""Precision, recall and F1 of detected codes against coded notes: exact, by category, by chapter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from detect_icd.coding import CodeSystem, cpt, hcpcs, icd10cm
from detect_icd.matchers import denied
from detect_icd.matchers.phrases import PhraseSource
from redactphi.errors import DataError

if TYPE_CHECKING:
    from detect_icd.candidates import Candidate, Detection
    from detect_icd.detector import CodeDetector

_CATEGORY = 3


@dataclass(frozen=True, slots=True)
class GoldNote:
    """A coded note: its id, its text (out of ``repr``) and its codes."""

    id: str
    text: str = field(repr=False)
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Codes found and right, found and wrong, and missed; adds with ``+``."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @classmethod
    def of(cls, found: frozenset[str], gold: frozenset[str]) -> Self:
        """The counts of one note."""
        return cls(len(found & gold), len(found - gold), len(gold - found))

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Share of the found that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that is found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0

    def to_dict(self) -> dict[str, float]:
        """Counts and figures, rounded to three places."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        counts = {"right": self.right, "wrong": self.wrong, "missed": self.missed}
        return {**{name: round(value, 3) for name, value in figures.items()}, **counts}


@dataclass(frozen=True, slots=True)
class Report:
    """Micro-averaged figures, by what is counted (``reported``, ``mentioned``) and by level.

    Attributes:
        notes: How many notes.
        counts: From (what is counted, level) to counts.
        errors: For each note its id, the codes reported wrongly, and those missed.
    """

    notes: int
    counts: Mapping[tuple[str, str], Counts]
    errors: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = ()

    def worst(self, limit: int) -> list[tuple[str, frozenset[str], frozenset[str]]]:
        """The notes with the most errors among what is reported: id, codes wrong, codes missed."""
        ranked = sorted(self.errors, key=lambda note: -len(note[1]) - len(note[2]))
        return [note for note in ranked if note[1] or note[2]][:limit]

    def to_dict(self) -> dict[str, object]:
        """The report as plain data."""
        table: dict[str, dict[str, dict[str, float]]] = {}
        for (what, level), counts in self.counts.items():
            table.setdefault(what, {})[level] = counts.to_dict()
        return {"notes": self.notes, **table}


def read_gold(path: Path) -> Iterator[GoldNote]:
    """The coded notes of a JSON Lines file: ``{"id", "text", "codes": [...]}`` a line.

    Raises:
        DataError: A line is not of that shape; names its number only.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                raw = json.loads(line)
                note = _note(raw, str(number))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise DataError(f"{path.name} line {number}: not a JSON object with text and a list of codes") from None
            yield note


def _note(raw: Mapping[str, object], number: str) -> GoldNote:
    text, codes = raw["text"], raw["codes"]
    if not isinstance(text, str) or not isinstance(codes, list):
        raise TypeError
    return GoldNote(str(raw.get("id", number)), text, frozenset(map(_code, codes)))


def _code(written: str) -> str:
    """A code as people write it; a ValueError where it has the form of none."""
    for form in (icd10cm, cpt, hcpcs):
        if form.is_valid(written):
            return form.format(written)
    raise ValueError


def evaluate(notes: Iterable[GoldNote], detector: CodeDetector) -> Report:
    """Runs the detector on coded notes.

    ``reported`` counts what may be reported; ``mentioned`` every ICD-10-CM candidate whatever its status, for gold
    that codes negated and past mentions too. CPT and HCPCS codes of the gold are not counted.
    """
    totals = {(what, level): Counts() for what in SELECTIONS for level in LEVELS}
    errors = []
    for note in notes:
        detection = detector.detect(note.text)
        wanted = [code for code in note.codes if icd10cm.is_valid(code)]
        codes = {
            what: frozenset(c.coding.code for c in select(detection) if c.coding.system is CodeSystem.ICD10CM)
            for what, select in SELECTIONS.items()
        }
        for what, level in totals:
            shorten = LEVELS[level]
            found, gold = frozenset(map(shorten, codes[what])), frozenset(map(shorten, wanted))
            totals[what, level] += Counts.of(found, gold)
        reported = codes["reported"]
        errors.append((note.id, reported - frozenset(wanted), frozenset(wanted) - reported))
    return Report(len(errors), totals, tuple(errors))


def _chapter(code: str) -> str:
    return next(name for last, name in _CHAPTERS if code[:3] <= last)


_CHAPTERS = (
    ("B99", "1"), ("D49", "2"), ("D89", "3"), ("E89", "4"), ("F99", "5"), ("G99", "6"), ("H59", "7"), ("H95", "8"),
    ("I99", "9"), ("J99", "10"), ("K95", "11"), ("L99", "12"), ("M99", "13"), ("N99", "14"), ("O9A", "15"),
    ("P96", "16"), ("QA0", "17"), ("R99", "18"), ("T88", "19"), ("U85", "22"), ("Y99", "20"), ("Z99", "21"),
)  # fmt: skip

LEVELS: Mapping[str, Callable[[str], str]] = {
    "exact": lambda code: code,
    "category": lambda code: code[:_CATEGORY],
    "chapter": _chapter,
}


def _reported(detection: Detection) -> tuple[Candidate, ...]:
    return detection.reported


def _mentioned(detection: Detection) -> tuple[Candidate, ...]:
    """Words that name a kind of finding and no condition, and parts of names in denials, are read for their status alone."""
    return tuple(candidate for candidate in detection.candidates if candidate.rules[0] not in _STATUS_ALONE)


_STATUS_ALONE = frozenset({PhraseSource.GENERAL.rule, denied.RULE})


SELECTIONS: Mapping[str, Callable[[Detection], tuple[Candidate, ...]]] = {
    "reported": _reported,
    "mentioned": _mentioned,
}
