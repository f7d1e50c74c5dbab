"""What the model knows of one token by itself: its word, beginning, end, shape, and the lists it stands in."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from redactphi import resources
from redactphi.nlp_pieces import PIECES, pieces_of
from redactphi.nlp_tokens import CAPITALS, bare, split_blank

Rows = NDArray[np.uint64]

COLUMNS = ("word", "prefix", "suffix", "shape", "lists", "clinical")
"""The features of a token, in the order of the columns of `feature_rows`."""

GRAMS = 12
"""How many columns of letter trigrams follow; 0 where a word has fewer. Longer words show their beginning and end."""

FEATURES = len(COLUMNS) + GRAMS + PIECES
"""All columns: last come the numbers of a word's pieces."""

LISTS = {"first_names": 1, "surnames": 2, "places": 4, "common_words": 8}
"""The term lists a word is looked up in, and the bit each sets."""

CLINICAL = {
    "clinical_acronyms": 1, "clinical_products": 2, "clinical_eponyms": 4, "clinical_words": 8, "known_facilities": 16,
    "known_employers": 32,
}  # fmt: skip
"""The lists that say what a word is when it is no name, and those of known organisations; the bit each sets."""

_NO_LETTERS = (32, 96)
_AS_WRITTEN = CLINICAL["clinical_acronyms"]
_ORGANISATIONS = CLINICAL["known_facilities"]
_MIN_PART = 3

UNKNOWN_WORD = crc32(b"<unknown>")
"""The word feature of a word outside the vocabulary: what is left to go by is shape, lists and company."""

_NUMBERS = 4096
"""How many numbers of parts of words are remembered: most words share theirs with many."""

_AFFIX = 3
_SHORT_NUMBER = 2
_RUNS = re.compile(r"(.)\1{3,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def list_flags(word: str) -> int:
    """Which lists a word stands in. Words of a longer term count where they are not common words."""
    return _flags(word, _parts_listed(), LISTS)


def clinical_flags(token: str, word: str) -> int:
    """Which clinical lists a token stands in, acronyms as written and all else in lower case.

    Parts of a longer product or eponym count as well; an organisation only if it is one word.
    """
    parts = _parts_clinical()
    return (_flags(word, parts, CLINICAL) & ~_AS_WRITTEN) | (_flags(token, parts, CLINICAL) & _AS_WRITTEN)


def _flags(word: str, parts: Mapping[str, int], lists: Mapping[str, int]) -> int:
    found = parts.get(word, 0)
    for name, bit in lists.items():
        if word in resources.terms(name):
            found |= bit
    return found


@functools.cache
def _parts_listed() -> Mapping[str, int]:
    """The bits of words that are only part of a listed term."""
    flags: dict[str, int] = {}
    common = resources.terms("common_words")
    for name, bit in LISTS.items():
        for term in resources.terms(name):
            if not term.isalpha():
                parts = _LETTERS.findall(term)
                for part in parts:
                    if len(parts) == 1 or part not in common:
                        flags[part] = flags.get(part, 0) | bit
    return flags


@functools.cache
def _parts_clinical() -> Mapping[str, int]:
    """The bits of words that are only part of a term of the clinical lists, or not written in lower case there."""
    flags: dict[str, int] = {}
    for name, bit in CLINICAL.items():
        for term in resources.terms(name):
            if term.isalpha():
                parts = [] if term.islower() or bit == _AS_WRITTEN else [term.lower()]
            elif bit < _ORGANISATIONS:
                found = (part for part in _LETTERS.findall(term) if len(part) >= _MIN_PART)
                parts = [part if bit == _AS_WRITTEN else part.lower() for part in found]
            else:
                parts = []
            for part in parts:
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


def features(key: str) -> tuple[list[int], str]:
    """The features of a token key, each a number below 2**32 to be hashed, and its word if it is made of letters.

    Only absent trigrams and pieces are zero. Whether a network knows the word is for `known` to say.
    """
    capitals = key.startswith(CAPITALS)
    token, spaced = split_blank(bare(key))
    if not token.isascii():
        token = _SURROGATES.sub("\ufffd", token)
    word = word_of(token)
    shape = _shape(token, capitals=capitals) if not token.isspace() else word
    spaced_shape = _number(shape + " " * spaced)
    if not token.isalpha():
        whole = _number(shape)
        return [
            _number(word),
            whole,
            whole,
            spaced_shape,
            *(1 + flag for flag in _NO_LETTERS),
            *([0] * (GRAMS + PIECES)),
        ], ""
    return [
        _number(word),
        _number(word[:_AFFIX]),
        _number(word[-_AFFIX:]),
        spaced_shape,
        1 + list_flags(word),
        1 + clinical_flags(token, word),
        *_grams(word),
        *pieces_of(word),
    ], word


def _grams(word: str) -> list[int]:
    padded = f"^{word}$"
    found = [_number(padded[at : at + 3]) for at in range(len(padded) - 2)]
    if len(found) > GRAMS:
        found = found[: GRAMS // 2] + found[-GRAMS // 2 :]
    return found + [0] * (GRAMS - len(found))


@functools.lru_cache(maxsize=_NUMBERS)
def _number(feature: str) -> int:
    return crc32(feature.encode()) or 1


def feature_rows(keys: Iterable[str], vocabulary: frozenset[str]) -> Rows:
    """The features of several token keys, one row each: `COLUMNS`, `GRAMS` trigrams, `PIECES` pieces."""
    return known(*written(keys), vocabulary)


def written(keys: Iterable[str]) -> tuple[Rows, list[str]]:
    """The features of several token keys as if every word were known, and the words; no word where there are other than letters."""
    found = [features(key) for key in keys]
    return np.array([row for row, _ in found], dtype=np.uint64).reshape(-1, FEATURES), [word for _, word in found]


def known(rows: Rows, words: Iterable[str], vocabulary: frozenset[str]) -> Rows:
    """The features as a network sees them that knows the words of a vocabulary and no other."""
    rows = rows.copy()
    rows[:, 0] = known_words(rows, words, vocabulary)
    return rows


def known_words(rows: Rows, words: Iterable[str], vocabulary: frozenset[str]) -> Rows:
    """The column of words alone, as such a network sees them."""
    is_new = np.array([bool(word) and word not in vocabulary for word in words], np.bool_)
    return np.where(is_new, np.uint64(UNKNOWN_WORD), rows[:, 0])


def trigram_weights(rows: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    """The trigrams of each row, and the share of each in the mean: nothing for those that are absent."""
    grams = np.ascontiguousarray(rows[:, len(COLUMNS) : len(COLUMNS) + GRAMS])
    present = (grams > 0).astype(np.float32)
    return grams, present / np.maximum(1, present.sum(axis=1, keepdims=True))


def pieces_in(rows: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The columns of pieces."""
    return rows[:, len(COLUMNS) + GRAMS :]
