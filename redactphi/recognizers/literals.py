"""The pieces of text a pattern begins with: one of them stands at the start of every match."""

from __future__ import annotations

import functools
import itertools
import math
import string
from collections.abc import Iterable
from collections.abc import Sequence as Items
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from redactphi.recognizers.alphabet import COMMON, shape
from redactphi.recognizers.syntax import Chars, Choice, Edge, Look, Node, Repeat, Sequence, Words

_MOST = 8000
_MOST_JOINED = 3000
_LONGEST = 10
_LONGEST_SHAPE = 12
_MOST_SHAPES = 4
_MOST_REPEATED = 16
_BRANCHES = 6
_TWICE = 2
_FEW_LETTERS = 2
END = "\0"
"""Stands, in a literal, for the end of a word: no ASCII letter follows, or nothing."""

_LETTERS = frozenset(string.ascii_letters)
_OFTEN = dict(zip(" etaoinshrdlucmfgypwbvkxjqz", (
    0.16, 0.1, 0.075, 0.065, 0.06, 0.06, 0.055, 0.05, 0.05, 0.05, 0.035, 0.03, 0.023, 0.023, 0.02, 0.018, 0.016, 0.016,
    0.015, 0.012, 0.012, 0.008, 0.006, 0.002, 0.001, 0.001, 0.001), strict=True))  # fmt: skip
_OFTEN |= {".": 0.015, ",": 0.012, "-": 0.004, ":": 0.003, "/": 0.002, "(": 0.002, ")": 0.002}
_OFTEN |= dict.fromkeys("0123456789", 0.003)
_SELDOM = 0.0005
_CAPITAL = 0.1
_WORDS = {
    "the": 0.0125, "and": 0.0054, "was": 0.006, "of": 0.004, "to": 0.0035, "a": 0.0028, "with": 0.0024, "in": 0.0025, "is": 0.0025,
    "patient": 0.0014, "no": 0.0012, "for": 0.0012, "he": 0.001, "on": 0.0015, "were": 0.001, "at": 0.0014, "this": 0.0009, "has": 0.0007,
    "right": 0.0007, "her": 0.0008, "or": 0.0008, "then": 0.0008, "left": 0.0007, "that": 0.0007, "as": 0.0008, "there": 0.0006, "be": 0.0006,
    "his": 0.0008, "had": 0.0005, "an": 0.0006, "not": 0.0005, "are": 0.0005, "from": 0.0004, "by": 0.0004, "which": 0.0003,
}  # fmt: skip
"""How often a word and a blank stand at a place of a clinical note: more often than their letters say."""


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A piece of text a match may be known by.

    Attributes:
        text: In lower case, blanks of any kind as spaces.
        exact: As it must stand in the text, but for blanks; empty where case does not matter.
        shaped: Whether it is no text but the shape of one, see `alphabet.shape`.
    """

    text: str
    exact: str = ""
    shaped: bool = False

    @property
    def frequency(self) -> float:
        """About how often it stands at any one place of English text."""
        if self.shaped:
            return _frequency_of_shape(self.text)
        text = self.text
        if text.endswith(END):
            # A word is found wherever its letters stand, and only then looked at for its end.
            text = text[:-1] + " " * (len(text) > _FEW_LETTERS + 1)
        *whole, last = text.split(" ")
        if whole[1:] and not whole[0] and whole[1] in _WORDS:
            del whole[0]  # where a word stands, a blank stands before it
        guess = math.prod(_WORDS.get(word) or _frequency_of_letters(f"{word} ") for word in whole)
        guess *= _frequency_of_letters(last)
        return guess * (_CAPITAL if any(map(str.isupper, self.exact)) else 1)


def _frequency_of_letters(text: str) -> float:
    return math.prod(min(1.0, 2 * _OFTEN.get(char, _SELDOM)) for char in text)


_FIRST = {"0": 0.06, "A": 0.05, "a": 0.7, " ": 0.17}
_NEXT = {
    "00": 0.45, "0A": 0.01, "0a": 0.02, "0 ": 0.3, "0/": 0.15, "0-": 0.15, "0.": 0.08, "0,": 0.05,
    "AA": 0.5, "Aa": 0.6, "A0": 0.02, "A ": 0.1, "a0": 0.002, "aA": 0.002, "aa": 0.8, "a ": 0.17,
    " 0": 0.05, " A": 0.12, " a": 0.8, "  ": 0.05,
}  # fmt: skip


def _frequency_of_shape(text: str) -> float:
    guess = _FIRST.get(text[0]) or _OFTEN.get(text[0], _SELDOM)
    for pair in map("".join, itertools.pairwise(text)):
        guess *= _NEXT.get(pair) or (0.3 if pair[1] in _FIRST else _OFTEN.get(pair[1], _SELDOM))
    return guess


def is_empty(node: Node) -> bool:
    """Whether a node matches a place, not text."""
    return isinstance(node, Look | Edge)


_Prefix = tuple[str, bool, bool]
"""Text, whether its letters stand in this case only, and whether more may follow it directly."""

_BLANK: _Prefix = (" ", True, True)


def literals_of(items: Items[Node]) -> frozenset[Literal] | None:
    """What a sequence begins with, one of these in every match, or None."""
    prefixes = _prefixes(items, shaped=False)
    if prefixes is None or not all(text.strip() for text, _, _ in prefixes):
        return None
    return _shortest(
        Literal(lower(text), text if cased and text != text.swapcase() else "") for text, cased, _ in prefixes
    )


def shapes_of(items: Items[Node]) -> frozenset[Literal] | None:
    """What a sequence begins with in a text of common characters, one of these in every match, or None."""
    prefixes = _prefixes(items, shaped=True)
    if prefixes is None or not all(text.strip() for text, _, _ in prefixes):
        return None
    return _shortest(Literal(text, shaped=True) for text, _, _ in prefixes)


def _shortest(literals: Iterable[Literal]) -> frozenset[Literal]:
    """Without those that begin like another one of them."""
    every = frozenset(literals)
    loose = {literal.text for literal in every if not literal.exact}
    exact = {literal.exact for literal in every}

    def begins_like_another(literal: Literal) -> bool:
        pieces = ((literal.text[:end], literal.exact[:end]) for end in range(1, len(literal.text)))
        return any(text in loose or (same and same in exact) for text, same in pieces)

    return frozenset(
        literal
        for literal in every
        if not begins_like_another(literal) and not (literal.exact and literal.text in loose)
    )


def lower(text: str) -> str:
    """The text in lower case, as long as it was: a letter whose lower case is two stays."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def _prefixes(items: Items[Node], *, shaped: bool) -> set[_Prefix] | None:
    found: set[_Prefix] = {("", True, True)}
    longest = _LONGEST_SHAPE if shaped else _LONGEST
    is_edge = False
    for index, item in enumerate(items):
        is_edge |= not shaped and _bars_letters(items[index:]) is True
        if is_empty(item):
            continue
        if not any(more for _, _, more in found):
            break
        tails: AbstractSet[_Prefix] | None = _prefixes_of(item, shaped=shaped)
        if tails is None or len(tails) * len(found) > (_MOST if len(found) == 1 else _MOST_JOINED):
            tails, found = {("", True, False)}, _ended(found) if is_edge else found
        found = _appended(found, tails, longest)
        if len(found) > _MOST:
            return None
        is_edge = False
    return _ended(found) if is_edge else found


def _bars_letters(items: Items[Node]) -> bool | None:
    """Whether no ASCII letter can stand behind another one where a sequence begins; None where it may be empty."""
    for item in items:
        if (told := _bars_letters_as(item)) is not None:
            return told
    return None


def _bars_letters_as(node: Node) -> bool | None:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Chars(members):
            return members.isdisjoint(_LETTERS)
        case Edge("b"):
            return True
        case Look(Chars(members), ahead=True, wanted=False):
            return members >= _LETTERS or None
        case Look() | Edge():
            return None
        case Sequence(items):
            return _bars_letters(items)
        case Choice(options):
            told = {_bars_letters_as(option) for option in options}
            return False if False in told else None if None in told else True
        case Repeat(item, low, _):
            told_once = _bars_letters_as(item)
            return None if told_once and not low else told_once
    return False


def _ended(found: AbstractSet[_Prefix]) -> set[_Prefix]:
    """With the end of the word noted behind what may go on and ends in a letter."""
    return {
        (text + END, cased, False) if more and text[-1:] in _LETTERS else (text, cased, more)
        for text, cased, more in found
    }


def _appended(found: AbstractSet[_Prefix], tails: AbstractSet[_Prefix], longest: int) -> set[_Prefix]:
    joined: set[_Prefix] = set()
    for text, cased, more in found:
        if not more:
            joined.add((text, cased, more))
            continue
        for tail, tail_cased, tail_more in tails:
            whole = text + tail
            joined.add((whole[:longest], cased and tail_cased, tail_more and len(whole) < longest))
    return joined


def _prefixes_of(node: Node, *, shaped: bool) -> AbstractSet[_Prefix] | None:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Chars():
            return _shapes_of_char(node) if shaped else prefixes_of_char(node)
        case Words():
            return _shapes_of_words(node) if shaped else _prefixes_of_words(node)
        case Sequence(items):
            return _prefixes(items, shaped=shaped)
        case Choice(options):
            parts = [_prefixes_of(option, shaped=shaped) for option in options]
            known = [part for part in parts if part is not None]
            return set().union(*known) if len(known) == len(parts) else None
        case Repeat(item, low, high):
            once = _prefixes_of(item, shaped=shaped)
            if once is None:
                return None
            return _repeated_shape(once, low, high) if shaped else _repeated(once, low, high)
    return None


def _repeated(once: AbstractSet[_Prefix], low: int, high: int | None) -> AbstractSet[_Prefix]:
    if high is not None and high <= 1:
        return once | ({("", True, True)} if low == 0 else set())
    if high == _TWICE and len(once) == 1:
        return (
            _appended(once, once, _LONGEST)
            | (once if low < high else set())
            | ({("", True, True)} if low == 0 else set())
        )
    cut = {(text, cased, False) for text, cased, _ in once}
    if low <= 1 and once == {_BLANK}:
        cut = {_BLANK, ("  ", True, False)}
    return cut | ({("", True, True)} if low == 0 else set())


def _repeated_shape(once: AbstractSet[_Prefix], low: int, high: int | None) -> AbstractSet[_Prefix]:
    """As many as there must be, then as many as there may be, if those are few."""
    found: set[_Prefix] = {("", True, True)}
    for _ in range(min(low, _LONGEST_SHAPE)):
        if len(found) * len(once) > _MOST_JOINED:
            return {(text, cased, False) for text, cased, _ in found}
        found = _appended(found, once, _LONGEST_SHAPE)
    last, every = found, set(found)
    for _ in range(0 if high is None else min(high - low, _LONGEST_SHAPE)):
        last = _appended(last, once, _LONGEST_SHAPE)
        every |= last
        if len(every) > _MOST_REPEATED:
            break
    else:
        if high is not None:
            return every
    return {(text, cased, False) for text, cased, _ in found}


def _prefixes_of_words(node: Words) -> set[_Prefix]:
    found: set[_Prefix] = set()
    for word in node.words:
        plain = word
        if node.ignore_case:
            plain = "".join(itertools.takewhile(str.isascii, word)).lower()
        found.add((plain[:_LONGEST], not node.ignore_case, plain == word.lower() and len(word) < _LONGEST))
        # A blank stands for one or more: where more stand, no further word need follow near.
        blanks = [at for at, char in enumerate(plain[: _LONGEST - 1]) if char == " "]
        found.update((f"{plain[:at]}  ", not node.ignore_case, False) for at in blanks)
    return found


def _shapes_of_words(node: Words) -> set[_Prefix] | None:
    if node.ignore_case:
        return None
    found: set[_Prefix] = set()
    for word in node.words:
        first, blank, _ = word.partition(" ")
        text = shape(first + blank)
        found.add((text[:_LONGEST_SHAPE], True, not blank and len(text) < _LONGEST_SHAPE))
    return found


@functools.lru_cache(maxsize=512)
def _shapes_of_char(node: Chars) -> frozenset[_Prefix] | None:
    beyond = node.named if node.other is None else node.other
    if beyond is None:
        return None
    shapes = {shape(char) for char in node.ascii | beyond if char in COMMON}
    return frozenset((text, True, True) for text in shapes) if len(shapes) <= _MOST_SHAPES else None


@functools.lru_cache(maxsize=512)
def prefixes_of_char(node: Chars) -> frozenset[_Prefix] | None:
    """What a single character may be, if that is few."""
    members = node.members
    if members is not None:
        members = members - {"\u017f", "\u212a", "\u0130", "\u0131"} or members
    if members is None:
        return frozenset({(" ", True, True)}) if _is_blank(node) else None
    found: set[_Prefix] = set()
    for char in members:
        if char.isspace():
            found.add((" ", True, True))
        elif char.isascii() and char.isalpha() and char.swapcase() in members:
            found.add((char.lower(), False, True))
        else:
            found.add((char, True, True))
    return frozenset(found) if len(found) <= _BRANCHES else None


def _is_blank(node: Chars) -> bool:
    return node.other is None and bool(node.ascii) and all(map(str.isspace, node.ascii))
