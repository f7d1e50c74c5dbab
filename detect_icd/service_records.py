"""What imported official files say of CPT and HCPCS codes, one record a row, each with the row it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Setting = Literal["practitioner", "hospital"]
"""Whose edits: CMS publishes pairs and units for both."""

MueSetting = Literal["practitioner", "hospital", "supplier"]
"""Units are published for suppliers of durable equipment too."""

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
"""The kinds of files; ``detect-icd import`` has a command for each, one for the three of NCCI."""

TITLES = {
    "physician-fee-schedule": "Physician fee schedule",
    "ncci-ptp": "NCCI PTP",
    "ncci-mue": "NCCI MUE",
    "ncci-add-on": "NCCI add-on codes",
    "hcpcs": "HCPCS",
    "opps-addendum-b": "OPPS Addendum B",
    "cpt-descriptors": "CPT descriptors",
    "ccs-services": "CCS services",
    "rbcs": "RBCS",
}
"""What a kind is called in a citation."""

IMPORT_OF = {kind: "ncci" if kind.startswith("ncci") else kind for kind in KINDS}
"""Which command of ``detect-icd import`` brings a kind."""


CONTRACTOR = "CCCCC"
"""Stands for the primary codes that a contractor accepts beside an add-on code."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a record stands.

    Attributes:
        kind: One of ``KINDS``.
        file: The name of the file as it was given, the one inside its zip if there is one.
        release: ``2026A``, ``2026q1``, ``2026-01`` or ``2019``: as the file or its name says.
        line: The line it begins on, or its row in a workbook, from 1.
        note: That the release is not the one in force on the day asked for; empty where it is.
    """

    kind: str
    file: str
    release: str
    line: int
    note: str = ""

    def __str__(self) -> str:
        return f"{TITLES[self.kind]} {self.release}, {self.file}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Fee:
    """A row of the physician fee schedule; a code has one for each of its modifiers (none, 26, TC, 53).

    Indicators are as the file has them. Relative values are without geographic adjustment; ``None`` where the file has none.

    Attributes:
        code: CPT or HCPCS code.
        modifier: ``""``, ``26``, ``TC`` or ``53``.
        description: The file's short description.
        status: Status code: ``A`` active, ``I`` not valid for Medicare, ``N`` not covered, …
        work: Work RVU.
        facility_pe: Practice expense RVU in a facility.
        nonfacility_pe: Practice expense RVU elsewhere.
        malpractice: Malpractice RVU.
        facility_total: Total RVU in a facility.
        nonfacility_total: Total RVU elsewhere.
        pc_tc: Professional and technical component indicator.
        global_days: ``000``, ``010``, ``090``, ``MMM``, ``XXX``, ``YYY`` or ``ZZZ``.
        preoperative: Share of the global package, 0 to 1.
        intraoperative: As above.
        postoperative: As above.
        multiple: Multiple procedure indicator (modifier 51).
        bilateral: Bilateral surgery indicator (modifier 50).
        assistant: Assistant at surgery indicator (modifiers 80, 81, 82, AS).
        co_surgeon: Co-surgeons indicator (modifier 62).
        team: Team surgery indicator (modifier 66).
        endoscopic_base: The base code of its endoscopic family.
        conversion_factor: Dollars for one RVU.
        supervision: Physician supervision of diagnostic procedures.
        imaging_family: Diagnostic imaging family indicator.
        source: Where it stands.
    """

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
    """A procedure-to-procedure edit of NCCI.

    Attributes:
        column1: The code that is paid.
        column2: The code that is not.
        effective: First day of the edit.
        deleted: Last day of the edit; ``None`` while it stands.
        indicator: ``0`` no modifier parts them, ``1`` one may, ``9`` not applicable.
        rationale: Why, in the file's words.
        setting: Whose edit.
        source: Where it stands.
    """

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
    """A medically unlikely edit of NCCI.

    Attributes:
        code: CPT or HCPCS code.
        units: The most units that are paid.
        mai: Adjudication indicator: ``1`` of a line, ``2`` and ``3`` of a day of service.
        meaning: What the indicator says, in the file's words.
        rationale: Why, in the file's words.
        setting: Whose edit.
        source: Where it stands.
    """

    code: str
    units: int
    mai: Literal["1", "2", "3"]
    meaning: str
    rationale: str
    setting: MueSetting
    source: Citation


@dataclass(frozen=True, slots=True)
class AddOn:
    """An add-on code and one code it may go with.

    Attributes:
        add_on: The add-on code.
        primary: A code it may go with; ``CCCCC``: what the contractor accepts.
        edit_type: ``1`` only with the listed codes, ``2`` with what the contractor accepts, ``3`` with some listed and others.
        effective: First day; ``None`` where the file has none.
        deleted: Last day; ``None`` while it stands.
        note: Special instruction, in the file's words.
        source: Where it stands.
    """

    add_on: str
    primary: str
    edit_type: Literal["1", "2", "3"]
    effective: date | None
    deleted: date | None
    note: str
    source: Citation


@dataclass(frozen=True, slots=True)
class HcpcsRecord:
    """A HCPCS level II code or modifier.

    Attributes:
        code: Five characters, or two of a modifier.
        long: Long description.
        short: Short description.
        coverage: Coverage code.
        betos: BETOS category.
        type_of_service: Types of service, one character each.
        added: The day it was added.
        effective: The day its record took effect.
        terminated: Its last day; ``None`` while it stands.
        action: Action code of the release.
        source: Where it stands.
    """

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
    """How the outpatient prospective payment system pays a code (Addendum B).

    Attributes:
        code: CPT or HCPCS code.
        status_indicator: ``S``, ``T``, ``J1``, ``N``, …
        apc: Ambulatory payment classification; empty where it has none.
        relative_weight: Its weight.
        payment_rate: Dollars.
        source: Where it stands.
    """

    code: str
    status_indicator: str
    apc: str
    relative_weight: Decimal | None
    payment_rate: Decimal | None
    source: Citation


@dataclass(frozen=True, slots=True)
class Category:
    """A category of services: of CCS for a range of codes, of RBCS for one.

    Attributes:
        first: First code of the range.
        last: Last code of the range.
        number: Number of the CCS category, or RBCS id.
        label: Its label; of RBCS the category's.
        subcategory: Subcategory of RBCS.
        family: Family of RBCS.
        valid_from: First day; ``None`` where the file has none.
        valid_to: Last day; ``None`` where it has none.
        source: Where it stands.
    """

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
    """A code's text in a licensee's own file.

    Attributes:
        code: CPT or HCPCS code.
        text: The text.
        valid_from: The day it was added or took effect; ``None`` where the file has none.
        valid_to: Its last day; ``None`` where the file has none.
        source: Where it stands.
    """

    code: str
    text: str
    valid_from: date | None
    valid_to: date | None
    source: Citation


Record = Fee | PtpEdit | Mue | AddOn | HcpcsRecord | Apc | Category | Descriptor
