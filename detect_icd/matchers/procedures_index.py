"""The lexicon, compiled: which entries a clause's atoms can name, and what each still asks for."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detect_icd.matchers.procedures_compiled import pack, packed
from detect_icd.matchers.procedures_lexicon import Procedure, procedures, read_all, words
from detect_icd.matchers.procedures_vocabulary import Vocabulary

Atoms = frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A lexicon entry with its phrases as atoms; of all but ``names`` each is alternatives."""

    procedure: Procedure
    names: tuple[Atoms, ...]
    extent: tuple[tuple[Atoms, ...], ...]
    here: tuple[tuple[Atoms, ...], ...]
    anywhere: tuple[tuple[Atoms, ...], ...]
    without: tuple[Atoms, ...]
    unless: tuple[Atoms, ...]
    steps: tuple[tuple[Atoms, ...], ...]
    size_of: tuple[Atoms, ...]
    number_of: tuple[Atoms, ...]


class Index:
    """Every entry, filed under the rarest atom of each of its names and steps.

    Attributes:
        vocabulary: Turns text into atoms.
        entries: All entries.
        named: Atom -> the entries and names it opens.
        by_code: Code -> its entries.
    """

    def __init__(self, entries: tuple[Procedure, ...], compiled: Mapping[str, Any] | None = None) -> None:
        """Compiles entries, or takes them as they were packed.

        Args:
            entries: The lexicon.
            compiled: What ``to_packed`` gave of an index over the same entries.
        """
        if compiled is None:
            self._learn(entries)
        else:
            self.vocabulary = Vocabulary.from_packed(compiled["vocabulary"])
            self.entries = tuple(_entries(entries, compiled))
        frequency = Counter(atom for entry in self.entries for name in entry.names for atom in name)
        self.named: dict[str, list[tuple[Entry, Atoms]]] = {}
        for entry in self.entries:
            for name in entry.names:
                anchor = min(name, key=lambda atom: (frequency[atom], atom))
                self.named.setdefault(anchor, []).append((entry, name))
        self.by_code: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self.by_code.setdefault(entry.procedure.code, []).append(entry)
        self._steps: dict[Atoms, list[tuple[int, int]]] = {}
        for number, entry in enumerate(self.entries):
            for bit, step in enumerate(entry.steps):
                for atoms in step:
                    self._steps.setdefault(atoms, []).append((number, 1 << bit))
        common = Counter(atom for atoms in self._steps for atom in atoms)
        self._opened: dict[str, list[Atoms]] = {}
        for atoms in self._steps:
            self._opened.setdefault(min(atoms, key=lambda atom: (common[atom], atom)), []).append(atoms)

    def told(self, said: AbstractSet[str]) -> list[Entry]:
        """The entries of whose steps enough are among these atoms, in the order of the lexicon."""
        steps: dict[int, int] = {}
        for atom in said:
            for atoms in self._opened.get(atom, ()):
                if atoms <= said:
                    for number, bit in self._steps[atoms]:
                        steps[number] = steps.get(number, 0) | bit
        entries = self.entries
        return [
            entries[number]
            for number in sorted(steps)
            if steps[number].bit_count() >= entries[number].procedure.steps_needed
        ]

    def to_packed(self) -> dict[str, Any]:
        """The vocabulary and every entry's phrases as numbers of sets of atoms, for another process."""
        numbers: dict[Atoms, int] = {}

        def number(value: Any) -> Any:
            if isinstance(value, frozenset):
                return numbers.setdefault(value, len(numbers))
            return [number(item) for item in value]

        entries = [[number(getattr(entry, name)) for name in _PHRASES] for entry in self.entries]
        sets = [sorted(atoms) for atoms in numbers]
        return {"vocabulary": self.vocabulary.to_packed(), "entries": entries, "sets": sets}

    def _learn(self, entries: tuple[Procedure, ...]) -> None:
        self.vocabulary = Vocabulary(words())
        for procedure in entries:
            asked = (
                *procedure.extent,
                *procedure.here,
                *procedure.anywhere,
                *procedure.without,
                *procedure.unless,
                *procedure.steps,
                *procedure.size_of,
                *(phrase for phrase in procedure.number_of if not phrase.startswith("@")),
            )
            self.vocabulary.learn((*procedure.phrases, *asked))
        self.vocabulary.shorten(words()["short"])
        self._read = functools.cache(self.vocabulary.atoms)
        self.entries = tuple(self._compile(procedure) for procedure in entries)

    def _compile(self, entry: Procedure) -> Entry:
        return Entry(
            entry,
            names=tuple(dict.fromkeys(atoms for phrase in entry.phrases for atoms in self._alternatives(phrase))),
            extent=tuple(self._alternatives(phrase) for phrase in entry.extent),
            here=tuple(self._alternatives(phrase) for phrase in entry.here),
            anywhere=tuple(self._alternatives(phrase) for phrase in entry.anywhere),
            without=tuple(atoms for phrase in entry.without for atoms in self._alternatives(phrase)),
            unless=tuple(atoms for phrase in entry.unless for atoms in self._alternatives(phrase)),
            steps=tuple(self._alternatives(phrase) for phrase in entry.steps),
            size_of=tuple(atoms for phrase in entry.size_of for atoms in self._alternatives(phrase)),
            number_of=tuple(
                atoms
                for phrase in entry.number_of
                if not phrase.startswith("@")
                for atoms in self._alternatives(phrase)
            ),
        )

    def _alternatives(self, phrase: str) -> tuple[Atoms, ...]:
        return tuple(atoms for part in phrase.split("|") if (atoms := self._read(part)))


_PHRASES = ("names", "extent", "here", "anywhere", "without", "unless", "steps", "size_of", "number_of")
"""What of an entry is sets of atoms."""


def _entries(procedures: Sequence[Procedure], compiled: Mapping[str, Any]) -> Iterator[Entry]:
    sets = [frozenset(atoms) for atoms in compiled["sets"]]

    def read(value: Any) -> Any:
        return sets[value] if isinstance(value, int) else tuple(read(item) for item in value)

    for procedure, phrases in zip(procedures, compiled["entries"], strict=True):
        yield Entry(procedure, *(read(value) for value in phrases))


@functools.cache
def index() -> Index:
    """The packaged lexicon, compiled; as the build packed it, else from its sources."""
    return Index(procedures(), packed())


def pack_lexicon(path: Path) -> None:
    """Packs the lexicon, read from its sources, for ``procedures`` and ``index``."""
    entries = read_all()
    pack({"procedures": [entry.to_packed() for entry in entries], **Index(entries).to_packed()}, path)
