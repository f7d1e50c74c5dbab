"""The characters nearly all notes are made of, and how words and numbers of them are shaped.

Of these characters `re` and `regex` think alike, and what kind each is does not depend on its company, so a note of
nothing else can be searched by shape ("000-00-0000") and with `re`. Any other note goes the long way.
"""

from __future__ import annotations

import re
import unicodedata

ODD = "\u2028"
"""Stands, in a shape, for whatever is neither letter, digit, white space nor ASCII."""

_LATIN = "".join(map(chr, range(0x180)))
_UNLIKE = "\x1c\x1d\x1e\x1f\x85\xaa\xb2\xb3\xb9\xba\xbc\xbd\xbe\u0130\u0131\u0149\u017f"
"""White space, digits and letters of which the two engines, or upper and lower case, are of two minds."""

_UNLIKE_ASCII = "\x1c\x1d\x1e\x1f"
_MARKS = "".join(map(chr, (*range(0x2010, 0x2028), *range(0x2030, 0x203F), 0x20AC, 0x2122, *range(0x2190, 0x2300))))
_MARKS += "\u2212\u25a0\u25a1\u25aa\u25cb\u25cf\u2610\u2611\u2612\u2713\u2714\ufffd"
COMMON = frozenset(_LATIN + _MARKS) - frozenset(_UNLIKE)
"""The characters."""


def char_ranges(chars: frozenset[str]) -> str:
    """Characters as the inside of a class of ``re``."""
    codes = sorted(map(ord, chars))
    source = ""
    while codes:
        length = next((i for i, code in enumerate(codes) if code != codes[0] + i), len(codes))
        ends = codes[0], codes[length - 1]
        source += "-".join(map(_escaped, ends)) if length > 2 else "".join(map(_escaped, codes[:length]))  # noqa: PLR2004
        codes = codes[length:]
    return source


def _escaped(code: int) -> str:
    char = chr(code)
    return char if char.isalnum() else f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004


def of_category(name: str) -> frozenset[str]:
    """The characters of a Unicode category, or of all that begin like it."""
    return frozenset(char for char in COMMON if unicodedata.category(char).startswith(name))


def _shape(char: str) -> str:
    if char.isupper():
        return "A"
    if char.isalpha():
        return "a"
    if char.isdecimal():
        return "0"
    return " " if char.isspace() else char if char.isascii() else ODD


_SHAPES = str.maketrans({char: _shape(char) for char in COMMON})
_UNCOMMON = re.compile(f"[^{char_ranges(COMMON)}]")


def is_common(text: str) -> bool:
    """Whether a text holds nothing but the common characters."""
    if text.isascii():
        return not any(char in text for char in _UNLIKE_ASCII)
    return _UNCOMMON.search(text) is None


def shape(text: str) -> str:
    """The text with ``A`` for each upper-case letter, ``a`` for each other one, ``0`` for each digit and plain blanks."""
    return text.translate(_SHAPES)
