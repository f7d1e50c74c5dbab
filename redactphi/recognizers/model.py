"""ModelRecognizer: what the trained model finds, as a Presidio recognizer."""

from __future__ import annotations

import re

from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.nlp import THRESHOLD, PhiArtifacts, PhiModel, load_model
from redactphi.nlp_weights import LABELS
from redactphi.recognizers.catalogue import is_catalogue_number
from redactphi.recognizers.growth import grown
from redactphi.recognizers.rules import SpanRecognizer
from redactphi.recognizers.vetoes import without_vetoed
from redactphi.spans import Span

WEIGHT = 0.8
"""Factor on the model's probability, so that where a rule and the model overlap the rule's finer label wins."""


class ModelRecognizer(SpanRecognizer):
    """Finds PHI by context, less what the words themselves speak against.

    Args:
        threshold: Probability from which on a token is taken for PHI.
        model: Another model than the shipped one.
    """

    def __init__(self, threshold: float = THRESHOLD, model: PhiModel | None = None) -> None:
        self.threshold = threshold
        self._model = model
        super().__init__(supported_entities=[str(label) for label in LABELS], supported_language="en")

    @property
    def model(self) -> PhiModel:
        """The model, read if it is not yet."""
        if self._model is None:
            self._model = load_model()
        return self._model

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> list[Span]:
        """The model's spans, weighted. Those the engine has computed already are taken over."""
        if isinstance(nlp_artifacts, PhiArtifacts) and self._model is None:
            found = nlp_artifacts.model_spans(self.threshold)
        else:
            found = self.model.spans(text, self.threshold)
        whole = [span for span in grown(text, without_vetoed(text, found)) if not is_catalogue_number(text, span)]
        return [
            Span(s.start, s.end, _label(text, s), WEIGHT * s.score, s.source)
            for s in (_without_count(text, span) for span in whole)
        ]


def _label(text: str, span: Span) -> str:
    """The model's label; a listed town of several words is one, whatever stands beside it."""
    if span.label not in _ORGANISATIONS:
        return span.label
    found = " ".join(text[span.start : span.end].lower().split())
    return str(PhiLabel.LOCATION) if " " in found and found in resources.terms("places") else span.label


def _without_count(text: str, span: Span) -> Span:
    """The span of an organisation without the years spent there: "drove for Three Rivers 26 yr"."""
    if span.label not in _ORGANISATIONS or not text[span.end - 1].isdigit() or not _UNIT.match(text, span.end):
        return span
    count = _COUNT.search(text, span.start, span.end)
    return span.between(span.start, count.start()) if count else span


_COUNT = re.compile(r"(?<=[^\W\d])[ ]\d{1,3}$")
_UNIT = re.compile(r"[ ]?(?:[xX]\b|years?|yrs?|y\b|months?|mos?\b|weeks?|wks?|days?|d\b|hours?|hrs?)|\.\d")


_ORGANISATIONS = frozenset({str(PhiLabel.FACILITY), str(PhiLabel.EMPLOYER)})
