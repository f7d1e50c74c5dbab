"""The diagnoses of a claim, by the code book's own notes and the guidelines: nothing needs to be imported."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate
from detect_icd.checks.findings import Basis, Finding, Severity
from detect_icd.checks.lines import Line, entry_of
from detect_icd.checks.rules import check_rules
from detect_icd.checks.services import listed
from detect_icd.coding import icd10cm
from detect_icd.conventions.docket import Prefixes, starts
from detect_icd.conventions.excludes import excluded_by, is_plainly_unrelated, is_wide, levels, names
from detect_icd.conventions.sequence import is_manifestation, requests
from detect_icd.conventions.specificity import is_acute_of
from detect_icd.matchers.completion import missing
from detect_icd.matchers.questions import questions
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry
    from detect_icd.guidelines import Setting


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """The diagnoses of one claim, in its order.

    Attributes:
        lines: Its lines, services left out.
        book: The release in force.
        day: The day of service; ``None`` where it is not known.
        setting: What the first code is called: first-listed of an outpatient, principal of an inpatient.
    """

    lines: tuple[Line, ...]
    book: CodeBook
    day: date | None = None
    setting: Setting = "outpatient"

    @property
    def entries(self) -> tuple[CodeEntry, ...]:
        """Those that the release in force has, each once."""
        found = (self.book.get(line.code) for line in self.lines)
        return tuple(dict.fromkeys(entry for entry in found if entry is not None))

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The same as candidates, as if a text named one after the other."""
        return tuple(
            Candidate(entry.coding, (Span(2 * n, 2 * n + 1, "mention"),)) for n, entry in enumerate(self.entries)
        )

    @property
    def first(self) -> str:
        """What the first code is called."""
        return "first-listed diagnosis" if self.setting == "outpatient" else "principal diagnosis"

    def basis(self, section: str, note: str = "") -> Basis:
        """A section of the guidelines, with the note that says so."""
        return Basis(f"guideline {section}", note, self.book.release)


def check_validity(diagnoses: Diagnoses) -> Iterator[Finding]:
    """Codes that are not to be reported at all: no codes of the day, or not complete; and codes given twice."""
    book = diagnoses.book
    for code, times in Counter(line.code for line in diagnoses.lines).items():
        if times > 1:
            message = f"{code} stands {times} times: each diagnosis is reported once"
            yield Finding("repeated-diagnosis", Severity.ERROR, (code,), message, diagnoses.basis("I.B.12"))
        entry = book.get(code)
        if entry is None:
            yield _elsewhere(code, diagnoses)
        elif not entry.billable:
            yield _incomplete(entry, diagnoses)


def _incomplete(entry: CodeEntry, diagnoses: Diagnoses) -> Finding:
    kind, section = ("seventh-character", "I.A.5") if entry.needs_seventh else ("not-billable", "I.B.2")
    once = f", since {entry.valid_to} was its last day as a code" if entry.valid_to is not None else ""
    message = f"{entry.code} ({entry.title}) is not complete{once}: it needs {missing(entry, diagnoses.book)}"
    return Finding(kind, Severity.ERROR, (entry.code,), message, diagnoses.basis(section))


def _elsewhere(code: str, diagnoses: Diagnoses) -> Finding:
    """A code of another release than the one in force."""
    entry, release = entry_of(code, diagnoses.book), diagnoses.book.release
    when = f"on {diagnoses.day}" if diagnoses.day is not None else f"in {release}"
    told = ""
    if entry is not None and entry.valid_to is not None:
        told = f": its last day is {entry.valid_to}"
    elif entry is not None and entry.valid_from is not None:
        told = f": its first day is {entry.valid_from}"
    elif entry is not None:
        told = f": it is of {entry.release}"
    message = f"{code} is not valid {when}{told}"
    return Finding("not-valid-on-date", Severity.ERROR, (code,), message, Basis(f"ICD-10-CM {release}"))


def check_excludes(diagnoses: Diagnoses) -> Iterator[Finding]:
    """Pairs of which an Excludes1 note says that they are not coded together."""
    book = diagnoses.book
    for one, other in itertools.combinations(diagnoses.candidates, 2):
        if is_acute_of(one, other) or is_acute_of(other, one):
            # I.B.8: the acute and the chronic form are both coded.
            continue
        pair = next(
            ((a, b) for a, b in ((one, other), (other, one)) if starts(b, excluded_by(book, a.coding.code))), None
        )
        if pair is None:
            continue
        code, excluded = (candidate.coding.code for candidate in pair)
        told = "report both only if the conditions are unrelated"
        severity = Severity.ERROR
        if is_plainly_unrelated(one, other):
            told, severity = f"{told}, as those of different chapters may be", Severity.WARNING
        message = f"{code} and {excluded} exclude one another (Excludes1): {told}"
        basis = diagnoses.basis("I.A.12.a", _note(book, code, "excludes1", excluded))
        yield Finding("excludes1", severity, (excluded, code), message, basis)


def _note(book: CodeBook, code: str, kind: str, wanted: str = "") -> str:
    """The line of a kind of note at a code or above it that names a code, and where it stands; else the first."""
    lines = list(_instructions(book, code, kind))
    told = next(((level, line) for level, line in lines if wanted and names(line, wanted)), lines[0] if lines else None)
    return f"{_CALLED[kind]} note at {told[0]}: {_bare(told[1])}" if told else ""


def _instructions(book: CodeBook, code: str, kind: str) -> Iterator[tuple[str, str]]:
    """The lines of a kind of note at a code and above it, each with the code it stands at."""
    for level in levels(book, code, blocks=kind == "excludes1"):
        yield from ((level.code, line) for line in getattr(level, kind))


def _bare(line: str) -> str:
    return line.strip(" ,:")


_CALLED = {
    "excludes1": "Excludes1", "code_first": "Code first", "use_additional": "Use additional code", "code_also": "Code also"
}  # fmt: skip


def check_sequence(diagnoses: Diagnoses) -> Iterator[Finding]:
    """Codes that stand before those they must follow, first where they must not be, or not first where they must."""
    candidates = diagnoses.candidates
    for place, later in enumerate(candidates):
        for other in candidates[place + 1 :]:
            if _follows(later, other, diagnoses.book):
                yield _before(later, other, diagnoses)
            elif is_acute_of(other, later):
                message = f"{other.coding.code} (acute) comes before {later.coding.code} (chronic)"
                codes = (later.coding.code, other.coding.code)
                yield Finding("sequence", Severity.WARNING, codes, message, diagnoses.basis("I.B.8"))
        if place and check_rules().first_listed.holds(later.coding.code):
            message = f"{later.coding.code} may only be the {diagnoses.first}, unless two encounters of the day are put together"
            yield Finding(
                "first-listed-only", Severity.WARNING, (later.coding.code,), message, diagnoses.basis("I.C.21.c.15")
            )
    if candidates and candidates[0].coding.code[0] in "VWXY":
        code = candidates[0].coding.code
        message = f"{code} is an external cause and never the {diagnoses.first}: the injury or condition comes first"
        yield Finding("external-cause-first", Severity.ERROR, (code,), message, diagnoses.basis("I.C.20.a.6"))


def _follows(candidate: Candidate, other: Candidate, book: CodeBook) -> bool:
    """Whether a Code First note at a code names another."""
    code, first = candidate.coding.code, other.coding.code
    return code != first and any(names(line, first) for _, line in _instructions(book, code, "code_first"))


def _before(later: Candidate, other: Candidate, diagnoses: Diagnoses) -> Finding:
    code, first = later.coding.code, other.coding.code
    what = "is a manifestation and " if is_manifestation(later) else ""
    message = f"{code} {what}stands before {first}, which is coded first"
    basis = diagnoses.basis("I.A.13", _note(diagnoses.book, code, "code_first", first))
    return Finding("sequence", Severity.ERROR, (code, first), message, basis)


def check_requests(diagnoses: Diagnoses) -> Iterator[Finding]:
    """What notes at the codes ask for and the claim does not have."""
    candidates, book = diagnoses.candidates, diagnoses.book
    for candidate in candidates:
        if not any(_follows(candidate, other, book) for other in candidates):
            yield from _without_first(candidate, diagnoses)
    for request in requests(candidates, book):
        if request.kind != "manifestation":
            message = f"{request.code} asks for a code from {_written(request.wanted)} too, if it applies"
            basis = diagnoses.basis("I.A.17", _note(book, request.code, request.kind, request.wanted[0]))
            yield Finding(request.kind.replace("_", "-"), Severity.HINT, (request.code,), message, basis)


def _without_first(candidate: Candidate, diagnoses: Diagnoses) -> Iterator[Finding]:
    """A code none of whose Code First notes names another of the claim; of a manifestation that is first, an error."""
    code, book = candidate.coding.code, diagnoses.book
    lines = [_bare(line) for _, line in _instructions(book, code, "code_first")]
    is_first, is_listed = code == diagnoses.entries[0].code, any(map(_NAMES_CODE.search, lines))
    of_another = is_manifestation(candidate)
    # A note that names no code is met by whatever stands before.
    if not (is_first and (of_another or lines)) and not is_listed:
        return
    shown = "; ".join(lines[:_LINES]) + (" ..." if len(lines) > _LINES else "")
    asked = f": {shown}" if shown else ""
    basis = diagnoses.basis("I.A.13", _note(book, code, "code_first"))
    if of_another and is_first:
        message = f"{code} is a manifestation and never the {diagnoses.first}: code first what it comes from{asked}"
        yield Finding("manifestation", Severity.ERROR, (code,), message, basis)
        return
    is_open = any(_IF_IT_APPLIES.search(line) or is_wide(line) for line in lines)
    severity = Severity.HINT if is_open else Severity.WARNING
    if of_another:
        message = f"{code} is a manifestation, and no other code is one that it comes from by its note{asked}"
        yield Finding("manifestation", severity, (code,), message, basis)
    else:
        message = f"{code} asks for another code before it{asked}"
        yield Finding("code-first", severity, (code,), message, basis)


_NAMES_CODE = re.compile(r"\b[A-Z]\d[0-9A-Z]")
_LINES = 3
"""Lines of a note that a message shows."""

_IF_IT_APPLIES = re.compile(r"if applicable|if known|\bany\b|such as|complicating|due to|associated", re.IGNORECASE)
"""In a Code First note that speaks of some of those who have the condition, or names some of the causes."""


def _written(prefixes: Prefixes) -> str:
    return listed([icd10cm.format(prefix) for prefix in prefixes], shown=6)


def check_sides(diagnoses: Diagnoses) -> Iterator[Finding]:
    """Codes of an unspecified side where others name it."""
    for entry in diagnoses.entries:
        told = [question for question in questions(entry, diagnoses.book) if _SIDE in question]
        if entry.billable and told:
            message = f"{entry.code} leaves the side open" + "".join(told[0].partition(_SIDE)[2:])
            yield Finding("side", Severity.HINT, (entry.code,), message, diagnoses.basis("I.B.13"))


_SIDE = ": side not stated (I.B.13)"


def check_diagnoses(diagnoses: Diagnoses) -> Iterator[Finding]:
    """All of the above."""
    checks = (check_validity, check_excludes, check_sequence, check_requests, check_sides)
    for check in checks:
        yield from check(diagnoses)
