"""Reads the cells of an Excel workbook (xlsx) as text, row by row, with the standard library alone.

A workbook is a zip of XML: the sheets, a table of strings they share, and styles that tell dates from numbers.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from posixpath import normpath
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse

from redactphi.errors import DataError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_LARGEST = 1_000_000_000
"""Bytes of the largest part that is read."""

_DATE_FORMATS = frozenset({14, 15, 16, 17, 22})
"""Excel's own formats that show a day."""

_FIRST_DAY = date(1899, 12, 30)
_COLUMN = re.compile(r"[A-Z]+")
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook."""

    workbook: Workbook
    name: str
    part: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Number (from 1) and cells of each row that has any; dates in ISO form.

        Raises:
            DataError: The workbook is damaged.
        """
        return self.workbook.rows(self.part)


class Workbook:
    """An xlsx file.

    Raises:
        DataError: It is none, or is damaged.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except zipfile.BadZipFile as error:
            raise self._damaged() from error
        self._strings = [_text(item) for item in self._children("xl/sharedStrings.xml", "si")]
        self._dates = self._date_styles()

    def sheets(self) -> Sequence[Sheet]:
        """Its sheets, in their order.

        Raises:
            DataError: It is damaged.
        """
        root, relations = self._xml("xl/workbook.xml"), self._xml("xl/_rels/workbook.xml.rels")
        if root is None or relations is None:
            raise self._damaged()
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        found = []
        for sheet in (each for each in root.iter() if _local(each) == "sheet"):
            id = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            if target := targets.get(id):
                part = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
                found.append(Sheet(self, sheet.get("name", ""), part))
        return found

    def rows(self, part: str) -> Iterator[tuple[int, list[str]]]:
        """The rows of a part that is a sheet."""
        number = 0
        try:
            if self._archive.getinfo(part).file_size > _LARGEST:
                raise DataError(f"{self.name}: a sheet is larger than any official file")
            with self._archive.open(part) as stream:
                for _, element in iterparse(stream):  # noqa: S314 - as above
                    if _local(element) != "row":
                        continue
                    number = int(element.get("r", number + 1))
                    cells = self._cells(element)
                    element.clear()
                    if any(cells):
                        yield number, cells
        except (ParseError, KeyError, ValueError, IndexError, *_BROKEN) as error:
            raise self._damaged() from error

    def _cells(self, row: Element) -> list[str]:
        cells: list[str] = []
        for cell in row:
            column = _column(cell.get("r")) if cell.get("r") else len(cells)
            cells += [""] * (column - len(cells))
            cells.append(self._cell(cell))
        return cells

    def _cell(self, cell: Element) -> str:
        kind, value = cell.get("t", "n"), ""
        for child in cell:
            if _local(child) == "v":
                value = child.text or ""
            elif _local(child) == "is":
                return _text(child)
        if kind == "s":
            return self._strings[int(value)] if value else ""
        if kind != "n" or not value:
            return value
        return self._number(value, is_date=int(cell.get("s", "0")) in self._dates)

    @staticmethod
    def _number(value: str, *, is_date: bool) -> str:
        number = float(value)
        if is_date:
            return (_FIRST_DAY + timedelta(days=int(number))).isoformat()
        # Excel keeps 0.29 as 0.28999999999999998; the shortest form that is the same number is what was typed.
        return str(int(number)) if number.is_integer() else repr(number)

    def _date_styles(self) -> frozenset[int]:
        root = self._xml("xl/styles.xml")
        if root is None:
            return frozenset()
        formats = set(_DATE_FORMATS)
        for each in (each for each in root.iter() if _local(each) == "numFmt"):
            bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", each.get("formatCode", "")).lower()
            if "y" in bare or "d" in bare:
                formats.add(int(each.get("numFmtId", "0")))
        styles = next((each for each in root.iter() if _local(each) == "cellXfs"), ())
        return frozenset(number for number, each in enumerate(styles) if int(each.get("numFmtId", "0")) in formats)

    def _children(self, part: str, tag: str) -> Iterator[Element]:
        root = self._xml(part)
        return iter(()) if root is None else (each for each in root if _local(each) == tag)

    def _xml(self, part: str) -> Element | None:
        with suppress(KeyError):
            if self._archive.getinfo(part).file_size > _LARGEST:
                raise DataError(f"{self.name}: a part of the workbook is larger than any official file has")
            try:
                return fromstring(self._archive.read(part))  # noqa: S314 - the publisher's file, which the user names
            except (ParseError, ValueError, *_BROKEN) as error:
                raise self._damaged() from error
        return None

    def _damaged(self) -> DataError:
        return DataError(f"{self.name}: the workbook is damaged or cut off, or is no xlsx")


_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)


def _local(element: Element) -> str:
    return element.tag.removeprefix(_MAIN).removeprefix(_STRICT)


def _text(item: Element) -> str:
    """The text of a string, its runs joined; how it is pronounced (``rPh``) is none of it."""
    if _local(item) == "t":
        return item.text or ""
    return "".join(_text(child) for child in item if _local(child) != "rPh")


def _column(reference: str | None) -> int:
    letters = _COLUMN.match(reference or "")
    if letters is None:
        raise ValueError(reference)
    number = 0
    for letter in letters.group():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1
