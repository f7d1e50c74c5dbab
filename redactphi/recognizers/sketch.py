"""A quick test for ``re`` of how a match begins: every match of the pattern passes, and few other places do.

A sketch is short, without nested repeats, and looks at a bounded stretch of text, so that it never runs away.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence as Items

from redactphi.recognizers.alphabet import char_ranges
from redactphi.recognizers.needs import first, last
from redactphi.recognizers.syntax import ANY, ASCII, Chars, Choice, Edge, Look, Node, Repeat, Sequence, Words
from redactphi.recognizers.tails import pairs_of

_LONGEST = 64
_MOST_OPTIONS = 120
_BUDGET = 400
_LARGE_BUDGET = 5000

_LETTERS = frozenset(string.ascii_letters)
_WORD = frozenset(string.ascii_letters + string.digits + "_")

_Piece = tuple[str, bool]
"""Source, and whether what follows may be appended: it stands for the whole node."""


def sketch(tree: Node) -> str:
    """The source of a test, to be used with ``match`` at the start of a would-be match."""
    return _sequence(_items(tree), _LARGE_BUDGET)[0]


def scanner(chars: Chars, tree: Node) -> str:
    """The source of a test, to be used with ``finditer``: finds the places, each one character long, that pass."""
    return f"{char_class(chars)}(?s:(?<=(?={_sequence(_items(tree), _BUDGET)[0]}).))"


def heads(chars: Chars, tree: Node) -> str:
    """The source of what a match begins with, behind what may not stand before it."""
    before = ""
    for item in _items(tree):
        match item:
            case Look(Chars(), ahead=False, wanted=False):
                before += _look(item, _BUDGET)
            case Edge("^"):
                before += "(?m:^)"
            case Look() | Edge():
                continue
            case _:
                break
    if not before and _begins_at_word(_items(tree)):
        before = "(?<![A-Za-z])"
    return before + char_class(chars)


def _begins_at_word(items: Items[Node]) -> bool:  # noqa: PLR0911 - one for each kind of node
    """Whether no ASCII letter can stand before a match."""
    for index, item in enumerate(items):
        match item:
            case Edge("b"):
                chars, empty = first(items[index:])
                return not empty and is_of_words(chars)
            case Look(Chars() as chars, ahead=False, wanted=False) if chars.ascii >= _LETTERS:
                return True
            case Look() | Edge():
                continue
            case Choice(options):
                return all(_begins_at_word([option, *items[index + 1 :]]) for option in options)
            case Sequence(inner):
                return _begins_at_word([*inner, *items[index + 1 :]])
            case Repeat(inner, low, _):
                rest = low > 0 or _begins_at_word(items[index + 1 :])
                return rest and _begins_at_word([inner, *items[index + 1 :]])
        return False
    return False


def is_of_words(chars: Chars) -> bool:
    """Whether a class holds nothing but characters of words."""
    return chars.ascii <= _WORD and chars.other is not None and all(map(str.isalnum, chars.other))


def char_class(chars: Chars) -> str:
    """The source of a class of at least these characters.

    What may be any character beyond ASCII is written as what it is not, which ``re`` compiles in no time.
    """
    members = chars.members
    if members is None:
        return f"[^{char_ranges(ASCII - chars.ascii)}]" if chars.ascii < ASCII else r"[\s\S]"
    if len(members) == 1:
        return re.escape(min(members))
    return f"[{char_ranges(chars.ascii)}{''.join(map(re.escape, sorted(members - ASCII)))}]" if members else "(?!)"


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _sequence(items: Items[Node], budget: int) -> _Piece:
    source = ""
    rest, before = list(items), list[Node]()
    while rest:
        item = rest.pop(0)
        if budget <= len(source):
            return source, False
        if isinstance(item, Sequence):
            rest[:0] = item.items
            continue
        if item == Edge("b"):
            source += _edge(before[-1:], rest)
            continue
        before.append(item)
        if isinstance(item, Repeat) and (item.low, item.high) == (0, 1):
            piece, whole = _node(item.item, (budget - len(source)) // 2)
            if whole:
                source += f"(?:{piece})?"
                continue
        if isinstance(item, Repeat) and not _is_short(item):
            return source + _repeated(item, rest, budget - len(source)), False
        piece, whole = _node(item, budget - len(source))
        source += piece
        if not whole:
            return source, False
    return source, True


def _edge(before: Items[Node], after: Items[Node]) -> str:
    """What the edge of a word says of the character behind a word, or before one."""
    for known, look in ((last(before[0]) if before else (ANY, True), "!"), (first(after), "<!")):
        if not known[1] and is_of_words(known[0]):
            return f"(?{look}[0-9A-Z_a-z])"
    return ""


def _is_short(repeat: Repeat) -> bool:
    return isinstance(repeat.item, Chars) and repeat.high is not None and repeat.high <= _LONGEST


def _repeated(repeat: Repeat, rest: Items[Node], budget: int) -> str:
    """A repeat and what follows it; where it may go on for long, or is no mere class, only how it begins."""
    if isinstance(repeat.item, Chars):
        one = char_class(repeat.item)
        behind, _ = _sequence(rest, budget - 2 * len(one))
        return f"(?:{one}{{{min(repeat.low, _LONGEST)},{_LONGEST}}}(?:{behind})|{one}{{{_LONGEST + 1}}})"
    if repeat.low > 1:
        return _node(repeat.item, budget)[0]
    piece, whole = _node(repeat.item, budget // 2)
    if repeat.low == 0:
        return f"(?:{piece}|{_sequence(rest, budget - len(piece))[0]})"
    if not whole:
        return piece
    behind, _ = _sequence(rest, budget - len(piece))
    return f"{piece}(?:{_start(repeat.item)}|{behind})" if repeat.high != 1 else piece + behind


def _node(node: Node, budget: int) -> _Piece:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Chars():
            return char_class(node), True
        case Words():
            return _words(node, budget)
        case Sequence(items):
            return _sequence(items, budget)
        case Choice(options):
            return _choice(options, budget)
        case Repeat(item, low, high):
            return _repeat(item, low, high, budget)
        case Look():
            return _look(node, budget), True
        case Edge("^"):
            return "(?m:^)", True
        case Edge("A"):
            return r"\A", True
        case Edge():
            return "", True
    return "", False


def _words(node: Words, budget: int) -> _Piece:
    blank = char_class(Chars(frozenset(filter(str.isspace, map(chr, range(128))))))
    if sum(map(len, node.words)) > budget // 2:
        return char_class(node.first), False
    words = "|".join(re.escape(word).replace(r"\ ", f"{blank}{{1,{_LONGEST}}}") for word in node.words)
    simple = not any(" " in word for word in node.words)
    return f"(?{'i' if node.ignore_case else ''}:{words})", simple


def _choice(options: Items[Node], budget: int) -> _Piece:
    pieces = [_node(option, budget) for option in options] if len(options) <= _MOST_OPTIONS else []
    if not pieces or sum(len(piece) + 1 for piece, _ in pieces) > budget:
        share = budget // len(options)
        if share < 3 or len(options) > _MOST_OPTIONS:  # noqa: PLR2004 - the source of one character
            return _start(Choice(tuple(options))), False
        pieces = [_node(option, share) for option in options]
    whole = all(complete for _, complete in pieces)
    return "(?:" + "|".join(piece for piece, _ in pieces) + ")", whole


def _start(node: Node) -> str:
    chars, empty = first((node,))
    return "" if empty else f"(?={char_class(chars)})"


def _repeat(item: Node, low: int, high: int | None, budget: int) -> _Piece:
    if isinstance(item, Chars) and _is_short(Repeat(item, low, high)):
        return f"{char_class(item)}{{{low},{high}}}", True
    piece, whole = _node(item, budget)
    if low == 0:
        return (f"(?:{piece})?", True) if whole and high == 1 else ("", False)
    return f"(?:{piece})", whole and low == high == 1


def _look(look: Look, budget: int) -> str:
    match look:
        case Look(item, ahead=True, wanted=True):
            return f"(?={_node(item, budget)[0]})"
        case Look(Chars() as chars, ahead=True, wanted=False) if chars.other is not None:
            return f"(?!{char_class(chars)})"
        case Look(Chars() as chars, ahead=ahead, wanted=False):
            return f"(?{'' if ahead else '<'}!{char_class(Chars(chars.ascii))})"
        case Look(Chars() as chars, ahead=False, wanted=True):
            return f"(?<={char_class(chars)})"
        case Look(item, ahead=False, wanted=True):
            return _behind(item)
    return ""


def _behind(item: Node) -> str:
    """What the last character of what must stand before a place may be, or the last two."""
    chars, empty = last(item)
    if empty:
        return ""
    pairs = pairs_of(item)
    if pairs is None:
        return f"(?<={char_class(chars)})"
    return f"(?<={'|'.join(char_class(before) + char_class(after) for before, after in pairs)})"
