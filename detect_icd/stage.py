"""The stage ``codes`` of ``redactphi batch``: one row a candidate of each safe note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from detect_icd.candidates import COLUMNS
from detect_icd.detector import CodeDetector
from redactphi.document import RedactedDocument


class CodesStage:
    """Detects codes in safe notes; a stage of the entry-point group ``redactphi.stages``.

    Attributes:
        columns: Column to dtype.
    """

    def __init__(self, detector: CodeDetector) -> None:
        self.columns: Mapping[str, str] = COLUMNS
        self.detector = detector

    def __call__(self, redacted: RedactedDocument) -> Iterable[dict[str, Any]]:
        """The rows of one note, reported codes first in their sequence; offsets are those of the safe text."""
        return self.detector.detect(redacted).rows()

    def on(self, redacted: RedactedDocument, day: date) -> Iterable[dict[str, Any]]:
        """The rows of one note by the release in force on the day of service."""
        return self.detector.detect(redacted, service_date=day).rows()


def codes_stage(**options: Any) -> CodesStage:
    """Builds the stage.

    Args:
        options: Those of ``CodeDetector``: ``setting``, ``service_date``, ``release``.

    Raises:
        UsageError: An option's value is not valid.
    """
    return CodesStage(CodeDetector(**options))
