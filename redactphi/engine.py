"""The Presidio analyzer engine over our recognizers, failing closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import regex
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, PatternRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import completion, evidence, narrowing, propagation, reading, resources, rows, scans
from redactphi.document import Document
from redactphi.errors import NoteWithheld, UnknownNameError
from redactphi.labels import PhiLabel
from redactphi.nlp import PhiNlpEngine
from redactphi.reading import Reading
from redactphi.recognizers import default_recognizers
from redactphi.recognizers.ahead import Ahead
from redactphi.recognizers.patient import PatientRecognizer
from redactphi.recognizers.rules import SpanRecognizer
from redactphi.recognizers.zones import Note
from redactphi.spans import Span

_Step = Callable[[Document, NlpArtifacts, list[Span]], list[Span]]

LANGUAGE = "en"
_GUESSED = ("model/", "propagation/")
_LABELS = frozenset(str(label) for label in PhiLabel)
_FROM_PRESIDIO = {
    "PERSON": "NAME", "ORGANIZATION": "FACILITY", "DATE_TIME": "DATE", "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL", "US_SSN": "SSN", "US_DRIVER_LICENSE": "LICENSE", "IP_ADDRESS": "IP",
    "US_BANK_NUMBER": "ACCOUNT", "CREDIT_CARD": "ACCOUNT", "IBAN_CODE": "ACCOUNT", "MEDICAL_LICENSE": "LICENSE",
    "US_PASSPORT": "ID_OTHER", "US_ITIN": "SSN", "US_MBI": "HEALTH_PLAN", "US_NPI": "LICENSE",
}  # fmt: skip


class PhiAnalyzerEngine(AnalyzerEngine):
    """An ``AnalyzerEngine`` that keeps every result and never lets a failing recognizer pass.

    Presidio's own ``analyze`` compares every pair of results and rescans all tokens for each; both are quadratic on
    long notes, and dropping the loser of an overlap leaves its rest in clear. Here overlaps are left to
    ``spans.resolve_overlaps``, and only recognizers a user added go through Presidio's context enhancer.

    Args:
        recognizers: A user's own recognizers, beside the built-in ones.
        label_map: Entity name of a user's recognizer -> ``PhiLabel``.
        mode: ``balanced`` or ``strict``.

    Raises:
        UnknownNameError: An entity of a user's recognizer has no label, or the mode is unknown.
    """

    def __init__(
        self,
        recognizers: Iterable[EntityRecognizer] = (),
        *,
        label_map: Mapping[str, str] | None = None,
        mode: str = "balanced",
    ) -> None:
        self.own = tuple(default_recognizers(mode))
        self._ahead = Ahead(self.own)
        self.added = tuple(recognizers)
        self._labels = _FROM_PRESIDIO | {label: label for label in _LABELS} | dict(label_map or {})
        for recognizer in self.added:
            _fail_closed(recognizer)
            for entity in recognizer.get_supported_entities():
                if self._labels.get(entity) not in _LABELS:
                    raise UnknownNameError("label (map it with label_map)", entity, _LABELS)
        registry = RecognizerRegistry([*self.own, *self.added], supported_languages=[LANGUAGE])
        self.nlp_engine: PhiNlpEngine
        super().__init__(registry=registry, nlp_engine=PhiNlpEngine(), supported_languages=[LANGUAGE])

    def analyze(  # type: ignore[override]
        self,
        text: str,
        language: str = LANGUAGE,
        entities: Sequence[str] | None = None,
        *,
        ad_hoc_recognizers: Sequence[EntityRecognizer] = (),
        nlp_artifacts: NlpArtifacts | None = None,
        **options: Any,
    ) -> list[RecognizerResult]:
        """All results of all recognizers, sorted. Presidio's further options do not apply here.

        Raises:
            RecognizerFailed: A recognizer raised; its cause is hidden, since its message may hold text.
        """
        if options:
            raise UnknownNameError("option", next(iter(options)), ("language", "entities", "nlp_artifacts"))
        artifacts = nlp_artifacts or self.nlp_engine.process_text(text, language)
        results: list[RecognizerResult] = []
        for recognizer in (*self.own, *ad_hoc_recognizers):
            results += _run(recognizer, text, artifacts)
        results += self._from_added(text, artifacts)
        if entities:
            results = [result for result in results if result.entity_type in set(entities)]
        return sorted(results, key=lambda result: (result.start, result.end, result.entity_type, -result.score))

    def look_ahead(self, texts: Iterable[str]) -> list[Note | None]:
        """What the rules find in several texts, for `detect`; quicker than one text after the other."""
        return self._ahead.look(texts)

    def detect(
        self,
        document: Document,
        *,
        artifacts: NlpArtifacts | None = None,
        note: Note | None = None,
        using: str = "both",
    ) -> list[Span]:
        """The unresolved spans of a document, in-note propagation included.

        Args:
            document: The note and what is known of its patient.
            artifacts: What ``nlp_engine.process_batch`` gave for its text as `read` gives it, if it ran.
            note: What `look_ahead` gave for that text, if it ran.
            using: ``both``, or for measuring ``rules`` or ``model`` alone.

        Raises:
            NoteWithheld: A recognizer failed.
        """
        (found,) = self.detect_all([reading.read(document)], [artifacts], [note], using=using)
        if isinstance(found, NoteWithheld):
            raise found
        return found

    def detect_all(
        self,
        readings: Sequence[Reading],
        artifacts: Sequence[NlpArtifacts | None],
        notes: Sequence[Note | None],
        *,
        using: str = "both",
    ) -> list[list[Span] | NoteWithheld]:
        """As `detect` for several documents; a note whose detection failed is withheld, and the others go on.

        Each step is done for all documents before the next one: what it needs is then still in the processor's cache.
        """
        documents = [each.document for each in readings]
        found = self._detect_all(documents, artifacts, notes, using=using)
        for index, document in enumerate(documents):
            if scan := scans.reading(document.text):
                found[index] = self._with_reading(document, scan, found[index], using=using)
        return [
            spans if isinstance(spans, NoteWithheld) else each.told(spans)
            for each, spans in zip(readings, found, strict=True)
        ]

    def _with_reading(
        self, document: Document, scan: scans.Scan, found: list[Span] | NoteWithheld, *, using: str
    ) -> list[Span] | NoteWithheld:
        """What was found in a poor scan, and in what it says. Of torn words the rules may tell, the model guesses."""
        (meant,) = self._detect_all([replace(document, text=scan.text)], [None], [None], using=using)
        if isinstance(found, NoteWithheld) or isinstance(meant, NoteWithheld):
            return found if isinstance(found, NoteWithheld) else meant
        kept = [span for span in found if not (scan.is_torn and span.source.startswith(_GUESSED))]
        return kept + [scan.span(span) for span in meant]

    def _detect_all(
        self,
        documents: Sequence[Document],
        artifacts: Sequence[NlpArtifacts | None],
        notes: Sequence[Note | None],
        *,
        using: str,
    ) -> list[list[Span] | NoteWithheld]:
        """What the steps find in each note as it is."""
        ready = [
            given or self.nlp_engine.process_text(document.text, LANGUAGE)
            for document, given in zip(documents, artifacts, strict=True)
        ]
        found: list[list[Span] | NoteWithheld] = [[] for _ in documents]
        try:
            for step in self._steps(using):
                for index, work in enumerate(zip(documents, ready, notes, found, strict=True)):
                    found[index] = self._stepped(step, *work)
        finally:
            self._ahead.forget()
        return found

    def _steps(self, using: str) -> Iterator[_Step]:
        """What leads from a document to its spans, each step from the spans of the one before."""
        yield from (partial(self._with, recognizer) for recognizer in self.own)
        yield self._with_patient_and_added
        if using == "both":
            yield lambda document, _, spans: evidence.weighed(document.text, spans)
        else:
            yield lambda _, __, spans: [s for s in spans if s.source.startswith("model/") == (using == "model")]
        yield lambda document, _, spans: narrowing.narrowed(document.text, spans)
        if using != "model":
            yield lambda document, _, spans: [*spans, *rows.named(document.text, spans)]
        yield lambda document, _, spans: completion.completed(document.text, spans)
        yield lambda document, _, spans: [
            *spans,
            *completion.completed(document.text, list(propagation.propagate(document.text, spans))),
        ]

    def _stepped(
        self,
        step: _Step,
        document: Document,
        artifacts: NlpArtifacts,
        note: Note | None,
        spans: list[Span] | NoteWithheld,
    ) -> list[Span] | NoteWithheld:
        """The spans after a step; whatever goes wrong, the note is withheld, and stays so."""
        if isinstance(spans, NoteWithheld):
            return spans
        try:
            self._ahead.recall(note)
            return step(document, artifacts, spans)
        except RecognizerFailed as error:
            return NoteWithheld(document.id, f"recognizer-error:{error.recognizer}")
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the note is withheld
            return NoteWithheld(document.id, f"detection-error:{type(error).__name__}")

    def _with(
        self, recognizer: EntityRecognizer, document: Document, artifacts: NlpArtifacts, spans: list[Span]
    ) -> list[Span]:
        """The spans, with those of a recognizer; our own give theirs without the detour over Presidio's results."""
        if isinstance(recognizer, SpanRecognizer):
            return [*spans, *_spans_of(recognizer, document.text, artifacts)]
        return [*spans, *map(self._span, _run(recognizer, document.text, artifacts))]

    def _with_patient_and_added(self, document: Document, artifacts: NlpArtifacts, spans: list[Span]) -> list[Span]:
        """The spans, with what the patient's facts and the recognizers of a user find."""
        if document.patient is not None:
            spans = self._with(PatientRecognizer(document.patient), document, artifacts, spans)
        return [*spans, *map(self._span, self._from_added(document.text, artifacts))]

    def _from_added(self, text: str, artifacts: NlpArtifacts) -> list[RecognizerResult]:
        results: list[RecognizerResult] = []
        for recognizer in self.added:
            raw = _run(recognizer, text, artifacts)
            for result in raw:
                result.recognition_metadata[RecognizerResult.RECOGNIZER_IDENTIFIER_KEY] = recognizer.id
            results += self._enhance_using_context(text, raw, artifacts, [recognizer], None)
        return results

    def _span(self, result: RecognizerResult) -> Span:
        metadata = result.recognition_metadata or {}
        source = metadata.get("source") or f"user/{metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, 'recognizer')}"
        return Span(result.start, result.end, self._labels[result.entity_type], result.score, source)


class RecognizerFailed(Exception):
    """A recognizer raised; only its name is kept."""

    def __init__(self, recognizer: str) -> None:
        super().__init__(recognizer)
        self.recognizer = recognizer


def _run(recognizer: EntityRecognizer, text: str, artifacts: NlpArtifacts) -> list[RecognizerResult]:
    try:
        return list(recognizer.analyze(text, recognizer.supported_entities, artifacts) or ())
    except Exception:  # noqa: BLE001 - a user's recognizer may raise anything, with note text in it
        raise RecognizerFailed(cast("Any", recognizer).name) from None


def _spans_of(recognizer: SpanRecognizer, text: str, artifacts: NlpArtifacts) -> Iterable[Span]:
    try:
        return list(recognizer.spans(text, artifacts))
    except Exception:  # noqa: BLE001 - its message may hold text of the note
        raise RecognizerFailed(cast("Any", recognizer).name) from None


class _FailClosedPattern:
    """A compiled pattern that Presidio cannot skip on a timeout, since what it raises is no ``TimeoutError``."""

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        self._pattern = pattern

    def finditer(self, text: str, timeout: float | None = None) -> list[regex.Match[str]]:
        limit = min(timeout or resources.MATCH_TIMEOUT, resources.MATCH_TIMEOUT)
        try:
            return list(self._pattern.finditer(text, timeout=limit))
        except TimeoutError:
            raise RecognizerFailed("timeout") from None


def _fail_closed(recognizer: EntityRecognizer) -> None:
    """Presidio skips a pattern that times out, with a log line; make it withhold the note instead.

    The user's recognizer keeps its patterns; only what runs them is exchanged.
    """
    if not isinstance(recognizer, PatternRecognizer):
        return
    flags: int = recognizer.global_regex_flags or 0
    patterns: list[Any] = cast("Any", recognizer).patterns
    for pattern in patterns:
        pattern.compiled_with_flags = flags
        pattern.compiled_regex = _FailClosedPattern(regex.compile(pattern.regex, flags=flags))
