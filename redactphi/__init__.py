"""Removes PHI from clinical notes: offline, fail-closed, by policy.

``redact`` and ``redact_frame`` for one-off use; build a ``Redactor`` once for many notes.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from redactphi.version import __version__

if TYPE_CHECKING:
    from redactphi.api import redact
    from redactphi.document import Document, RedactedDocument, WithheldDocument
    from redactphi.errors import (
        DataError,
        NoteWithheld,
        RedactPHIError,
        RuleError,
        UnknownNameError,
        UsageError,
        VaultError,
    )
    from redactphi.etl.frames import redact_frame, redact_series
    from redactphi.labels import PhiLabel
    from redactphi.offsets import OffsetMap
    from redactphi.patient import Patient
    from redactphi.policy import Policy
    from redactphi.redactor import Redactor
    from redactphi.restoring import restore
    from redactphi.spans import Span, resolve_overlaps
    from redactphi.vault import Vault

_HOME = {
    "DataError": "errors", "Document": "document", "NoteWithheld": "errors", "OffsetMap": "offsets",
    "Patient": "patient", "PhiLabel": "labels", "Policy": "policy", "RedactPHIError": "errors",
    "RedactedDocument": "document", "Redactor": "redactor", "RuleError": "errors", "Span": "spans",
    "UnknownNameError": "errors", "UsageError": "errors", "Vault": "vault", "VaultError": "errors",
    "WithheldDocument": "document",
    "redact": "api", "redact_frame": "etl.frames", "redact_series": "etl.frames", "resolve_overlaps": "spans",
    "restore": "restoring",
}  # fmt: skip

__all__ = [
    "DataError",
    "Document",
    "NoteWithheld",
    "OffsetMap",
    "Patient",
    "PhiLabel",
    "Policy",
    "RedactPHIError",
    "RedactedDocument",
    "Redactor",
    "RuleError",
    "Span",
    "UnknownNameError",
    "UsageError",
    "Vault",
    "VaultError",
    "WithheldDocument",
    "__version__",
    "redact",
    "redact_frame",
    "redact_series",
    "resolve_overlaps",
    "restore",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use: spaCy and Presidio cost seconds, and many callers need neither."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
