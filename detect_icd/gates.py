"""Patterns that run only where they can match: where a note has a piece of text that every match of theirs holds.

Most patterns match in few notes, and running each over each note takes most of the time. Their pieces are read off the
patterns themselves, and one scan finds those of all patterns at once; a pattern without a piece runs always.
"""

from __future__ import annotations

import functools
import re
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from ahocorasick_rs import AhoCorasick, Implementation

from detect_icd.note_memory import forgetting, of_note
from detect_icd.pieces import HEAD, Piece, begins_words, head, kept_pieces, opened_heads, pieces_of

_WIDEST = 70
"""Places a match may begin at, for one piece of it, to be tried one by one."""

_DEAR = 1_500
"""Characters of a pattern that is tried where one of its alternatives begins only, though a piece of it is as far off as it may be."""

_MANY = 140
"""Characters of a pattern of so many alternatives that it is dear to try it where none of them begins."""

_MOST_HEADS = 24_000
"""Beginnings of words to remember what they open."""

_FOLDED = {0x17F: "s", 0x130: "i", 0x131: "i", 0x212A: "k"}
"""Letters that ``re`` takes for ASCII ones where case does not matter."""


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
    def numbers(self) -> dict[int, list[Piece]]:
        """Its pieces by their number; to be asked for before a text is looked over, which then is for these too."""
        _ = self.opener
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
        if not self.numbers:
            return None
        places = _places_in(text)
        starts, others = places.of(self)
        if others and _first(others, start, end) is not None:
            if self.opener is None:
                return None
            return places.begun(self.opener, start, end)
        return starts[bisect_left(starts, start) : bisect_left(starts, end)] if starts else ()

    def possible(self, text: str, start: int = 0, end: int | None = None) -> bool:
        """Whether a match may begin there, or a piece of one stands there: if not, it matches nowhere there."""
        if not self.numbers:
            return True
        starts, others = _places_in(text).of(self)
        if not (starts or others):
            return False
        end = len(text) if end is None else end
        return _first(starts, start, end) is not None or _first(others, start, end) is not None

    def among(self, text: str, stretches: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
        """Of stretches of a text that follow one another, those in which it may match."""
        if not self.numbers:
            return stretches
        starts, others = _places_in(text).of(self)
        if len(starts) + len(others) > len(stretches):
            return [each for each in stretches if self.possible(text, *each)]
        found: set[int] = set()
        for place in (*starts, *others):
            number = bisect_right(stretches, place, key=itemgetter(0)) - 1
            if number >= 0 and place < stretches[number][1]:
                found.add(number)
        return [stretches[number] for number in sorted(found)]

    def has_piece(self, text: str, start: int, end: int) -> bool:
        """Whether a piece of it stands there at all: what is made of the text by taking something out matches only then."""
        return not self.numbers or _places_in(text).has_any(self.numbers, start, end)

    def standing(self, text: str, start: int, end: int) -> Sequence[int] | None:
        """Where in a stretch a match may begin or a piece of one stands, in no order; None where it may anywhere."""
        if not self.numbers:
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
    def opener(self) -> int | None:
        """Its number among those that are tried at words which may open a match; none where words tell too little."""
        heads = opened_heads(self.pattern) if len(self.pattern.pattern) > _MANY and self._begins_words else ()
        return _words().opener(heads) if heads else None

    @functools.cached_property
    def _begins_words(self) -> bool:
        return begins_words(self.pattern)

    def places(self, found: Mapping[int, Sequence[int]], words: Sequence[int]) -> _Standing:
        """Where it may begin by pieces that stand at a known distance, and where its other pieces stand.

        Args:
            found: Where each piece stands in a text.
            words: The places in the text that no word character stands before, in order.
        """
        own = self.numbers
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

    Gates come as tables are first read. Pieces that the build did not know of are in the scan of the next note; in the one
    at hand they are looked for by themselves.
    """

    def __init__(self) -> None:
        self.known: dict[str, int] = {text: number for number, text in enumerate(dict.fromkeys(kept_pieces()))}
        self.texts: list[str] = [*self.known]
        self.heads: list[frozenset[str]] = []
        self._opened: dict[str, int] = {}
        self._alike: dict[int, int] = {}
        self.openers: dict[str, int] = {}
        self._automaton: AhoCorasick | None = None
        self._searched = 0
        self._lock = threading.Lock()

    def number(self, word: str) -> int:
        with self._lock:
            if word not in self.known:
                self.texts.append(word)
                self.known[word] = len(self.known)
                self._automaton = None
            return self.known[word]

    def opener(self, heads: Sequence[str]) -> int:
        """A number for what opens with one of these."""
        with self._lock:
            number = len(self.heads)
            for one in heads:
                self._opened[one] = self._opened.get(one, 0) | 1 << number
            self.heads.append(frozenset(heads))
            # Another thread may still file what it knows of before.
            self.openers, self._alike = {}, {}
            return number

    def opened_by(self, written: str) -> int:
        """The numbers of what may open with the characters at a place, as bits: all where they do not tell."""
        begins = head(written)
        if not written.isascii() or len(begins) < HEAD:
            return -1
        bits = 0
        for size in range(1, HEAD + 1):
            bits |= self._opened.get(begins[:size], 0)
        # Few are different, and each would take its own room.
        return self._alike.setdefault(bits, bits)

    def find(self, lowered: str) -> tuple[dict[int, list[int]], int]:
        """Where each piece stands in a text, and how many were looked for: those of smaller numbers."""
        with self._lock:
            if self._automaton is None:
                self._automaton = AhoCorasick(self.texts, implementation=Implementation.ContiguousNFA)
                self._searched = len(self.texts)
            automaton, searched = self._automaton, self._searched
        found: dict[int, list[int]] = {}
        for number, start, _ in automaton.find_matches_as_indexes(lowered, overlapping=True):
            if number in found:
                found[number].append(start)
            else:
                found[number] = [start]
        return found, searched


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
        self._lowered = folded(text)
        self._found, self._searched = self._all.find(self._lowered)
        self._late: set[int] = set()
        self._begun: dict[int, list[int]] = {}
        self._words = [0, *(match.end() for match in _NO_WORD_CHARACTER.finditer(text))]
        self._of: dict[Gate, _Standing] = {}

    def of(self, gate: Gate) -> _Standing:
        places = self._of.get(gate)
        if places is None:
            self._look_for(gate.numbers)
            starts, others = gate.places(self._found, self._words)
            if starts and gate.opener is not None and len(gate.pattern.pattern) > _DEAR:
                begun = self.begun(gate.opener, starts[0], starts[-1] + 1)
                starts = sorted(set(starts).intersection(begun))
            places = self._of[gate] = starts, others
        return places

    def has_any(self, numbers: Iterable[int], start: int, end: int) -> bool:
        """Whether one of some pieces stands in a stretch."""
        self._look_for(numbers)
        found = self._found
        return any(number in found and _first(found[number], start, end) is not None for number in numbers)

    def _look_for(self, numbers: Iterable[int]) -> None:
        """Looks for pieces that were not known when the text was looked over."""
        for number in numbers:
            if number >= self._searched and number not in self._late:
                piece = self._all.texts[number]
                if places := [*_places_of(piece, self._lowered)]:
                    self._found[number] = places
                self._late.add(number)

    def begun(self, opener: int, start: int, end: int) -> list[int]:
        """The words of a stretch that may open what has this number."""
        if opener >= self._opened_for[1]:
            begun = self._begun_late(opener)
            return begun[bisect_left(begun, start) : bisect_left(begun, end)]
        low, high = bisect_left(self._words, start), bisect_left(self._words, end)
        opened = self._opened_for[0][low:high]
        return [place for place, bits in zip(self._words[low:high], opened, strict=True) if bits >> opener & 1]

    def _begun_late(self, opener: int) -> list[int]:
        """The words that may open what has a number that was not known when the words were read."""
        found = self._begun.get(opener)
        if found is None:
            heads = self._all.heads[opener]
            opening = [places for written, places in self._by_head.items() if _opens(written, heads)]
            found = self._begun[opener] = sorted(place for places in opening for place in places)
        return found

    @functools.cached_property
    def _by_head(self) -> dict[str, list[int]]:
        """The words by what they begin with."""
        found: dict[str, list[int]] = {}
        for place in self._words:
            found.setdefault(self._lowered[place : place + HEAD], []).append(place)
        return found

    @functools.cached_property
    def _opened_for(self) -> tuple[list[int], int]:
        """What each word may open, as bits, and how many openers were known."""
        count = len(self._all.heads)
        lowered, known = self._lowered, self._all.openers
        if len(known) > _MOST_HEADS:
            known.clear()
        bits = []
        for place in self._words:
            written = lowered[place : place + HEAD]
            opened = known.get(written)
            if opened is None:
                opened = known[written] = self._all.opened_by(written)
            bits.append(opened)
        return bits, count


def _places_of(piece: str, text: str) -> Iterator[int]:
    """Where a piece stands in a text, be it over another of itself."""
    place = text.find(piece)
    while place >= 0:
        yield place
        place = text.find(piece, place + 1)


def _opens(written: str, heads: frozenset[str]) -> bool:
    """Whether the characters at a place may open what opens with one of these."""
    begins = head(written)
    if not written.isascii() or len(begins) < HEAD:
        return True
    return any(begins[:size] in heads for size in range(1, HEAD + 1))


def _places_in(text: str) -> _Places:
    # Each of a thousand patterns asks for the same note.
    places = _latest.get("")
    if places is None or places.text is not text:
        places = _latest[""] = _places(text)
    return places


@of_note(64)
def _places(text: str) -> _Places:
    return _Places(text)


_latest: dict[str, _Places] = {}
"""The places of the text asked for last, under nothing."""
forgetting(_latest.clear)
