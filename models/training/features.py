"""Turns labelled text into what the trainer eats: token numbers and tag numbers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from redactphi.labels import PhiLabel
from redactphi.nlp_features import CLINICAL, COLUMNS, LISTS, UNKNOWN_WORD, feature_rows, list_flags, word_of
from redactphi.nlp_tokens import bare, split_blank, token_keys
from redactphi.nlp_weights import TAGS

_COARSE = {
    PhiLabel.FAX: PhiLabel.PHONE,
    **dict.fromkeys(
        (
            PhiLabel.SSN, PhiLabel.HEALTH_PLAN, PhiLabel.ACCOUNT, PhiLabel.LICENSE, PhiLabel.VEHICLE, PhiLabel.DEVICE,
            PhiLabel.URL, PhiLabel.IP, PhiLabel.EMAIL, PhiLabel.BIOMETRIC, PhiLabel.PHOTO,
        ),
        PhiLabel.ID_OTHER,
    ),
}  # fmt: skip
_TAG = {tag: number for number, tag in enumerate(TAGS)}
_PERSONS = (PhiLabel.NAME, PhiLabel.PROVIDER)

_MIN_TEXTS = 6
_MIN_TEXTS_NAME = 20
_MAX_PERSON_SHARE = 0.3
_NAME_LISTS = LISTS["first_names"] | LISTS["surnames"]
_UPPER_SHARE = 0.06
_LOWER_SHARE = 0.08
_MIXED_SHARE = 0.08
_LINE_SHARE = 0.4
_SPECIAL = CLINICAL["clinical_acronyms"] | CLINICAL["clinical_products"] | CLINICAL["clinical_eponyms"]
_UNKNOWN_SPECIAL = 0.3


@dataclass
class Corpus:
    """Texts as numbers of distinct token keys, with one tag a token.

    Attributes:
        keys: The distinct token keys, by number.
        texts: Token numbers of each text.
        tags: Tag numbers of each text.
    """

    keys: dict[str, int] = field(default_factory=dict, repr=False)
    texts: list[NDArray[np.int32]] = field(default_factory=list, repr=False)
    tags: list[NDArray[np.int8]] = field(default_factory=list, repr=False)

    def add(self, text: str, spans: Iterable[tuple[int, int, str]]) -> None:
        """Add one labelled text."""
        found = token_keys(text)
        self.texts.append(np.array([self.keys.setdefault(key, len(self.keys)) for key in found], np.int32))
        self.tags.append(tag_tokens(found, spans))

    def rows(self, vocabulary: frozenset[str]) -> NDArray[np.uint64]:
        """The features of every distinct key."""
        return feature_rows(list(self.keys), vocabulary)

    def vocabulary(self) -> frozenset[str]:
        """Words the model may know by themselves: frequent ones that are not mostly parts of persons' names.

        A name the model never saw must look like those it did, so names are left to shape, lists and company.
        """
        words = [word_of(split_blank(bare(key))[0]) for key in self.keys]
        texts: Counter[str] = Counter()
        uses: Counter[str] = Counter()
        persons: Counter[str] = Counter()
        person_tags = [_TAG[f"{prefix}-{label}"] for label in _PERSONS for prefix in "BI"]
        for numbers, tags in zip(self.texts, self.tags, strict=True):
            texts.update({words[number] for number in numbers})
            uses.update(words[number] for number in numbers)
            persons.update(words[number] for number in numbers[np.isin(tags, person_tags)])
        return frozenset(
            word
            for word, count in texts.items()
            if word.isalpha()
            and count >= (_MIN_TEXTS_NAME if _only_a_name(word) else _MIN_TEXTS)
            and persons[word] <= _MAX_PERSON_SHARE * uses[word]
        )


def _only_a_name(word: str) -> bool:
    """Whether a word stands in a list of names and is no common word: an eponym, or a name left in a note."""
    flags = list_flags(word)
    return bool(flags & _NAME_LISTS) and not flags & LISTS["common_words"]


def tag_tokens(keys: Iterable[str], spans: Iterable[tuple[int, int, str]]) -> NDArray[np.int8]:
    """One BIO tag a token. A token that a span covers in part counts as covered."""
    lengths = np.array([len(bare(key)) for key in keys], np.int64)
    ends = np.cumsum(lengths)
    tags = np.zeros(len(lengths), np.int8)
    for start, end, label in sorted(spans):
        if label == PhiLabel.AGE:
            continue
        kind = _COARSE.get(PhiLabel(label), PhiLabel(label))
        first = int(np.searchsorted(ends, start, side="right"))
        last = int(np.searchsorted(ends, end - 1, side="right")) + 1
        tags[first:last] = _TAG[f"I-{kind}"]
        tags[first] = _TAG[f"B-{kind}"]
    return tags


def recase(text: str, rng: random.Random) -> str:
    """The text, sometimes in capitals or lower case, whole or by lines. Offsets stay."""
    draw = rng.random()
    if draw < _UPPER_SHARE:
        return _same_length(text, text.upper())
    if draw < _UPPER_SHARE + _LOWER_SHARE:
        return _same_length(text, text.lower())
    if draw < _UPPER_SHARE + _LOWER_SHARE + _MIXED_SHARE:
        change = rng.choice((str.upper, str.lower))
        lines = [_same_length(line, change(line)) if rng.random() < _LINE_SHARE else line for line in text.split("\n")]
        return "\n".join(lines)
    return text


def _same_length(text: str, changed: str) -> str:
    return changed if len(changed) == len(text) else text


def forget(rows: NDArray[np.uint64], rng: np.random.Generator, lists: float, words: float) -> NDArray[np.uint64]:
    """The rows as if some words stood in no list, and some were not in the vocabulary.

    Args:
        rows: Features, one row a token.
        rng: Draws which.
        lists: Share of words whose flags in the lists of names go, and of those whose clinical flags go; the flags of
            common and of clinical words stay.
        words: Share of words that are treated as unknown. It is `_UNKNOWN_SPECIAL` for acronyms, products and eponyms:
            the next note has others, and only the list will know them.
    """
    result = rows.copy()
    word, flags, clinical = (COLUMNS.index(name) for name in ("word", "lists", "clinical"))
    letters = rows[:, flags] <= sum(LISTS.values()) + 1
    _clear(result, flags, letters & (rng.random(len(rows)) < lists), LISTS["common_words"])
    _clear(result, clinical, letters & (rng.random(len(rows)) < lists), CLINICAL["clinical_words"])
    special = (rows[:, clinical] - np.uint64(1)) & np.uint64(_SPECIAL) > 0
    unknown = letters & (rng.random(len(rows)) < np.where(special, _UNKNOWN_SPECIAL, words))
    result[unknown, word] = UNKNOWN_WORD
    return result


def _clear(rows: NDArray[np.uint64], column: int, which: NDArray[np.bool_], kept: int) -> None:
    rows[which, column] = ((rows[which, column] - np.uint64(1)) & np.uint64(kept)) + np.uint64(1)
