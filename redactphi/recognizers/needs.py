"""What every match of a pattern must hold: literals near its start, and how its first characters look.

Everything here errs to one side: it may let through a place where the pattern does not match, never the other way.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Iterator
from collections.abc import Sequence as Items
from dataclasses import dataclass, replace
from operator import or_

from redactphi.recognizers.literals import Literal, is_empty, literals_of, prefixes_of_char
from redactphi.recognizers.syntax import ANY, Anything, Chars, Choice, Edge, Look, Node, Repeat, Sequence, Words

Width = tuple[int, int | None]

_WORD_START = 0.2
_SELDOM_ENOUGH = 0.0005
_NONE = Chars(frozenset())
_ZERO: int | None = 0
_LETTERS = frozenset(string.ascii_letters)


@dataclass(frozen=True, slots=True)
class Clause:
    """One of ``literals`` stands ``low`` to ``high`` characters behind the start of every match.

    Attributes:
        literals: The literals.
        low: Least distance; below zero: before the start. None: unbounded.
        high: Greatest distance. None: unbounded.
        between: What may stand between the literal's start and the match's.
        at_word: Whether no ASCII letter stands before the literal.
    """

    literals: frozenset[Literal]
    low: int | None
    high: int | None
    between: Chars
    at_word: bool

    @property
    def frequency(self) -> float:
        """About how often one of the literals stands at any one place of a text."""
        return sum(literal.frequency for literal in self.literals)

    @property
    def cost(self) -> float:
        """About how much looking at the places it leaves costs."""
        spread = 6 if self.low is None or self.high is None else min(6, 1 + (self.high - self.low) / 8)
        return spread * self.frequency * (_WORD_START if self.at_word else 1)


def best_clause(tree: Node) -> Clause | None:
    """The clause that leaves the fewest places to look at, if there is any."""
    return min(_clauses(tree), key=lambda clause: (clause.cost, sorted(clause.literals)), default=None)


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
        found |= chars
        if not empty:
            return found & wanted, False
    return (found & wanted, True) if wanted is ANY else (wanted, False)


def _first_of(node: Node) -> tuple[Chars, bool]:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Chars():
            return node, False
        case Words():
            return node.first, False
        case Sequence(items):
            return first(items)
        case Choice(options):
            return _united(map(_first_of, options))
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
            if clause := _of_choice(options):
                yield clause
        case Repeat(item, low, _) if low > 0:
            yield from _clauses(item)
        case Look(item, ahead=True, wanted=True):
            yield from _clauses(item)
        case Look(item, ahead=False, wanted=True):
            yield from _behind(_items(item))
        case Chars() | Words():
            yield from _of_sequence((node,))


def _of_choice(options: Items[Node]) -> Clause | None:
    found = [best_clause(option) for option in options]
    clauses = [clause for clause in found if clause is not None]
    if len(clauses) < len(found):
        return None
    lows = [clause.low for clause in clauses if clause.low is not None]
    highs = [clause.high for clause in clauses if clause.high is not None]
    return Clause(
        frozenset().union(*(clause.literals for clause in clauses)),
        min(lows) if len(lows) == len(clauses) else None,
        max(highs) if len(highs) == len(clauses) else None,
        functools.reduce(or_, (clause.between for clause in clauses)),
        all(clause.at_word for clause in clauses),
    )


def _of_sequence(items: Items[Node]) -> Iterator[Clause]:
    low, high, between = 0, _ZERO, _NONE
    for index, item in enumerate(items):
        if not is_empty(item) and not _continues(items, index) and (literals := literals_of(items[index:])):
            clause = Clause(literals, low, high, between, at_word=_is_at_word(items[:index], literals))
            yield clause
            if clause.low == clause.high and clause.frequency < _SELDOM_ENOUGH:
                return
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
    """Whether no ASCII letter can stand before the literals."""
    if not all(literal.text[0] in _LETTERS for literal in literals):
        return False
    for item in reversed(before):
        match item:
            case Edge("b") | Edge("^") | Edge("start"):
                return True
            case Look(Chars(letters), ahead=False, wanted=False) if letters >= _LETTERS:
                return True
            case Look() | Edge():
                continue
        return False
    return False
