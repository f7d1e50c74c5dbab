"""What a note's words say of operations: atoms, the clauses they stand in, and what each clause is."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from detect_icd.matchers.procedures_kinds import DONE_HERE
from detect_icd.matchers.procedures_vocabulary import Hit
from detect_icd.sections import Section
from detect_icd.sentences import sentences

_NARRATIVE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|then|underwent|brought|taken|identified|performed in|be|revealed|showed|demonstrated|noted|tolerated|we|he|she|patient's)\b|"
    r"(?<!Fort )(?<!fort )(?<!ype )(?<!TYPE )(?<!tage )(?<!rade )(?<!lass )(?<!one )(?<!hase )\bI (?=[a-z])"
)
_ASIDE = re.compile(r"\b(?:which|that|who)\b(?![^,.;\n]*\b(?:not|never|no)\b)[^,.;\n]*", re.IGNORECASE)
"""What an item says of a thing in passing: "ablation of a lesion which is suspicious"."""
_ITEM = re.compile(r"\s*(?:\(?\d{1,2}[.)]|[-*\u2022#])")
_BLANK = re.compile(r"\n[ \t]*\r?\n")
_TITLE_HEADING = re.compile(r"\b(?:procedures?|operations?|surger(?:y|ies)|operative|surgical)\b", re.IGNORECASE)
_ACCOUNT_HEADING = re.compile(
    r"\b(?:descri\w+|details?|report|technique|narrative|note|steps|dictation|detailed)\b", re.IGNORECASE
)
_OTHER_HEADING = re.compile(
    r"\b(?:indications?|plan\w*|pre\W?op\w*|post\W?op\w*|histor\w+|reasons?|consent\w*|diagnos\w+|findings?|compl\w+|after|prior|past|"
    r"previous|scheduled|proposed|anticipated|date|time|risks?|instructions?|recommend\w*|follow\w*|medications?|allerg\w*|review|labor\w*|referr\w*|equipment|instruments?)\b",
    re.IGNORECASE,
)
_UNKNOWN_HEADING = re.compile(r"[A-Z][A-Z0-9 /&,'()\u2019-]{1,70}:(?=\s)")
_EARLIER = frozenset({"past_surgical_history"})
_OPERATED = frozenset({"preoperative_diagnosis", "postoperative_diagnosis"})
_SUMMARY = re.compile(r"[ \t#*-]*(?:(?:operative|procedure|surgical) )?summary\b\s*:?", re.IGNORECASE)
_DONE = re.compile(
    r"\b(?!bed|red|need|indeed|shed|led)[a-z]{2,}(?:ed|sewn|cut|taken|put|drawn|laid|freed|found)\b|"
    + _NARRATIVE.pattern
)
_SENTENCE_ENDS = re.compile(r"[a-z0-9)]\.\s+(?=[A-Z])")
_LONGEST_LIST = 8000
_WRAPPED = 60
"""A heading's own line at least this long may go on in the next."""


class Role(IntEnum):
    """What a clause tells of an operation; the higher, the more it says that it was done."""

    ASIDE = 0
    """History, plan, indication: not what was done."""
    FINDING = 1
    """Diagnoses and findings: they qualify an operation, and name none."""
    BODY = 2
    """The account of what was done."""
    TITLE = 3
    """An item of the list of operations."""


_ROLES = {
    "procedure_performed": Role.TITLE, "billing": Role.TITLE,
    "procedure_description": Role.BODY, "": Role.BODY,
    "hospital_course": Role.ASIDE,
    "findings": Role.FINDING, "postoperative_diagnosis": Role.FINDING, "preoperative_diagnosis": Role.FINDING,
    "operative_data": Role.FINDING, "anesthesia": Role.FINDING, "complications": Role.FINDING,
    "assessment": Role.FINDING, "pathology": Role.FINDING, "imaging": Role.FINDING, "physical_exam": Role.FINDING,
}  # fmt: skip
_ONE_LINE = frozenset(
    {"indication", "anesthesia", "operative_data", "complications", "preoperative_diagnosis",
     "postoperative_diagnosis", "chief_complaint", "medications", "allergies"}
)  # fmt: skip
"""Headings that, with their value on the same line, end with it: what follows is the account."""
_AT_A_VISIT = frozenset({"physical_exam", "plan", "assessment", "assessment_and_plan"})
"""Sections of a visit that may tell what was done at it."""


@dataclass(slots=True)
class Clause:
    """A sentence, or an item of a list, with the atoms in it."""

    start: int
    end: int
    role: Role
    section: str
    hits: list[Hit] = field(default_factory=list)
    atoms: dict[str, list[Hit]] = field(default_factory=dict)
    named: bool = False
    """Whether it names an operation itself."""

    def add(self, hits: Iterable[Hit]) -> None:
        """Takes in atoms."""
        atoms = self.atoms
        for hit in hits:
            self.hits.append(hit)
            if hit.atom in atoms:
                atoms[hit.atom].append(hit)
            else:
                atoms[hit.atom] = [hit]


def of_account(text: str, sections: Sequence[Section]) -> list[Section]:
    """The sections, where the report of an operation calls its account a summary; that of a stay is headed so, too."""
    names = {section.name for section in sections}
    if not (names & _OPERATED and "procedure_performed" in names) or "procedure_description" in names:
        return list(sections)
    return [
        replace(section, name="procedure_description") if _SUMMARY.match(text, section.heading) else section
        for section in sections
    ]


def clauses(text: str, sections: Sequence[Section], hits: Sequence[Hit]) -> list[Clause]:
    """The clauses of a note that hold atoms, in order, with what each is."""
    starts = [hit.start for hit in hits]
    found: list[Clause] = []
    operated = any(section.name in _OPERATED for section in sections)
    for section in (_headed(text, section) for section in sections):
        low = bisect.bisect_left(starts, _told_from(text, section, operated=operated))
        high = bisect.bisect_left(starts, section.end)
        if low < high:
            found.extend(_clauses_of(text, section, hits[low:high], operated=operated))
    if not any(clause.role >= Role.BODY for clause in found):
        # Some report all that was done under findings.
        for clause in found:
            if clause.section == "findings":
                clause.role = Role.BODY
    if not any(clause.role is Role.BODY and _DONE.search(text, clause.start, clause.end) for clause in found):
        _told_under_another(text, sections, found)
    return found


def _told_under_another(text: str, sections: Sequence[Section], found: Sequence[Clause]) -> None:
    """Gives an account its role that stands behind the value of another heading, where a note has no other account."""
    if not any(clause.role >= Role.BODY for clause in found):
        # A note of one line goes on behind its indication.
        for before, clause in itertools.pairwise(found):
            if clause.section == before.section == "indication":
                clause.role = Role.BODY
        return
    titled = any(clause.role is Role.TITLE for clause in found)
    if not (titled or _REPORT.match(text)) or _FOUND_HEADING.search(text):
        return
    for section in (_headed(text, section) for section in reversed(sections)):
        told = _told_behind(text, section)
        under = [clause for clause in found if told <= clause.start < section.end]
        if sum(_DONE.search(text, clause.start, clause.end) is not None for clause in under) >= _TELLING:
            for clause in under:
                clause.role = Role.BODY
            return


def _told_behind(text: str, section: Section) -> int:
    """Where an account begins behind the value of a section that is headed otherwise; the section's end where none does."""
    heading = text[section.heading : section.start]
    if section.name not in _BEFORE_ACCOUNT or not heading:
        return section.end
    if section.name == "assessment" and not _DIAGNOSIS.search(heading):
        return section.end
    line_end = text.find("\n", section.start, section.end)
    if line_end >= 0 and text[line_end : section.end].strip():
        return _prose_from(text, line_end, section.end)
    value = _SENTENCE_ENDS.search(text, section.start, section.end)
    return value.end() - 1 if value else section.end


_FOUND_HEADING = re.compile(r"^[ \t]*(?:\w+ ){0,2}findings\b[^\n:]{0,40}:", re.IGNORECASE | re.MULTILINE)
_REPORT = re.compile(
    r"\s*(?:[\w/-]+ ){0,5}(?:procedure|operative|operation|catheterization|surgical|angiography) (?:note|report)\b",
    re.IGNORECASE,
)
"""How the report of something done begins."""
_DIAGNOSIS = re.compile(r"diagnos[ie]s|\bdx\b", re.IGNORECASE)
"""What an assessment before an account is called; behind one it is an impression."""
_BEFORE_ACCOUNT = frozenset(
    {"indication", "history_of_present_illness", "preoperative_diagnosis", "postoperative_diagnosis", "assessment", "chief_complaint", "anesthesia", ""}
)  # fmt: skip
"""Headings whose value stands before an account that may have none of its own."""


def _clauses_of(text: str, section: Section, hits: Sequence[Hit], *, operated: bool) -> Iterator[Clause]:
    role = _role(text, section, operated=operated)
    value_end = _value_end(text, section)
    number, told = 0, False
    begin = _told_from(text, section, operated=operated)
    for low, high in sentences(text[begin : section.end]):
        start, end = begin + low, begin + high
        first = number
        while number < len(hits) and hits[number].start < end:
            number += 1
        if first == number:
            continue
        own = role
        if role is Role.TITLE and (_is_account(text, start, end, value_end) or (told and not _listed(text, start))):
            own, told = Role.BODY, True
        elif (start >= value_end and section.name in _ONE_LINE) or (
            section.name in _AT_A_VISIT and DONE_HERE.search(text, start, end)
        ):
            own = Role.BODY
        clause = Clause(start, end, own, section.name)
        clause.add(hits[first:number])
        yield clause


def _headed(text: str, section: Section) -> Section:
    """A section under a heading that is none of ours with that heading apart: "TYPE OF OPERATION:" tells what it lists."""
    heading = _UNKNOWN_HEADING.match(text, section.heading, section.end) if not section.name else None
    return replace(section, start=heading.end()) if heading else section


def _told_from(text: str, section: Section, *, operated: bool) -> int:
    """Where a section begins to tell: a heading that is none of ours, as "left knee scope:", is a part of the account."""
    own = not section.name and _role(text, section, operated=operated) is Role.BODY
    return section.heading if own else section.start


def lists(found: Sequence[Clause]) -> list[Clause]:
    """Each list of operations that has several items, as one clause."""
    merged: list[Clause] = []
    previous: Clause | None = None
    for clause in found:
        if previous is not None and clause.role is previous.role is Role.TITLE and clause.section == previous.section:
            if not merged or merged[-1].end != previous.end or clause.end - merged[-1].start > _LONGEST_LIST:
                merged.append(Clause(previous.start, previous.end, Role.TITLE, previous.section))
                merged[-1].add(previous.hits)
            merged[-1].end = clause.end
            merged[-1].add(clause.hits)
        previous = clause
    return merged


def _role(text: str, section: Section, *, operated: bool) -> Role:
    """What a section tells; in the report of an operation "operations" are those reported."""
    heading = text[section.heading : section.start]
    if section.name in _EARLIER and operated and _TITLE_HEADING.match(heading.strip(" \t#*-")):
        return Role.TITLE
    if section.name or section.heading == section.start:
        return _ROLES.get(section.name, Role.ASIDE)
    if _TITLE_HEADING.search(heading) and not _OTHER_HEADING.search(heading):
        return Role.BODY if _ACCOUNT_HEADING.search(heading) else Role.TITLE
    return Role.BODY if not _OTHER_HEADING.search(heading) else Role.ASIDE


def _listed(text: str, start: int) -> bool:
    """Whether a clause is an item of a list."""
    return _ITEM.match(text, start) is not None


def _is_account(text: str, start: int, end: int, value_end: int) -> bool:
    piece = _ASIDE.sub("", text[start:end])
    if _NARRATIVE.search(piece) or (piece.isupper() and _NARRATIVE.search(piece.lower())):
        return True
    return start >= value_end and not _listed(text, start)


def _value_end(text: str, section: Section) -> int:
    """Where the value that stands on the heading's own line ends; the section's end where none stands there."""
    line_end = text.find("\n", section.start, section.end)
    if line_end < 0 or not text[section.start : line_end].strip():
        blank = _BLANK.search(text, line_end + 1, section.end) if line_end >= 0 and section.name in _ROLES else None
        return section.end if blank is None or not text[section.start : blank.start()].strip() else blank.end()
    if section.name in _ONE_LINE and line_end - section.heading < _WRAPPED:
        return line_end
    blank = _BLANK.search(text, section.start, section.end)
    end = section.end if blank is None else blank.start()
    return _prose_from(text, line_end, end) if _ROLES.get(section.name) is Role.TITLE else end


def _prose_from(text: str, start: int, end: int) -> int:
    """Where lines behind the value of a heading begin to tell in sentences, as no item of a list does; the end where none do."""
    for match in _LINE.finditer(text, start, end):
        line = match.span()
        tells = sum(1 for _ in _DONE.finditer(text, *line)) >= _TELLING and _SENTENCE_ENDS.search(text, *line)
        if tells and not _listed(text, match.start()):
            # A sentence begins where the one before it ends, at the break of the line.
            return start + len(text[start : match.start()].rstrip())
    return end


_LINE = re.compile(r"[^\n]+")
_TELLING = 2
"""Words of something done that a line of an account has at least."""
