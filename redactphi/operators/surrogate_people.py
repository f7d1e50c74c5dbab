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
        tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
        written = [text[start:end] for start, end in tokens]
        person = _person(text)
        pieces: list[str] = []
        position = 0
        for (start, end), token in zip(tokens, written, strict=True):
            pieces += (text[position:start], self._token(token, written, person, context))
            position = end
        return "".join([*pieces, text[position:]])

    def _token(self, token: str, written: list[str], person: Person, context: RewriteContext) -> str:
        if token.isdigit():
            return self._numbers(token)
        if possessive := _POSSESSIVE.match(token):
            return self._token(possessive[1], written, person, context) + possessive[2]
        if len(written) > 1 and _is_particle(token):
            return token
        if _are_initials(token, written):
            letters = fold(token)
            return _like(token, self._initials(letters, person, context) or "".join(map(self._letters, letters)))
        folded = fold(token)
        found = self.word(folded)
        if any(found in other and folded not in other for other in persons(context)):
            context.events["surrogate-equals-real"] += 1
        return _like(token, found)

    def _initials(self, letters: str, person: Person, context: RewriteContext) -> str:
        """The initials of whose surrogate these are, where the note or its row tells whose they are."""
        words_beside = {part for part in person if len(part) > 1}
        found = set()
        for other in persons(context):
            if words_beside and len(letters) == 1:
                meant = [part for part in other if part not in words_beside and len(part) > 1 and part[0] == letters]
                if meant and words_beside <= set(other):
                    found.add(self.word(meant[0])[0])
            elif not words_beside and letters in _spelled(other):
                chosen = other if len(letters) == len(other) else (other[0], other[-1])
                found.add("".join(self._initial(part) for part in chosen))
        return found.pop() if len(found) == 1 else ""

    def _initial(self, part: str) -> str:
        return self.word(part)[0] if len(part) > 1 else self._letters(part)


def persons(context: RewriteContext) -> tuple[Person, ...]:
    """Everybody whose name the note or its row gives with more than one part, once each."""
    if _PERSONS not in context.cache:
        found = dict.fromkeys(_person(name) for name in _full_names(context))
        context.cache[_PERSONS] = tuple(person for person in found if len(person) > 1)
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


def _spelled(person: Person) -> set[str]:
    """How a person's initials may be written: all of them, or the first and the last."""
    letters = "".join(part[0] for part in person)
    return {letters, letters[0] + letters[-1]}


def _is_particle(token: str) -> bool:
    lower = token.lower()
    return lower in words("particles") and not (lower in _TITLE_CASE_NAMES and token.istitle())


def _are_initials(token: str, written: list[str]) -> bool:
    """Whether a token stands for several words: one letter, or two or three alike in case that are nobody's name."""
    if len(token) == 1:
        return True
    alone = all(len(other) <= _INITIALS for other in written)
    is_short = len(token) <= _INITIALS and token.isascii() and (token.isupper() or (token.islower() and alone))
    return is_short and not _is_name(token.lower())


def _is_name(lower: str) -> bool:
    listed = any(lower in resources.terms(name) for name in ("first_names", "surnames"))
    return listed or lower in _short_forms()


def _in_full(folded: str) -> str:
    return _short_forms().get(folded, folded)


@functools.cache
def _short_forms() -> dict[str, str]:
    """Short forms of given names to the one name each is short for; those of several names are left out."""
    found: dict[str, set[str]] = {}
    for item in resources.terms("nicknames"):
        name, *short = map(fold, item.split())
        for form in short:
            found.setdefault(form, set()).add(name)
    full = {fold(item.split()[0]) for item in resources.terms("nicknames")}
    return {form: next(iter(of)) for form, of in found.items() if len(of) == 1 and form not in full}


def _like(written: str, folded: str) -> str:
    """A folded word in the case of a written one."""
    if written.isupper():
        return folded.upper()
    return folded if written.islower() else folded.capitalize()
