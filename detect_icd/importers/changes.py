"""Reads a table of changes between two releases, and applies it.

The table is tab-separated with the columns ``change``, ``code`` and ``title``. A change is ``add``, ``delete``,
``revise`` (the title) or ``heading`` (a new line that is not billable). ``#`` starts a comment.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from detect_icd.coding import icd10cm
from detect_icd.importers.records import Record, base
from detect_icd.importers.tabular import mark_billable
from redactphi.errors import DataError

_CHANGES = ("add", "delete", "revise", "heading")
_CATEGORY = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the table; ``key`` is the bare code."""

    change: str
    key: str
    title: str


def read_changes(path: Path) -> list[Change]:
    """The changes of a table, in its order.

    Raises:
        DataError: A column is missing or a change is unknown.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    if not rows or not {"change", "code", "title"} <= set(rows[0]):
        raise DataError(f"{path.name}: needs the columns change, code, title")
    if unknown := sorted({row["change"] for row in rows} - set(_CHANGES)):
        raise DataError(f"{path.name}: unknown changes {unknown}; valid: {', '.join(_CHANGES)}")
    return [Change(row["change"], icd10cm.validate(row["code"]), row["title"].strip()) for row in rows]


def apply_changes(records: Mapping[str, Record], changes: Iterable[Change]) -> dict[str, Record]:
    """The next release: the records of the one before, changed.

    A code that is deleted but has new codes under it stays as their heading. A heading all of whose codes are gone
    goes with them.

    Raises:
        DataError: A change names a code that is not there, or already is; or a new code has nothing to stand under.
    """
    changes = list(changes)
    _check(records, changes)
    deleted = {change.key for change in changes if change.change == "delete"}
    found = dict(records)
    for change in changes:
        if change.change == "revise":
            found[change.key] = replace(found[change.key], title=change.title)
    for change in sorted(changes, key=lambda change: (len(change.key), change.key)):
        if change.change in {"add", "heading"}:
            found[change.key] = _added(change, found)
    _drop(found, deleted)
    return mark_billable(found)


def _check(records: Mapping[str, Record], changes: Iterable[Change]) -> None:
    for change in changes:
        is_new = change.change in {"add", "heading"}
        if is_new == (change.key in records):
            state = "already there" if is_new else "not there"
            raise DataError(f"cannot {change.change} {icd10cm.format(change.key)}: {state}")


def _added(change: Change, records: Mapping[str, Record]) -> Record:
    if len(change.key) == _CATEGORY:
        return _added_category(change, records)
    parent = records.get(base(change.key))
    if parent is None:
        raise DataError(f"{icd10cm.format(change.key)} is new, but nothing stands above it; name its heading")
    return replace(parent, key=change.key, kind="code", title=change.title, parent=parent.key, notes={})


def _added_category(change: Change, records: Mapping[str, Record]) -> Record:
    """A new category, in the block of the category before it.

    Blocks grow at their ends, and the table does not say how. A block of one category is about that one alone, so
    what follows it stands under the chapter.
    """
    before = max(key for key, record in records.items() if record.kind == "category" and key < change.key)
    chapter, block = records[before].chapter, records[before].block
    first, _, last = block.partition("-")
    if first == last:
        return Record(change.key, "category", change.title, chapter, chapter)
    return Record(change.key, "category", change.title, block, chapter, block)


def _drop(records: dict[str, Record], deleted: set[str]) -> None:
    """Takes the deleted out, and upwards every heading this leaves without codes."""
    children: dict[str, set[str]] = {}
    for record in records.values():
        children.setdefault(record.parent, set()).add(record.key)
    for key in sorted(deleted, key=len, reverse=True):
        empty = key
        while not children.get(empty) and records[empty].kind in {"category", "code"}:
            parent = records.pop(empty).parent
            children[parent].discard(empty)
            empty = parent
