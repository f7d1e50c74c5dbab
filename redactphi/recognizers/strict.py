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
_MEASURE = (
    r"(?:%|[ ]?(?:mg|mcg|µg|g|kg|mL|ml|cc|L|cm|mm|mEq|units?|IU|kcal|cal|Hz|cGy|Gy|mGy|psi|watts?|W|J|joules?|ms|hours?|hrs?|h"
    r"|copies|cells|steps|feet|ft|lbs?|grams?|rpm|mmHg|BID|TID|QID|daily)\b)"
)
_NUMBER = regex.compile(
    rf"(?<![\w.,/:+-])(?:\d{{6,}}(?!\w|\.\d)|(?!(?:18|19|20)\d\d(?!\d))(?!(?:[01]\d|2[0-3])[0-5]\d(?!\d))\d{{4,5}}(?![\w/%]|[.,:-]\d|{_MEASURE}))"
)
"""Long numbers; of four and five figures those that are no year, no time of day and no measure."""
_CODE = regex.compile(
    r"(?<![\w.,/:+-])(?=[A-Z\d/-]*\d[A-Z\d/-]*\d[A-Z\d/-]*\d)(?=[\d/-]*[A-Z])[A-Z\d]+(?:[-/][A-Z\d]+)*(?![\w/-]|[.,]\d)"
)
"""Capitals and at least three figures in one."""
_VOUCHED_CODE = regex.compile(
    r"\d+(?:MG|ML|CC|MCG|KG|CM|MM|HZ|HRS?|FR|GA|J|W|K|L|G|X\d+)|[CTLS]\d{1,2}(?:[-/][CTLS]?\d{1,2})*|G\d+P\d+|p?T\d\w?N\d\w?M\w?|\d{1,3}[MF]|[A-TV-Z]\d[\dA-Z]|[ST]\d{5}[ADS]|[A-Z]\d{4}|\d{4}[FTU]"
)
"""Strengths, vertebral levels, pregnancies, stages, ages with a sex, codes of diagnoses and services."""
_DAY = regex.compile(
    r"(?<![\w.,/:+-])(?!(\d{1,2})/\1(?!\d))(?:1[0-2]|0?[1-9])/(?:[12]\d|3[01]|0?[1-9])(?<!/5|/10)(?![\w/%]|[.,:-]\d)"
)
"""Two numbers that may be a month and a day, and are no strength or pain out of five or ten."""


class StrictRecognizer(SpanRecognizer):
    """Marks capitalised words outside the safe vocabulary, and numbers, codes and days that nothing explains."""

    def __init__(self) -> None:
        labels = [str(PhiLabel.NAME), str(PhiLabel.ID_OTHER), str(PhiLabel.DATE)]
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
        for match in _CODE.finditer(text):
            if not _VOUCHED_CODE.fullmatch(match[0]) and match[0] not in self._as_written:
                yield Span(match.start(), match.end(), PhiLabel.ID_OTHER, _SCORE, "strict/code")
        for match in _DAY.finditer(text):
            yield Span(match.start(), match.end(), PhiLabel.DATE, _SCORE, "strict/day")

    def _is_safe(self, word: str) -> bool:
        parts = regex.split(r"['’-]", word)
        return word in self._safe or all(part in self._safe or len(part) == 1 for part in parts)
