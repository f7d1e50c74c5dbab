"""Ages over 89 (Safe Harbor C)."""

from __future__ import annotations

from redactphi.recognizers.rules import RuleRecognizer


class AgeRecognizer(RuleRecognizer):
    """Finds ages over 89 in figures and words; ages from 0 to 89 are clinical and stay."""

    def __init__(self) -> None:
        super().__init__("ages")
