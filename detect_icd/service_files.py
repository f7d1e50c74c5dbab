"""ServiceFiles: what imported official files say of CPT and HCPCS codes, by code and day of service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from detect_icd.service_records import (
    AddOn,
    Apc,
    Category,
    Descriptor,
    Fee,
    HcpcsRecord,
    Mue,
    MueSetting,
    PtpEdit,
    Setting,
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An official file as it was read."""

    name: str
    sha256: str
    rows: int


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
    made: date
    path: Path

    @property
    def rows(self) -> int:
        """How many records it has."""
        return sum(file.rows for file in self.files)


class ServiceFiles:
    """Everything imported; nothing is read before it is asked.

    ``on`` is the day of service: the release in force on it answers, which is the newest that is not after it; where all
    are after it the oldest does, and the ``note`` of each record's citation says so. Without it the newest answers.
    """

    @classmethod
    def open(cls) -> Self:
        """What is in the folder of imported files; empty where nothing is imported."""
        return cls()

    def kinds(self) -> frozenset[str]:
        """Which of ``KINDS`` are at hand."""
        return frozenset()

    def imports(self) -> tuple[ImportedFile, ...]:
        """What was imported, by kind, setting and release, oldest first."""
        return ()

    def note(self, kind: str, on: date | None = None, setting: str = "") -> str:
        """That the release which answers is not the one in force on the day; empty where it is, or none is at hand."""
        return ""

    def fees(self, code: str, on: date | None = None) -> tuple[Fee, ...]:
        """The rows of the fee schedule, that without a modifier first."""
        return ()

    def ptp(
        self, first: str, second: str, on: date | None = None, setting: Setting = "practitioner"
    ) -> tuple[PtpEdit, ...]:
        """The edits between two codes, in either order, that are active on the day."""
        return ()

    def ptp_of(self, code: str, on: date | None = None, setting: Setting = "practitioner") -> tuple[PtpEdit, ...]:
        """All active edits of a code: first those that it is column 1 of."""
        return ()

    def mue(self, code: str, on: date | None = None, setting: MueSetting = "practitioner") -> Mue | None:
        """How many units of a code are paid."""
        return None

    def primaries(self, add_on: str, on: date | None = None) -> tuple[AddOn, ...]:
        """The codes that an add-on code may go with."""
        return ()

    def add_ons(self, primary: str, on: date | None = None) -> tuple[AddOn, ...]:
        """The add-on codes that name a code among those they go with."""
        return ()

    def hcpcs(self, code: str, on: date | None = None) -> HcpcsRecord | None:
        """A HCPCS level II code or modifier."""
        return None

    def apc(self, code: str, on: date | None = None) -> Apc | None:
        """How a hospital's outpatient department is paid for a code."""
        return None

    def ccs(self, code: str) -> Category | None:
        """The CCS category of a code."""
        return None

    def rbcs(self, code: str, on: date | None = None) -> Category | None:
        """The RBCS category of a code."""
        return None

    def descriptor(self, code: str, on: date | None = None) -> Descriptor | None:
        """The licensee's own text of a code."""
        return None
