"""What goes in (Document) and the only two things that come out (RedactedDocument, WithheldDocument)."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from redactphi.offsets import OffsetMap
from redactphi.patient import Patient
from redactphi.spans import Span


@dataclass(frozen=True, slots=True)
class Document:
    """A note as it came. Its text and patient are kept out of ``repr``.

    Attributes:
        id: The caller's id of the note.
        text: The note.
        patient: What the row knows of the patient.
        metadata: Anything the caller wants to carry along; never looked at.
    """

    id: str
    text: str = field(repr=False)
    patient: Patient | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RedactedDocument:
    """A note made safe. ``str()`` gives the safe text.

    Attributes:
        id: The id of the document it came from.
        text: The safe text.
        spans: The spans that were rewritten, in offsets of the **original** text.
        offsets: The map between the original and the safe text.
        events: How often operators did something a manifest tells, by name; see ``docs/reference/events.md``.
    """

    id: str
    text: str
    spans: tuple[Span, ...]
    offsets: OffsetMap = field(repr=False)
    events: Mapping[str, int] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.text

    @property
    def counts(self) -> dict[str, int]:
        """How many spans were rewritten, by label, sorted by label."""
        return dict(sorted(Counter(str(span.label) for span in self.spans).items()))

    def _repr_html_(self) -> str:
        pieces, position = [], 0
        for start, end in self.offsets.new:
            pieces.append(html.escape(self.text[position:start]))
            pieces.append(f"<mark>{html.escape(self.text[start:end])}</mark>")
            position = end
        pieces.append(html.escape(self.text[position:]))
        return f'<pre style="white-space:pre-wrap">{"".join(pieces)}</pre>'


@dataclass(frozen=True, slots=True)
class WithheldDocument:
    """A note that could not be made safe; it carries no text.

    Attributes:
        id: The id of the document.
        reason: A short machine-readable reason, e.g. ``recognizer-error:PhiDateRecognizer``.
    """

    id: str
    reason: str
