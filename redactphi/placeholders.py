"""What policies write in place of PHI, told apart from the rest of a text."""

from __future__ import annotations

import re

from redactphi.labels import PhiLabel

CODE_LENGTH = 26
CODE = rf"[A-Z2-7]{{{CODE_LENGTH}}}"
"""The random part of a token: 130 bits, in the letters of base32."""

_LABELS = "|".join(PhiLabel)
_FORM = re.compile(rf"\[(?:(?:{_LABELS})(?:~{CODE})?|DATE \d{{4}}(?:-\d{{4}})?|ZIP \d{{3}}|AGE 90\+)\]")

Range = tuple[int, int]


def placeholders(text: str) -> list[Range]:
    """The ranges of ``[NAME]``, ``[DATE 2024]``, ``[ZIP 627]``, ``[AGE 90+]`` and tokens (``[NAME~`` and 26 letters of base32), in order.

    Brackets around anything else, ``[NAME Ruiz]`` or ``[ZIP 62704]``, are no placeholders.
    """
    return [match.span() for match in _FORM.finditer(text)] if "[" in text else []


def outside(start: int, end: int, ranges: list[Range]) -> list[Range]:
    """What of ``start`` to ``end`` no range covers.

    Args:
        start: First code point.
        end: One past the last.
        ranges: Sorted and disjoint, as `placeholders` gives them.
    """
    pieces = []
    for first, last in ranges:
        if last <= start or first >= end:
            continue
        if start < first:
            pieces.append((start, first))
        start = last
    return [*pieces, (start, end)] if start < end else pieces
