"""Finding: one thing to correct, to look at, or to know about the codes of a claim, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from detect_icd.service_records import Citation


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """The claim as it stands is not valid, or a line of it is not paid."""
    WARNING = "warning"
    """It may be right, but only under conditions the codes do not show."""
    HINT = "hint"
    """Worth knowing; nothing is wrong."""


KINDS = (
    "ptp-pair", "ptp-same-place", "ptp-parted", "mue", "add-on", "add-on-51", "bilateral", "assistant", "co-surgeon",
    "team", "multiple", "component", "global", "status", "not-in-force", "unknown-code", "not-imported", "other-release",
    "ambiguous-code", "excludes1", "manifestation", "code-first", "sequence", "use-additional", "code-also",
    "not-billable", "seventh-character", "not-valid-on-date", "external-cause-first", "first-listed-only",
    "repeated-diagnosis", "repeated-service", "side",
)  # fmt: skip
"""What a finding may be about."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a finding rests on that is no row of an imported file.

    Attributes:
        name: A guideline's section, such as ``guideline I.A.12.a``, or ``procedure lexicon``.
        note: The instruction of the classification that says so, with its kind and the code it stands at.
        release: The release of ICD-10-CM it is read from; empty for what is of no release.
    """

    name: str
    note: str = ""
    release: str = ""

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.name, " ".join(filter(None, (self.release, self.note))))))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about the codes of a claim.

    Attributes:
        kind: One of ``KINDS``.
        severity: How much it matters.
        codes: The codes concerned, the one to change first.
        message: What it is, in words.
        source: The row of an imported file, or the guideline or note; ``None`` where nothing official says it.
    """

    kind: str
    severity: Severity
    codes: tuple[str, ...]
    message: str
    source: Citation | Basis | None = None

    @property
    def counts(self) -> bool:
        """Whether it is more than a hint."""
        return self.severity is not Severity.HINT

    def __str__(self) -> str:
        return f"{self.message} [{self.source}]" if self.source else self.message
