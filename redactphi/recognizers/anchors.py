"""Where the anchors of rules stand in a note."""

from __future__ import annotations

import re
from collections.abc import Iterable

from redactphi.recognizers.needs import Clause, best_clause, rarest_clause, width
from redactphi.recognizers.starts import Zone
from redactphi.recognizers.syntax import Chars, Choice, Node, Repeat, Unsupported, parse
from redactphi.recognizers.syntax import Sequence as Items

WIDEST = 60
"""Anchors that hold a digit and are shorter are looked for around digits alone."""

_DIGITS = frozenset("0123456789")
AT_START = r"\A"
"""The anchor of rules that look at the start of a note."""

_NEAR = 3
"""How many places more than one may be tried at around a literal of an anchor."""
_SELDOM_ENOUGH = 0.0075
_MOST = 64
"""How often the literals of an anchor may stand in a text, and how many there may be, if noting them is to save work."""


class Anchor:
    """An anchor's pattern.

    Args:
        source: Its source.
        known: What `known_of` says of it.

    Attributes:
        pattern: The pattern.
        around_digits: Whether all it matches stands around digits.
        at_start: Whether it is the start of the note.
        clause: What literals stand at or just behind the start of all it matches, if that is known.
    """

    def __init__(self, source: str, known: tuple[Clause | None, bool]) -> None:
        self.pattern = re.compile(source)
        self.at_start = source == AT_START
        self.clause, self.around_digits = known

    def matches(self, text: str, hits: Iterable[int]) -> list[Zone]:
        """What it matches, worked out from where its literals stand."""
        assert self.clause is not None
        low, high = self.clause.low or 0, self.clause.high or 0
        match, free, found = self.pattern.match, 0, []
        for start in sorted({hit - away for hit in hits for away in range(low, high + 1)}):
            if start >= free and (one := match(text, start)):
                found.append(one.span())
                free = max(one.end(), start + 1)
        return found


def known_of(source: str) -> tuple[Clause | None, bool]:
    """An anchor's clause, and whether all it matches stands around digits."""
    try:
        tree = parse(source)
    except Unsupported:
        return None, False
    clause = next(filter(_is_handy, (rarest_clause(tree), best_clause(tree))), None)
    _, most = width(tree)
    return clause, source.isascii() and most is not None and most < WIDEST and holds_digit(tree)


def _is_handy(clause: Clause | None) -> bool:
    """Whether literals stand near the start of all that is matched, and neither are many nor stand in many places."""
    if clause is None or clause.low is None or clause.high is None:
        return False
    is_near = 0 <= clause.high - clause.low <= _NEAR
    return is_near and clause.frequency < _SELDOM_ENOUGH and len(clause.literals) <= _MOST


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
