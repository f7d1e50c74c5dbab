"""What the name lists say of words: whether they may be somebody's name."""

from __future__ import annotations

import functools

import regex

from redactphi import resources
from redactphi.recognizers.clinical import countries, listed_names, peoples, plain_words, products, states
from redactphi.recognizers.vetoes_numbers import WEEKDAYS
from redactphi.slips import one_edit_away

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*")
_PART = regex.compile(r"[\p{L}\p{M}]+")
_SHORTEST = 3
_SHORTEST_MISSPELT = 5
_ACRONYM = 4
_OTHER_WORDS = ("clinical_words", "eponyms", "places", "unit_acronyms", "specialties", "relations")
_NEVER_SURNAMES = ("ed", "ology", "itis", "ectomy", "oscopy", "graphy", "otomy", "plasty", "emia", "osis", "opathy")
"""What words of notes end in and surnames do not."""
_OF_A_KIND = ("-like", "-type", "-related")


@functools.cache
def ordinary_words() -> frozenset[str]:
    """Lower-case words that are never taken for a name, whatever their case."""
    names = resources.terms("first_names") | resources.terms("surnames")
    words = resources.terms("common_words") | resources.terms("facility_generic")
    return (words - names) | resources.terms("name_stopwords")


@functools.cache
def word_surnames() -> frozenset[str]:
    """Family names that are ordinary words too ("still", "weeks"): names only where a title or field says so outright."""
    return resources.exceptions("surnames") - resources.terms("name_stopwords")


def is_ordinary(word: str) -> bool:
    """Whether a word is an everyday or clinical one, and nobody's name."""
    lower = word.lower()
    if lower in ordinary_words() or lower.endswith(_OF_A_KIND):
        return True
    if lower.endswith(_NEVER_SURNAMES) and lower in plain_words():
        return True
    parts = _PART.findall(lower)
    return len(parts) > 1 and all(part in ordinary_words() or len(part) == 1 for part in parts)


@functools.lru_cache(maxsize=4096)
def is_misspelt(word: str) -> bool:
    """Whether a word in small letters that no list knows is one slip away from an ordinary or clinical one."""
    if len(word) < _SHORTEST_MISSPELT or not word.isascii() or word in listed_names():
        return False
    known = ordinary_words(), resources.terms("common_words"), resources.terms("clinical_words")
    return any(other in words for other in one_edit_away(word) for words in known)


def _words(value: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(value)]


def _in_list(word: str, name: str) -> bool:
    listed = resources.terms(name)
    return word in listed or any(part in listed for part in _PART.findall(word) if len(part) >= _SHORTEST)


def _is_common(word: str) -> bool:
    return word in resources.terms("common_words") or word in resources.terms("name_stopwords")


def _surname(value: str) -> bool:
    word = value.lower()
    return not _is_common(word) and (_in_list(word, "surnames") or _in_list(word, "first_names"))


def _any_surname(value: str) -> bool:
    word = value.lower()
    return word not in resources.terms("name_stopwords") and (
        word in resources.terms("surnames") or word in word_surnames()
    )


def _is_unfamiliar(value: str) -> bool:
    """Whether not all words of a name are ones that notes use for other things."""
    words = [word for word in _words(value) if len(word) > 1]
    return not all(_is_common(word) or word in resources.terms("clinical_words") for word in words)


def _is_unlisted(value: str) -> bool:
    """Whether no list knows a word as anything but somebody's name."""
    lower = value.lower()
    return (
        not _is_common(lower)
        and not is_ordinary(lower)
        and not any(lower in resources.terms(name) for name in _OTHER_WORDS)
        and lower not in products()
        and lower not in peoples()
        and value not in resources.terms("clinical_eponyms")
        and lower not in states()
        and lower not in countries()
        and not any(form in resources.terms("clinical_words") for form in (lower.removesuffix("s"), lower + "s"))
    )


def _is_told_name(value: str) -> bool:
    """Whether what a cue says is a person's may be one: listed names, however common, or words no list knows."""
    if value.isupper() and len(value) <= _ACRONYM:
        return False
    words = [word for word in _words(value) if len(word) > 1]
    return bool(words) and all(map(_may_be_told, words))


def _may_be_told(word: str) -> bool:
    if word in resources.terms("name_stopwords") or word in resources.terms("clinical_words"):
        return False
    return _in_list(word, "surnames") or _in_list(word, "first_names") or not _is_common(word)


def _is_surname_only(value: str) -> bool:
    """Whether each part of a word is a listed surname and no word that notes use for other things, nor an eponym."""
    others = ("common_words", "name_stopwords", "clinical_words", "eponyms", "clinical_products")
    return all(
        part in resources.terms("surnames") and not any(part in resources.terms(name) for name in others)
        for part in _PART.findall(value.lower())
    )


def _given_name(value: str) -> bool:
    word = value.lower()
    given = resources.terms("first_names")
    return not _is_common(word) and (word in given or all(part in given for part in word.split("-")))


def _given_name_initial(value: str) -> bool:
    return _given_name(_words(value)[0])


def _full_name(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1]
    if len(words) <= 1 or words[0] not in resources.terms("first_names"):
        return False
    if any(map(is_ordinary, words)) or " ".join(words) in resources.terms("places"):
        return False
    first, last = words[0], words[-1]
    eponyms = resources.terms("eponyms")
    if first in eponyms and last in eponyms:
        return False
    if _in_list(last, "surnames"):
        return not (_is_common(first) and _is_common(last))
    return _is_unknown(first, last)


def _is_unknown(first: str, last: str) -> bool:
    """Whether a given name stands before a word no list knows."""
    known = _is_common(first) or _is_common(last) or last.title() in resources.terms("states")
    known = known or first.title() in resources.terms("clinical_eponyms")
    return not known and last not in resources.terms("eponym_nouns") and not _in_list(last, "places")


def _full_name_any_order(value: str) -> bool:
    words = _words(value)
    return _full_name(value) or (_full_name(" ".join(reversed(words))) and "," in value)


def _reversed_name(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1]
    last, first = words[:1], words[1:]
    if len(first) != 1 or first[0] not in resources.terms("first_names") or _is_common(first[0]):
        return False
    if _is_code(value) or not _is_cased_like_a_name(value) or _are_no_people(value):
        return False
    eponyms = resources.terms("eponyms")
    if first[0] in eponyms and last[0] in eponyms:
        return False
    return _in_list(last[0], "surnames")


def _is_code(value: str) -> bool:
    """Whether a State's code or a credential stands behind the comma: "Bedford, MA" and "PRYCE, PA" are no names."""
    last = value.rpartition(",")[2].strip()
    return any(last in resources.terms(name) for name in ("state_codes", "states", "credentials"))


def _are_no_people(value: str) -> bool:
    """Whether a day of the week, an acronym or a pair of eponyms stands there: "Mon/Thu", "BLOCKER, ASA", "LIMBERG, MILAN"."""
    words = _WORD.findall(value)
    eponyms = resources.terms("clinical_eponyms")
    return (
        any(word.lower() in WEEKDAYS or word.lower() in _UNITS for word in words)
        or (words[0].isupper() and any(word in resources.terms("clinical_acronyms") for word in words))
        or all(word.title() in eponyms for word in words)
    )


_UNITS = frozenset({"min", "sec", "hr", "cm", "mm", "ml", "cc", "mg"})


def _is_cased_like_a_name(value: str) -> bool:
    """Whether "Last, First" is not written in capitals in its second half alone: "Hashimoto's, GERD" is no name."""
    last, first = (part.strip() for part in value.replace("/", ",").split(",", 1))
    return last.isupper() >= first.isupper() or len(first) == 1


def _person(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1 and not is_ordinary(word)]
    if not words or (is_ordinary(_words(value)[0]) and len(_words(value)[0]) > 1):
        return False
    known = [word for word in words if _in_list(word, "first_names") or _in_list(word, "surnames")]
    if len(_words(value)) == 1:
        return bool(known) and words[0] not in resources.terms("eponyms") and not _is_common(words[0])
    return bool(known)


def _newborn(value: str) -> bool:
    last = value.rsplit(maxsplit=1)[-1]
    return not is_ordinary(last) and last.lower().removesuffix("s") not in resources.terms("eponyms")


VALIDATORS = {
    "unfamiliar": _is_unfamiliar,
    "unlisted": _is_unlisted,
    "surname": _surname,
    "any-surname": _any_surname,
    "surname-only": _is_surname_only,
    "told-name": _is_told_name,
    "given-name": _given_name,
    "given-name-initial": _given_name_initial,
    "full-name": _full_name,
    "full-name-any-order": _full_name_any_order,
    "reversed-name": _reversed_name,
    "person": _person,
    "newborn": _newborn,
}
"""Tests that rules of this family may name: what the name lists say of a match."""
