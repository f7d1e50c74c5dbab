"""ServiceFiles: what imported official files say of CPT and HCPCS codes, by code and day of service."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self, TypeVar, cast

from detect_icd.coding import cpt, hcpcs
from detect_icd.local_data import home
from detect_icd.service_records import (
    TITLES,
    AddOn,
    Apc,
    Category,
    Descriptor,
    Fee,
    HcpcsRecord,
    Mue,
    MueSetting,
    PtpEdit,
    Record,
    Setting,
)
from detect_icd.service_store import Shelf, SourceFile, pairs, range_of, records, shelves

Day = datetime.date
_Dated = TypeVar("_Dated", Category, Descriptor)


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What was imported of one kind and release.

    Attributes:
        kind: One of ``KINDS``.
        release: ``2026A``, ``2026q1``, ``2026-01`` or ``2019``.
        setting: ``practitioner``, ``hospital`` or ``supplier`` of the edits that are published for each; else empty.
        files: The files it was made from.
        made: The day of the import.
        path: The file it is kept in.
    """

    kind: str
    release: str
    setting: str
    files: tuple[SourceFile, ...]
    made: Day
    path: Path

    @property
    def rows(self) -> int:
        """How many records it has."""
        return sum(file.rows for file in self.files)


class _Answering(NamedTuple):
    """The release that answers for a day."""

    shelf: Shelf
    on: Day
    note: str


@dataclass(frozen=True, slots=True)
class ServiceFiles:
    """Everything imported; nothing is read before it is asked, and it may cross threads, forks and pickles.

    ``on`` is the day of service: the release in force on it answers, which is the newest that is not after it; where all
    are after it the oldest does, and the ``note`` of each record's citation says so. Without it the newest answers, as
    of its first day.

    Every method raises ``DataError`` if a file of the folder is not one that an import made. A text that has not the form
    of a code has no records.

    Attributes:
        shelves: The files of the folder.
    """

    shelves: tuple[Shelf, ...] = ()

    @classmethod
    def open(cls) -> Self:
        """What is in the folder of imported files; empty where nothing is imported."""
        return cls(shelves(home()))

    def kinds(self) -> frozenset[str]:
        """Which of ``KINDS`` are at hand."""
        return frozenset(shelf.kind for shelf in self.shelves)

    def imports(self) -> tuple[ImportedFile, ...]:
        """What was imported, by kind and setting, oldest release first."""
        return tuple(map(_described, self.shelves))

    def note(self, kind: str, on: Day | None = None, setting: str = "") -> str:
        """That the release which answers is not in force on the day; empty where it is, or none is at hand."""
        answering = self._answering(kind, on, setting)
        return answering.note if answering else ""

    def fees(self, code: str, on: Day | None = None) -> tuple[Fee, ...]:
        """The rows of the fee schedule, that without a modifier first."""
        found = cast("list[Fee]", self._records("physician-fee-schedule", "code", code, on))
        return tuple(sorted(found, key=lambda fee: fee.modifier))

    def ptp(
        self, first: str, second: str, on: Day | None = None, setting: Setting = "practitioner"
    ) -> tuple[PtpEdit, ...]:
        """The edits between two codes, in either order, that are active on the day."""
        return self._pairs(((first, second), (second, first)), on, setting)

    def ptp_of(self, code: str, on: Day | None = None, setting: Setting = "practitioner") -> tuple[PtpEdit, ...]:
        """All active edits of a code: first those that it is column 1 of."""
        return self._pairs(((code, None), (None, code)), on, setting)

    def mue(self, code: str, on: Day | None = None, setting: MueSetting = "practitioner") -> Mue | None:
        """How many units of a code are paid."""
        found = cast("list[Mue]", self._records("ncci-mue", "code", code, on, setting))
        return found[0] if found else None

    def primaries(self, add_on: str, on: Day | None = None) -> tuple[AddOn, ...]:
        """The codes that an add-on code may go with on the day."""
        return self._add_ons("add_on", add_on, on)

    def add_ons(self, primary: str, on: Day | None = None) -> tuple[AddOn, ...]:
        """The add-on codes that name a code among those they may go with on the day."""
        return self._add_ons("primary", primary, on)

    def hcpcs(self, code: str, on: Day | None = None) -> HcpcsRecord | None:
        """A HCPCS level II code or modifier."""
        found = cast("list[HcpcsRecord]", self._records("hcpcs", "code", code, on))
        return found[0] if found else None

    def apc(self, code: str, on: Day | None = None) -> Apc | None:
        """How a hospital's outpatient department is paid for a code."""
        found = cast("list[Apc]", self._records("opps-addendum-b", "code", code, on))
        return found[0] if found else None

    def ccs(self, code: str) -> Category | None:
        """The CCS category of a code."""
        answering = self._answering("ccs-services", None)
        if answering is None or not (cpt.is_valid(code) or hcpcs.is_valid(code)):
            return None
        bare = _compact(code)
        found = cast("Category | None", range_of(answering.shelf, bare))
        # The letters of a range stand where its codes have them: 0042T is in 0042T-0042T, not in 00100-00199.
        return found if found is not None and _letters(found.first) == _letters(bare) else None

    def rbcs(self, code: str, on: Day | None = None) -> Category | None:
        """The RBCS category of a code on the day."""
        answering = self._answering("rbcs", on)
        found = cast("list[Category]", self._records("rbcs", "first", code, on))
        return _on_the_day(found, answering.on) if answering else None

    def descriptor(self, code: str, on: Day | None = None) -> Descriptor | None:
        """The licensee's own text of a code on the day."""
        answering = self._answering("cpt-descriptors", on)
        found = cast("list[Descriptor]", self._records("cpt-descriptors", "code", code, on))
        return _on_the_day(found, answering.on) if answering else None

    def _add_ons(self, field: str, code: str, on: Day | None) -> tuple[AddOn, ...]:
        answering = self._answering("ncci-add-on", on)
        if answering is None:
            return ()
        found = cast("list[AddOn]", records(answering.shelf, field, _compact(code), answering.note))
        return tuple(record for record in found if _is_between(record.effective, answering.on, record.deleted))

    def _pairs(
        self, asked: Iterable[tuple[str | None, str | None]], on: Day | None, setting: str
    ) -> tuple[PtpEdit, ...]:
        answering = self._answering("ncci-ptp", on, setting)
        if answering is None:
            return ()
        found: list[PtpEdit] = []
        for codes in dict.fromkeys(asked):
            column1, column2 = (code and _compact(code) for code in codes)
            if all(code is None or _CODE.fullmatch(code) for code in (column1, column2)):
                found += pairs(answering.shelf, column1, column2, answering.on, answering.note)
        return tuple(found)

    def _records(self, kind: str, field: str, code: str, on: Day | None, setting: str = "") -> list[Record]:
        answering = self._answering(kind, on, setting)
        return records(answering.shelf, field, _compact(code), answering.note) if answering else []

    def _answering(self, kind: str, on: Day | None, setting: str = "") -> _Answering | None:
        at_hand = [shelf for shelf in self.shelves if shelf.kind == kind and shelf.setting == setting]
        if not at_hand:
            return None
        if on is None:
            return _Answering(at_hand[-1], at_hand[-1].release.first_day, "")
        before = [shelf for shelf in at_hand if shelf.release.first_day <= on]
        if before:
            return _Answering(before[-1], on, "")
        first = at_hand[0]
        note = f"no {TITLES[kind]} of {on} or before is imported; {first.release_name}, the oldest at hand, answers"
        return _Answering(first, on, note)


_CODE = re.compile(r"[0-9A-Z]{5}", re.ASCII)


def _described(shelf: Shelf) -> ImportedFile:
    made, files = shelf.facts()
    return ImportedFile(shelf.kind, shelf.release_name, shelf.setting, files, made, shelf.store.path)


def _compact(code: str) -> str:
    return code.strip().upper()


def _letters(code: str) -> list[tuple[int, str]]:
    return [(place, sign) for place, sign in enumerate(code) if sign.isalpha()]


def _on_the_day(found: Sequence[_Dated], on: Day) -> _Dated | None:
    """Of the records of a code, one after the other in time, that of the day; else the last."""
    valid = [record for record in found if _is_between(record.valid_from, on, record.valid_to)]
    return next(reversed(valid or found), None)


def _is_between(first: Day | None, on: Day, last: Day | None) -> bool:
    return (first is None or first <= on) and (last is None or on <= last)
