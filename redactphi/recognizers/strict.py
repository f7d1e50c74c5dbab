"""Strict mode: what nothing vouches for is redacted."""

from __future__ import annotations

from collections.abc import Iterator

import regex
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.recognizers.clinical import countries, peoples, products, states
from redactphi.recognizers.rules import SpanRecognizer
from redactphi.spans import Span

_SCORE = 0.5
_WORD = regex.compile(r"\p{Lu}[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*")
_NUMBER = regex.compile(r"(?<![\w.])\d{6,}(?![\w.])")


class StrictRecognizer(SpanRecognizer):
    """Marks capitalised words outside the safe vocabulary, and bare numbers of six or more digits."""

    def __init__(self) -> None:
        labels = [str(PhiLabel.NAME), str(PhiLabel.ID_OTHER)]
        super().__init__(supported_entities=labels, name="StrictRecognizer", supported_language="en")
        words = resources.terms("clinical_words") | products() | peoples()
        lands = frozenset(part for land in states() | countries() for part in land.split())
        self._safe = resources.terms("common_words") | (words - resources.terms("ambiguous_names")) | lands
        self._as_written = resources.terms("clinical_acronyms") | resources.terms("credentials")

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterator[Span]:
        """What nothing vouches for."""
        for match in _WORD.finditer(text):
            if match[0] not in self._as_written and not self._is_safe(match[0].lower()):
                yield Span(match.start(), match.end(), PhiLabel.NAME, _SCORE, "strict/unknown-word")
        for match in _NUMBER.finditer(text):
            yield Span(match.start(), match.end(), PhiLabel.ID_OTHER, _SCORE, "strict/long-number")

    def _is_safe(self, word: str) -> bool:
        parts = regex.split(r"['’-]", word)
        return word in self._safe or all(part in self._safe or len(part) == 1 for part in parts)
