"""Finds out which ICD-10-CM files a zip or a folder holds, by what is in them: names vary by year and publisher."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from detect_icd.coding import icd10cm
from detect_icd.importers.alphabetic import kind_of, version
from detect_icd.importers.given import given
from redactphi.errors import DataError

_SUFFIXES = frozenset({".xml", ".txt"})

_ORDER_LINE = re.compile(r"\d{5} (?P<code>[A-Z][0-9A-Z]{2,6}) +(?P<billable>[01]) \S")
_LIST_LINE = re.compile(r"(?P<code>[A-Z][0-9A-Z]{2}(?:\.?[0-9A-Z]{1,4})?)(?:\s|$)")
_YEAR = re.compile(r"20\d\d")


@dataclass(frozen=True, slots=True)
class OfficialFile:
    """A file whose kind is known.

    Attributes:
        name: Its name, without folders.
        kind: ``tabular``, ``codes``, ``index``, ``external``, ``drug`` or ``neoplasm``.
        year: The fiscal year it says it is of; empty where it does not.
        sha256: Of its bytes.
        root: The XML, or ``None``.
        codes: The billable codes of a code list or order file, without dots.
        rows: How many codes and headings such a list has.
    """

    name: str
    kind: str
    year: str
    sha256: str
    root: Element | None = None
    codes: tuple[str, ...] = ()
    rows: int = 0


def official_files(sources: Iterable[Path]) -> dict[str, OfficialFile]:
    """The official files of zips, folders (zips in them included) and files, by kind; others are passed over.

    Raises:
        DataError: There is no such zip or folder, one cannot be read, two files are of one kind, or none of any.
    """
    found: dict[str, OfficialFile] = {}
    for each in (each for source in sources for each in given(source, _SUFFIXES)):
        name = each.name
        file = _recognised(name, each.content)
        if file is None:
            continue
        other = found.setdefault(file.kind, file)
        if other.sha256 != file.sha256 and not _is_same_list(other, file):
            raise DataError(f"two files of the kind {file.kind}: {other.name} and {name}; keep the one to import")
    if not found:
        raise DataError(
            "no ICD-10-CM file found; expected the XML of the tabular list, the Alphabetic Index, the "
            "external causes, the drugs or the neoplasms, or the order file (icd10cm_order_YYYY.txt)"
        )
    return found


def _is_same_list(one: OfficialFile, other: OfficialFile) -> bool:
    """Whether two files list the same codes: a release is published as order file and code list, in one zip."""
    return bool(one.codes) and set(one.codes) == set(other.codes)


def _recognised(name: str, content: bytes) -> OfficialFile | None:
    sha256 = hashlib.sha256(content).hexdigest()
    if name.lower().endswith(".xml"):
        try:
            root = fromstring(content)  # noqa: S314 - the publisher's file, which the user names
        except (ParseError, LookupError, ValueError, RecursionError) as error:
            raise DataError(f"{name}: not well-formed XML ({error}); it may be cut off") from error
        if root.tag == "ICD10CM.tabular":
            return OfficialFile(name, "tabular", _year(version(root)), sha256, root)
        if root.tag == "ICD10CM.index":
            try:
                kind = kind_of(root)
            except DataError as error:
                raise DataError(f"{name}: {error}") from error
            return OfficialFile(name, kind, _year(version(root)), sha256, root)
        return None
    codes, rows = _codes(name, content)
    return OfficialFile(name, "codes", _year(name), sha256, codes=codes, rows=rows) if codes else None


def _codes(name: str, content: bytes) -> tuple[tuple[str, ...], int]:
    """The billable codes of an order file or code list, and its lines; none of a text of another kind, addenda included."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = content.decode("latin-1").splitlines()
    stated = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for pattern in (_ORDER_LINE, _LIST_LINE):
        matches = [(number, pattern.match(line)) for number, line in stated]
        known = [match for _, match in matches if match and icd10cm.is_valid(match["code"])]
        if not stated or len(known) < len(stated) / 2:
            continue
        if pattern is _ORDER_LINE and len(known) < len(stated):
            bad = next(number for number, match in matches if match is None or not icd10cm.is_valid(match["code"]))
            raise DataError(f"{name} line {bad}: not a line of an order file (number, code, 0 or 1, titles)")
        billable = (match["code"] for match in known if match.groupdict().get("billable") != "0")
        return tuple(map(icd10cm.compact, billable)), len(known)
    return (), 0


def _year(text: str) -> str:
    match = _YEAR.search(text)
    return match.group() if match else ""
