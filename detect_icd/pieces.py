"""What patterns say of their own matches: pieces of text of which each has one, whether they begin words, and with what.

Gates (``gates.py``) look for these before they try a pattern. What is read off a pattern is kept by the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from detect_icd import openings
from detect_icd.openings import WITHOUT_WIDTH, opened_texts, parser
from detect_icd.ready import all_kept, kept_of, kind_of

_MODULES = (__file__, openings.__file__)
_SHORTEST = 2
"""Characters of a piece, at least: single letters stand everywhere."""

_NARROW = 12
"""Places a match may begin at, for one piece of it, of pieces that are chosen before others."""

HEAD = 5
"""Characters of a word, and what follows it, that say whether an alternative begins there."""


class Piece(NamedTuple):
    """Text in lower case, and how far behind the start of a match it begins; ``high`` is None where that is not bounded."""

    text: str
    low: int
    high: int | None


def pieces_of(pattern: re.Pattern[str]) -> tuple[Piece, ...]:
    """The pieces of a pattern, none where a match need not have any."""
    return tuple(map(_piece, kept_of("pieces", pattern, _pieces_of, *_MODULES)))


def _piece(raw: tuple[str, int, int | None]) -> Piece:
    return Piece(*raw)


def _pieces_of(pattern: re.Pattern[str]) -> list[Piece]:
    found = _best(parser.parse(pattern.pattern, pattern.flags), 0, 0)
    return sorted(set(found), key=lambda piece: (piece.text, piece.low)) if found else []


def _best(tree: Any, low: int, high: int | None) -> list[Piece] | None:
    """Of the parts of a sequence all of which must match, the pieces of the one that is rarest in notes."""
    options: list[list[Piece]] = []
    start, start_high = low, high
    run, run_low, run_high = "", low, high
    for item in tree:
        op = str(item[0])
        if op == "LITERAL" and item[1] < 128:  # noqa: PLR2004 - what ASCII is
            if not run:
                run_low, run_high = low, high
            run += chr(item[1]).lower()
        elif op not in WITHOUT_WIDTH:
            options.extend([[Piece(run, run_low, run_high)]] if run else [])
            run = ""
            options.extend([found] if (found := _inside(item, low, high)) else [])
        narrow, wide = parser.SubPattern(tree.state, [item]).getwidth()
        low += narrow
        high = None if high is None or wide > _FAR else high + wide
    options.extend([[Piece(run, run_low, run_high)]] if run else [])
    options.append([Piece(text, start, start_high) for text in _words_of(tree)])
    usable = [option for option in options if option and all(len(piece.text) >= _SHORTEST for piece in option)]
    return max(usable, key=_worth, default=None)


def _words_of(tree: Any) -> list[str]:
    """The words a sequence opens with, as far as they are text: one of these in every match."""
    return sorted({text.split(" ", 1)[0] for text, _ in opened_texts(tree)})


_FAR = 400
"""Characters beyond which a part counts as unbounded."""


def _worth(option: Sequence[Piece]) -> tuple[int, bool, int]:
    rarest = min(0 if piece.text.strip() in _COMMON else len(piece.text) for piece in option)
    return min(rarest, 4), all(p.high is not None and p.high - p.low < _NARROW for p in option), -len(option)


_COMMON = frozenset({"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "had", "has", "have", "he", "her", "his", "in", "is", "it",
    "no", "not", "of", "on", "or", "she", "that", "the", "then", "there", "this", "to", "was", "were", "with"})  # fmt: skip
"""Words that stand in nearly every sentence."""


def _inside(item: Any, low: int, high: int | None) -> list[Piece] | None:
    """The pieces of one part of a pattern that begins so far behind the start of a match."""
    op, value = str(item[0]), item[1]
    if op == "SUBPATTERN":
        return _best(value[3], low, high)
    if op == "ATOMIC_GROUP":
        return _best(value, low, high)
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and value[0] > 0:
        return _best(value[2], low, high)
    if op == "BRANCH":
        found = [_best(branch, low, high) for branch in value[1]]
        return [piece for pieces in found for piece in pieces or ()] if all(found) else None
    return None


def kept_pieces() -> Iterator[str]:
    """The texts of the pieces of all patterns that the build met."""
    return (_piece(raw).text for pieces in all_kept(kind_of("pieces", *_MODULES)) for raw in pieces)


def begins_words(pattern: re.Pattern[str]) -> bool:
    """Whether no match of a pattern begins within a word."""
    return bool(kept_of("begins words", pattern, _begins_words, *_MODULES))


def _begins_words(pattern: re.Pattern[str]) -> bool:
    """Whether all matches of a pattern open with the condition that no word character stands before."""
    is_word = all(opening[:1].isalnum() for opening in openings.openings(pattern))
    return _opens_word(parser.parse(pattern.pattern, pattern.flags), is_word=is_word)


def _opens_word(tree: Any, *, is_word: bool) -> bool:
    """The same of a part that opens a pattern, whose matches open with a letter or digit if ``is_word``."""
    for item in tree:
        op, value = str(item[0]), item[1]
        if op == "SUBPATTERN":
            return _opens_word(value[3], is_word=is_word)
        if op == "BRANCH":
            return all(_opens_word(branch, is_word=is_word) for branch in value[1])
        if op not in WITHOUT_WIDTH:
            return False
        if op == "AT" and str(value) == "AT_BOUNDARY" and is_word:
            return True
        if op == "ASSERT_NOT" and value[0] < 0 and str(value[1]) in _WORD_CHARACTERS:
            return True
    return False


_WORD_CHARACTERS = frozenset(str(parser.parse(each)) for each in (r"\w", r"[\w-]"))


def opened_heads(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """What the matches of a pattern open with, as ``head`` has it, the shortest; nothing where they may with anything."""
    found = openings.openings(pattern)
    # What opens with a mask is asked of notes in which nothing is masked.
    if "" in found or not all(map(str.isascii, found)):
        return ()
    heads = {head(one) for one in found}
    return tuple(sorted(one for one in heads if not any(one[:size] in heads for size in range(1, len(one)))))


def head(text: str) -> str:
    """The beginning of a text, whatever parts its words: an opening has a space where a text may have anything."""
    return _NO_WORD.sub(" ", text)[:HEAD]


_NO_WORD = re.compile(r"\W+")
