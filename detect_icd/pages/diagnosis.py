"""Builds the page of an ICD-10-CM code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from detect_icd.codebook import CodeBook, CodeEntry
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.local_data import Imported, imported, lines_to
from detect_icd.pages.changes import changes
from detect_icd.pages.records import Change, CodeName, DiagnosisPage, IndexLine, Missing, Note
from detect_icd.pages.related import procedures_for

SHORT = 20
"""How many of a long list a page gives, unless all are asked for."""

_SEVEN = 7


def diagnosis_page(code: str, asked: CodeBook, source: CodeBook, *, everything: bool = False) -> DiagnosisPage:
    """The page of a code.

    Args:
        code: A code that ``source`` has.
        asked: The book of the release in force.
        source: The book to read: the same, or the nearest release that has the code.
        everything: Whether all related services are given.
    """
    entry = source[code]
    above = source.ancestors(entry.code)
    history = changes(entry.code)
    procedures = procedures_for(entry)
    index = _index()
    return DiagnosisPage(
        code=entry.code,
        title=entry.title,
        system=CodeSystem.ICD10CM.short,
        release=entry.release,
        in_force=asked == source,
        note="; ".join(filter(None, (asked.note, _why_other(asked, source, history)))),
        billable=entry.billable and asked == source,
        kind=entry.kind,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        chapter=_named(source.group(entry.chapter)),
        block=_named(source.group(entry.block)) if entry.block else None,
        parents=tuple(_named(each) for each in above if each.kind in {"category", "code"}),
        children=_all(source, entry.children),
        siblings=_all(source, _siblings(source, entry)),
        inclusion_terms=entry.inclusion_terms,
        includes=_notes("includes", entry, above),
        excludes1=_notes("excludes1", entry, above),
        excludes2=_notes("excludes2", entry, above),
        code_first=_notes("code_first", entry, above),
        use_additional=_notes("use_additional", entry, above),
        code_also=_notes("code_also", entry, above),
        notes=_notes("notes", entry, above),
        seventh_characters=_seventh(entry, above),
        index_entries=_index_entries(index, entry, above),
        procedures=procedures if everything else procedures[:SHORT],
        procedure_count=len(procedures),
        history=history,
        missing=() if index else _NO_INDEX,
    )


_NO_INDEX = (Missing("lines of the Alphabetic Index", "detect-icd import icd10cm ZIP_OR_FOLDER"),)


def _named(entry: CodeEntry) -> CodeName:
    return CodeName(entry.code, entry.title, entry.billable)


def _all(book: CodeBook, codes: Iterable[str]) -> tuple[CodeName, ...]:
    return tuple(_named(book[code]) for code in codes)


def _siblings(book: CodeBook, entry: CodeEntry) -> tuple[str, ...]:
    """The others below its parent; of a category, of its block."""
    if entry.parent is not None:
        beside = book[entry.parent].children
    else:
        beside = book.group(entry.block).children if entry.block else ()
    return tuple(code for code in beside if code != entry.code)


def _notes(kind: str, entry: CodeEntry, above: Sequence[CodeEntry]) -> tuple[Note, ...]:
    """Its own, then those of what stands above it, which hold for it too."""
    own = [Note(text) for text in getattr(entry, kind)]
    inherited = (Note(text, each.code) for each in above for text in getattr(each, kind))
    texts = {note.text for note in own}
    return (*own, *(note for note in inherited if note.text not in texts))


def _seventh(entry: CodeEntry, above: Sequence[CodeEntry]) -> Mapping[str, str]:
    if entry.seventh_characters or len(icd10cm.compact(entry.code)) < _SEVEN:
        return entry.seventh_characters
    return next((each.seventh_characters for each in above if each.seventh_characters), {})


def _why_other(asked: CodeBook, source: CodeBook, history: Sequence[Change]) -> str:
    if asked == source:
        return ""
    what = "deleted" if source.last_day < asked.first_day else "added"
    told = next((change for change in history if change.what == what), None)
    not_yet = " yet" if what == "added" else ""
    since = f": {what} {told.on}" if told else ""
    return f"{asked.release} does not have {'it' + not_yet}{since}; this page is of {source.release}"


def _index() -> Imported | None:
    """The newest import with an index; whether its phrases are compiled for this version does not matter here."""
    return next((found for found in reversed(imported()) if found.has_index), None)


def _index_entries(index: Imported | None, entry: CodeEntry, above: Sequence[CodeEntry]) -> tuple[IndexLine, ...]:
    """Lines that print the code or the one it completes with a seventh character, then those of a heading above it."""
    if index is None:
        return ()
    key = icd10cm.compact(entry.code)
    base = key[: _SEVEN - 1].rstrip("X") if len(key) == _SEVEN else key
    whole = {entry.code, icd10cm.format(key[: _SEVEN - 1]), icd10cm.format(base)}
    headings = [each.code for each in above if each.kind in {"category", "code"} and each.code not in whole]
    found = [
        IndexLine(line.kind, line.path, line.code, line.column, complete=line.code in whole)
        for line in lines_to(index, (*sorted(whole), *headings))
    ]
    return tuple(sorted(found, key=lambda line: (not line.complete, -len(line.code))))
