"""What the clinical lists say of words that look like names: acronyms, products, eponyms before their nouns."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import regex

from redactphi import resources

WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*")
"""A word, with its hyphens and apostrophes."""

_FOLLOWING = regex.compile(r"['’]?s?[ \t-]+(?:(?:and|or)[ \t]+|/[ \t]*)?(\p{L}+)(?:[ \t-]+(\p{L}+))?")
_GRADE = regex.compile(r"[ ](?:\d{1,2}|[IVX]{1,4})\b(?![/-]\d)")
_ROMAN = regex.compile(r"[IVX]{1,4}")
_ALONE = regex.compile(r"(?:(?<=s)['’]|['’]s)(?=[ ]?(?:[,;.)]|\r?\n|$))")
_SEVERAL = 3
_BEFORE_FOLLOWING = frozenset("'’s \t-")
_LOOKED_AT = 48
_SHORTEST = 3


def are_clinical(words: Sequence[str]) -> bool:
    """Whether nothing but products, acronyms as written, and eponyms that are nobody's name today."""
    if not words:
        return False
    return " ".join(words) in _phrases() or all(map(_is_clinical, words))


def is_eponym_before_noun(text: str, words: Sequence[str], end: int) -> bool:
    """Whether a noun follows that the last of the words is known to stand before, as in "Jendrassik maneuver"."""
    if text[end : end + 1] not in _BEFORE_FOLLOWING:
        return False
    nouns = _nouns().get(" ".join(words).lower()) or _nouns().get(words[-1].lower()) if words else None
    following = _FOLLOWING.match(text, end, min(len(text), end + _LOOKED_AT)) if nouns else None
    known = nouns.split(",") if nouns and following else ()
    return following is not None and (following[1].lower() in known or (following[2] or "").lower() in known)


def is_graded_eponym(text: str, words: Sequence[str], end: int) -> bool:
    """Whether it is an eponym with its grade, as "Fitzpatrick II" and "Borg 5" are."""
    grades = _GRADE.match(text, end) is not None
    if len(words) > 1 and _ROMAN.fullmatch(words[-1]):
        words, grades = words[:-1], True
    return grades and len(words) == 1 and words[0] in resources.terms("clinical_eponyms")


def is_disease_of(text: str, words: Sequence[str], end: int) -> bool:
    """Whether it is an eponym with the bare apostrophe of a disease: "Graves', cousin with", "Meniere's;"."""
    return len(words) == 1 and words[0] in resources.terms("clinical_eponyms") and _ALONE.match(text, end) is not None


def is_possessive_eponym(words: Sequence[str]) -> bool:
    """Whether what stands where a place would begins as a sign or a landmark does: "at Kocher's", "at Winslow's"."""
    written = words[0].replace("’", "'") if words else ""
    bare = written[:-2] if written.lower().endswith("'s") else ""
    eponyms = resources.terms("clinical_eponyms")
    return bool(bare) and len(words) < _SEVERAL and (bare in eponyms or bare.title() in eponyms)


def _is_clinical(word: str) -> bool:
    bare = word.replace("’", "'").removesuffix("'s")
    lower = bare.lower()
    if lower in resources.terms("ambiguous_names"):
        return False
    if lower in products() or is_only_an_eponym(bare):
        return True
    return len(bare) >= _SHORTEST and lower not in listed_names() and bare in resources.terms("clinical_acronyms")


def is_only_an_eponym(word: str) -> bool:
    """Whether a word is an eponym that no list of names or places holds, also without its apostrophe: "Crohns"."""
    eponyms = resources.terms("clinical_eponyms")
    if word.lower() in listed_names():
        return False
    return word in eponyms or word.title() in eponyms or (word.endswith("s") and word[:-1].title() in eponyms)


@functools.cache
def listed_names() -> frozenset[str]:
    """Every listed given name, surname and place, lower case."""
    return frozenset().union(*(resources.terms(name) for name in ("first_names", "surnames", "places")))


@functools.cache
def never_names(*lists: str) -> frozenset[str]:
    """The items of term lists, lower case and without a full stop, less what is a name too."""
    return frozenset(item.rstrip(".").lower() for name in lists for item in resources.terms(name)) - listed_names()


@functools.cache
def plain_words() -> frozenset[str]:
    """Lower-case words of English and of medicine that are no names."""
    return resources.terms("clinical_words") - resources.terms("ambiguous_names") - listed_names()


@functools.cache
def peoples() -> frozenset[str]:
    """Nationalities and languages, lower case."""
    return frozenset(item.lower() for item in resources.terms("nationalities"))


@functools.cache
def countries() -> frozenset[str]:
    """Names of countries, lower case."""
    return frozenset(item.lower() for item in resources.terms("countries"))


@functools.cache
def states() -> frozenset[str]:
    """Names of the States, lower case."""
    return frozenset(item.lower() for item in resources.terms("states"))


@functools.cache
def products() -> frozenset[str]:
    """Products of one word, lower case."""
    return frozenset(item.lower() for item in resources.terms("clinical_products") if item.isalpha())


@functools.cache
def _phrases() -> frozenset[str]:
    """Eponyms and products of several words."""
    names = ("clinical_eponyms", "clinical_products")
    return frozenset(item for name in names for item in resources.terms(name) if " " in item)


@functools.cache
def _nouns() -> Mapping[str, str]:
    """The nouns that eponyms stand before, parted by commas: as sets they would take five times the memory."""
    rows = resources.table("clinical_eponyms", "with_nouns.tsv")
    return {eponym.lower(): nouns.lower() for eponym, nouns in rows}
