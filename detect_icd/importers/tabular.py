"""Reads the ICD-10-CM tabular list (XML) and code list, the two files every release is published as.

The XML has the hierarchy and the notes, but names no code that a seventh character completes; the code list names
them all, but says nothing of them. Together they are a release: a record for every line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, parse

from detect_icd.coding import icd10cm
from detect_icd.importers.records import SEVEN, Record, base
from redactphi.errors import DataError

_NOTE_TAGS = {
    "inclusionTerm": "inclusion_terms",
    "includes": "includes",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "notes": "notes",
    "sevenChrNote": "notes",
}
_CHAPTER_RANGE = re.compile(r"\s*\([A-Z][0-9A-Z]+-[A-Z][0-9A-Z]+\)$")


def read_release(tabular: Path, code_list: Path) -> dict[str, Record]:
    """All records of a release by key.

    Raises:
        DataError: A file cannot be read, or the list names a code the tabular list cannot explain.
    """
    try:
        root = parse(tabular).getroot()  # noqa: S314 - the publisher's file, read while building
    except (OSError, ParseError) as error:
        raise DataError(f"{tabular.name}: not a tabular list: {error}") from error
    return complete(read_tabular(root), read_codes(code_list))


def read_tabular(root: Element) -> dict[str, Record]:
    """The records of a tabular list by key; none is marked billable yet.

    Raises:
        DataError: It has no chapters.
    """
    records = {record.key: record for chapter in root.findall("chapter") for record in _chapter(chapter)}
    if not records:
        raise DataError("the tabular list has no chapters")
    return records


def read_codes(path: Path) -> list[str]:
    """The codes of a code list, bare, in its order: the first word of each line that is a code."""
    words = (line.split(maxsplit=1)[0] for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [icd10cm.compact(word) for word in words if icd10cm.is_valid(word)]


def complete(records: Mapping[str, Record], listed: Iterable[str]) -> dict[str, Record]:
    """The records, those a seventh character completes, and which of them are billable.

    Raises:
        DataError: A listed code has no base, or its base no such seventh character.
    """
    found = dict(records)
    for key in listed:
        if key not in found:
            found[key] = _extended(key, found)
    return mark_billable(found)


def mark_billable(records: Mapping[str, Record]) -> dict[str, Record]:
    """The records with ``billable`` set on the codes nothing stands under.

    A base keeps only the seventh characters its own codes have, and a billable code none: it is complete.
    """
    below: dict[str, list[str]] = {}
    for record in records.values():
        below.setdefault(record.parent, []).append(record.key)
    marked = {}
    for key, record in records.items():
        children = below.get(key, [])
        billable = not children and record.kind in {"category", "code"}
        own = {child[-1] for child in children if len(child) == SEVEN}
        seventh = {char: text for char, text in record.seventh.items() if not own or char in own}
        marked[key] = replace(record, billable=billable, seventh={} if billable else seventh)
    return marked


def _extended(key: str, records: Mapping[str, Record]) -> Record:
    parent = records.get(base(key))
    if len(key) != SEVEN or parent is None or key[-1] not in parent.seventh:
        raise DataError(f"the code list names {icd10cm.format(key)}, which the tabular list does not explain")
    title = f"{parent.title}, {parent.seventh[key[-1]].split('; ')[0]}"
    return replace(parent, key=key, kind="code", title=title, parent=parent.key, notes={})


def _chapter(element: Element) -> Iterator[Record]:
    key = _text(element.find("name"))
    title = _CHAPTER_RANGE.sub("", _text(element.find("desc")))
    yield Record(key, "chapter", title, parent="", chapter=key, notes=_notes(element), seventh=_seventh(element, {}))
    for section in element.findall("section"):
        name = section.attrib["id"]
        # A block of one category is named as that category: B20. Its range keeps the two apart.
        block = name if "-" in name else f"{name}-{name}"
        title = _text(section.find("desc")).removesuffix(f"({name})").strip()
        seventh = _seventh(section, {})
        yield Record(block, "block", title, key, key, block, _notes(section), seventh)
        for diagnosis in section.findall("diag"):
            yield from _diagnosis(diagnosis, Record(block, "block", "", "", key, block, {}, seventh))


def _diagnosis(element: Element, above: Record) -> Iterator[Record]:
    key = icd10cm.validate(_text(element.find("name")))
    record = Record(
        key,
        "category" if above.kind == "block" else "code",
        _text(element.find("desc")),
        above.key,
        above.chapter,
        above.block,
        _notes(element),
        _seventh(element, above.seventh),
    )
    yield record
    for child in element.findall("diag"):
        yield from _diagnosis(child, record)


def _notes(element: Element) -> dict[str, tuple[str, ...]]:
    notes: dict[str, tuple[str, ...]] = {}
    for child in element:
        if kind := _NOTE_TAGS.get(child.tag):
            lines = (_text(note) for note in child.findall("note"))
            notes[kind] = (*notes.get(kind, ()), *(line for line in lines if line))
    return notes


def _seventh(element: Element, inherited: Mapping[str, str]) -> Mapping[str, str]:
    """The seventh characters defined here, else those of above. A line below a character is joined by ``; ``."""
    found: dict[str, str] = {}
    char = ""
    for item in element.findall("sevenChrDef/*"):
        if item.tag == "extension":
            char = item.attrib["char"]
            found[char] = _text(item)
        elif char:
            found[char] += f"; {_text(item)}"
    return found or inherited


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
