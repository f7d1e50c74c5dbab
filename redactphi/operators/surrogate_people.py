"""Surrogates of people: word by word, so that every part of a name means the same person wherever it stands."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from string import ascii_lowercase

import regex

from redactphi import resources
from redactphi.keys import SecretKey
from redactphi.mentions import PERSON_LABELS
from redactphi.operation import RewriteContext
from redactphi.operators.permutation import ListCycle
from redactphi.operators.surrogate_lists import names, unfit, words
from redactphi.operators.surrogate_numbers import Numbers
from redactphi.operators.wordbook import WordBook, fold

_TOKEN = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)*|\d+")
_POSSESSIVE = regex.compile(r"(.{2,}?)(['’][sS])$")
_PERSONS = "surrogate.persons"
_INITIALS = 3
_TITLE_CASE_NAMES = frozenset({"van", "las", "los", "ten", "da", "di", "du"})
"""Particles that in title case are names or parts of names of their own."""

Person = tuple[str, ...]
"""The folded words and letters of somebody's name, given name first."""


class People:
    """Rewrites names of people.

    Args:
        key: The secret.
    """

    def __init__(self, key: SecretKey) -> None:
        self._book = WordBook(key, "people", names(), unfit())
        self._letters = ListCycle(key, "people/letters", ascii_lowercase)
        self._numbers = Numbers(key, "people")

    def word(self, folded: str) -> str:
        """The surrogate of one folded word of a name; a short form has that of the name it is short for."""
        return self._book(_in_full(folded))

    def rewrite(self, text: str, context: RewriteContext) -> str:
        """A name with every word, letter and number of it replaced; titles stay outside of spans, particles stay."""
        tokens = list(_TOKEN.finditer(text))
        letters = self._letters_of([match[0] for match in tokens], context)
        pieces: list[str] = []
        position = 0
        for match in tokens:
            changed = (
                letters.pop(0) if _are_initials(match[0], len(tokens)) else self._word(match[0], len(tokens), context)
            )
            pieces += (text[position : match.start()], _like(match[0], changed))
            position = match.end()
        return "".join([*pieces, text[position:]])

    def _word(self, token: str, size: int, context: RewriteContext) -> str:
        if token.isdigit():
            return self._numbers(token)
        if possessive := _POSSESSIVE.match(token):
            return self._word(possessive[1], size, context) + possessive[2]
        if size > 1 and _is_particle(token):
            return token
        folded = _meant(fold(token), context)
        found = self.word(folded)
        if any(found in other and folded not in other for other in persons(context)):
            context.events["surrogate-equals-real"] += 1
        return found

    def _letters_of(self, tokens: list[str], context: RewriteContext) -> list[str]:
        """What becomes of the initials among the tokens of a name, in order."""
        initials = [fold(token) for token in tokens if _are_initials(token, len(tokens))]
        words_beside = {_meant(fold(token), context) for token in tokens if not _are_initials(token, len(tokens))}
        if words_beside:
            known = [self._middle(letters, words_beside, context) for letters in initials]
            return [found or self._other(letters) for found, letters in zip(known, initials, strict=True)]
        together = "".join(initials)
        changed = self._whole(together, context) or self._other(together)
        ends = [sum(map(len, initials[: place + 1])) for place in range(len(initials))]
        return [changed[end - len(letters) : end] for end, letters in zip(ends, initials, strict=True)]

    def _whole(self, letters: str, context: RewriteContext) -> str:
        """The initials of the surrogate of whom these are the initials of, where the note or its row tells."""
        found = set()
        for person in persons(context):
            if letters in _spelled(person):
                chosen = person if len(letters) == len(person) else (person[0], person[-1])
                found.add("".join(map(self._initial, chosen)))
        return found.pop() if len(found) == 1 else ""

    def _middle(self, letter: str, words_beside: set[str], context: RewriteContext) -> str:
        """What a letter beside words becomes, where somebody has these words and another one that begins with it."""
        found = {
            self._initial(part)
            for person in persons(context)
            if words_beside <= set(person)
            for part in person
            if len(part) > 1 and part[0] == letter and part not in words_beside
        }
        return found.pop() if len(found) == 1 else ""

    def _other(self, letters: str) -> str:
        return "".join(map(self._letters, letters))

    def _initial(self, part: str) -> str:
        return self.word(part)[0] if len(part) > 1 else self._letters(part)


def persons(context: RewriteContext) -> tuple[Person, ...]:
    """Everybody whose name the note or its row gives with more than one part, once each."""
    if _PERSONS not in context.cache:
        found = [person for person in dict.fromkeys(map(_person, _full_names(context))) if _is_full(person)]
        context.cache[_PERSONS] = tuple(
            person for person in found if not any(_is_short_for(person, one) for one in found)
        )
    known: tuple[Person, ...] = context.cache[_PERSONS]
    return known


def _full_names(context: RewriteContext) -> Iterator[str]:
    patient, text = context.document.patient, context.document.text
    if patient:
        yield from (patient.name, f"{patient.given_name} {patient.family_name}")
        yield from (*patient.aliases, *patient.relatives, *patient.providers)
    yield from (text[span.start : span.end] for span in context.spans if span.label in PERSON_LABELS)


def _person(name: str) -> Person:
    """The parts of a written name, given name first: "CHEN, ROBERT J." has its first part last."""
    last, comma, first = name.partition(",")
    parts = [part for part in (first, last) if part.strip()] if comma else [name]
    tokens = [token for part in parts for token in _TOKEN.findall(part) if not token.isdigit()]
    bare = (_POSSESSIVE.sub(r"\1", token) for token in tokens if not _is_particle(token))
    return tuple(_in_full(folded) for folded in map(fold, bare) if folded)


def _is_full(person: Person) -> bool:
    return len(person) > 1 and any(len(part) > 1 for part in person)


def _is_short_for(person: Person, other: Person) -> bool:
    """Whether a name is another one with letters in place of some words, as "Robert J. Chen" is."""
    alike = len(person) == len(other) and person != other
    return alike and all(
        part == whole or (len(part) == 1 and part == whole[0]) for part, whole in zip(person, other, strict=True)
    )


def _spelled(person: Person) -> set[str]:
    """How a person's initials may be written: all of them, or the first and the last."""
    letters = "".join(part[0] for part in person)
    return {letters, letters[0] + letters[-1]}


def _is_particle(token: str) -> bool:
    lower = token.lower()
    return lower in words("particles") and not (lower in _TITLE_CASE_NAMES and token.istitle())


def _are_initials(token: str, size: int) -> bool:
    """Whether one of so many tokens stands for words: a letter, or two or three alike in case that are nobody's name."""
    if len(token) == 1:
        return token.isalpha()
    is_short = len(token) <= _INITIALS and token.isascii() and (token.isupper() or (token.islower() and size == 1))
    return is_short and not _is_particle(token) and not _is_name(token.lower())


def _is_name(lower: str) -> bool:
    listed = any(lower in resources.terms(name) for name in ("first_names", "surnames"))
    return listed or lower in _short_forms()


def _in_full(folded: str) -> str:
    """The name a short form is short for, where there is but one."""
    names = _short_forms().get(folded, (folded,))
    return names[0] if len(names) == 1 else folded


def _meant(folded: str, context: RewriteContext) -> str:
    """The name a short form is short for: the one there is, or the one of several that somebody in the note has."""
    names = _short_forms().get(folded, ())
    parts = {part for person in persons(context) for part in person} if len(names) > 1 else set()
    found = [name for name in names if name in parts]
    return found[0] if len(found) == 1 else _in_full(folded)


@functools.cache
def _short_forms() -> dict[str, tuple[str, ...]]:
    """Short forms of given names, and the names each may be short for."""
    items = [tuple(map(fold, item.split())) for item in sorted(resources.terms("nicknames"))]
    full = {name for name, *_ in items}
    forms = {form for _, *short in items for form in short} - full
    return {form: tuple(name for name, *short in items if form in short) for form in forms}


def _like(written: str, folded: str) -> str:
    """A folded word in the case of a written one."""
    if written.isupper():
        return folded.upper()
    return folded if written.islower() else folded.capitalize()
