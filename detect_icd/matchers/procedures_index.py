"""The lexicon, compiled: which entries a clause's atoms can name, and what each still asks for."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detect_icd.matchers.procedures_compiled import ENTRIES, FILE, pack, packed
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


_Filed = tuple[Atoms, tuple[tuple[int, int], ...]]
"""Atoms of a step, and whose step it is, as the number of an entry and a bit."""


class Index:
    """Every entry, filed under the rarest atom of each of its names and steps; unpacked as far as notes ask for it.

    Attributes:
        vocabulary: Turns text into atoms.
    """

    def __init__(self, entries: tuple[Procedure, ...], compiled: Mapping[str, Any] | None = None) -> None:
        """Compiles entries, or takes them as they were packed.

        Args:
            entries: The lexicon.
            compiled: What ``to_packed`` gave of an index over the same entries.
        """
        self._procedures = entries
        if compiled is None:
            self.vocabulary = _learned(entries)
            self._packed = _filed(_compiled(entries, self.vocabulary))
        else:
            self.vocabulary = Vocabulary.from_packed(compiled["vocabulary"])
            self._packed = compiled["index"]
        self._sets: dict[int, Atoms] = {}
        self._entries: dict[int, Entry] = {}
        self._named: dict[str, tuple[tuple[Entry, Atoms], ...]] = {}
        self._opened: dict[str, Mapping[str, Sequence[_Filed]]] = {}
        self._needed = [procedure.steps_needed for procedure in entries]

    @functools.cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of the lexicon."""
        return tuple(map(self._entry, range(len(self._procedures))))

    @functools.cached_property
    def _numbers(self) -> Mapping[str, Sequence[int]]:
        numbers: dict[str, list[int]] = {}
        for number, procedure in enumerate(self._procedures):
            numbers.setdefault(procedure.code, []).append(number)
        return numbers

    def of_code(self, code: str) -> list[Entry]:
        """The entries of a code."""
        return [self._entry(number) for number in self._numbers.get(code, ())]

    def named(self, atom: str) -> tuple[tuple[Entry, Atoms], ...]:
        """The entries of which a name is filed under an atom, each with that name."""
        found = self._named.get(atom)
        if found is None:
            filed = json.loads(self._packed["named"].get(atom, "[]"))
            found = self._named[atom] = tuple((self._entry(number), self._set(name)) for number, name in filed)
        return found

    def _entry(self, number: int) -> Entry:
        found = self._entries.get(number)
        if found is None:
            phrases = map(self._phrases, json.loads(self._packed["entries"][number]))
            found = self._entries[number] = Entry(self._procedures[number], *phrases)
        return found

    def _phrases(self, value: Any) -> Any:
        return self._set(value) if isinstance(value, int) else tuple(map(self._phrases, value))

    def _set(self, number: int) -> Atoms:
        found = self._sets.get(number)
        if found is None:
            found = self._sets[number] = frozenset(self._packed["sets"][number].split())
        return found

    def told(self, said: AbstractSet[str]) -> list[Entry]:
        """The entries of whose steps enough are among these atoms, in the order of the lexicon."""
        steps: dict[int, int] = {}
        for atom in said:
            shelf = self._steps(atom)
            for second in shelf.keys() & said if len(shelf) > 1 else shelf:
                for atoms, filed in shelf[second]:
                    if atoms <= said:
                        for number, bit in filed:
                            steps[number] = steps.get(number, 0) | bit
        needed = self._needed
        enough = [number for number, bits in steps.items() if bits.bit_count() >= needed[number]]
        return [self._entry(number) for number in sorted(enough)]

    def _steps(self, atom: str) -> Mapping[str, Sequence[_Filed]]:
        """The steps filed under an atom, by another of their atoms; those of one atom under it again."""
        found = self._opened.get(atom)
        if found is None:
            shelf: dict[str, list[_Filed]] = {}
            for number, of in json.loads(self._packed["steps"].get(atom, "[]")):
                step = self._set(number)
                filed = tuple((entry, 1 << bit) for entry, bit in of)
                shelf.setdefault(max(step - {atom}, default=atom), []).append((step, filed))
            found = self._opened[atom] = shelf
        return found

    def to_packed(self) -> dict[str, Any]:
        """The vocabulary and every entry's phrases, for another process."""
        return {"vocabulary": self.vocabulary.to_packed(), "index": self._packed}


def _learned(entries: Sequence[Procedure]) -> Vocabulary:
    vocabulary = Vocabulary(words())
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
        vocabulary.learn((*procedure.phrases, *asked))
    vocabulary.shorten(words()["short"])
    return vocabulary


def _compiled(entries: Sequence[Procedure], vocabulary: Vocabulary) -> Iterator[Entry]:
    read = functools.cache(vocabulary.atoms)

    def alternatives(phrase: str) -> tuple[Atoms, ...]:
        return tuple(atoms for part in phrase.split("|") if (atoms := read(part)))

    def all_of(phrases: Iterable[str]) -> tuple[Atoms, ...]:
        return tuple(atoms for phrase in phrases for atoms in alternatives(phrase))

    for entry in entries:
        yield Entry(
            entry,
            names=tuple(dict.fromkeys(all_of(entry.phrases))),
            extent=tuple(map(alternatives, entry.extent)),
            here=tuple(map(alternatives, entry.here)),
            anywhere=tuple(map(alternatives, entry.anywhere)),
            without=all_of(entry.without),
            unless=all_of(entry.unless),
            steps=tuple(map(alternatives, entry.steps)),
            size_of=all_of(entry.size_of),
            number_of=all_of(phrase for phrase in entry.number_of if not phrase.startswith("@")),
        )


def _filed(entries: Iterable[Entry]) -> dict[str, Any]:
    """Entries with their phrases as numbers of sets of atoms, under the rarest atom of each name and step.

    Each is a text of its own, to be read when it is first asked for.
    """
    sets: dict[Atoms, int] = {}
    entries = tuple(entries)

    def number(value: Any) -> Any:
        if isinstance(value, frozenset):
            return sets.setdefault(value, len(sets))
        return [number(item) for item in value]

    packed = [json.dumps([number(getattr(entry, name)) for name in _PHRASES]) for entry in entries]
    names = [(name, place) for place, entry in enumerate(entries) for name in entry.names]
    frequency = Counter(atom for name, _ in names for atom in name)
    named: dict[str, list[tuple[int, int]]] = {}
    for name, place in names:
        named.setdefault(_rarest(name, frequency), []).append((place, sets[name]))
    steps: dict[Atoms, list[tuple[int, int]]] = {}
    for place, entry in enumerate(entries):
        for bit, step in enumerate(entry.steps):
            for atoms in step:
                steps.setdefault(atoms, []).append((place, bit))
    common = Counter(atom for atoms in steps for atom in atoms)
    opened: dict[str, list[tuple[int, list[tuple[int, int]]]]] = {}
    for atoms, of in steps.items():
        opened.setdefault(_rarest(atoms, common), []).append((sets[atoms], of))
    return {
        "entries": packed,
        "sets": [" ".join(sorted(atoms)) for atoms in sets],
        "named": {atom: json.dumps(filed) for atom, filed in named.items()},
        "steps": {atom: json.dumps(filed) for atom, filed in opened.items()},
    }


def _rarest(atoms: Atoms, frequency: Mapping[str, int]) -> str:
    return min(atoms, key=lambda atom: (frequency[atom], atom))


_PHRASES = ("names", "extent", "here", "anywhere", "without", "unless", "steps", "size_of", "number_of")
"""What of an entry is sets of atoms."""


@functools.cache
def index() -> Index:
    """The packaged lexicon, compiled; as the build packed it, else from its sources."""
    return Index(procedures(), packed(FILE))


def pack_lexicon(folder: Path) -> None:
    """Packs the lexicon, read from its sources, for ``procedures`` and ``index``."""
    entries = read_all()
    pack({"procedures": [entry.to_packed() for entry in entries]}, folder / ENTRIES)
    pack(Index(entries).to_packed(), folder / FILE)
