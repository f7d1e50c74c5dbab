r"""Cases: short texts whose mentions are marked with code and status, and what may and must not be reported of them.

One case a line, ``#`` starts a comment, ``= tag`` names the group that follows::

    = negation
    Pt with [HTN](I10). Denies [CP](R07.9 negated). => I10 ! R07.9
    {inpatient} DISCHARGE DIAGNOSIS: Probable [pneumonia](J18.9 uncertain). => J18.9
    {2026-03-14} PMH:\n1. [Gout](M10.9 historical) => M10.9

Behind ``=>`` stands all that is reported, behind ``!`` what is tempting and wrong; ``\n`` is a line break.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from detect_icd.candidates import Status
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.evaluation.notes import Counts
from detect_icd.sections import find_sections, section_at
from redactphi.errors import DataError

if TYPE_CHECKING:
    from detect_icd.candidates import Detection
    from detect_icd.detector import CodeDetector
    from detect_icd.guidelines import Setting

_CASE = re.compile(r"(?P<options>(?:\{[^{}]*\}\s*)*)(?P<text>.*?)\s*=>(?P<reported>[^!]*)(?:!(?P<forbidden>.*))?")
_MARK = re.compile(r"\[(?P<words>[^\[\]]+)\]\((?P<code>[^()\s]*)(?:\s(?P<status>[^()]*))?\)")
_OPTION = re.compile(r"\{([^{}]*)\}")
_CATEGORY = 3
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class CodedMention:
    """Words of a case with their code and how the text speaks of them."""

    start: int
    end: int
    code: str
    status: Status


@dataclass(frozen=True, slots=True)
class Case:
    """A text and what is to be made of it.

    Attributes:
        id: File and line.
        tag: The group it belongs to.
        text: Without its markup; out of ``repr``.
        mentions: The words marked.
        reported: Every code that is reported.
        forbidden: Codes that must not be.
        setting: ``outpatient`` or ``inpatient``.
        service_date: The day of service, if it matters.
    """

    id: str
    tag: str
    text: str = field(repr=False)
    mentions: tuple[CodedMention, ...]
    reported: frozenset[str]
    forbidden: frozenset[str]
    setting: Setting = "outpatient"
    service_date: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file of cases, taken apart.

    Attributes:
        id: File and line.
        tag: The group it belongs to.
        options: What stands in braces before the text.
        text: With its markup; out of ``repr``.
        reported: What stands behind ``=>``.
        forbidden: What stands behind ``!``.
    """

    id: str
    tag: str
    options: tuple[str, ...]
    text: str = field(repr=False)
    reported: str = field(repr=False)
    forbidden: str = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Iterator[Self]:
        """The lines of a file, or of every ``*.txt`` file of a folder that has any, in order of name and line.

        Raises:
            DataError: There is none, or a line is no case; tells its number only.
        """
        files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
        if not files:
            raise DataError(f"{path.name}: no file of cases (*.txt) in the folder")
        for file in files:
            tag = file.stem
            try:
                lines = file.read_text(encoding="utf-8").splitlines()
            except UnicodeDecodeError:
                raise DataError(f"{file.name}: not UTF-8") from None
            for number, line in enumerate(lines, 1):
                if not line.strip() or line.startswith("#"):
                    continue
                if line.startswith("= "):
                    tag = line[2:].strip()
                    continue
                yield cls._parted(line, tag, f"{file.name}:{number}")

    @classmethod
    def _parted(cls, line: str, tag: str, id: str) -> Self:
        match = _CASE.fullmatch(line.strip())
        if match is None:
            raise DataError(f"{id}: a case is a text, =>, and codes")
        options = tuple(_OPTION.findall(match["options"]))
        text = match["text"].replace("\\n", "\n")
        return cls(id, tag, options, text, match["reported"] or "", match["forbidden"] or "")

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Names the line of what is not valid in it.

        Raises:
            DataError: Instead of the ``ValueError`` within.
        """
        try:
            yield
        except ValueError as error:
            raise DataError(f"{self.id}: an option, code or status is not valid") from error


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a file, or of every ``*.txt`` file of a folder that has any, in order of name and line.

    Raises:
        DataError: There is none, or a line is no case or names a code or status that is none; tells its number only.
    """
    for line in Line.read(path):
        setting: Setting = "outpatient"
        day: date | None = None
        with line.checked():
            for option in line.options:
                if option == "inpatient":
                    setting = "inpatient"
                elif option != "outpatient":
                    day = date.fromisoformat(option)
            text, mentions = _unmarked(line.text)
            reported, forbidden = _codes(line.reported), _codes(line.forbidden)
        yield Case(line.id, line.tag, text, mentions, reported, forbidden, setting, day)


def _unmarked(marked: str) -> tuple[str, tuple[CodedMention, ...]]:
    parts, mentions, position, length = [], [], 0, 0
    for match in _MARK.finditer(marked):
        before = marked[position : match.start()]
        start = length + len(before)
        length = start + len(match["words"])
        parts += [before, match["words"]]
        mentions.append(CodedMention(start, length, _code(match["code"]), Status(match["status"] or "present")))
        position = match.end()
    return "".join((*parts, marked[position:])), tuple(mentions)


def _codes(words: str) -> frozenset[str]:
    return frozenset(_code(word) for word in words.split())


def _code(written: str) -> str:
    if not icd10cm.is_valid(written):
        raise ValueError
    return icd10cm.format(written)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: codes reported, and each mention's section and the status it was found with, if it was."""

    case: Case
    found: frozenset[str]
    statuses: tuple[Status | None, ...]
    sections: tuple[str, ...]

    @property
    def counts(self) -> Counts:
        """Codes right, wrong and missed."""
        return Counts.of(self.found, self.case.reported)

    @property
    def forbidden(self) -> frozenset[str]:
        """Reported, and must not be."""
        return self.found & self.case.forbidden

    @property
    def is_right(self) -> bool:
        """Whether exactly what should be is reported."""
        return self.found == self.case.reported

    @property
    def astray(self) -> list[tuple[CodedMention, Status | None]]:
        """The mentions not read as they are meant, with how they were."""
        pairs = zip(self.case.mentions, self.statuses, strict=True)
        return [(mention, got) for mention, got in pairs if got is not mention.status]

    @property
    def errors(self) -> int:
        """How many codes are wrong or missed, and mentions not read as they are meant."""
        return self.counts.wrong + self.counts.missed + len(self.astray)


@dataclass(frozen=True, slots=True)
class CaseReport:
    """The outcomes of all cases; figures are micro-averaged."""

    outcomes: tuple[Outcome, ...]

    def counts(self, where: Callable[[Case], bool] = lambda _: True) -> Counts:
        """Codes right, wrong and missed in the cases of a kind."""
        return sum((outcome.counts for outcome in self.outcomes if where(outcome.case)), Counts())

    @property
    def tags(self) -> tuple[str, ...]:
        """The groups, in order."""
        return tuple(dict.fromkeys(outcome.case.tag for outcome in self.outcomes))

    def statuses(self) -> dict[Status, tuple[int, int]]:
        """For each status, how many mentions have it, and how many of them were found with it."""
        return _tally(
            (mention.status, got is mention.status)
            for outcome in self.outcomes
            for mention, got in zip(outcome.case.mentions, outcome.statuses, strict=True)
        )

    def sections(self) -> dict[str, tuple[int, int]]:
        """For each section, how many mentions stand in it, and how many of them were read as they are meant."""
        return _tally(
            (section, got is mention.status)
            for outcome in self.outcomes
            for mention, got, section in zip(outcome.case.mentions, outcome.statuses, outcome.sections, strict=True)
        )

    def worst(self, limit: int) -> list[Outcome]:
        """The cases with the most errors; none that is right."""
        ranked = sorted(self.outcomes, key=lambda outcome: -outcome.errors)
        return [outcome for outcome in ranked if outcome.errors][:limit]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        statuses = self.statuses()
        mentions, right = (sum(values) for values in zip(*statuses.values(), strict=True)) if statuses else (0, 0)
        return {
            "cases": len(self.outcomes),
            "wholly_right": share(sum(outcome.is_right for outcome in self.outcomes), len(self.outcomes)),
            "forbidden": sum(len(outcome.case.forbidden) for outcome in self.outcomes),
            "forbidden_reported": sum(len(outcome.forbidden) for outcome in self.outcomes),
            "codes": self.counts().to_dict(),
            "status": {
                "mentions": mentions,
                "accuracy": share(right, mentions),
                "macro": share(sum(hit / total for total, hit in statuses.values()), len(statuses)),
                "each": {
                    str(status): {"mentions": total, "accuracy": share(hit, total)}
                    for status, (total, hit) in sorted(statuses.items())
                },
            },
            "sections": {
                section: {"mentions": total, "accuracy": share(hit, total)}
                for section, (total, hit) in sorted(self.sections().items())
            },
            "tags": {tag: self._tag(tag) for tag in self.tags},
        }

    def _tag(self, tag: str) -> Mapping[str, float]:
        outcomes = [outcome for outcome in self.outcomes if outcome.case.tag == tag]
        right = sum(outcome.is_right for outcome in outcomes)
        counts = self.counts(lambda case: case.tag == tag)
        return {"cases": len(outcomes), "wholly_right": share(right, len(outcomes)), **counts.to_dict()}


def _tally(pairs: Iterable[tuple[_Key, bool]]) -> dict[_Key, tuple[int, int]]:
    """For each key how many pairs have it, and how many of them are right."""
    table: dict[_Key, tuple[int, int]] = {}
    for key, is_right in pairs:
        total, right = table.get(key, (0, 0))
        table[key] = total + 1, right + is_right
    return table


def share(part: float, whole: int) -> float:
    """A part of a whole, to three places; nothing of nothing."""
    return round(part / whole, 3) if whole else 0.0


def evaluate_cases(
    cases: Iterable[Case], detectors: Mapping[Literal["outpatient", "inpatient"], CodeDetector]
) -> CaseReport:
    """Runs the detector of each case's setting on it; CPT and HCPCS codes are not counted."""
    outcomes = []
    for case in cases:
        detection = detectors[case.setting].detect(case.text, service_date=case.service_date)
        found = frozenset(
            candidate.coding.code for candidate in detection.reported if candidate.coding.system is CodeSystem.ICD10CM
        )
        statuses = tuple(_status(detection, mention) for mention in case.mentions)
        sections = find_sections(case.text)
        places = tuple(section_at(sections, mention.start).name for mention in case.mentions)
        outcomes.append(Outcome(case, found, statuses, places))
    return CaseReport(tuple(outcomes))


def _status(detection: Detection, mention: CodedMention) -> Status | None:
    """How the words were read: by the candidates that stand on them, those of the mention's category before others."""
    standing = [
        candidate
        for candidate in detection.candidates
        if any(
            span.label != "status" and span.start < mention.end and mention.start < span.end
            for span in candidate.evidence
        )
    ]
    own = [candidate for candidate in standing if candidate.coding.code[:_CATEGORY] == mention.code[:_CATEGORY]]
    read = [candidate.status for candidate in own or standing]
    return mention.status if mention.status in read else next(iter(read), None)
