"""Services: the CPT and HCPCS lines of a claim beside what the imported files say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from detect_icd.checks.lines import Line
from detect_icd.service_files import ServiceFiles
from detect_icd.service_records import Fee, Setting


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one claim: of one patient, from one biller, on one day.

    Attributes:
        lines: Its lines, diagnoses left out.
        files: What is imported.
        day: The day of service; ``None`` where it is not known: the newest releases answer.
        edits: Whose edits of NCCI hold.
    """

    lines: tuple[Line, ...]
    files: ServiceFiles
    day: date | None = None
    edits: Setting = "practitioner"

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, each once, in the order of the lines."""
        return tuple(dict.fromkeys(line.code for line in self.lines))

    def of(self, code: str) -> tuple[Line, ...]:
        """The lines of a code."""
        return tuple(line for line in self.lines if line.code == code)

    def fee(self, code: str) -> Fee | None:
        """The row of the fee schedule for the whole service; of its parts where it has no other."""
        return next(iter(self.files.fees(code, self.day)), None)


def listed(words: Sequence[str], joint: str = "or", shown: int = 12) -> str:
    """Words as a sentence has them: ``59, XS or XU``; of many the first."""
    if len(words) > shown:
        return f"{', '.join(words[:shown])} ... ({len(words)} in all)"
    return f" {joint} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
