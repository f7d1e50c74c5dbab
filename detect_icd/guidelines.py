"""From candidates to what may be reported, in sequence, by the Official Guidelines; every drop cites its section."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from detect_icd.candidates import Candidate, Detection, Dropped, Status
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.course import ANSWERED, PRESENTED
from detect_icd.guideline_rules import Combination, Rules, Suppression, rules
from detect_icd.matchers.circumstances import COVERED
from detect_icd.matchers.completion import complete, lacks_side, missing
from detect_icd.matchers.phrases import atom_sets, title_parts
from redactphi.errors import UnknownNameError

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

Setting = Literal["outpatient", "inpatient"]
SETTINGS = ("outpatient", "inpatient")

_WHY = {
    Status.NEGATED: "negated: kept as evidence, never reported",
    Status.HYPOTHETICAL: "hypothetical: not a condition of this encounter",
    Status.PLANNED: "planned: not performed or found at this encounter",
}


class _Docket:
    """Candidates on their way: those still reported, those dropped, and what to ask."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.all = list(candidates)
        self.standing = list(candidates)
        self.dropped: list[Dropped] = []
        self.warnings: list[str] = []

    def drop(self, candidate: Candidate, why: str) -> None:
        self.standing = [other for other in self.standing if other is not candidate]
        self.dropped.append(Dropped(candidate, why))

    def swap(self, old: Candidate, new: Candidate) -> None:
        self.standing = [new if other is old else other for other in self.standing]
        self.all = [new if other is old else other for other in self.all]

    def add(self, candidate: Candidate, *, before: Candidate | None = None) -> None:
        if any(candidate.coding == other.coding and other.status == candidate.status for other in self.standing):
            return
        position = next((n for n, other in enumerate(self.standing) if other is before), len(self.standing))
        self.standing.insert(position, candidate)
        self.all.append(candidate)

    def diagnoses(self) -> list[Candidate]:
        return [candidate for candidate in self.standing if candidate.coding.system is CodeSystem.ICD10CM]


class Guidelines:
    """Applies the packaged rules for a setting.

    Attributes:
        setting: ``outpatient`` or ``inpatient``.
        rules: The tables it applies.
    """

    def __init__(self, setting: Setting = "outpatient") -> None:
        """Checks the setting.

        Raises:
            UnknownNameError: There is no such setting.
        """
        if setting not in SETTINGS:
            raise UnknownNameError("setting", setting, SETTINGS)
        self.setting = setting
        self.rules = rules()

    def apply(self, candidates: Iterable[Candidate], book: CodeBook) -> Detection:
        """What may be reported of the candidates, what may not and why, and what to ask the clinician."""
        docket = _Docket(_merged(candidates))
        for step in (_by_status, _by_billability, _combine, _by_specificity, _suppress, _exclude):
            step(docket, self.rules, self.setting, book)
        reported = _sequence(docket.standing, self.rules)
        for candidate in reported:
            entry = book.get(candidate.coding.code) if candidate.coding.system is CodeSystem.ICD10CM else None
            if entry is not None and lacks_side(entry, book):
                docket.warnings.append(f"{entry.code}: side not stated (I.B.13)")
        ranked = sorted(docket.all, key=lambda c: (-c.score, c.start, c.coding.code))
        return Detection(tuple(ranked), tuple(reported), tuple(docket.dropped), tuple(dict.fromkeys(docket.warnings)))


def _merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate for a code and status, with the evidence of all its mentions."""
    groups: dict[tuple[str, str, Status], list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault((candidate.coding.system, candidate.coding.code, candidate.status), []).append(candidate)
    merged = [group[0] if len(group) == 1 else _union(group) for group in groups.values()]
    return sorted(merged, key=lambda c: (c.start, c.coding.code))


def _union(group: Sequence[Candidate]) -> Candidate:
    """The best scored of several candidates for one code, with the evidence and modifiers of all."""
    return replace(
        max(group, key=lambda c: c.score),
        evidence=tuple(sorted({span for candidate in group for span in candidate.evidence})),
        modifiers=tuple(dict.fromkeys(modifier for candidate in group for modifier in candidate.modifiers)),
        units=max(candidate.units for candidate in group),
    )


def _by_status(docket: _Docket, known: Rules, setting: str, book: CodeBook) -> None:
    for candidate in list(docket.standing):
        status = candidate.status
        if why := _WHY.get(status) or _explained(candidate, setting):
            docket.drop(candidate, why)
        elif candidate.coding.system is not CodeSystem.ICD10CM:
            if status is Status.HISTORICAL:
                _operated(docket, known, candidate, book)
            elif status is not Status.PRESENT:
                docket.drop(candidate, f"{status}: not performed at this encounter")
        elif icd10cm.compact(candidate.coding.code).startswith(known.too_general) and "cue" not in candidate.rules[0]:
            docket.drop(candidate, "I.B.18: too general a word to be reported by itself")
        elif status is Status.UNCERTAIN:
            _uncertain(docket, known, setting, candidate)
        elif status is Status.HISTORICAL:
            _past(docket, known, candidate, book)
        elif status is Status.FAMILY:
            _related(docket, known, candidate, book)


def _explained(candidate: Candidate, setting: str) -> str:
    """Why a symptom the note asks about is not reported beside the answer, if so."""
    if ANSWERED in candidate.rules:
        return "IV.K: the interpretation has the diagnosis; the symptom it was asked for is not coded beside it"
    if PRESENTED in candidate.rules and setting == "inpatient":
        return "II.A: the diagnosis at discharge explains what the patient came with"
    return ""


def _uncertain(docket: _Docket, known: Rules, setting: str, candidate: Candidate) -> None:
    if setting == "outpatient":
        docket.drop(candidate, "IV.H: an uncertain diagnosis is not coded in the outpatient setting; code the symptom")
    elif icd10cm.compact(candidate.coding.code).startswith(known.confirmed_only):
        docket.drop(candidate, "I.C: coded only when confirmed")
    elif candidate.section not in known.at_discharge:
        docket.drop(candidate, "II.H/III.C: uncertain, but not at the time of discharge")
    else:
        docket.swap(candidate, replace(candidate, rules=(*candidate.rules, "guideline/II.H-III.C")))


_OVER = frozenset({"status/historical-over", "status/historical-after"})
"""Cues that say that a condition is over, chronic or not."""

_TOLD = "status/history-told"
"""The cue "history of": the author chose to tell it, so it is worth a code even where none names it."""


_REMISSION = re.compile(r"(?<!achieved )\bremission", re.IGNORECASE)
"""In the title of a code that is itself the one for a disease in remission."""


def _past(docket: _Docket, known: Rules, candidate: Candidate, book: CodeBook) -> None:
    code = icd10cm.compact(candidate.coding.code)
    over = any(rule in _OVER or rule.startswith(f"status/{COVERED}") for rule in candidate.rules)
    if _REMISSION.search(candidate.coding.display) or (code.startswith(known.chronic) and not over):
        rules = (*candidate.rules, "guideline/IV.I-chronic")
        docket.swap(candidate, replace(candidate, status=Status.PRESENT, rules=rules))
        return
    told = _TOLD in candidate.rules
    history = known.history_code(code) or (known.told_code(code) if told else None)
    if history is not None and not told and history[:3] != "Z85" and _is_back(docket, known, candidate, history):
        docket.drop(candidate, f"I.C.21.c.4 personal history: the note has an active condition of {history}")
        return
    _mapped(docket, candidate, history, book, "I.C.21.c.4 personal history")


def _is_back(docket: _Docket, known: Rules, past: Candidate, history: str) -> bool:
    """Whether another condition of the same history code is present: a past anemia says nothing beside today's."""
    return any(
        other is not past and other.status is Status.PRESENT and known.history_code(other.coding.code) == history
        for other in docket.diagnoses()
    )


def _related(docket: _Docket, known: Rules, candidate: Candidate, book: CodeBook) -> None:
    """A relative's condition is a history of the family; another person's is nobody's the note is about."""
    if "status/other-person" in candidate.rules:
        docket.drop(candidate, "family: another person's condition, and no relative's")
        return
    _mapped(docket, candidate, known.family_code(candidate.coding.code), book, "I.C.21.c.4 family history")


_SIDE_WORDS = {"RT": "right", "LT": "left", "50": "bilateral"}


def _operated(docket: _Docket, known: Rules, candidate: Candidate, book: CodeBook) -> None:
    """An operation of the past is reported as the status it left."""
    code = known.status_code(candidate.coding.code)
    docket.drop(candidate, "historical: not performed at this encounter" + (f", reported as {code}" if code else ""))
    sides = frozenset(_SIDE_WORDS[side] for side in candidate.modifiers if side in _SIDE_WORDS)
    entry = complete(book, code, sides) if code else None
    if entry is not None and entry.billable:
        rules = (*candidate.rules, "guideline/I.C.21.c.3 status")
        docket.add(replace(candidate, coding=entry.coding, status=Status.PRESENT, rules=rules, modifiers=(), units=1))


def _mapped(docket: _Docket, candidate: Candidate, code: str | None, book: CodeBook, section: str) -> None:
    docket.drop(candidate, f"{section}: not an active condition" + (f", reported as {code}" if code else ""))
    entry = complete(book, code, frozenset()) if code else None
    if entry is not None and entry.billable:
        docket.add(replace(candidate, coding=entry.coding, rules=(*candidate.rules, f"guideline/{section}")))


def _by_billability(docket: _Docket, known: Rules, setting: str, book: CodeBook) -> None:  # noqa: ARG001 - all steps look alike
    for candidate in docket.diagnoses():
        entry = book.get(candidate.coding.code)
        if entry is not None and not entry.billable:
            needs = missing(entry, book)
            docket.drop(candidate, f"I.B.2: not billable, needs {needs}")
            docket.warnings.append(f"{entry.code} is not billable: it needs {needs} (I.B.2)")


def _combine(docket: _Docket, known: Rules, setting: str, book: CodeBook) -> None:  # noqa: ARG001
    for rule in known.combinations:
        _apply_combination(docket, rule, book)


def _apply_combination(docket: _Docket, rule: Combination, book: CodeBook) -> None:
    parts = [_first(docket.diagnoses(), prefixes) for prefixes in rule.all]
    present = [part for part in parts if part is not None and part.status is not Status.FAMILY]
    if len(present) < len(parts) or len({id(part) for part in present}) < len(present):
        return
    entry = book.get(rule.result)
    if entry is None or not entry.billable:
        return
    first = present[0]
    combined = replace(
        first,
        coding=entry.coding,
        evidence=tuple(sorted({span for part in present for span in part.evidence})),
        score=min(part.score for part in present),
        rules=(*first.rules, f"guideline/{rule.section}:{rule.name}"),
    )
    docket.add(combined, before=min(present, key=lambda part: part.start))
    for number in rule.replaces:
        docket.drop(present[number], f"{rule.section}: reported as the combination {rule.result}")


def _first(candidates: Iterable[Candidate], prefixes: tuple[str, ...]) -> Candidate | None:
    for candidate in candidates:
        if icd10cm.compact(candidate.coding.code).startswith(prefixes):
            return candidate
    return None


def _by_specificity(docket: _Docket, known: Rules, setting: str, book: CodeBook) -> None:  # noqa: ARG001
    diagnoses = docket.diagnoses()
    for says_more in (_states_more, _leaves_less_open):
        for vague in diagnoses:
            standing = docket.diagnoses()
            if vague in standing and (other := next((o for o in standing if says_more(o, vague)), None)):
                docket.drop(vague, f"I.B.2: {other.coding.code} says more")


def _states_more(other: Candidate, vague: Candidate) -> bool:
    """Whether another code of the same category states everything this one does, and more."""
    same_category = other.coding.code[:3] == vague.coding.code[:3]
    return same_category and _stated(vague.coding.display) < _stated(other.coding.display)


def _leaves_less_open(other: Candidate, vague: Candidate) -> bool:
    """Whether the same words led to another code of the category that leaves less unspecified."""
    if other.coding.code[:3] != vague.coding.code[:3] or _open_points(vague) <= _open_points(other):
        return False
    return any(one.overlaps(two) for one in vague.evidence for two in other.evidence if one.label == "mention")


def _open_points(candidate: Candidate) -> int:
    return candidate.coding.display.lower().count("unspecified")


@functools.lru_cache(maxsize=8192)
def _stated(title: str) -> frozenset[str]:
    return next(iter(atom_sets(title_parts(title))), frozenset())


def _suppress(docket: _Docket, known: Rules, setting: str, book: CodeBook) -> None:  # noqa: ARG001
    diagnoses = docket.diagnoses()
    active = [c for c in diagnoses if c.status in {Status.PRESENT, Status.UNCERTAIN}]
    for candidate in diagnoses:
        for rule in known.suppressions:
            if (cause := _suppressor(candidate, rule, active)) is not None:
                docket.drop(candidate, f"{rule.section}: {rule.why} {cause.coding.code}")
                break


def _suppressor(candidate: Candidate, rule: Suppression, active: Sequence[Candidate]) -> Candidate | None:
    if not icd10cm.compact(candidate.coding.code).startswith(rule.symptoms):
        return None
    return next(
        (
            other
            for other in active
            if other is not candidate and icd10cm.compact(other.coding.code).startswith(rule.diagnoses)
        ),
        None,
    )


def _exclude(docket: _Docket, known: Rules, setting: str, book: CodeBook) -> None:  # noqa: ARG001
    """I.A.12.a: of two codes that exclude one another the better evidenced is reported, and the clinician asked."""
    diagnoses = [c for c in docket.diagnoses() if c.status in {Status.PRESENT, Status.UNCERTAIN}]
    for candidate in diagnoses:
        excluded = known.excluded_by(book, candidate.coding.code)
        for other in diagnoses:
            if other is candidate or not icd10cm.compact(other.coding.code).startswith(excluded or ("?",)):
                continue
            weaker = min((candidate, other), key=lambda c: (c.coding.code[0] != "R", c.score, -c.start))
            stronger = other if weaker is candidate else candidate
            if weaker in docket.standing and stronger in docket.standing:
                docket.drop(weaker, f"I.A.12.a: Excludes1 with {stronger.coding.code}")
                docket.warnings.append(
                    f"{stronger.coding.code} excludes {weaker.coding.code} (I.A.12.a): report both only if unrelated"
                )


def _sequence(standing: Sequence[Candidate], known: Rules) -> list[Candidate]:
    """First what the encounter was for; symptoms, history and external causes after the diagnoses they go with."""
    return sorted(
        standing,
        key=lambda c: (_rank(c), known.section_rank(c.section), c.start),
    )


def _rank(candidate: Candidate) -> int:
    if candidate.coding.system is not CodeSystem.ICD10CM:
        return 9
    letter = candidate.coding.code[0]
    if letter in "VWXY":
        return 6
    if candidate.coding.code[:3] in {"Z79", "Z80", "Z81", "Z82", "Z83", "Z84", "Z85", "Z86", "Z87"}:
        return 5
    if letter == "O":
        return 0
    return {"R": 3, "Z": 4}.get(letter, 1)
