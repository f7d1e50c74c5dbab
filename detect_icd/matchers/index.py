"""The phrase index: titles, inclusion terms and synonyms as sets of atoms, each leading to a code.

Built once, with the wheel, by ``compile_index``; read by ``PhraseIndex``. A phrase is filed under its rarest atom, then
its second rarest, so that a sentence is looked up by its own words and no list of phrases is ever scanned.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np

from detect_icd.matchers.navigation import IndexPhrase, index_phrases
from detect_icd.matchers.phrases import PhraseSource, atom_sets, read_synonyms, title_parts
from detect_icd.terms import terms
from redactphi.errors import DataError
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry
    from detect_icd.importers.alphabetic import IndexTerm

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
    """Reads the compiled index; a shelf is unpacked when its atom is first met."""

    def __init__(self, file: IO[bytes] | Path) -> None:
        with np.load(file, allow_pickle=False) as arrays:
            self.atoms: tuple[str, ...] = tuple(arrays["atoms"].tobytes().decode().split("\n"))
            self._codes = arrays["codes"].tobytes().decode().split("\n")
            self._flat = arrays["flat"]
            self._offsets = arrays["offsets"]
            self._code_of = arrays["code_of"]
            self._source_of = arrays["source_of"]
            self._shelf_offsets = arrays["shelf_offsets"]
            self.frequency: dict[str, int] = dict(zip(self.atoms, arrays["frequency"].tolist(), strict=True))
        self._number = {atom: number for number, atom in enumerate(self.atoms)}
        self._shelves: dict[str, Shelf | None] = {}

    def __contains__(self, atom: str) -> bool:
        return atom in self._number

    def __len__(self) -> int:
        return len(self._code_of)

    def shelf(self, atom: str) -> Shelf | None:
        """The phrases whose rarest atom this is, or None."""
        try:
            return self._shelves[atom]
        except KeyError:
            shelf = self._unpack(atom)
            if atom in self._number:
                self._shelves[atom] = shelf
            return shelf

    def _unpack(self, atom: str) -> Shelf | None:
        number = self._number.get(atom)
        if number is None:
            return None
        first, last = self._shelf_offsets[number], self._shelf_offsets[number + 1]
        if first == last:
            return None
        alone: Phrase | None = None
        pairs: dict[str, list[Phrase]] = {}
        for phrase in range(first, last):
            numbers = self._flat[self._offsets[phrase] : self._offsets[phrase + 1]].tolist()
            names = tuple(self.atoms[one] for one in numbers)
            source = PhraseSource(int(self._source_of[phrase]))
            entry = Phrase(names[2:], self._codes[self._code_of[phrase]], source, len(names))
            if len(names) == 1:
                alone = entry
            else:
                pairs.setdefault(names[1], []).append(entry)
        return Shelf(alone, {second: tuple(entries) for second, entries in pairs.items()})

    def phrases(self) -> Iterator[tuple[frozenset[str], str]]:
        """Every phrase as its set of atoms, with its code."""
        flat, offsets = self._flat.tolist(), self._offsets.tolist()
        for number, code in enumerate(self._code_of.tolist()):
            numbers = flat[offsets[number] : offsets[number + 1]]
            yield frozenset(self.atoms[one] for one in numbers), self._codes[code]


@functools.cache
def phrase_index() -> PhraseIndex:
    """The packaged index.

    Raises:
        DataError: The package was not built (an editable checkout needs one ``pip install -e .``).
    """
    path = data("detect_icd") / "compiled" / FILE
    if not path.is_file():
        raise DataError(f"{FILE} is not built; install the package to build it")
    with path.open("rb") as file:
        return PhraseIndex(file)


def compile_index(books: CodeBook | Iterable[CodeBook], out_path: Path, lines: Iterable[IndexTerm] = ()) -> int:
    """Builds the phrase index of one or several releases and says how many phrases it holds.

    Codes of every release given are indexed; the detector asks the code book of its release which are in force.

    Args:
        books: The releases.
        out_path: The file to write.
        lines: The lines of the Alphabetic Index and its tables, where they were imported.

    Raises:
        DataError: A synonym leads to a code no release has.
    """
    entries: dict[str, CodeEntry] = {}
    for book in [books] if hasattr(books, "iter_entries") else books:
        for entry in book.iter_entries():
            entries.setdefault(entry.code, entry)
    phrases = _best_phrases(entries, lines)
    _write(phrases, out_path)
    return len(phrases)


def _best_phrases(
    entries: Mapping[str, CodeEntry], lines: Iterable[IndexTerm]
) -> dict[frozenset[str], tuple[str, PhraseSource]]:
    best: dict[frozenset[str], tuple[tuple[int, ...], str, PhraseSource]] = {}

    def offer(atoms: frozenset[str], rank: tuple[int, ...], code: str, source: PhraseSource) -> None:
        if atoms and (atoms not in best or (rank, code) < best[atoms][:2]):
            best[atoms] = (rank, code, source)

    for phrase, code in read_synonyms():
        if code not in entries:
            raise DataError(f"synonyms.tsv: no release has the code {code}")
        offer(
            frozenset(atom for token in terms().tokens(phrase) for atom in token.atoms),
            (-1,),
            code,
            PhraseSource.SYNONYM,
        )
    for entry in entries.values():
        for source, wording in wordings(entry):
            parts = title_parts(wording)
            for atoms in filter(None, atom_sets(parts)):
                if not _is_told(atoms, source, parts.vagueness, entry.code):
                    continue
                rank = (parts.vagueness, int(source), 0 if entry.billable else 1, len(entry.code))
                offer(atoms, rank, entry.code, source if not parts.vagueness else PhraseSource(source + 2))
    for phrase in index_phrases(lines):
        if phrase.code in entries and _is_indexed(phrase):
            rank = (0, int(phrase.source), int(phrase.is_referred), len(phrase.code))
            offer(phrase.atoms, rank, phrase.code, phrase.source)
    stopped, _ = _stops()
    return {atoms: (code, source) for atoms, (_, code, source) in best.items() if atoms not in stopped}


def wordings(entry: CodeEntry) -> Iterator[tuple[PhraseSource, str]]:
    """What the classification itself calls a code, where a note would call it that.

    Causes (V to Y), encounters and histories (most of Z) have prose for titles: they are left to the synonyms.
    """
    category = entry.code[:3]
    if entry.code[0] in "VWXY" or len(entry.code) == _FULL_LENGTH or entry.code.startswith(_stops()[1]):
        return
    if entry.code[0] == "Z" and category not in _STATES:
        return
    yield PhraseSource.TITLE, entry.title
    for term in entry.inclusion_terms:
        yield PhraseSource.INCLUSION, term


def _is_told(atoms: frozenset[str], source: PhraseSource, vagueness: int, code: str) -> bool:
    """Whether a phrase of the classification says enough: one word does if it is a disease's name by its form."""
    if len(atoms) > 1:
        return not atoms <= _EMPTY_WORDS
    (atom,) = atoms
    return bool(_DISEASE_WORD.search(atom)) or (
        source is PhraseSource.TITLE and not vagueness and code[0] not in "OPSTZ"
    )


def _is_indexed(phrase: IndexPhrase) -> bool:
    """Whether a path of the index says enough to be looked for: encounters and causes are prose, single words a lot else."""
    category = phrase.code[:3]
    if category[0] == "Z" and category not in _STATES:
        return False
    if len(phrase.atoms) > 1:
        return not phrase.atoms <= _EMPTY_WORDS
    return phrase.source is PhraseSource.INDEX and bool(_DISEASE_WORD.search(next(iter(phrase.atoms), "")))


_STATES = frozenset(
    {"Z16", "Z21", "Z22", "Z59", "Z66", "Z68", "Z72", "Z73", "Z79", "Z89", "Z90", "Z93", "Z94", "Z95", "Z96", "Z99"}
)
_FULL_LENGTH = 8
_DISEASE_WORD = re.compile(
    r"(?:itis|osis|[ae]mia|oma|pathy|algia|uria|rrh(?:ea|agia|age|oid)|plegia|paresis|penia|megaly|cele|ism|ectas(?:is|ia)|"
    r"trophy|plasia|phagia|pnea|edema|ptysis|phobia|mania|phrenia|lexia|thymia|lysis|cytosis|philia|sthenia|odynia|"
    r"esthesia|kinesia|plakia|rrhexis|schisis|aneurysm|fever|ptosis|tropia|opia|opsia|acusis|dactyly|cephaly|static|"
    r"spasm|stenosis|thorax|oid arthritis|pox|worm|malacia|sclerosis|toxicosis|coccosis|mycosis|tasis|nesia)$"
)
_EMPTY_WORDS = frozenset({"disease", "disorder", "syndrome", "acute", "chronic", "right", "left", "bilateral", "general",
    "history", "surgery", "examination", "normal", "abnormal", "patient", "blood", "body", "drug", "pressure", "current",
    "upper", "lower", "elevated", "primary", "secondary", "heart", "kidney", "liver", "lung", "brain", "skin", "eye",
    "ear", "abdomen", "pelvis", "chest", "neck", "head", "wall", "side"})  # fmt: skip


@functools.cache
def _stops() -> tuple[frozenset[frozenset[str]], tuple[str, ...]]:
    """The sets of atoms and the code prefixes (``=E11.22``) of ``stop_terms.txt``."""
    lines = (data("detect_icd") / "stop_terms.txt").read_text(encoding="utf-8").splitlines()
    stops = [line.split("#", 1)[0].strip() for line in lines]
    codes = tuple(stop[1:] for stop in stops if stop.startswith("="))
    terms_ = [stop for stop in stops if stop and not stop.startswith("=")]
    return frozenset(frozenset(a for token in terms().tokens(term) for a in token.atoms) for term in terms_), codes


def _write(phrases: Mapping[frozenset[str], tuple[str, PhraseSource]], out_path: Path) -> None:
    frequency = Counter(atom for atoms in phrases for atom in atoms)
    order = {
        atom: rank for rank, (atom, _) in enumerate(sorted(frequency.items(), key=lambda item: (item[1], item[0])))
    }
    atoms = sorted(order, key=order.__getitem__)
    codes = sorted({code for code, _ in phrases.values()})
    code_number = {code: number for number, code in enumerate(codes)}
    filed = sorted(
        (sorted(order[atom] for atom in key), code_number[code], int(source)) for key, (code, source) in phrases.items()
    )
    shelf_sizes = np.zeros(len(atoms) + 1, dtype=np.int32)
    for numbers, _, _ in filed:
        shelf_sizes[numbers[0] + 1] += 1
    out_path.parent.mkdir(parents=True, exist_ok=True)
    with out_path.open("wb") as file:
        np.savez_compressed(
            file,
            atoms=np.frombuffer("\n".join(atoms).encode(), dtype=np.uint8),
            codes=np.frombuffer("\n".join(codes).encode(), dtype=np.uint8),
            frequency=np.array([frequency[atom] for atom in atoms], dtype=np.int32),
            flat=np.array([number for numbers, _, _ in filed for number in numbers], dtype=np.int32),
            offsets=np.cumsum([0, *(len(numbers) for numbers, _, _ in filed)]).astype(np.int32),
            code_of=np.array([code for _, code, _ in filed], dtype=np.int32),
            source_of=np.array([source for _, _, source in filed], dtype=np.uint8),
            shelf_offsets=np.cumsum(shelf_sizes).astype(np.int32),
        )
