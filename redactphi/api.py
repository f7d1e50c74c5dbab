"""The one-line use: a note in, a safe note out."""

from __future__ import annotations

import functools
from pathlib import Path

from redactphi.document import Document, RedactedDocument
from redactphi.patient import Patient
from redactphi.policy import Policy
from redactphi.redactor import Redactor


@functools.lru_cache(maxsize=8)
def _redactor(policy: str | Policy, mode: str) -> Redactor:
    return Redactor(policy, mode=mode)


def redact(
    text: str | Document,
    patient: Patient | None = None,
    *,
    policy: str | Path | Policy = "safe_harbor",
    mode: str = "balanced",
) -> RedactedDocument:
    """A note made safe. The redactor is built at the first call and kept; a policy file is read at each.

    Args:
        text: A note, or a ``Document``.
        patient: What is known of its patient.
        policy: A preset's name, the path of a policy file, or a ``Policy``.
        mode: ``balanced`` or ``strict``.

    Raises:
        NoteWithheld: The note could not be made safe.
        UnknownNameError: The policy or the mode does not exist.
    """
    is_preset = isinstance(policy, str) and not policy.endswith(".toml")
    # A file is known by what it says, not by its path: edited meanwhile, it is another policy.
    return _redactor(policy if is_preset else Policy.load(policy), mode).redact(text, patient)
