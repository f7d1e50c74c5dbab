"""I.B.13: a disease of both eyes of which the note says, eye by eye, how each is: "POAG. OD mild, OS moderate."."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, starts
from detect_icd.conventions.specificity import open_points
from detect_icd.matchers.completion import complete, vocabulary
from detect_icd.matchers.selection import SIDES
from detect_icd.terms import terms

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_OF_THE_EYE = (
    "E083", "E093", "E103", "E113", "E133", "H11", "H16", "H17", "H18", "H20", "H25", "H26", "H30", "H31", "H33", "H34", "H35",
    "H40", "H43", "H44", "H46", "H47",
)  # fmt: skip
_EYE = re.compile(
    r"\b(?:(?P<right>OD|RE|R eye|(?i:right eye)|R(?= (?:mild|moderate|severe|early|advanced|intermediate|indeterminate)\b))|(?P<left>OS|LE|L eye|(?i:left eye)|L(?= (?:mild|moderate|severe|early|advanced|intermediate|indeterminate)\b))|OU|(?i:both eyes))\b(?![-/])"
)
_STOP = re.compile(r"[.;\n](?!\d)")
_PART = re.compile(r"[.,;:\n](?!\d)|\band\b")
_ENDS = re.compile(r"\s*(?:[.,;\n]|and\b|$)")
"""Behind an eye that what is said of it stands before: "severe stage OD, moderate stage OS"."""
_CLEAR = re.compile(
    r"\W*(?:is |has )?(?:clear|clean|normal|nl\b|wnl|quiet|unaffected|uninvolved|unremarkable|fine|no\b(?! change)|not involved)",
    re.IGNORECASE,
)
_HEADING = 5
"""Characters of a disease of the eye that its kinds, sides and stages share."""


@dataclass(frozen=True, slots=True)
class _Eye:
    """What a note says of one eye: its side, and where."""

    side: str
    start: int
    end: int


def each_eye(docket: Docket, book: CodeBook) -> None:
    """Gives each eye the code that the words said of it lead to, where the note speaks of both by themselves."""
    eyes = list(_eyes(docket.note.text))
    if {eye.side for eye in eyes} != set(_SIDES):
        return
    for disease in docket.diagnoses():
        if disease.status is not Status.PRESENT or not starts(disease, _OF_THE_EYE) or not docket.stands(disease):
            continue
        # What is said of an eye last counts.
        last = {side: _last(docket, disease, side, eyes) for side in _SIDES}
        told = {side: _of(docket, book, disease, eye) for side, eye in last.items() if eye is not None}
        found = [entry for side in _SIDES if (entry := told.get(side)) is not None]
        is_both = len(found) == len(_SIDES)
        is_said = any(entry.code == disease.coding.code for entry in found)
        if (
            not found
            or not (is_both or len({*told}) == 1)
            or (is_said and not (is_both and all(map(_is_graded, found))))
        ):
            continue
        docket.swap(disease, docket.combine([disease], found[0], _RULE))
        for entry in found[1:]:
            docket.add(docket.combine([disease], entry, _RULE))


_SIDES = ("right", "left")
_RULE = "I.B.13:each eye"


def _is_graded(entry: CodeEntry) -> bool:
    """Whether a code says how far the disease of its eye has come: words about another matter of the eye lead to no stage."""
    return "stage" in entry.title and "unspecified" not in entry.title and "indeterminate" not in entry.title


def _eyes(text: str) -> Iterator[_Eye]:
    """The stretches of a note that speak of one eye: up to the next eye or the end of the sentence, or before it."""
    named = list(_EYE.finditer(text))
    for number, match in enumerate(named):
        if match.lastgroup is None:
            continue
        if _ENDS.match(text, match.end()):
            before = named[number - 1].end() if number else 0
            low = max((stop.end() for stop in _PART.finditer(text, before, match.start())), default=before)
            if text[low : match.start()].strip():
                yield _Eye(match.lastgroup, low, match.start())
                continue
        following = named[number + 1].start() if number + 1 < len(named) else len(text)
        stop = _STOP.search(text, match.end(), following)
        yield _Eye(match.lastgroup, match.end(), stop.start() if stop else following)


def _last(docket: Docket, disease: Candidate, side: str, eyes: Sequence[_Eye]) -> _Eye | None:
    """The last of the stretches that speak of an eye and do not say that it has not got the disease."""
    return next((eye for eye in reversed(eyes) if eye.side == side and not _is_clear(docket, disease, eye)), None)


def _is_clear(docket: Docket, disease: Candidate, eye: _Eye) -> bool:
    """Whether the note says that an eye does not have the disease."""
    return _CLEAR.match(docket.note.text, eye.start, eye.end) is not None or any(
        other.status is Status.NEGATED
        and other.coding.code[:3] == disease.coding.code[:3]
        and any(eye.start <= span.start < eye.end for span in other.evidence)
        for other in docket.all
    )


def _of(docket: Docket, book: CodeBook, disease: Candidate, eye: _Eye) -> CodeEntry | None:
    """The code of a disease for one eye; none where the words said of it tell nothing of the disease."""
    text, heading = docket.note.text, disease.coding.code[:_HEADING]
    named = [span for span in disease.evidence if span.label == "mention"]
    said = frozenset(a for span in named for token in terms().tokens(text, span.start, span.end) for a in token.atoms)
    words = frozenset(a for token in terms().tokens(text, eye.start, eye.end) for a in token.atoms)
    telling = words & vocabulary(book, heading) - SIDES - {"eye"}
    if not telling:
        return None
    entry = complete(book, heading, telling | {eye.side, "eye"}, said - SIDES - telling)
    if entry is None or not entry.billable or f"{eye.side} eye" not in entry.title.lower():
        return None
    # What is said of the eye must not leave more open than what is known of the disease.
    return entry if entry.title.lower().count("unspecified") <= open_points(disease) else None
