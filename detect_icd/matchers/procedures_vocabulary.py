"""Words of notes as atoms: different words and forms for the same thing become one."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from detect_icd.matchers.procedures_phrases import SMALL, Phrases, Word
from detect_icd.terms import TAG, american, singular
from redactphi.errors import RuleError

_WORD = re.compile(rf"(?P<tag>{TAG})|\b[a-z] ?& ?[a-z]\b|[a-z0-9]+(?:&[a-z0-9]+)*(?:['\u2019]s\b)?", re.IGNORECASE)
_JOINS = frozenset(" \t\r\n-/\u2010\u2011\u2013\u00a0'\u2019")
STOP = frozenset({"of", "the", "with", "and", "for", "by", "in", "to", "a", "an", "on", "from", "at", "via", "using"})
TABLES = ("same", "means", "kind", "also", "phrase", "short")
"""The tables of words, see procedure_words.toml."""


class Hit(NamedTuple):
    """An atom in the text."""

    start: int
    end: int
    atom: str


class _Form(NamedTuple):
    """A way of saying some atoms: its stems, how it must be written if in one case only, and the atoms."""

    stems: tuple[str, ...]
    exact: str
    atoms: tuple[str, ...]


_Shelf = dict[str, list[_Form]]
"""Forms that begin alike, by their second stem; those of one stem under nothing."""
_Shelves = dict[str, _Shelf | str]
"""Shelves by the first stem of their forms; packed ones are texts until a note has the stem."""


class Vocabulary:
    """Turns words into atoms: different words and forms for the same thing become one."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        if unknown := sorted(set(raw) - set(TABLES)):
            raise RuleError(f"procedure_words.toml: unknown keys {unknown}; valid: {', '.join(TABLES)}")
        self._stems: dict[str, str] = {}
        self._read: dict[str, tuple[str, bool]] = {}
        self._forms: _Shelves = {}
        # Forms that say something more and leave their words to the others.
        self._also: _Shelves = {}
        self._parts: set[str] = set()
        # Of each form added, whether it is read in one case only.
        self._added: dict[tuple[str, ...], list[bool]] = {}
        self._exact = frozenset(atom for atom, forms in raw["same"].items() if f"={atom.upper()}" in forms)
        for atom, forms in raw["same"].items():
            # An atom whose short form matters in its case is no word in any other: AVF, but not the lead aVF.
            for form in forms if atom in self._exact else (*forms, atom):
                self._add(form, (atom,))
        for form, atoms in raw["means"].items():
            self._add(form, tuple(atoms.split()))
        self._kinds: dict[str, tuple[str, ...]] = {}
        for kind, members in raw.get("kind", {}).items():
            self.learn(members)
            for atom in sorted({atom for member in members for atom in self.atoms(member)}):
                self._kinds[atom] = (*self._kinds.get(atom, ()), kind)
        for atom, forms in raw.get("also", {}).items():
            for form in forms:
                self._add_also(form, atom)
        _sort(self._forms)
        self._phrases = Phrases.of(raw.get("phrase", {}), self.stem)
        self._parts |= self._phrases.stems

    def to_packed(self) -> dict[str, Any]:
        """All it knows, for ``from_packed``."""
        return {
            "forms": _packed(self._forms),
            "also": _packed(self._also),
            "parts": sorted(self._parts),
            "exact": sorted(self._exact),
            "kinds": self._kinds,
            "phrases": self._phrases.to_packed(),
        }

    @classmethod
    def from_packed(cls, raw: Mapping[str, Any]) -> Self:
        """A vocabulary as it was packed; it learns no more."""
        found = cls({"same": {}, "means": {}})
        found._forms, found._also = dict(raw["forms"]), dict(raw["also"])
        found._parts.update(raw["parts"])
        found._exact = frozenset(raw["exact"])
        found._kinds.update((atom, tuple(kinds)) for atom, kinds in raw["kinds"].items())
        found._phrases = Phrases.from_packed(raw["phrases"])
        return found

    def _add(self, form: str, atoms: tuple[str, ...]) -> None:
        written = form.removeprefix("=")
        stems = tuple(self.stem(match.group()) for match in _WORD.finditer(written.replace("_", " ")))
        known = _alike(self._forms, stems)
        same = self._added.setdefault(stems, [])
        exact = form.startswith("=")
        if not any(same) and (exact or not same):
            known.append(_Form(stems, written if exact else "", atoms))
            same.append(exact)
        self._parts.update(stems)
        self._read.clear()

    def _add_also(self, form: str, atom: str) -> None:
        if "_" not in atom:
            raise RuleError(f"procedure words: also/{atom}: a name with _, for words alone do not state it")
        written = form.removeprefix("=")
        stems = tuple(self.stem(match.group()) for match in _WORD.finditer(written))
        _alike(self._also, stems).append(_Form(stems, written if form.startswith("=") else "", (atom,)))
        self._parts.update(stems)

    def shorten(self, short: Mapping[str, str]) -> None:
        """Makes short forms state all that the words they stand for do, beside what they mean else; once all words are known.

        Args:
            short: Short form -> the words it stands for.
        """
        said = {form: tuple(dict.fromkeys(hit.atom for hit in self.scan(words))) for form, words in short.items()}
        for form, atoms in said.items():
            if not atoms:
                raise RuleError(f"procedure words: short/{form}: none of {short[form]!r} is a word of the lexicon")
            written = form.removeprefix("=")
            stems = tuple(self.stem(match.group()) for match in _WORD.finditer(written))
            _alike(self._also, stems).append(_Form(stems, written if form.startswith("=") else "", atoms))
            self._parts.update(stems)
        self._read.clear()

    @functools.cached_property
    def phrased(self) -> frozenset[str]:
        """The atoms that only a phrase states."""
        return self._phrases.atoms

    def stem(self, word: str) -> str:
        """The stem of a word, whatever its case, spelling and number."""
        found = self._stems.get(word)
        if found is None:
            if len(self._stems) > 200_000:  # noqa: PLR2004 - words of a million notes need a bound
                self._stems.clear()
            bare = word.lower().replace(" ", "").replace("\u2019", "'").removesuffix("'s")
            found = self._stems[word] = singular(american(bare))
        return found

    def learn(self, phrases: Iterable[str]) -> None:
        """Makes every word of these phrases an atom of its own, unless it is one already."""
        self._read.clear()
        for phrase in phrases:
            plain = " ".join(word for word in phrase.replace("|", " ").split() if not self._is_atom(word))
            for match in _WORD.finditer(plain):
                stem = self.stem(match.group())
                same = self._added.setdefault((stem,), [])
                if stem not in STOP and all(same):
                    same.append(False)
                    _alike(self._forms, (stem,)).append(_Form((stem,), "", (stem,)))
                    self._parts.add(stem)

    def atoms(self, phrase: str) -> frozenset[str]:
        """The atoms a phrase of the lexicon states; a word with ``_`` is an atom by name."""
        named = [word for word in phrase.split() if self._is_atom(word)]
        rest = " ".join(word for word in phrase.split() if not self._is_atom(word))
        return frozenset((*named, *(hit.atom for hit in self._by_form(rest, self._words(rest), of_lexicon=True))))

    def _is_atom(self, word: str) -> bool:
        return "_" in word or word in self._exact

    def scan(self, text: str) -> list[Hit]:
        """The atoms in a text, in order; of forms that start alike the longest wins, and phrases stand beside them."""
        words = self._words(text)
        hits = self._by_form(text, words)
        counting = [word for word in words if word.stem not in SMALL]
        if phrases := [_hit(Hit, found) for found in self._phrases.scan(text, counting)]:
            hits = sorted((*hits, *phrases), key=lambda hit: hit.start)
        return hits

    def _words(self, text: str) -> list[Word]:
        read = self._read
        words: list[Word] = []
        order = 0
        new = tuple.__new__
        for number, match in enumerate(_WORD.finditer(text)):
            written = match.group()
            stem, counts = read.get(written) or self._part(written)
            if stem and not match.lastgroup:
                # A named tuple's own constructor is a function of Python, and this is done for each word.
                words.append(new(Word, (number, *match.span(), stem, order)))
            order += counts
        return words

    def _by_form(self, text: str, words: Sequence[Word], *, of_lexicon: bool = False) -> list[Hit]:
        """The atoms by forms; a phrase of the lexicon asks for what it says, and not for the kinds of it."""
        kinds: Mapping[str, tuple[str, ...]] = {} if of_lexicon else self._kinds
        also: _Shelves = {} if of_lexicon else self._also
        forms = self._forms
        hits: list[Hit] = []
        free = speaking = 0
        starts: Mapping[str, int]
        is_moved = False
        for position, (_, start, _, stem, _) in enumerate(words):
            if position >= free and stem in forms and (form := _longest(text, words, position, forms)) is not None:
                free = position + len(form.stems)
                speaking = speaking if form.atoms else free
                end = words[free - 1].end
                if stem in _DENIALS:
                    # "no stent" says of the stent that there is none: the word by itself stands behind what denies it.
                    starts = {each.stem: each.start for each in words[position + 1 : free]}
                    is_moved = is_moved or any(starts.get(atom, start) != start for atom in form.atoms)
                else:
                    starts = _NO_STARTS
                for atom in form.atoms:
                    place = starts.get(atom, start)
                    hits.append(_hit(Hit, (place, end, atom)))
                    if atom in kinds:
                        hits.extend([_hit(Hit, (place, end, each)) for each in kinds[atom]])
            if position >= speaking and stem in also:
                for form in _stated(text, words, position, also):
                    end = words[position + len(form.stems) - 1].end
                    hits.extend([_hit(Hit, (start, end, atom)) for atom in form.atoms])
        if is_moved and also:
            hits.sort(key=lambda hit: hit.start)
        return hits

    def _part(self, word: str) -> tuple[str, bool]:
        """The stem of a word that forms have, else nothing, and whether it counts for phrases; remembered for the next."""
        stem = self.stem(word)
        if len(self._read) > 200_000:  # noqa: PLR2004 - as above
            self._read.clear()
        found = self._read[word] = stem if stem in self._parts else "", word.lower() not in SMALL
        return found


_DENIALS = frozenset({"no", "not", "never", "without", "nor"})
"""Words with which a form begins that says of its own words that they are not so."""
_NO_STARTS: Mapping[str, int] = {}


_hit = tuple.__new__
"""Makes a hit: a named tuple's own constructor is a function of Python, and this is done for each word."""


def _longest(text: str, words: Sequence[Word], position: int, shelves: _Shelves) -> _Form | None:
    """The first form that ``_stated`` gives."""
    word = words[position]
    shelf = shelves[word.stem]
    if isinstance(shelf, str):
        shelf = _shelf(shelves, word.stem) or {}
    if position + 1 < len(words):
        second = words[position + 1]
        if second.number == word.number + 1 and (longer := shelf.get(second.stem)) is not None:
            for form in longer:
                if _here(text, words, position, form):
                    return form
    for form in shelf.get("", ()):
        if not form.exact or text[word.start : word.end] == form.exact:
            return form
    return None


def _stated(text: str, words: Sequence[Word], position: int, shelves: _Shelves) -> Iterator[_Form]:
    """The forms of these shelves that the words from a position on are."""
    word = words[position]
    shelf = _shelf(shelves, word.stem)
    if shelf is None:
        return
    if position + 1 < len(words) and words[position + 1].number == word.number + 1:
        for form in shelf.get(words[position + 1].stem, ()):
            if _here(text, words, position, form):
                yield form
    for form in shelf.get("", ()):
        if not form.exact or text[word.start : word.end] == form.exact:
            yield form


def _here(text: str, words: Sequence[Word], position: int, form: _Form) -> bool:
    """Whether a form of several words stands there."""
    first, last = words[position], position + len(form.stems) - 1
    if last >= len(words) or words[last].number != first.number + len(form.stems) - 1:
        return False
    before = first
    for step, stem in enumerate(form.stems[1:], 1):
        word = words[position + step]
        if word.stem != stem or not _JOINS.issuperset(text[before.end : word.start]):
            return False
        before = word
    return not form.exact or text[first.start : before.end] == form.exact


def _alike(shelves: _Shelves, stems: tuple[str, ...]) -> list[_Form]:
    """The forms of the same first two stems."""
    first, second, *_ = (*stems, "", "")
    shelves.setdefault(first, {})
    shelf = _shelf(shelves, first)
    assert shelf is not None
    return shelf.setdefault(second, [])


def _shelf(shelves: _Shelves, stem: str) -> _Shelf | None:
    """The forms of a first stem, unpacked the first time."""
    found = shelves.get(stem)
    if not isinstance(found, str):
        return found
    shelf: _Shelf = {}
    for stems, exact, atoms in json.loads(found):
        second = stems[1] if len(stems) > 1 else ""
        shelf.setdefault(second, []).append(_Form(tuple(stems), exact, tuple(atoms)))
    shelves[stem] = shelf
    return shelf


def _sort(shelves: _Shelves) -> None:
    """Puts the longest forms first, and those in one case only before the others."""
    for stem in shelves:
        for known in (_shelf(shelves, stem) or {}).values():
            known.sort(key=lambda form: (-len(form.stems), not form.exact))


def _packed(shelves: _Shelves) -> dict[str, str]:
    """Each shelf as a text of its own."""
    found = {stem: (_shelf(shelves, stem) or {}).values() for stem in shelves}
    return {
        stem: json.dumps([[form.stems, form.exact, form.atoms] for known in shelf for form in known])
        for stem, shelf in found.items()
    }
