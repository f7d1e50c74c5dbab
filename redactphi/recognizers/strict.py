"""Strict mode: what nothing vouches for is redacted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.recognizers.rules import to_result
from redactphi.spans import Span

_SCORE = 0.5
_WORD = regex.compile(r"\p{Lu}[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*")
_NUMBER = regex.compile(r"(?<![\w.])\d{6,}(?![\w.])")


def _kept_places() -> frozenset[str]:
    """The words of the names of States and countries, which Safe Harbor keeps."""
    return frozenset(
        word for name in ("states", "countries") for item in resources.terms(name) for word in item.lower().split()
    )


class StrictRecognizer(EntityRecognizer):
    """Marks capitalised words outside the safe vocabulary, and bare numbers of six or more digits."""

    def __init__(self) -> None:
        labels = [str(PhiLabel.NAME), str(PhiLabel.ID_OTHER)]
        super().__init__(supported_entities=labels, name="StrictRecognizer", supported_language="en")
        names = resources.terms("ambiguous_names")
        products = {item.lower() for item in resources.terms("clinical_products")}
        words = (
            resources.terms("clinical_words") | products | {item.lower() for item in resources.terms("nationalities")}
        )
        self._safe = resources.terms("common_words") | (words - names) | _kept_places()
        self._as_written = resources.terms("clinical_acronyms") | resources.terms("credentials")

    def load(self) -> None:
        """Nothing to load."""

    def spans(self, text: str) -> Iterator[Span]:
        """What nothing vouches for."""
        for match in _WORD.finditer(text):
            if match[0] not in self._as_written and not self._is_safe(match[0].lower()):
                yield Span(match.start(), match.end(), PhiLabel.NAME, _SCORE, "strict/unknown-word")
        for match in _NUMBER.finditer(text):
            yield Span(match.start(), match.end(), PhiLabel.ID_OTHER, _SCORE, "strict/long-number")

    def _is_safe(self, word: str) -> bool:
        parts = regex.split(r"['’-]", word)
        return word in self._safe or all(part in self._safe or len(part) == 1 for part in parts)

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Presidio's entry point."""
        return [to_result(span, type(self).__name__) for span in self.spans(text) if span.label in entities]
