"""RuleRecognizer: a Presidio recognizer made of the rules of one family."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import regex
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.errors import UnknownNameError
from redactphi.resources import Rule
from redactphi.spans import Span

_AFTER = 30

Validator = Callable[[str], bool]


def to_result(span: Span, recognizer: str) -> RecognizerResult:
    """A span as Presidio carries it; the source rides in the recognition metadata."""
    explanation = AnalysisExplanation(recognizer=recognizer, original_score=span.score, pattern_name=span.source)
    metadata = {RecognizerResult.RECOGNIZER_NAME_KEY: recognizer, "source": span.source}
    return RecognizerResult(str(span.label), span.start, span.end, span.score, explanation, metadata)


class RuleRecognizer(EntityRecognizer):
    """Finds what the rules of ``data/patterns/<family>.toml`` describe.

    What it finds is the union of what each rule finds alone; the order of rules does not matter.

    Args:
        family: The rule file; also the first half of every span's source.
        validators: The checksums and plausibility tests that rules may name.
    """

    def __init__(self, family: str, validators: Mapping[str, Validator] | None = None) -> None:
        self.family = family
        self._rules = [_CompiledRule(rule, validators or {}) for rule in resources.rules(family)]
        labels = sorted({rule.label for rule in resources.rules(family)})
        super().__init__(supported_entities=labels, name=type(self).__name__, supported_language="en")

    def load(self) -> None:
        """Nothing to load: rules compile when the recognizer is built."""

    def spans(self, text: str) -> Iterator[Span]:
        """The spans of every rule, unsorted, possibly overlapping.

        Raises:
            TimeoutError: A pattern ran over ``resources.MATCH_TIMEOUT``.
        """
        for rule in self._rules:
            yield from rule.spans(text, self.family)

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Presidio's entry point."""
        wanted = set(entities)
        return [to_result(span, self.name) for span in self.spans(text) if span.label in wanted]


class _CompiledRule:
    def __init__(self, rule: Rule, validators: Mapping[str, Validator]) -> None:
        self.rule = rule
        self.pattern = rule.compile()
        self.group = "phi" if "phi" in self.pattern.groupindex else 0
        if rule.validator and rule.validator not in validators:
            raise UnknownNameError("validator", rule.validator, validators)
        self.validator = validators.get(rule.validator)
        words = "|".join(regex.escape(word) for word in sorted(rule.context))
        self.context = regex.compile(rf"\b(?:{words})\b", regex.IGNORECASE) if words else None

    def spans(self, text: str, family: str) -> Iterator[Span]:
        rule = self.rule
        for match in self.pattern.finditer(text, timeout=resources.MATCH_TIMEOUT):
            start, end = match.span(self.group)
            if start >= end or (self.validator and not self.validator(match[self.group])):
                continue
            score = rule.score
            if self.context is not None:
                if self._has_context(text, match.start(), match.end()):
                    score = min(1.0, score + rule.boost)
                elif rule.requires_context:
                    continue
            yield Span(start, end, rule.label, score, f"{family}/{rule.name}")

    def _has_context(self, text: str, start: int, end: int) -> bool:
        assert self.context is not None
        before = text[max(0, start - self.rule.window) : end]
        return bool(self.context.search(before) or self.context.search(text[end : end + _AFTER]))
