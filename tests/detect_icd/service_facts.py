"""Imported files that never were: a few codes with made-up values, for pages that show every field."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from detect_icd.service_records import (
    KINDS,
    AddOn,
    Apc,
    Category,
    Citation,
    Descriptor,
    Fee,
    HcpcsRecord,
    Mue,
    PtpEdit,
)
from tests.detect_icd.fake_files import FakeFiles

START = date(2020, 1, 1)


def cited(kind, line=1, **more):
    files = {
        "physician-fee-schedule": ("PPRRVU26_MADE_UP.csv", "2026A"),
        "ncci-ptp": ("ccipra-made-up-f1.TXT", "2026q1"),
        "ncci-mue": ("MCR_MUE_made_up.csv", "2026q1"),
        "ncci-add-on": ("AOC_made_up.txt", "2026q1"),
        "hcpcs": ("HCPC2026_made_up_ANWEB.txt", "2026-01"),
        "opps-addendum-b": ("2026_made_up_Addendum_B.xlsx", "2026-01"),
        "cpt-descriptors": ("licensee_made_up.txt", "2026"),
        "ccs-services": ("CCS_made_up.csv", "2019"),
        "rbcs": ("RBCS_made_up.csv", "2024"),
    }
    return Citation(kind, *files[kind], line, **more)


FEE = Fee(
    code="45397", modifier="", description="MADE-UP SHORT TEXT", status="A", work=Decimal("11.11"),
    facility_pe=Decimal("5.55"), nonfacility_pe=None, malpractice=Decimal("2.22"), facility_total=Decimal("18.88"),
    nonfacility_total=None, pc_tc="0", global_days="090", preoperative=Decimal("0.09"), intraoperative=Decimal("0.81"),
    postoperative=Decimal("0.10"), multiple="2", bilateral="0", assistant="2", co_surgeon="1", team="0",
    endoscopic_base="", conversion_factor=Decimal("33.33"), supervision="09", imaging_family="99",
    source=cited("physician-fee-schedule", 1234),
)  # fmt: skip
IMAGING = replace(
    FEE, code="71046", global_days="XXX", pc_tc="1", multiple="0", bilateral="0", assistant="0", co_surgeon="0",
    work=Decimal("0.18"), supervision="01", nonfacility_total=Decimal("1.02"), preoperative=None, intraoperative=None,
    postoperative=None, source=cited("physician-fee-schedule", 4001),
)  # fmt: skip
FEES = {
    "45397": (FEE,),
    "45378": (replace(FEE, code="45378", global_days="000", multiple="3", endoscopic_base="45378"),),
    "71046": (
        IMAGING,
        replace(IMAGING, modifier="26", pc_tc="1", source=cited("physician-fee-schedule", 4002)),
        replace(IMAGING, modifier="TC", supervision="02", source=cited("physician-fee-schedule", 4003)),
    ),
    "93799": (replace(FEE, code="93799", description="MADE-UP UNLISTED", status="C", global_days="YYY"),),
}


def pair(first, second, indicator="1", setting="practitioner", line=7):
    return PtpEdit(
        first, second, START, None, indicator, "Made-up rationale", setting, replace(cited("ncci-ptp"), line=line)
    )


PAIRS = (
    pair("45397", "44005", "1"),
    pair("45397", "44180", "0", line=8),
    pair("45397", "49000", "1", line=9),
    pair("45397", "44005", "1", "hospital", line=90),
    *(pair("45378", f"{number}", "0", line=number) for number in range(36000, 36030)),
)
MUES = (
    Mue("45397", 1, "2", "2 Date of Service Edit: Policy", "Made-up rationale", "practitioner", cited("ncci-mue", 11)),
    Mue("45397", 1, "3", "3 Date of Service Edit: Clinical", "Made-up rationale", "hospital", cited("ncci-mue", 12)),
)
ADD_ONS = (
    AddOn("44213", "45397", "1", START, None, "", cited("ncci-add-on", 21)),
    AddOn("44139", "45397", "1", START, None, "Made-up note", cited("ncci-add-on", 22)),
    AddOn("99292", "99291", "1", START, None, "", cited("ncci-add-on", 23)),
    AddOn("99292", "CCCCC", "3", START, None, "", cited("ncci-add-on", 24)),
)
HCPCS = {
    "J1885": HcpcsRecord(
        "J1885", "Made-up injection, per made-up dose", "Made-up inj", "D", "O1E", "1P", START, START, None, "N",
        cited("hcpcs", 31),
    ),
    "Q9999": HcpcsRecord(
        "Q9999", "Made-up code that ended", "Ended", "C", "D1A", "9", START, START, date(2021, 12, 31), "D",
        cited("hcpcs", 32),
    ),
}  # fmt: skip


class MadeUpFiles(FakeFiles):
    """Answers as ``ServiceFiles`` does: every kind, unless some are left out; of days before 2026 fees say that they are later."""

    def __init__(self, without=(), descriptors=None):
        fees = tuple(fee for rows in FEES.values() for fee in rows)
        super().__init__(fees=fees, pairs=PAIRS, units=MUES, add_ons=ADD_ONS, records=tuple(HCPCS.values()))
        self.without = frozenset(without)
        self.descriptors = descriptors or {}

    def kinds(self):
        return frozenset(KINDS) - self.without

    def fees(self, code, on=None):
        found = super().fees(code) if "physician-fee-schedule" in self.kinds() else ()
        if on is not None and on < date(2026, 1, 1):
            note = f"2026A is not in force on {on}"
            return tuple(replace(fee, source=replace(fee.source, note=note)) for fee in found)
        return found

    def ptp_of(self, code, on=None, setting="practitioner"):
        return tuple(p for p in PAIRS if code in {p.column1, p.column2} and p.setting == setting)

    def add_ons(self, primary, on=None):
        return tuple(row for row in ADD_ONS if row.primary == primary)

    def apc(self, code, on=None):
        rate = Decimal("1234.56")
        return (
            Apc(code, "C", "", None, None, cited("opps-addendum-b", 41))
            if code == "45397"
            else (
                Apc(code, "T", "5311", Decimal("9.9"), rate, cited("opps-addendum-b", 42)) if code == "45378" else None
            )
        )

    def ccs(self, code):
        source = cited("ccs-services", 51)
        return (
            Category("45395", "45397", "78", "Made-up category", "", "", None, None, source)
            if code == "45397"
            else None
        )

    def rbcs(self, code, on=None):
        source = cited("rbcs", 61)
        made = Category(code, code, "PM001N", "Procedure", "Major", "Made-up family", START, None, source)
        return made if code == "45397" else None

    def descriptor(self, code, on=None):
        text = self.descriptors.get(code)
        return Descriptor(code, text, START, None, cited("cpt-descriptors", 71)) if text else None
