"""The one exception tree of both packages.

::

    RedactPHIError
    ├── UsageError            wrong argument, option or configuration     exit code 2
    │   └── UnknownNameError  a name that is not known; lists the valid ones
    ├── DataError             a file or record that cannot be read         exit code 1
    │   ├── RuleError         packaged or user rule data that is malformed
    │   └── VaultError        a vault that is missing, damaged, of another key, or does not know a text
    └── NoteWithheld          one note could not be made safe; nothing of it is passed on

Messages never hold note text, PHI values or patient fields: they name ids, reasons and counts only.
"""

from __future__ import annotations

from collections.abc import Iterable


class RedactPHIError(Exception):
    """Base of every error the two packages raise on purpose."""

    exit_code = 1


class UsageError(RedactPHIError):
    """A wrong argument, option or configuration."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not among the valid ones; the message lists those."""

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} {name!r}; valid: {', '.join(sorted(valid))}")
        self.kind = kind
        self.name = name


class DataError(RedactPHIError):
    """A file or record that cannot be read as what it should be."""


class RuleError(DataError):
    """Rule or term data that is malformed or lacks its examples."""


class VaultError(DataError):
    """A vault that is missing, damaged, locked or of another key, or that does not know what it is asked for."""


class NoteWithheld(RedactPHIError):
    """A note that could not be made safe, so nothing of it is passed on.

    Attributes:
        id: The document's id.
        reason: A short machine-readable reason, e.g. ``recognizer-error:PhiDateRecognizer``. Never text of the note.
    """

    def __init__(self, id: str, reason: str) -> None:
        super().__init__(f"note withheld: {reason}")
        self.id = id
        self.reason = reason

    def __reduce__(self) -> tuple[type[NoteWithheld], tuple[str, str]]:
        return (type(self), (self.id, self.reason))
