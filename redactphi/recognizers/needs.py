"""What every match of a pattern must hold: literals near its start, and how its first characters look.

Everything here errs to one side: it may let through a place where the pattern does not match, never the other way.
"""

from __future__ import annotations

import functools
import math
import string
from collections.abc import Iterator
from collections.abc import Sequence as Items
from dataclasses import dataclass, replace
from operator import or_

from redactphi.recognizers.literals import Literal, is_empty, literals_of, prefixes_of_char, shapes_of
from redactphi.recognizers.syntax import ANY, Anything, Chars, Choice, Edge, Look, Node, Repeat, Sequence, Words

Width = tuple[int, int | None]

_WORD_START = 0.5
_UNBOUNDED = 80
_A_PLACE = 4
_SOME = 0.005
_OFTEN = 0.04
_OFTEN_AT_WORDS = 0.1
_SELDOM_ENOUGH = 0.0005
_NONE = Chars(frozenset())
_ZERO: int | None = 0
_LETTERS = frozenset(string.ascii_letters)
_OF_SHAPE = {"0": string.digits, "A": string.ascii_uppercase, "a": string.ascii_lowercase}
_LIKE = {shape: frozenset(letters) for shape, letters in _OF_SHAPE.items()}


@dataclass(frozen=True, slots=True)
class Clause:
    """One of ``literals`` stands ``low`` to ``high`` characters behind the start of every match.

    Attributes:
        literals: The literals.
        low: Least distance; below zero: before the start. None: unbounded.
        high: Greatest distance. None: unbounded.
        between: What may stand between the literal's start and the match's.
        at_word: Whether no ASCII letter stands before a literal that begins with one; before a shape, nothing of the shape of its start.
    """

    literals: frozenset[Literal]
    low: int | None
    high: int | None
    between: Chars
    at_word: bool

    @property
    def frequency(self) -> float:
        """About how often one of the literals stands at any one place of a text."""
        # Exact, so that it does not depend on the order of a set, and neither does what the build packs.
        return math.fsum(literal.frequency for literal in self.literals)

    @property
    def is_often(self) -> bool:
        """Whether its literals stand in too many places to be of use."""
        return self.frequency > (_OFTEN_AT_WORDS if self._at_letters else _OFTEN)

    @property
    def _at_letters(self) -> bool:
        return self.at_word and not any(literal.shaped for literal in self.literals)

    @property
    def cost(self) -> float:
        """About how much looking at the places it leaves costs."""
        here = self.frequency * (_WORD_START if self._at_letters else 1)
        if self.low is None or self.high is None:
            return _SOME + _UNBOUNDED * here
        return min(_UNBOUNDED, 1 + (self.high - self.low) / _A_PLACE) * here


def _by_cost(clause: Clause) -> tuple[bool, float, list[Literal]]:
    return clause.is_often, clause.cost, sorted(clause.literals)


def by_frequency(clause: Clause) -> tuple[float, float, list[Literal]]:
    """A key for sorting: the rarest first."""
    return clause.frequency, clause.cost, sorted(clause.literals)


def best_clause(tree: Node) -> Clause | None:
    """The clause that leaves the fewest places to look at, if there is any."""
    return min(_of_sequence(_items(tree)), key=_by_cost, default=None)


def rarest_clause(tree: Node) -> Clause | None:
    """The clause whose literals stand in the fewest texts, if there is any."""
    return min(_of_sequence(_items(tree)), key=by_frequency, default=None)


def head(tree: Node) -> Chars | None:
    """What the character at the start of a match may be; None where there need not be one."""
    chars, empty = first(_items(tree))
    return None if empty else chars


def width(node: Node) -> Width:  # noqa: PLR0911 - one for each kind of node
    """Least and greatest length of what a node matches; None: unbounded."""
    match node:
        case Chars():
            return 1, 1
        case Words(words):
            longest = None if any(" " in word for word in words) else max(map(len, words))
            return min(map(len, words)), longest
        case Sequence(items):
            return _sum(width(item) for item in items)
        case Choice(options):
            widths = [width(option) for option in options]
            highs = [high for _, high in widths if high is not None]
            return min(low for low, _ in widths), max(highs) if len(highs) == len(widths) else None
        case Repeat(item, low, high):
            least, most = width(item)
            return least * low, None if high is None or most is None else most * high
        case Anything():
            return 0, None
    return 0, 0


def _sum(widths: Iterator[Width]) -> Width:
    low, high = 0, 0
    endless = False
    for least, most in widths:
        low += least
        endless |= most is None
        high += most or 0
    return low, None if endless else high


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _chars(node: Node) -> Chars:
    """Every character a node may match."""
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
            return ANY
    return _NONE


def first(items: Items[Node]) -> tuple[Chars, bool]:
    """What the first character may be, and whether there need not be one."""
    found, wanted = _NONE, ANY
    for item in items:
        chars, empty = _first_of(item)
        if isinstance(item, Look):
            if item.wanted and item.ahead and not empty:
                wanted &= chars
            continue
        # What is looked ahead for says nothing of what may stand before that place.
        found |= chars & wanted
        if not empty:
            return found, False
    return (found, True) if wanted is ANY else (found | wanted, False)


def _first_of(node: Node) -> tuple[Chars, bool]:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Chars():
            return node, False
        case Words():
            return node.first, False
        case Sequence(items):
            return first(items)
        case Choice(options):
            # An option that is nothing but a look around matches no character.
            return _united(first(_items(option)) for option in options)
        case Repeat(item, low, _):
            chars, empty = _first_of(item)
            return chars, empty or low == 0
        case Look(item):
            return _first_of(item)
        case Anything():
            return ANY, True
    return _NONE, True


def _united(ends: Iterator[tuple[Chars, bool]]) -> tuple[Chars, bool]:
    found = list(ends)
    return functools.reduce(or_, (chars for chars, _ in found)), any(empty for _, empty in found)


def last(node: Node) -> tuple[Chars, bool]:  # noqa: PLR0911 - one for each kind of node
    """What the last character a node matches may be, and whether there need not be one."""
    match node:
        case Chars():
            return node, False
        case Words():
            return node.last, False
        case Sequence(items):
            found = _NONE
            for item in reversed(items):
                chars, empty = last(item)
                found |= chars
                if not empty:
                    return found, False
            return found, True
        case Choice(options):
            return _united(map(last, options))
        case Repeat(item, low, _):
            chars, empty = last(item)
            return chars, empty or low == 0
        case Anything():
            return ANY, True
    return _NONE, True


def _clauses(node: Node) -> Iterator[Clause]:
    match node:
        case Sequence(items):
            yield from _of_sequence(items)
        case Choice(options):
            yield from _of_choice(options)
        case Repeat(item, low, _) if low > 0:
            yield from _clauses(item)
        case Look(item, ahead=True, wanted=True):
            yield from _clauses(item)
        case Look(item, ahead=False, wanted=True):
            yield from _behind(_items(item))
        case Chars() | Words():
            yield from _of_sequence((node,))


def _of_choice(options: Items[Node]) -> Iterator[Clause]:
    """The clauses of the options together: of the cheapest of each, of the rarest, and of those at the very start."""
    every = [list(_clauses(option)) for option in options]
    if not all(every):
        return
    yield _either([min(clauses, key=_by_cost) for clauses in every])
    yield _either([min(clauses, key=by_frequency) for clauses in every])
    at_start = [[clause for clause in clauses if clause.low == clause.high == 0] for clauses in every]
    if all(at_start):
        yield _either([min(clauses, key=_by_cost) for clauses in at_start])


def _either(clauses: Items[Clause]) -> Clause:
    lows = [clause.low for clause in clauses if clause.low is not None]
    highs = [clause.high for clause in clauses if clause.high is not None]
    return Clause(
        frozenset().union(*(clause.literals for clause in clauses)),
        min(lows) if len(lows) == len(clauses) else None,
        max(highs) if len(highs) == len(clauses) else None,
        functools.reduce(or_, (clause.between for clause in clauses)),
        all(clause.at_word or not any(map(_unlike, clause.literals)) for clause in clauses),
    )


def _of_sequence(items: Items[Node]) -> Iterator[Clause]:
    low, high, between = 0, _ZERO, _NONE
    for index, item in enumerate(items):
        if not is_empty(item) and not _continues(items, index) and (literals := literals_of(items[index:])):
            clause = Clause(literals, low, high, between, at_word=_is_at_word(items[:index], literals))
            yield clause
            if clause.low == clause.high and clause.frequency < _SELDOM_ENOUGH:
                return
        yield from _shapes_from(items, index, (low, high), between)
        if not isinstance(item, Chars | Words):
            for clause in _clauses(item):
                yield replace(
                    clause,
                    low=None if clause.low is None else clause.low + low,
                    high=None if clause.high is None or high is None else clause.high + high,
                    between=clause.between | between,
                )
        least, most = width(item)
        low += least
        high = None if most is None or high is None else high + most
        between |= _chars(item)


def _shapes_from(items: Items[Node], index: int, before: Width, between: Chars) -> Iterator[Clause]:
    """The clause of the shapes a sequence goes on with at a place, or at the last of many characters there."""
    item, (low, high) = items[index], before
    rest = items[index:]
    if isinstance(item, Repeat) and isinstance(item.item, Chars) and item.low > 0 and item.high != item.low:
        rest = [item.item, *items[index + 1 :]]
        low += item.low - 1
        high = None if high is None or item.high is None else high + item.high - 1
        if literals := shapes_of(rest):
            yield Clause(literals, low, high, between | item.item, at_word=False)
        rest, (low, high) = items[index:], before
    if not is_empty(item) and (literals := shapes_of(rest)):
        yield Clause(literals, low, high, between, at_word=_is_at_word(items[:index], literals))


def _continues(items: Items[Node], index: int) -> bool:
    """Whether literals from here on would only be the ends of those from the place before."""
    before = items[index - 1] if index else None
    return isinstance(before, Chars) and prefixes_of_char(before) is not None


def _behind(items: Items[Node]) -> Iterator[Clause]:
    """The clauses of what stands before a place, their distances counted from it."""
    for index, item in enumerate(items):
        rest = items[index:]
        low, high = _sum(width(part) for part in rest)
        between = functools.reduce(or_, map(_chars, rest), _NONE)
        least = None if high is None else -high
        if not is_empty(item) and not _continues(items, index) and (literals := literals_of(rest)):
            yield Clause(literals, least, -low, between, at_word=_is_at_word(items[:index], literals))
        if isinstance(item, Chars | Words | Look):
            continue
        for clause in _clauses(item):
            if clause.low is not None and clause.low >= 0:
                high_in = None if clause.high is None else clause.high - low
                yield replace(clause, low=None if least is None else least + clause.low, high=high_in, between=between)


def _is_at_word(before: Items[Node], literals: frozenset[Literal]) -> bool:
    """Whether no ASCII letter can stand before the literals that begin with one, and before a shape nothing of the shape of its start."""
    unlike = list(filter(None, map(_unlike, literals)))
    if not unlike:
        return False
    for item in reversed(before):
        match item:
            case Edge("b") | Edge("^") | Edge("start"):
                return True
            case Look(Chars(letters), ahead=False, wanted=False) if all(letters >= some for some in unlike):
                return True
            case Look() | Edge():
                continue
        return False
    return False


def _unlike(literal: Literal) -> frozenset[str]:
    """What must not stand before a literal for it to be at the start of a word, or of its shape; nothing if it is no word."""
    if literal.shaped:
        return _LIKE.get(literal.text[0], frozenset())
    return _LETTERS if literal.text[0] in _LETTERS else frozenset()
