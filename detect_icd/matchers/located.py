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
from detect_icd.sentences import sentences
from redactphi.spans import Span

_LUMP = r"(?:mass(?:es)?|lesions?|tumou?rs?|ulcers?|polyps?|nodules?|growths?|strictures?|neoplasms?)"
_BEHIND = re.compile(
    rf"\b{_LUMP}(?: [\w-]+){{0,3}}? (?:in|of|at|near|within|involving|arising from) (?:the |his |her )?(?P<site>[A-Za-z][\w -]{{2,40}}?)"
    rf"(?=[,.;:()\n]|$|\s(?:and|with|w/|biops\w+|bx\w*|path\w*|was|were|is|on|which|that|shows?|found|seen|today)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?P<site>(?:[A-Za-z][\w-]*[ ]){{1,4}}){_LUMP}\b(?P<part>,? (?:in |of )?(?:the )?(?:(?:(?:right|left) )?(?:upper|middle|lower) lobe|[RL][UML]L|right|left|R|L)\b)?",
    re.IGNORECASE,
)
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
_CANCERS = ("C", "D00", "D01", "D02", "D03", "D04", "D05", "D06", "D07", "D09")
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
    if not any(gate.possible(note, 0, len(note)) for gate in (_HISTOLOGY_GATE, _SPREAD_GATE)):
        return candidates
    of_specimens = [*_of_specimens(candidates, note, read)]
    if of_specimens or any(map(_is_cancer, candidates)):
        return [*candidates, *of_specimens]
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


def _of_specimens(
    candidates: list[Candidate], note: str, read: Callable[[str], Iterable[Candidate]]
) -> Iterator[Candidate]:
    """The cancers of a report that heads its findings by their specimens: "Lung, right upper lobe, biopsy: adenocarcinoma"."""
    seen: set[str] = set()
    is_known = any(map(_is_cancer, candidates))
    for histology in (*_HISTOLOGY_GATE.finditer(note), *_SPREAD_GATE.finditer(note)):
        heading = _heading(note, histology.start())
        if heading is None or not _is_there(note, *histology.span()):
            continue
        stated = note[heading.end("site") : histology.end() + _NEAR]
        has_spread = _METASTATIC.search(stated) is not None
        if not has_spread and (
            is_known or _ELSEWHERE.search(note, heading.start("site"), histology.end() + _BEHIND_IT)
        ):
            continue
        site = " ".join(reversed([part.strip() for part in heading["site"].split(",")]))
        words = _named(note, histology) + (" metastatic to the " if has_spread else " of the ") + site
        fits = _is_metastasis if has_spread else _is_cancer
        placed = next(filter(fits, read(words)), None)
        if placed is None or placed.coding.code in seen:
            continue
        if not has_spread and placed.coding.code.startswith(_SEATS_OF_METASTASES):
            continue
        seen.add(placed.coding.code)
        spans = tuple(Span(*span, "mention", _SCORE, _RULE) for span in (histology.span(), heading.span("site")))
        yield replace(placed, evidence=spans, section="", score=_SCORE, rules=(_RULE,))


def _named(note: str, histology: re.Match[str]) -> str:
    """The words of a histology, that it is in situ included."""
    return histology.group() + (" in situ" if _IN_SITU.match(note, histology.end()) else "")


def _heading(note: str, place: int) -> re.Match[str] | None:
    """The specimen whose heading stands before a finding, on its line."""
    low = max(note.rfind("\n", max(0, place - _HEADED), place) + 1, place - _HEADED)
    return next(iter(_SPECIMEN.finditer(note, low, place)), None)


_TAKEN = (
    r"(?:(?:core|needle|incisional|excisional|endoscopic|punch|shave|wedge|open|fine[- ]needle|transbronchial|cold|forceps|US-guided|CT-guided|image-guided) )*"
    r"(?:biops\w+|bx|resection|excision|\w*ectomy|TUR\w*|curett\w+|FNA|aspirat\w+|brush\w*|polypectomy|specimen|core|EMR|ESD)"
)
_SPECIMEN = re.compile(
    rf"(?:^|(?<=[\n.;:] ))\W*(?:[A-H1-9][.):]\s*)?(?P<site>[A-Za-z](?:(?!\b(?:{_TAKEN})\b)[\w -]){{2,40}}(?:, (?:(?!\b(?:{_TAKEN})\b)[\w -]){{2,30}}){{0,2}}),? "
    rf"{_TAKEN}\b[^:\n]{{0,30}}:[^:\n]{{0,80}}$",
    re.IGNORECASE,
)
_HEADED = 200
"""Characters before a finding in which the heading of its specimen stands."""

_IN_SITU = re.compile(r"[ -]in[ -]situ\b", re.IGNORECASE)
_NEAR, _BEHIND_IT = 15, 60
"""Characters behind a finding that say whether it has spread, and where it comes from."""
_METASTATIC = re.compile(r"(?<!no )(?<!not )\bmetasta(?:tic|sis|ses)\b", re.IGNORECASE)
_SPREAD_GATE = Gate(re.compile(r"\bmelanoma\b", re.IGNORECASE))
"""A cancer that is no carcinoma; it is asked for only where it has spread."""


def _is_metastasis(candidate: Candidate) -> bool:
    code = candidate.coding.code
    return candidate.status is Status.PRESENT and code.startswith(_SECONDARY[:3]) and code != "C79.9"


def _places(
    note: str, histology: re.Match[str], read: Callable[[str], Iterable[Candidate]]
) -> Iterator[tuple[str, Candidate]]:
    """The codes that the histology has at the places of the lumps told before it."""
    start, words = max(0, histology.start() - _REACH), _named(note, histology)
    for pattern, order in ((_BEHIND, "{1} of the {0}"), (_BEFORE, "{0} {1}")):
        for match in pattern.finditer(note, start, histology.start()):
            if not _is_there(note, *match.span("site")):
                continue
            part = (match.groupdict().get("part") or "").strip(" ,")
            site = f"{part} {match['site'].strip()}".strip()
            placed = next(filter(_is_cancer, read(order.format(site, words))), None)
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
        and code.startswith(_CANCERS)
        and not code.startswith(_SECONDARY)
    )
