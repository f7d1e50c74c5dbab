"""A redactor that needs no model: every ``PHI-x`` is a NAME; some words make it fail."""

import os
import re
import signal
import time
from dataclasses import dataclass, field
from typing import ClassVar

import regex

from redactphi.document import RedactedDocument, WithheldDocument
from redactphi.errors import NoteWithheld
from redactphi.offsets import apply_replacements
from redactphi.policy import OperatorSpec, Policy
from redactphi.spans import Span

POLICY = Policy("fake", 1, "Redacts PHI-x.", (), {"NAME": OperatorSpec("tag")}, {"NAME": 0.4})


@dataclass
class FakeRedactor:
    policy: Policy = POLICY
    seen: list = field(default_factory=list)

    def redact(self, document):
        self.seen.append(document)
        if "XPOISONX" in document.text:
            raise NoteWithheld(document.id, "recognizer-error:Poison")
        if "XSLOWX" in document.text:
            time.sleep(0.05)
        if "XHANGX" in document.text:
            time.sleep(60)
        if "XREGEXX" in document.text:
            re.match(r"(a|a)+$", "a" * 60 + "b")
        if "XKILLX" in document.text:
            os.kill(os.getpid(), signal.SIGKILL)
        known = [document.patient.name] if document.patient and document.patient.name else []
        pattern = "|".join([r"PHI-\w+", *map(regex.escape, known)])
        spans = tuple(Span(*m.span(), "NAME", 1.0, "fake/phi") for m in regex.finditer(pattern, document.text))
        text, offsets = apply_replacements(document.text, [(s.start, s.end, "[NAME]") for s in spans])
        return RedactedDocument(document.id, text, spans, offsets)

    def pipe(self, documents):
        for document in documents:
            if "XCRASHX" in document.text:
                raise RuntimeError(document.text)
            try:
                yield self.redact(document)
            except NoteWithheld as error:
                yield WithheldDocument(document.id, error.reason)

    def versions(self):
        return {"rules": "0"}


class WordStage:
    """A stage: one row a capitalised word; fails on the word XFAILX."""

    columns: ClassVar = {"system": "string", "word": "string", "start": "Int64"}

    def __call__(self, redacted):
        if "XFAILX" in redacted.text:
            raise ValueError(redacted.text)
        for match in regex.finditer(r"\b[A-Z][a-z]+\b", redacted.text):
            yield {"system": "W", "word": match.group(), "start": match.start()}


def word_stage():
    return WordStage()
