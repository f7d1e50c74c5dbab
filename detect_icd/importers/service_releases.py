"""Release: which year, quarter or month an official file of CPT and HCPCS codes is of, as its text or its name says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from redactphi.errors import UsageError

Form = Literal["letter", "quarter", "month", "year"]
"""How CMS names the releases of a kind: ``2026A``, ``2026q1``, ``2026-01`` (or ``2026``), ``2026``."""

FORMS: Mapping[str, Form] = {
    "physician-fee-schedule": "letter",
    "ncci-ptp": "quarter",
    "ncci-mue": "quarter",
    "ncci-add-on": "quarter",
    "hcpcs": "month",
    "opps-addendum-b": "month",
    "cpt-descriptors": "month",
    "ccs-services": "year",
    "rbcs": "year",
}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = f"(?P<name>{'|'.join(_MONTHS)})[a-z]*"
_YEAR = r"(?<!\d)(?P<year>20\d\d)(?!\d)"
_GIVEN = re.compile(r"(?P<year>20\d\d)(?:(?P<letter>[A-D])R?|-?Q(?P<quarter>[1-4])|-(?P<month>\d\d))?", re.IGNORECASE)
_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "physician-fee-schedule": (
        rf"{_YEAR} national physician fee schedule.*?{_MONTH} release",
        rf"pprrvu(?P<year>(?:20)?\d\d)[-_ ]?{_MONTH}",
        r"rvu(?P<year>(?:20)?\d\d)[-_ ]?(?P<letter>[a-d])(?![a-qs-z])",
    ),
    "ncci-ptp": (
        r"cci(?:pra|oph)-v(?P<version>\d\d)(?P<edition>[0-3])r\d",
        rf"{_YEAR}[-_ ]?q(?P<quarter>[1-4])",
    ),
    "ncci-mue": (
        r"eff(?:ective)?[-_ .]*(?P<month>\d\d?)[-_ /](?P<day>\d\d?)[-_ /](?P<year>20\d\d)(?!\d)",
        rf"eff(?:ective)?[-_ .]*{_MONTH}\.? \d\d?,? (?P<year>20\d\d)(?!\d)",
        rf"{_YEAR}[-_ ]?q(?P<quarter>[1-4])",
    ),
    "ncci-add-on": (r"(?<!\d)(?P<year>20\d\d)[-_ ]?q(?P<quarter>[1-4])",),
    "hcpcs": (
        rf"hcpc(?:s)?[-_ ]?(?P<year>20\d\d)[-_ ]{_MONTH}",
        rf"{_MONTH}[-_ ]?{_YEAR}",
        r"hcpc(?:s)?[-_ ]?(?P<year>20\d\d)(?!\d)",
        rf"{_YEAR}[-_ ]alpha",
    ),
    "opps-addendum-b": (rf"{_MONTH}[-_ ,]*{_YEAR}", rf"{_YEAR}[-_ ,]*{_MONTH}"),
    "cpt-descriptors": (rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])(?!\d)", rf"{_MONTH}[-_ ]?{_YEAR}", _YEAR),
    "ccs-services": (r"v?(?P<year>20\d\d)[.-]\d", _YEAR),
    "rbcs": (r"ry[-_ ]?(?P<year>(?:20)?\d\d)(?!\d)", _YEAR),
}
"""What names a release, by kind, surest first; looked for without regard to case, underscores as in names."""

_FIRST_VERSION = 1994
"""Version 32 of NCCI is of 2026; its editions 0 to 3 are the quarters."""

_CENTURY = 2000


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """A release of a kind of files.

    Attributes:
        year: The calendar year.
        month: The month it takes effect; 0 where it is of the year.
    """

    year: int
    month: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """A release as it is written: ``2026``, ``2026A``, ``2026q1``, ``2026-01``.

        Raises:
            UsageError: It is not written so.
        """
        match = _GIVEN.fullmatch(text.strip())
        release = cls._of(match) if match else None
        if release is None:
            raise UsageError(f"a release is written as 2026, 2026A, 2026q1 or 2026-01, not {text!r}")
        return release

    @classmethod
    def find(cls, kind: str, texts: Iterable[str]) -> Self | None:
        """The release that texts of a file (its name, the zip's, what stands above its header) name first, if any does."""
        for text in texts:
            for pattern in _PATTERNS[kind]:
                match = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
                if match and (release := cls._of(match)):
                    return release
        return None

    @classmethod
    def _of(cls, match: re.Match[str]) -> Self | None:
        said = {name: value for name, value in match.groupdict().items() if value}
        if "version" in said:
            return cls(_FIRST_VERSION + int(said["version"]), _first_month(int(said["edition"])))
        year = int(said["year"])
        year += _CENTURY if year < _CENTURY else 0
        if "letter" in said:
            return cls(year, _first_month("ABCD".index(said["letter"].upper())))
        if "quarter" in said:
            return cls(year, _first_month(int(said["quarter"]) - 1))
        month = _MONTHS.index(said["name"].lower()) + 1 if "name" in said else int(said.get("month", 0))
        return cls(year, month) if month <= len(_MONTHS) and (month or "month" not in said) else None

    def written(self, kind: str) -> str:
        """As releases of the kind are written."""
        quarter = max(self.month - 1, 0) // 3
        match FORMS[kind]:
            case "letter":
                return f"{self.year}{'ABCD'[quarter]}"
            case "quarter":
                return f"{self.year}q{quarter + 1}"
            case "month":
                return f"{self.year}-{self.month:02d}" if self.month else str(self.year)
        return str(self.year)

    @property
    def first_day(self) -> date:
        """The first day it is in force."""
        return date(self.year, self.month or 1, 1)


def _first_month(quarter: int) -> int:
    return 3 * quarter + 1
