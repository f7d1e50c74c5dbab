"""RuleRecognizer: a Presidio recognizer made of the rules of one family."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from typing import TypeVar

import regex
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.errors import UnknownNameError
from redactphi.recognizers.anchors import AT_START
from redactphi.recognizers.checksums import VALIDATORS
from redactphi.recognizers.compiled import pattern_of, starts_of, twin_of
from redactphi.recognizers.ready import compile_pattern
from redactphi.recognizers.starts import Starts, Zone, clip, inside
from redactphi.recognizers.zones import Lookout, Note
from redactphi.resources import Rule
from redactphi.spans import Span

_AFTER = 30

_MARGIN = 64
"""Characters behind a zone that its matches see; one that ends in the last of them is looked at in the whole note."""

_FEW = 16
_MANY = 8
_SHORT, _LONG = 60, 200
"""Characters to try a pattern at from which on it is worth asking first which of them lie in its zones, if these are
known at once and if not; and how many places must be there."""

Validator = Callable[[str], bool]
"""Says whether the matched characters can be what the rule claims."""

_Match = re.Match[str] | regex.Match[str]
_Test = Callable[[str, int], re.Match[str] | None]

_Words = tuple[Callable[[str], object], Callable[[str], object]]

Guard = Callable[[str, int, int], bool]
"""Says whether ``text[start:end]`` is, in this note, what the rule claims."""


def to_result(span: Span, recognizer: str) -> RecognizerResult:
    """A span as Presidio carries it; the source rides in the recognition metadata."""
    explanation = AnalysisExplanation(recognizer=recognizer, original_score=span.score, pattern_name=span.source)
    metadata = {RecognizerResult.RECOGNIZER_NAME_KEY: recognizer, "source": span.source}
    return RecognizerResult(str(span.label), span.start, span.end, span.score, explanation, metadata)


class SpanRecognizer(EntityRecognizer):
    """A Presidio recognizer that knows its findings as spans; the engine asks for these."""

    def load(self) -> None:
        """Nothing to load."""

    @abstractmethod
    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterable[Span]:
        """What is found, unsorted, possibly overlapping."""

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Presidio's entry point."""
        wanted, name = set(entities), type(self).__name__
        return [to_result(span, name) for span in self.spans(text, nlp_artifacts) if span.label in wanted]


class RuleRecognizer(SpanRecognizer):
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
        self._shared: Lookout | None = None
        self._first = 0
        labels = sorted({compiled.rule.label for compiled in self.rules})
        super().__init__(supported_entities=labels, name=type(self).__name__, supported_language="en")

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterator[Span]:
        """The spans of every rule, unsorted, possibly overlapping."""
        note, first = self.look(text), self._first
        last = first + len(self.rules)
        for number in [number for number in note.found if first <= number < last]:
            yield from note.found[number]
        for number in note.worth_trying(first, len(self.rules)):
            yield from self.rules[number - first].spans(note, number)

    def parts(self) -> Iterable[RuleRecognizer]:
        """The recognizers this one is made of, itself included."""
        return (self,)

    def look_with(self, lookout: Lookout, first: int) -> None:
        """Use a lookout that others use too, in which the first rule of this recognizer has the number ``first``."""
        self._shared, self._first = lookout, first

    @cached_property
    def _own(self) -> Lookout:
        return Lookout([(compiled.rule, compiled.starts) for compiled in self.rules])

    def numbered(self) -> Iterator[tuple[int, CompiledRule]]:
        """The rules with their numbers in the lookout."""
        return enumerate(self.rules, self._first)

    def look(self, text: str) -> Note:
        """The note, looked over once for all rules of this recognizer and of those that share its lookout."""
        return (self._shared or self._own).look(text)


def share_lookout(recognizers: Iterable[EntityRecognizer]) -> Lookout:
    """Let those of some recognizers that are made of rules look a note over together, once."""
    members = [part for whole in recognizers if isinstance(whole, RuleRecognizer) for part in whole.parts()]
    lookout = Lookout([(compiled.rule, compiled.starts) for part in members for compiled in part.rules])
    first = 0
    for part in members:
        part.look_with(lookout, first)
        first += len(part.rules)
    return lookout


class CompiledRule:
    """One rule, ready to scan."""

    def __init__(
        self, rule: Rule, family: str, validators: Mapping[str, Validator], guards: Mapping[str, Guard]
    ) -> None:
        self.rule = rule
        self.source = f"{family}/{rule.name}"
        self.starts = starts_of(rule)
        self._group = "phi" if "(?P<phi>" in rule.regex else 0
        self._checked = "check" if "(?P<check>" in rule.regex else self._group
        self._twin = twin_of(rule)
        self._twin_groups = (self._twin and self._twin.groups) or (0,)
        self._twin_checks = (self._twin and self._twin.checks) or self._twin_groups
        self._validator = _named("validator", rule.validator, validators)
        self._guard = _named("guard", rule.guard, guards)
        self._is_zoned = bool(rule.triggers or rule.anchor)
        self._limit = rule.reach[1] if rule.anchor == AT_START and not rule.triggers else None

    @cached_property
    def _context(self) -> _Words | None:
        return _words(self.rule.context)

    @cached_property
    def _unless(self) -> _Words | None:
        return _words(self.rule.unless)

    @cached_property
    def pattern(self) -> regex.Pattern[str]:
        """The compiled pattern; compiled when first tried, since most notes need few."""
        return pattern_of(self.rule)

    def spans(self, note: Note, number: int, zones: Sequence[Zone] | None = None) -> list[Span]:
        """The spans this rule finds in a note, tried where its pattern can begin.

        Args:
            note: The note.
            number: The rule's number there.
            zones: Where in the note to look; where its triggers and anchor stand, by default.
        """
        starts = self.starts
        if starts is None:
            zones = note.zones(number) if zones is None else zones
            return self._judged(note.text, (m for zone in zones for m in self._everywhere(note.text, *zone)))
        text, (test, is_match) = note.text, self._tests[note.is_common]
        hits = note.hits(number) if starts.literals else None
        places, is_inside = self._places(note, number, starts, hits, zones)
        found = list(filter(None, map(test, repeat(text), places)))
        if zones is not None:
            found = _inside(found, zones)
        return self._matched(note, number, found, is_match=is_match, is_inside=is_inside or zones is not None)

    def spans_of_each(self, notes: Iterable[Note], number: int) -> Iterator[tuple[Note, list[Span]]]:
        """The notes in which this rule finds spans, with these; what is the same for all notes is asked once.

        Args:
            notes: Some notes.
            number: The rule's number there.
        """
        starts = self.starts
        if starts is None or not starts.literals:
            yield from ((note, spans) for note in notes if (spans := self.spans(note, number)))
            return
        tests, is_zoned, is_exact = self._tests, self._is_zoned, starts.is_exact
        for note in notes:
            test, is_match = tests[note.is_common]
            hits = note.hits(number)
            places: Iterable[int]
            if is_exact and hits is not None and not (is_zoned and len(hits) > _MANY):
                places, is_inside = starts.exactly(hits), not is_zoned
            else:
                places, is_inside = self._places(note, number, starts, hits)
            found = list(filter(None, map(test, repeat(note.text), places)))
            if found and (spans := self._matched(note, number, found, is_match=is_match, is_inside=is_inside)):
                yield note, spans

    def _matched(
        self, note: Note, number: int, found: Sequence[re.Match[str]], *, is_match: bool, is_inside: bool
    ) -> list[Span]:
        """The spans where a test was passed; ``is_inside`` says that all these places lie in the rule's zones."""
        starts = self.starts
        if found and not is_match and note.is_common and starts is not None and starts.behind:
            found = self._led_up_to(note, found, starts)
        if not found:
            return []
        matches = list(self._apart(note.text, found, is_match=is_match))
        if not is_inside and not self._hold(note, number, matches):
            matches = list(self._apart(note.text, _inside(found, note.zones(number)), is_match=is_match))
        return self._judged(note.text, matches) if matches else []

    @staticmethod
    def _led_up_to(note: Note, found: Sequence[re.Match[str]], starts: Starts) -> list[re.Match[str]]:
        """Those places that passed the test before which stands what must: most have none, and `regex` would take long to see it."""
        test, backwards, end = starts.test_behind, note.backwards, len(note.text)
        return [passed for passed in found if test(backwards, end - passed.start())]

    @staticmethod
    def _hold(note: Note, number: int, matches: Sequence[_Match]) -> bool:
        """Whether a look at each match tells that it lies in the rule's zones; many are not looked at one by one."""
        return len(matches) <= _FEW and all(note.holds(number, *match.span()) for match in matches)

    @cached_property
    def _tests(self) -> tuple[tuple[_Test, bool], tuple[_Test, bool]]:
        """For notes of any characters and of common ones: a test of a place, and whether what passes it is a match."""
        assert self.starts is not None
        any_, twin = (self.starts.test, False), self._twin
        return any_, any_ if twin is None else (compile_pattern(twin.source).match, twin.is_exact)

    def _places(
        self,
        note: Note,
        number: int,
        starts: Starts,
        hits: Sequence[int] | None,
        zones: Sequence[Zone] | None = None,
    ) -> tuple[Iterable[int], bool]:
        """Where the pattern may begin, and whether all that lies in the zones.

        The zones are looked for only where that may save more than it costs.
        """
        if hits is None:
            return starts.scanned(note.text, note.zones(number) if zones is None else zones), True
        is_free = zones is None and not self._is_zoned
        if starts.is_exact:
            places = starts.exactly(hits)
            if is_free or zones is not None or len(places) <= _MANY or not note.knows_zones(number):
                return places, is_free
            return inside(places, note.zones(number)), True
        ranges = starts.ranges(note.text, hits, self._limit)
        if not is_free and zones is None and self._is_worth_asking(note, number, ranges):
            zones = note.zones(number)
            return starts.within(note.text, clip(ranges, zones) if zones else ()), True
        return starts.within(note.text, ranges), is_free

    @staticmethod
    def _is_worth_asking(note: Note, number: int, ranges: Sequence[Zone]) -> bool:
        length = sum([high - low for low, high in ranges])
        return length > _LONG or (length > _SHORT and note.knows_zones(number))

    def spans_alone(self, text: str) -> list[Span]:
        """The spans this rule's pattern finds when it is tried at every place of a text: what `spans` must find."""
        return self._judged(text, self._everywhere(text, 0, len(text)))

    def _judged(self, text: str, matches: Iterable[_Match]) -> list[Span]:
        found: list[Span] = []
        for match in matches:
            score = self._score(text, match)
            if score is None:
                continue
            for first, last in self._ranges(match):
                if first < last and (self._guard is None or self._guard(text, first, last)):
                    found.append(Span(first, last, self.rule.label, score, self.source))
        return found

    def _ranges(self, match: _Match) -> list[tuple[int, int]]:
        if isinstance(match, re.Match):
            return [match.span(group) for group in self._twin_groups]
        return match.spans(self._group)

    def _checked_part(self, match: _Match) -> str:
        if isinstance(match, re.Match):
            return next(part for group in self._twin_checks if (part := match[group]) is not None)
        return str(match[self._checked])

    def _apart(self, text: str, found: Iterable[re.Match[str]], *, is_match: bool) -> Iterator[_Match]:
        """The matches where a test was passed, in order, none inside another."""
        free = 0
        for passed in found:
            start = passed.start()
            if start >= free and (match := passed if is_match else self.pattern.match(text, start)):
                yield match
                free = max(match.end(), start + 1)

    def _everywhere(self, text: str, start: int, end: int) -> Iterator[regex.Match[str]]:
        limit = min(len(text), end + _MARGIN)
        for match in self.pattern.finditer(text, start, limit):
            if match.start() > end:
                return
            if limit == len(text) or match.end() + _AFTER < limit:
                yield match
            elif whole := self.pattern.match(text, match.start()):
                yield whole

    def _score(self, text: str, match: _Match) -> float | None:
        """The score of a match, or None where it is no match."""
        rule = self.rule
        if self._validator is not None and not self._validator(self._checked_part(match)):
            return None
        if self._unless is None and self._context is None:
            return rule.score
        around = text[max(0, match.start() - rule.window) : match.end()], text[match.end() : match.end() + _AFTER]
        is_common = isinstance(match, re.Match)
        if self._unless is not None and any(map(self._unless[is_common], around)):
            return None
        if self._context is None:
            return rule.score
        if any(map(self._context[is_common], around)):
            return min(1.0, rule.score + rule.boost)
        return None if rule.requires_context else rule.score


def _inside(found: Iterable[re.Match[str]], zones: Sequence[Zone]) -> list[re.Match[str]]:
    """The matches, in order, that begin in some zones."""
    known = {at for at, _ in clip(((match.start(),) * 2 for match in found), zones)} if zones else ()
    return [match for match in found if match.start() in known]


_T = TypeVar("_T")


def _named(kind: str, name: str, known: Mapping[str, _T]) -> _T | None:
    if name and name not in known:
        raise UnknownNameError(kind, name, known)
    return known.get(name)


def _words(words: Sequence[str]) -> _Words | None:
    """A search for any of some words: in any text, and in text of common characters."""
    if not words:
        return None
    listed = sorted(words)
    own, quick = ("|".join(map(escape, listed)) for escape in (regex.escape, re.escape))
    return (
        regex.compile(rf"(?<!\w)(?:{own})(?!\w)", regex.IGNORECASE).search,
        re.compile(rf"(?<!\w)(?:{quick})(?!\w)", re.IGNORECASE).search,
    )
