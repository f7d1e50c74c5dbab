"""Compiles the phrase index, once, with the wheel or at an import: the way of saying each code that says it best."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from detect_icd.matchers.navigation import IndexPhrase, index_phrases
from detect_icd.matchers.phrases import (
    PhraseSource,
    atom_sets,
    head,
    in_capitals,
    read_general_words,
    read_synonyms,
    title_parts,
)
from detect_icd.terms import singular, terms, word_set
from redactphi.errors import DataError
from redactphi.resources import data
from redactphi.resources import terms as word_list

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry
    from detect_icd.importers.alphabetic import IndexTerm


def compile_index(books: Iterable[CodeBook], out: Path | IO[bytes], lines: Iterable[IndexTerm] = ()) -> int:
    """Builds the phrase index of releases and says how many phrases it holds.

    Codes of every release given are indexed; the detector asks the code book of its release which are in force.

    Args:
        books: The releases.
        out: The file to write.
        lines: The lines of the Alphabetic Index and its tables, where they were imported.

    Raises:
        DataError: A synonym leads to a code no release has.
    """
    entries: dict[str, CodeEntry] = {}
    for book in books:
        for entry in book.iter_entries():
            entries.setdefault(entry.code, entry)
    phrases = _best_phrases(entries, lines)
    _write(phrases, heads(entries.values()), out)
    return len(phrases)


def heads(entries: Iterable[CodeEntry]) -> frozenset[str]:
    """The atoms that conditions are named by: of causes, encounters and histories none."""
    wordings = {wording for e in entries if e.code[0] not in "VWXYZ" for wording in (e.title, *e.inclusion_terms)}
    return frozenset(atom for wording in wordings if (atom := head(wording)))


class _Best:
    """For each set of atoms the code it says best."""

    def __init__(self) -> None:
        self.found: dict[frozenset[str], tuple[tuple[int, ...], str, PhraseSource]] = {}

    def offer(self, atoms: frozenset[str], rank: tuple[int, ...], code: str, source: PhraseSource) -> None:
        """Takes a way of saying a code, unless a better ranked one is said by the same atoms."""
        if not atoms or atoms <= _NOTHING_SAID:
            return
        if atoms not in self.found or (rank, code) < self.found[atoms][:2]:
            self.found[atoms] = (rank, code, source)


def _best_phrases(
    entries: Mapping[str, CodeEntry], lines: Iterable[IndexTerm]
) -> dict[frozenset[str], tuple[str, PhraseSource]]:
    best = _Best()
    for wording, code, priority in read_synonyms():
        if code not in entries:
            raise DataError(f"{wording!r} of the lexicon: no release has the code {code}")
        for written in dict.fromkeys((wording, in_capitals(wording))):
            atoms = frozenset(atom for token in terms().tokens(written) for atom in token.atoms)
            best.offer(atoms, (priority, written != wording), code, PhraseSource.SYNONYM)
    titles = {(entry.code[:3], entry.title.lower()) for entry in entries.values()}
    for entry in entries.values():
        if (entry.code[:3], _other_side(entry.title.lower())) not in titles or not _SIDED.search(entry.title):
            _offer_wordings(best, entry)
    for phrase in index_phrases(lines):
        if phrase.code in entries and _is_indexed(phrase):
            rank = (0, int(phrase.source), int(phrase.is_referred), len(phrase.code))
            best.offer(phrase.atoms, rank, phrase.code, phrase.source)
    _offer_eponyms(best)
    stopped, _ = _stops()
    found = {atoms: (code, source) for atoms, (_, code, source) in best.found.items() if atoms not in stopped}
    for wording, code in read_general_words():
        atoms = frozenset(atom for token in terms().tokens(wording) for atom in token.atoms)
        found.setdefault(atoms, (code, PhraseSource.GENERAL))
    return found


def _other_side(title: str) -> str:
    """A title with right for left and left for right: where that is a title too, the side is one that completes a code."""
    return _SIDED.sub(lambda match: "left" if match.group().lower() == "right" else "right", title)


_SIDED = re.compile(r"\b(?:right|left)\b", re.IGNORECASE)


def _offer_wordings(best: _Best, entry: CodeEntry) -> None:
    for source, wording in wordings(entry):
        parts = title_parts(wording)
        for atoms in filter(None, atom_sets(parts)):
            if _is_told(atoms, source, parts.vagueness, entry.code):
                rank = (parts.vagueness, int(source), 0 if entry.billable else 1, len(entry.code))
                code = _by_default(entry.code) if parts.vagueness else entry.code
                best.offer(atoms, rank, code, source if not parts.vagueness else PhraseSource(source + 2))


def _by_default(code: str) -> str:
    """The code for diabetes with a complication where its type is not stated: type 2 (I.C.4.a.2), not "other specified"."""
    return f"E11{code[3:]}" if code.startswith("E13") else code


def wordings(entry: CodeEntry) -> Iterator[tuple[PhraseSource, str]]:
    """What the classification itself calls a code, where a note would call it that.

    Causes (V to Y), encounters and histories (most of Z) have prose for titles: they are left to the synonyms.
    """
    category = entry.code[:3]
    if entry.code[0] in "VWXY" or len(entry.code) == _FULL_LENGTH or entry.code.startswith(_stops()[1]):
        return
    if (entry.code[0] == "Z" and category not in _STATES) or _MANIFESTATION.search(entry.title):
        return
    for source, wording in (
        (PhraseSource.TITLE, entry.title),
        *((PhraseSource.INCLUSION, term) for term in entry.inclusion_terms),
    ):
        yield source, wording
        for pair in _DOUBLE_NAME.findall(wording):
            yield PhraseSource.INCLUSION, pair
        for name in _BRACKETED_NAME.findall(wording):
            yield PhraseSource.INCLUSION, _BRACKETED.sub(" ", wording[wording.index("]") + 1 :]) + f" {name} disease"


def _is_told(atoms: frozenset[str], source: PhraseSource, vagueness: int, code: str) -> bool:
    """Whether a phrase of the classification says enough: one word does if it is a disease's name by its form."""
    if len(atoms) > 1:
        return not atoms <= _EMPTY_WORDS
    (atom,) = atoms
    return bool(_DISEASE_WORD.search(atom)) or (
        source is PhraseSource.TITLE and not vagueness and code[0] not in "OPSTZ"
    )


def _offer_eponyms(best: _Best) -> None:
    """Names that mean one disease are said without the noun ("Peyronie's"); not those that are people's or places' too."""
    codes: dict[str, set[str]] = {}
    for atoms, (_, code, _) in best.found.items():
        if len(atoms) == 2 and (names := atoms - _NOUNS) and len(names) == 1:  # noqa: PLR2004 - a name and its noun
            codes.setdefault(next(iter(names)), set()).add(code)
    known = {singular(name.lower()) for name in word_list("clinical_eponyms") | word_list("eponyms")}
    people = word_list("surnames") | word_list("first_names") | word_list("places")
    for name in sorted(known & codes.keys() - word_list("common_words")):
        if len({code[:3] for code in codes[name]}) == 1:
            source = PhraseSource.EPONYM if name in people else PhraseSource.INCLUSION
            best.offer(frozenset({name}), (0, int(PhraseSource.INCLUSION), 0, 0), min(codes[name]), source)


_MANIFESTATION = re.compile(r"\bin (?:other )?(?:\w+ )?diseases classified elsewhere", re.IGNORECASE)
"""In the title of a code that is never said by itself: the disease it comes with decides (I.A.13)."""

_NOUNS = frozenset({"disease", "syndrome"})
_DOUBLE_NAME = re.compile(r"^([A-Z][a-z\u00e0-\u00ff]+(?:-[A-Z][a-z\u00e0-\u00ff]+)+)(?:'s?)? (?:disease|syndrome)\b")
"""Two names or more are those of a disease without its noun too: "Kearns-Sayre"."""
_BRACKETED_NAME = re.compile(r"\[((?:de |van )?[A-Z][a-z\u00e0-\u00ff]{3,}[\w -]*)\]")
_BRACKETED = re.compile(r"\[[^\]]*\]")


def _is_indexed(phrase: IndexPhrase) -> bool:
    """Whether a path of the index says enough to be looked for: encounters and causes are prose, single words a lot else."""
    category = phrase.code[:3]
    if category[0] == "Z" and category not in _STATES:
        return False
    if len(phrase.atoms) > 1:
        told = phrase.atoms - _EMPTY_WORDS
        return bool(told) and (len(phrase.atoms) > _FEW or not phrase.atoms & word_set("weak_heads.txt"))
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
_FEW = 2


_NOTHING_SAID = frozenset({"left", "right", "bilateral", "without", "not", "no", "out", "up", "down", "new", "old", "other",
    "being", "cannot", "due", "day", "week", "month", "year", "more", "less", "very", "all", "again"})  # fmt: skip
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


def _write(
    phrases: Mapping[frozenset[str], tuple[str, PhraseSource]], heads: Container[str], out: Path | IO[bytes]
) -> None:
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
    if isinstance(out, Path):
        out.parent.mkdir(parents=True, exist_ok=True)
    with nullcontext(out) if not isinstance(out, Path) else out.open("wb") as file:
        np.savez_compressed(
            file,
            atoms=np.frombuffer("\n".join(atoms).encode(), dtype=np.uint8),
            codes=np.frombuffer("\n".join(codes).encode(), dtype=np.uint8),
            frequency=np.array([frequency[atom] for atom in atoms], dtype=np.int32),
            heads=np.array([atom in heads for atom in atoms], dtype=np.bool_),
            flat=np.array([number for numbers, _, _ in filed for number in numbers], dtype=np.int32),
            offsets=np.cumsum([0, *(len(numbers) for numbers, _, _ in filed)]).astype(np.int32),
            code_of=np.array([code for _, code, _ in filed], dtype=np.int32),
            source_of=np.array([source for _, _, source in filed], dtype=np.uint8),
            shelf_offsets=np.cumsum(shelf_sizes).astype(np.int32),
        )
