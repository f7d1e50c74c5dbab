"""What Safe Harbor lets stay of a date, a ZIP code and an age: the year, three digits, "90+".

Source: 45 CFR 164.514(b)(2)(i)(B), (C).
"""

from __future__ import annotations

import functools
from typing import Any

import regex
from presidio_anonymizer.entities import InvalidParamError

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.operation import PhiOperator
from redactphi.operators.note_years import check_reference_year, year_tag
from redactphi.operators.years import year_of

__all__ = ["Age90", "DateYear", "Zip3", "allowed_prefixes", "year_of"]

DEFAULT_TABLE = "census-2020"
_PREFIX = regex.compile(r"(?<!\d)(\d{3})\d{2}(?!\d)")


class DateYear(PhiOperator):
    """Replaces a date by its year, ``[DATE 2024]``; a range of dates keeps both years, ``[DATE 2020-2021]``.

    A date without a year, one that cannot be read, and a year that shows an age over 89 become ``[DATE]``. Ages are
    counted to the newest year the note names (its birth dates left out).

    Parameters: ``reference_year``, the year of a note that names none; ``context``, the rewriter's.
    """

    name = "year"
    labels = frozenset({PhiLabel.DATE})
    parameters = ("reference_year",)

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The tag for the written date ``text``."""
        return year_tag(text, params or {})

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Refuse a reference year that is no year.

        Raises:
            InvalidParamError: ``reference_year`` is not a whole number, or a parameter is unknown.
        """
        super().validate(params)
        check_reference_year(params)


class Zip3(PhiOperator):
    """Replaces a ZIP code by its first three digits where these may stay, ``[ZIP 627]``, else by ``[ZIP 000]``.

    Parameters: ``table``, the Census table of prefixes that may stay; ``census-2020`` if not given.
    """

    name = "zip3"
    labels = frozenset({PhiLabel.ZIP})
    parameters = ("table",)

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The tag for the ZIP code ``text``."""
        found = _PREFIX.search(text)
        allowed = allowed_prefixes((params or {}).get("table", DEFAULT_TABLE))
        return f"[ZIP {found[1]}]" if found and found[1] in allowed else "[ZIP 000]"

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Refuse a table that does not exist.

        Raises:
            InvalidParamError: ``table`` is not one of the packaged tables, or a parameter is unknown; the message
                lists the valid ones.
        """
        super().validate(params)
        table = (params or {}).get("table", DEFAULT_TABLE)
        if table not in tables():
            raise InvalidParamError(f"unknown zip3 table; valid: {', '.join(tables())}")


class Age90(PhiOperator):
    """Replaces an age over 89 by ``[AGE 90+]``, whatever its form."""

    name = "age90"
    labels = frozenset({PhiLabel.AGE})

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The tag; the text is not looked at."""
        return "[AGE 90+]"


def tables() -> list[str]:
    """The names of the packaged Census tables."""
    names = (path.name for path in (resources.data() / "zip3").iterdir())
    return sorted(name.removesuffix(".tsv") for name in names if name.startswith("census-"))


@functools.cache
def allowed_prefixes(table: str = DEFAULT_TABLE) -> frozenset[str]:
    """The three-digit prefixes that may stay: an area of more than 20,000 people by that Census.

    Raises:
        InvalidParamError: There is no such table; the message lists those there are.
    """
    if table not in tables():
        raise InvalidParamError(f"unknown zip3 table; valid: {', '.join(tables())}")
    lines = (resources.data() / "zip3" / f"{table}.tsv").read_text(encoding="utf-8").split()
    return frozenset(lines[1:])
