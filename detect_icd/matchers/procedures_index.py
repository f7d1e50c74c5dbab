"""The lexicon, compiled: which entries a clause's atoms can name, and what each still asks for."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass

from detect_icd.matchers.procedures_lexicon import Procedure, procedures, words
from detect_icd.matchers.procedures_scan import Vocabulary

Atoms = frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A lexicon entry with its phrases as atoms; ``extent``, ``here``, ``without``, ``unless``, ``steps``: alternatives each."""

    procedure: Procedure
    names: tuple[Atoms, ...]
    extent: tuple[tuple[Atoms, ...], ...]
    here: tuple[tuple[Atoms, ...], ...]
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
        stepped: Atom -> the entries one of whose steps it opens.
    """

    def __init__(self, entries: tuple[Procedure, ...]) -> None:
        self.vocabulary = Vocabulary(words())
        for procedure in entries:
            asked = (
                *procedure.extent,
                *procedure.here,
                *procedure.without,
                *procedure.unless,
                *procedure.steps,
                *procedure.size_of,
                *(phrase for phrase in procedure.number_of if not phrase.startswith("@")),
            )
            self.vocabulary.learn((*procedure.phrases, *asked))
        self._read = functools.cache(self.vocabulary.atoms)
        self.entries = tuple(self._compile(procedure) for procedure in entries)
        frequency = Counter(atom for entry in self.entries for name in entry.names for atom in name)
        self.named: dict[str, list[tuple[Entry, Atoms]]] = {}
        for entry in self.entries:
            for name in entry.names:
                anchor = min(name, key=lambda atom: (frequency[atom], atom))
                self.named.setdefault(anchor, []).append((entry, name))
        self.stepped: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for atom in sorted({atom for step in entry.steps for atoms in step for atom in atoms}):
                self.stepped.setdefault(atom, []).append(entry)

    def _compile(self, entry: Procedure) -> Entry:
        return Entry(
            entry,
            names=tuple(dict.fromkeys(atoms for phrase in entry.phrases for atoms in self._alternatives(phrase))),
            extent=tuple(self._alternatives(phrase) for phrase in entry.extent),
            here=tuple(self._alternatives(phrase) for phrase in entry.here),
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


@functools.cache
def index() -> Index:
    """The packaged lexicon, compiled."""
    return Index(procedures())
