"""RuleRecognizer: a Presidio recognizer made of the rules of one family."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import regex
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.errors import UnknownNameError
from redactphi.recognizers.checksums import VALIDATORS
from redactphi.recognizers.zones import ZoneFinder
from redactphi.resources import Rule
from redactphi.spans import Span

_AFTER = 30

_MARGIN = 64
"""Characters behind a zone that its matches see; one that ends in the last of them is looked at in the whole note."""

Validator = Callable[[str], bool]
"""Says whether the matched characters can be what the rule claims."""

Guard = Callable[[str, int, int], bool]
"""Says whether ``text[start:end]`` is, in this note, what the rule claims."""


def to_result(span: Span, recognizer: str) -> RecognizerResult:
    """A span as Presidio carries it; the source rides in the recognition metadata."""
    explanation = AnalysisExplanation(recognizer=recognizer, original_score=span.score, pattern_name=span.source)
    metadata = {RecognizerResult.RECOGNIZER_NAME_KEY: recognizer, "source": span.source}
    return RecognizerResult(str(span.label), span.start, span.end, span.score, explanation, metadata)


class RuleRecognizer(EntityRecognizer):
    """Finds what the rules of ``data/patterns/<family>.toml`` describe.

    What it finds is the union of what each rule finds alone; the order of rules does not matter.

    Args:
        family: The rule file or files; also the first half of every span's source.
        validators: Checksums and plausibility tests that rules may name, besides those of ``checksums``.
        guards: Tests of a match in its note that rules may name.
    """

    def __init__(
        self,
        family: str | tuple[str, ...],
        validators: Mapping[str, Validator] | None = None,
        guards: Mapping[str, Guard] | None = None,
    ) -> None:
        self.families = (family,) if isinstance(family, str) else family
        known = {**VALIDATORS, **(validators or {})}
        self.rules = [
            CompiledRule(rule, name, known, guards or {}) for name in self.families for rule in resources.rules(name)
        ]
        self._zones = ZoneFinder([compiled.rule for compiled in self.rules])
        labels = sorted({compiled.rule.label for compiled in self.rules})
        super().__init__(supported_entities=labels, name=type(self).__name__, supported_language="en")

    def load(self) -> None:
        """Nothing to load: rules compile when the recognizer is built."""

    def spans(self, text: str) -> Iterator[Span]:
        """The spans of every rule, unsorted, possibly overlapping.

        Raises:
            TimeoutError: A pattern ran over ``resources.MATCH_TIMEOUT``.
        """
        for compiled, zones in zip(self.rules, self._zones(text), strict=True):
            for start, end in zones:
                yield from compiled.spans(text, start, end)

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Presidio's entry point."""
        wanted, name = set(entities), type(self).__name__
        return [to_result(span, name) for span in self.spans(text) if span.label in wanted]


class CompiledRule:
    """One rule, ready to scan."""

    def __init__(
        self, rule: Rule, family: str, validators: Mapping[str, Validator], guards: Mapping[str, Guard]
    ) -> None:
        self.rule = rule
        self.source = f"{family}/{rule.name}"
        self._pattern = rule.compile()
        groups = self._pattern.groupindex
        self._group = "phi" if "phi" in groups else 0
        self._checked = "check" if "check" in groups else self._group
        self._validator = _named("validator", rule.validator, validators)
        self._guard = _named("guard", rule.guard, guards)
        self._context = _words(rule.context)
        self._unless = _words(rule.unless)

    def may_match(self, lowered: str) -> bool:
        """Whether the lower-cased note holds one of the rule's triggers, if it has any."""
        return not self.rule.triggers or any(trigger in lowered for trigger in self.rule.triggers)

    def spans(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
        """The spans this rule finds in a note, or of those the ones that begin in ``text[start:end]``.

        Raises:
            TimeoutError: The pattern ran over ``resources.MATCH_TIMEOUT``.
        """
        for match in self._matches(text, start, len(text) if end is None else end):
            score = self._score(text, match)
            if score is None:
                continue
            for first, last in match.spans(self._group):
                if first < last and (self._guard is None or self._guard(text, first, last)):
                    yield Span(first, last, self.rule.label, score, self.source)

    def _matches(self, text: str, start: int, end: int) -> Iterator[regex.Match[str]]:
        limit = min(len(text), end + _MARGIN)
        for match in self._pattern.finditer(text, start, limit, timeout=resources.MATCH_TIMEOUT):
            if match.start() > end:
                return
            if limit == len(text) or match.end() + _AFTER < limit:
                yield match
            elif whole := self._pattern.match(text, match.start(), timeout=resources.MATCH_TIMEOUT):
                yield whole

    def _score(self, text: str, match: regex.Match[str]) -> float | None:
        """The score of a match, or None where it is no match."""
        rule = self.rule
        if self._validator is not None and not self._validator(match[self._checked]):
            return None
        around = text[max(0, match.start() - rule.window) : match.end()], text[match.end() : match.end() + _AFTER]
        if self._unless is not None and any(map(self._unless.search, around)):
            return None
        if self._context is None:
            return rule.score
        if any(map(self._context.search, around)):
            return min(1.0, rule.score + rule.boost)
        return None if rule.requires_context else rule.score


_T = TypeVar("_T")


def _named(kind: str, name: str, known: Mapping[str, _T]) -> _T | None:
    if name and name not in known:
        raise UnknownNameError(kind, name, known)
    return known.get(name)


def _words(words: Sequence[str]) -> regex.Pattern[str] | None:
    if not words:
        return None
    alternatives = "|".join(regex.escape(word) for word in sorted(words))
    return regex.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", regex.IGNORECASE)
