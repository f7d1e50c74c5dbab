"""Record: one line of a classification as it is read, before it is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NOTE_KINDS = (
    "inclusion_terms",
    "includes",
    "excludes1",
    "excludes2",
    "code_first",
    "use_additional",
    "code_also",
    "notes",
)
"""The kinds of notes of the tabular list, in its order of reading."""


@dataclass(frozen=True, slots=True)
class Record:
    """A chapter, block, category, subcategory or code.

    Attributes:
        key: The code without its dot; a chapter's number; a block's range (``S80-S89``, ``B20-B20``).
        kind: ``chapter``, ``block``, ``category`` or ``code``.
        title: Its title.
        parent: The key of what it stands under; ``""`` for a chapter.
        chapter: The number of its chapter.
        block: The range of its block; ``""`` for a chapter, and for a category no block contains.
        notes: Its own notes by kind (``NOTE_KINDS``); inherited ones are not repeated.
        seventh: The seventh characters its codes take, inherited ones included.
        billable: Whether it is complete and may be reported.
    """

    key: str
    kind: str
    title: str
    parent: str
    chapter: str
    block: str = ""
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seventh: Mapping[str, str] = field(default_factory=dict)
    billable: bool = False


def base(key: str) -> str:
    """The code a longer one stands under: one character less, and no placeholder that only fills up to the seventh.

    >>> base("S82001A"), base("W19XXXA"), base("H540X3")
    ('S82001', 'W19', 'H540X')
    """
    return key[:6].rstrip("X") if len(key) == SEVEN else key[:-1]


SEVEN = 7
"""The length of a complete code that has a seventh character."""
