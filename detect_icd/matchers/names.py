"""Words that name somebody or some place and no disease: "Mr. Burns", "he was in Gilbert", "Addison Clinic"."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

from detect_icd.ready import compile_pattern, read_toml
from detect_icd.terms import Token, singular
from redactphi.resources import data
from redactphi.resources import terms as word_list

_BEFORE = 40
"""Characters before a name that are looked at."""

_INITIAL = 1
_GAP = re.compile(r"\.?[ \u00a0]+")


def is_addressed(text: str, tokens: Sequence[Token], number: int) -> int:
    """How many tokens behind one are somebody's name: none where the token is no title of address.

    Args:
        text: The note.
        tokens: The tokens of a sentence.
        number: Which of them may be a title.
    """
    title = tokens[number]
    if text[title.start : title.end] not in titles():
        return 0
    for place in range(number + 1, len(tokens)):
        before, token = tokens[place - 1], tokens[place]
        if not _GAP.fullmatch(text, before.end, token.start) or not text[token.start].isupper():
            return 0
        if token.end - token.start > _INITIAL:
            given = place + 1 < len(tokens) and token.word in word_list("first_names")
            return place - number + int(given and _follows(text, token, tokens[place + 1]))
    return 0


def _follows(text: str, given: Token, token: Token) -> bool:
    """Whether a surname stands right behind a given name."""
    written = text[token.start : token.end]
    return text[given.end : token.start] == " " and written.istitle() and written.lower() in word_list("surnames")


@functools.cache
def titles() -> frozenset[str]:
    """Titles of address as they are written."""
    return frozenset(_table()["titles"].split())


@functools.cache
def in_capitals() -> frozenset[str]:
    """Words, in small letters, that are names in capitals only."""
    return frozenset(_table()["capitals"].split())


def is_of_a_name(text: str, tokens: Sequence[Token], number: int) -> bool:
    """Whether a token that names a disease by itself is somebody's name or a place's here.

    Args:
        text: The note.
        tokens: The tokens of its sentence.
        number: Which of them.
    """
    token = tokens[number]
    word = token.word
    if not text[token.start].isupper() or _names().isdisjoint((word, singular(word))):
        return False
    if text.startswith(("'", "\u2019"), token.end) or word.endswith(("'s", "\u2019s")):
        return False
    if _behind().match(text, token.end) or (number and _is_given(text, tokens[number - 1], token)):
        return True
    if number + 1 < len(tokens) and _is_given_behind(text, token, tokens[number + 1]):
        return True
    if number and _is_half(text, tokens[number - 1], token):
        return True
    is_place = word in word_list("places")
    return is_place and _before().search(text, max(0, token.start - _BEFORE), token.start) is not None


def _is_given(text: str, before: Token, token: Token) -> bool:
    written = text[before.start : before.end]
    if len(written) == _INITIAL:
        return written.isupper() and text[before.end : token.start] == ". "
    given = written.istitle() and before.word in word_list("first_names")
    return given and text[before.end : token.start] == " " and before.word not in word_list("common_words")


def _is_given_behind(text: str, token: Token, behind: Token) -> bool:
    """Whether a given name follows as in a list of people: "HASHIMOTO,KEIKO", "Graves, Anna"."""
    written = text[behind.start : behind.end]
    given = behind.word in word_list("first_names") and behind.word not in word_list("common_words")
    is_alike = written.isupper() == text[token.start : token.end].isupper() and written[0].isupper()
    return given and is_alike and text[token.end : behind.start] in {",", ", "}


def _is_half(text: str, before: Token, token: Token) -> bool:
    """Whether it is the second half of a surname: "Delacroix-Hughes"."""
    between = text[before.end : token.start]
    return between == "-" and text[before.start].isupper() and before.word in word_list("surnames")


@functools.cache
def _names() -> frozenset[str]:
    people = word_list("surnames") | word_list("first_names") | word_list("places")
    return people - word_list("common_words")


@functools.cache
def _table() -> dict[str, Any]:
    return read_toml(data("detect_icd") / "names.toml")


@functools.cache
def _before() -> re.Pattern[str]:
    return compile_pattern(rf"(?:{'|'.join(_table()['before'])})\s$")


@functools.cache
def _behind() -> re.Pattern[str]:
    return compile_pattern("|".join(_table()["behind"]))
