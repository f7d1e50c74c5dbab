"""Words nobody knows, read as the known word they are a form or a misspelling of; words that are known are left alone.

>>> speller = Spelling({"hemorrhoid": 9, "pseudomonas": 9, "asthma": 9}, known=lambda word: word == "asthenia")
>>> speller.correct("hemorroids"), speller.correct("pseudomonal"), speller.correct("asthenia")
('hemorrhoid', 'pseudomonas', None)
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from rapidfuzz import process
from rapidfuzz.distance import OSA

from detect_icd.terms import american, singular, terms
from redactphi.resources import terms as word_list

_SHORTEST = 5
_TWO_ERRORS = 9
"""Letters from which two errors are read through."""

_SUFFIXES = ("ed", "al", "ic", "ous", "ar")
_ENDINGS = ("", "a", "as", "us", "is", "um", "e", "y")
_SHORTEST_STEM = 5
_SELDOM = 3
"""Short words that fewer phrases have are not read into others."""

_LONG = 8

_CLEARLY = 4
"""How many times as often the better of two equally near words must stand in the index."""

_OF_DISEASES = (
    "itis",
    "osis",
    "asis",
    "uria",
    "emia",
    "oma",
    "pathy",
    "algia",
    "rrhea",
    "rrhagia",
    "ism",
    "trophy",
    "plasia",
    "phagia",
    "penia",
)
"""What a trusted word ends in."""

_CACHE_LIMIT = 200_000

_LISTS = ("clinical_words", "common_words", "surnames", "first_names")


class Spelling:
    """Reads unknown words. Build once: it remembers what it has seen.

    Args:
        vocabulary: The words to read them as, with how often each stands in the index.
        known: Says of a word whether it is spelt as it should be.
        trusted: Words to read others as although few phrases have them, where they end as names of diseases do.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        known: Callable[[str], bool] | None = None,
        trusted: AbstractSet[str] = frozenset(),
    ) -> None:
        self._known = known or is_spelt
        self._often = {
            word: often
            for word, often in vocabulary.items()
            if word.isalpha()
            and len(word) >= _SHORTEST
            and (often >= _SELDOM or len(word) >= _LONG or (word in trusted and word.endswith(_OF_DISEASES)))
        }
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(self._often):
            self._by_letter.setdefault(word[0], []).append(word)
        self._by_sound: dict[str, str] | None = None
        self._seen: dict[str, str | None] = {}

    def correct(self, word: str) -> str | None:
        """The known word an unknown one stands for; None for a known word, and where none or several would do."""
        if word not in self._seen:
            if len(self._seen) > _CACHE_LIMIT:
                self._seen.clear()
            self._seen[word] = self._correct(singular(american(word)), word)
        return self._seen[word]

    def _correct(self, word: str, written: str) -> str | None:
        if len(word) < _SHORTEST or not word.isascii() or not word.isalpha():
            return None
        if word in word_list("common_words"):
            return None
        if (base := self._derived(word)) is not None:
            return base
        if self._known(written) or self._known(word):
            # "Krohns" are no people: their name is no word by itself.
            return None if self._known(written) or word not in only_names() else self._sounding(word)
        return self._sounding(word) or self._nearest({word, written}) or self._begun(word)

    def _sounding(self, word: str) -> str | None:
        """The known word that sounds the same ("onikomycosis"), if there is one."""
        if self._by_sound is None:
            self._by_sound = {}
            for known in sorted(self._often, key=self._often.__getitem__):
                self._by_sound[_sound(known)] = known
        return self._by_sound.get(_sound(word))

    def _begun(self, word: str) -> str | None:
        """The word that one cut short is the beginning of ("subconj", "defic")."""
        if word[-1] in "aeiou":
            return None
        shelf = self._by_letter.get(word[0], [])
        wholes = itertools.takewhile(lambda whole: whole.startswith(word), shelf[bisect_left(shelf, word) :])
        likely = sorted((self._often[whole], whole) for whole in wholes)
        if not likely:
            return None
        best = likely[-1][1]
        others = [
            often
            for often, whole in likely[:-1]
            if not whole.startswith(best[: len(word) + 2]) and not _same(whole, best)
        ]
        return likely[-1][1] if likely[-1][0] >= _CLEARLY * max(others, default=0) else None

    def _derived(self, word: str) -> str | None:
        for suffix in _SUFFIXES:
            stem = word.removesuffix(suffix)
            if stem != word and len(stem) >= _SHORTEST_STEM:
                found = [stem + ending for ending in _ENDINGS if stem + ending in self._often]
                if found:
                    return found[0]
        return None

    def _nearest(self, forms: AbstractSet[str]) -> str | None:
        found: dict[str, int] = {}
        for form in sorted(forms):
            errors = 2 if len(form) >= _TWO_ERRORS else 1
            choices = self._by_letter.get(form[0], [])
            for near, distance, _ in process.extract(
                form, choices, scorer=OSA.distance, score_cutoff=errors, limit=None
            ):
                found[near] = min(distance, found.get(near, distance))
        nearest = min(found.values(), default=0)
        likely = sorted((self._often[near], near) for near, distance in found.items() if distance == nearest)
        if not likely:
            return None
        often, best = likely[-1]
        rivals = [rival for rival, near in likely[:-1] if not _same(near, best)]
        return best if not rivals or often >= _CLEARLY * max(rivals) else None


def _same(one: str, other: str) -> bool:
    """Whether two spellings are listed as one word: "glaucoma" and "glawcoma"."""
    return terms().atoms(one) == terms().atoms(other)


def sounds_alike(one: str, other: str) -> bool:
    """Whether two spellings are pronounced alike ("odynofagia", "odynophagia")."""
    return _sound(singular(one)) == _sound(singular(other))


def _sound(word: str) -> str:
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _DOUBLED.sub(r"\1", word)


_SOUNDS = (("ph", "f"), ("ch", "k"), ("ck", "k"), ("qu", "k"), ("c", "k"), ("rh", "r"), ("th", "t"), ("ps", "s"),
    ("pn", "n"), ("y", "i"), ("ae", "e"), ("oe", "e"), ("ei", "i"), ("ie", "i"), ("z", "s"), ("x", "ks"))  # fmt: skip
_DOUBLED = re.compile(r"([a-z])\1")


@functools.cache
def _word_lists() -> tuple[frozenset[str], ...]:
    return tuple(map(word_list, _LISTS))


@functools.cache
def only_names() -> frozenset[str]:
    """The listed names that are no words."""
    return (word_list("surnames") | word_list("first_names")) - word_list("clinical_words") - word_list("common_words")


def is_spelt(word: str) -> bool:
    """Whether a list of words and names has it as it is written."""
    return any(word in words for words in _word_lists())
