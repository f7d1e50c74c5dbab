"""What imported files say of CPT and HCPCS codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

Setting = Literal["practitioner", "hospital"]
KINDS = (
    "physician-fee-schedule",
    "ncci-ptp",
    "ncci-mue",
    "ncci-add-on",
    "hcpcs",
    "opps-addendum-b",
    "cpt-descriptors",
    "ccs-services",
    "rbcs",
)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a record stands."""

    kind: str
    file: str
    release: str
    line: int

    def __str__(self) -> str:
        return f"{self.kind} {self.release}, {self.file}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Fee:
    """A row of the physician fee schedule."""

    code: str
    modifier: str
    description: str
    status: str
    work: Decimal | None
    facility_pe: Decimal | None
    nonfacility_pe: Decimal | None
    malpractice: Decimal | None
    facility_total: Decimal | None
    nonfacility_total: Decimal | None
    pc_tc: str
    global_days: str
    preoperative: Decimal | None
    intraoperative: Decimal | None
    postoperative: Decimal | None
    multiple: str
    bilateral: str
    assistant: str
    co_surgeon: str
    team: str
    endoscopic_base: str
    conversion_factor: Decimal | None
    supervision: str
    imaging_family: str
    source: Citation


@dataclass(frozen=True, slots=True)
class PtpEdit:
    """A pair of codes of which the second is not paid."""

    column1: str
    column2: str
    effective: date
    deleted: date | None
    indicator: Literal["0", "1", "9"]
    rationale: str
    setting: Setting
    source: Citation


@dataclass(frozen=True, slots=True)
class Mue:
    """Units of a code that are plausible."""

    code: str
    units: int
    mai: Literal["1", "2", "3"]
    meaning: str
    rationale: str
    setting: Literal["practitioner", "hospital", "supplier"]
    source: Citation


@dataclass(frozen=True, slots=True)
class AddOn:
    """An add-on code and one code it may go with."""

    add_on: str
    primary: str
    edit_type: Literal["1", "2", "3"]
    effective: date | None
    deleted: date | None
    note: str
    source: Citation


@dataclass(frozen=True, slots=True)
class HcpcsRecord:
    """A code or modifier of HCPCS level II."""

    code: str
    long: str
    short: str
    coverage: str
    betos: str
    type_of_service: str
    added: date | None
    effective: date | None
    terminated: date | None
    action: str
    source: Citation


@dataclass(frozen=True, slots=True)
class Apc:
    """A line of OPPS Addendum B."""

    code: str
    status_indicator: str
    apc: str
    relative_weight: Decimal | None
    payment_rate: Decimal | None
    source: Citation


@dataclass(frozen=True, slots=True)
class Category:
    """A category of codes."""

    first: str
    last: str
    number: str
    label: str
    subcategory: str
    family: str
    valid_from: date | None
    valid_to: date | None
    source: Citation


@dataclass(frozen=True, slots=True)
class Descriptor:
    """The licensee's own text of a code."""

    code: str
    text: str
    valid_from: date | None
    valid_to: date | None
    source: Citation


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that was imported."""

    kind: str
    release: str
    files: tuple[str, ...]
    sha256: str
    rows: int
    made: str
    path: Path


class ServiceFiles:
    """Everything imported of CPT and HCPCS."""

    @classmethod
    def open(cls) -> Self:
        """What is in the local store."""
        return cls()

    def kinds(self) -> frozenset[str]:
        """Which kinds are at hand."""
        return frozenset()

    def imports(self) -> tuple[ImportedFile, ...]:
        """The files."""
        return ()

    def fees(self, code: str, on: date | None = None) -> tuple[Fee, ...]:
        """Rows of the fee schedule."""
        return ()

    def ptp(self, first: str, second: str, on: date | None = None, setting: Setting = "practitioner") -> tuple[PtpEdit, ...]:
        """Edits between two codes."""
        return ()

    def ptp_of(self, code: str, on: date | None = None, setting: Setting = "practitioner") -> tuple[PtpEdit, ...]:
        """All edits of a code."""
        return ()

    def mue(self, code: str, on: date | None = None, setting: str = "practitioner") -> Mue | None:
        """Units that are plausible."""
        return None

    def primaries(self, add_on: str, on: date | None = None) -> tuple[AddOn, ...]:
        """What an add-on goes with."""
        return ()

    def add_ons(self, primary: str, on: date | None = None) -> tuple[AddOn, ...]:
        """Add-ons of a code."""
        return ()

    def hcpcs(self, code: str, on: date | None = None) -> HcpcsRecord | None:
        """The record of a HCPCS code."""
        return None

    def apc(self, code: str, on: date | None = None) -> Apc | None:
        """Its line of Addendum B."""
        return None

    def ccs(self, code: str) -> Category | None:
        """Its CCS category."""
        return None

    def rbcs(self, code: str, on: date | None = None) -> Category | None:
        """Its RBCS category."""
        return None

    def descriptor(self, code: str, on: date | None = None) -> Descriptor | None:
        """The licensee's text."""
        return None
