"""How far the words of an injury reach in a sentence: to a stop, to what says something else, to a part told to be whole."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from detect_icd.terms import TAG

_WORD = re.compile(
    rf"(?P<tag>{TAG})|(?P<word>[A-Za-z0-9]+(?:['\u2019/-][A-Za-z0-9]+)*['\u2019]?)|(?P<stop>[.;:?!()\n](?!\d)|\s-\s)|(?P<comma>,)"
)
_MOST_UNKNOWN = 1


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a comma or a stop of a sentence.

    Attributes:
        start: Where it starts.
        end: One past where it ends.
        word: As written, in lower case.
        mark: ``word``, ``comma`` or ``stop``.
    """

    start: int
    end: int
    word: str
    mark: str


def read_words(note: str, start: int, end: int) -> list[Word]:
    """The words of a sentence; what redaction wrote is none."""
    return [
        Word(match.start(), match.end(), match.group().lower(), match.lastgroup or "")
        for match in _WORD.finditer(note, start, end)
        if match.lastgroup != "tag"
    ]


def reach(words: list[Word], head: int, taken: int, following: int, known: AbstractSet[int]) -> tuple[int, int]:
    """How far the words of an injury reach: to a stop, to a word that says something else, to the next injury."""
    low = head
    unknown = 0
    while low > taken:
        item = words[low - 1]
        if item.mark == "stop" or item.word in _STOPPERS:
            break
        if item.mark == "word" and low - 1 not in known:
            unknown += 1
            if unknown > _MOST_UNKNOWN or item.word.endswith(("s", "ed", "ing")):
                break
        low -= 1
    high = head + 1
    while high < following:
        item = words[high]
        if item.mark == "stop" or item.word in _STOPPERS or (item.mark == "word" and high not in known):
            break
        high += 1
    if high == following < len(words):
        high = next(
            (
                n
                for n in range(high - 1, head, -1)
                if words[n].mark == "comma" or words[n].word in {"and", "with", "or"}
            ),
            high,
        )
    high = _before_sound(words, head, high)
    while high - 1 > head and (
        words[high - 1].mark == "comma"
        or words[high - 1].word in _EDGE
        or (words[high - 1].word in _OF_THE_NEXT and words[high - 2].mark == "comma")
    ):
        high -= 1
    while low < head and (words[low].mark != "word" or words[low].word in _EDGE or low not in known):
        low += 1
    return low, high


def _before_sound(words: list[Word], head: int, high: int) -> int:
    """Where an injury ends before a part that is told to be whole: "lateral meniscus tear, MCL intact"."""
    sound = next(
        (number for number in range(head + 1, min(high + 1, len(words))) if words[number].word in _SOUND), head
    )
    return next((number for number in range(sound - 1, head, -1) if words[number].mark == "comma"), high)


_SOUND = frozenset({"intact", "normal", "nl", "spared", "preserved", "unremarkable"})

_STOPPERS = frozenset({"hemothorax", "pneumothorax", "hemopneumothorax", "concussion", "hyphema", "hemoperitoneum", "no", "not", "without", "after", "from", "by", "while", "when", "denies", "negative", "but", "then", "with", "w", "versus",
    "vs", "plus"})  # fmt: skip
_OF_THE_NEXT = frozenset({"traumatic", "acute", "small", "large", "moderate", "mild", "severe", "new", "multiple"})
"""Words behind a comma that, with nothing behind them, begin what is told next."""
_EDGE = frozenset({"and", "the", "a", "of", "to", "in", "or", "on", "at", "with", "his", "her", "over", "an", "for"})
