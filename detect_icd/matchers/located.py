"""Where a cancer is that the note names by its histology alone: "mass in the cecum, biopsy adenocarcinoma"."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from operator import itemgetter

from detect_icd.assertion import Assertion, assess, context_rules
from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
from detect_icd.gates import Gate
from detect_icd.terms import sentences
from redactphi.spans import Span

_LUMP = r"(?:mass(?:es)?|lesions?|tumou?rs?|ulcers?|polyps?|nodules?|growths?|strictures?|neoplasms?)"
_BEHIND = re.compile(
    rf"\b{_LUMP}(?: [\w-]+){{0,3}}? (?:in|of|at|near|within|involving|arising from) (?:the |his |her )?(?P<site>[A-Za-z][\w -]{{2,40}}?)"
    rf"(?=[,.;:()\n]|$|\s(?:and|with|w/|biops\w+|bx\w*|path\w*|was|were|is|on|which|that|shows?|found|seen|today)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?P<site>(?:[A-Za-z][\w-]*[ ]){{1,4}}){_LUMP}\b", re.IGNORECASE)
_HISTOLOGY = re.compile(
    r"\b(?:adenocarcinoma|adenoca|(?:squamous|clear|urothelial|transitional|renal|small|large|hepatocellular|basaloid)(?: cell)? (?:carcinoma|ca)|"
    r"(?:invasive |infiltrating |poorly differentiated |well[- ]differentiated |moderately differentiated )?carcinoma)\b"
    r"(?! (?:of|in(?! situ)|metasta\w+)\b)",
    re.IGNORECASE,
)
_EXAMINED = re.compile(
    r"\b(?:path\w*|biops\w+|bx\w*|fna|cytolog\w+|histolog\w+|brushings?|resect\w*|excis\w*|specimen)\b", re.IGNORECASE
)
_HISTOLOGY_GATE = Gate(_HISTOLOGY)
_SECONDARY = ("C77", "C78", "C79", "C80")
_SEATS_OF_METASTASES = ("C22", "C38", "C40", "C41", "C47", "C48", "C49", "C70", "C71", "C72", "C74", "C76", "C80")
"""Organs in which a carcinoma mostly comes from elsewhere."""

_ELSEWHERE = re.compile(r"\bmetasta\w+|\bmets?\b|\bprimary\b", re.IGNORECASE)
_RULE = "neoplasm/located"
_REACH = 250
"""Characters between a lump and its histology at most."""

_SCORE = 0.85


def located(candidates: list[Candidate], note: str, read: Callable[[str], Iterable[Candidate]]) -> list[Candidate]:
    """The candidates with a cancer known by its histology, at the one place of a lump that the note tells before it.

    Args:
        candidates: All of a note.
        note: The note.
        read: What the words of a diagnosis lead to.
    """
    if not _HISTOLOGY_GATE.possible(note, 0, len(note)) or any(map(_is_cancer, candidates)):
        return candidates
    for histology in _HISTOLOGY_GATE.finditer(note):
        low, high = _sentence(note, histology.start())
        if (
            not _EXAMINED.search(note, max(0, low - _REACH), high)
            or _ELSEWHERE.search(note, low, high)
            or not _is_there(note, *histology.span())
        ):
            continue
        places = dict(_places(note, histology, read))
        if len(places) == 1:
            ((_, told),) = places.items()
            return [*candidates, told]
    return candidates


def _places(
    note: str, histology: re.Match[str], read: Callable[[str], Iterable[Candidate]]
) -> Iterator[tuple[str, Candidate]]:
    """The codes that the histology has at the places of the lumps told before it."""
    start, words = max(0, histology.start() - _REACH), histology.group()
    for pattern, order in ((_BEHIND, "{1} of the {0}"), (_BEFORE, "{0} {1}")):
        for match in pattern.finditer(note, start, histology.start()):
            if not _is_there(note, *match.span("site")):
                continue
            placed = next(filter(_is_cancer, read(order.format(match["site"].strip(), words))), None)
            if placed is not None and not placed.coding.code.startswith(_SEATS_OF_METASTASES):
                spans = tuple(Span(*span, "mention", _SCORE, _RULE) for span in (histology.span(), match.span("site")))
                yield placed.coding.code, replace(placed, evidence=spans, section="", score=_SCORE, rules=(_RULE,))


def _is_there(note: str, start: int, end: int) -> bool:
    """Whether the note states what stands there as found."""
    bounds = _sentence(note, start)
    said: Assertion = assess(note, context_rules().cues(note, *bounds), start, end, "", bounds)
    return said.status is Status.PRESENT


def _sentence(note: str, place: int) -> tuple[int, int]:
    known = sentences(note)
    return known[max(0, bisect_right(known, place, key=itemgetter(0)) - 1)]


def _is_cancer(candidate: Candidate) -> bool:
    """Whether a candidate is a cancer of some organ that the note states."""
    code = candidate.coding.code
    return (
        candidate.status is Status.PRESENT
        and candidate.coding.system is CodeSystem.ICD10CM
        and code[0] == "C"
        and not code.startswith(_SECONDARY)
    )
