"""The page of a diagnosis, laid out."""

from __future__ import annotations

from collections.abc import Iterator

from detect_icd.coding import icd10cm
from detect_icd.pages.outline import Badge, Outline, Section, table
from detect_icd.pages.records import Change, CodeName, DiagnosisPage, IndexLine, Note

_SEVEN = 7
_NOTES = (
    ("includes", "Includes"),
    ("excludes1", "Excludes1: not coded here, nor beside it"),
    ("excludes2", "Excludes2: not included here, may be coded with it"),
    ("code_first", "Code first"),
    ("use_additional", "Use additional code"),
    ("code_also", "Code also"),
    ("notes", "Notes"),
)


def diagnosis_outline(page: DiagnosisPage) -> Outline:
    """The outline of a page."""
    sections = (
        Section("At a glance", tuple(_glance(page)), form="facts"),
        Section("Above it", _names(tuple(reversed(page.parents)))),
        Section("Inclusion terms", tuple((term,) for term in page.inclusion_terms), form="list"),
        *(Section(title, _notes(getattr(page, name)), form="list") for name, title in _NOTES),
        Section("7th characters", tuple(_seventh(page)), note=_seventh_note(page)),
        Section("Below it", _names(page.children)),
        Section("Beside it", _names(page.siblings)),
        table(
            "Lines of the Alphabetic Index",
            tuple(map(_index, page.index_entries)),
            ("line", "printed code", "from"),
        ),
        table(
            "Procedures done for it",
            tuple((each.code, each.title, each.why) for each in page.procedures),
            ("code", "in this project's words", "why it is likely"),
            note=_procedure_note(page),
        ),
        Section("History", tuple(row for change in page.history for row in _change(change)), form="list"),
        Section("Not imported", tuple((lack.what, lack.command) for lack in page.missing), form="list"),
    )
    return Outline(
        code=page.code,
        title=page.title,
        subtitle=f"ICD-10-CM {page.release}, {page.kind}",
        badges=_badges(page),
        warnings=(page.note,) if page.note else (),
        sections=tuple(section for section in sections if section.rows),
    )


def _badges(page: DiagnosisPage) -> tuple[Badge, ...]:
    if not page.in_force:
        return (Badge("not in the release asked for", "bad"),)
    if page.billable:
        return (Badge("billable", "good"),)
    why = "needs a 7th character" if page.seventh_characters else "needs more characters"
    return (Badge(f"not billable: {why}" if page.children else "not billable", "bad"),)


def _glance(page: DiagnosisPage) -> Iterator[tuple[str, str]]:
    yield "release", page.release
    yield "billable", "yes" if page.billable else "no"
    yield "valid from", str(page.valid_from) if page.valid_from else "before the oldest release at hand"
    yield "valid to", str(page.valid_to) if page.valid_to else "no end is known"
    yield "chapter", f"{page.chapter.code}  {page.chapter.title}"
    if page.block is not None:
        yield "block", f"{page.block.code}  {page.block.title}"


def _names(names: tuple[CodeName, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((each.code, each.title, "" if each.billable else "heading") for each in names)


def _notes(notes: tuple[Note, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((note.text, _origin(note.inherited_from)) for note in notes)


def _origin(heading: str) -> str:
    if not heading:
        return ""
    return f"from {'chapter ' if heading.isdigit() else ''}{heading}"


def _seventh(page: DiagnosisPage) -> Iterator[tuple[str, ...]]:
    key = icd10cm.compact(page.code)
    own = key[-1] if len(key) == _SEVEN else ""
    for character, meaning in page.seventh_characters.items():
        yield character, meaning, "this code" if character == own else ""


def _seventh_note(page: DiagnosisPage) -> str:
    key = icd10cm.compact(page.code)
    if not page.seventh_characters or len(key) == _SEVEN:
        return ""
    filled = icd10cm.format(key.ljust(_SEVEN - 1, "X"))
    return f"The character goes in the seventh place; empty places before it are filled with X: {filled}…"


def _index(line: IndexLine) -> tuple[str, ...]:
    where = {
        "index": "index",
        "external": "external causes",
        "drug": "table of drugs",
        "neoplasm": "table of neoplasms",
    }
    column = f", {line.column}" if line.column else ""
    more = "" if line.complete else "-" if "." in line.code else ".-"
    return ", ".join(line.path), f"{line.code}{more}", f"{where.get(line.kind, line.kind)}{column}"


def _procedure_note(page: DiagnosisPage) -> str:
    rule = "By this project's own links of operations to kinds of diagnoses; no coverage rule of a payer."
    shown = len(page.procedures)
    return rule if shown == page.procedure_count else f"{rule} The {shown} likeliest of {page.procedure_count:,}."


def _change(change: Change) -> Iterator[tuple[str, ...]]:
    told = f"{change.what} {change.on} ({change.release})"
    if change.before:
        told += f"; before: {change.before}"
    yield (f"{told}; see" if change.see else told, "")
    for new in change.see:
        yield f"    {new.code}", new.title
