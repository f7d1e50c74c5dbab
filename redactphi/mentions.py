"""Finds every mention of known names and phrases in a text, in any case, in one Aho-Corasick scan."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import regex
from ahocorasick_rs import AhoCorasick, Implementation

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.spans import Span

_JOIN = regex.compile(r"[\s]{0,2},?[\s'’\"“”()-]{0,2}(?:\p{Lu}\.?[\s]{1,2})?")
_MIDDLE = regex.compile(r"[ \t]\p{Lu}\b\.?(?!['’\p{L}])")
_NOUN = regex.compile(r"(?:['’]?s?)[ \t-]+(\p{L}+)(?:[ \t-]+(\p{L}+))?")
_TITLE = regex.compile(r"(?i)(?:\b(?:mr|mrs|ms|miss|mx|dr|drs|doctor|prof|nurse)\b\.?)[ \t]*$")
_TITLE_ENDS = frozenset({"mr", "rs", "ms", "ss", "mx", "dr", "or", "of", "se"})
_SENTENCE_START = regex.compile(r"(?:^|[.!?:;\n•*]|^[ \t]*[-–\d.)]+)[\s\"'“(\[]*$")
_LINE_START = regex.compile(r"(?:^|\n)[ \t]*(?:[-–—~*/]{1,2}[ ]?)?$")
_SENTENCE_END = regex.compile(r"[.!?)\]][\"”]?[ \t]{1,3}(?:[-–—~]{1,2}[ ]?)?$|[ \t][-–—~]{1,2}[ ]?$")
_SIGNED_AFTER = regex.compile(
    r"[.]?[ \t]*(?:\r?\n|$|/(?!\p{Lu}{0,2}\p{Ll})|/(?=scribe|dict|typed|trans|nsg)|[ \t]/[ \t]|,[ ]?(?:MD|DO|RN|NP|PA|LPN|PT|OT|CRNA)\b|[ ]{1,3}(?:(?:1[0-2]|0?[1-9])/\d|(?:[01]?\d|2[0-3]):[0-5]\d))"
)
_CLAUSE_END = regex.compile(r"[.,;:)+/](?!\p{L}{4}|\d)|[ ]{2}|[ ]\(|[ ](?:RN|LPN|CNA)\b|[ ]?[-–—>]|[ \t]*(?:\r?\n|$)")
_STAMP_BEFORE = regex.compile(r"(?:^|[\s/+(,:&])$")
_AMOUNT_BEFORE = regex.compile(r"(?<!\b(?:[01]\d|2[0-3]):?[0-5])\d[ ]?$")
_INITIALS_CUE = regex.compile(r"(?i)\b(?:patient|pt|initials?|mr|mrs|ms|name|client)\b[.:]?[ \t(]*$")
_FORMAT = regex.compile(r"\p{Cf}")
_ARTICLES = frozenset({"a", "an", "the"})
_WINDOW = 24
_FARTHEST = 6
_REPLACEMENT = 0xFFFD
_TYPOGRAPHIC_APOSTROPHE = ord("’")


class Known(NamedTuple):
    """Something to look for. Matched without regard to case and accents, at word boundaries.

    Attributes:
        text: What it says.
        label: What a mention of it is.
        score: The score of a mention.
        source: The source of a mention.
        kind: ``part`` of a person's name, ``phrase``, ``exact`` where case matters, ``word`` that may also be an
            ordinary one, bare ``initials`` that need a cue, or those of a ``signer``, who stands where notes end, or a
            ``stamp`` of initials that the note shows to be used; of names
            too short to be looked for by themselves the ``whole`` with capitals, and a part that is ``titled``.
    """

    text: str
    label: str
    score: float
    source: str
    kind: str = "phrase"

    @property
    def rank(self) -> tuple[float, str, str, str]:
        """The order in which entries that look the same are preferred."""
        return (-self.score, self.label, self.source, self.text)


_Hit = tuple[int, int, Known]
_Found = Mapping[tuple[int, int], float]
"""Scores by place."""


class _Fold(dict[int, int]):
    """A one-to-one table to lower case without accents, filled as letters are met.

    Half of a surrogate pair (from a cut JSON escape) becomes U+FFFD: the automaton takes nothing else.
    """

    def __missing__(self, code: int) -> int:
        if unicodedata.category(chr(code)) == "Cs":
            return _REPLACEMENT
        base = unicodedata.normalize("NFKD", chr(code))[0].lower()
        folded = ord(base) if len(base) == 1 else code
        if folded == _TYPOGRAPHIC_APOSTROPHE:
            folded = ord("'")
        self[code] = ord(" ") if chr(code).isspace() else folded
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """Lower case, no accents, all blanks alike; as long as the text."""
    return text.lower() if text.isascii() and text.isalnum() else text.translate(_FOLD)


class Mentions:
    """Finds the mentions of what is known; built for one note or one patient, cheaply.

    Args:
        known: What to look for; its order does not matter.
    """

    def __init__(self, known: Iterable[Known]) -> None:
        best: dict[str, Known] = {}
        keys: dict[str, str] = {}
        for entry in known:
            key = keys.get(entry.text)
            if key is None:
                key = keys[entry.text] = " ".join(fold(entry.text).split())
            if key and (key not in best or entry.rank < best[key].rank):
                best[key] = entry
        self._keys = sorted(best)
        self._known = [best[key] for key in self._keys]
        # The default takes thrice as long to build as to run over a note.
        self._automaton = AhoCorasick(self._keys, implementation=Implementation.ContiguousNFA) if self._keys else None

    def find(self, text: str, found: _Found | None = None) -> Iterator[Span]:
        """Every mention, sorted; mentions of parts of one person that stand together are one span.

        Args:
            text: The note.
            found: The scores of places known already; mentions just there are left out unless they have a higher one.
        """
        if self._automaton is None:
            return
        if not text.isascii() and _FORMAT.search(text):
            yield from self._find_between_marks(text)
            return
        folded = fold(text)
        hits: list[_Hit] = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            entry = self._known[index]
            if _is_bounded(folded, start, end) and _is_meant(text, start, end, entry):
                hits.append((start, end, entry))
        known = found or {}
        parts = [hit for hit in hits if hit[2].kind == "part"]
        others = [hit for hit in hits if hit[2].kind != "part" and _is_news(hit, known)]
        spans = [Span(start, end, entry.label, entry.score, entry.source) for start, end, entry in others]
        yield from sorted([*spans, *_people(text, parts, known)])

    def _find_between_marks(self, text: str) -> Iterator[Span]:
        """The mentions in a text with soft hyphens, joiners and the like, which nobody sees and which may stand amid a name."""
        places = [place for place, char in enumerate(text) if not _FORMAT.match(char)]
        for span in self.find("".join(text[place] for place in places)):
            yield replace(span, start=places[span.start], end=places[span.end - 1] + 1)


def _is_news(hit: _Hit, found: _Found) -> bool:
    """Whether nothing of at least its score is known to stand just there."""
    return found.get(hit[:2], -1.0) < hit[2].score


def _is_bounded(folded: str, start: int, end: int) -> bool:
    before, after = folded[start - 1 : start], folded[end : end + 1]
    if (before.isalnum() and folded[start].isalnum()) or (after.isalnum() and folded[end - 1].isalnum()):
        return False
    return not (before == "." and folded[start].isdigit() and folded[start - 2 : start - 1].isdigit())


def _is_meant(text: str, start: int, end: int, entry: Known) -> bool:
    if entry.kind in {"exact", "initials", "stamp"} and text[start:end] != entry.text:
        return False
    test = _TESTS.get(entry.kind)
    return test is None or test(text, start, end)


def _is_whole(text: str, start: int, end: int) -> bool:
    return all(word[0].isupper() for word in text[start:end].replace(",", " ").split())


def _is_titled_there(text: str, start: int, end: int) -> bool:  # noqa: ARG001 - as the other tests
    return text[start].isupper() and is_titled(text, start)


def _is_cued(text: str, start: int, end: int) -> bool:  # noqa: ARG001 - as the other tests
    return _INITIALS_CUE.search(text, max(0, start - _WINDOW), start) is not None


def _is_signed(text: str, start: int, end: int) -> bool:
    """Whether initials stand where a signature does: as a line, or behind the last sentence of one."""
    if not (text[start:end].isupper() or text[start:end].islower()):
        return False
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    return bool(_SIGNED_AFTER.match(after)) and bool(
        _LINE_START.search(before) or (text[start:end].isupper() and _SENTENCE_END.search(before))
    )


def _is_stamp(text: str, start: int, end: int) -> bool:
    """Whether initials that stand for somebody elsewhere in the note do so here: where a clause ends and no amount is told."""
    word = text[start:end]
    if word in resources.terms("clinical_acronyms") or not _CLAUSE_END.match(text, end):
        return False
    before = text[max(0, start - _WINDOW) : start]
    return _AMOUNT_BEFORE.search(before) is None and _STAMP_BEFORE.search(before) is not None


def _people(text: str, hits: list[_Hit], found: _Found) -> Iterator[Span]:
    """Parts that stand together as one span; a part that stands alone only where it is plainly a name."""
    group: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1], hit[2].rank)):
        if group and hit[0] < group[-1][1]:
            continue
        if group and not (hit[0] - group[-1][1] <= _FARTHEST and _JOIN.fullmatch(text, group[-1][1], hit[0])):
            yield from _person(text, group, found)
            group = []
        group.append(hit)
    if group:
        yield from _person(text, group, found)


def _person(text: str, group: list[_Hit], found: _Found) -> Iterator[Span]:
    if len(group) == 1 and not _is_news(group[0], found):
        return
    start, end = group[0][0], group[-1][1]
    best = min((entry for _, _, entry in group), key=lambda entry: entry.rank)
    distinct = {fold(text[first:last]) for first, last, _ in group}
    together = len(distinct) > 1 and not all(_is_lower_word(text[first:last]) for first, last, _ in group)
    if not together:
        for first, last, entry in group:
            if _is_news((first, last, entry), found) and is_name_there(text, first, last):
                yield Span(first, last, entry.label, entry.score, entry.source)
        return
    if is_eponymic(text, end):
        return
    middle = _MIDDLE.match(text, end) if "," in text[start:end] else None
    yield Span(start, middle.end() if middle else end, best.label, best.score, best.source)


def _is_lower_word(word: str) -> bool:
    return word.islower() and is_ordinary(word)


_NEXT_WORD = regex.compile(r"[ \t]+([A-Za-z]+)")


def is_ordinary(word: str) -> bool:
    """Whether notes use the word for something else than a person."""
    lower = word.lower()
    return lower in resources.terms("common_words") or lower in resources.terms("name_stopwords")


_COUNT_BEFORE = regex.compile(r"\d-$")
"""Before a word that says of how many it is: "6-strand"."""


def is_name_there(text: str, start: int, end: int) -> bool:
    """Whether a lone part of a known name, found here, means the person.

    A word that is nothing but a name always does, unless a clinical noun follows. A surname that is also an eponym
    does when capitalised and not behind an article; an ordinary word, only inside a sentence that is not all
    capitals. Behind a title either does.
    """
    word = text[start:end]
    if is_eponymic(text, end) or (word.islower() and _COUNT_BEFORE.search(text, max(0, start - 2), start)):
        return False
    ordinary = is_ordinary(word) or _is_word_there(text, start, word)
    if not ordinary and word.lower() not in resources.terms("eponyms"):
        return True
    before = text[max(0, start - _WINDOW) : start]
    if is_titled(text, start):
        return True
    previous = before.split()
    if not word[:1].isupper() or (previous and previous[-1].lower() in _ARTICLES) or _is_a_thing(text, start, end):
        return False
    return (
        not ordinary
        or _is_subject(text, end)
        or not (_SENTENCE_START.search(before) or (word.isupper() and _is_upper_line(text, start)))
    )


def _is_word_there(text: str, start: int, word: str) -> bool:
    """Whether a name is an ordinary word too and in small letters ("grant"), where the line tells names by their capitals."""
    return word in resources.terms("word_names") and any(map(str.isupper, _line(text, start)))


def _is_a_thing(text: str, start: int, end: int) -> bool:
    """Whether a word that may be a name is a product at a sentence's start ("Foley out"), a label, or an acronym ("ROSE")."""
    word = text[start:end]
    is_product = word.title() in resources.terms("clinical_products") and is_sentence_start(text, start)
    is_label = text[end : end + 1] == ":" and is_ordinary(word)
    is_acronym = word.isupper() and word in resources.terms("clinical_acronyms") and not _is_upper_line(text, start)
    return (is_product and not _is_subject(text, end)) or is_label or is_acronym


def _is_subject(text: str, end: int) -> bool:
    """Whether what is said next is said of people: "Young has fever", "HILL denies pain"."""
    following = _NEXT_WORD.match(text, end)
    return following is not None and following[1].lower() in resources.terms("said_of_people")


def is_sentence_start(text: str, start: int) -> bool:
    """Whether a place begins a sentence, a line, or what follows a colon."""
    return _SENTENCE_START.search(text[max(0, start - _WINDOW) : start]) is not None


def is_titled(text: str, start: int) -> bool:
    """Whether a title stands before a place."""
    if text[max(0, start - _WINDOW) : start].rstrip(" \t\n.")[-2:].casefold() not in _TITLE_ENDS:
        return False
    return _TITLE.search(text, max(0, start - _WINDOW), start) is not None


def _is_upper_line(text: str, position: int) -> bool:
    line = _line(text, position)
    return sum(map(str.islower, line)) < sum(map(str.isupper, line)) / 4


def _line(text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return text[start : end if end >= 0 else len(text)]


def is_eponymic(text: str, end: int) -> bool:
    """Whether a clinical noun follows, as in "Foley catheter" and "Parker bony flap"."""
    following = _NOUN.match(text, end, min(len(text), end + 40))
    if following is None:
        return False
    nouns = resources.terms("eponym_nouns")
    first, second = following[1].lower(), (following[2] or "").lower()
    return first in nouns or (
        following[1].islower() and first not in resources.terms("said_of_people") and second in nouns
    )


PERSON_LABELS = frozenset({str(PhiLabel.NAME), str(PhiLabel.PROVIDER)})


_TESTS: Mapping[str, Callable[[str, int, int], bool]] = {
    "whole": _is_whole,
    "titled": _is_titled_there,
    "word": is_name_there,
    "signer": _is_signed,
    "stamp": _is_stamp,
    "initials": _is_cued,
}
"""By kind of entry, what must hold where its text is found."""
