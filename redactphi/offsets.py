"""Replacing ranges of a text, and mapping offsets across the replacement."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Maps code-point offsets between a text and its rewritten form.

    A position inside a replaced range maps to the start of the range on the other side; the end of a replaced
    range maps to the end of its counterpart.

    Attributes:
        old: Half-open replaced ranges in the original, sorted and disjoint.
        new: The counterpart of each in the rewritten text.
    """

    old: tuple[tuple[int, int], ...] = ()
    new: tuple[tuple[int, int], ...] = ()

    def to_new(self, offset: int) -> int:
        """The offset in the rewritten text of an offset in the original."""
        return _map(offset, self.old, self.new)

    def to_old(self, offset: int) -> int:
        """The offset in the original of an offset in the rewritten text."""
        return _map(offset, self.new, self.old)

    def range_to_old(self, start: int, end: int) -> tuple[int, int]:
        """The original range of a rewritten one; a range that cuts a replacement covers all of what it replaced."""
        return _map(start, self.new, self.old), _map(end, self.new, self.old, up=True)

    def range_to_new(self, start: int, end: int) -> tuple[int, int]:
        """The rewritten range of an original one; a range that cuts a replaced one covers all of the replacement."""
        return _map(start, self.old, self.new), _map(end, self.old, self.new, up=True)


def _map(
    offset: int,
    source: tuple[tuple[int, int], ...],
    target: tuple[tuple[int, int], ...],
    *,
    up: bool = False,
) -> int:
    # The end of a range belongs to what stands before it, so one that starts there is not looked at.
    find = bisect_left if up else bisect_right
    index = find(source, offset, key=lambda pair: pair[0]) - 1
    if index < 0:
        return offset
    end = source[index][1]
    if offset >= end:
        return offset - end + target[index][1]
    return target[index][1] if up else target[index][0]


def apply_replacements(text: str, replacements: Sequence[tuple[int, int, str]]) -> tuple[str, OffsetMap]:
    """Replace sorted, disjoint half-open ranges of ``text``.

    Args:
        text: The original.
        replacements: ``(start, end, new text)`` each, sorted by start.

    Returns:
        The rewritten text and the map between the two.

    Raises:
        ValueError: The ranges overlap, are unsorted or leave the text.
    """
    pieces: list[str] = []
    old: list[tuple[int, int]] = []
    new: list[tuple[int, int]] = []
    position = length = 0
    for start, end, value in replacements:
        if not position <= start <= end <= len(text):
            raise ValueError("replacements must be sorted, disjoint and inside the text")
        pieces += (text[position:start], value)
        length += start - position
        old.append((start, end))
        new.append((length, length + len(value)))
        length += len(value)
        position = end
    pieces.append(text[position:])
    return "".join(pieces), OffsetMap(tuple(old), tuple(new))
