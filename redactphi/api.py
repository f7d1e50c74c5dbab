"""The one-line use: a note in, a safe note out."""

from __future__ import annotations

import functools

from redactphi.document import Document, RedactedDocument
from redactphi.patient import Patient
from redactphi.redactor import Redactor


@functools.lru_cache(maxsize=8)
def _redactor(policy: str, mode: str) -> Redactor:
    return Redactor(policy, mode=mode)


def redact(
    text: str | Document, patient: Patient | None = None, *, policy: str = "safe_harbor", mode: str = "balanced"
) -> RedactedDocument:
    """A note made safe. The redactor is built at the first call and kept.

    Args:
        text: A note, or a ``Document``.
        patient: What is known of its patient.
        policy: A preset's name or the path of a policy file.
        mode: ``balanced`` or ``strict``.

    Raises:
        NoteWithheld: The note could not be made safe.
        UnknownNameError: The policy or the mode does not exist.
    """
    return _redactor(policy, mode).redact(text, patient)
