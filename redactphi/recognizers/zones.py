"""Where in a note a rule has to look: around its triggers and anchors, and where its pattern can begin at all."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from ahocorasick_rs import AhoCorasick, Implementation

from redactphi.recognizers.literals import lower
from redactphi.recognizers.needs import width
from redactphi.recognizers.starts import Starts, Zone
from redactphi.recognizers.syntax import Chars, Choice, Node, Repeat, Unsupported, parse
from redactphi.recognizers.syntax import Sequence as Items
from redactphi.resources import Rule

_GAP = 64
"""Zones nearer than this become one, so that no match is torn between two."""

_ODD_BLANKS = "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_ODD_LETTERS = {"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u0131": "i"}
_ODD = tuple({**dict.fromkeys(_ODD_BLANKS, " "), **_ODD_LETTERS}.items())
_ODD_ASCII = tuple(pair for pair in _ODD if pair[0].isascii())
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIGITS = frozenset("0123456789")
_DIGIT = re.compile(r"\d+")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_WIDEST = 60
_IMPLEMENTATION = Implementation.ContiguousNFA


class Words:
    """Words looked for in one scan.

    Args:
        literals: For each word, the rules it is a literal of, and whether no letter may stand before it there.
        triggers: For each word, the rules it is a trigger of.
    """

    def __init__(
        self, literals: Mapping[str, Collection[tuple[int, bool]]], triggers: Mapping[str, Collection[int]]
    ) -> None:
        self._words = sorted({*literals, *triggers})
        self._anywhere = [sorted(n for n, at_word in literals.get(word, ()) if not at_word) for word in self._words]
        self._at_words = [sorted(n for n, at_word in literals.get(word, ()) if at_word) for word in self._words]
        self._triggers = [sorted(triggers.get(word, ())) for word in self._words]
        self._automaton = AhoCorasick(self._words, implementation=_IMPLEMENTATION) if self._words else None

    def find(self, text: str, lowered: str, hits: dict[int, list[int]], triggered: dict[int, list[Zone]]) -> None:
        """Note where the literals and triggers of each rule stand that has some.

        Args:
            text: What to look in.
            lowered: The same in lower case.
            hits: Takes where the literals of rules stand.
            triggered: Takes where their triggers stand.
        """
        if self._automaton is None:
            return
        found: defaultdict[int, list[int]] = defaultdict(list)
        for index, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            found[index].append(start)
        for index, places in found.items():
            for number in self._anywhere[index]:
                hits[number] += places
            if at_words := self._at_words[index]:
                places_at_words = [at for at in places if not at or lowered[at - 1] not in _LETTERS]
                if places_at_words:
                    for number in at_words:
                        hits[number] += places_at_words
            if numbers := self._triggers[index]:
                length = len(self._words[index])
                for number in numbers:
                    triggered[number] += [(at, at + length) for at in places]


class Lookout:
    """Looks a note over once for all of a list of rules.

    Args:
        rules: Each with the starts of its pattern, if known.
    """

    def __init__(self, rules: Sequence[tuple[Rule, Starts | None]]) -> None:
        exact: defaultdict[str, list[tuple[int, bool]]] = defaultdict(list)
        loose: defaultdict[str, list[tuple[int, bool]]] = defaultdict(list)
        triggers: defaultdict[str, list[int]] = defaultdict(list)
        for number, (rule, starts) in enumerate(rules):
            for literal in starts.literals if starts else ():
                owner = number, starts is not None and starts.at_word
                if literal.exact:
                    exact[literal.exact].append(owner)
                else:
                    loose[literal.text].append(owner)
            for trigger in rule.triggers:
                triggers[trigger].append(number)
        self.exact, self.loose = Words(exact, {}), Words(loose, triggers)
        self.rules = [rule for rule, _ in rules]
        self.has_literals = [bool(starts and starts.literals) for _, starts in rules]
        self.anchors = {rule.anchor: Anchor(rule.anchor) for rule in self.rules if rule.anchor}
        self._last = threading.local()

    def look(self, text: str) -> Note:
        """What the note holds. That of the last text is kept until `forget`."""
        note: Note | None = getattr(self._last, "note", None)
        if note is None or note.text is not text:
            note = self._last.note = Note(self, text)
        return note

    def forget(self) -> None:
        """Keep nothing of the last note."""
        self._last.note = None


class Note:
    """One text, looked over once for all rules.

    Args:
        lookout: For which rules.
        text: The text.
    """

    def __init__(self, lookout: Lookout, text: str) -> None:
        self.text = text
        self._lookout = lookout
        self._anchored: dict[str, list[Zone]] = {}
        self._digits: list[Zone] | None = None
        plain = _plain(text)
        lowered = lower(plain)
        self._hits: defaultdict[int, list[int]] = defaultdict(list)
        self._triggered: defaultdict[int, list[Zone]] = defaultdict(list)
        lookout.loose.find(lowered, lowered, self._hits, self._triggered)
        lookout.exact.find(plain, lowered, self._hits, self._triggered)

    def worth_trying(self, first: int, count: int) -> list[int]:
        """Those of a range of rules that may find something, as far as literals and triggers say."""
        has_literals, rules = self._lookout.has_literals, self._lookout.rules
        hits, triggered = self._hits, self._triggered
        return [
            number
            for number in range(first, first + count)
            if (number in hits or not has_literals[number]) and (number in triggered or not rules[number].triggers)
        ]

    def hits(self, number: int) -> Sequence[int]:
        """Where the literals of a rule's pattern stand, sorted."""
        return sorted(set(self._hits[number]))

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

    def trigger_zones(self, number: int) -> list[Zone]:
        """The parts of the note a rule's triggers leave it."""
        rule = self._lookout.rules[number]
        if not rule.triggers:
            return [(0, len(self.text))]
        return merge(sorted(self._triggered[number]), rule.reach, len(self.text))

    def knows(self, anchor: str) -> bool:
        """Whether an anchor has been looked for already."""
        return anchor in self._anchored

    def _places(self, anchor: str) -> list[Zone]:
        if anchor not in self._anchored:
            known = self._lookout.anchors[anchor]
            if known.around_digits:
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
                (match.span() for match in _DIGIT.finditer(self.text)), (_WIDEST, _WIDEST), len(self.text)
            )
        return self._digits


class Anchor:
    """An anchor's pattern, and whether all it matches stands around digits."""

    def __init__(self, source: str) -> None:
        self.pattern = re.compile(source)
        self.around_digits = False
        try:
            tree = parse(source)
        except Unsupported:
            return
        _, most = width(tree)
        self.around_digits = source.isascii() and most is not None and most < _WIDEST and holds_digit(tree)


def holds_digit(node: Node) -> bool:
    """Whether all a node matches holds a digit."""
    match node:
        case Chars(members):
            return bool(members) and members <= _DIGITS
        case Items(items):
            return any(map(holds_digit, items))
        case Choice(options):
            return all(map(holds_digit, options))
        case Repeat(item, low, _):
            return low > 0 and holds_digit(item)
    return False


def _plain(text: str) -> str:
    """The text, as long as it was: white space is blank, odd forms of letters and lone surrogates are plain."""
    for odd, plain in _ODD_ASCII if text.isascii() else _ODD:
        if odd in text:
            text = text.replace(odd, plain)
    return text if text.isascii() else _SURROGATE.sub("?", text)


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
