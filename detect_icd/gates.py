"""Patterns that run only where they can match: where a note has a piece of text that every match of theirs holds.

Most patterns match in few notes, and running each over each note takes most of the time. Their pieces are read off the
patterns themselves, and one scan finds those of all patterns at once; a pattern without a piece runs always.
"""

from __future__ import annotations

import functools
import re
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from detect_icd import openings
from detect_icd.note_memory import forgetting, of_note
from detect_icd.openings import WITHOUT_WIDTH, opened_texts, parser
from detect_icd.ready import all_kept, kept_of, kind_of

_MODULES = (__file__, openings.__file__)
_SHORTEST = 2
"""Characters of a piece, at least: single letters stand everywhere."""

_WIDEST = 70
"""Places a match may begin at, for one piece of it, to be tried one by one."""

_NARROW = 12
"""The same for pieces that are chosen before others."""

_DEAR = 1_500
"""Characters of a pattern that is tried where one of its alternatives begins only, though a piece of it is as far off as it may be."""

_MANY = 140
"""Characters of a pattern of so many alternatives that it is dear to try it where none of them begins."""

_HEAD = 5
"""Characters of a word, and what follows it, that say whether an alternative begins there."""

_FOLDED = {0x17F: "s", 0x130: "i", 0x131: "i", 0x212A: "k"}
"""Letters that ``re`` takes for ASCII ones where case does not matter."""


class Piece(NamedTuple):
    """Text in lower case, and how far behind the start of a match it begins; ``high`` is None where that is not bounded."""

    text: str
    low: int
    high: int | None


class Gate:
    """A pattern with the pieces of which one stands in each of its matches; finds what the pattern finds.

    Attributes:
        pattern: The pattern.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    @functools.cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces of which one stands in each match; empty where there are none, and it always runs."""
        return pieces_of(self.pattern)

    @functools.cached_property
    def _numbers(self) -> dict[int, list[Piece]]:
        """Its pieces by their number; to be asked for before a text is looked over, which then is for these too."""
        found: dict[int, list[Piece]] = {}
        for piece in self.pieces:
            found.setdefault(_words().number(piece.text), []).append(piece)
        return found

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """The first match, as ``pattern.search`` finds it."""
        end = len(text) if end is None else end
        starts = self._tried(text, start, end)
        if starts is None:
            return self.pattern.search(text, start, end)
        for place in starts:
            if match := self.pattern.match(text, place, end):
                return match
        return None

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """The matches, as ``pattern.finditer`` finds them."""
        end = len(text) if end is None else end
        starts = self._tried(text, start, end)
        if starts is None:
            return self.pattern.finditer(text, start, end)
        return self._at(text, starts, end) if starts else _NOTHING

    def _tried(self, text: str, start: int, end: int) -> Sequence[int] | None:
        """Where in a stretch a match may begin, in order; None where it may anywhere."""
        if not self._numbers:
            return None
        places = _places_in(text)
        starts, others = places.of(self)
        if others and _first(others, start, end) is not None:
            if not self.by_openings:
                return None
            starts = places.begun(self)
        return starts[bisect_left(starts, start) : bisect_left(starts, end)] if starts else ()

    def possible(self, text: str, start: int = 0, end: int | None = None) -> bool:
        """Whether a match may begin there, or a piece of one stands there: if not, it matches nowhere there."""
        if not self._numbers:
            return True
        starts, others = _places_in(text).of(self)
        if not (starts or others):
            return False
        end = len(text) if end is None else end
        return _first(starts, start, end) is not None or _first(others, start, end) is not None

    def standing(self, text: str, start: int, end: int) -> Sequence[int] | None:
        """Where in a stretch a match may begin or a piece of one stands, in no order; None where it may anywhere."""
        if not self._numbers:
            return None
        found = _places_in(text).of(self)
        return [one for places in found for one in places[bisect_left(places, start) : bisect_left(places, end)]]

    def _at(self, text: str, starts: Sequence[int], end: int) -> Iterator[re.Match[str]]:
        position, match_at = 0, self.pattern.match
        for place in starts:
            if place >= position and (match := match_at(text, place, end)):
                yield match
                position = match.end()

    @functools.cached_property
    def by_openings(self) -> tuple[str, ...]:
        """What its matches open with, as ``_head`` has it, where each begins a word; empty where that tells too little."""
        if len(self.pattern.pattern) <= _MANY or not self._begins_words:
            return ()
        found = openings.openings(self.pattern)
        # What opens with a mask is asked of notes in which nothing is masked.
        if "" in found or not all(map(str.isascii, found)):
            return ()
        heads = {_head(one) for one in found}
        return tuple(sorted(one for one in heads if not any(one[:size] in heads for size in range(1, len(one)))))

    @functools.cached_property
    def _begins_words(self) -> bool:
        """Whether no match begins within a word."""
        return bool(kept_of("begins words", self.pattern, _begins_words, *_MODULES))

    def places(self, found: Mapping[int, Sequence[int]], words: Sequence[int]) -> _Standing:
        """Where it may begin by pieces that stand at a known distance, and where its other pieces stand.

        Args:
            found: Where each piece stands in a text.
            words: The places in the text that no word character stands before, in order.
        """
        own = self._numbers
        if own.keys().isdisjoint(found.keys()):
            return _NOWHERE
        starts: set[int] = set()
        others: set[int] = set()
        for number in own.keys() & found.keys():
            for _, low, high in own[number]:
                if high is None or high - low >= _WIDEST:
                    others.update(found[number])
                elif low == high:
                    starts.update([place - low for place in found[number] if place >= low])
                elif self._begins_words:
                    for place in found[number]:
                        starts.update(words[bisect_left(words, place - high) : bisect_right(words, place - low)])
                else:
                    for place in found[number]:
                        starts.update(range(max(0, place - high), place - low + 1))
        return sorted(starts), sorted(others)


_Standing = tuple[list[int], list[int]]
"""Where a gate's matches may begin, and where its other pieces stand."""
_NOWHERE: _Standing = ([], [])


def _begins_words(pattern: re.Pattern[str]) -> bool:
    """Whether all matches of a pattern open with the condition that no word character stands before."""
    is_word = all(opening[:1].isalnum() for opening in openings.openings(pattern))
    return _opens_word(parser.parse(pattern.pattern, pattern.flags), is_word=is_word)


def _opens_word(tree: Any, *, is_word: bool) -> bool:
    """The same of a part that opens a pattern, whose matches open with a letter or digit if ``is_word``."""
    for item in tree:
        op, value = str(item[0]), item[1]
        if op == "SUBPATTERN":
            return _opens_word(value[3], is_word=is_word)
        if op == "BRANCH":
            return all(_opens_word(branch, is_word=is_word) for branch in value[1])
        if op not in WITHOUT_WIDTH:
            return False
        if op == "AT" and str(value) == "AT_BOUNDARY" and is_word:
            return True
        if op == "ASSERT_NOT" and value[0] < 0 and str(value[1]) in _WORD_CHARACTERS:
            return True
    return False


_WORD_CHARACTERS = frozenset(str(parser.parse(each)) for each in (r"\w", r"[\w-]"))


@functools.lru_cache(maxsize=8192)
def _beginnings(written: str) -> tuple[str, ...]:
    """What stands at a place may open with, as openings have it; nothing where it does not tell."""
    head = _head(written)
    tells = written.isascii() and len(head) == _HEAD
    return tuple(head[:size] for size in range(1, _HEAD + 1)) if tells else ("",)


def _head(text: str) -> str:
    """The beginning of a text, whatever parts its words: an opening has a space where a text may have anything."""
    return _NO_WORD.sub(" ", text)[:_HEAD]


_NO_WORD = re.compile(r"\W+")
_NO_WORD_CHARACTER = re.compile(r"\W")


def _first(places: Sequence[int], start: int, end: int) -> int | None:
    """Which of some places in order is the first between two."""
    first = bisect_left(places, start)
    return first if first < len(places) and places[first] < end else None


@functools.lru_cache(maxsize=1024)
def gate(pattern: re.Pattern[str]) -> Gate:
    """The gate of a pattern, made once."""
    return Gate(pattern)


_NOTHING: Iterator[re.Match[str]] = iter(())


class _Words:
    """All pieces of all gates, found in one scan.

    Gates come as tables are first read; the scan is made anew for pieces that the build did not know of.
    """

    def __init__(self) -> None:
        known = (piece.text for pieces in all_kept(kind_of("pieces", *_MODULES)) for piece in map(_piece, pieces))
        self.known: dict[str, int] = {text: number for number, text in enumerate(dict.fromkeys(known))}
        self._automaton: AhoCorasick | None = None
        self._lock = threading.Lock()

    def number(self, word: str) -> int:
        with self._lock:
            if word not in self.known:
                self.known[word] = len(self.known)
                self._automaton = None
            return self.known[word]

    def find(self, lowered: str) -> dict[int, list[int]]:
        with self._lock:
            if self._automaton is None:
                self._automaton = AhoCorasick(list(self.known), implementation=Implementation.ContiguousNFA)
            automaton = self._automaton
        found: dict[int, list[int]] = {}
        for number, start, _ in automaton.find_matches_as_indexes(lowered, overlapping=True):
            if number in found:
                found[number].append(start)
            else:
                found[number] = [start]
        return found


@functools.cache
def _words() -> _Words:
    return _Words()


def folded(text: str) -> str:
    """A text in lower case, letter by letter, as ``re`` compares where case does not matter."""
    if text.isascii():
        return text.lower()
    # Half a character, as broken JSON leaves it, cannot be handed to compiled code.
    return _HALVES.sub("\ufffd", text).translate(_FOLDED).lower()


_HALVES = re.compile("[\ud800-\udfff]")


class _Places:
    """Where a note has pieces, by gate."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._all = _words()
        self.version = len(self._all.known)
        self._lowered = folded(text)
        self._found = self._all.find(self._lowered)
        self._words = [0, *(match.end() for match in _NO_WORD_CHARACTER.finditer(text))]
        self._of: dict[Gate, _Standing] = {}
        self._begun: dict[Gate, list[int]] = {}

    def of(self, gate: Gate) -> _Standing:
        places = self._of.get(gate)
        if places is None:
            starts, others = gate.places(self._found, self._words)
            if starts and gate.by_openings and len(gate.pattern.pattern) > _DEAR:
                starts = sorted(set(starts).intersection(self.begun(gate)))
            places = self._of[gate] = starts, others
        return places

    def begun(self, gate: Gate) -> list[int]:
        """The words that may open a match of a gate."""
        found = self._begun.get(gate)
        if found is None:
            opened = self._opened
            found = self._begun[gate] = sorted(
                place for one in ("", *gate.by_openings) if one in opened for place in opened[one]
            )
        return found

    @functools.cached_property
    def _opened(self) -> Mapping[str, Sequence[int]]:
        """Where words stand, by each beginning of their heads; under nothing those whose heads do not tell."""
        written: dict[str, list[int]] = {}
        for place in self._words:
            written.setdefault(self._lowered[place : place + _HEAD], []).append(place)
        opened: dict[str, list[int]] = {}
        for text, places in written.items():
            for one in _beginnings(text):
                if one in opened:
                    opened[one] += places
                else:
                    opened[one] = places[:]
        return opened

    def is_of(self, text: str) -> bool:
        """Whether these are the places of a text, for all pieces known by now."""
        return self.text is text and self.version == len(self._all.known)


def _places_in(text: str) -> _Places:
    # Each of a thousand patterns asks for the same note.
    places = _latest.get("")
    if places is None or not places.is_of(text):
        places = _latest[""] = _places(text, len(_words().known))
    return places


@of_note(2)
def _places(text: str, version: int) -> _Places:  # noqa: ARG001 - what was found before a gate came does not hold its pieces
    return _Places(text)


_latest: dict[str, _Places] = {}
"""The places of the text asked for last, under nothing."""
forgetting(_latest.clear)


def pieces_of(pattern: re.Pattern[str]) -> tuple[Piece, ...]:
    """The pieces of a pattern, none where a match need not have any."""
    return tuple(map(_piece, kept_of("pieces", pattern, _pieces_of, *_MODULES)))


def _piece(raw: tuple[str, int, int | None]) -> Piece:
    return Piece(*raw)


def _pieces_of(pattern: re.Pattern[str]) -> list[Piece]:
    found = _best(parser.parse(pattern.pattern, pattern.flags), 0, 0)
    return sorted(set(found), key=lambda piece: (piece.text, piece.low)) if found else []


def _best(tree: Any, low: int, high: int | None) -> list[Piece] | None:
    """Of the parts of a sequence all of which must match, the pieces of the one that is rarest in notes."""
    options: list[list[Piece]] = []
    start, start_high = low, high
    run, run_low, run_high = "", low, high
    for item in tree:
        op = str(item[0])
        if op == "LITERAL" and item[1] < 128:  # noqa: PLR2004 - what ASCII is
            if not run:
                run_low, run_high = low, high
            run += chr(item[1]).lower()
        elif op not in WITHOUT_WIDTH:
            options.extend([[Piece(run, run_low, run_high)]] if run else [])
            run = ""
            options.extend([found] if (found := _inside(item, low, high)) else [])
        narrow, wide = parser.SubPattern(tree.state, [item]).getwidth()
        low += narrow
        high = None if high is None or wide > _FAR else high + wide
    options.extend([[Piece(run, run_low, run_high)]] if run else [])
    options.append([Piece(text, start, start_high) for text in _words_of(tree)])
    usable = [option for option in options if option and all(len(piece.text) >= _SHORTEST for piece in option)]
    return max(usable, key=_worth, default=None)


def _words_of(tree: Any) -> list[str]:
    """The words a sequence opens with, as far as they are text: one of these in every match."""
    return sorted({text.split(" ", 1)[0] for text, _ in opened_texts(tree)})


_FAR = 400
"""Characters beyond which a part counts as unbounded."""


def _worth(option: Sequence[Piece]) -> tuple[int, bool, int]:
    rarest = min(0 if piece.text.strip() in _COMMON else len(piece.text) for piece in option)
    return min(rarest, 4), all(p.high is not None and p.high - p.low < _NARROW for p in option), -len(option)


_COMMON = frozenset({"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "had", "has", "have", "he", "her", "his", "in", "is", "it",
    "no", "not", "of", "on", "or", "she", "that", "the", "then", "there", "this", "to", "was", "were", "with"})  # fmt: skip
"""Words that stand in nearly every sentence."""


def _inside(item: Any, low: int, high: int | None) -> list[Piece] | None:
    """The pieces of one part of a pattern that begins so far behind the start of a match."""
    op, value = str(item[0]), item[1]
    if op == "SUBPATTERN":
        return _best(value[3], low, high)
    if op == "ATOMIC_GROUP":
        return _best(value, low, high)
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and value[0] > 0:
        return _best(value[2], low, high)
    if op == "BRANCH":
        found = [_best(branch, low, high) for branch in value[1]]
        return [piece for pieces in found for piece in pieces or ()] if all(found) else None
    return None
