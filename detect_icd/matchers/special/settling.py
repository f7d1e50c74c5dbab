"""What an injury or a malformation already says is not said twice (I.B.5, I.C.17, I.C.19)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem, Coding, icd10cm
from detect_icd.gates import gate
from detect_icd.ready import read_toml
from redactphi.resources import data
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_BURN = re.compile(r"T2[0-5]\.(?P<degree>[0-3])(?P<site>.{2,4})$")
_RATIO = re.compile(
    r"\binr\b\W{0,3}(?:of |is |was |now )*(?P<value>\d{1,2}(?:\.\d+)?)|\b(?:supratherapeutic|elevated|high) inr\b|\binr (?:is |was )?(?:supratherapeutic|elevated)",
    re.IGNORECASE,
)
_THINNER = re.compile(r"\b(?:warfarin|coumadin)\b", re.IGNORECASE)
_WRONG_DOSE = re.compile(
    r"\b(?:extra|double|too (?:much|many)|by mistake|overdos\w*|wrong|accidentally|ingest\w+)\b", re.IGNORECASE
)
_BLEEDS = ("K92", "R04", "K62.5", "R31", "I60", "I61", "I62", "N93", "D62")
_TOO_THIN = 4.5


@dataclass(frozen=True, slots=True)
class Redundancy:
    """Codes not reported beside others.

    Attributes:
        section: The guideline's section.
        when: Prefixes of which one must be reported.
        drop: Prefixes that are not reported then.
        superficial: Whether only within one region of the body, at one side.
        later: Whether only at a later encounter.
    """

    section: str
    when: tuple[str, ...]
    drop: tuple[str, ...]
    superficial: bool = False
    later: bool = False


@functools.cache
def redundancies() -> tuple[Redundancy, ...]:
    """The packaged table."""
    raw = read_toml(data("detect_icd") / "special" / "settling.toml")["drop"]
    return tuple(
        Redundancy(
            rule["section"],
            tuple(rule["when"]),
            tuple(rule["drop"]),
            rule.get("superficial", False),
            rule.get("later", False),
        )
        for rule in raw
    )


@functools.lru_cache(maxsize=8192)
def _dropping(code: str) -> tuple[int, ...]:
    """The rules that may drop a code, by their number."""
    return tuple(number for number, rule in enumerate(redundancies()) if code.startswith(rule.drop))


def settled(candidates: list[Candidate], note: str) -> list[Candidate]:
    """The candidates of a note without what others of them say."""
    present = [(icd10cm.compact(c.coding.code), c) for c in candidates if _counts(c)]
    rules = {rule for code, _ in present for rule in _dropping(code)}
    redundant = {id(c) for rule in rules for c in _redundant(redundancies()[rule], present)}
    redundant |= {id(c) for c in (*_lesser_burns(present), *_lesser_wounds(present), *_stunned(present, note))}
    return [c for c in candidates if id(c) not in redundant] if redundant else candidates


def _counts(candidate: Candidate) -> bool:
    return candidate.coding.system is CodeSystem.ICD10CM and candidate.status is Status.PRESENT


def _redundant(rule: Redundancy, present: list[tuple[str, Candidate]]) -> Iterator[Candidate]:
    causes: dict[Coding, tuple[Candidate, int]] = {}
    for code, c in present:
        if code.startswith(rule.when) and code[-1] != "S" and (not rule.later or code[-1] not in "ABC"):
            cause, count = causes.get(c.coding, (c, 0))
            causes[c.coding] = cause, count + 1
    told: dict[Coding, bool] = {}
    for code, candidate in present:
        if not code.startswith(rule.drop):
            continue
        own = candidate.coding
        if own not in told:
            # A code by itself is no other than itself.
            told[own] = any(
                (coding != own or count > 1) and (not rule.superficial or _same_place(code, candidate, cause))
                for coding, (cause, count) in causes.items()
            )
        if told[own]:
            yield candidate


def _same_place(code: str, candidate: Candidate, cause: Candidate) -> bool:
    own, other = _side(candidate.coding.display), _side(cause.coding.display)
    bone = icd10cm.compact(cause.coding.code)
    if code.startswith("S00") and bone.startswith("S02"):
        return any(bone.startswith(broken) and code.startswith(skin) for broken, skin in _OF_THE_HEAD)
    return code[:2] == cause.coding.code[:2] and (not own or not other or own == other)


_OF_THE_HEAD = (
    (("S020", "S021", "S0291"), ("S000", "S008", "S009")),
    (("S022",), ("S003",)),
    (("S023", "S0281", "S0282", "S0283", "S0284", "S0285"), ("S001", "S008")),
    (("S024", "S0292"), ("S001", "S008", "S009")),
    (("S025",), ("S005",)),
    (("S026",), ("S005", "S008")),
)
"""Bones of the head, and the skin over each."""


def _side(title: str) -> str:
    match = re.search(r"\b(right|left)\b", title.lower())
    return match.group(1) if match else ""


_SITE = 5
"""Where the part stands in the code of a burn, behind category and degree."""


def _lesser_burns(present: list[tuple[str, Candidate]]) -> Iterator[Candidate]:
    """I.C.19.d.1: of several degrees at one place the highest."""
    burns = {code: match for _, c in present if (match := _BURN.match(code := c.coding.code))}
    lesser = {code for code, match in burns.items() if any(_is_lesser(match, other) for other in burns.values())}
    return (c for _, c in present if c.coding.code in lesser)


def _is_lesser(match: re.Match[str], other: re.Match[str]) -> bool:
    same = match.string[:3] == other.string[:3] and (match["site"] == other["site"] or match["degree"] == "0")
    # One part of the hand and the hand are one burn.
    return (same and match["degree"] < other["degree"]) or (
        match.string[:_SITE] == other.string[:_SITE]
        and match.string[_SITE] == "0" != other.string[_SITE]
        and match.string[_SITE + 1 :] == other.string[_SITE + 1 :]
    )


_PENETRATING = re.compile(
    r"\b(?:stab\w*|gun ?shot|GSW|shot|knifed?|impal\w+|penetrating|bullet|shrapnel)\b", re.IGNORECASE
)
_THROUGH = (
    (("S25", "S26", "S27"), {"S21.1": "S21.3", "S21.2": "S21.4"}),
    (("S35", "S36", "S37"), {"S31.1": "S31.6"}),
)
"""Injuries within, and the wounds of the wall that went through it then, with and without."""


_ENTERED = (
    (
        re.compile(
            r"(?<!no )\b(?:periton(?:eum|eal cavity)|abdominal cavity) (?:was |is |were )?(?:entered|violated|penetrated|breached|open)|(?<!no )\b(?:into|penetrat\w+|violat\w+|through) (?:of |into )?(?:the )?(?:periton(?:eum|eal(?: cavity)?)|abdominal cavity)",
            re.IGNORECASE,
        ),
        {"S31.1": "S31.6"},
    ),
    (
        re.compile(
            r"(?<!no )\b(?:pleura|pleural (?:cavity|space)|chest cavity|thoracic cavity) (?:was |is |were )?(?:entered|violated|penetrated|breached)|(?<!no )\b(?:into|penetrat\w+|violat\w+) (?:of |into )?(?:the )?(?:pleura(?:l (?:cavity|space))?|chest cavity|thoracic cavity)",
            re.IGNORECASE,
        ),
        {"S21.1": "S21.3", "S21.2": "S21.4"},
    ),
)
"""What says that a wound of the wall went through it."""
_WALLS = tuple(sorted({wall for _, deeper in (*_ENTERED, *_THROUGH) for wall in deeper}))
"""Beginnings of the codes of such wounds."""


def gone_through(candidates: list[Candidate], note: str, book: CodeBook) -> list[Candidate]:
    """The wounds of chest and belly as penetrating where an organ within is hurt by what made them."""
    if not any(c.coding.code.startswith(_WALLS) and _counts(c) for c in candidates):
        return candidates
    entered = tuple(deeper for told, deeper in _ENTERED if told.search(note))
    for deeper in entered:
        candidates = [_deepened(c, deeper, book) if _counts(c) else c for c in candidates]
    if _PENETRATING.search(note) is None:
        return candidates
    present = tuple(c.coding.code for c in candidates if _counts(c))
    for within, deeper in _THROUGH:
        if any(code.startswith(within) for code in present):
            candidates = [_deepened(c, deeper, book) if _counts(c) else c for c in candidates]
    return candidates


def _deepened(candidate: Candidate, deeper: Mapping[str, str], book: CodeBook) -> Candidate:
    code = candidate.coding.code
    entry = book.get(deeper.get(code[:_WALL], "") + code[_WALL:]) if code[:_WALL] in deeper else None
    return (
        candidate
        if entry is None
        else replace(candidate, coding=entry.coding, rules=(*candidate.rules, "injury/through"))
    )


_WALL = 5
"""Characters of a code that say which wall, and whether a wound went through it."""

_LOSS = re.compile(
    r"\b(?:LOC|loss of consciousness|lost consciousness|passed out|unconscious\w*|blacked out)\b", re.IGNORECASE
)


def _stunned(present: list[tuple[str, Candidate]], note: str) -> Iterator[Candidate]:
    """The loss of consciousness that the code of an injury within the skull tells by its sixth character."""
    if any(code.startswith("S06") for code, _ in present):
        for code, candidate in present:
            named = [span for span in candidate.evidence if span.label != "status"]
            if code.startswith(("R55", "R402")) and all(_LOSS.search(note, s.start, s.end) for s in named):
                yield candidate


_WOUND = re.compile(r"S\d1\w[0-5]\w[A-Z]")
_BITE = "5"


def _lesser_wounds(present: list[tuple[str, Candidate]]) -> Iterator[Candidate]:
    """The punctures and tears that a bite consists of: the open bite of the place says them."""
    wounds = [(code, c) for code, c in present if _WOUND.fullmatch(code)]
    bites = {(code[:4], code[5]) for code, _ in wounds if code[4] == _BITE}
    for code, candidate in wounds:
        if code[4] != _BITE and (code[:4], code[5]) in bites:
            yield candidate


def thinned_blood(candidates: list[Candidate], note: str, book: CodeBook) -> list[Candidate]:
    """An INR too high on warfarin that is taken as it should be: R79.1 and the adverse effect."""
    match = _RATIO.search(note) if gate(_THINNER).search(note) else None
    if match is None or (match["value"] and float(match["value"]) < _TOO_THIN) or _WRONG_DOSE.search(note):
        return candidates
    bleeding = any(_counts(c) and c.coding.code.startswith(_BLEEDS) for c in candidates)
    wanted = ("D68.32" if bleeding else "R79.1", "T45.515A")
    have = {c.coding.code for c in candidates if _counts(c)}
    span = Span(match.start(), match.end(), "mention", 0.85, "substance/inr")
    added = [
        Candidate(book[code].coding, (span,), score=0.85, rules=("substance/inr",))
        for code in wanted
        if code not in have
    ]
    return [*candidates, *added]
