"""What the model knows of one token by itself: its word, beginning, end, shape, and the lists it stands in."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from redactphi import resources
from redactphi.nlp_tokens import CAPITALS, bare, split_blank

COLUMNS = ("word", "prefix", "suffix", "shape", "lists")
"""The features of a token, in the order of the columns of `FeatureTable.rows`."""

LISTS = {"first_names": 1, "surnames": 2, "places": 4, "common_words": 8}
"""The term lists a word is looked up in, and the bit each sets."""

UNKNOWN_WORD = crc32(b"<unknown>")
"""The word feature of a word outside the vocabulary: what is left to go by is shape, lists and company."""

_AFFIX = 3
_SHORT_NUMBER = 2
_RUNS = re.compile(r"(.)\1{3,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


@functools.cache
def list_flags() -> Mapping[str, int]:
    """Which lists each listed word stands in. Words of a longer term count where they are not common words."""
    flags: dict[str, int] = {}
    common = resources.terms("common_words")
    for name, bit in LISTS.items():
        for term in resources.terms(name):
            parts = [term] if term.isalpha() else _LETTERS.findall(term)
            for part in parts:
                if len(parts) == 1 or part not in common:
                    flags[part] = flags.get(part, 0) | bit
    return flags


def word_of(token: str) -> str:
    """The normal form of a token: lower case; long numbers only by their length; white space by its kind."""
    if token.isdecimal():
        if len(token) <= _SHORT_NUMBER:
            return token
        return "year" if _YEAR.fullmatch(token) else f"d{len(token)}"
    if not token or token.isspace():
        return _white_space(token)
    return token.lower() if token.isalpha() else token[:_AFFIX]


def _white_space(token: str) -> str:
    if "\n" in token:
        return "\n" * min(2, token.count("\n"))
    return "\t" if "\t" in token or len(token) > _AFFIX else " "


def _shape(token: str, *, capitals: bool) -> str:
    if token.isdecimal():
        return "d" * min(len(token), 12)
    if not token.isalpha():
        return token[:_AFFIX]
    if capitals:
        return "c" * min(len(token), 4)
    if token.islower():
        return "x" * min(len(token), 4)
    return _RUNS.sub(r"\1\1\1", "".join("X" if letter.isupper() else "x" for letter in token))


def features(key: str, vocabulary: frozenset[str]) -> list[int]:
    """The five features of a token key, each a number below 2**32 to be hashed; none is zero."""
    capitals = key.startswith(CAPITALS)
    token, spaced = split_blank(bare(key))
    if not token.isascii():
        token = _SURROGATES.sub("\ufffd", token)
    word = word_of(token)
    letters = token.isalpha()
    shape = _shape(token, capitals=capitals) if not token.isspace() else word
    flags = list_flags().get(word, 0) if letters else 32
    return [
        _number(word) if word in vocabulary or not letters else UNKNOWN_WORD,
        _number(word[:_AFFIX] if letters else shape),
        _number(word[-_AFFIX:] if letters else shape),
        _number(shape + " " * spaced),
        1 + flags,
    ]


def _number(feature: str) -> int:
    return crc32(feature.encode()) or 1


def feature_rows(keys: Iterable[str], vocabulary: frozenset[str]) -> NDArray[np.uint64]:
    """The features of several token keys, one row each."""
    rows = [features(key, vocabulary) for key in keys]
    return np.array(rows, dtype=np.uint64).reshape(-1, len(COLUMNS))
