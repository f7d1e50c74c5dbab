"""From a heading to the complete code: what the words around a mention say of side, type, acuity and encounter."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from detect_icd.matchers.phrases import atom_sets, title_parts

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_ENCOUNTERS = (
    ("S", frozenset({"sequela", "sequelae", "late"})),
    ("D", frozenset({"healing", "healed", "followup", "aftercare", "subsequent", "routine"})),
)
_DEFAULTS = frozenset({"primary", "female"})
"""What a disease is unless the note says otherwise (osteoarthritis of the right knee is primary, breast cancer female)."""

_SIDED = re.compile(r"\bright\b", re.IGNORECASE)


def complete(book: CodeBook, code: str, words: AbstractSet[str]) -> CodeEntry | None:
    """The billable code the words lead to, the nearest heading where they do not suffice, None where there is none.

    Args:
        book: The release in force.
        code: What the phrase leads to.
        words: The atoms of the mention's sentence.
    """
    entry = book.get(code)
    while entry is not None and not entry.billable:
        if entry.needs_seventh:
            entry = _sibling(book, entry, words)
            return book.get(entry.with_seventh(_encounter(entry.seventh_characters, words)))
        child = _child(book, entry, words)
        if child is None:
            return entry
        entry = book.get(child)
    return _sibling(book, entry, words) if entry is not None else None


def _sibling(book: CodeBook, entry: CodeEntry, words: AbstractSet[str]) -> CodeEntry:
    """The sibling that names what this one leaves unspecified, where the words say it."""
    own, vagueness = _atoms(entry.title)
    above = book.get(entry.parent) if entry.parent else None
    if not vagueness or above is None:
        return entry
    best, most = entry, 0
    for code in above.children:
        sibling = book.get(code)
        while sibling is not None and sibling.billable != entry.billable and not sibling.needs_seventh:
            atoms, _ = _atoms(sibling.title)
            below = _child(book, sibling, words) if own <= atoms and atoms - own - _DEFAULTS <= words else None
            sibling = book.get(below) if below else None
        if sibling is None or sibling.billable != entry.billable:
            continue
        atoms, vague = _atoms(sibling.title)
        extra = atoms - own - _DEFAULTS
        if vague <= vagueness and own <= atoms and extra <= words and len(extra) > most:
            best, most = sibling, len(extra)
    return best


def lacks_side(entry: CodeEntry, book: CodeBook) -> bool:
    """Whether a code leaves the side open, where its siblings name it."""
    if "unspecified" not in entry.title or entry.parent is None or _SIDED.search(entry.title):
        return False
    above = book.get(entry.parent)
    if above is not None and above.needs_seventh and above.parent is not None:
        above = book.get(above.parent)
    siblings = [book.get(code) for code in above.children] if above is not None else []
    return any(sibling is not None and _SIDED.search(sibling.title) for sibling in siblings)


def missing(entry: CodeEntry, book: CodeBook) -> str:
    """What a code that is not billable still needs, for a warning."""
    if entry.needs_seventh:
        return f"a seventh character ({', '.join(entry.seventh_characters)})"
    known = [child for child in entry.children if child in book]
    return f"more characters: {', '.join(known[:8])}{' ...' if len(known) > 8 else ''}"  # noqa: PLR2004


def _child(book: CodeBook, entry: CodeEntry, words: AbstractSet[str]) -> str | None:
    own = _atoms(entry.title)[0]
    ranked: list[tuple[int, int, str]] = []
    for code in entry.children:
        child = book.get(code)
        if child is None:
            continue
        atoms, vagueness = _atoms(child.title)
        extra = atoms - own - _DEFAULTS
        if extra and extra <= words:
            ranked.append((-len(extra), vagueness, code))
        elif vagueness == 1:
            ranked.append((1 + len(extra), 0, code))
        elif not extra and vagueness == 0:
            ranked.append((1, 1, code))
    if not ranked and len(entry.children) == 1:
        return entry.children[0]
    # Of several unspecified children, the last is the general one (K56.60 unspecified, K56.609 unspecified cause).
    ranked.sort(key=lambda item: (item[0], item[1], [-ord(letter) for letter in item[2]]))
    return ranked[0][2] if ranked else None


@functools.lru_cache(maxsize=8192)
def _atoms(title: str) -> tuple[frozenset[str], int]:
    parts = title_parts(title)
    return next(iter(atom_sets(parts)), frozenset()), parts.vagueness


def _encounter(characters: Mapping[str, str], words: AbstractSet[str]) -> str:
    """The seventh character the words name: the first encounter, closed, where they say nothing."""
    for character, cues in _ENCOUNTERS:
        if character in characters and cues & words:
            return character
    if "open" in words and "B" in characters:
        return "B"
    for character, meaning in characters.items():
        if "unspecified" in meaning or "not applicable" in meaning:
            return character
    return "A" if "A" in characters else next(iter(characters))
