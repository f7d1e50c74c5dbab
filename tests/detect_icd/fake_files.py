"""Imported files that stand in memory, with the methods of the real ones."""

from datetime import date
from pathlib import Path

from detect_icd.service_files import ImportedFile
from detect_icd.service_records import AddOn, Citation, Fee, HcpcsRecord, Mue, PtpEdit

FIRST = date(2015, 1, 1)


def citation(kind, line=1):
    return Citation(kind, f"{kind}.txt", "2026q1", line)


def fee(code, **columns):
    """A row of an active code without anything special."""
    common = dict.fromkeys(Fee.__dataclass_fields__)
    usual = {
        "modifier": "", "description": "", "status": "A", "pc_tc": "0", "global_days": "XXX", "multiple": "0",
        "bilateral": "0", "assistant": "0", "co_surgeon": "0", "team": "0", "endoscopic_base": "", "supervision": "",
        "imaging_family": "", "source": citation("physician-fee-schedule", 11),
    }  # fmt: skip
    return Fee(**{**common, **usual, **columns, "code": code})


def ptp(column1, column2, indicator="1", *, setting="practitioner", effective=FIRST, deleted=None):
    source = citation("ncci-ptp", 123)
    return PtpEdit(column1, column2, effective, deleted, indicator, "Misuse of column two code", setting, source)


def mue(code, units, mai="2", setting="practitioner"):
    return Mue(code, units, mai, f"{mai} Edit", "Clinical: Data", setting, citation("ncci-mue", 7))


def add_on(code, *primaries, kind="1"):
    source = citation("ncci-add-on", 9)
    return [AddOn(code, primary, kind, FIRST, None, "", source) for primary in primaries]


def hcpcs(code, added=None, terminated=None):
    return HcpcsRecord(code, "", "", "", "", "", added, added, terminated, "", citation("hcpcs", 3))


class FakeFiles:
    """Answers from the records it is given; a kind without records is not imported unless it is named."""

    def __init__(self, *, fees=(), pairs=(), units=(), add_ons=(), records=(), kinds=(), notes=None):
        self._fees, self._pairs, self._units = fees, pairs, units
        self._add_ons, self._records, self._notes = add_ons, records, notes or {}
        given = {
            "physician-fee-schedule": fees, "ncci-ptp": pairs, "ncci-mue": units, "ncci-add-on": add_ons, "hcpcs": records,
        }  # fmt: skip
        self._kinds = frozenset(kinds) | {kind for kind, found in given.items() if found}

    def kinds(self):
        return self._kinds

    def imports(self):
        settings = {edit.setting for edit in (*self._pairs, *self._units)} or {"practitioner"}
        return tuple(
            ImportedFile(kind, "2026q1", setting, (), FIRST, Path(kind))
            for kind in sorted(self._kinds)
            for setting in (sorted(settings) if kind in {"ncci-ptp", "ncci-mue"} else [""])
        )

    def note(self, kind, on=None, setting=""):
        return self._notes.get(kind, "")

    def fees(self, code, on=None):
        return tuple(found for found in self._fees if found.code == code)

    def ptp(self, first, second, on=None, setting="practitioner"):
        return tuple(
            edit
            for edit in self._pairs
            if {edit.column1, edit.column2} == {first, second} and edit.setting == setting and is_active(edit, on)
        )

    def mue(self, code, on=None, setting="practitioner"):
        return next((edit for edit in self._units if (edit.code, edit.setting) == (code, setting)), None)

    def primaries(self, add_on, on=None):
        return tuple(edit for edit in self._add_ons if edit.add_on == add_on)

    def hcpcs(self, code, on=None):
        return next((record for record in self._records if record.code == code), None)


def is_active(edit, on):
    if on is None:
        return edit.deleted is None
    return edit.effective <= on and (edit.deleted is None or on <= edit.deleted)
