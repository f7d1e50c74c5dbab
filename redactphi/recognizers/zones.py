"""Where in a note a rule has to look: around its triggers and anchors, and where its pattern can begin at all."""

from __future__ import annotations

import functools
import re
import string
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress, count, repeat

from ahocorasick_rs import AhoCorasick, Implementation

from redactphi.recognizers.alphabet import is_common, shape
from redactphi.recognizers.anchors import WIDEST
from redactphi.recognizers.compiled import anchor_of
from redactphi.recognizers.literals import END, Literal, lower
from redactphi.recognizers.plain import plain, titled
from redactphi.recognizers.starts import Starts, Zone
from redactphi.resources import Rule
from redactphi.spans import Span

_GAP = 64
"""Zones nearer than this become one, so that no match is torn between two."""

_DIGIT = re.compile(r"\d+")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_ALIKE = dict.fromkeys(string.ascii_letters, _LETTERS)
_ALIKE_SHAPES = {"0": frozenset("0"), "A": frozenset("A"), "a": _LETTERS}
"""What may not stand before a word, or a shape, that begins like this, where it must be at the start of one."""

_BEHIND = 16
"""Characters behind a match that its anchor may look ahead at."""
_LITERAL, _GATE, _TRIGGER, _ANCHOR = range(4)
"""What a rule may need in a note, its bits; the last are those of the anchors that are known by their shape."""

_BITS = bytes.maketrans(b"01", b"\0\1")
_IMPLEMENTATION = Implementation.ContiguousNFA


class Sought:
    """Who looks for a word.

    Args:
        needs: Bits: what finding it answers, see `Lookout`.
        count: How many rules there are.
        length: Of the word.
    """

    __slots__ = ("anchors", "length", "needs", "owners", "triggered")

    def __init__(self, needs: int, count: int, length: int) -> None:
        self.needs, self.length = needs, length
        self.owners = tuple(_bits(needs & ((1 << count) - 1)))
        self.triggered = tuple(_bits(needs >> _TRIGGER * count & ((1 << count) - 1)))
        self.anchors = tuple(_bits(needs >> _ANCHOR * count))


_Seeker = tuple[Sought, Collection[str] | None, int]
"""Who looks for a word; what must not stand before it; its length, if it must end a word of the text."""


_Sighted = tuple[Sought, list[int]]
"""What was found, and where."""


class Words:
    """Words looked for in one scan.

    Args:
        anywhere: For each word, who needs it. Rules are bits of numbers.
        at_words: For each word, who needs it where no letter stands before it, or in shapes nothing like it.
        count: How many rules there are.
        alike: What must not stand before a word that begins like this to be at the start of one.
        titled: Whether the text has a capital at the start of each word, and no other: most of what only begins like
            a word in the midst of another is then not even found.
    """

    def __init__(
        self,
        anywhere: Mapping[str, int],
        at_words: Mapping[str, int],
        count: int,
        *,
        alike: Mapping[str, Collection[str]],
        titled: bool = False,
    ) -> None:
        triggers = ((1 << count) - 1) << _TRIGGER * count
        # Many words are looked for by the same rules: what stands for them is one thing, as far as lengths do not matter.
        sought = functools.cache(lambda needs, length: Sought(needs, count, length))
        needs_of: defaultdict[str, defaultdict[tuple[bool, bool], int]] = defaultdict(lambda: defaultdict(int))
        for words, is_at_word in ((anywhere, False), (at_words, True)):
            for word, needs in words.items():
                begins, ends = is_at_word and word[0] in alike, word.endswith(END)
                for form in _forms(word.rstrip(END), is_at_word=begins) if titled else [word.rstrip(END)]:
                    needs_of[form][begins and not titled, ends] |= needs
        forms = sorted(needs_of)
        every = (
            tuple(
                (
                    sought(needs, len(form) if needs & triggers else 0),
                    alike[form[0]] if begins else None,
                    len(form) if ends else 0,
                )
                for (begins, ends), needs in needs_of[form].items()
            )
            for form in forms
        )
        shared: dict[tuple[_Seeker, ...], tuple[_Seeker, ...]] = {}
        self._seekers = [shared.setdefault(seekers, seekers) for seekers in every]
        self._automaton = AhoCorasick(forms, implementation=_IMPLEMENTATION) if forms else None

    def find(self, text: str, lowered: str) -> Iterable[_Sighted]:
        """What stands in a text, each with its places.

        Args:
            text: What to look in.
            lowered: The same in lower case.
        """
        if self._automaton is None:
            return ()
        words = defaultdict[int, list[int]](list)
        for index, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            words[index].append(start)
        # Word by word: a note holds a thousand hits, of a tenth as many words.
        places = defaultdict[Sought, list[int]](list)
        for index, starts in words.items():
            for sought, alike, length in self._seekers[index]:
                some = starts
                if alike is not None:
                    some = [start for start in some if not start or lowered[start - 1] not in alike]
                if length:
                    some = [start for start in some if lowered[start + length : start + length + 1] not in _LETTERS]
                if some:
                    places[sought] += some
        return places.items()


def _forms(word: str, *, is_at_word: bool) -> set[str]:
    """How a word, or what goes on one if it may, stands in a titled text."""
    return {titled(word)} if is_at_word else {titled(word), titled(f"a{word}")[1:]}


class Lookout:
    """Looks a note over once for all of a list of rules.

    Args:
        rules: Each with the starts of its pattern, if known.
    """

    def __init__(self, rules: Sequence[tuple[Rule, Starts | None]]) -> None:
        self.rules = [rule for rule, _ in rules]
        self.count = len(rules)
        tables: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.needed = self.shaped = 0
        for number, (rule, starts) in enumerate(rules):
            for trigger in rule.triggers:
                tables["loose"][trigger] |= self._bit(number, _TRIGGER)
            self.needed |= self._bit(number, _TRIGGER) if rule.triggers else 0
            if starts is not None:
                self._add(tables, self._bit(number, _LITERAL), starts.literals, at_word=starts.at_word)
                self._add(tables, self._bit(number, _GATE), starts.gate, at_word=starts.gate_at_word)
        self.anchors = {rule.anchor: anchor_of(rule.anchor) for rule in self.rules if rule.anchor}
        self.places = {source: index for index, source in enumerate(self.anchors)}
        for index, anchor in enumerate(self.anchors.values()):
            if anchor.clause:
                self._list(tables, self._bit(index, _ANCHOR), anchor.clause.literals, at_word=anchor.clause.at_word)
        self.exact, self.loose, self.shapes = (
            Words(tables[kind], tables[f"{kind} at word"], self.count, alike=alike, titled=kind == "loose")
            for kind, alike in (("exact", _ALIKE), ("loose", _ALIKE), ("shaped", _ALIKE_SHAPES))
        )
        self._last = threading.local()

    def _bit(self, number: int, kind: int) -> int:
        return 1 << (number + kind * self.count)

    def _add(
        self, tables: Mapping[str, dict[str, int]], bit: int, literals: Collection[Literal], *, at_word: bool
    ) -> None:
        """Let the words of a rule be looked for."""
        if literals:
            self.needed |= bit
            self.shaped |= self._list(tables, bit, literals, at_word=at_word)

    @staticmethod
    def _list(tables: Mapping[str, dict[str, int]], bit: int, literals: Collection[Literal], *, at_word: bool) -> int:
        """Let words be looked for; gives the bit back if there is a shape among them."""
        for literal in literals:
            kind = "shaped" if literal.shaped else "exact" if literal.exact else "loose"
            tables[f"{kind} at word" if at_word else kind][literal.exact or literal.text] |= bit
        return bit if any(literal.shaped for literal in literals) else 0

    def look_at_each(self, texts: Sequence[str]) -> list[Note]:
        """What several notes hold."""
        return list(map(Note, repeat(self), texts, self.sights(texts)))

    def sights(self, texts: Sequence[str]) -> list[list[_Sighted]]:
        """The words that stand in texts; each automaton runs over all of them while it is in the processor's cache."""
        plains = list(map(plain, texts))
        lowered = list(map(lower, plains))
        found = [list(self.loose.find(titled(low), low)) for low in lowered]
        for sighted, *pair in zip(found, plains, lowered, strict=True):
            sighted.extend(self.exact.find(*pair))
        for sighted, text in zip(found, texts, strict=True):
            if is_common(text):
                shaped = shape(text)
                sighted.extend(self.shapes.find(shaped, shaped))
        return found

    def look(self, text: str) -> Note:
        """What the note holds. That of the last text is kept until `forget`."""
        note: Note | None = getattr(self._last, "note", None)
        if note is None or note.text is not text:
            note = self._last.note = Note(self, text)
        return note

    def recall(self, note: Note) -> None:
        """Keep a note, which is then not looked at again."""
        self._last.note = note

    def forget(self) -> None:
        """Keep nothing of the last note."""
        self._last.note = None


class Note:
    """One text, looked over once for all rules.

    Args:
        lookout: For which rules.
        text: The text.
        sighted: The words that stand in it, if they have been looked for.

    Attributes:
        text: The text.
        found: What rules are known to find in it.
        done: Bits: the rules that find no more.
        is_common: Whether it holds nothing but common characters.
    """

    def __init__(self, lookout: Lookout, text: str, sighted: Sequence[_Sighted] | None = None) -> None:
        self.text = text
        self.found: dict[int, Sequence[Span]] = {}
        self.done = 0
        self._lookout = lookout
        self._anchored: dict[str, list[Zone]] = {}
        self._digits: list[Zone] | None = None
        self._backwards: str | None = None
        self.is_common = is_common(text)
        sighted = lookout.sights([text])[0] if sighted is None else sighted
        present = 0
        for sought, _ in sighted:
            present |= sought.needs
        absent = lookout.needed & ~present
        if not self.is_common:
            absent &= ~lookout.shaped
        count = lookout.count
        self._worth = ((1 << count) - 1) & ~(absent | absent >> count | absent >> 2 * count)
        # Tuples of numbers are nothing to the garbage collector, which else has a sixth of the whole work.
        self._hits: dict[int, tuple[int, ...]] = dict.fromkeys(_bits(self._worth), ())
        self._triggered: dict[int, tuple[tuple[tuple[int, ...], int], ...]] = {}
        self._sighted: dict[int, tuple[int, ...]] = {}
        self._note_places(sighted)

    def _note_places(self, sighted: Iterable[_Sighted]) -> None:
        """Note where the literals and triggers of the rules stand that may find something."""
        hits, triggered = self._hits, self._triggered
        for sought, places in sighted:
            starts = tuple(places)
            for index in sought.anchors:
                self._sighted[index] = self._sighted.get(index, ()) + starts
            for number in sought.owners:
                if number in hits:
                    hits[number] += starts
            for number in sought.triggered:
                if number in hits:
                    triggered[number] = (*triggered.get(number, ()), (starts, sought.length))

    @property
    def backwards(self) -> str:
        """The text from its end to its start."""
        if self._backwards is None:
            self._backwards = self.text[::-1]
        return self._backwards

    def worth_trying(self, first: int, count: int) -> list[int]:
        """Those of a range of rules that may find something more, as far as literals and triggers say."""
        return [first + number for number in _bits((self._worth & ~self.done) >> first & (1 << count) - 1)]

    def hits(self, number: int) -> Sequence[int] | None:
        """Where the literals of a rule's pattern stand, sorted, some more than once; None where that is not known."""
        if not self.is_common and self._lookout.shaped >> number & 1:
            return None
        if number not in self._hits:
            return self._hits_though_not_worth_trying(number)
        hits = self._hits[number]
        return hits if len(hits) < 2 else sorted(hits)  # noqa: PLR2004 - one is sorted

    def _hits_though_not_worth_trying(self, number: int) -> list[int]:
        """Where literals of a rule stand which something else tells that it finds nothing."""
        [sighted] = self._lookout.sights([self.text])
        return sorted(start for sought, starts in sighted if number in sought.owners for start in starts)

    def holds(self, number: int, start: int, end: int) -> bool:
        """Whether a match there lies in the zones of its rule, as far as a look at the match itself tells."""
        rule = self._lookout.rules[number]
        before, after = rule.reach
        if not rule.anchor:
            return self._is_triggered(number, start - after, start + before)
        found = self._lookout.anchors[rule.anchor].pattern.search(self.text, start, end + _BEHIND)
        if found is None or found.end() > end:
            return False
        if not rule.triggers:
            return found.start() - before <= start
        return self._is_triggered(number, found.end() + _BEHIND - after, start + before)

    def _is_triggered(self, number: int, low: int, high: int) -> bool:
        """Whether a trigger of a rule begins at or before ``high`` and ends at or behind ``low``."""
        triggered = self._triggered.get(number, ())
        return any(at <= high and low <= at + length for starts, length in triggered for at in starts)

    def zones(self, number: int) -> list[Zone]:
        """The parts of the note a rule's triggers and anchor leave it."""
        rule, text = self._lookout.rules[number], self.text
        if not rule.anchor:
            return self.trigger_zones(number)
        if not rule.triggers:
            places = self._places(rule.anchor)
            return merge(places, rule.reach, len(text)) if places else places
        search = self._lookout.anchors[rule.anchor].pattern.search
        return [zone for zone in self.trigger_zones(number) if search(text, *zone)]

    def knows_zones(self, number: int) -> bool:
        """Whether the zones of a rule take next to no time to work out."""
        rule = self._lookout.rules[number]
        if not rule.anchor or rule.triggers:
            return False
        anchor = self._lookout.anchors[rule.anchor]
        return rule.anchor in self._anchored or anchor.at_start or (self.is_common and anchor.clause is not None)

    def trigger_zones(self, number: int) -> list[Zone]:
        """The parts of the note a rule's triggers leave it."""
        rule = self._lookout.rules[number]
        if not rule.triggers:
            return [(0, len(self.text))]
        places = [(at, at + length) for starts, length in self._triggered.get(number, ()) for at in starts]
        return merge(sorted(places), rule.reach, len(self.text))

    def _places(self, anchor: str) -> list[Zone]:
        if anchor not in self._anchored:
            known = self._lookout.anchors[anchor]
            if known.clause and self.is_common:
                self._anchored[anchor] = known.matches(self.text, self._sighted.get(self._lookout.places[anchor], ()))
            elif known.around_digits:
                known_zones = self._digit_zones()
                self._anchored[anchor] = [
                    m.span() for zone in known_zones for m in known.pattern.finditer(self.text, *zone)
                ]
            else:
                self._anchored[anchor] = [match.span() for match in known.pattern.finditer(self.text)]
        return self._anchored[anchor]

    def _digit_zones(self) -> list[Zone]:
        if self._digits is None:
            self._digits = merge(
                (match.span() for match in _DIGIT.finditer(self.text)), (WIDEST, WIDEST), len(self.text)
            )
        return self._digits


def _bits(number: int) -> Iterator[int]:
    """Which bits of a number are set, lowest first."""
    return compress(count(), bin(number)[:1:-1].encode().translate(_BITS)) if number else iter(())


def merge(places: Iterable[Zone], reach: tuple[int, int], length: int) -> list[Zone]:
    """Sorted places, each widened by ``reach`` (characters before, after) inside the text; near ones become one."""
    before, after = reach
    zones: list[Zone] = []
    low, high = 0, -1
    for start, end in places:
        if high >= 0 and start - before <= high + _GAP:
            high = max(high, end + after)
        else:
            if high >= 0:
                zones.append((low, min(high, length)))
            low, high = max(0, start - before), end + after
    if high >= 0:
        zones.append((low, min(high, length)))
    return zones
