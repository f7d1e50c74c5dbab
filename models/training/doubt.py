"""What may stay in a real note: which words vouch for a sentence, and which sentences nobody can vouch for."""

from __future__ import annotations

import functools
from collections import Counter

import regex as re

from models.training.cleaning_patterns import BOUNDARY, MARK, NOT_NAMES, TOKEN, UNRESOLVED
from models.training.raw import raw_notes
from models.training.sources import states_and_countries
from models.training.surface import surface
from redactphi.resources import terms

SAFE_DOCUMENTS = 4
"""A capitalised word in this many anonymised reports is an eponym, a drug or a product, not somebody's name."""


@functools.cache
def safe_capitalised() -> frozenset[str]:
    """Lower-case forms of words that stand capitalised in several anonymised reports."""
    seen: Counter[str] = Counter()
    for note in raw_notes():
        if note.corpus in {"mtsamples", "mts_dialog_sections"}:
            seen.update({word.lower() for word in re.findall(r"\b[A-Z][a-z]+\b", note.text)})
    frequent = {word for word, count in seen.items() if count >= SAFE_DOCUMENTS}
    return frozenset(frequent - set(surface("unsafe_words")))


@functools.cache
def unit_words() -> frozenset[str]:
    """Words of department names: "Pain Clinic" names no place."""
    return frozenset(surface("unit_words"))


@functools.cache
def eponym_noun() -> re.Pattern[str]:
    """What follows an eponym, not a person: "clamp", "sign", "disease"."""
    nouns = "|".join(surface("eponym_nouns"))
    return re.compile(rf"(?:['’]s?)?[ \-](?:\w+[ \-]){{0,2}}?(?:{nouns})s?\b", re.IGNORECASE)


@functools.cache
def plain_words() -> frozenset[str]:
    """Words that are no name however they are written."""
    return terms("common_words") | NOT_NAMES


@functools.cache
def ordinary_words() -> frozenset[str]:
    """Words, eponyms and products that are no name by themselves."""
    return plain_words() | safe_capitalised()


def is_second_name(word: str) -> bool:
    """Whether a capitalised word after a name belongs to it."""
    return word.lower() in terms("surnames") or not (word.lower() in plain_words() or word.isupper())


def is_plain_place(name: str) -> bool:
    """Whether a capitalised name is geography that stays: a state, a country, or no place at all."""
    states, countries = states_and_countries()
    lower = name.lower()
    return (
        lower in states | countries
        or lower in {"united states", "america", "europe", "korea", "africa", "asia", "english", "spanish", "england"}
        or all(word in terms("common_words") | safe_capitalised() for word in lower.split())
    )


def is_doubtful(sentence: str) -> bool:
    """Whether an unresolved placeholder or an unexplained name stands in a sentence."""
    if UNRESOLVED.search(MARK.sub("", sentence)):
        return True
    for match in TOKEN.finditer(sentence):
        word = match[0].lower()
        if word in terms("common_words") or word in safe_capitalised() or word in surface("kept_words"):
            continue
        if not any(
            part in terms(name) for part in re.split(r"['’\-]", word) for name in ("first_names", "surnames", "places")
        ):
            continue
        states, countries = states_and_countries()
        if word in states or word in countries or eponym_noun().match(sentence, match.end()):
            continue
        return True
    return False


def split_sentences(text: str) -> list[str]:
    """Sentences and line breaks of a text; joined they give it back."""
    pieces, last = [], 0
    for match in BOUNDARY.finditer(text):
        pieces += [text[last : match.start()], match[0]]
        last = match.end()
    pieces.append(text[last:])
    return [piece for piece in pieces if piece]


def drop_doubtful(text: str) -> tuple[str, int]:
    """The text without sentences nobody can vouch for, and how many there were."""
    kept = [piece for piece in split_sentences(text) if piece.isspace() or not is_doubtful(piece)]
    return "".join(kept).strip(), len(split_sentences(text)) - len(kept)
