"""Words of notes as atoms: different words and forms for the same thing become one."""

from __future__ import annotations

import functools
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


class _Token(NamedTuple):
    """A word of a text that some form has: which word it is, where, its stem, and how many that count stand before it."""

    number: int
    start: int
    end: int
    stem: str
    order: int


class Vocabulary:
    """Turns words into atoms: different words and forms for the same thing become one."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        if unknown := sorted(set(raw) - set(TABLES)):
            raise RuleError(f"procedure_words.toml: unknown keys {unknown}; valid: {', '.join(TABLES)}")
        self._stems: dict[str, str] = {}
        self._read: dict[str, str] = {}
        # By the first two stems of a form, or the one it has.
        self._forms: dict[tuple[str, ...], list[_Form]] = {}
        # Forms that say something more and leave their words to the others.
        self._also: dict[tuple[str, ...], list[_Form]] = {}
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
        for known in self._forms.values():
            known.sort(key=lambda item: (-len(item.stems), not item.exact))
        self._phrases = Phrases.of(raw.get("phrase", {}), self.stem)
        self._parts |= self._phrases.stems

    def to_packed(self) -> dict[str, Any]:
        """All it knows, for ``from_packed``."""
        forms = [[form.stems, form.exact, form.atoms] for known in self._forms.values() for form in known]
        also = [[form.stems, form.exact, form.atoms] for known in self._also.values() for form in known]
        return {
            "forms": forms,
            "also": also,
            "parts": sorted(self._parts),
            "exact": sorted(self._exact),
            "kinds": self._kinds,
            "phrases": self._phrases.to_packed(),
        }

    @classmethod
    def from_packed(cls, raw: Mapping[str, Any]) -> Self:
        """A vocabulary as it was packed; it learns no more."""
        found = cls({"same": {}, "means": {}})
        for shelf, packed in ((found._forms, raw["forms"]), (found._also, raw["also"])):
            for stems, exact, atoms in packed:
                shelf.setdefault(tuple(stems[:2]), []).append(_Form(tuple(stems), exact, tuple(atoms)))
        found._parts.update(raw["parts"])
        found._exact = frozenset(raw["exact"])
        found._kinds.update((atom, tuple(kinds)) for atom, kinds in raw["kinds"].items())
        found._phrases = Phrases.from_packed(raw["phrases"])
        return found

    def _add(self, form: str, atoms: tuple[str, ...]) -> None:
        written = form.removeprefix("=")
        stems = tuple(self.stem(match.group()) for match in _WORD.finditer(written.replace("_", " ")))
        known = self._forms.setdefault(stems[:2], [])
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
        self._also.setdefault(stems[:2], []).append(_Form(stems, written if form.startswith("=") else "", (atom,)))
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
            self._also.setdefault(stems[:2], []).append(_Form(stems, written if form.startswith("=") else "", atoms))
            self._parts.update(stems)
        self._read.clear()
        self.__dict__.pop("_also_opens", None)

    @functools.cached_property
    def _also_opens(self) -> frozenset[str]:
        return frozenset(stems[0] for stems in self._also)

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
                    self._forms.setdefault((stem,), []).append(_Form((stem,), "", (stem,)))
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
        counting = [Word(word.order, word.start, word.end, word.stem) for word in words if word.stem not in SMALL]
        if phrases := [Hit(*found) for found in self._phrases.scan(text, counting)]:
            hits = sorted((*hits, *phrases), key=lambda hit: hit.start)
        return hits

    def _words(self, text: str) -> list[_Token]:
        read = self._read
        words: list[_Token] = []
        order = 0
        for number, match in enumerate(_WORD.finditer(text)):
            word = match.group()
            stem = read.get(word)
            if stem is None:
                stem = self._part(word)
            if stem and not match.lastgroup:
                words.append(_Token(number, match.start(), match.end(), stem, order))
            order += word.lower() not in SMALL
        return words

    def _by_form(self, text: str, words: Sequence[_Token], *, of_lexicon: bool = False) -> list[Hit]:
        """The atoms by forms; a phrase of the lexicon asks for what it says, and not for the kinds of it."""
        kinds: Mapping[str, tuple[str, ...]] = {} if of_lexicon else self._kinds
        hits: list[Hit] = []
        silent: set[int] = set()
        position = 0
        while position < len(words):
            form = next(self._stated(text, words, position, self._forms), None)
            if form is not None:
                silent.update(range(position, position + len(form.stems)) if not form.atoms else ())
                start, end = words[position][1], words[position + len(form.stems) - 1][2]
                named = (*form.atoms, *(kind for atom in form.atoms for kind in kinds.get(atom, ())))
                hits.extend(Hit(start, end, atom) for atom in named)
            position += len(form.stems) if form else 1
        if not of_lexicon and self._also:
            opens = self._also_opens
            hits.extend(
                Hit(words[position][1], words[position + len(form.stems) - 1][2], atom)
                for position in range(len(words))
                if words[position].stem in opens and position not in silent
                for form in self._stated(text, words, position, self._also)
                for atom in form.atoms
            )
            hits.sort(key=lambda hit: hit.start)
        return hits

    def _stated(
        self,
        text: str,
        words: Sequence[_Token],
        position: int,
        shelves: Mapping[tuple[str, ...], Sequence[_Form]],
    ) -> Iterator[_Form]:
        """The forms of these shelves that the words from a position on are."""
        stem = words[position][3]
        following = words[position + 1][3] if position + 1 < len(words) else ""
        for form in (*shelves.get((stem, following), ()), *shelves.get((stem,), ())):
            last = position + len(form.stems) - 1
            if self._here(text, words, position, form.stems) and (
                not form.exact or text[words[position][1] : words[last][2]] == form.exact
            ):
                yield form

    def _part(self, word: str) -> str:
        """The stem of a word that forms have, else nothing; remembered, for most words have none."""
        stem = self.stem(word)
        if len(self._read) > 200_000:  # noqa: PLR2004 - as above
            self._read.clear()
        found = self._read[word] = stem if stem in self._parts else ""
        return found

    @staticmethod
    def _here(text: str, words: Sequence[_Token], position: int, form: tuple[str, ...]) -> bool:
        if position + len(form) > len(words):
            return False
        for step, stem in enumerate(form):
            number, start, _, found, _ = words[position + step]
            if found != stem:
                return False
            if step and (
                number != words[position][0] + step
                or not _JOINS.issuperset(text[words[position + step - 1][2] : start])
            ):
                return False
        return True
