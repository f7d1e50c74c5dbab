"""Reads the verdicts of a sample, and says what they allow to be said of the whole output."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redactphi.errors import DataError
from redactphi.etl.bounds import CONFIDENCE, count_bound, share_bound
from redactphi.etl.readers import open_source
from redactphi.etl.records import Record, Rejected
from redactphi.etl.sample import DRAW, LABELS, VERDICT, Draw
from redactphi.labels import PhiLabel

_YES, _NO = frozenset({"yes", "y"}), frozenset({"no", "n"})
_LABELS = frozenset(str(label) for label in PhiLabel)
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Review:
    """What a person found in a sample, and the bounds that follow. No text of notes.

    Attributes:
        read: How many notes were read.
        missed: In how many of them PHI had been missed.
        labels: What had been missed, by label: in how many notes.
        draw: How the sample was drawn; None when the file does not say.
    """

    read: int
    missed: int
    labels: Mapping[str, int] = field(default_factory=dict)
    draw: Draw | None = None

    @property
    def share_bound(self) -> float:
        """The upper 95 % bound of the share of notes with missed PHI, by Clopper and Pearson."""
        return share_bound(self.missed, self.read)

    @property
    def count_bound(self) -> int | None:
        """The same bound in notes, out of the notes of the run; None when their number is not known."""
        return count_bound(self.missed, self.read, self.draw.population) if self.draw else None

    @property
    def statement(self) -> str:
        """The sentences to sign."""
        return " ".join((*self._found(), *self._bounded(), *self._judged()))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        draw = self.draw
        return {
            "notes_read": self.read,
            "notes_with_missed_phi": self.missed,
            "missed_labels": dict(sorted(self.labels.items())),
            "confidence": CONFIDENCE,
            "share_bound": self.share_bound,
            "notes_in_run": draw.population if draw else None,
            "count_bound": self.count_bound,
            "seed": draw.seed if draw else None,
            "manifest_sha256": draw.manifest_sha256 if draw else None,
            "statement": self.statement,
        }

    def _found(self) -> Iterable[str]:
        if self.draw:
            yield (
                f"Of the {self.draw.population:,} redacted notes of the run whose manifest has the SHA-256 "
                f"{self.draw.manifest_sha256}, {_notes(self.read)} drawn at random (seed {self.draw.seed}) "
                "and read by a person."
            )
        else:
            yield f"{_notes(self.read).capitalize()} drawn and read by a person; of how many is not known."
        yield f"PHI had been missed in {self.missed or 'none'} of them."

    def _bounded(self) -> Iterable[str]:
        if self.draw and self.draw.population == self.read:
            yield "These are all notes there are."
            return
        share = _percent(self.share_bound)
        yield f"With 95 % confidence, at most {share} of all redacted notes hold PHI that this reading would find"
        most = self.count_bound
        if self.draw and most is not None:
            yield (
                f"(Clopper-Pearson); of {self.draw.population:,} notes, at most {most:,}, which is "
                f"{_percent(most / self.draw.population)} (hypergeometric)."
            )
        else:
            yield "(Clopper-Pearson)."

    def _judged(self) -> Iterable[str]:
        if self.missed:
            yield "Notes in which PHI was found must not be released as they are."
        yield (
            "This is a measurement and no statement of compliance: whether the covered entity has actual knowledge that "
            "the information could be used alone or in combination with other information to identify an individual "
            "(45 CFR 164.514(b)(2)(ii)) is for the covered entity to judge."
        )


def read_review(path: Path, *, encoding: str = "utf-8") -> Review:
    """The review in a filled-in verdict file.

    Args:
        path: The file ``write_sample`` made, as a person or a spreadsheet left it.
        encoding: Of the file.

    Raises:
        DataError: It cannot be read, a verdict is missing or no verdict, or lines of the sample are gone; the message
            names rows as a spreadsheet numbers them, never what stands in them.
    """
    source = open_source(path, encoding=encoding)
    if missing := [name for name in (VERDICT, LABELS) if name not in source.columns]:
        raise DataError(f"{path.name}: no column {missing[0]!r}; is it a verdict file?")
    rows = [(number, _row(item, source.columns)) for number, item in enumerate(source.records(), 2)]
    _check_rows(path.name, "cannot be read; try --encoding", [number for number, row in rows if row is None])
    lines = [(number, row) for number, row in rows if row is not None]
    if not lines:
        raise DataError(f"{path.name}: no note in it")
    _check_verdicts(path.name, lines)
    labels = Counter(label for _, row in lines for label in sorted(_named(row)))
    missed = sum(_said(row) in _YES for _, row in lines)
    return Review(len(lines), missed, dict(sorted(labels.items())), _draw(path.name, lines))


def _row(item: Record | Rejected, names: tuple[str, ...]) -> dict[str, str] | None:
    if isinstance(item, Rejected):
        return None
    cells = zip(names, item.cells, strict=True)
    return {name: "" if cell is None else str(cell.value) for name, cell in cells if name in (VERDICT, LABELS, DRAW)}


def _check_verdicts(name: str, lines: list[tuple[int, dict[str, str]]]) -> None:
    open_lines = [line for line, row in lines if _said(row) not in _YES | _NO]
    _check_rows(name, f"of {len(lines)} have no verdict: {VERDICT} takes yes or no", open_lines)
    unknown = [line for line, row in lines if not _named(row) <= _LABELS]
    _check_rows(name, f"name an unknown label in {LABELS}; valid: {', '.join(sorted(_LABELS))}", unknown)
    torn = [line for line, row in lines if _said(row) in _NO and _named(row)]
    _check_rows(name, "say no and name missed labels", torn)


def _check_rows(name: str, what: str, lines: list[int]) -> None:
    if lines:
        shown = ", ".join(map(str, lines[:_SHOWN])) + (", …" if len(lines) > _SHOWN else "")
        raise DataError(f"{name}: {len(lines)} {what} (rows {shown})")


def _draw(name: str, lines: list[tuple[int, dict[str, str]]]) -> Draw | None:
    said = {row.get(DRAW, "").strip() for _, row in lines}
    if said == {""}:
        return None
    draws = [Draw.parse(written) for written in sorted(said)]
    if len(draws) != 1 or draws[0] is None:
        raise DataError(f"{name}: the column {DRAW} is not the same on all lines, or was edited")
    if draws[0].drawn != len(lines):
        raise DataError(f"{name}: {draws[0].drawn} notes were drawn, {len(lines)} are in the file")
    return draws[0]


def _said(row: Mapping[str, str]) -> str:
    return row[VERDICT].strip().lower()


def _named(row: Mapping[str, str]) -> set[str]:
    return {part.upper() for part in re.split(r"[\s,;|]+", row[LABELS]) if part}


def _notes(number: int) -> str:
    return "1 note was" if number == 1 else f"{number:,} notes were"


def _percent(share: float) -> str:
    """Rounded up: a bound that is rounded down is none."""
    return f"{math.ceil(round(share * 1e4, 6)) / 100:.2f} %"
