"""Reads the Alphabetic Index, the index of external causes, and the tables of neoplasms and of drugs (XML).

All four share a shape: letters hold main terms, a main term holds terms of nine levels, each with a title, and a code, a
reference or cells. What stands in ``nemod`` (a non-essential modifier) may be in a note or not: it changes no code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args
from xml.etree.ElementTree import Element

from detect_icd.coding import icd10cm
from redactphi.errors import DataError

Kind = Literal["index", "external", "drug", "neoplasm"]
INDEXES: tuple[Kind, ...] = get_args(Kind)
"""The kinds of imported files that widen what is detected."""

TITLES: dict[str, Kind] = {
    "INDEX TO DISEASES": "index",
    "EXTERNAL CAUSE": "external",
    "TABLE OF DRUGS": "drug",
    "TABLE OF NEOPLASM": "neoplasm",
}
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "drug": ("accidental", "self-harm", "assault", "undetermined", "adverse effect", "underdosing"),
    "neoplasm": ("malignant", "secondary", "in situ", "benign", "uncertain", "unspecified"),
}
_FIRST_HEADS = {"substance": "drug", "neoplasm": "neoplasm"}
_NO_CODE = frozenset({"", "-", "--"})
_NUMBERED = {str(number): number for number in range(10)}


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """One line of an index, with all that stands above it.

    Attributes:
        kind: Which index.
        path: Titles from the main term down, without non-essential modifiers.
        code: As printed: it may end in ``-``, for more characters are needed, or be empty.
        see: Where the line refers to; empty where it does not. A mere "see also" is left out.
        column: Of a table, the name of the column the code stands in; else empty.
    """

    kind: Kind
    path: tuple[str, ...]
    code: str
    see: str = ""
    column: str = ""


def kind_of(root: Element) -> Kind:
    """Which index a file is, by its title or the head of its first column.

    Raises:
        DataError: It is none of the four.
    """
    if root.tag == "ICD10CM.index":
        first = _text(root.find("indexHeading/head")).lower()
        if first in _FIRST_HEADS:
            return "drug" if first == "substance" else "neoplasm"
        title = _text(root.find("title")).upper()
        for words, kind in TITLES.items():
            if words in title:
                return kind
    raise DataError(
        f"no ICD-10-CM index: the root is <{root.tag}>, and neither its title nor its first column names "
        "the index to diseases, the external causes, the drugs or the neoplasms"
    )


def read_index(root: Element) -> list[IndexTerm]:
    """Every line of an index that has a code or a reference, in order.

    Raises:
        DataError: It is no index, has no letters, or a code in it has the form of none; names the line's place.
    """
    kind = kind_of(root)
    found = [line for main in root.findall("letter/mainTerm") for line in _lines(main, (), kind)]
    if not found:
        raise DataError("the index has no main terms below its letters")
    return found


def version(root: Element) -> str:
    """The year an index is of, as printed; empty where it does not say."""
    return _text(root.find("version"))


def _lines(element: Element, above: tuple[str, ...], kind: Kind) -> Iterator[IndexTerm]:
    title = element.find("title")
    if title is None:
        raise DataError(f"{' > '.join(above) or 'a main term'}: a term without a title")
    path = (*above, _essential(title))
    see = _text(element.find("see"))
    code = _text(element.find("code"))
    if code in _NO_CODE:
        code = ""
    if code or see:
        yield IndexTerm(kind, path, _checked(code, path), see)
    columns = COLUMNS.get(kind, ())
    for cell in element.findall("cell"):
        # Column 1 is the title.
        column, value = _NUMBERED.get(cell.attrib.get("col", ""), 0) - 2, _text(cell)
        if 0 <= column < len(columns) and value not in _NO_CODE:
            yield IndexTerm(kind, path, _checked(value, path), column=columns[column])
    for below in element.findall("term"):
        yield from _lines(below, path, kind)


def _checked(code: str, path: tuple[str, ...]) -> str:
    bare = code.partition("#")[0].partition(" ")[0].rstrip(".-")
    if (bare or code) and not icd10cm.is_valid(bare):
        raise DataError(f"{' > '.join(path)}: {code!r} does not have the form of a code")
    return bare


def _essential(title: Element) -> str:
    parts = [title.text or ""]
    for child in title:
        if child.tag != "nemod":
            parts.append("".join(child.itertext()))
        parts.append(child.tail or "")
    return " ".join(" ".join(parts).split()).strip(" ,")


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
