"""The words of a sentence as the phrase index knows them: unknown ones are read as the known ones they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detect_icd.matchers.beside import SpellingBeside
from detect_icd.matchers.names import in_capitals, is_addressed, titles
from detect_icd.matchers.spelling import Spelling, is_spelt, sounds_alike
from detect_icd.terms import Token, terms
from redactphi.slips import is_one_edit

if TYPE_CHECKING:
    from detect_icd.matchers.index import PhraseIndex

_ONE_SIDE = frozenset({"left", "right"})
_SLIPS = 2
"""A word that so few phrases have may be a misspelling that one of them was written with."""


class WordReader:
    """Reads sentences. Build once: it remembers the words it has seen.

    Args:
        index: Whose words are known.
    """

    def __init__(self, index: PhraseIndex) -> None:
        self.index = index
        self._usual = frozenset(atom for atom, often in index.frequency.items() if often > _SLIPS)
        vocabulary = terms().vocabulary(index.frequency)
        names = index.names
        self._capitals = in_capitals()
        self._titles = frozenset(title.lower() for title in titles())
        self.spelling = Spelling(vocabulary)
        # Without the slips that phrases were written with, which are near to other slips of the same word.
        kept = (
            word
            for word, often in vocabulary.items()
            if often >= _SLIPS or word in names or is_spelt(word) or is_spelt(f"{word}s")
        )
        strict = {word: vocabulary[word] for word in kept}
        self.strict_spelling = Spelling(strict, trusted=names)
        self._beside = SpellingBeside(index, strict)

    def read(self, text: str, start: int, end: int) -> Sequence[Token]:
        """The tokens of a sentence, with unknown words read as the known ones they stand for."""
        tokens = terms().tokens(text, start, end)
        usual, known = self._usual, self.index.frequency
        unread: list[int] = []
        self._without_names(text, tokens)
        for number, token in enumerate(tokens):
            atoms = token.atoms
            if len(atoms) == 1 and atoms[0] not in usual:
                tokens[number] = self._spelt(token)
                if tokens[number].atoms[0] not in known:
                    unread.append(number)
            elif token.word == "both" and number + 1 < len(tokens) and _ONE_SIDE.intersection(tokens[number + 1].atoms):
                # "Both left femoral vein": two of something else than sides.
                tokens[number] = token._replace(atoms=())
        for number in unread:
            if (read := self._beside.correct(text, tokens, number)) is not None:
                tokens[number] = tokens[number]._replace(atoms=read)
        return tokens

    def _without_names(self, text: str, tokens: list[Token]) -> None:
        """Takes their meaning from the words behind a title of address: "Mr. Burns" has none."""
        for number, token in enumerate(tokens):
            if token.word in self._capitals and text[token.start].islower():
                tokens[number] = token._replace(atoms=())
            elif token.word in self._titles:
                for place in range(number + 1, number + 1 + is_addressed(text, tokens, number)):
                    tokens[place] = tokens[place]._replace(atoms=())

    def _spelt(self, token: Token) -> Token:
        word = token.word
        if token.atoms != terms().atoms(word):
            # An abbreviation was read already ("hypoK" is no slip of "hypox"), or two words are one ("non-bulous").
            word = token.atoms[0]
            if word in self.index.frequency:
                return token
        written = word.replace("\u2019", "'").removesuffix("'s")
        found = self.spelling.correct(written)
        atoms = terms().atoms(found) if found else ()
        if atoms and atoms[0] in self._usual:
            return token._replace(atoms=atoms)
        if token.atoms[0] in self.index.frequency:
            return token
        found = self.strict_spelling.correct(written)
        near = found is not None and (
            is_one_edit(found.removesuffix("s"), written.lower().removesuffix("s"))
            or sounds_alike(found, written.lower())
        )
        atoms = terms().atoms(found) if found and near else ()
        return token._replace(atoms=atoms) if atoms and atoms[0] in self.index.frequency else token
