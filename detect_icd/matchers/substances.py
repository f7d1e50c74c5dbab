"""Drugs and other substances: what the patient takes for long (Z79), and what they are allergic to (Z88, Z91)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.assertion import WORD, Assertion, Passage
from detect_icd.candidates import Candidate, Status
from detect_icd.matchers.completion import complete
from detect_icd.terms import rows
from redactphi.errors import DataError
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

NEEDS = ("", "taken", "daily", "long")
_SCORE = 0.9
_LISTS = frozenset({"medications"})
_NOT_SAID_HERE = frozenset({"family_history", "instructions", "past_surgical_history", "immunizations"})

_CLAUSE = re.compile(r"[;\n]|\.\s|,\s(?=(?:and\s)?(?:stopped|discontinued|held|switched|off|was|then)\b)")
_LONG = re.compile(
    r"\b(?:long[- ]?term|chronically|chronic (?:use|therapy|treatment|steroids?|anticoag\w+|opioids?|immunosup\w+|suppress\w+|nsaids?|prednisone|daily|maintenance|oral|low)|indefinite(?:ly)?|lifelong|life-long|maintenance|suppressive|for (?:many |several |the past |the last |\d+ |one |two |three |four |five |six |ten |over |more than )*(?:years|yrs|months)|since diagnosis|has (?:now )?(?:taken|used|been on)|"
    r"[x\u00d7] ?\d+ ?(?:years?|yrs?|mos?|months?)|since (?:19|20)\d\d|years? of|steroid[- ]dependent)\b",
    re.IGNORECASE,
)
_DAILY = re.compile(
    r"\b(?:daily|nightly|every (?:day|night|morning|evening)|qd|qhs|qam|qpm|bid|tid|81|baby|low[- ]dose|once a day|each day|per day)\b",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(?:on|takes?|taking|continu(?:e|es|ed|ing)|maintained|managed|controlled|treated with|us(?:es|ing)|weekly|monthly|at home|home|"
    r"every (?:other )?(?:week|month|\d+ weeks)|q\d+ ?w(?:ee)?ks?|remains on|stable on|prescribed|adherent|compliant|injects?|infusions?|pump|"
    r"basal|bolus|sliding|regimen|year \d+ of|adjuvant|anticoagulated|immunosuppress\w+|with)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:allerg\w*|intoleran\w*|overdos\w*|ingest\w*|poison\w*|stopp(?:ed|ing)|stop|discontinu\w+|completed|finished|d/?c'?d|dc|off|no longer|never|refus\w+|declin\w+|"
    r"held|hold(?:ing)?|start(?:ed|ing|s)?|begin(?:ning)?|beg[au]n|initiat\w+|will (?:start|begin|need|be started|try|add|get|have|receive)|plan(?:s|ned)?|consider\w*|trial|today|(?:one|single|1) dose|"
    r"[x\u00d7] ?\d+ ?(?:d|days?|wks?|weeks?)|(?:for|over) (?:\d+|five|seven|ten|three) (?:days?|weeks?)|\d+[- ]day|course|taper\w*|drip|iv|intravenous\w*|loaded|switch\w*|"
    r"failed|prior|previous(?:ly)?|formerly|past|if|avoid\w*|contraindicated|only (?:during|in|while|when|for|used)|used only|hospital stay|bridg\w+|due to|reaction|caused|induced|toxicity|"
    r"mother|father|sister|brother|husband|wife|candidate|recommend\w*|discuss\w*|naive|side effects?|vaccine|injury|swallowed|tablets of|pills of)\b",
    re.IGNORECASE,
)
_AGAINST_BEFORE = re.compile(
    r"\b(?:not|no|without|instead of|after|took|given|gave|received|never|off|than)(?: \w+){0,3}\W*$", re.IGNORECASE
)
_REACH = 60
"""Characters on either side of a name within which "long-term" speaks of it."""

_STARTED_LONG_AGO = re.compile(
    r"\bstart(?:ed)? (?:in (?:19|20)\d\d|(?:\d+|two|three|several) (?:years|yrs|months|mos) ago)", re.IGNORECASE
)
_ALLERGY = re.compile(
    r"\ballerg(?:ic|ies|y)(?!\s+(?:rhinitis|reaction|conjunctivitis|dermatitis|asthma|bronchopulmonary|testing|shots?|clinic|immuno\w+))\b|"
    r"\banaphyla(?:xis|ctic) to\b",
    re.IGNORECASE,
)
_TO = re.compile(r"\W*(?:to|include[sd]?|:|are|is|list)\b|\W*:", re.IGNORECASE)
_BEFORE = 3
"""Words that may stand between a substance and the word allergy after it: "penicillin (rash) allergy"."""


@dataclass(frozen=True, slots=True)
class Substance:
    """What a name stands for: the code of its long-term use, what that asks of the note, the code of an allergy."""

    long_term: str
    need: str
    allergy: str


@dataclass(frozen=True, slots=True)
class Named:
    """A substance, and where it is named."""

    start: int
    end: int
    substance: Substance


@functools.cache
def substances() -> dict[str, Substance]:
    """Every name of ``substances.tsv``.

    Raises:
        DataError: A row asks for something that is not known.
    """
    known: dict[str, Substance] = {}
    for names, long_term, need, allergy in rows("substances.tsv", 4):
        if need not in NEEDS:
            raise DataError(f"substances.tsv: {need!r} is not one of {', '.join(filter(None, NEEDS))}")
        for name in names.split("|"):
            known.setdefault(name, Substance(long_term, need, allergy))
    return known


class SubstanceMatcher:
    """Reads what is taken for long and what is not tolerated off the names of substances.

    Attributes:
        names: The names it knows.
    """

    def __init__(self) -> None:
        self._known = substances()
        self.names = frozenset(self._known)

    def named(self, passage: Passage) -> list[Named]:
        """The substances a sentence names, in order."""
        known = self._known
        words = WORD.finditer(passage.text, *passage.bounds)
        return [Named(m.start(), m.end(), one) for m in words if (one := known.get(m.group().lower()))]

    def candidates(self, sentence: Passage, words: AbstractSet[str], book: CodeBook) -> Iterator[Candidate]:
        """The codes that follow from the substances of a sentence of these words."""
        if words.isdisjoint(self.names):
            return
        allergic = sentence.section == "allergies"
        allergies = [] if allergic else list(_ALLERGY.finditer(sentence.text, *sentence.bounds))
        for one in self.named(sentence):
            if one.substance.allergy and (allergic or any(_is_allergen(sentence, one, word) for word in allergies)):
                yield from _candidate(sentence, one, one.substance.allergy, "allergy/substance", book)
            elif one.substance.long_term and not allergic and _is_taken(sentence, one):
                yield from _candidate(sentence, one, one.substance.long_term, "long-term/substance", book)


def _candidate(sentence: Passage, one: Named, code: str, rule: str, book: CodeBook) -> Iterator[Candidate]:
    said = sentence.assess(one.start, one.end, code)
    entry = complete(book, code, frozenset())
    if entry is None or not entry.billable or not _stands(said):
        return
    evidence = [Span(one.start, one.end, "mention", _SCORE, rule)]
    status = Status.PRESENT if said.status is Status.HISTORICAL else said.status
    if said.cue is not None:
        evidence.append(said.cue)
    rules = (rule, "guideline/I.C.21.c.3 status", *((f"status/{said.rule}",) if said.rule else ()))
    yield Candidate(entry.coding, tuple(evidence), status, sentence.section, _SCORE, rules)


def _stands(said: Assertion) -> bool:
    return said.status in {Status.PRESENT, Status.HISTORICAL, Status.NEGATED}


def _is_allergen(sentence: Passage, one: Named, word: re.Match[str]) -> bool:
    """Whether the word allergy speaks of the substance: before it with "to", or right after it."""
    text = sentence.text
    if word.end() <= one.start:
        clause = text[word.end() : one.start]
        return _TO.match(clause) is not None and not re.search(
            r"[.;\n]|\b(?:but|takes?|on|started|given|treated)\b", clause
        )
    between = text[one.end : word.start()]
    return len(between.split()) <= _BEFORE and not re.search(r"[.,;\n]|\b(?:for|no|not)\b", between)


def _is_taken(sentence: Passage, one: Named) -> bool:
    """Whether the note says of a drug what its long-term use asks for (Z79: not for a brief course)."""
    if sentence.section in _NOT_SAID_HERE:
        return False
    low, high = _clause(sentence, one)
    clause = sentence.text[low:high]
    against = _AGAINST.search(_STARTED_LONG_AGO.sub(" ", clause)) or _AGAINST_BEFORE.search(
        sentence.text, low, one.start
    )
    if _LONG.search(sentence.text, max(low, one.start - _REACH), min(high, one.end + _REACH)):
        return against is None or not re.search(
            r"\b(?:stop|discontinu|off|no longer|allerg|overdos|never|declin)", clause, re.IGNORECASE
        )
    if one.substance.need == "long" or against is not None:
        return False
    if _DAILY.search(clause):
        return True
    return one.substance.need == "taken" and (sentence.section in _LISTS or _TAKES.search(clause) is not None)


def _clause(sentence: Passage, one: Named) -> tuple[int, int]:
    """Where the clause around a name starts and ends, as far as one statement goes."""
    low, high = sentence.bounds
    text = sentence.text
    for match in _CLAUSE.finditer(text, low, one.start):
        low = match.end()
    end = _CLAUSE.search(text, one.end, high)
    return low, end.start() if end and not end.group().startswith(",") else high
