"""What the matches of a pattern open with, so that a word tells which patterns may begin at it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from detect_icd.ready import kept_of

parser: Any = cast("Any", importlib.import_module("re._parser"))
"""What ``re`` itself reads patterns with; it has no public name."""

WITHOUT_WIDTH = frozenset({"AT", "ASSERT", "ASSERT_NOT"})

_MOST_OPENINGS = 64
_LONGEST_OPENING = 8
_MOST_TOGETHER = 512
_ASCII = 128
_MOST_LETTERS = 10
"""Characters of a range that are told one by one."""


def openings(pattern: re.Pattern[str]) -> frozenset[str]:
    """What the matches of a pattern open with in a text of ASCII, in lower case, one of these each.

    A space stands for the end of a word or for white space, however much, and an empty one for anything.
    """
    return frozenset(kept_of("openings", pattern, _openings_of, __file__))


def _openings_of(pattern: re.Pattern[str]) -> list[str]:
    return sorted({text for text, _ in opened_texts(parser.parse(pattern.pattern, pattern.flags))})


class Openings:
    """What many patterns open with, filed so that a word finds those it may begin a match of."""

    def __init__(self, opened: Mapping[int, Iterable[str]]) -> None:
        """Files openings, as ``openings`` gives them, by the number of their pattern."""
        begun: dict[str, set[int]] = {}
        going_on: dict[str, set[int]] = {}
        for number, texts in opened.items():
            for text in texts:
                begun.setdefault(text, set()).add(number)
                for place in range(1, len(text)):
                    if not (text[place - 1].isalnum() and text[place].isalnum()):
                        going_on.setdefault(text[:place], set()).add(number)
        # Sets take four times as much memory.
        self._begun = {text: tuple(numbers) for text, numbers in begun.items()}
        self._going_on = {text: tuple(numbers) for text, numbers in going_on.items()}

    def of(self, word: str) -> set[int]:
        """The patterns whose match may begin with a word, in lower case, that ends there."""
        found = set(self._going_on.get(word, ()))
        for length in range(min(len(word), _LONGEST_OPENING) + 1):
            found.update(self._begun.get(word[:length], ()))
        return found


def may_open(opening: str, text: str) -> bool:
    """Whether a match that opens so may begin a text of ASCII, in lower case, with one space at a time at most."""
    return all(
        one == other or (one == " " and not (other.isalnum() or other == "_"))
        for one, other in zip(opening, text, strict=False)
    )


def opened_texts(tree: Any) -> set[tuple[str, bool]]:
    """Texts that a sequence opens with, and whether what follows the sequence goes on right behind them."""
    found = {("", True)}
    for item in tree:
        if str(item[0]) in WITHOUT_WIDTH and not _ends_word(item):
            continue
        if not any(is_open for _, is_open in found):
            break
        tails = _opened_by(item)
        if len(found) > 1 and (len(tails) > _MOST_OPENINGS or len(found) * len(tails) > _MOST_TOGETHER):
            tails = {("", False)}
        found = {pair for pair in found if not pair[1]} | {
            ((head + tail)[:_LONGEST_OPENING], is_open and len(head + tail) < _LONGEST_OPENING)
            for head, goes_on in found
            if goes_on
            for tail, is_open in tails
        }
    return found


def _ends_word(item: Any) -> bool:
    """Whether this is the end of a word: no word character follows."""
    return str(item[0]) == "ASSERT_NOT" and item[1][0] > 0 and str(item[1][1]) == _A_WORD_CHARACTER


_A_WORD_CHARACTER = str(parser.parse(r"\w"))
_A_SPACE = str(parser.parse(r"\s"))
_A_DIGIT = str(parser.parse(r"\d"))


def _opened_by(item: Any) -> set[tuple[str, bool]]:  # noqa: C901, PLR0911 - one for each kind of part
    op, value = str(item[0]), item[1]
    if _ends_word(item):
        return {(" ", False)}
    if op == "IN" and f"[{item}]" == _A_SPACE:
        return {(" ", True)}
    if op == "IN" and f"[{item}]" == _A_DIGIT:
        return {(digit, True) for digit in "0123456789"}
    if op == "LITERAL" and (value < 128 or not chr(value).isalpha()):  # noqa: PLR2004 - what ASCII is
        return {(chr(value).lower(), True)}
    if op == "SUBPATTERN":
        return opened_texts(value[3])
    if op == "ATOMIC_GROUP":
        return opened_texts(value)
    if op == "BRANCH":
        return set().union(*(opened_texts(branch) for branch in value[1]))
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        low, high, inner = value
        if low and str(inner) == _A_SPACE:
            return {(" ", True)}
        once = opened_texts(inner)
        once = once if high == 1 else {(text, False) for text, _ in once}
        return once | {("", True)} if low == 0 else once
    if op == "IN" and (letters := _letters_in(value)):
        return {(letter.lower(), True) for letter in letters}
    return {("", False)}


def _letters_in(members: Any) -> str:
    """The characters of a set, where it is of some of ASCII; nothing of any other."""
    letters = ""
    for kind, value in members:
        low, high = value if str(kind) == "RANGE" else (value, value)
        if str(kind) not in {"LITERAL", "RANGE"} or high >= _ASCII or high - low > _MOST_LETTERS:
            return ""
        letters += "".join(map(chr, range(low, high + 1)))
    return letters
