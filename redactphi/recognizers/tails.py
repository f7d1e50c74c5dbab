"""The last two characters of what must stand before a place: a quick test of the place for ``re``."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Items
from operator import or_
from typing import NamedTuple

from redactphi.recognizers.syntax import ANY, Anything, Chars, Choice, Node, Repeat, Sequence, Words

MOST = 24
"""So many pairs are looked for; of more, only what either character may be."""

_NONE = Chars(frozenset())
Pair = tuple[Chars, Chars]


class Tails(NamedTuple):
    """What a node's matches end in.

    Attributes:
        pairs: The last two characters of those that have two.
        single: Those that have one.
        is_empty: Whether there may be none.
    """

    pairs: tuple[Pair, ...] = ()
    single: Chars = _NONE
    is_empty: bool = True

    @property
    def last(self) -> Chars:
        """What the last character may be."""
        return functools.reduce(or_, (after for _, after in self.pairs), self.single)


def pairs_of(node: Node) -> list[Pair] | None:
    """The pairs of characters one of which ends all a node matches; None where that is not so."""
    found = tails(node)
    if found.is_empty or found.single != _NONE:
        return None
    return _fewer(found.pairs)


def tails(node: Node) -> Tails:  # noqa: PLR0911 - one for each kind of node
    """What a node's matches end in."""
    match node:
        case Chars():
            return Tails(single=node, is_empty=False)
        case Words():
            return _of_words(node)
        case Sequence(items):
            return _of_sequence(items)
        case Choice(options):
            return _united([tails(option) for option in options])
        case Repeat(item, low, high):
            once = tails(item)
            again = () if high == 1 or once.single == _NONE else ((once.last, once.single),)
            return Tails((*once.pairs, *again), once.single, once.is_empty or low == 0)
        case Anything():
            return Tails(((ANY, ANY),), ANY)
    return Tails()


def _of_words(node: Words) -> Tails:
    one = functools.cache(lambda char: Words((char,), node.ignore_case).last)
    pairs = {word[-2:] for word in node.words if len(word) > 1}
    single = [one(word) for word in node.words if len(word) == 1]
    known = tuple((ANY if pair[0] == " " else one(pair[0]), one(pair[1])) for pair in sorted(pairs))
    return Tails(known, functools.reduce(or_, single, _NONE), is_empty=False)


def _united(ends: Items[Tails]) -> Tails:
    pairs = tuple(pair for end in ends for pair in end.pairs)
    return Tails(pairs, functools.reduce(or_, (end.single for end in ends)), any(end.is_empty for end in ends))


def _of_sequence(items: Items[Node]) -> Tails:
    pairs: tuple[Pair, ...] = ()
    single, is_empty = _NONE, True
    for end in map(tails, reversed(items)):
        if _NONE not in (single, end.last):
            pairs += ((end.last, single),)
        pairs += end.pairs if is_empty else ()
        single = (single if end.is_empty else _NONE) | (end.single if is_empty else _NONE)
        is_empty = is_empty and end.is_empty
        if not is_empty and single == _NONE:
            break
    return Tails(pairs, single, is_empty)


def _fewer(pairs: Iterable[Pair]) -> list[Pair]:
    """The same in fewer pairs, as far as one of their characters is the same."""
    by_last = _joined(pairs)
    found = [(before, after) for after, before in _joined((after, before) for before, after in by_last)]
    if len(found) <= MOST:
        return found
    befores, afters = zip(*found, strict=True)
    return [(functools.reduce(or_, befores), functools.reduce(or_, afters))]


def _joined(pairs: Iterable[Pair]) -> Iterator[Pair]:
    by_after: defaultdict[Chars, list[Chars]] = defaultdict(list)
    for before, after in pairs:
        by_after[after].append(before)
    return ((functools.reduce(or_, befores), after) for after, befores in by_after.items())
