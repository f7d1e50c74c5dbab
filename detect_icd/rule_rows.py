"""Rows of rule tables: one reader for every dataclass that a table of ``data`` fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from detect_icd.ready import read_toml
from redactphi.errors import RuleError
from redactphi.resources import data

_Row = TypeVar("_Row")


def build(cls: type[_Row], raw: Mapping[str, Any], where: str) -> _Row:
    """A row of a table, checked; its lists, and those within them, as tuples.

    Args:
        cls: A dataclass with the keys of the table.
        raw: The row.
        where: The table's file below ``data``, without ``.toml``.

    Raises:
        RuleError: A key is unknown or missing, or a row that needs examples or near-misses has none.
    """
    # Any: typing has no public name for what all dataclasses are.
    make: Any = cls
    valid = {item.name: item.default is MISSING for item in fields(make)}
    place = f"{where}.toml/{raw.get('name') or raw.get('code', '?')}"
    if unknown := sorted(set(raw) - set(valid)):
        raise RuleError(f"{place}: unknown keys {unknown}; valid: {', '.join(valid)}")
    absent = [key for key, is_required in valid.items() if is_required and key not in raw]
    if absent := [*absent, *(key for key in ("matches", "ignores") if key in valid and not raw.get(key))]:
        raise RuleError(f"{place}: {', '.join(absent)} missing or empty")
    row: _Row = make(**{key: _frozen(value) for key, value in raw.items()})
    return row


def table(cls: type[_Row], where: str, key: str) -> tuple[_Row, ...]:
    """The rows of a file that holds one table.

    Args:
        cls: A dataclass with the keys of the table.
        where: The file below ``data``, without ``.toml``.
        key: The name of the table.

    Raises:
        RuleError: The file holds something else, or a row is malformed.
    """
    raw = read_toml(data("detect_icd") / f"{where}.toml")
    if unknown := sorted(set(raw) - {key}):
        raise RuleError(f"{where}.toml: unknown keys {unknown}; valid: {key}")
    return tuple(build(cls, row, where) for row in raw[key])


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
