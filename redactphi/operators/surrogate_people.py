"""Surrogates of people: word by word, so that every part of a name means the same person wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase

from redactphi.keys import SecretKey
from redactphi.operation import RewriteContext
from redactphi.operators.permutation import ListCycle
from redactphi.operators.persons import (
    LETTERS,
    NUMBER,
    PARTICLE,
    WORD,
    Person,
    Token,
    in_full,
    in_order,
    may_be_initials,
    meant,
    persons,
    tokens_of,
)
from redactphi.operators.surrogate_lists import names, unfit
from redactphi.operators.surrogate_numbers import Numbers
from redactphi.operators.wordbook import WordBook, fold, like


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
        return self._book(in_full(folded))

    def rewrite(self, text: str, label: str, context: RewriteContext) -> str:
        """A name with every word, letter and number of it replaced; particles stay."""
        tokens = tokens_of(text)
        changed = self._changed(text, tokens, label, context)
        pieces: list[str] = []
        position = 0
        for token, found in zip(tokens, changed, strict=True):
            pieces += (text[position : token.start], like(token.text, found))
            position = token.end
        return "".join([*pieces, text[position:]])

    def _changed(self, text: str, tokens: list[Token], label: str, context: RewriteContext) -> list[str]:
        if may_be_initials(tokens) and (found := self._whole(fold(tokens[0].text), label, context)):
            return [found]
        beside = {in_full(fold(token.text)) for token in tokens if token.kind == WORD}
        if not beside:
            return self._letters_alone(tokens, label, context)
        ordered = in_order(text, tokens)
        first = next(place for place, token in enumerate(ordered) if token.kind == WORD)
        return [self._part(token, beside, context, leads=token in ordered[:first]) for token in tokens]

    def _part(self, token: Token, beside: set[str], context: RewriteContext, *, leads: bool) -> str:
        if token.kind == PARTICLE:
            return token.text
        if token.kind == NUMBER:
            return self._numbers(token.text)
        folded = fold(token.text)
        if token.kind == LETTERS:
            return self._middle(folded, beside, context, leads=leads) or self._other(folded)
        name = meant(folded, beside - {in_full(folded)}, context)
        found = self.word(name)
        if any(found in other.full and name not in other.full for other in persons(context)):
            context.events["surrogate-equals-real"] += 1
        return found

    def _letters_alone(self, tokens: list[Token], label: str, context: RewriteContext) -> list[str]:
        """What a name of letters becomes: the initials of the surrogate of whose they are, or other letters."""
        together = "".join(fold(token.text) for token in tokens if token.kind == LETTERS)
        changed = self._whole(together, label, context) or self._other(together)
        found = []
        for token in tokens:
            if token.kind == LETTERS:
                size = len(fold(token.text))
                found.append(changed[:size])
                changed = changed[size:]
            else:
                found.append(self._numbers(token.text) if token.kind == NUMBER else token.text)
        return found

    def _whole(self, letters: str, label: str, context: RewriteContext) -> str:
        """The initials of the surrogate of the one person these are the initials of, of the same label if there is one."""
        alike = [person for person in persons(context) if letters in _spelled(person)]
        of_label = [person for person in alike if person.label == label]
        found = set()
        for person in of_label or alike:
            parts = person.full if len(letters) == len(person.full) else (person.full[0], person.full[-1])
            found.add("".join(map(self._initial, parts)))
        return found.pop() if len(found) == 1 else ""

    def _middle(self, letter: str, beside: set[str], context: RewriteContext, *, leads: bool) -> str:
        """What a letter beside words becomes, where somebody has these words and another one that begins with it.

        Args:
            letter: The letter.
            beside: The words.
            context: Of the note.
            leads: Whether the letter stands before all of the words, as that of a given name does.
        """
        found = set()
        for person in persons(context):
            if not beside <= set(person.full):
                continue
            first = min(len(person.full) - 1 - person.full[::-1].index(word) for word in beside)
            for place, (written, part) in enumerate(zip(person.written, person.full, strict=True)):
                is_theirs = place < first if leads else part not in beside
                if is_theirs and len(part) > 1 and letter in (written[0], part[0]):
                    found.add(self._initial(part))
        return found.pop() if len(found) == 1 else ""

    def _other(self, letters: str) -> str:
        return "".join(map(self._letters, letters))

    def _initial(self, part: str) -> str:
        return self.word(part)[0] if len(part) > 1 else self._letters(part)


def _spelled(person: Person) -> Iterable[str]:
    """How a person's initials may be written: all of them, or the first and the last."""
    return person.initials, person.initials[0] + person.initials[-1]
