"""Builds the page of a CPT or HCPCS code from the procedure lexicon and the imported files."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from detect_icd.codebook import CodeBook
from detect_icd.coding import CodeSystem, cpt_category
from detect_icd.matchers.procedures_lexicon import Procedure, by_code
from detect_icd.pages.indicators import fee_indicators, fee_modifiers, hcpcs_indicators, payment_indicators
from detect_icd.pages.records import CodeName, Missing, ModifierUse, PtpPairs, ServicePage
from detect_icd.pages.related import diagnoses_for
from detect_icd.pages.wording import LEXICON, side_modifiers, validity, wording
from detect_icd.service_files import ServiceFiles
from detect_icd.service_records import IMPORT_OF, KINDS, AddOn, Mue, MueSetting, PtpEdit, Setting

PAIRS = 20
"""How many code pairs a page gives, unless all are asked for."""

CONTRACTOR = "CCCCC"
"""Stands in the add-on file for what the payer's contractor accepts."""

_FACTS = {
    "physician-fee-schedule": "status, global days, indicators and the modifiers they allow, supervision, relative values",
    "ncci-ptp": "code pairs that are not paid together",
    "ncci-mue": "most units that are paid",
    "ncci-add-on": "official pairs of add-on and primary codes",
    "hcpcs": "official text, type of service, BETOS, coverage and dates",
    "opps-addendum-b": "APC and OPPS status indicator",
    "cpt-descriptors": "the licensee's own descriptor and dates",
    "ccs-services": "CCS category",
    "rbcs": "RBCS category",
}
_OF_ONE_SYSTEM = {"hcpcs": CodeSystem.HCPCS, "cpt-descriptors": CodeSystem.CPT}
_APART = ("59", "XE", "XP", "XS", "XU")


@dataclass(frozen=True, slots=True)
class _Day:
    """The imported files as they stand on a day."""

    files: ServiceFiles
    on: date | None

    def name(self, code: str) -> str:
        """What a code is called: in this project's words, else in those that were imported."""
        if entries := by_code().get(code):
            return entries[0].name
        if code == CONTRACTOR:
            return "what the payer's contractor accepts"
        return imported_name(code, self.files, self.on)

    def named(self, codes: Iterable[str], why: str = "") -> tuple[CodeName, ...]:
        return tuple(CodeName(code, self.name(code), why=why) for code in dict.fromkeys(codes))


def imported_name(code: str, files: ServiceFiles, on: date | None) -> str:
    """A code's text in the imported files; ``""`` where it has none."""
    if (descriptor := files.descriptor(code, on)) is not None:
        return descriptor.text
    if (record := files.hcpcs(code, on)) is not None:
        return record.long or record.short
    return next((fee.description for fee in files.fees(code, on)), "")


def known_service(code: str, files: ServiceFiles, on: date | None) -> bool:
    """Whether the lexicon or an imported file has a code."""
    if code in by_code():
        return True
    if not files.kinds():
        return False
    asked = (files.descriptor, files.hcpcs, files.apc, files.mue, files.rbcs)
    if any(ask(code, on) is not None for ask in asked):
        return True
    return any(ask(code, on) for ask in (files.fees, files.primaries, files.add_ons, files.ptp_of))


def service_page(
    code: str,
    system: CodeSystem,
    files: ServiceFiles,
    on: date | None,
    book: CodeBook,
    *,
    everything: bool = False,
) -> ServicePage:
    """The page of a code that the lexicon or an imported file has.

    Args:
        code: In its bare form.
        system: CPT or HCPCS.
        files: What was imported.
        on: Day of service; ``None``: the newest files.
        book: The release to read diagnoses from.
        everything: Whether all code pairs are given.
    """
    entries, day = by_code().get(code, ()), _Day(files, on)
    words, fees = wording(entries), files.fees(code, on)
    descriptor, record = files.descriptor(code, on), files.hcpcs(code, on)
    edits = (*files.primaries(code, on), *files.add_ons(code, on))
    mues, apc, pairs = _mues(code, day), files.apc(code, on), _pairs(code, day, everything=everything)
    title, whose = _title(code, words.names, day)
    begin, end = _valid(entries, descriptor, record)
    return ServicePage(
        code=code,
        title=title,
        title_source=whose,
        system=system.short,
        part=f"category {cpt_category(code)}" if system is CodeSystem.CPT else "level II",
        on=on,
        in_force=_in_force(begin, end, on),
        valid_from=begin,
        valid_to=end,
        wording=words,
        descriptor=descriptor,
        hcpcs=record,
        includes=day.named(other for entry in entries for other in entry.includes),
        included_in=day.named(_reverse("includes").get(code, ())),
        supersedes=day.named(other for entry in entries for other in entry.supersedes),
        superseded_by=day.named(_reverse("supersedes").get(code, ())),
        add_ons=_together(
            day, _reverse("add_on_to").get(code, ()), [edit.add_on for edit in edits if edit.primary == code]
        ),
        primaries=_together(
            day,
            (other for entry in entries for other in entry.add_on_to),
            [edit.primary for edit in edits if edit.add_on == code],
        ),
        add_on_edits=edits,
        indicators=(*fee_indicators(fees), *hcpcs_indicators(record), *payment_indicators(apc, mues, edits)),
        modifiers=(*fee_modifiers(fees), *_lexicon_modifiers(entries, has_fees=bool(fees)), *_pair_modifiers(pairs)),
        fees=fees,
        apc=apc,
        ccs=files.ccs(code),
        rbcs=files.rbcs(code, on),
        mues=mues,
        ptp=pairs,
        diagnoses=diagnoses_for(code, words.names or (title,), book),
        missing=_missing(system, files),
    )


def _title(code: str, names: Sequence[str], day: _Day) -> tuple[str, str]:
    if (descriptor := day.files.descriptor(code, day.on)) is not None:
        return descriptor.text, f"the licensee's descriptor: {descriptor.source}"
    if names:
        return names[0], "this project's own words"
    if (record := day.files.hcpcs(code, day.on)) is not None:
        return record.long or record.short, f"official text: {record.source}"
    if fees := day.files.fees(code, day.on):
        return fees[0].description, f"short text of the imported file: {fees[0].source}"
    return "", "no name is known"


def _valid(entries: Sequence[Procedure], *records: object) -> tuple[date | None, date | None]:
    """The imported file's days before the lexicon's: it is of the year asked for."""
    begin, end = validity(entries)
    for record in records:
        begin = getattr(record, "valid_from", None) or getattr(record, "added", None) or begin
        end = getattr(record, "valid_to", None) or getattr(record, "terminated", None) or end
    return begin, end


def _in_force(begin: date | None, end: date | None, on: date | None) -> bool:
    if on is None:
        return end is None
    return (begin is None or begin <= on) and (end is None or on <= end)


@functools.cache
def _reverse(attribute: str) -> Mapping[str, tuple[str, ...]]:
    """For each code those of the lexicon whose entries name it so."""
    found: dict[str, list[str]] = {}
    for code, entries in by_code().items():
        for other in dict.fromkeys(other for entry in entries for other in getattr(entry, attribute)):
            found.setdefault(other, []).append(code)
    return {code: tuple(others) for code, others in found.items()}


def _together(day: _Day, ours: Iterable[str], theirs: Iterable[str]) -> tuple[CodeName, ...]:
    """Codes by the lexicon and by the add-on file, each with who says so."""
    lexicon, official = dict.fromkeys(ours), dict.fromkeys(theirs)
    said = dict.fromkeys(lexicon, "lexicon") | dict.fromkeys(official, "add-on file")
    said |= dict.fromkeys(lexicon.keys() & official.keys(), "lexicon and add-on file")
    return tuple(CodeName(code, day.name(code), why=why) for code, why in sorted(said.items()))


def _mues(code: str, day: _Day) -> tuple[Mue, ...]:
    found = (day.files.mue(code, day.on, setting) for setting in get_args(MueSetting))
    return tuple(mue for mue in found if mue is not None)


def _pairs(code: str, day: _Day, *, everything: bool) -> PtpPairs:
    of: dict[str, tuple[PtpEdit, ...]] = {
        setting: day.files.ptp_of(code, day.on, setting) for setting in get_args(Setting)
    }
    whole = [pair for pairs in of.values() for pair in pairs]
    shown = whole if everything else whole[:PAIRS]
    others = dict.fromkeys(pair.column2 if pair.column1 == code else pair.column1 for pair in shown)
    return PtpPairs(
        counts={setting: len(pairs) for setting, pairs in of.items()},
        apart={setting: sum(pair.indicator == "1" for pair in pairs) for setting, pairs in of.items()},
        shown=tuple(shown),
        names={other: day.name(other) for other in others},
    )


def _lexicon_modifiers(entries: Sequence[Procedure], *, has_fees: bool) -> Iterator[ModifierUse]:
    yield from side_modifiers(entries)
    if has_fees:
        return
    if any(entry.sides for entry in entries):
        yield ModifierUse("50", "yes", "done on both sides in one session", LEXICON)
    if entries and any(entry.add_on_to for entry in entries):
        yield ModifierUse("51", "no", "an add-on goes with its primary at full value", LEXICON)


def _pair_modifiers(pairs: PtpPairs) -> Iterator[ModifierUse]:
    told = [f"{apart:,} of {pairs.counts[of]:,} {of} pairs" for of, apart in pairs.apart.items() if apart]
    if told:
        source = next((str(pair.source) for pair in pairs.shown if pair.indicator == "1"), "NCCI PTP")
        why = f"{' and '.join(told)} allow one where the two services were apart"
        yield from (ModifierUse(modifier, "documented", why, source) for modifier in _APART)


def _missing(system: CodeSystem, files: ServiceFiles) -> tuple[Missing, ...]:
    absent = [kind for kind in KINDS if kind not in files.kinds() and _OF_ONE_SYSTEM.get(kind, system) is system]
    return tuple(Missing(_FACTS[kind], f"detect-icd import {IMPORT_OF[kind]} FILE") for kind in absent)


def add_on_rows(page: ServicePage) -> tuple[AddOn, ...]:
    """The rows of the add-on file that name a page's code, those of its primaries first."""
    return tuple(sorted(page.add_on_edits, key=lambda edit: (edit.add_on != page.code, edit.primary, edit.add_on)))
