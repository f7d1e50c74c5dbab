"""Where the phrases of cues may begin: one walk over the words of a note, for all its sentences."""

from __future__ import annotations

import functools
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from detect_icd.gates import gate
from detect_icd.note_memory import of_note
from detect_icd.openings import Openings, may_open, openings
from detect_icd.ready import compile_pattern, spaced
from redactphi.errors import RuleError

if TYPE_CHECKING:
    from detect_icd.assertion import CueRule

_CUE_START = re.compile(
    r"[^\W_]+|[?:;=\u2192]|->|\([-+\u2013]\)|-(?=\s|ve\b)|(?<=[,:]\s)-(?=[A-Za-z])|\[[ _]?\]|\u2610|\+(?=\s?[A-Za-z])"
)
_OPENING = 2
_AHEAD = 3
"""Characters behind a word that say whether a phrase goes on."""
_WIDE_SPACE = re.compile(r"\s{2,}.*", re.DOTALL)
"""White space that is wider than one, and what follows it: it stands for one."""
_MOST_WORDS = 100_000
"""Words to remember the phrases of."""


class Phrase(NamedTuple):
    """A phrase ready to be tried at a word, and what it may open with."""

    pattern: re.Pattern[str]
    rule: CueRule
    openings: frozenset[str]


Opened = tuple[int, tuple[Phrase, ...]]
"""Where a word starts that phrases may open with, and the phrases, the longest first."""


class _Read(NamedTuple):
    """The words of a stretch that phrases could open with: each with what follows it and where it stands, and the word of each such text."""

    words: list[tuple[str, int]]
    different: dict[str, str]


class CuePhrases:
    """The phrases of cues, found by the words they may open with. Build once, reuse."""

    def __init__(self, phrases: Iterable[tuple[str, CueRule]]) -> None:
        """Compiles phrases, each given with its rule."""
        families = _families(phrases)
        opened = Openings({id(one): one.openings for group in families.values() for one in group})
        self._all = _Words(families, opened)
        # What any word may open is tried at each word of a sentence that has a match of it, and left out elsewhere.
        anywhere = [phrase for phrase in families.get("", ()) if "" in phrase.openings]
        self._gates = tuple(gate(phrase.pattern) for phrase in anywhere)
        others = [phrase for phrase in families.get("", ()) if "" not in phrase.openings]
        self._most = _Words(families | {"": others}, opened)

    def within(self, text: str, start: int, end: int) -> Sequence[Opened]:
        """The words of a stretch that phrases may open with, in order."""
        if any(one.possible(text, start, end) and one.pattern.search(text, start, end) for one in self._gates):
            return list(self._all.walk(text, start, end))
        if _is_torn(text, start) or _is_torn(text, end):
            return list(self._most.walk(text, start, end))
        words = _walked(self._most, text)
        return words[bisect_left(words, start, key=_start_of) : bisect_left(words, end, key=_start_of)]


_start_of = itemgetter(0)


class _Opened(NamedTuple):
    """The phrases that a word may open, the longest first, and which of them may go on with what behind it, as bits."""

    phrases: tuple[Phrase, ...]
    behind: dict[str, int]


class _Words:
    """The phrases that a word may open, remembered for the words seen: most open none."""

    def __init__(self, families: Mapping[str, Sequence[Phrase]], opened: Openings) -> None:
        self._families = families
        self._openings = opened
        self._of_word: dict[str, _Opened | None] = {}
        self._of_opening: dict[str, tuple[Phrase, ...]] = {}

    def walk(self, text: str, start: int, end: int) -> Iterator[Opened]:
        """The words of a stretch that phrases may open with, as far as it goes."""
        return iter(self.opened(_read(text, start, end)))

    def opened(self, read: _Read) -> list[Opened]:
        """Of the words of a stretch those that phrases may open with, as far as it goes."""
        of_word, of_opening = self._of_word, self._of_opening
        # Most words stand often, and few open anything.
        opening: dict[str, _Opened] = {}
        for word in set(read.different.values()):
            opened = of_word[word] if word in of_word else self._opened_by(word)
            if opened is not None:
                opening[word] = opened
        found: dict[str, tuple[Phrase, ...]] = {}
        for written, word in read.different.items():
            if word in opening:
                phrases = of_opening.get(written)
                if phrases is None:
                    phrases = self._going_on(opening[word], word, written)
                if phrases:
                    found[written] = phrases
        return [(low, found[written]) for written, low in read.words if written in found]

    def _opened_by(self, written: str) -> _Opened | None:
        word = written.lower()
        opening = word[:_OPENING]
        phrases = [phrase for key in (opening, opening[:1], "") for phrase in self._families.get(key, ())]
        if word.isascii():
            openable = self._openings.of(word)
            phrases = [phrase for phrase in phrases if id(phrase) in openable]
        behind: dict[str, int] = {}
        phrases = list(dict.fromkeys(phrases))
        for number, phrase in enumerate(phrases):
            for rest in _behind(phrase, word):
                behind[rest] = behind.get(rest, 0) | 1 << number
        if len(self._of_word) > _MOST_WORDS:
            self._of_word.clear()
        found = self._of_word[written] = _Opened(tuple(phrases), behind) if phrases else None
        return found

    def _going_on(self, opened: _Opened, word: str, written: str) -> tuple[Phrase, ...]:
        """Of the phrases that a word may open those that what follows it does not rule out."""
        found = opened.phrases
        if written.isascii():
            ahead = _WIDE_SPACE.sub(" ", written)[len(word) :].lower()
            bits = 0
            if len(ahead) < _AHEAD:
                for rest, own in opened.behind.items():
                    bits |= own if may_open(rest, ahead) else 0
            else:
                for rest in _ways_on(ahead):
                    bits |= opened.behind.get(rest, 0)
            found = tuple(phrase for number, phrase in enumerate(found) if bits >> number & 1)
        if len(self._of_opening) > _MOST_WORDS:
            self._of_opening.clear()
        self._of_opening[written] = found
        return found


def _behind(phrase: Phrase, word: str) -> set[str]:
    """What a phrase may go on with behind a word it opens with, as far as that is looked at."""
    if not word.isalnum():
        size = len(word)
        return {one[size : size + _AHEAD] for one in phrase.openings if may_open(one, word)}
    found = set(_rests(phrase.openings).get(word, ()))
    if any(word[:size] in phrase.openings for size in range(len(word))):
        found.add("")
    return found


@functools.lru_cache(maxsize=4096)
def _rests(opened: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """What stands in openings behind the words that they begin with, by word: a word ends where no letter follows."""
    rests: dict[str, tuple[str, ...]] = {}
    for one in opened:
        for size in range(1, len(one) + 1):
            if not one[size : size + 1].isalnum():
                word, rest = one[:size], sys.intern(one[size : size + _AHEAD])
                if rest not in rests.get(word, ()):
                    rests[word] = (*rests.get(word, ()), rest)
    return rests


@functools.lru_cache(maxsize=4096)
def _ways_on(ahead: str) -> tuple[str, ...]:
    """All that ``may_open`` takes for an opening of some characters, up to their number."""
    ways = [""]
    found = [""]
    for letter in ahead:
        ways = [
            way + one for way in ways for one in ((letter,) if _is_word(letter) or letter == " " else (letter, " "))
        ]
        found.extend(ways)
    return tuple(found)


@of_note(64)
def _walked(words: _Words, text: str) -> list[Opened]:
    """The words of a whole note that phrases may open with: its sentences have them between them."""
    return words.opened(_read_whole(text))


@of_note(64)
def _read_whole(text: str) -> _Read:
    """The words of a whole note: all tables of cues ask for them."""
    return _read(text, 0, len(text))


def _read(text: str, start: int, end: int) -> _Read:
    text = text[:end]
    words: list[tuple[str, int]] = []
    different: dict[str, str] = {}
    for match in _CUE_START.finditer(text, start):
        low, high = match.span()
        written = text[low : high + _AHEAD]
        words.append((written, low))
        different[written] = match.group()
    return _Read(words, different)


def _is_torn(text: str, place: int) -> bool:
    """Whether a stretch that begins or ends there may have other words than the note has: one goes over the place, or looks beyond it."""
    before = text[max(0, place - 2) : place]
    return not _JOINING.isdisjoint(before) or (_is_word(before[-1:]) and _is_word(text[place : place + 1]))


_JOINING = frozenset("-+([")


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _families(phrases: Iterable[tuple[str, CueRule]]) -> dict[str, list[Phrase]]:
    """Cues by the letters they may open with, so that a word is tried against few of them."""
    sorted_out: dict[str, list[Phrase]] = {}
    for phrase, rule in sorted(phrases, key=lambda item: -len(item[0])):
        pattern = compile_pattern(_bordered(phrase), re.IGNORECASE)
        entry = Phrase(pattern, rule, openings(pattern))
        for key in sorted({_key(alternative[:_OPENING].lower()) for alternative in _openings(phrase)}):
            sorted_out.setdefault(key, []).append(entry)
    return sorted_out


def _key(opening: str) -> str:
    if opening.isalpha():
        return opening
    return opening[:1] if opening[:1].isalpha() else ""


def _openings(phrase: str) -> list[str]:
    """What a phrase may start with: its own start, or that of each alternative of the group it starts with."""
    if not phrase.startswith(("(?:", "(?-i:")):
        return [phrase]
    alternatives, rest = _alternatives(phrase)
    starts = [alternative + rest.lstrip("?+") for alternative in alternatives]
    if rest.startswith("?"):
        starts.append(rest.removeprefix("?").lstrip(" "))
    return [opening for start in starts for opening in _openings(start)]


def _alternatives(phrase: str) -> tuple[list[str], str]:
    """The alternatives of the group a phrase starts with, and what follows the group."""
    start = phrase.index(":") + 1
    parts: list[str] = []
    depth, current = 0, ""
    for place, letter in enumerate(phrase[start:], start):
        if letter == ")" and depth == 0:
            return [*parts, current], phrase[place + 1 :]
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += letter
    raise RuleError(f"context.toml: a group of {phrase!r} is not closed")


def _bordered(phrase: str) -> str:
    left = r"(?<!\w)" if phrase[0].isalnum() or phrase.startswith(("(?:", "(?-i:", r"\d")) else ""
    right = r"(?!\w)" if phrase[-1].isalnum() or (phrase[-1] in ")?" and not phrase.endswith(r"\?")) else ""
    return f"{left}{spaced(phrase)}{right}"
