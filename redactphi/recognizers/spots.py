"""Pieces of a rule's pattern for one scan of a note for all rules: where none stands, the rule matches nothing.

A spot is a pattern in the syntax of Vectorscan over bytes, one byte a character: ASCII as it is, `BEYOND` for anything else.
Whatever a rule matches holds one of its spots, at a known distance behind the start of the match. Everything here errs
to one side: a spot may be found where the rule does not match, never the other way.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Items
from dataclasses import dataclass
from operator import or_
from typing import TypeVar

from redactphi.recognizers.literals import is_empty, often
from redactphi.recognizers.needs import first, last
from redactphi.recognizers.anchors import AT_START
from redactphi.recognizers.sketch import char_class
from redactphi.recognizers.syntax import (
    ASCII,
    Anything,
    Chars,
    Choice,
    Edge,
    Look,
    Node,
    Repeat,
    Sequence,
    Unsupported,
    Words,
    parse,
)
from redactphi.resources import Rule

BEYOND = 0x80
"""The byte of every character beyond ASCII."""

LONGEST_RUN = 64
"""Runs of blanks, or of anything else, that are longer than this are beyond what spots can tell."""

FOLDED = frozenset("\u017f\u212a\u0130\u0131")
"""Letters beyond ASCII that stand for one of ASCII where case is ignored: texts that hold one are beyond what spots can tell."""

_BLANKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f ")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_ROOM = 500
_ROOM_BEFORE = 300
_LEAST = 3
_MOST = 60
_FEW_STATES = 8
_TOO_OFTEN = 0.02
_UNBOUNDED = 250
_A_PLACE = 0.1
_NOTHING = frozenset[str]()
_NONE = Chars(_NOTHING)

_MANY = 400
_COMMON_WORDS = {
    "the": 0.010, "of": 0.006, "and": 0.006, "to": 0.006, "in": 0.005, "at": 0.002, "for": 0.003, "with": 0.003, "from": 0.0012,
    "by": 0.001, "on": 0.002, "was": 0.004, "is": 0.003, "her": 0.0015, "his": 0.0015, "no": 0.002, "or": 0.001, "has": 0.001,
    "he": 0.002, "she": 0.002, "a": 0.004, "as": 0.0015, "that": 0.0008, "this": 0.0006, "patient": 0.0015,
}  # fmt: skip
"""About how often some words begin at any one place of a note."""

_OPTIONAL = 4
_LONG = 8

_MARK = 4
_FIRST = (0.04, 0.04, 0.68, 0.17, 0.07)
"""How often a character of a note is a digit, a capital, another letter, a blank, a mark."""

_NEXT = (
    (0.45, 0.01, 0.02, 0.30, 0.22),
    (0.02, 0.50, 0.33, 0.10, 0.05),
    (0.002, 0.002, 0.79, 0.17, 0.036),
    (0.06, 0.13, 0.72, 0.05, 0.04),
    (0.12, 0.10, 0.15, 0.55, 0.08),
)
"""What the next one is, by what the last one is."""

_BEFORE = tuple(zip(*_NEXT, strict=True))

_BLANK_SHARES = {" ": 0.85, "\n": 0.13, "\t": 0.01}
_MARK_SHARES = {".": 0.25, ",": 0.2, ":": 0.12, "-": 0.1, "/": 0.08, "(": 0.04, ")": 0.04, "#": 0.005}

Width = tuple[int, int | None]
_State = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """One of the things to look for.

    Attributes:
        source: The pattern.
        near: Least distance from the start of a match to the end of what is found.
        far: Greatest distance; None: unbounded.
        between: What may stand between the two where the distance is unbounded, as the source of a class.
    """

    source: str
    near: int
    far: int | None
    between: str = ""


def spots_of(rule: Rule) -> tuple[Spot, ...]:
    """What to look for to find a rule; nothing where that would be found about everywhere, or nothing is known."""
    ways = [ways for ways in (_of_pattern(rule), _of_anchor(rule), _of_triggers(rule)) if ways]
    if not ways:
        return ()
    best = min(ways, key=lambda windows: sum(window.cost for window in windows))
    return tuple(dict.fromkeys(spot for window in best for spot in window.spots()))


@dataclass(frozen=True)
class _Window:
    """Some items of a sequence in a row.

    Attributes:
        before: What must stand before them, as source.
        items: The items; of the first at least its end, of the last at least its beginning.
        after: What must stand behind them, as source.
        width: From the start of a match to the end of the last item.
        between: What may stand in there.
        is_at_words: Whether the width depends on which of some words is found.
    """

    before: str
    items: tuple[Node, ...]
    after: str
    width: Width
    between: Chars = _NONE
    is_at_words: bool = True

    @functools.cached_property
    def frequency(self) -> float:
        """About how often it is found at any one place."""
        return _frequency(self.items) * (0.4 if self.before else 1.0)

    @property
    def cost(self) -> float:
        """About how much looking at the places it leaves costs."""
        low, high = self.width
        places = _UNBOUNDED if high is None else 1 + (high - low) * _A_PLACE
        return self.frequency * places

    def spots(self) -> Iterator[Spot]:
        """The spots."""
        low, high = self.width
        between = char_class(self.between) if high is None else ""
        if len(self.items) == 1 and _size(self.items[0]) > _ROOM:
            all_low, all_high = _width(self.items[0])
            for source, least, most in _literals(self.items[0]) or ():
                if not self.is_at_words:
                    yield Spot(source, low, high, between)
                    continue
                far = None if high is None or all_high is None else high - all_high + most
                yield Spot(source, low - all_low + least, far, between)
        else:
            source = self.before + _row(self.items) + self.after
            yield Spot(source, low, None if high is None else high + bool(self.after), between)


def _of_pattern(rule: Rule) -> list[_Window]:
    try:
        tree = parse(rule.regex, ignore_case=rule.ignore_case)
    except Unsupported:
        return []
    found = []
    for items in _ways(_flat(tree)):
        best = min((window for view in _views(items) for window in view.windows()), key=_by_cost, default=None)
        if best is None or best.frequency > _TOO_OFTEN:
            return []
        found.append(best)
    return found


def _of_anchor(rule: Rule) -> list[_Window]:
    """What a rule's anchor, which lies in every match, is known by."""
    if not rule.anchor or rule.anchor == AT_START:
        return []
    try:
        items = _flat(parse(rule.anchor))
    except Unsupported:
        return []
    best = min(_View(items, 0, (0, rule.reach[0]), _NONE).windows(), key=_by_cost, default=None)
    return [] if best is None or best.frequency > _TOO_OFTEN or best.width[1] is None else [best]


def _of_triggers(rule: Rule) -> list[_Window]:
    """The words near which a rule is tried."""
    if not rule.triggers:
        return []
    before, after = rule.reach
    words = Words(tuple(sorted(rule.triggers)), ignore_case=True)
    longest = max(map(len, rule.triggers))
    window = _Window("", (words,), "", (-after, longest + before), is_at_words=False)
    return [] if window.frequency > _TOO_OFTEN else [window]


def _by_cost(window: _Window) -> tuple[float, int]:
    return window.cost, len(window.items)


_Result = TypeVar("_Result")


def _once(function: Callable[[Node], _Result]) -> Callable[[Node], _Result]:
    """Work something out once for each node; nodes are compared by identity, since to compare trees takes longer."""
    known: dict[int, tuple[Node, _Result]] = {}

    @functools.wraps(function)
    def remembered(node: Node) -> _Result:
        found = known.get(id(node))
        if found is None:
            found = known[id(node)] = (node, function(node))
        return found[1]

    return remembered


def _flat(node: Node) -> tuple[Node, ...]:
    """The items of a node in a row."""
    match node:
        case Sequence(items):
            return tuple(inner for item in items for inner in _flat(item))
        case Repeat(item, 1, 1):
            return _flat(item)
    return (node,)


def _ways(items: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """The sequences of items that a pattern may consist of: a choice at its start is taken apart if it is a large one."""
    ways, done = [items], list[tuple[Node, ...]]()
    while ways:
        way = ways.pop()
        index = next((i for i, item in enumerate(way) if not isinstance(item, Look | Edge)), len(way))
        item = way[index] if index < len(way) else None
        large = isinstance(item, Choice) and (len(way) == 1 or _size(item) > _ROOM // 2 or _is_endless(item))
        if isinstance(item, Choice) and large and len(item.options) + len(ways) + len(done) <= _MOST:
            ways += [(*way[:index], *_flat(option), *way[index + 1 :]) for option in item.options]
        else:
            done.append(way)
    if len(done) * (_OPTIONAL + 1) <= _MOST:
        done = [one for way in done for one in _without_optional(way)]
    return done


def _without_optional(items: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    """A sequence with none of the long parts near its start that need not be there, with the first of them, the second ...

    Where none is there, which is the rule, the start of a match is known all the better.
    """
    optional = [
        index
        for index, item in enumerate(items[: 2 * _OPTIONAL])
        if isinstance(item, Repeat) and item.low == 0 and (_width(item)[1] or _UNBOUNDED) > _LONG
    ][:_OPTIONAL]
    for index in optional:
        item = items[index]
        assert isinstance(item, Repeat)
        before = [one for place, one in enumerate(items[:index]) if place not in optional]
        yield (*before, Repeat(item.item, 1, item.high), *items[index + 1 :])
    yield tuple(one for place, one in enumerate(items) if place not in optional)


def _is_endless(node: Node) -> bool:
    return _width(node)[1] is None


def _views(items: tuple[Node, ...]) -> Iterator[_View]:
    """A sequence as it is, and with what it must look at ahead or behind from some place in the place of the rest."""
    yield _View(items, 0, (0, 0), _NONE)
    for index, item in enumerate(items):
        match item:
            case Look(inner, ahead=True, wanted=True):
                yield _View((*items[:index], *_flat(inner)), 0, (0, 0), _NONE)
            case Look(inner, ahead=False, wanted=True):
                before, passed = _flat(inner), items[:index]
                between = functools.reduce(or_, map(_chars, passed), _NONE)
                yield _View((*before, *items[index + 1 :]), len(before), _sum_width(passed), between)


@dataclass(frozen=True)
class _View:
    """A sequence of items.

    Attributes:
        items: The items.
        start: Which of them the match begins at, or rather goes on from.
        offset: How far behind the start of the match that is.
        between: What may stand between.
    """

    items: tuple[Node, ...]
    start: int
    offset: Width
    between: Chars

    def windows(self) -> Iterator[_Window]:
        """Some items in a row, from each of them on as many as there is room for."""
        for begin, item in enumerate(self.items):
            if not is_empty(item):
                yield from self._from(begin)

    def _from(self, begin: int) -> Iterator[_Window]:
        first_item = self.items[begin]
        if _size(first_item) <= _ROOM_BEFORE:
            yield from self._with(begin, first_item)
            return
        if _size(first_item) > _ROOM and _literals(first_item):
            yield from filter(None, (self._window("", [first_item], "", begin + 1),))
        if part := _ending(first_item, _ROOM_BEFORE):
            yield from self._with(begin, part)

    def _with(self, begin: int, first_item: Node) -> Iterator[_Window]:
        """A window that begins with an item, or the end of it."""
        items, chosen, end = self.items, [first_item], begin + 1
        room = _ROOM - _size(first_item)
        is_whole = True
        while end < len(items):
            item = items[end]
            if isinstance(item, Edge):
                chosen.append(item)
            elif not is_empty(item):
                fits = _size(item) <= room and (end < self.start or not _is_endless(item))
                if not fits:
                    part = _beginning(item, room)
                    if part:
                        chosen.append(part)
                        end += 1
                    is_whole = False
                    break
                chosen.append(item)
                room -= _size(item)
            end += 1
        before = _before(items, begin) if first_item is items[begin] else ""
        yield from self._shortened(before, chosen, begin, end, is_whole=is_whole)

    def _shortened(
        self, before: str, chosen: list[Node], begin: int, end: int, *, is_whole: bool
    ) -> Iterator[_Window]:
        """The window without what need not stand at its end."""
        shortest = _shortest(chosen)
        if not shortest:
            return
        places = [i for i in range(begin, end) if not is_empty(self.items[i])]
        last = places[sum(1 for item in shortest if not is_empty(item)) - 1]
        unchanged = shortest[-1] is self.items[last]
        after = _after(self.items[last + 1]) if unchanged and last + 1 < len(self.items) else ""
        yield from filter(None, (self._window(before, shortest, after, last + 1, tail=shortest[-1]),))

    def _window(
        self, before: str, chosen: Items[Node], after: str, end: int, *, tail: Node | None = None
    ) -> _Window | None:
        """A window up to an item, of which the last is the whole item or what is left of it."""
        least, most = self.offset
        if end <= self.start:
            return self._window_before(before, chosen, after, end)
        passed = list(self.items[self.start : end])
        if tail is not None and len(chosen) > 1:
            passed[-1] = tail
        low, high = _sum_width(passed)
        width = least + low, None if high is None or most is None else most + high
        between = functools.reduce(or_, map(_chars, passed), self.between)
        return _Window(before, tuple(chosen), after, width, between)

    def _window_before(self, before: str, chosen: Items[Node], after: str, end: int) -> _Window | None:
        """A window that ends before the match begins, with what need not stand at its end."""
        (least, most), (low, high) = self.offset, _sum_width(self.items[end : self.start])
        _, last_high = _width(self.items[end - 1])
        if high is None or last_high is None or most is None:
            return None
        return _Window(before, tuple(chosen), after, (least - high - last_high, most - low), self.between)


def _shortest(items: Items[Node]) -> list[Node]:
    """The items without what need not stand at their end."""
    found = list(items)
    while found:
        last = _least(found.pop())
        if last is not None:
            return [*found, last]
    return []


def _least(node: Node) -> Node | None:
    """A node without what need not stand at its end; None where nothing need stand there."""
    match node:
        case Repeat(_, 0, _) | Look() | Edge() | Anything():
            return None
        case Repeat(item, low, high):
            if low == 1:
                return _least(item)
            return node if high == low else Repeat(item, low, low)
        case Sequence(items):
            found = _shortest(items)
            return node if len(found) == len(items) and found[-1] is items[-1] else _one_of(found)
        case Choice(options):
            least = [_least(option) for option in options]
            if all(one is option for one, option in zip(least, options, strict=True)):
                return node
            return None if None in least else Choice(tuple(filter(None, least)))
    return node


def _one_of(items: list[Node]) -> Node | None:
    return Sequence(tuple(items)) if items else None


def _beginning(node: Node, room: int) -> Node | None:
    """What a node begins with, as far as there is room for it; None where it need not begin at all."""
    match node:
        case Chars():
            return node
        case Words(words, ignore_case):
            return _cut(words, ignore_case, room, lambda word, length: word[:length].rstrip() or word[:1])
        case Sequence(items):
            return _some(items, room, _beginning)
        case Choice(options):
            return _each(options, room, _beginning)
        case Repeat(item, low, _) if low > 0:
            return _beginning(item, room)
    return None


def _ending(node: Node, room: int) -> Node | None:
    """What a node ends in, as far as there is room for it; None where it need not end in anything."""
    match node:
        case Chars():
            return node
        case Words(words, ignore_case):
            return _cut(words, ignore_case, room, lambda word, length: word[-length:].lstrip() or word[-1:])
        case Sequence(items):
            turned = _some(items[::-1], room, _ending)
            return None if turned is None else _in_order(turned, _ending)
        case Choice(options):
            return _each(options, room, _ending)
        case Repeat(item, low, _) if low > 0:
            return _ending(item, room)
    return None


_Part = Callable[[Node, int], Node | None]


def _some(items: Items[Node], room: int, part: _Part) -> Node | None:
    """The first items for which there is room, and a part of the next; all are given and given back from the same side."""
    found: list[Node] = []
    for index, item in enumerate(items):
        if is_empty(item):
            continue
        if _size(item) <= room and (part is _ending or not _is_endless(item)):
            found.append(item)
            room -= _size(item)
            continue
        if isinstance(item, Repeat) and item.low == 0:
            # Either it is there or what comes next is.
            there, next_ = part(item.item, room // 2), _some(items[index + 1 :], room // 2, part)
            rest = None if there is None or next_ is None else Choice((there, _in_order(next_, part)))
        else:
            rest = part(item, room)
        return _one_of([*found, rest] if rest else found)
    return _one_of(found)


def _in_order(node: Node, part: _Part) -> Node:
    """A sequence as it is read: what is taken from the end is given the other way round."""
    return Sequence(node.items[::-1]) if part is _ending and isinstance(node, Sequence) else node


def _each(options: Items[Node], room: int, part: _Part) -> Node | None:
    """A part of each option."""
    share = max(_LEAST, room // len(options))
    parts = [
        option if _size(option) <= share and not _is_endless(option) else part(option, share) for option in options
    ]
    return None if None in parts else Choice(tuple(filter(None, parts)))


def _cut(words: Items[str], ignore_case: bool, room: int, cut: Callable[[str, int], str]) -> Words:  # noqa: FBT001
    """Words cut to a length for which there is room."""
    for length in (8, 6, 5, 4):
        found = Words(tuple(sorted({cut(word, length) for word in words})), ignore_case)
        if _size(found) <= room:
            return found
    return Words(tuple(sorted({cut(word, _LEAST) for word in words})), ignore_case)


def _literals(node: Node) -> list[tuple[str, int, int]] | None:
    """The words of a node of nothing but words, each as source, with its least and greatest length; None for any other."""
    match node:
        case Words(words, ignore_case):
            return [
                (
                    "".join(_source_of_char(char, ignore_case=ignore_case) for char in word),
                    len(word),
                    len(word) + word.count(" ") * LONGEST_RUN,
                )
                for word in words
            ]
        case Choice(options):
            parts = [_literals(option) for option in options]
            return None if None in parts else [found for part in parts for found in part or ()]
        case Sequence(items):
            solid = [item for item in items if not is_empty(item)]
            return _literals(solid[0]) if len(solid) == 1 else None
    return None


@_once
def _width(node: Node) -> Width:  # noqa: PLR0911 - one for each kind of node
    """Least and greatest length of what a node matches in a text without long runs; None: unbounded."""
    match node:
        case Chars():
            return 1, 1
        case Words(words):
            return min(map(len, words)), max(len(word) + word.count(" ") * LONGEST_RUN for word in words)
        case Sequence(items):
            return _sum_width(items)
        case Choice(options):
            widths = [_width(option) for option in options]
            highs = [high for _, high in widths if high is not None]
            return min(low for low, _ in widths), max(highs) if len(highs) == len(widths) else None
        case Repeat(item, low, high):
            least, most = _width(item)
            if isinstance(item, Chars) and _is_of_a_kind(item):
                return low, max(low, min(LONGEST_RUN, LONGEST_RUN if high is None else high))
            return least * low, None if high is None or most is None else most * high
        case Anything():
            return 0, None
    return 0, 0


def _is_of_a_kind(chars: Chars) -> bool:
    return chars.ascii <= _BLANKS or chars.ascii.isdisjoint(_BLANKS)


def _sum_width(items: Iterable[Node]) -> Width:
    low, high = 0, 0
    endless = False
    for item in items:
        least, most = _width(item)
        low += least
        endless |= most is None
        high += most or 0
    return low, None if endless else high


@_once
def _chars(node: Node) -> Chars:
    match node:
        case Chars():
            return node
        case Words():
            return node.chars
        case Sequence(items) | Choice(items):
            return functools.reduce(or_, map(_chars, items), _NONE)
        case Repeat(item, _, _):
            return _chars(item)
        case Anything():
            return Chars(ASCII, None, None)
    return _NONE


@_once
def _size(node: Node) -> int:
    """How many places of a pattern a node takes."""
    match node:
        case Chars():
            return 1
        case Words():
            return _size_of_trie(_trie(node))
        case Sequence(items) | Choice(items):
            return sum(map(_size, items))
        case Repeat(item, low, high):
            return _size(item) * _copies(low, high)
        case Anything():
            return 1
    return 0


def _copies(low: int, high: int | None) -> int:
    return low + 1 if high is None or high > _FEW_STATES else high


def _frequency(items: Items[Node]) -> float:
    """About how often some items in a row match at any one place of a note."""
    state = None
    for item in items:
        state = _behind(item, state)
    return 1.0 if state is None else sum(state)


def _behind(node: Node, state: _State | None) -> _State | None:
    """How probable a note is to have gone on with a node, by the kind of the last character."""
    return _at_start(node) if state is None else _go_on(node, state)


@_once
def _at_start(node: Node) -> _State | None:
    return _go_on(node, None)


def _go_on(node: Node, state: _State | None) -> _State | None:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Chars():
            return _behind_char(node, state)
        case Words():
            return _behind_trie(_trie(node), state, ignore_case=node.ignore_case)
        case Sequence(items):
            for item in items:
                state = _behind(item, state)
            return state
        case Choice(options):
            return _with_common(node, state, _sum_states([_behind(option, state) for option in options]))
        case Repeat(item, low, _):
            once = state
            for _ in range(min(low, 6)):
                once = _behind(item, once)
            return once if low else _sum_states([state, _behind(item, state)])
    return state


def _with_common(node: Node, before: _State | None, state: _State | None) -> _State | None:
    """What a choice comes to where common words are among its options, which letters by themselves do not tell."""
    words = _strings(node)
    if words is None or state is None:
        return state
    common = sum(_COMMON_WORDS.get(word.strip().lower(), 0.0) for word in words)
    small = common if before is None else min(1.0, 6 * sum(before)) * common
    return *state[:2], min(1.0, state[2] + small), *state[3:]


@_once
def _strings(node: Node) -> frozenset[str] | None:
    """The strings a node may be, in small letters, if they are few."""
    match node:
        case Chars():
            letters = frozenset(char.lower() for char in node.ascii if not char.isspace())
            return letters if len(letters) == 1 else frozenset(" ") if node.ascii <= _BLANKS else None
        case Words(words):
            return frozenset(word.lower() for word in words) if len(words) <= _MANY else None
        case Sequence(items):
            whole = frozenset([""])
            for item in items:
                parts = frozenset([""]) if is_empty(item) else _strings(item)
                if parts is None or len(parts) * len(whole) > _MANY:
                    return None
                whole = frozenset(one + part for one in whole for part in parts)
            return whole
        case Choice(options):
            every = [_strings(option) for option in options]
            known = [strings for strings in every if strings is not None]
            return frozenset().union(*known) if known else None
        case Repeat(item, low, high) if high == 1:
            parts = _strings(item)
            return None if parts is None else parts | ({""} if low == 0 else set())
    return None


def _sum_states(states: Items[_State | None]) -> _State | None:
    if None in states:
        return None
    return tuple(min(1.0, sum(parts)) for parts in zip(*(state for state in states if state), strict=True))


def _behind_char(chars: Chars, state: _State | None) -> _State:
    found = [0.0] * len(_FIRST)
    for kind, share in _shares(chars):
        if state is None:
            found[kind] = _FIRST[kind] * share
        else:
            digit, capital, small, blank, mark = _BEFORE[kind]
            a, b, c, d, e = state
            found[kind] = (a * digit + b * capital + c * small + d * blank + e * mark) * share
    return tuple(found)


@_once
def _shares(chars: Node) -> list[tuple[int, float]]:
    """Which part of the digits, capitals, small letters, blanks and marks of a note a class takes."""
    assert isinstance(chars, Chars)
    shares = [0.0] * len(_FIRST)
    for char in chars.ascii:
        kind = _kind(char)
        shares[kind] += 0.1 if kind == 0 else _share_of(char, kind)
    if _is_beyond(chars):
        shares[_MARK] += 0.03
    return [(kind, min(1.0, share)) for kind, share in enumerate(shares) if share]


def _kind(char: str) -> int:
    if char.isdigit():
        return 0
    if char.isalpha():
        return 1 if char.isupper() else 2
    return 3 if char.isspace() else _MARK


def _share_of(char: str, kind: int) -> float:
    if kind == 3:
        return _BLANK_SHARES.get(char, 0.002)
    return _MARK_SHARES.get(char, 0.01) if kind == _MARK else often(char.lower()) / 0.85


def _behind_trie(trie: _Trie, state: _State | None, *, ignore_case: bool) -> _State | None:
    found: list[_State | None] = []
    for char, inner in trie.items():
        if char:
            one = _behind_char(_letter(char, ignore_case=ignore_case), state)
            found.append(_behind_trie(inner, one, ignore_case=ignore_case))
        else:
            found.append(state)
    return _sum_states(found)


@functools.cache
def _letter(char: str, *, ignore_case: bool) -> Chars:
    if char == " ":
        return Chars(_BLANKS)
    return Chars(frozenset((char.lower(), char.upper()) if ignore_case else char) & ASCII, None if char not in ASCII else _NOTHING)


def _before(items: Items[Node], begin: int) -> str:
    """What must stand before an item."""
    if begin == 0:
        return ""
    match items[begin - 1]:
        case Look(Chars() as chars, ahead=False, wanted=False):
            return f"(?:^|{_class(ASCII - chars.ascii, beyond=True)})"
        case Edge("^"):
            return r"(?:^|\n)"
        case Edge("b") if _is_plain_edge(items, begin - 1):
            return r"\b"
    return ""


def _after(item: Node) -> str:
    """What must stand behind what has been chosen."""
    match item:
        case Look(Chars() as chars, ahead=True, wanted=False):
            return rf"(?:\z|{_class(ASCII - chars.ascii, beyond=True)})"
    return ""


def _is_beyond(chars: Chars) -> bool:
    """Whether a class holds characters beyond ASCII, but for those that no text has which is scanned."""
    return chars.other is None or not chars.other <= FOLDED


def _class(ascii_: frozenset[str], *, beyond: bool) -> str:
    codes = sorted({*map(ord, ascii_), *([BEYOND] if beyond else [])})
    if len(codes) == 1:
        return f"\\x{codes[0]:02x}"
    ranges, start = [], 0
    for index, code in enumerate(codes):
        if index + 1 == len(codes) or codes[index + 1] != code + 1:
            first_code = codes[start]
            ranges.append(f"\\x{first_code:02x}" + (f"-\\x{code:02x}" if code > first_code else ""))
            start = index + 1
    return f"[{''.join(ranges)}]" if ranges else r"[^\x00-\xff]"


def _row(items: Items[Node]) -> str:
    """Items one after the other, and the edges of words between them where bytes tell them."""
    return "".join(
        r"\b" if isinstance(item, Edge) and item.kind == "b" and _is_plain_edge(items, index) else _source(item)
        for index, item in enumerate(items)
    )


def _is_plain_edge(items: Items[Node], index: int) -> bool:
    """Whether what stands on one side of an edge can be nothing but an ASCII character of a word."""
    after, none_after = first(items[index + 1 :])
    if not none_after and _is_plain_word(after):
        return True
    before = [item for item in items[:index] if not is_empty(item)]
    if not before:
        return False
    chars, none_before = last(before[-1])
    return not none_before and _is_plain_word(chars)


def _is_plain_word(chars: Chars) -> bool:
    return bool(chars.ascii) and chars.ascii <= _WORD and not _is_beyond(chars)


@_once
def _source(node: Node) -> str:
    match node:
        case Chars():
            return _class(node.ascii, beyond=_is_beyond(node))
        case Words():
            return _source_of_trie(_trie(node), ignore_case=node.ignore_case)
        case Sequence(items):
            return _row(items)
        case Choice(options):
            return f"(?:{'|'.join(map(_source, options))})"
        case Repeat(item, low, high):
            inner = _source(item)
            if not inner:
                return ""
            single = inner if isinstance(item, Chars) else f"(?:{inner})"
            return single + _count(low, high)
        case Anything():
            return r"[\x00-\xff]*"
    return ""


def _count(low: int, high: int | None) -> str:
    if high is None or high > _FEW_STATES:
        return {0: "*", 1: "+"}.get(low, f"{{{low},}}")
    return "?" if (low, high) == (0, 1) else f"{{{low},{high}}}" if low != high else f"{{{low}}}"


_Trie = dict[str, "_Trie"]


@functools.lru_cache(maxsize=8192)
def _trie(node: Words) -> _Trie:
    root: _Trie = {}
    for word in node.words:
        branch = root
        for char in word.lower() if node.ignore_case and len(word.lower()) == len(word) else word:
            branch = branch.setdefault(char, {})
        branch[""] = {}
    return root


def _size_of_trie(trie: _Trie) -> int:
    return sum(1 + _size_of_trie(inner) for char, inner in trie.items() if char)


def _source_of_trie(trie: _Trie, *, ignore_case: bool) -> str:
    options = [
        _source_of_char(char, ignore_case=ignore_case) + _source_of_trie(inner, ignore_case=ignore_case)
        for char, inner in sorted(trie.items())
        if char
    ]
    if not options:
        return ""
    source = options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"
    return f"(?:{source})?" if "" in trie else source


def _source_of_char(char: str, *, ignore_case: bool) -> str:
    if char == " ":
        return _class(_BLANKS, beyond=True) + "+"
    if char not in ASCII:
        return _class(frozenset(), beyond=True)
    if ignore_case and char.isalpha():
        return _class(frozenset((char.lower(), char.upper())), beyond=False)
    return _class(frozenset(char), beyond=False)
