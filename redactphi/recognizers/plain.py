"""Texts as they are looked over: with plain blanks and letters, or with a capital at the start of each word."""

from __future__ import annotations

import re

_ODD_BLANKS = "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_ODD_LETTERS = {"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u0131": "i"}
_ODD = tuple({**dict.fromkeys(_ODD_BLANKS, " "), **_ODD_LETTERS}.items())
_ODD_ASCII = tuple(pair for pair in _ODD if pair[0].isascii())
_ASCII = re.compile(r"[\0-\x7f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    """The text, as long as it was: white space is blank, odd forms of letters and lone surrogates are plain."""
    for odd, usual in _ODD_ASCII if text.isascii() else _ODD:
        if odd in text:
            text = text.replace(odd, usual)
    return text if text.isascii() else _SURROGATE.sub("?", text)


def titled(lowered: str) -> str:
    """A text in lower case, with a capital for each ASCII letter before which no other stands."""
    if lowered.isascii():
        return lowered.title()
    return _ASCII.sub(lambda run: run[0].title(), lowered)
