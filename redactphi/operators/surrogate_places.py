"""Surrogates of facilities, employers, towns and streets."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import pairwise
from string import ascii_lowercase

import regex

from redactphi import resources
from redactphi.keys import SecretKey
from redactphi.labels import PhiLabel
from redactphi.operation import RewriteContext
from redactphi.operators.generalize import Zip3
from redactphi.operators.permutation import ListCycle
from redactphi.operators.surrogate_lists import town_names, towns, unfit, words
from redactphi.operators.surrogate_numbers import Numbers
from redactphi.operators.surrogate_people import People
from redactphi.operators.wordbook import WordBook, fold, like

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’.]\p{L}[\p{L}\p{M}]*)*\.?|\d+\p{L}*")
_ZIP_BEHIND = regex.compile(r"(?<=\p{L}\.?[ ,]{1,3})\d{5}(?:-\d{4})?$")
_HAS_DIGIT = regex.compile(r"\d")
_ORDINAL = regex.compile(r"(?i)(\d+)(st|nd|rd|th)")
_SAINTS = frozenset({"st", "saint", "ste", "santa", "san", "mount", "mt"})
_OF_ONE = frozenset({"permanente"})
"""Words that end names as kinds of facility do, and that one organisation alone has."""

_LINKS = frozenset({"of", "the", "and", "at", "in", "for", "on", "a", "an", "de"})
_PARTS_OF_ADDRESS = frozenset({
    "apt", "apartment", "unit", "suite", "ste", "floor", "fl", "bldg", "building", "room", "rm", "lot", "trailer", "space", "po", "box", "rural", "rr", "county", "township", "twp",
    "parish", "borough", "n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west", "northeast", "northwest",
    "southeast", "southwest", "upper", "lower", "new", "old", "lake", "fort", "ft", "port", "state", "us", "interstate", "hwy", "near", "outside",
})  # fmt: skip
_ACRONYM = 6
_SYLLABLE = 2
_LONGEST_TOWN = 4
_FACILITIES = "surrogate.acronyms"


class Places:
    """Rewrites names of places.

    Args:
        key: The secret.
        people: For streets and buildings that are called after people.
    """

    def __init__(self, key: SecretKey, people: People) -> None:
        self._key, self._people = key, people
        self._towns = WordBook(key, "towns", towns(), unfit())
        self._streets = ListCycle(key, "streets", words("streets"))
        self._letters = ListCycle(key, "places/letters", ascii_lowercase)
        self._numbers = Numbers(key, "places")
        self._zip = Zip3()
        self._firsts, self._seconds = (sorted(words(name)) for name in ("surnames", "landscapes"))

    def organisation(self, text: str, context: RewriteContext) -> str:
        """A facility or employer: what names it is replaced, what says of which kind it is stays.

        "Mercy General Hospital" and "Mercy" have the same surrogate, but for the words that stay.
        """
        if _is_acronym(text):
            return self._acronym(text, context)
        found = list(_WORD.finditer(text))
        naming = [match for match in found if not _is_generic(match[0])] or [
            match for match in found if match[0].lower() not in _LINKS
        ]
        if not naming:
            return self._numbers(text)
        first, last = naming[0].start(), naming[-1].end()
        for before, match in pairwise(found):
            if match is naming[0] and before[0].lower().rstrip(".") in _SAINTS:
                first = before.start()
        possessive = "'s" if text[first:last].lower().endswith(("'s", "’s")) else ""
        name = self._place("".join(fold(match[0]) or match[0] for match in naming).removesuffix("s"))
        return f"{text[:first]}{like(text[first:last], name)}{possessive}{text[last:]}"

    def location(self, text: str, context: RewriteContext) -> str:
        """A street line or a town; numbers by their digits, words that say where from a town or what part of it stay."""
        if zip_code := _ZIP_BEHIND.search(text):
            before = self.location(text[: zip_code.start()], context) if zip_code.start() else ""
            return before + self._zip.operate(zip_code[0])
        is_street = _HAS_DIGIT.search(text) is not None
        found = list(_WORD.finditer(text))
        pieces: list[str] = []
        place = position = 0
        while place < len(found):
            size = 1 if is_street else self._town_at(text, found[place:])
            start, end = found[place].start(), found[place + size - 1].end()
            whole = text[start:end]
            changed = like(whole, self._town(fold(whole))) if size > 1 else self._word(whole, is_street=is_street)
            pieces += (text[position:start], changed)
            position, place = end, place + size
        replaced = "".join([*pieces, text[position:]])
        if replaced == text:  # of general words only, as "Lake County" or "Old Fort"
            return _WORD.sub(lambda match: like(match[0], self._town(fold(match[0]) or "x")), text)
        return replaced

    def _town_at(self, text: str, found: Sequence[regex.Match[str]]) -> int:
        """How many of the words that come next are a listed town together; one if none are."""
        for size in range(min(_LONGEST_TOWN, len(found)), 1, -1):
            if fold(text[found[0].start() : found[size - 1].end()]) in self._towns:
                return size
        return 1

    def _word(self, word: str, *, is_street: bool) -> str:
        if ordinal := _ORDINAL.fullmatch(word):
            return _ordinal(self._numbers(ordinal[1]), word)
        if _HAS_DIGIT.search(word):
            return self._numbers(word)
        folded = fold(word)
        bare = word.rstrip(".")
        is_kept = folded in _PARTS_OF_ADDRESS or folded in _LINKS or (is_street and folded in _street_words())
        if is_kept or not folded or (len(folded) <= _SYLLABLE and bare.upper() in resources.terms("state_codes")):
            return word
        dot = word[len(bare) :]
        if folded in self._streets and is_street:
            return like(bare, self._streets(folded)) + dot
        book = self._people.word if is_street and folded not in self._towns else self._town
        return like(bare, book(folded)) + dot

    def _town(self, folded: str) -> str:
        found = self._towns(folded)
        return town_names().get(found, found)

    def _place(self, core: str) -> str:
        number = int.from_bytes(self._key.digest("places/organisation", core), "big")
        number, second = divmod(number, len(self._seconds))
        return f"{self._firsts[number % len(self._firsts)]} {self._seconds[second]}"

    def _acronym(self, text: str, context: RewriteContext) -> str:
        """The initials of the surrogate of a facility of the note that these are the initials of; else other letters."""
        if _FACILITIES not in context.cache:
            context.cache[_FACILITIES] = self._acronyms_of(context)
        known: dict[str, str] = context.cache[_FACILITIES]
        letters = fold(text)
        changed = known.get(letters) or "".join(map(self._letters, letters))
        return changed.upper()

    def _acronyms_of(self, context: RewriteContext) -> dict[str, str]:
        labels = (PhiLabel.FACILITY, PhiLabel.EMPLOYER)
        found = {}
        for span in context.spans:
            name = context.document.text[span.start : span.end]
            if span.label in labels and not _is_acronym(name):
                short, surrogate = (_initials(written) for written in (name, self.organisation(name, context)))
                found[short] = surrogate
        return {short: changed for short, changed in found.items() if short != changed}


def _initials(name: str) -> str:
    return "".join(fold(word)[:1] for word in _WORD.findall(name) if word.lower() not in _LINKS)


def _is_acronym(text: str) -> bool:
    """Whether a name is nothing but a few capitals that are no word."""
    lower = text.lower()
    is_short = 1 < len(text) <= _ACRONYM and text.isascii() and text.isalpha() and text.isupper()
    return is_short and not any(
        lower in resources.terms(name) for name in ("common_words", "surnames", "first_names", "places")
    )


def _is_generic(word: str) -> bool:
    lower = word.lower().rstrip(".")
    return (
        lower in _LINKS
        or lower in _SAINTS
        or (lower in _kinds() and lower not in _OF_ONE)
        or lower in resources.terms("facility_generic")
    )


@functools.cache
def _kinds() -> frozenset[str]:
    """Words that say of which kind a facility or employer is, lower case."""
    lists = ("facility_words", "employer_words")
    return frozenset(part for name in lists for item in resources.terms(name) for part in item.lower().split())


@functools.cache
def _street_words() -> frozenset[str]:
    return frozenset(item.lower() for item in resources.terms("street_suffixes"))


def _ordinal(number: str, written: str) -> str:
    value = int(number)
    teen = 10 < value % 100 < 20  # noqa: PLR2004 - eleventh to nineteenth
    suffix = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return number + (suffix.upper() if written.isupper() else suffix)
