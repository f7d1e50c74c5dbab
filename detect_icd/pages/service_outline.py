"""The page of a service, laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detect_icd.pages.outline import Badge, Outline, Section, Sources, table
from detect_icd.pages.records import CodeName, ServicePage
from detect_icd.pages.services import add_on_rows
from detect_icd.service_records import Category, Fee, Mue, PtpEdit

_APPLIES = {"yes": "yes", "documented": "if documented", "contractor": "payer decides", "no": "no"}


def service_outline(page: ServicePage) -> Outline:
    """The outline of a page."""
    sources = Sources()
    sections = (
        Section("At a glance", tuple(_glance(page, sources)), form="facts"),
        table("Indicators", tuple(_indicators(page, sources)), ("what", "value", "meaning", "row", "source")),
        table("Modifiers", tuple(_modifiers(page, sources)), ("modifier", "applies", "why", "source")),
        table(
            "Relative values",
            tuple(_values(fee, sources) for fee in page.fees),
            ("row", "work", "PE facility", "PE office", "malpractice", "total facility", "total office", "source"),
            note="Without geographic adjustment. PE is practice expense; office is everywhere but a facility.",
        ),
        Section("Package and family", tuple(_package(page, sources)), form="facts"),
        Section("Hospital outpatient payment", tuple(_apc(page, sources)), form="facts"),
        table(
            "Categories",
            tuple(_categories(page, sources)),
            ("scheme", "number", "label", "source"),
            "" if page.system == "HCPCS" else "Type of service and BETOS are published for HCPCS level II codes only.",
        ),
        table(
            "Most units (MUE)",
            tuple(_mue(mue, sources) for mue in page.mues),
            ("setting", "units", "MAI", "what it says", "rationale", "source"),
        ),
        Section("Goes with (add-on to)", _related(page.primaries)),
        Section("Add-on codes that go with it", _related(page.add_ons)),
        table(
            "Add-on edits",
            tuple(
                (row.add_on, row.primary, row.edit_type, str(row.effective or ""), row.note, sources.cite(row.source))
                for row in add_on_rows(page)
            ),
            ("add-on", "primary", "type", "effective", "note", "source"),
        ),
        Section("Includes (not reported beside it)", _related(page.includes)),
        Section("Is part of", _related(page.included_in)),
        Section("Supersedes (less extensive)", _related(page.supersedes)),
        Section("Superseded by (more extensive)", _related(page.superseded_by)),
        *_pairs(page, sources),
        Section("Words that find it", tuple(_words(page)), form="facts"),
        Section(
            "Diagnoses it is done for",
            _related(page.diagnoses),
            note="By this project's own links of operations to kinds of diagnoses; no coverage rule of a payer.",
        ),
        Section("Not imported", tuple((lack.what, lack.command) for lack in page.missing), form="list"),
    )
    return Outline(
        code=page.code,
        title=page.title or "no name is known",
        subtitle=f"{page.system} {page.part}",
        badges=_badges(page),
        warnings=_warnings(page),
        sections=tuple(section for section in sections if section.rows),
        sources=tuple(sources.cited),
    )


def _badges(page: ServicePage) -> tuple[Badge, ...]:
    in_use = Badge("in use", "good") if page.in_force else Badge("not in use that day" if page.on else "ended", "bad")
    add_on = (Badge("add-on"),) if page.primaries else ()
    status = next((f"status {each.value}" for each in page.indicators if each.name == "status"), "")
    days = next((f"global {each.value}" for each in page.indicators if each.name == "global_days"), "")
    return (in_use, *add_on, *(Badge(text) for text in (status, days) if text))


def _warnings(page: ServicePage) -> tuple[str, ...]:
    records = (*page.fees[:1], page.apc, *page.mues, *page.ptp.shown[:1], page.hcpcs, page.descriptor)
    return tuple(dict.fromkeys(record.source.note for record in records if record is not None and record.source.note))


def _glance(page: ServicePage, sources: Sources) -> Iterator[tuple[str, ...]]:
    yield "title from", page.title_source
    others = [name for name in page.wording.names if name != page.title]
    if others:
        yield "in this project's words", "; ".join(others)
    if page.hcpcs is not None and page.hcpcs.long and page.hcpcs.long != page.title:
        yield "official text (HCPCS)", f"{page.hcpcs.long} {sources.cite(page.hcpcs.source)}"
    for fee in page.fees[:1]:
        if fee.description and fee.description != page.title:
            yield "short text of the fee schedule", f"{fee.description} {sources.cite(fee.source)}"
    yield "valid from", str(page.valid_from) if page.valid_from else "no beginning is known"
    yield "valid to", str(page.valid_to) if page.valid_to else "no end is known"
    facts = (
        ("field", page.wording.specialty.replace("_", " ")),
        ("approach", ", ".join(page.wording.approach)),
        ("laterality", page.wording.laterality),
    )
    yield from ((name, value) for name, value in facts if value)
    yield from (("threshold" if number == 0 else "", told) for number, told in enumerate(page.wording.thresholds))


def _indicators(page: ServicePage, sources: Sources) -> Iterator[tuple[str, ...]]:
    for each in page.indicators:
        yield each.label, each.value, each.meaning, each.modifier, sources.cite(each.source)


def _modifiers(page: ServicePage, sources: Sources) -> Iterator[tuple[str, ...]]:
    """Those that apply first; modifiers of one reason share a line."""
    together: dict[tuple[str, str, str], list[str]] = {}
    order = list(_APPLIES)
    for use in sorted(page.modifiers, key=lambda use: order.index(use.applies)):
        together.setdefault((use.applies, use.why, use.source), []).append(use.modifier)
    for (applies, why, source), modifiers in together.items():
        yield " ".join(modifiers), _APPLIES[applies], why, sources.cite(source)


def _values(fee: Fee, sources: Sources) -> tuple[str, ...]:
    values = (
        fee.work, fee.facility_pe, fee.nonfacility_pe, fee.malpractice, fee.facility_total, fee.nonfacility_total,
    )  # fmt: skip
    return (fee.modifier or "whole", *(_number(value) for value in values), sources.cite(fee.source))


def _number(value: object) -> str:
    return "–" if value is None else f"{value}"


def _package(page: ServicePage, sources: Sources) -> Iterator[tuple[str, ...]]:
    for fee in page.fees[:1]:
        mark = sources.cite(fee.source)
        shares = (fee.preoperative, fee.intraoperative, fee.postoperative)
        if any(shares):
            told = ", ".join(
                f"{name} {share:.0%}"
                for name, share in zip(("before", "during", "after"), shares, strict=True)
                if share
            )
            yield "share of the global package", f"{told} {mark}"
        if fee.endoscopic_base:
            yield "base code of its endoscopic family", f"{fee.endoscopic_base} {mark}"
        if fee.conversion_factor:
            yield "dollars for one RVU", f"{fee.conversion_factor} {mark}"


def _apc(page: ServicePage, sources: Sources) -> Iterator[tuple[str, ...]]:
    if page.apc is None:
        return
    mark = sources.cite(page.apc.source)
    yield "status indicator", f"{page.apc.status_indicator} {mark}"
    yield "APC", f"{page.apc.apc or 'none'} {mark}"
    if page.apc.relative_weight is not None:
        yield "relative weight", f"{page.apc.relative_weight} {mark}"
    if page.apc.payment_rate is not None:
        yield "payment rate", f"${page.apc.payment_rate} {mark}"


def _categories(page: ServicePage, sources: Sources) -> Iterator[tuple[str, ...]]:
    for scheme, category in (("CCS", page.ccs), ("RBCS", page.rbcs)):
        if category is not None:
            yield scheme, category.number, _label(category), sources.cite(category.source)
    for each in page.indicators:
        if each.name in {"betos", "type_of_service"}:
            yield each.label, each.value, each.meaning, sources.cite(each.source)


def _label(category: Category) -> str:
    return " › ".join(part for part in (category.label, category.subcategory, category.family) if part)


def _mue(mue: Mue, sources: Sources) -> tuple[str, ...]:
    return mue.setting, str(mue.units), mue.mai, mue.meaning, mue.rationale, sources.cite(mue.source)


def _pairs(page: ServicePage, sources: Sources) -> Iterator[Section]:
    """A section for each setting that has pairs."""
    for setting, count in page.ptp.counts.items():
        rows = tuple(_pair(pair, page, sources) for pair in page.ptp.shown if pair.setting == setting)
        cut = "" if len(rows) == count else f" The first {len(rows):,} are shown; --all shows all."
        note = f"{count:,} active.{cut} Modifier 0: none parts them; 1: one may; 9: not applicable."
        yield table(f"Code pairs (PTP), {setting}", rows, _PAIR_HEADER, note)


_PAIR_HEADER = ("paid", "not paid", "the other code, and why", "modifier", "days", "source")


def _pair(pair: PtpEdit, page: ServicePage, sources: Sources) -> tuple[str, ...]:
    named = page.ptp.names.get(pair.column2 if pair.column1 == page.code else pair.column1, "")
    told = " – ".join(part for part in (named, pair.rationale) if part)
    days = f"{pair.effective} to {pair.deleted}" if pair.deleted else f"from {pair.effective}"
    # Of thousands of pairs each has a line of its own: only the file is among the sources.
    file, _, line = str(pair.source).rpartition(", ")
    return pair.column1, pair.column2, told, pair.indicator, days, f"{line} {sources.cite(file)}"


def _words(page: ServicePage) -> Iterator[tuple[str, ...]]:
    lists: tuple[tuple[str, Iterable[str]], ...] = (
        ("said as", page.wording.phrases),
        ("must be said too", page.wording.also_needed),
        ("not where said", page.wording.not_with),
        ("or an account that tells", page.wording.steps),
    )
    for name, texts in lists:
        yield from ((name if number == 0 else "", text) for number, text in enumerate(texts))


def _related(names: tuple[CodeName, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((each.code, each.title, each.why) for each in names)
