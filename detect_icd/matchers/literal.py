"""Codes that stand in the note as codes: "CPT: 45400-62", "J1885 x2", "dx: E11.9, I10", "rectal prolapse (K62.3)"."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from detect_icd.assertion import assess, context_rules
from detect_icd.candidates import Candidate
from detect_icd.coding import CodeSystem, Coding, cpt, hcpcs, icd10cm, modifier
from detect_icd.gates import gate
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.sections import Section, section_at, section_sentences
from detect_icd.terms import TAG
from detect_icd.whole_note import line_break
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_DIAGNOSIS_CUE = re.compile(
    r"\b(?:ICD(?:[- ]?(?:10|X))?(?:[- ]?CM)?(?:\s+(?:dx|diagnosis))?(?:\s+codes?)?|"
    r"(?:diagnos[ie]s|dx)(?:\s+codes?)?|billing\s+diagnos[ie]s)\s*(?:\(s\))?\s*[:#=\-]?\s*",
    re.IGNORECASE,
)
_PROCEDURE_CUE = re.compile(
    r"\b(?:CPT(?:[- ]?4\b)?(?:[/ ]HCPCS)?|HCPCS|(?:charges|codes|claim|lines) (?:entered|submitted|posted|lines?|filed)|(?:vaccines?|immunizations?|superbill|bill)(?=\s*[:=]|\s+\d{5}\b)|(?:procedure|billing|charge|service|visit|E/?M)\s+codes?|E/M|level (?:[1-5]|one|two|three|four|five)(?: (?:established|new|visit|patient|office|follow-?up|E/M)){0,3},?(?=\s*\(?99[2-4]\d\d\b)|charges?|billed(?:\s+(?:as|with))?|"
    r"coded\s+(?:as|with)|codes?)\s*(?:codes?|numbers?|nos?\.?)?\s*(?:\(s\))?\s*[:#=\-]?\s*",
    re.IGNORECASE,
)
_ICD = re.compile(
    r"(?<![\w.\-/])(?P<code>[A-Za-z]\d[0-9A-Za-z](?:\.[0-9A-Za-z]{1,4}|[0-9A-Za-z]{1,4})?)(?![\w]|\.\w|-\d)"
)
_SERVICE = re.compile(
    r"(?<![\w.$#\-,])(?<!(?<!\d{5})/)(?P<code>\d{5}|\d{4}[FTUMA]|[A-V]\d{4})"
    r"(?P<modifiers>(?:[ ]?-[ ]?[0-9A-Z]{2}(?![\w]))*(?:,(?:[ ]?(?:-[0-9A-Z]{2}|LT|RT|X[SEPU])|[0-9A-Z]{2})(?![\w.]))*"
    r"(?:[ ](?:RT|LT)(?!\w)|[ ]?\((?:RT|LT|50|59|25|26|TC|X[SEPU])\)|,?[ ](?:with[ ]|and[ ])?[Mm]odifiers?[ ]-?[0-9A-Z]{2}(?:(?:,|[ ]and)[ ]-?[0-9A-Z]{2})*(?!\w))*)"
    r"(?:[ ]?(?:\([^()\n]{1,20}\)[ ]?)?(?:[xX\u00d7][ ]?|\([xX][ ]?)(?P<units>\d{1,3})\)?|(?:[ ]per[ ]\d+[ ]?\w{1,5})?(?:,[ ]|[ ]?\()(?P<stated>\d{1,3})[ ]units?\)?|[ ]times[ ](?P<times>\d{1,2}|one|two|three|four|five|six)\b)?"
    r"(?![\w%]|[-.]\d|/\d(?!\d{4}(?!\d))|,\d{3})"
)
_BEFORE = re.compile(
    r"\b[Mm]odifiers? -?(?P<modifier>[0-9A-Z]{2}) (?:was |is )?(?:appended|added|attached|applied|used|goes)? ?(?:to|on|with|for) $"
)
_SEPARATOR = re.compile(r"\s*(?:[,;/&+|]|and|or|\s)\s*(?:ICD-?10:?|CPT:?|HCPCS:?|dx:?)?\s*", re.IGNORECASE)
_NOT_A_SERVICE = re.compile(
    r"(?:\b(?:MRN|MR|medical record|record|acct|account|zip(?:code)?|phone|tel|fax|pager|ext|case|accession|lot|serial|s/n|"
    r"model|ref|catalog(?:ue)?|cat|room|rm|suite|ste|box|order|claim|policy|member|group|id|npi|dea|license|visit|"
    r"encounter|csn|fin|ssn|batch|kit|specimen|study|protocol|job|no|number|platelets?|plt|wbc|cfu|count|colonies|units?|heparin|"
    r"street|st|ave|road|rd|blvd|po)\s*[#:.]*\s*(?:number|no\.?|#|id|is|was|of)?\s*[:#]?\s*$|\b[A-Z]{2}[ ,]+$|[#$]\s*$|\b1(?::| to )$|\d\s*$|[<>=]\s*$)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\s*(?:(?:mg|mcg|ml|cc|units?|iu|copies|cells|per|k|mm|cm|steps|times|feet|miles|dollars|years?|psi|rpm|colonies|cfu)\b|"
    r"x\s?10|[/%\u00b0])",
    re.IGNORECASE,
)
_SERVICE_SECTIONS = frozenset({"procedure_performed", "billing"})
_DIAGNOSIS_SECTIONS = frozenset(
    {"assessment", "assessment_and_plan", "discharge_diagnosis", "admission_diagnosis", "preoperative_diagnosis",
     "postoperative_diagnosis", "problem_list", "billing"}
)  # fmt: skip
_OPEN_HCPCS = frozenset("GJQ")
"""Letters whose codes nothing else in a note looks like."""

_BLOCKED = re.compile(TAG)
_HIGHEST = 99607
_LITERAL_SCORE = 0.98
_BARE_SCORE = 0.8


class LiteralMatcher:
    """Reads codes of all three systems where the text around them says that they are codes."""

    def candidates(self, text: str, sections: Sequence[Section], book: CodeBook) -> list[Candidate]:
        """The literal codes of a note, in order.

        Args:
            text: The note.
            sections: Its sections.
            book: The release ICD-10-CM codes are checked against. One that is not in it is not a candidate.
        """
        blocked = [match.span() for match in _BLOCKED.finditer(text)]
        cued = _cued(text)
        around = _Surroundings(text, sections)
        found = [*_diagnoses(around, book, cued), *_services(around, book, cued)]
        inside = [c for c in found if not _lies_in(c.start, blocked)]
        return sorted(inside, key=lambda candidate: candidate.start)


def _lies_in(place: int, stretches: Sequence[tuple[int, int]]) -> bool:
    """Whether a place lies in one of some stretches, none of which lies over another."""
    number = bisect.bisect_right(stretches, place, key=itemgetter(0)) - 1
    return number >= 0 and place < stretches[number][1]


class _Surroundings:
    """A note, its sections and its sentences with their cues, each scanned once."""

    def __init__(self, text: str, sections: Sequence[Section]) -> None:
        self.text = text
        self.sections = sections
        self._sentences = list(section_sentences(text, sections))

    def candidate(self, span: Span, coding: Coding, low: int) -> Candidate:
        """The candidate of a code, with the status its sentence gives it from ``low`` on."""
        number = bisect.bisect_right(self._sentences, span.start, key=lambda sentence: sentence[0]) - 1
        bounds = self._sentences[number] if number >= 0 else (0, 0)
        if span.end > bounds[1]:
            bounds = (span.start, span.end)
        bounds = (max(low, bounds[0]), bounds[1])
        if coding.system is not CodeSystem.ICD10CM:
            # What is said in another part of the line is said of something else.
            bounds = (max(bounds[0], self.text.rfind(";", bounds[0], span.start) + 1), bounds[1])
        section = section_at(self.sections, span.start).name
        assertion = assess(self.text, context_rules().cues(self.text, *bounds), span.start, span.end, section, bounds)
        evidence: tuple[Span, ...] = (span,)
        if assertion.cue is not None:
            evidence = (*evidence, assertion.cue)
        return Candidate(coding, evidence, assertion.status, section, span.score, (span.source,))


class _Cued(NamedTuple):
    """What a cue says a code after it is, and from where on words tell of its status."""

    kind: str
    low: int


_UNCUED = _Cued("", 0)


def _cued(text: str) -> dict[int, _Cued]:
    """Where a code may start because a cue, or a code after a cue, stands before it."""
    cued: dict[int, _Cued] = {}
    for pattern, kind, form in ((_PROCEDURE_CUE, "service", _SERVICE), (_DIAGNOSIS_CUE, "diagnosis", _ICD)):
        for cue in gate(pattern).finditer(text):
            position = cue.end()
            # "dx:" opens a statement of its own: "no fever dx: K62.3" denies the fever only.
            found = _Cued(kind, cue.start() if cue.group().rstrip().endswith(":") else 0)
            # A cue inside a list finds its codes read already.
            while (match := form.match(text, position)) and cued.get(match.start(), _UNCUED).kind != kind:
                cued[match.start()] = found
                separator = _SEPARATOR.match(text, match.end())
                if separator is None:
                    break
                position = separator.end()
    return cued


def _diagnoses(around: _Surroundings, book: CodeBook, cued: dict[int, _Cued]) -> Iterator[Candidate]:
    text, sections = around.text, around.sections
    for match in _ICD.finditer(text):
        written = match["code"]
        kind, low = cued.get(match.start(), _UNCUED)
        if kind == "service":
            continue
        entry = book.get(written) if icd10cm.is_valid(written) else None
        if entry is None:
            continue
        section = section_at(sections, match.start()).name
        if not kind and not _plainly_diagnosis(text, match, section):
            continue
        rule = "literal/icd10cm-cue" if kind else "literal/icd10cm"
        yield around.candidate(Span(*match.span("code"), "code", _LITERAL_SCORE, rule), entry.coding, low)


def _plainly_diagnosis(text: str, match: re.Match[str], section: str) -> bool:
    """Without a cue: a dotted code in capitals, or a bare one in brackets or opening a line of diagnoses."""
    written = match["code"]
    if not written[0].isupper():
        return False
    before, after = text[max(0, match.start() - 2) : match.start()], text[match.end() : match.end() + 2]
    if "." in written:
        return not _AMOUNT.match(text, match.end())
    if before.endswith(("(", "[")) and after.startswith((")", "]", ",")):
        return True
    opens_line = _OPENS.fullmatch(text, line_break(text, match.start()) + 1, match.start()) is not None
    return section in _DIAGNOSIS_SECTIONS and opens_line and after[:1] in {" ", "-", ":", "\t"} and len(written) > 2  # noqa: PLR2004


_OPENS = re.compile(r"[ \t]*(?:\d{1,2}[.)]|[-*])?[ \t]*")
"""What stands before what opens a line."""


def _services(around: _Surroundings, book: CodeBook, cued: dict[int, _Cued]) -> Iterator[Candidate]:
    sections = around.sections
    for match in _stated(around, book, cued):
        code = match["code"]
        kind, low = cued.get(match.start(), _UNCUED)
        section = section_at(sections, match.start()).name
        modifiers = _modifiers(match)
        system = CodeSystem.HCPCS if code[0].isalpha() else CodeSystem.CPT
        rule = f"literal/{system.short.lower()}{'-cue' if kind else ''}"
        score = _LITERAL_SCORE if kind or modifiers else _BARE_SCORE
        candidate = around.candidate(Span(*match.span(), "code", score, rule), _coding(system, code), low)
        yield Candidate(
            coding=candidate.coding, evidence=candidate.evidence, status=candidate.status, section=section, score=score,
            rules=candidate.rules, modifiers=modifiers, units=_units(match) or 1,
        )  # fmt: skip


def _stated(around: _Surroundings, book: CodeBook, cued: dict[int, _Cued]) -> list[re.Match[str]]:
    """The numbers that are codes of services: by themselves, or since they stand in a list with one."""
    text, sections = around.text, around.sections
    numbers = []
    for match in _SERVICE.finditer(text):
        kind = cued.get(match.start(), _UNCUED).kind
        if kind == "diagnosis" or not _in_use(match["code"]) or (match["modifiers"] and not _modifiers(match)):
            continue
        marked = bool(_modifiers(match) or _units(match))
        section = section_at(sections, match.start()).name
        plain = bool(kind) or _plainly_service(text, match, section, book, marked=marked)
        numbers.append((match, plain))
    plain_ones = {number for number, (_, plain) in enumerate(numbers) if plain}
    for order in (range(1, len(numbers)), range(len(numbers) - 2, -1, -1)):
        for number in order:
            beside = number - order.step
            if (
                number not in plain_ones
                and beside in plain_ones
                and _listed(text, numbers[number][0], numbers[beside][0])
            ):
                plain_ones.add(number)
    return [
        match
        for number, (match, _) in enumerate(numbers)
        if number in plain_ones and not _UNBILLED.match(text, match.end())
    ]


def _listed(text: str, match: re.Match[str], beside: re.Match[str]) -> bool:
    """Whether a number stands in one list with a code."""
    low, high = sorted((match.span(), beside.span()))
    between = text[low[1] : high[0]]
    if len(between) > _SAME_LIST or "\n" in between or ". " in between or not match["code"].isdigit():
        return False
    before = _NOT_A_SERVICE.search(text, max(0, match.start() - 30), match.start())
    return not _AMOUNT.match(text, match.end()) and (
        before is None or _COMMA_DIGIT.search(text, _word_before(text, match.start()), match.start()) is not None
    )


def _word_before(text: str, place: int) -> int:
    """Where the last character before a place stands that is no blank."""
    while place > 0 and text[place - 1].isspace():
        place -= 1
    return max(0, place - 1)


_ITS_OWN = re.compile(r"^[A-Z0-9]{2}[ ,]+$|^(?:encounter|visit|claim|order|case|study|units?)\b.*$", re.IGNORECASE)
"""What stands before a number with modifiers though it is a code: the modifiers of the one before, a heading."""
_SAME_LIST = 44
_COMMA_DIGIT = re.compile(r"[0-9A-Z]\s*$")
_UNBILLED = re.compile(
    r"[^\n.;,]{0,24}?\b(?:(?:is |was |were |are )?not (?:separately )?(?:billed|reported|billable|coded|reportable|charged|allowed)|(?:has been |was |is )?(?:deleted|removed|voided|denied|bundled)|first keyed)\b",
    re.IGNORECASE,
)


def _units(match: re.Match[str]) -> int:
    """The units stated behind a code; 0 where none are."""
    times = match["times"] or ""
    written = match["units"] or match["stated"] or str(_TIMES.get(times, times))
    return int(written or 0)


_TIMES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def _modifiers(match: re.Match[str]) -> tuple[str, ...]:
    """The modifiers stated behind a code, or before it ("modifier 50 appended to 49650")."""
    before = _BEFORE.search(match.string, max(0, match.start() - 40), match.start())
    written = re.sub(r"[Mm]odifiers?", "", match["modifiers"] or "") + (f" {before['modifier']}" if before else "")
    return tuple(part for part in re.findall(r"[0-9A-Z]{2}", written) if modifier.is_valid(part))


def _coding(system: CodeSystem, code: str) -> Coding:
    known = by_code().get(code)
    return known[0].coding if known else Coding(system, "", code)


def _in_use(code: str) -> bool:
    if code.isdigit():
        return cpt.is_valid(code) and int(code) <= _HIGHEST
    return cpt.is_valid(code) or hcpcs.is_valid(code)


def _plainly_service(text: str, match: re.Match[str], section: str, book: CodeBook, *, marked: bool) -> bool:
    """Without a cue: with a modifier or units, or in a section of procedures; never where a number is something else."""
    code = match["code"]
    before = _NOT_A_SERVICE.search(text, max(0, match.start() - 30), match.start())
    if (before and not (marked and _ITS_OWN.search(before.group()))) or _AMOUNT.match(text, match.end()):
        return False
    if code[0].isalpha():
        looks_like_diagnosis = book.get(code) is not None
        if section in _SERVICE_SECTIONS or marked:
            return not looks_like_diagnosis or section in _SERVICE_SECTIONS or _units(match) > 0
        return code[0] in _OPEN_HCPCS and not looks_like_diagnosis
    if code[-1].isalpha():
        return code[-1] == "T" or section in _SERVICE_SECTIONS
    return marked or section in _SERVICE_SECTIONS
