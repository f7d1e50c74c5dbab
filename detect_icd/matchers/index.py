"""The phrase index: titles, inclusion terms and synonyms as sets of atoms, each leading to a code.

Built once, with the wheel or at an import, by ``compiling``; read by ``PhraseIndex``. A phrase is filed under its rarest atom, then
its second rarest, so that a sentence is looked up by its own words and no list of phrases is ever scanned.
"""

from __future__ import annotations

import functools
import io
import zlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import BadZipFile

import numpy as np

from detect_icd.local_data import Imported, imported
from detect_icd.local_data import phrases as import_phrases
from detect_icd.matchers.phrases import PhraseSource, fingerprint
from redactphi.errors import DataError
from redactphi.resources import data

FILE = "phrases.npz"


class Phrase(NamedTuple):
    """One way of saying a code: the atoms beyond the two it is filed under, and what it leads to."""

    rest: tuple[str, ...]
    code: str
    source: PhraseSource
    size: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The phrases filed under one atom: those of this atom alone, and the others by their second atom."""

    alone: Phrase | None
    pairs: Mapping[str, tuple[Phrase, ...]]


class PhraseIndex:
    """Reads the compiled index; a shelf is unpacked when its atom is first met.

    Attributes:
        atoms: Every atom, the rarest first.
        flat: The atoms of all phrases by number, one phrase after the other.
        offsets: Where in ``flat`` each phrase starts, and the end.
        frequency: How many phrases each atom stands in.
        heads: The atoms that conditions are named by: the "tear" of "complete tear of the meniscus".
    """

    def __init__(self, file: IO[bytes] | Path) -> None:
        with np.load(file, allow_pickle=False) as arrays:
            self.atoms: tuple[str, ...] = tuple(arrays["atoms"].tobytes().decode().split("\n"))
            self._codes = arrays["codes"].tobytes().decode().split("\n")
            self.flat = arrays["flat"]
            self.offsets = arrays["offsets"]
            self._code_of = arrays["code_of"]
            self._source_of = arrays["source_of"]
            self._shelf_offsets = arrays["shelf_offsets"]
            self.heads = frozenset(self.atoms[number] for number in np.flatnonzero(arrays["heads"]).tolist())
            self.frequency: dict[str, int] = dict(zip(self.atoms, arrays["frequency"].tolist(), strict=True))
        self._number = {atom: number for number, atom in enumerate(self.atoms)}
        self._shelves: dict[str, Shelf | None] = {}

    def __contains__(self, atom: object) -> bool:
        return atom in self._number

    def __len__(self) -> int:
        return len(self._code_of)

    @property
    def names(self) -> frozenset[str]:
        """The atoms that name a condition by themselves."""
        single = np.flatnonzero((np.diff(self.offsets) == 1) & (self._source_of != PhraseSource.GENERAL))
        return frozenset(self.atoms[number] for number in self.flat[self.offsets[single]].tolist())

    def shelf(self, atom: str) -> Shelf | None:
        """The phrases whose rarest atom this is, or None."""
        try:
            return self._shelves[atom]
        except KeyError:
            number = self._number.get(atom)
            if number is None:
                return None
            shelf = self._shelves[atom] = self._unpack(number)
            return shelf

    def code_of(self, atoms: AbstractSet[str]) -> str | None:
        """What exactly these atoms say, or None."""
        ordered = sorted(atoms, key=lambda atom: self._number.get(atom, -1))
        shelf = self.shelf(ordered[0]) if ordered and ordered[0] in self._number else None
        if shelf is None:
            return None
        if len(ordered) == 1:
            return shelf.alone.code if shelf.alone else None
        rest = frozenset(ordered[2:])
        return next((one.code for one in shelf.pairs.get(ordered[1], ()) if rest == frozenset(one.rest)), None)

    def _unpack(self, number: int) -> Shelf | None:
        first, last = self._shelf_offsets[number], self._shelf_offsets[number + 1]
        if first == last:
            return None
        alone: Phrase | None = None
        pairs: dict[str, list[Phrase]] = {}
        for phrase in range(first, last):
            numbers = self.flat[self.offsets[phrase] : self.offsets[phrase + 1]].tolist()
            names = tuple(self.atoms[one] for one in numbers)
            source = PhraseSource(int(self._source_of[phrase]))
            entry = Phrase(names[2:], self._codes[self._code_of[phrase]], source, len(names))
            if len(names) == 1:
                alone = entry
            else:
                pairs.setdefault(names[1], []).append(entry)
        return Shelf(alone, {second: tuple(entries) for second, entries in pairs.items()})

    def number(self, atom: str) -> int | None:
        """The number of an atom, by which ``flat`` names it."""
        return self._number.get(atom)

    def phrase(self, number: int) -> tuple[frozenset[str], str, PhraseSource]:
        """A phrase: its atoms, its code and where it comes from."""
        numbers = self.flat[self.offsets[number] : self.offsets[number + 1]].tolist()
        source = PhraseSource(int(self._source_of[number]))
        return frozenset(self.atoms[one] for one in numbers), self._codes[self._code_of[number]], source

    def phrases(self) -> Iterator[tuple[frozenset[str], str]]:
        """Every phrase as its set of atoms, with its code."""
        for number in range(len(self)):
            atoms, code, _ = self.phrase(number)
            yield atoms, code


def phrase_index() -> PhraseIndex:
    """The index compiled at the newest import, if there is one for these word tables; else the packaged one.

    Raises:
        DataError: An import is damaged, or the package was not built (an editable checkout needs one ``pip install -e .``).
    """
    fresh = [found for found in imported() if not is_stale(found)]
    return _of_import(fresh[-1]) if fresh else _packaged()


def is_stale(found: Imported) -> bool:
    """Whether the phrases of an import were compiled with other word tables; they are not looked into."""
    return found.fingerprint != fingerprint()


def alphabetic_index_used() -> Imported | None:
    """The import whose Alphabetic Index and tables are looked into."""
    return next((found for found in reversed(imported()) if found.has_index and not is_stale(found)), None)


@functools.lru_cache(maxsize=2)
def _of_import(found: Imported) -> PhraseIndex:
    data = import_phrases(found)
    if data is None:
        return _packaged()
    try:
        return PhraseIndex(io.BytesIO(data))
    except (BadZipFile, ValueError, KeyError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{found.path.name} is damaged; delete it and import again") from error


@functools.cache
def _packaged() -> PhraseIndex:
    path = data("detect_icd") / "compiled" / FILE
    if not path.is_file():
        raise DataError(f"{FILE} is not built; install the package to build it")
    with path.open("rb") as file:
        return PhraseIndex(file)
