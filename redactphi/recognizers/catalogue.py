"""What says that a number of the model is the maker's own for a thing, and no one patient's: it stays.

A REF or catalogue number is no such: it identifies a device, and goes (decision 20).
"""

from __future__ import annotations

import re

from redactphi.labels import PhiLabel
from redactphi.recognizers.certainty import ALL_BUT_SURE
from redactphi.recognizers.clinical import products
from redactphi.spans import Span

_NUMBERS = frozenset(map(str, (PhiLabel.ID_OTHER, PhiLabel.MRN, PhiLabel.PHONE)))
_BEFORE = 40
_LINES = 14
_LOOKED_AT = 4000
_LABEL = re.compile(r"(?i)\b(?:model|part|item|product|stock|sku)\b[ .:#]{0,4}(?:no\b\.?|number|num)?[ .:#]{0,3}$")
_WORD = re.compile(r"([A-Za-z]{2,}) ?(?:\d{1,3} )?\(?$")
_HEAD = re.compile(r"(?i)(?:part|item|product|model|stock|sku)(?:\W{0,3}(?:no|number|num|#|id|code))?\W{0,3}")


def is_catalogue_number(text: str, span: Span) -> bool:
    """Whether a span stands behind "model", "part no." or a product, or in a column of such numbers.

    Args:
        text: The note.
        span: Of the model, completed; its score the probability of being PHI.
    """
    if span.label not in _NUMBERS:
        return False
    before = text[max(0, span.start - _BEFORE) : span.start]
    if is_behind_label(text, span):
        return True
    if span.score >= ALL_BUT_SURE:
        return False
    word = _WORD.search(before)
    if word is not None and word[1].lower() in products():
        return True
    return "|" in before and _is_in_column(text, span)


def is_behind_label(text: str, span: Span) -> bool:
    """Whether "model", "part no." or the like stands before a span."""
    return _LABEL.search(text, max(0, span.start - _BEFORE), span.start) is not None


def _is_in_column(text: str, span: Span) -> bool:
    """Whether the head of the span's column, some lines above, says that it holds the maker's numbers."""
    lines = text[max(0, span.start - _LOOKED_AT) : span.start].rsplit("\n", _LINES)
    column = lines[-1].count("|")
    for line in reversed(lines[1:-1] if len(lines) > _LINES else lines[:-1]):
        cells = line.split("|")
        if len(cells) < column:
            return False
        if len(cells) > column and _HEAD.fullmatch(cells[column].strip()):
            return True
    return False
