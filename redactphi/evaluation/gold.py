"""Gold documents: ``{"id", "text", "spans": [{"start", "end", "label"}]}``, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redactphi.errors import DataError, UnknownNameError
from redactphi.labels import PhiLabel
from redactphi.spans import Span

NOT_PHI = "NOT_PHI"
_AGE_LIMIT = 89


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A note with the spans that must be redacted.

    Attributes:
        id: Its id.
        text: The note.
        spans: What is PHI, labelled by ``PhiLabel`` values.
    """

    id: str
    text: str = field(repr=False)
    spans: tuple[Span, ...]


def read_labels(path: Path) -> dict[str, str]:
    """The mapping of a gold set's labels to ours.

    A value that is neither a ``PhiLabel`` nor ``NOT_PHI`` names something Safe Harbor does not list (an organisation
    in general text): it counts as not PHI.

    Raises:
        DataError: The file is missing or no JSON object of strings.
    """
    try:
        raw = json.loads(_content(path))
    except ValueError:
        raise DataError(f"{path.name}: not valid JSON") from None
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise DataError(f"{path.name}: labels must be a JSON object of strings")
    valid = {str(label) for label in PhiLabel}
    return {key: value if value in valid else NOT_PHI for key, value in raw.items()}


def read_gold(path: Path, labels: Mapping[str, str] | None = None) -> Iterator[GoldDocument]:
    """The documents of a gold file. Spans that are not PHI by the rule are left out.

    Args:
        path: JSON lines.
        labels: Gold label -> ours; without it the gold must use our labels.

    Raises:
        DataError: There is no document, or a line is malformed; the message gives its number, never its text.
        UnknownNameError: A label is not mapped.
    """
    # Not splitlines(): a JSON string may hold U+2028 and its like as they are.
    lines = [(number, line) for number, line in enumerate(_content(path).split("\n"), 1) if line.strip()]
    if not lines:
        raise DataError(f"{path.name}: the file is empty")
    mapping = {str(label): str(label) for label in PhiLabel} if labels is None else labels
    for number, line in lines:
        yield _document(line, mapping, f"{path.name}:{number}")


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path.name}: not valid utf-8") from None
    except OSError as error:
        raise DataError(f"{path.name}: {error.strerror or type(error).__name__}") from None


def _document(line: str, labels: Mapping[str, str], where: str) -> GoldDocument:
    try:
        raw = json.loads(line)
        text = raw["text"]
        found = [(int(item["start"]), int(item["end"]), str(item["label"])) for item in raw["spans"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DataError(f"{where}: not a gold document") from None
    if not isinstance(text, str):
        raise DataError(f"{where}: the text is not a string")
    spans = []
    for start, end, label in found:
        if label not in labels:
            raise UnknownNameError(f"gold label ({where})", label, labels)
        if not 0 <= start < end <= len(text):
            raise DataError(f"{where}: a span leaves the text")
        ours = labels[label]
        if ours != NOT_PHI and not (ours == PhiLabel.AGE and _is_young(text[start:end])):
            spans.append(Span(start, end, ours, 1.0, "gold"))
    return GoldDocument(str(raw.get("id", where)), text, tuple(sorted(spans)))


def _is_young(age: str) -> bool:
    digits = "".join(char for char in age if char.isdigit())
    return bool(digits) and int(digits) <= _AGE_LIMIT
