"""PatientRecognizer: every mention of what the row already knows about the patient, in whatever form."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi.labels import PhiLabel
from redactphi.mentions import Mentions
from redactphi.patient import Patient
from redactphi.recognizers import patient_facts
from redactphi.recognizers.patient_dates import BirthYear
from redactphi.recognizers.patient_misspellings import Misspellings
from redactphi.recognizers.patient_numbers import Numbers
from redactphi.recognizers.rules import SpanRecognizer
from redactphi.spans import Span


class PatientRecognizer(SpanRecognizer):
    """Finds the patient's own facts in a note. Cheap to build: meant to be made anew for each note.

    Args:
        patient: What the row knows.
    """

    def __init__(self, patient: Patient) -> None:
        super().__init__(
            supported_entities=[str(label) for label in PhiLabel], name="PatientRecognizer", supported_language="en"
        )
        self._finders = _finders(patient)

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterator[Span]:
        """The mentions of every fact, unsorted, possibly overlapping."""
        for finder in self._finders:
            yield from finder.find(text)


@functools.lru_cache(maxsize=64)
def _finders(patient: Patient) -> tuple[Mentions | Numbers | BirthYear | Misspellings, ...]:
    return (
        Mentions(patient_facts.known(patient)),
        Numbers(patient_facts.numbers(patient)),
        BirthYear(patient.birth_date),
        Misspellings(patient_facts.family_names(patient)),
    )
