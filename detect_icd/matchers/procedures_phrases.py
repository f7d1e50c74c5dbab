"""Phrases of surgeons: an atom wherever one of its ways of saying stands, beside whatever the single words mean.

A way of saying is a row of words: ``lifted/elevated flap``. ``/`` parts words that may stand for one another, ``~`` lets up to
four words come between, ``=MM`` matters in this case only, and small words (``the``, ``was``) never count. Unlike a form of ``same`` or ``means`` it takes no word
from any other form, so one field's phrases change nothing for another field.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, Self

from redactphi.errors import RuleError

_WAY = re.compile(r"(?:=?[A-Za-z0-9&]+)(?:/=?[A-Za-z0-9&]+)*(?: (?:~|(?:=?[A-Za-z0-9&]+)(?:/=?[A-Za-z0-9&]+)*))*")
_GAP = "~"
_GAP_WORDS = 4
_DENIES = re.compile(r"\b(?:not?|never|without|nor)\b", re.IGNORECASE)
"""What must not stand in a gap: "sphenoid ~ opened" is not said by "sphenoid was not opened"."""
_BREAKS = (". ", ".\n", "; ", ";\n", "\n\n")
SMALL = frozenset(
    {
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "its",
        "their",
        "my",
        "our",
        "your",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "being",
        "then",
        "and",
        "of",
        "to",
        "in",
        "into",
        "on",
        "at",
        "with",
        "by",
        "for",
        "from",
        "as",
        "it",
    }
)
"""Words that never count between the words of a phrase."""


class Word(NamedTuple):
    """A word of a text that some form or phrase has.

    Attributes:
        number: Which word of the text it is.
        start: Where it starts.
        end: One past its end.
        stem: Its stem.
        order: How many words that count for phrases stand before it.
    """

    number: int
    start: int
    end: int
    stem: str
    order: int


class _Step(NamedTuple):
    stem: str
    reach: int
    exact: str


_Row = tuple[tuple[_Step, ...], str]


class Phrases:
    """The phrases of every field, filed under the first word of each."""

    def __init__(self) -> None:
        self._rows: dict[str, list[_Row]] = {}
        # Texts of what is packed, until a note has the word it is filed under.
        self._packed: Mapping[str, str] = {}
        self._packed_atoms: frozenset[str] = frozenset()

    @classmethod
    def of(cls, raw: Mapping[str, Sequence[str]], stem: Callable[[str], str]) -> Self:
        """The phrases of ``[words.phrase]`` tables.

        Args:
            raw: Atom -> its ways of saying.
            stem: Gives the stem of a word.

        Raises:
            RuleError: An atom has no ``_`` (a word of a text could be it), or a way no word that counts.
        """
        found = cls()
        for atom, ways in raw.items():
            if "_" not in atom:
                raise RuleError(f"phrase/{atom}: needs a _ in its name")
            for way in ways:
                if not _WAY.fullmatch(way):
                    raise RuleError(f"phrase/{atom}: {way!r} is no row of words, / and ~")
                for row in itertools.product(*(word.split("/") for word in way.split())):
                    found._add(_steps(row, stem), atom)
        return found

    def _add(self, steps: tuple[_Step, ...], atom: str) -> None:
        if not steps:
            raise RuleError(f"phrase/{atom}: a way has no word that counts")
        rows = self._rows.setdefault(steps[0].stem, [])
        if (steps, atom) not in rows:
            rows.append((steps, atom))

    @property
    def atoms(self) -> frozenset[str]:
        """Every atom that a phrase states."""
        return self._packed_atoms or frozenset(atom for rows in self._rows.values() for _, atom in rows)

    @property
    def stems(self) -> frozenset[str]:
        """Every word that a phrase has."""
        return frozenset(step.stem for rows in self._rows.values() for steps, _ in rows for step in steps)

    def scan(self, text: str, words: Sequence[Word]) -> Iterator[tuple[int, int, str]]:
        """Where the phrases stand: start, end and atom of each."""
        said = {word.stem for word in words}
        sayable: dict[str, list[_Row]] = {}
        for position, word in enumerate(words):
            stem = word.stem
            rows = sayable.get(stem)
            if rows is None:
                rows = sayable[stem] = self._sayable(stem, said)
            for steps, atom in rows:
                last = _end(text, words, position, steps)
                if last is not None:
                    yield word.start, words[last].end, atom

    def _sayable(self, stem: str, said: AbstractSet[str]) -> list[_Row]:
        """The phrases filed under a word all of whose words are said somewhere in the text."""
        rows = self._rows.get(stem)
        if rows is None:
            if stem not in self._packed:
                return []
            rows = self._unpack(stem)
        # Few have their second word in the text: the others need no further look.
        rows = [row for row in rows if len(row[0]) == 1 or row[0][1].stem in said]
        return [row for row in rows if all(step.stem in said for step in row[0][2:])]

    def _unpack(self, stem: str) -> list[_Row]:
        found = [(tuple(_Step(*step) for step in steps), atom) for steps, atom in json.loads(self._packed[stem])]
        self._rows[stem] = found
        return found

    def to_packed(self) -> dict[str, Any]:
        """All phrases, for ``from_packed``; the text of each first word is read when a note has it."""
        rows = {stem: json.dumps(rows) for stem, rows in self._rows.items()}
        return {"rows": {**self._packed, **rows}, "atoms": sorted(self.atoms)}

    @classmethod
    def from_packed(cls, raw: Mapping[str, Any]) -> Self:
        """The phrases as they were packed."""
        found = cls()
        found._packed = raw["rows"]
        found._packed_atoms = frozenset(raw["atoms"])
        return found


def _steps(row: Sequence[str], stem: Callable[[str], str]) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    reach = 1
    for word in row:
        if word == _GAP:
            reach = 1 + _GAP_WORDS
        elif word not in SMALL:
            written = word.removeprefix("=")
            steps.append(_Step(stem(written), reach, written if written != word else ""))
            reach = 1
    return tuple(steps)


def _end(text: str, words: Sequence[Word], position: int, steps: tuple[_Step, ...]) -> int | None:
    """The last word of a phrase that begins at ``position``; None where it does not stand there."""
    first = words[position]
    if steps[0].exact and text[first.start : first.end] != steps[0].exact:
        return None
    for step in steps[1:]:
        before = words[position]
        farthest = before.order + step.reach
        position += 1
        while position < len(words) and words[position].order <= farthest and words[position].stem != step.stem:
            position += 1
        if position == len(words) or words[position].order > farthest:
            return None
        if step.exact and text[words[position].start : words[position].end] != step.exact:
            return None
        if any(text.find(pause, before.end, words[position].start + 1) >= 0 for pause in _BREAKS):
            return None
        if step.reach > 1 and _DENIES.search(text, before.end, words[position].start):
            return None
    return position
