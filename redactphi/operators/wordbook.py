"""WordBook: a keyed surrogate for every word, the same each time, and never the same for two words.

Words of a list go to words of that list. Words that are names but must not be surrogates (eponyms, words of medicine and of
everyday English) go to the list's reserve, which is as long. Every other word, those of the reserve among them, goes to a made-up word of
the same shape that none of the lists holds: vowels to vowels, consonants to consonants, rare ones to rare ones.
"""

from __future__ import annotations

import functools
import math
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

import regex

from redactphi import resources
from redactphi.keys import SecretKey
from redactphi.operators.permutation import ListCycle, NumberCycle, keyed_order

_CLASSES = (tuple("aeiou"), tuple("bcdfghklmnprstvw"), tuple("jqxyz"))
_RUN = regex.compile("[aeiou]+|[^aeiou]+")
_CLASS_OF = {letter: letters for letters in _CLASSES for letter in letters}
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"}
_NIBBLES = "bcdfghklmnprstvw"
_SUFFIX = "man"


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that become each other.

    Attributes:
        words: Those surrogates come from.
        others: Names that must not be surrogates.
        reserve: As many words as ``others``, which these become.
    """

    words: frozenset[str]
    others: frozenset[str] = frozenset()
    reserve: frozenset[str] = frozenset()


class WordBook:
    """Surrogates of words. All words are compared folded: see `fold`.

    Args:
        key: The secret.
        purpose: Books of different purposes have nothing in common.
        lists: Disjoint lists by name.
        unfit: Further words that no surrogate may be.
    """

    def __init__(
        self, key: SecretKey, purpose: str, lists: Mapping[str, WordList], unfit: Collection[str] = ()
    ) -> None:
        self._key, self._purpose = key, purpose
        self._cycles = [ListCycle(key, f"{purpose}/{name}", found.words) for name, found in lists.items()]
        self._replaced = {
            word: reserve
            for name, found in lists.items()
            for word, reserve in _paired(key, f"{purpose}/{name}/others", found)
        }
        self._listed = frozenset(self._replaced).union(*(found.words for found in lists.values()))
        self._known = self._listed.union(*(found.reserve for found in lists.values()))
        self._taken = self._known | frozenset(unfit)
        self._made_up = functools.lru_cache(maxsize=1 << 14)(self._make_up)

    def __contains__(self, word: object) -> bool:
        return word in self._known

    def __call__(self, word: str) -> str:
        """The surrogate of a folded word, folded too.

        Args:
            word: Of the letters a to z, at least one.
        """
        for cycle in self._cycles:
            if word in cycle:
                return cycle(word)
        return self._replaced.get(word) or self._made_up(word)

    def _make_up(self, word: str) -> str:
        start = self._beside_taken(word)
        pieces, shape = _taken_apart(start)
        cycle = NumberCycle(self._key, f"{self._purpose}/shape", math.prod(map(len, shape)))
        place = _number(pieces, shape)
        for _ in range(cycle.size):
            place = cycle(place)
            found = _word(place, shape)
            if found not in self._taken and _taken_apart(found)[1] == shape:
                return found
        raise ValueError("no word of this shape is free")

    def _beside_taken(self, word: str) -> str:
        """The word itself where it may be a surrogate; else one in its stead that no other word has in its stead.

        A word and what it becomes by adding one and the same suffix again and again are a row. Its words go, in order,
        to those places of the row that are not taken, as guests of a full hotel move on by a room.
        """
        root = word
        while root.endswith(_SUFFIX) and len(root) > len(_SUFFIX):
            root = root.removesuffix(_SUFFIX)
        guests = (root + _SUFFIX * turn for turn in range((len(word) - len(root)) // len(_SUFFIX) + 1))
        rank = sum(guest not in self._listed for guest in guests)
        places = (root + _SUFFIX * turn for turn in count())
        return next(islice((place for place in places if place not in self._taken), rank - 1, None))


def like(written: str, folded: str) -> str:
    """A folded word or name in the case of a written one."""
    if written.isupper() and len(written) > 1:
        return folded.upper()
    return folded if written.islower() else folded.title()


def fold(text: str) -> str:
    """A word in the letters a to z: lower case, without accents; other scripts spelled out letter by letter."""
    found = []
    for char in unicodedata.normalize("NFKD", text.lower()):
        if "a" <= char <= "z":
            found.append(char)
        elif char in _LETTERS:
            found.append(_LETTERS[char])
        elif unicodedata.category(char)[0] in "LC":
            found.append("q" + "".join(_NIBBLES[int(digit, 16)] for digit in f"{ord(char):x}"))
    return "".join(found)


def _paired(key: SecretKey, purpose: str, found: WordList) -> list[tuple[str, str]]:
    if len(found.reserve) < len(found.others):
        raise ValueError("a reserve is shorter than what it is for")
    others, reserve = (keyed_order(key, purpose, words) for words in (found.others, found.reserve))
    return list(zip(others, reserve, strict=False))


def _taken_apart(word: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """The pieces of a word, and for each what may stand in its place: a usual group of letters, or single ones."""
    pieces: list[str] = []
    shape: list[tuple[str, ...]] = []
    for run in _RUN.finditer(word):
        usual = _usual(run[0], first=run.start() == 0, last=run.end() == len(word))
        if usual:
            pieces.append(run[0])
            shape.append(usual)
        else:
            pieces += run[0]
            shape += [_CLASS_OF[letter] for letter in run[0]]
    return pieces, shape


def _usual(run: str, *, first: bool, last: bool) -> tuple[str, ...]:
    """The groups of as many letters that are usual in the same place of a word, where this is one of them."""
    place = "vowels" if run[0] in _CLASSES[0] else "first" if first else "last" if last else "amid"
    return next((group for group in _groups()[place] if run in group), ())


@functools.cache
def _groups() -> dict[str, list[tuple[str, ...]]]:
    raw = resources.read_toml(resources.data() / "surrogates" / "letter_groups.toml")
    return {place: [tuple(line.split()) for line in lines] for place, lines in raw.items()}


def _number(pieces: Sequence[str], shape: Sequence[tuple[str, ...]]) -> int:
    number = 0
    for piece, choice in zip(pieces, shape, strict=True):
        number = number * len(choice) + choice.index(piece)
    return number


def _word(number: int, shape: Sequence[tuple[str, ...]]) -> str:
    found = []
    for choice in reversed(shape):
        number, place = divmod(number, len(choice))
        found.append(choice[place])
    return "".join(reversed(found))
