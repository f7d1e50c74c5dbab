"""Diagnoses in a note: what each sentence mentions or states, completed by the words around it, with how it is spoken of."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING

from detect_icd.assertion import WORD, Assertion, Passage
from detect_icd.candidates import Candidate, Status
from detect_icd.coding import Coding
from detect_icd.gates import folded
from detect_icd.matchers.attributes import (
    FOLLOWING,
    Sentence,
    Surroundings,
    with_words_after,
    words_after,
    words_before,
)
from detect_icd.matchers.circumstances import COVERED, Circumstance, CircumstanceMatcher, meant
from detect_icd.matchers.completion import complete, lacks_side, parts_of, vocabulary
from detect_icd.matchers.dictionary import DictionaryMatcher, Mention
from detect_icd.matchers.phrases import PhraseSource, read_general_words
from detect_icd.matchers.selection import SIDES
from detect_icd.matchers.sides import SidesOfParts
from detect_icd.matchers.special.matcher import SpecialMatcher, covered
from detect_icd.matchers.special.statement import Statement
from detect_icd.matchers.states import is_state
from detect_icd.matchers.substances import SubstanceMatcher
from detect_icd.sections import Section, section_at, section_sentences
from detect_icd.terms import singular, terms, word_set
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry
    from detect_icd.matchers.index import PhraseIndex

_OF_THE_PATIENT = frozenset({Status.PRESENT, Status.HISTORICAL})


_EXPOSURE = f"{COVERED}exposure"


def _is_meant(code: str, inner: Assertion) -> bool:
    """Whether a circumstance says how a statement within is meant; a stick that exposed somebody is an injury all the same."""
    return code[0] not in "VWXYZ" and not (code[0] == "S" and inner.rule.startswith(_EXPOSURE))


_NAMES_ELSE = Assertion(Status.HYPOTHETICAL, None, "attributive")
_ACCOUNT = "procedure_description"
_NOT_SEEN_AT_OPERATION = ("F", "G89", "R", "T30", "T88")
"""What no account of an operation finds: there "bipolar" is a forceps, "burn" what cautery does, "edema" how tissue looks."""

_OPERATES = (["repair", "of"], ["removal", "of"], ["excision", "of"], ["resection", "of"], ["release", "of"])
"""Words before what an operation is for."""

_OF_A_TEST = frozenset({"negation-test"})
"""Cues that say what the test found that a disease is only the name of."""


class DiagnosisMatcher:
    """Finds diagnoses. Build once; holds no state of a note."""

    def __init__(self) -> None:
        self.dictionary = DictionaryMatcher()
        self.circumstances = CircumstanceMatcher()
        self.substances = SubstanceMatcher()

    def sentences(self, note: str, sections: Sequence[Section]) -> list[Sentence]:
        """The sentences of a note as they are read."""
        return [self.sentence(note, start, end) for start, end in section_sentences(note, sections)]

    def candidates(
        self, note: str, sections: Sequence[Section], book: CodeBook, read: Sequence[Sentence]
    ) -> Iterator[Candidate]:
        """Every diagnosis of a note, in order of its sentences, whatever its status.

        Args:
            note: The whole note.
            sections: Its sections.
            book: The release in force.
            read: What ``sentences`` made of it.
        """
        lowered = folded(note)
        special = special_matcher(book)
        sides = SidesOfParts(sentence.tokens for sentence in read)
        for number, sentence in enumerate(read):
            if not sentence.tokens:
                continue
            bounds = (sentence.start, sentence.end)
            statements = special.statements(note, *bounds, sentence.tokens)
            words = set(WORD.findall(lowered, *bounds))
            if not (sentence.mentions or statements or self._names_circumstances(words)):
                continue
            passage = Passage(note, bounds, section_at(sections, sentence.start).name)
            circumstances = self.circumstances.find(passage, words, book)
            for circumstance in circumstances:
                yield from circumstance.candidates(passage.section)
            yield from self.substances.candidates(passage, words, book)
            for statement in statements:
                inner = meant(circumstances, statement.start, statement.end)
                said = inner if inner is not None and _is_meant(statement.code, inner) else None
                said = said or passage.assess(statement.start, statement.end, statement.code)
                if _is_told_apart(note, statement, said):
                    said = Assertion(Status.PRESENT, None, "")
                yield _stated(special, statement, said, passage.section)
            if sentence.mentions:
                later = words_after(note, read[number + 1 : number + 1 + FOLLOWING])
                told = [mention for mention in sentence.mentions if not covered(mention, statements)]
                earlier = read[max(0, number - _LOOKS_BACK) : number + 1]
                yield from self._mentions(told, earlier, later, sides, passage, circumstances, book)

    def _mentions(  # noqa: PLR0917 - a sentence with all that was read of it
        self,
        mentions: Sequence[Mention],
        earlier: Sequence[Sentence],
        later: AbstractSet[str],
        sides: SidesOfParts,
        passage: Passage,
        circumstances: Sequence[Circumstance],
        book: CodeBook,
    ) -> Iterator[Candidate]:
        """The candidates of the last sentence's mentions, each completed by its own words, else by those before."""
        sentence = earlier[-1]
        around = Surroundings(
            passage.text,
            sentence.tokens,
            sentence.mentions,
            self.dictionary.index.frequency,
            lambda code: not SIDES.isdisjoint(vocabulary(book, code)),
        )
        for mention in self._beneath(mentions, sentence, passage):
            if _is_told(mention, circumstances) or not _is_named(mention, sentence):
                continue
            other = around.other_side(mention, vocabulary(book, mention.code))
            own = around.of(mention, other.numbers if other else ())
            if mention is sentence.mentions[-1]:
                own = with_words_after(own, later)
            entry, chain = _completed(mention, own, sides, book)
            if entry is not None and _lacks_place(entry):
                if word_set("body_parts.txt").isdisjoint(own):
                    own = own | words_before(passage.text, earlier, mention)
                entry, chain = _placed(self.dictionary.index, mention, entry, chain, own, book)
            said = None if mention.is_attributive else meant(circumstances, mention.start, mention.end)
            said = said or passage.assess(mention.start, mention.end, mention.code)
            if mention.is_attributive and said.rule not in _OF_A_TEST:
                said = _NAMES_ELSE
            if entry is None or not _is_said(mention, said, passage):
                continue
            for one in _each_side(book, mention, own, entry) or (entry,):
                yield _mentioned(mention, one.coding, chain, passage.section, said)
            opposite = (
                complete(book, mention.code, mention.atoms - SIDES | other.atoms, mention.atoms - SIDES)
                if other
                else None
            )
            if other is not None and opposite is not None and opposite.code != entry.code:
                found = _mentioned(mention, opposite.coding, (*chain, "completion/other-side"), passage.section, said)
                start, end = around.span(other.numbers)
                yield replace(found, evidence=(*found.evidence, Span(start, end, "side", mention.score)))

    def _beneath(self, mentions: Sequence[Mention], sentence: Sentence, passage: Passage) -> Iterator[Mention]:
        """The mentions, those of an operation to be done as the disease it is for."""
        for mention in mentions:
            yield from self._operated_on(mention, sentence, passage) or (mention,)

    def _operated_on(self, mention: Mention, sentence: Sentence, passage: Passage) -> list[Mention]:
        """The disease in the words of an operation that is to be done: "before repair of right inguinal hernia"."""
        first = min(mention.members)
        tokens = sentence.tokens
        if not mention.code.startswith("Z9") or [token.word for token in tokens[first : first + 2]] not in _OPERATES:
            return []
        said = passage.assess(mention.start, mention.end, mention.code)
        is_done = said.status is Status.PRESENT and is_state(mention.code, said, passage, mention.start, mention.end)
        if is_done or said.status not in {Status.PRESENT, Status.PLANNED}:
            return []
        without = [*tokens[:first], tokens[first]._replace(atoms=()), *tokens[first + 1 :]]
        return [
            other
            for other in self.dictionary.mentions(passage.text, without)
            if mention.start < other.start and other.end <= mention.end and not other.code.startswith("Z")
        ]

    def _names_circumstances(self, words: AbstractSet[str]) -> bool:
        return not words.isdisjoint(self.circumstances.anchors) or self.substances.are_named(words)

    def sentence(self, note: str, start: int, end: int) -> Sentence:
        """A sentence as it is read."""
        tokens = self.dictionary.read(note, start, end)
        return Sentence(start, end, tokens, self.dictionary.mentions(note, tokens))


def _is_told_apart(note: str, statement: Statement, said: Assertion) -> bool:
    """Whether what happened stands behind a comma from what is denied: "no loss of consciousness, fall from a ladder"."""
    if said.status is not Status.NEGATED or said.cue is None or statement.code[0] not in "VWXY":
        return False
    return "," in note[said.cue.end : statement.start]


def _is_named(mention: Mention, sentence: Sentence) -> bool:
    """Whether a kind of finding is named by its noun: "no infection" does, "infectious disease clinic" does not."""
    if mention.source is not PhraseSource.GENERAL or len(mention.members) > 1:
        return True
    word = singular(sentence.tokens[min(mention.members)].word)
    return word in _nouns() or not terms().knows(word)


@functools.cache
def _nouns() -> frozenset[str]:
    return frozenset(singular(phrase) for phrase, _ in read_general_words() if " " not in phrase)


@functools.lru_cache(maxsize=4)
def special_matcher(book: CodeBook) -> SpecialMatcher:
    """The matcher of a release for what single phrases do not decide."""
    return SpecialMatcher(book)


def _is_told(mention: Mention, circumstances: Sequence[Circumstance]) -> bool:
    """Whether a mention of a circumstance shares its words with one that is read from the whole sentence."""
    return mention.code.startswith("Z") and any(c.overlaps(mention.start, mention.end) for c in circumstances)


def _is_said(mention: Mention, said: Assertion, passage: Passage) -> bool:
    """Whether a mention says what its code says, rather than a general word or what is done today."""
    if mention.source is PhraseSource.GENERAL and said.status in _OF_THE_PATIENT:
        return False
    if (
        passage.section == _ACCOUNT
        and said.status is Status.PRESENT
        and mention.code.startswith(_NOT_SEEN_AT_OPERATION)
    ):
        return False
    return is_state(mention.code, said, passage, mention.start, mention.end)


def _completed(
    mention: Mention, words: AbstractSet[str], sides: SidesOfParts, book: CodeBook
) -> tuple[CodeEntry | None, tuple[str, ...]]:
    """The code that a mention and the words around it lead to, and the rules that led there."""
    entry = complete(book, mention.code, words, mention.atoms)
    if entry is None:
        return None, ()
    chain = [mention.source.rule]
    if entry.code != mention.code:
        chain.append("completion/words")
    own = word_set("body_parts.txt") & mention.atoms
    if lacks_side(entry, book) and not words & SIDES and (side := sides.of(parts_of(entry)) or sides.of(own)):
        sided = complete(book, mention.code, words | {side}, mention.atoms)
        if sided is not None and sided.code != entry.code:
            entry = sided
            chain.append("completion/side-of-part")
    return entry, tuple(chain)


_LOOKS_BACK = 2
"""Sentences before a disease's own in which the part of the body may stand that it is of."""

_OF_A_PLACE = (
    "C43",
    "C44",
    "D03",
    "D04",
    "D17",
    "D22",
    "D23",
    "H00",
    "I80",
    "I82",
    "L",
    "M0",
    "M1",
    "M2",
    "M6",
    "M7",
    "M9",
)
"""Codes, without dots, of what is always somewhere: a wound of the skin, a lid, a vein, a joint."""

_LEFT_OPEN = re.compile(
    r"\bunspecified (?:part|site|eye|eyelid|limb|leg|joint|side|vein|deep|elbow|knee|hip|shoulder|ankle|foot|hand|upper|lower)\b|, unspecified$"
)


def _lacks_place(entry: CodeEntry) -> bool:
    """Whether a code leaves open where something is that is always somewhere."""
    return entry.code.startswith(_OF_A_PLACE) and _LEFT_OPEN.search(entry.title) is not None


def _placed(  # noqa: PLR0917 - a mention with all that its place may change
    index: PhraseIndex,
    mention: Mention,
    entry: CodeEntry,
    chain: tuple[str, ...],
    words: AbstractSet[str],
    book: CodeBook,
) -> tuple[CodeEntry, tuple[str, ...]]:
    """The code of the place that the note was looking at before, where that leaves less open.

    It is one of the category, or what the phrase of the disease and its part says: osteoarthritis of a hip has one of its own.
    """
    parts = sorted(word_set("body_parts.txt") & words)
    headings = [mention.code, *(code for part in parts if (code := index.code_of(mention.atoms | {part})))]
    for heading in headings:
        placed = complete(book, heading, words, mention.atoms)
        if placed is None or placed.code[0] != entry.code[0]:
            continue
        if placed.title.count("unspecified") < entry.title.lower().count("unspecified"):
            return placed, (*chain, "completion/part-before")
    return entry, chain


def _each_side(book: CodeBook, mention: Mention, words: AbstractSet[str], entry: CodeEntry) -> tuple[CodeEntry, ...]:
    """The codes of both sides where the note says both and no code does (I.B.13): bilateral foot drop."""
    if "bilateral" not in words or not lacks_side(entry, book) or _tells_both(book, entry):
        return ()
    said = mention.atoms - SIDES
    found = [complete(book, mention.code, words - SIDES | {side}, said) for side in ("right", "left")]
    sided = tuple(one for one in found if one is not None and one.billable and not lacks_side(one, book))
    return sided if len({one.code for one in sided}) > 1 and entry not in sided else ()


def _tells_both(book: CodeBook, entry: CodeEntry) -> bool:
    """Whether a code beside this one says both sides by itself."""
    above = book.get(entry.parent or "")
    siblings = (book.get(code) for code in above.children) if above is not None else ()
    return any(one is not None and "bilateral" in one.title.lower() for one in siblings)


def _mentioned(
    mention: Mention, coding: Coding, chain: tuple[str, ...], section: str, assertion: Assertion
) -> Candidate:
    candidate = Candidate(
        coding=coding,
        evidence=(Span(mention.start, mention.end, "mention", mention.score, mention.source.rule),),
        status=assertion.status,
        section=section,
        score=mention.score,
        rules=chain,
    )
    return _with_cue(candidate, assertion)


def _stated(special: SpecialMatcher, statement: Statement, assertion: Assertion, section: str) -> Candidate:
    """The candidate of a statement; what is past by its treatment alone is present."""
    if assertion.status in statement.despite:
        return special.candidate(statement, Status.PRESENT, section)
    return _with_cue(special.candidate(statement, assertion.status, section), assertion)


def _with_cue(candidate: Candidate, assertion: Assertion) -> Candidate:
    """A candidate with the words that say how it is spoken of, and the rule."""
    evidence = candidate.evidence if assertion.cue is None else (*candidate.evidence, assertion.cue)
    rules = (*candidate.rules, f"status/{assertion.rule}") if assertion.rule else candidate.rules
    return replace(candidate, evidence=evidence, rules=rules)
