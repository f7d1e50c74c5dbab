"""I.B.2: of several codes for one disease the most specific, also where they stand in different categories."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from detect_icd.candidates import Candidate
from detect_icd.conventions.docket import Docket, compact, is_history, starts
from detect_icd.guideline_rules import General, Rules, rules
from detect_icd.matchers.phrases import atom_sets, title_parts

_ACUTE = frozenset({"acute"})
_CHRONIC = frozenset({"chronic"})
BOTH_COURSES = frozenset({
    "guideline/I.B.8:acute too", "guideline/I.B.8:chronic too", "guideline/I.B.9:diabetes or a failing pancreas of cystic fibrosis",
})  # fmt: skip
"""Rules that a code stands by beside another course or manifestation of the same disease, which says no more (I.B.8, I.B.9)."""


def most_specific(docket: Docket, known: Rules) -> None:
    """Drops what another code says too, and more."""
    _general(docket)
    diagnoses = docket.diagnoses()
    for says_more, alike, of_open in _SAY_MORE:
        like = _by_beginning(docket.diagnoses(), alike)
        for vague in diagnoses:
            if BOTH_COURSES.intersection(vague.rules) or (of_open and not open_points(vague)):
                continue
            others = like.get(vague.coding.code[:alike], ())
            other = next((o for o in others if says_more(o, vague)), None)
            if other is not None and docket.stands(vague):
                docket.drop(vague, f"I.B.2: {other.coding.code} says more")
                like = _by_beginning(docket.diagnoses(), alike)
    _still_there(docket, known)


def _by_beginning(candidates: Sequence[Candidate], length: int) -> dict[str, list[Candidate]]:
    """Candidates by what their codes begin with, in their order."""
    found: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault(candidate.coding.code[:length], []).append(candidate)
    return found


def _general(docket: Docket) -> None:
    """Unspecified codes beside a specific one of the same disease in any category."""
    active, dropped = docket.active(), set[int]()
    specific: dict[int, list[Candidate]] = {}
    for vague in docket.diagnoses():
        if is_history(vague):
            continue
        for rule in _kinds(compact(vague.coding.code)):
            if id(rule) not in specific:
                specific[id(rule)] = [o for o in active if starts(o, rule.specific) and not starts(o, rule.general)]
            others = (o for o in specific[id(rule)] if o is not vague and id(o) not in dropped)
            other = next(others, None)
            if other is not None:
                docket.drop(vague, f"I.B.2 {rule.name}: {other.coding.code} says more")
                dropped.add(id(vague))
                break


@functools.lru_cache(maxsize=8192)
def _kinds(code: str) -> tuple[General, ...]:
    """The kinds of disease a code says no more than."""
    return tuple(rule for rule in rules().generals if code.startswith(rule.general))


EVENTS = ("I25.2", "Z86.010", "Z86.711", "Z86.718", "Z86.73")
"""Histories of infarctions, polyps, clots and strokes: an earlier one that the note tells of stays beside today's."""


def _still_there(docket: Docket, known: Rules) -> None:
    """Drops the history of what is there now."""
    by_history: dict[str | None, list[Candidate]] = {}
    for each in docket.active():
        if each.coding.code[0] not in "RZ":
            by_history.setdefault(known.history_code(each.coding.code), []).append(each)
    for past in docket.diagnoses():
        code = past.coding.code
        if not code.startswith(("Z86", "Z87")):
            continue
        if code.startswith(EVENTS) and ("status/history-told" in past.rules or docket.note.is_dated(past)):
            continue
        others = (o for o in by_history.get(code, ()) if docket.stands(o))
        if code in GATHERING:
            told = [c for c in docket.all if c.coding != past.coding and _overlap(c, past)]
            others = (o for o in others if _is_same_again(told, past, o))
        other = next(others, None)
        if other is None:
            continue
        if other.coding.code.startswith("F17") and past.rules[-1].startswith("dictionary"):
            # "Former smoker" says that the dependence is over; how much was smoked is told all the same.
            docket.drop(other, f"I.A.12.a: {code} says it is over")
        else:
            docket.drop(past, f"I.C.21.c.4: {other.coding.code} is there now")


GATHERING = frozenset({"Z86.19", "Z86.69", "Z86.79", "Z87.09", "Z87.19", "Z87.310", "Z87.448"})
"""Histories of diseases that have nothing to do with one another: a syphilis that is over beside hepatitis B."""


def _is_same_again(told: Sequence[Candidate], past: Candidate, other: Candidate) -> bool:
    """Whether a condition is of the category that a history was told of, or is told by its words."""
    return _overlap(past, other) or any(is_of_kind(past.coding.code, c, other) for c in told)


def is_of_kind(history: str, past: Candidate, other: Candidate) -> bool:
    """Whether a condition is of the kind that a history tells of: a fracture by osteoporosis is one of its bone."""
    same = _SITE if history == "Z87.310" else _CATEGORY
    return past.coding.code[:same] == other.coding.code[:same]


_CATEGORY, _SITE = 3, 6
"""Characters of a code, dot included, that say its category, and those that say the bone of a fracture."""


def _overlap(one: Candidate, two: Candidate) -> bool:
    return any(a.overlaps(b) for a in one.evidence for b in two.evidence if "mention" in {a.label, b.label})


def _states_more(other: Candidate, vague: Candidate) -> bool:
    """Whether another code of the same category states everything this one does, and more."""
    same_category = other.coding.code[:3] == vague.coding.code[:3]
    return same_category and stated(vague.coding.display) < stated(other.coding.display)


def _leaves_less_open(other: Candidate, vague: Candidate) -> bool:
    """Whether the same words led to another code of the category that leaves less unspecified."""
    code, kind = other.coding.code, vague.coding.code
    if code[:3] != kind[:3] or open_points(vague) <= open_points(other):
        return False
    # Each complication of diabetes and each seat of metastases has its code, however close the words stand.
    if kind.startswith(_SEVERAL) and code[:5] != kind[:5]:
        return False
    return any(one.overlaps(two) for one in vague.evidence for two in other.evidence if one.label == "mention")


_SEVERAL = ("E08", "E09", "E10", "E11", "E13", "C77", "C78", "C79")

_LEFT_OPEN = re.compile(r"9[0-9X]{0,3}")
"""The end of a category's code for what is not specified at all."""

_WHOLE = "ABDEFGHIJKLMN"
"""Chapters in which the unspecified code of a category is for the word alone, and a title of one word names the kind of
disease of another category."""


def _is_of_category(other: Candidate, vague: Candidate) -> bool:
    """Whether a code is the unspecified one of its category, and another says which of the category it is."""
    code, kind = compact(other.coding.code), compact(vague.coding.code)
    if (
        code[:3] != kind[:3]
        or kind[0] not in _WHOLE
        or not open_points(vague)
        or is_acute_of(vague, other)
        or is_acute_of(other, vague)
    ):
        return False
    if kind in _APART and code.startswith(_APART[kind]):
        return False
    says_which = code[3:4] != "9" and not other.coding.display.startswith("Other")
    return says_which and _LEFT_OPEN.fullmatch(kind, 3) is not None


_APART: dict[str, tuple[str, ...]] = {"F429": ("F423", "F424")}
"""Unspecified codes, and codes of their category that are of other diseases: hoarding says nothing of what one is compelled to."""

_JOINT = re.compile(r"\b(?:with|due to|in|following|and)\b")
"""In a title, before what is not the disease itself."""


def _is_kind_of(other: Candidate, vague: Candidate) -> bool:
    """Whether an unspecified code names no more than the kind of disease that one of a sister category is."""
    code, kind = other.coding.code, vague.coding.code
    if code[0] != kind[0] or code[0] not in _WHOLE or code[:3] == kind[:3] or not open_points(vague):
        return False
    said = stated(vague.coding.display)
    return bool(said) and said < _disease(other.coding.display)


_SAY_MORE = (
    (_states_more, 3, False),
    (_leaves_less_open, 3, True),
    (_is_of_category, 3, True),
    (_is_kind_of, 1, True),
)
"""How a code may say more, how far such codes begin alike, and whether only of what leaves something open."""


@functools.lru_cache(maxsize=8192)
def _disease(title: str) -> frozenset[str]:
    """What a title states of the disease itself."""
    return stated(_JOINT.split(title, maxsplit=1)[0])


def open_points(candidate: Candidate) -> int:
    """How many things a code's title leaves open."""
    return candidate.coding.display.lower().count("unspecified")


@functools.lru_cache(maxsize=8192)
def stated(title: str) -> frozenset[str]:
    """What a title states, as atoms."""
    return next(iter(atom_sets(title_parts(title))), frozenset())


def is_acute_of(one: Candidate, other: Candidate) -> bool:
    """Whether one is the acute form of the chronic disease the other is."""
    acute, chronic = stated(one.coding.display), stated(other.coding.display)
    if not (acute >= _ACUTE and chronic >= _CHRONIC) or acute >= _CHRONIC:
        return False
    acute, chronic = acute - _ACUTE, chronic - _CHRONIC
    return bool(acute and chronic) and (acute <= chronic or chronic <= acute)
