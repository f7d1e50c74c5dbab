"""What a note denies in a word that says too little to be looked for anywhere else: "No CIS.", "Not a mole.", "meniscus intact".

A word that is denied reports nothing, so that it may be one that would fire everywhere: what titles name conditions by, and any
word of a condition the note speaks of ("No emergency" beside a hypertensive urgency). Read at denials only, and last: what it
finds is evidence and changes nothing.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from detect_icd.assertion import Assertion, Passage
from detect_icd.candidates import Candidate, Status
from detect_icd.coding import icd10cm
from detect_icd.matchers.completion import complete
from detect_icd.matchers.index import PhraseIndex, phrase_index
from detect_icd.matchers.phrases import read_denied_words
from detect_icd.ready import read_toml
from detect_icd.sections import Section, section_at
from detect_icd.terms import Token, terms, word_set
from redactphi.resources import data
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook
    from detect_icd.matchers.attributes import Sentence

RULE = "dictionary/denied"
_SCORE = 0.3
_CATEGORY = 3
_MOST_WORDS = 4
"""Words of what is denied; more are a clause."""

_MOST_UNSAID = 3
"""Words of a phrase that are left to be understood, at most."""

_MOST_UNSAID_ALONE = 1
"""The same of a single word that titles name nothing by: "no herpes"."""

_MOST_UNSAID_HERE = 6
"""The same where the note speaks of the condition: "not squamous" beside a basal cell carcinoma of skin."""

_STATUSES = frozenset({Status.NEGATED, Status.HYPOTHETICAL})

_SOUND = re.compile(
    r"\s*:?\s*(?:(?:is|are|was|were|both|all|appears?|looks?|remains?) )*(?:intact|normal|spared|preserved|clear|uninvolved|unaffected|nl|wnl|in continuity)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\b(?:no|not|never|nor|or|without)\s+(?:an?\s+|the\s+)?$", re.IGNORECASE)
_BREAK = re.compile(r"[,;:()\[\]/\n=>.]|\s[-\u2013]\s")


_NOUNS = frozenset({"disease", "disorder", "syndrome", "condition"})
"""Nouns that name no condition by themselves."""


@functools.cache
def _words(name: str) -> frozenset[str]:
    """A list of ``denied.toml``."""
    return frozenset(read_toml(data("detect_icd") / "denied.toml")[name].split())


class _Words(NamedTuple):
    """Words that may be denied: where they stand, what they say, whether as something sound or right behind a "no"."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    is_sound: bool
    is_next: bool


class _Meaning(NamedTuple):
    """What words stand for: a code of the index, how many words of its phrase are not said, and those that are."""

    code: str
    unsaid: int
    atoms: frozenset[str]


def denied(
    note: str, read: Sequence[Sentence], sections: Sequence[Section], found: Sequence[Candidate], book: CodeBook
) -> list[Candidate]:
    """What the note denies, or warns of, in words that no candidate was found by.

    Args:
        note: The whole note.
        read: Its sentences as they were read.
        sections: Its sections.
        found: All candidates: what they were found by is not read again, and what they are of tells what is meant.
        book: The release in force.
    """
    taken = sorted((span.start, span.end) for one in found for span in one.evidence if span.label != "status")
    codes = {icd10cm.compact(one.coding.code) for one in found if one.status not in _STATUSES}
    meanings = _Meanings(
        phrase_index(),
        frozenset(code[:_CATEGORY] for code in codes),
        frozenset(code[:1] for code in codes if code[:1] not in "VWXYZ"),
    )
    known = _words("denials")
    candidates: list[Candidate] = []
    for sentence in read:
        denials = [(token.start, token.end) for token in sentence.tokens if token.word in known]
        if not denials:
            continue
        passage: Passage | None = None
        for words in _groups(note, sentence):
            if not _is_near(words, denials) or _is_taken(words, taken) or (meant := meanings.of(words)) is None:
                continue
            if passage is None:
                bounds = sentence.start, sentence.end
                passage = Passage(note, bounds, section_at(sections, bounds[0]).name)
            said = passage.assess(words.start, words.end, meant.code)
            if said.status not in _STATUSES:
                if not words.is_sound:
                    continue
                said = Assertion(Status.NEGATED, None, "sound")
            if said.cue is None and not words.is_sound:
                continue
            if (one := _candidate(words, meant, said, passage.section, book)) is not None:
                candidates.append(one)
    return candidates


def _is_near(words: _Words, denials: Sequence[tuple[int, int]]) -> bool:
    """Whether a denial stands near enough to be said of the words."""
    place = bisect_right(denials, (words.start, 0))
    before = place > 0 and words.start - denials[place - 1][1] <= _REACH
    return before or (place < len(denials) and denials[place][0] - words.end <= _REACH_BACK)


_REACH, _REACH_BACK = 100, 40
"""Characters between a denial and what it denies, after and before it."""


def _is_taken(words: _Words, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether something else was found by some of the words."""
    place = bisect_right(taken, (words.end, 0))
    return any(start < words.end and words.start < end for start, end in taken[max(0, place - _OVERLAPPING) : place])


_OVERLAPPING = 12
"""Evidence before a place that may reach over it."""


def _groups(note: str, sentence: Sentence) -> Iterator[_Words]:
    """The words of a sentence that stand together, without those that link them to others."""
    links = _words("links")
    group: list[Token] = []
    for token in sentence.tokens:
        is_linked = token.word in links or not token.atoms
        if group and (is_linked or _BREAK.search(note, group[-1].end, token.start)):
            yield from _group(note, group)
            group = []
        if not is_linked:
            group.append(token)
    yield from _group(note, group)


def _group(note: str, tokens: list[Token]) -> Iterator[_Words]:
    while len(tokens) > 1 and (tokens[-1].word in _words("trailers") or tokens[-1].word.endswith(("ed", "ly"))):
        tokens = tokens[:-1]
    tokens = tokens[-_MOST_WORDS:]
    if tokens:
        end = tokens[-1].end
        start = tokens[0].start
        is_sound = _SOUND.match(note, end) is not None
        yield _Words(start, end, tuple(tokens), is_sound, _NO.search(note, max(0, start - 16), start) is not None)


def _candidate(words: _Words, meant: _Meaning, said: Assertion, section: str, book: CodeBook) -> Candidate | None:
    entry = complete(book, meant.code, meant.atoms, meant.atoms)
    if entry is None:
        return None
    mention = Span(words.start, words.end, "mention", _SCORE, RULE)
    return Candidate(
        coding=entry.coding,
        evidence=(mention,) if said.cue is None else (mention, said.cue),
        status=said.status,
        section=section,
        score=_SCORE,
        rules=(RULE, f"status/{said.rule}"),
    )


@dataclass(frozen=True, slots=True)
class _Meanings:
    """What words stand for in a note that speaks of conditions of these categories and chapters."""

    index: PhraseIndex
    categories: frozenset[str]
    chapters: frozenset[str]

    def of(self, words: _Words) -> _Meaning | None:
        """The meaning of the words, of the last of them if not of all; of a sound part an injury or a disease of it."""
        known, none = _listed()
        last = words.tokens[-1]
        if (code := known.get(last.word)) is not None:
            return _Meaning(code, 0, frozenset(last.atoms))
        is_part = not word_set("body_parts.txt").isdisjoint(last.atoms) or last.word in word_set("anatomy.txt")
        if not none.isdisjoint(last.atoms) or (is_part and not words.is_sound):
            return None
        is_named = is_part or (not words.is_sound and not self.index.heads.isdisjoint(last.atoms))
        if not (is_named or words.is_sound or words.is_next):
            return None
        for first in range(len(words.tokens)):
            atoms = frozenset(atom for token in words.tokens[first:] for atom in token.atoms)
            if atoms <= _NOUNS:
                return None
            found = _found(self.index, atoms)
            if found is not None and (meant := self._nearest(found, words, is_named=is_named)) is not None:
                return meant
        return None

    def _nearest(self, found: _Found, words: _Words, *, is_named: bool) -> _Meaning | None:
        """What is meant of what words may mean: a condition the note speaks of before one of its chapter and any other."""
        here = [found.categories[category] for category in self.categories if category in found.categories]
        if here:
            return min(here, key=_rank)
        is_alone = len(words.tokens) == 1
        if not (is_named or is_alone) or (words.is_sound and is_alone and words.tokens[-1].word in _words("examined")):
            return None
        most = _MOST_UNSAID if is_named else _MOST_UNSAID_ALONE
        near = [found.chapters[chapter] for chapter in self.chapters if chapter in found.chapters]
        meant = min(near, key=_rank, default=found.best)
        meant = meant if meant.unsaid <= _MOST_UNSAID else found.best
        return meant if meant.unsaid <= most else None


def _rank(meaning: _Meaning) -> tuple[int, str]:
    return meaning.unsaid, meaning.code


@functools.cache
def _listed() -> tuple[dict[str, str], frozenset[str]]:
    """The words of the list with their codes, and the atoms that name no condition."""
    known: dict[str, str] = {}
    none: set[str] = set()
    for word, code in read_denied_words():
        if code == "-":
            none.update(atom for token in terms().tokens(word) for atom in token.atoms)
        else:
            known[word.lower()] = code
    return known, frozenset(none)


class _Found(NamedTuple):
    """The phrases that say some words: the closest of each category and chapter, and of all."""

    categories: dict[str, _Meaning]
    chapters: dict[str, _Meaning]
    best: _Meaning


@functools.lru_cache(maxsize=20_000)
def _found(index: PhraseIndex, atoms: frozenset[str]) -> _Found | None:
    """The phrases that say all of some words and little more; None where there is none."""
    numbers = sorted(number for atom in atoms if (number := index.number(atom)) is not None)
    if len(numbers) < len(atoms):
        return None
    postings = _postings(index)
    shared = functools.reduce(np.intersect1d, [postings.of(number) for number in numbers])
    lengths = np.diff(index.offsets)[shared]
    categories: dict[str, _Meaning] = {}
    chapters: dict[str, _Meaning] = {}
    for phrase in shared[lengths <= len(atoms) + _MOST_UNSAID_HERE].tolist():
        said, code, _ = index.phrase(phrase)
        if code[0] in "VWXYZ":
            continue
        meaning = _Meaning(code, len(said) - len(atoms), said)
        for table, key in ((categories, code[:_CATEGORY]), (chapters, code[:1])):
            if key not in table or _rank(meaning) < _rank(table[key]):
                table[key] = meaning
    return _Found(categories, chapters, min(chapters.values(), key=_rank)) if chapters else None


class _Postings:
    """The phrases each atom stands in, by its number."""

    def __init__(self, index: PhraseIndex) -> None:
        phrases = np.repeat(np.arange(len(index), dtype=np.int32), np.diff(index.offsets))
        order = np.argsort(index.flat, kind="stable")
        self._phrases = phrases[order]
        self._starts = np.searchsorted(index.flat[order], np.arange(len(index.atoms) + 1))

    def of(self, number: int) -> npt.NDArray[np.int32]:
        """The phrases of an atom, in order."""
        return self._phrases[self._starts[number] : self._starts[number + 1]]


@functools.lru_cache(maxsize=2)
def _postings(index: PhraseIndex) -> _Postings:
    return _Postings(index)
