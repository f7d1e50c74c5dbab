"""A page as data of plain types, for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from detect_icd.pages.records import CodePage
from detect_icd.service_records import Citation


def plain_page(page: CodePage) -> dict[str, Any]:
    """The fields of a page by name: days in ISO form, numbers as numbers, a source also as ``cited``."""
    return {field.name: _plain(getattr(page, field.name)) for field in fields(page)}


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if is_dataclass(value):
        own = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return own | {"cited": str(value)} if isinstance(value, Citation) else own
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
