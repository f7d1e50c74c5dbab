"""What must stand before a match, written for ``re`` and for the text read backwards.

``re`` looks behind one length only, and `regex` tries one option after the other at each place. Read backwards, what must
stand before a place is an ordinary pattern: most places are told by its first few characters.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Items

from redactphi.recognizers.needs import first
from redactphi.recognizers.sketch import char_class
from redactphi.recognizers.syntax import Chars, Choice, Edge, Look, Node, Repeat, Sequence, Words

_MOST = 12_000
"""Characters of a list of words; of a longer one, only how its words end."""

_Piece = tuple[str, bool]
"""Source, and whether it stands for all of the node, so that what stands before may be appended."""


def behind(tree: Node) -> str:
    """The source of a test, to be used with ``match`` on the text backwards, from the start of a would-be match; empty if none.

    It holds for text of common characters, on which ``re`` and `regex` agree.
    """
    return "".join(f"(?={source})" for source in _required(_items(tree)))


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _required(items: Items[Node]) -> Iterator[str]:
    """What must stand behind, as far as the items say that match no text."""
    for item in items:
        match item:
            case Look(Chars()) | Edge():
                continue
            case Look(inner, ahead=False, wanted=True):
                yield _backwards(inner)[0]
            case Look():
                continue
            case Choice(options) if any(_looks_behind(option) for option in options):
                needs = [_option(option) for option in options]
                if all(needs):
                    yield "|".join(needs)
                return
            case _:
                return


def _looks_behind(option: Node) -> bool:
    return any(True for _ in _required(_items(option)))


def _option(option: Node) -> str:
    """What one of several options needs: what must stand behind, or its first character, which stands before backwards."""
    chars, is_empty = first(_items(option))
    begun = "" if is_empty else f"(?<={char_class(chars)})"
    return begun + "".join(f"(?={source})" for source in _required(_items(option)))


def _backwards(node: Node) -> _Piece:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Chars():
            return char_class(node), True
        case Words():
            return _words(node)
        case Sequence() | Choice():
            return _tree([(node,)])
        case Repeat(item, low, high):
            return _repeat(item, low, high)
        case Look(Chars() as chars, ahead=ahead, wanted=wanted):
            return _look(chars, ahead=ahead, wanted=wanted), True
        case Edge("b"):
            return r"\b", True
        case Look() | Edge():
            return "", True
    return "", False


def _tree(rows: Iterable[Items[Node]]) -> _Piece:
    """One of several sequences, read from their ends; the ends they have in common are looked at once."""
    ends: dict[Node, list[Items[Node]]] = {}
    is_empty = False
    for items in itertools.chain.from_iterable(map(_spread, rows)):
        if items:
            ends.setdefault(items[-1], []).append(items[:-1])
        is_empty |= not items
    pieces = [_joined(_backwards(last), before) for last, before in ends.items()]
    sources = [piece for piece, _ in pieces] + [""] * is_empty
    return sources[0] if len(sources) == 1 else f"(?:{'|'.join(sources)})", all(whole for _, whole in pieces)


def _joined(last: _Piece, before: Items[Items[Node]]) -> _Piece:
    if not last[1]:
        return last
    source, whole = _tree(before)
    return last[0] + source, whole


def _spread(row: Items[Node]) -> Iterator[Items[Node]]:
    """The sequences that a sequence stands for: more than one where it is nothing but a choice."""
    match row:
        case (*before, Sequence(items)):
            yield from _spread((*before, *items))
        case (Choice(options),):
            for option in options:
                yield from _spread((option,))
        case _:
            yield row


def _repeat(item: Node, low: int, high: int | None) -> _Piece:
    piece, whole = _backwards(item)
    if not whole:
        return (f"(?:{piece})", False) if low else ("", False)
    return f"{piece if isinstance(item, Chars) else f'(?:{piece})'}{{{low},{'' if high is None else high}}}", True


def _words(node: Words) -> _Piece:
    if sum(map(len, node.words)) > _MOST:
        return char_class(node.last), False
    words = "|".join(re.escape(word[::-1]).replace(r"\ ", r"\s+") for word in node.words)
    return f"(?{'i' if node.ignore_case else ''}:{words})", True


def _look(chars: Chars, *, ahead: bool, wanted: bool) -> str:
    """A look at one character, the other way round."""
    sign = f"(?{'<' if ahead else ''}{'=' if wanted else '!'}"
    if wanted:
        return f"{sign}{char_class(chars)})"
    known = chars if chars.other is not None else Chars(chars.ascii)
    return f"{sign}{char_class(known)})"
