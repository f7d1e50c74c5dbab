"""Who is named in a note: written names taken apart, and everybody the note or its row names in full."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS
from redactphi.operation import RewriteContext
from redactphi.operators.surrogate_lists import words
from redactphi.operators.wordbook import fold

WORD, LETTERS, PARTICLE, NUMBER = "word", "letters", "particle", "number"

_TOKEN = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)*|\d+")
_POSSESSIVE = regex.compile(r"(.{2,}?)(['’][sS])$")
_CACHED = "surrogate.persons"
_INITIALS = 3
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NAMES_TOO = frozenset({"van", "della", "las", "los", "ten", "da", "di", "du"})
"""Particles that are names or parts of names of their own in title case, and in capitals where a name begins."""


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a written name.

    Attributes:
        start: Its place in the name.
        end: One past its last character, a possessive ``'s`` left out.
        text: As written.
        kind: ``word``, ``letters`` that stand for words, ``particle`` or ``number``.
    """

    start: int
    end: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's name, given name first, folded.

    Attributes:
        written: Its words and letters.
        full: The same, short forms in full where there is but one name they are short for.
        label: ``NAME`` or ``PROVIDER``.
    """

    written: tuple[str, ...]
    full: tuple[str, ...]
    label: str

    @property
    def is_full(self) -> bool:
        """Whether it is more than one word or letters alone."""
        return len(self.full) > 1 and any(len(part) > 1 for part in self.full)

    @property
    def initials(self) -> str:
        """The first letter of each part as written."""
        return "".join(part[0] for part in self.written)

    def is_short_for(self, other: Person) -> bool:
        """Whether this is the other's name with letters in place of some words, as "Robert J. Chen" is."""
        if len(self.full) != len(other.full) or self.full == other.full:
            return False
        pairs = zip(self.full, other.full, strict=True)
        return all(part == whole or (len(part) == 1 and part == whole[0]) for part, whole in pairs)


def tokens_of(name: str) -> list[Token]:
    """The parts of a written name, in order."""
    found = list(_TOKEN.finditer(name))
    return [_token(name, found, place) for place in range(len(found))]


def _token(name: str, found: list[regex.Match[str]], place: int) -> Token:
    match = found[place]
    possessive = _POSSESSIVE.match(match[0])
    text = possessive[1] if possessive else match[0]
    if text.isdigit():
        kind = NUMBER
    elif _is_particle(name, found, place):
        kind = PARTICLE
    else:
        in_capitals = any(other[0].isupper() and len(other[0]) > _INITIALS for other in found)
        is_surname = place == 0 < len(found) - 1 and len(text) > 1 and "," in name[match.end() : found[1].start()]
        is_short = not is_surname and _stands_for_words(text, len(found), in_capitals=in_capitals)
        kind = LETTERS if is_short else WORD
    return Token(match.start(), match.start() + len(text), text, kind)


def _is_particle(name: str, found: list[regex.Match[str]], place: int) -> bool:
    """Whether a word is no name: "de", "van" before one, "Jr" behind one."""
    text = found[place][0]
    lower = text.lower()
    if lower in _GENERATIONS:
        return place > 0
    if lower not in words("particles") or place + 1 == len(found):
        return False
    begins = place == 0 or "," in name[found[place - 1].end() : found[place].start()]
    following = found[place + 1]
    goes_with = following[0].lower() in words("particles")
    if lower in _NAMES_TOO and not goes_with and (text.istitle() or (begins and text.isupper())):
        return False
    goes_on = "," not in name[found[place].end() : following.start()]
    return goes_on and (len(following[0]) >= _INITIALS or goes_with)


def _stands_for_words(text: str, size: int, *, in_capitals: bool) -> bool:
    """Whether one of so many parts is a letter, or two or three alike in case that are nobody's name.

    Three in a name that is all capitals are a word: "HER, RUSSEL".
    """
    if len(text) == 1:
        return True
    if in_capitals and len(text) == _INITIALS:
        return False
    is_short = len(text) <= _INITIALS and text.isascii() and (text.isupper() or (text.islower() and size == 1))
    return is_short and not _is_listed(text.lower())


def may_be_initials(tokens: list[Token]) -> bool:
    """Whether a name is two or three capitals alone, which are somebody's initials if the note has such a person."""
    return (
        len(tokens) == 1 and len(tokens[0].text) <= _INITIALS and tokens[0].text.isascii() and tokens[0].text.isupper()
    )


def persons(context: RewriteContext) -> tuple[Person, ...]:
    """Everybody whom the note or its row names with more than one part, once each."""
    if _CACHED not in context.cache:
        every = (_person(name, label) for name, label in _full_names(context))
        found = list(dict.fromkeys(person for person in every if person.is_full))
        context.cache[_CACHED] = tuple(
            person for person in found if not any(person.is_short_for(other) for other in found)
        )
    known: tuple[Person, ...] = context.cache[_CACHED]
    return known


def _full_names(context: RewriteContext) -> Iterator[tuple[str, str]]:
    patient, text = context.document.patient, context.document.text
    if patient:
        names = (patient.name, f"{patient.given_name} {patient.family_name}", *patient.aliases, *patient.relatives)
        yield from ((name, PhiLabel.NAME) for name in names)
        yield from ((name, PhiLabel.PROVIDER) for name in patient.providers)
    for span in context.spans:
        if span.label in PERSON_LABELS:
            yield text[span.start : span.end], str(span.label)


def _person(name: str, label: str) -> Person:
    """A written name, given name first: "CHEN, ROBERT J." has its first part last."""
    tokens = [token for token in tokens_of(name) if token.kind in (WORD, LETTERS)]
    ordered = [fold(token.text) for token in in_order(name, tokens)]
    written = tuple(part for part in ordered if part)
    return Person(written, tuple(map(in_full, written)), label)


def in_order(name: str, tokens: list[Token]) -> list[Token]:
    """The parts of a name with those behind a comma first."""
    comma = name.find(",")
    return sorted(tokens, key=lambda token: comma >= 0 and token.start < comma)


def meant(folded: str, beside: set[str], context: RewriteContext) -> str:
    """The name a short form is short for: the only one, or the one that somebody of the note has with the same words beside it."""
    names = short_forms().get(folded, ())
    if len(names) <= 1:
        return in_full(folded)
    alike = [person for person in persons(context) if beside <= set(person.full)]
    if not beside and any(folded in person.written for person in alike):
        return folded
    found = {name for person in alike for name in names if name in person.full and name not in beside}
    return found.pop() if len(found) == 1 else folded


def in_full(folded: str) -> str:
    """The name a short form is short for, where there is but one."""
    names = short_forms().get(folded, (folded,))
    return names[0] if len(names) == 1 else folded


def _is_listed(lower: str) -> bool:
    listed = any(lower in resources.terms(name) for name in ("first_names", "surnames"))
    return listed or lower in short_forms()


@functools.cache
def short_forms() -> dict[str, tuple[str, ...]]:
    """Short forms of given names, and the names each may be short for."""
    items = [tuple(map(fold, item.split())) for item in sorted(resources.terms("nicknames"))]
    full = {name for name, *_ in items}
    forms = {form for _, *short in items for form in short} - full
    return {form: tuple(name for name, *short in items if form in short) for form in forms}
