"""What a note's words say of operations: atoms, the clauses they stand in, and what each clause is."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple, Self

from detect_icd.matchers.procedures_phrases import SMALL, Phrases, Word
from detect_icd.sections import Section
from detect_icd.terms import TAG, american, sentences, singular
from redactphi.errors import RuleError

_WORD = re.compile(rf"(?P<tag>{TAG})|\b[a-z] ?& ?[a-z]\b|[a-z0-9]+(?:&[a-z0-9]+)*(?:['\u2019]s\b)?", re.IGNORECASE)
_JOINS = frozenset(" \t\r\n-/\u2010\u2011\u2013\u00a0'\u2019")
_STOP = frozenset({"of", "the", "with", "and", "for", "by", "in", "to", "a", "an", "on", "from", "at", "via", "using"})
_NARRATIVE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|then|underwent|brought|taken|identified|performed in|be|revealed|showed|demonstrated|noted|tolerated|we|he|she|patient's)\b|\bI (?=[a-z])"
)
_ITEM = re.compile(r"\s*(?:\(?\d{1,2}[.)]|[-*\u2022#])")
_BLANK = re.compile(r"\n[ \t]*\r?\n")
_TITLE_HEADING = re.compile(r"\b(?:procedures?|operations?|surger(?:y|ies)|operative|surgical)\b", re.IGNORECASE)
_ACCOUNT_HEADING = re.compile(
    r"\b(?:descri\w+|details?|report|technique|narrative|note|steps|dictation|detailed)\b", re.IGNORECASE
)
_OTHER_HEADING = re.compile(
    r"\b(?:indications?|plan\w*|pre\W?op\w*|post\W?op\w*|histor\w+|reasons?|consent\w*|diagnos\w+|findings?|compl\w+|after|prior|past|"
    r"previous|scheduled|proposed|anticipated|date|time|risks?|instructions?|recommend\w*|follow\w*|medications?|allerg\w*|review|labor\w*|referr\w*|equipment|instruments?)\b",
    re.IGNORECASE,
)
TABLES = ("same", "means", "kind", "also", "phrase")
"""The tables of words, see procedure_words.toml."""
_EARLIER = frozenset({"past_surgical_history"})
_LONGEST_LIST = 8000
_WRAPPED = 60
"""A heading's own line at least this long may go on in the next."""


class Hit(NamedTuple):
    """An atom in the text."""

    start: int
    end: int
    atom: str


class Role(IntEnum):
    """What a clause tells of an operation; the higher, the more it says that it was done."""

    ASIDE = 0
    """History, plan, indication: not what was done."""
    FINDING = 1
    """Diagnoses and findings: they qualify an operation, and name none."""
    BODY = 2
    """The account of what was done."""
    TITLE = 3
    """An item of the list of operations."""


_ROLES = {
    "procedure_performed": Role.TITLE, "billing": Role.TITLE,
    "procedure_description": Role.BODY, "": Role.BODY,
    "hospital_course": Role.ASIDE,
    "findings": Role.FINDING, "postoperative_diagnosis": Role.FINDING, "preoperative_diagnosis": Role.FINDING,
    "operative_data": Role.FINDING, "anesthesia": Role.FINDING, "complications": Role.FINDING,
    "assessment": Role.FINDING, "pathology": Role.FINDING, "imaging": Role.FINDING,
}  # fmt: skip
_ONE_LINE = frozenset(
    {"indication", "anesthesia", "operative_data", "complications", "preoperative_diagnosis",
     "postoperative_diagnosis", "chief_complaint", "medications", "allergies"}
)  # fmt: skip
"""Headings that, with their value on the same line, end with it: what follows is the account."""


@dataclass(slots=True)
class Clause:
    """A sentence, or an item of a list, with the atoms in it."""

    start: int
    end: int
    role: Role
    section: str
    hits: list[Hit] = field(default_factory=list)
    atoms: dict[str, list[Hit]] = field(default_factory=dict)
    named: bool = False
    """Whether it names an operation itself."""

    def add(self, hits: Iterable[Hit]) -> None:
        """Takes in atoms."""
        for hit in hits:
            self.hits.append(hit)
            self.atoms.setdefault(hit.atom, []).append(hit)


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
                if stem not in _STOP and all(same):
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
            opens = {stems[0] for stems in self._also}
            hits.extend(
                Hit(words[position][1], words[position + len(form.stems) - 1][2], form.atoms[0])
                for position in range(len(words))
                if words[position].stem in opens and position not in silent
                for form in self._stated(text, words, position, self._also)
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


def clauses(text: str, sections: Sequence[Section], hits: Sequence[Hit]) -> list[Clause]:
    """The clauses of a note that hold atoms, in order, with what each is."""
    starts = [hit.start for hit in hits]
    found: list[Clause] = []
    operated = any(section.name == "postoperative_diagnosis" for section in sections)
    for section in sections:
        low = bisect.bisect_left(starts, _told_from(text, section, operated=operated))
        high = bisect.bisect_left(starts, section.end)
        if low < high:
            found.extend(_clauses_of(text, section, hits[low:high], operated=operated))
    return found


def _clauses_of(text: str, section: Section, hits: Sequence[Hit], *, operated: bool) -> Iterator[Clause]:
    role = _role(text, section, operated=operated)
    value_end = _value_end(text, section)
    number, told = 0, False
    begin = _told_from(text, section, operated=operated)
    for low, high in sentences(text[begin : section.end]):
        start, end = begin + low, begin + high
        first = number
        while number < len(hits) and hits[number].start < end:
            number += 1
        if first == number:
            continue
        own = role
        if role is Role.TITLE and (_is_account(text, start, end, value_end) or (told and not _listed(text, start))):
            own, told = Role.BODY, True
        elif start >= value_end and section.name in _ONE_LINE:
            own = Role.BODY
        clause = Clause(start, end, own, section.name)
        clause.add(hits[first:number])
        yield clause


def _told_from(text: str, section: Section, *, operated: bool) -> int:
    """Where a section begins to tell: a heading that is none of ours, as "left knee scope:", is a part of the account."""
    own = not section.name and _role(text, section, operated=operated) is Role.BODY
    return section.heading if own else section.start


def lists(found: Sequence[Clause]) -> list[Clause]:
    """Each list of operations that has several items, as one clause."""
    merged: list[Clause] = []
    previous: Clause | None = None
    for clause in found:
        if previous is not None and clause.role is previous.role is Role.TITLE and clause.section == previous.section:
            if not merged or merged[-1].end != previous.end or clause.end - merged[-1].start > _LONGEST_LIST:
                merged.append(Clause(previous.start, previous.end, Role.TITLE, previous.section))
                merged[-1].add(previous.hits)
            merged[-1].end = clause.end
            merged[-1].add(clause.hits)
        previous = clause
    return merged


def _role(text: str, section: Section, *, operated: bool) -> Role:
    """What a section tells; in the report of an operation "operations" are those reported."""
    heading = text[section.heading : section.start]
    if section.name in _EARLIER and operated and _TITLE_HEADING.match(heading.strip(" \t#*-")):
        return Role.TITLE
    if section.name or section.heading == section.start:
        return _ROLES.get(section.name, Role.ASIDE)
    if _TITLE_HEADING.search(heading) and not _OTHER_HEADING.search(heading):
        return Role.BODY if _ACCOUNT_HEADING.search(heading) else Role.TITLE
    return Role.BODY if not _OTHER_HEADING.search(heading) else Role.ASIDE


def _listed(text: str, start: int) -> bool:
    """Whether a clause is an item of a list."""
    return _ITEM.match(text, start) is not None


def _is_account(text: str, start: int, end: int, value_end: int) -> bool:
    piece = text[start:end]
    if _NARRATIVE.search(piece) or (piece.isupper() and _NARRATIVE.search(piece.lower())):
        return True
    return start >= value_end and not _listed(text, start)


def _value_end(text: str, section: Section) -> int:
    """Where the value that stands on the heading's own line ends; the section's end where none stands there."""
    line_end = text.find("\n", section.start, section.end)
    if line_end < 0 or not text[section.start : line_end].strip():
        blank = _BLANK.search(text, line_end + 1, section.end) if line_end >= 0 and section.name in _ROLES else None
        return section.end if blank is None or not text[section.start : blank.start()].strip() else blank.end()
    if section.name in _ONE_LINE and line_end - section.heading < _WRAPPED:
        return line_end
    blank = _BLANK.search(text, section.start, section.end)
    return section.end if blank is None else blank.start()
