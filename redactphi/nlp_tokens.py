"""Cuts text into tokens for the model. The tokens tile the text, so offsets are a running sum of lengths.

A token is a run of letters, a run of digits, one mark of punctuation (or a ruled line), or a run of white space; one
blank that follows a token belongs to it, as in spaCy. Letters and digits never share a token, so a span of whole
tokens can begin after ``MRN`` in ``MRN0048``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_RUN = 48
"""Longest token in code points; longer runs are cut, which bounds what the model must remember of odd text."""

_TOKEN = re.compile(
    rf"(?:[^\W\d_]{{1,{MAX_RUN}}}|\d{{1,{MAX_RUN}}}|\n{{1,{MAX_RUN}}}|[-_=*~.#]{{3,{MAX_RUN}}}|[^\w\s]|_) ?"
    rf"|[^\S\n]{{1,{MAX_RUN}}}"
)
_TOKEN_ASCII = re.compile(
    rf"[A-Za-z]{{1,{MAX_RUN}}} ?|[0-9]{{1,{MAX_RUN}}} ?|[-_=*~.#]{{3,{MAX_RUN}}} ?"
    rf"|[!-/:-@\[-`{{-~\x00-\x08\x0e-\x1b\x7f] ?|\n{{1,{MAX_RUN}}} ?|[^\S\n]{{1,{MAX_RUN}}}"
)
"""The same for ASCII: what is asked for most comes first, and no letter is looked up in a table."""

_CAPITALS_LINE = re.compile(r"^[^a-z\n]{8,}$", re.MULTILINE)
_CAPITALS_WORD = re.compile(r"[A-Z]{2,}")
_CAPITALS_WORDS = 3

CAPITALS = "_a"
"""Prefix of the key of a token in a line of capitals, where capitals say nothing. No token can begin like this."""


def token_keys(text: str) -> list[str]:
    """The tokens, each with the blank that follows it, those in lines of capitals marked with `CAPITALS`.

    A line of capitals has no lower-case letter and at least three words of two capitals, so that a heading or an
    acronym alone keeps what its capitals say.
    """
    tokens = (_TOKEN_ASCII if text.isascii() else _TOKEN).findall
    found: list[str] = []
    position = 0
    for start, end in _capitals_lines(text):
        found += tokens(text, position, start)
        found += [CAPITALS + token for token in tokens(text, start, end)]
        position = end
    found += tokens(text, position)
    return found


def bare(key: str) -> str:
    """The token of a key, with the blank that follows it."""
    return key.removeprefix(CAPITALS)


def split_blank(token: str) -> tuple[str, bool]:
    """A token without the blank that follows it, and whether there is one."""
    if token.endswith(" ") and (token[0] == "\n" or not token[0].isspace()):
        return token[:-1], True
    return token, False


def _capitals_lines(text: str) -> Iterator[tuple[int, int]]:
    for line in _CAPITALS_LINE.finditer(text):
        if len(_CAPITALS_WORD.findall(line[0])) >= _CAPITALS_WORDS:
            yield line.span()
