"""From candidates to what may be reported, in sequence, by the Official Guidelines; every drop cites its section."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from detect_icd.candidates import Candidate, Detection, Status, ranked
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.conventions.combine import apply_combinations, part
from detect_icd.conventions.concluded import drop_concluded
from detect_icd.conventions.courses import OUTLASTED, state_both_courses
from detect_icd.conventions.docket import Docket, is_history
from detect_icd.conventions.encounter import drop_own_operation, state_operated
from detect_icd.conventions.excludes import exclude
from detect_icd.conventions.eyes import each_eye
from detect_icd.conventions.families import apply_families
from detect_icd.conventions.fractures import by_osteoporosis, healed_by_osteoporosis, name_sites
from detect_icd.conventions.integral import drop_integral
from detect_icd.conventions.linked import apply_linked
from detect_icd.conventions.merging import merge
from detect_icd.conventions.organisms import apply_organisms
from detect_icd.conventions.pathologic import by_disease_of_bone
from detect_icd.conventions.sequelae import apply_sequelae
from detect_icd.conventions.sequence import hints, sequence
from detect_icd.conventions.specificity import EVENTS, GATHERING, is_of_kind, most_specific
from detect_icd.conventions.statements import read_statements
from detect_icd.conventions.surroundings import Surroundings
from detect_icd.conventions.ulcers import read_ulcers
from detect_icd.course import ANSWERED, PRESENTED
from detect_icd.guideline_rules import Rules, rules
from detect_icd.matchers.circumstances import COVERED
from detect_icd.matchers.completion import complete, missing
from detect_icd.matchers.questions import questions
from redactphi.errors import UnknownNameError

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

Setting = Literal["outpatient", "inpatient"]
SETTINGS = ("outpatient", "inpatient")

WHY = {
    Status.NEGATED: "negated: kept as evidence, never reported",
    Status.HYPOTHETICAL: "hypothetical: not a condition of this encounter",
    Status.PLANNED: "planned: not performed or found at this encounter",
}


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

    def apply(self, candidates: Iterable[Candidate], book: CodeBook, note: str = "") -> Detection:
        """What may be reported of the candidates, what may not and why, and what to ask the clinician.

        Args:
            candidates: What the matchers found.
            book: The release in force.
            note: The text they were found in; without it no rule hears the words beside them.
        """
        merged = merge(candidates)
        docket = Docket(merged, Surroundings(note, merged))
        state_operated(docket)
        _by_status(docket, self.rules, self.setting, book)
        _by_billability(docket, self.rules, book)
        self._by_convention(docket, book)
        _once(docket)
        _as_past(docket)
        reported = sequence(docket.standing, self.rules, book)
        for candidate in reported:
            entry = book.get(candidate.coding.code) if candidate.coding.system is CodeSystem.ICD10CM else None
            if entry is not None:
                docket.warnings.extend(questions(entry, book))
        docket.warnings.extend(hints(reported, book))
        warnings = tuple(dict.fromkeys(docket.warnings))
        return Detection(ranked(docket.all), tuple(reported), tuple(docket.dropped), warnings)

    def _by_convention(self, docket: Docket, book: CodeBook) -> None:
        """What the diagnoses come to together. What other rules lean on comes first: the disease before its signs."""
        read_statements(docket, book)
        read_ulcers(docket, book)
        if not docket.diagnoses():
            return
        part(docket, book)
        apply_sequelae(docket, book)
        apply_organisms(docket, book)
        most_specific(docket, self.rules)
        state_both_courses(docket, book)
        apply_linked(docket, book)
        apply_combinations(docket, book, early=True)
        apply_families(docket, book)
        each_eye(docket, book)
        apply_combinations(docket, book, early=False)
        if any("septic shock, the systemic" in rule for c in docket.standing for rule in c.rules):
            apply_organisms(docket, book)
        by_disease_of_bone(docket, self.rules.fracture_sites, book)
        by_osteoporosis(docket, self.rules.fracture_sites, book)
        name_sites(docket, book)
        healed_by_osteoporosis(docket, book)
        most_specific(docket, self.rules)
        drop_own_operation(docket, is_stay=self.setting == "inpatient")
        drop_integral(docket)
        drop_concluded(docket, book)
        exclude(docket, book)


def _once(docket: Docket) -> None:
    """Reports a diagnosis once, however many ways led to it: the present one before one of another status."""
    first: dict[str, Candidate] = {}
    for candidate in sorted(docket.diagnoses(), key=lambda c: c.status is not Status.PRESENT):
        if (other := first.setdefault(candidate.coding.code, candidate)) is not candidate:
            docket.drop(candidate, f"reported once: {other.coding.code} stands already")


def _as_past(docket: Docket) -> None:
    """Says of what is told in the words of a personal history that it is past, as of what a cue made one."""
    for candidate in docket.diagnoses():
        if is_history(candidate) and candidate.status is Status.PRESENT and candidate.coding.code != _EX_SMOKER:
            docket.swap(candidate, replace(candidate, status=Status.HISTORICAL))


_EX_SMOKER = "Z87.891"
"""Tells what somebody is now."""


def _by_status(docket: Docket, known: Rules, setting: str, book: CodeBook) -> None:
    for candidate in list(docket.standing):
        status = candidate.status
        if why := WHY.get(status) or _explained(docket, candidate, setting):
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
            _past(docket, known, candidate, book, setting)
        elif status is Status.FAMILY:
            _of_kin(docket, known, candidate, book)


def _of_kin(docket: Docket, known: Rules, candidate: Candidate, book: CodeBook) -> None:
    if candidate.coding.code.startswith(_EXAMINED):
        docket.swap(candidate, replace(candidate, status=Status.PRESENT))
    else:
        _related(docket, known, candidate, book)


_EXAMINED = ("Z00", "Z01", "Z02", "Z11", "Z12", "Z13")
"""What brings the patient is not a relative's: "screening colonoscopy, father had colon cancer"."""

_RESOLVED = re.compile(r"resolved|cleared|improved", re.IGNORECASE)
_OF_THE_STAY = frozenset(
    {"", "hospital_course", "discharge_diagnosis", "assessment", "assessment_and_plan", "problem_list", "billing"}
)


_FINAL = "discharge_diagnosis"
"""The section that lists what this encounter treated, whatever its setting."""


def _resolved_here(docket: Docket, candidate: Candidate) -> bool:
    """Whether a condition was treated in this stay and is over by its end: it is reported (III)."""
    cue = next((span for span in candidate.evidence if span.label == "status"), None)
    return (
        cue is not None
        and candidate.section in _OF_THE_STAY
        and _RESOLVED.search(docket.note.text, cue.start, cue.end) is not None
    )


def _explained(docket: Docket, candidate: Candidate, setting: str) -> str:
    """Why a symptom the note asks about is not reported beside the answer, if so."""
    is_known = setting == "inpatient" or any(_answers(other) for other in docket.all if other is not candidate)
    if ANSWERED in candidate.rules and is_known:
        return "IV.K: the interpretation has the diagnosis; the symptom it was asked for is not coded beside it"
    if PRESENTED in candidate.rules and setting == "inpatient":
        return "II.A: the diagnosis at discharge explains what the patient came with"
    return ""


def _answers(candidate: Candidate) -> bool:
    """Whether a candidate is a diagnosis that the note states: what it holds possible answers nothing (IV.H)."""
    is_diagnosis = candidate.coding.system is CodeSystem.ICD10CM and candidate.coding.code[0] not in "RVWXYZ"
    return is_diagnosis and candidate.status is not Status.UNCERTAIN and candidate.status is not Status.NEGATED


def _uncertain(docket: Docket, known: Rules, setting: str, candidate: Candidate) -> None:
    if setting == "outpatient":
        docket.drop(candidate, "IV.H: an uncertain diagnosis is not coded in the outpatient setting; code the symptom")
    elif icd10cm.compact(candidate.coding.code).startswith(known.confirmed_only):
        docket.drop(candidate, "I.C: coded only when confirmed")
    elif candidate.section not in known.at_discharge:
        docket.drop(candidate, "II.H/III.C: uncertain, but not at the time of discharge")
    elif _ruled_out_later(docket, candidate):
        docket.drop(candidate, "II.H/III.C: uncertain at first, ruled out later in the note")
    else:
        docket.swap(candidate, replace(candidate, rules=(*candidate.rules, "guideline/II.H-III.C")))
        _explain_sign(docket, candidate)


_THOUGHT_TO_BE = re.compile(
    r"[\s,;:(-]*(?:(?:which|that|this) (?:is|was) |felt (?:to be )?|thought (?:to be )?)?(?:most |very |more )?(?:likely|probabl[ey]|possibl[ey]|suspected|presumed|presumably)(?: (?:due|secondary|related) to| from| (?:because|result) of| represents?|:)?\s*(?:an? |the |acute |underlying )?",
    re.IGNORECASE,
)
"""Between a sign and the diagnosis that is thought to explain it."""


def _explain_sign(docket: Docket, candidate: Candidate) -> None:
    """Drops the sign that an uncertain diagnosis coded as established is told to explain (II.A, II.H)."""
    starts_ = [span.start for span in candidate.evidence if span.label != "status"]
    for sign in docket.diagnoses():
        if sign.status is not Status.PRESENT or not sign.coding.code.startswith("R"):
            continue
        ends = [span.end for span in sign.evidence if span.label != "status"]
        told = ((end, start) for end in ends for start in starts_ if end < start)
        if any(_THOUGHT_TO_BE.fullmatch(docket.note.text, *between) for between in told):
            docket.drop(sign, f"II.A: a sign of {candidate.coding.code}")


def _ruled_out_later(docket: Docket, candidate: Candidate) -> bool:
    """Whether the note denies further on what it held possible."""
    return any(
        other.status is Status.NEGATED
        and other.coding.code == candidate.coding.code
        and other.start > max(span.end for span in candidate.evidence)
        for other in docket.all
    )


_OPERATED = "status/historical-occasion"
"""The cue of what somebody was operated on or in hospital for in another year."""

_OVER = frozenset({
    "status/historical-over", "status/historical-after", "status/historical-corrected-after", "status/historical-when",
    "status/historical-when-comma", "status/operated-for", "status/before-transplant", "status/historical-removed", "status/historical-removed-comma", "status/historical-none-now", _OPERATED,
})  # fmt: skip
"""Cues that say that a condition is over, chronic or not."""

_TOLD = "status/history-told"
"""The cue "history of": the author chose to tell it, so it is worth a code even where none names it."""


_HISTORIES = ("Z85", "Z86", "Z87")
_OF_CHROMOSOMES = ("Q85", "Q86", "Q87", "Q9")
"""What no operation corrects: what was repaired beside it was something else."""
_REMISSION = re.compile(r"(?<!achieved )\bremission", re.IGNORECASE)
"""In the title of a code that is itself the one for a disease in remission."""


def _past(docket: Docket, known: Rules, candidate: Candidate, book: CodeBook, setting: str) -> None:
    is_final = setting == "inpatient" or candidate.section == _FINAL
    if is_final and _resolved_here(docket, candidate):
        rules = (*candidate.rules, "guideline/III-treated")
        docket.swap(candidate, replace(candidate, status=Status.PRESENT, rules=rules))
        return
    code = icd10cm.compact(candidate.coding.code)
    over = any(rule in _OVER or rule.startswith(f"status/{COVERED}") for rule in candidate.rules)
    # "ASA -> asthma": what an allergy did is no disease of today.
    over = over or candidate.section == "allergies"
    # A history is one all the more where the note says that it is over.
    over = over and not code.startswith((*_HISTORIES, *_OF_CHROMOSOMES))
    if (remaining := known.remaining_code(code)) is not None:
        _outlasted(docket, candidate, remaining, book)
        return
    if _REMISSION.search(candidate.coding.display) or (code.startswith(known.chronic) and not over):
        rules = (*candidate.rules, "guideline/IV.I-chronic")
        docket.swap(candidate, replace(candidate, status=Status.PRESENT, rules=rules))
        return
    told = _TOLD in candidate.rules
    history = known.history_code(code) or (known.told_code(code) if told else None)
    # What a drug did to a lasting condition is no history of that condition.
    if "status/section-allergies" in candidate.rules and code.startswith(known.chronic):
        history = None
    if history is not None and _was_taken_out(candidate) and not history.startswith(_WORTH_TELLING):
        history = None
    told = told or (history is not None and history.startswith(EVENTS) and docket.note.is_dated(candidate))
    if history is not None and not told and history[:3] != "Z85" and _is_back(docket, known, candidate, history):
        docket.drop(candidate, f"I.C.21.c.4 personal history: the note has an active condition of {history}")
        return
    _mapped(docket, candidate, history, book, "I.C.21.c.4 personal history")


def _outlasted(docket: Docket, candidate: Candidate, remaining: str, book: CodeBook) -> None:
    """An acute phase that is over leaves the lasting disease, unless the note names that itself."""
    docket.drop(candidate, f"I.B.8: the acute phase is over, the disease is {remaining}")
    others = (other for other in docket.diagnoses() if other.status is Status.PRESENT)
    if not any(_is_same_disease(other.coding.code, remaining) for other in others):
        rules = (*candidate.rules, OUTLASTED)
        docket.add(replace(candidate, coding=book[remaining].coding, status=Status.PRESENT, rules=rules))


def _is_same_disease(code: str, other: str) -> bool:
    """Whether a code names the disease; a diabetes read without its type is whatever type the note names."""
    return code[:3] == other[:3] or (other.startswith(_UNTYPED) and code.startswith(_DIABETES))


_UNTYPED = "E11"
_DIABETES = ("E08", "E09", "E10", "E11", "E13")

_WORTH_TELLING = ("Z85", "Z860", "Z861", "Z867", "Z8731", "Z8741", "Z875")
"""Histories that say more than the operation they led to: neoplasms, infections, vessels, fragile bones, births."""


def _was_taken_out(candidate: Candidate) -> bool:
    """Whether a condition is only told as what an operation was for."""
    return _OPERATED in candidate.rules or candidate.section == "past_surgical_history"


def _is_back(docket: Docket, known: Rules, past: Candidate, history: str) -> bool:
    """Whether another condition of the same history code is present: a past anemia says nothing beside today's."""
    return any(
        other is not past
        and other.status is Status.PRESENT
        and known.history_code(other.coding.code) == history
        and (history not in GATHERING or is_of_kind(history, past, other))
        for other in docket.diagnoses()
    )


def _related(docket: Docket, known: Rules, candidate: Candidate, book: CodeBook) -> None:
    """A relative's condition is a history of the family; another person's is nobody's the note is about."""
    if "status/other-person" in candidate.rules:
        docket.drop(candidate, "family: another person's condition, and no relative's")
        return
    _mapped(docket, candidate, known.family_code(candidate.coding.code), book, "I.C.21.c.4 family history")


_SIDE_WORDS = {"RT": "right", "LT": "left", "50": "bilateral"}


def _operated(docket: Docket, known: Rules, candidate: Candidate, book: CodeBook) -> None:
    """An operation of the past is reported as the status it left."""
    code = known.status_code(candidate.coding.code)
    docket.drop(candidate, "historical: not performed at this encounter" + (f", reported as {code}" if code else ""))
    sides = frozenset(_SIDE_WORDS[side] for side in candidate.modifiers if side in _SIDE_WORDS)
    entry = complete(book, code, sides) if code else None
    if entry is not None and entry.billable:
        rules = (*candidate.rules, "guideline/I.C.21.c.3 status")
        docket.add(replace(candidate, coding=entry.coding, status=Status.PRESENT, rules=rules, modifiers=(), units=1))


def _mapped(docket: Docket, candidate: Candidate, code: str | None, book: CodeBook, section: str) -> None:
    docket.drop(candidate, f"{section}: not an active condition" + (f", reported as {code}" if code else ""))
    entry = complete(book, code, frozenset()) if code else None
    if entry is not None and entry.billable:
        docket.add(replace(candidate, coding=entry.coding, rules=(*candidate.rules, f"guideline/{section}")))


def _by_billability(docket: Docket, known: Rules, book: CodeBook) -> None:
    for candidate in docket.diagnoses():
        entry = book.get(candidate.coding.code)
        if entry is None or entry.billable:
            continue
        bare = book.get(known.named.get(icd10cm.compact(entry.code), ""))
        if bare is not None and bare.billable:
            rules = (*candidate.rules, "guideline/I.B.2 bare name")
            docket.swap(candidate, replace(candidate, coding=bare.coding, rules=rules))
        else:
            needs = missing(entry, book)
            docket.drop(candidate, f"I.B.2: not billable, needs {needs}")
            docket.warnings.append(f"{entry.code} is not billable: it needs {needs} (I.B.2)")
