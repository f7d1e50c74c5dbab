r"""Cases of operations: excerpts of reports with the CPT and HCPCS codes, modifiers and units that are reported of them.

One case a line, ``#`` starts a comment, ``= tag`` names the group that follows::

    = colorectal
    Ports placed. The rectum was mobilized ... => 45397 ! 45395
    {2026-03-14} Colonoscopy with biopsy and snare. J1885 x2 => 45385 45380-59 J1885 x2

Behind ``=>`` stands all that is reported, behind ``!`` what is tempting and wrong; ``\n`` is a line break.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from detect_icd.coding import CodeSystem, cpt, hcpcs, modifier
from detect_icd.evaluation.cases import Line, share
from detect_icd.evaluation.notes import Counts

if TYPE_CHECKING:
    from detect_icd.candidates import Candidate
    from detect_icd.detector import CodeDetector

_UNITS = re.compile(r"x(\d{1,3})")


class Service(NamedTuple):
    """A line of a claim."""

    code: str
    modifiers: frozenset[str] = frozenset()
    units: int = 1

    def __str__(self) -> str:
        return "-".join((self.code, *sorted(self.modifiers))) + (f" x{self.units}" if self.units > 1 else "")


@dataclass(frozen=True, slots=True)
class ServiceCase:
    """An excerpt and the services reported of it.

    Attributes:
        id: File and line.
        tag: The group it belongs to.
        text: Out of ``repr``.
        services: All that is reported.
        forbidden: Codes that must not be.
        service_date: The day of service, if it matters.
    """

    id: str
    tag: str
    text: str = field(repr=False)
    services: frozenset[Service]
    forbidden: frozenset[str]
    service_date: date | None = None

    @property
    def codes(self) -> frozenset[str]:
        """The codes reported."""
        return frozenset(service.code for service in self.services)


def read_service_cases(path: Path) -> Iterator[ServiceCase]:
    """The cases of a file, or of every ``*.txt`` file of a folder that has any, in order of name and line.

    Raises:
        DataError: There is none, or a line is no case or names what is no code; tells its number only.
    """
    for line in Line.read(path):
        with line.checked():
            reported, forbidden = _services(line.reported), _services(line.forbidden)
            day = next((date.fromisoformat(option) for option in line.options), None)
            codes = frozenset(service.code for service in forbidden)
            yield ServiceCase(line.id, line.tag, line.text, frozenset(reported), codes, day)


def _services(written: str) -> list[Service]:
    found: list[Service] = []
    for word in written.split():
        if units := _UNITS.fullmatch(word):
            if not found:
                raise ValueError(word)
            found[-1] = found[-1]._replace(units=int(units.group(1)))
            continue
        code, *modifiers = word.split("-")
        if not (cpt.is_valid(code) or hcpcs.is_valid(code)) or not all(map(modifier.is_valid, modifiers)):
            raise ValueError(word)
        found.append(Service(code, frozenset(modifiers)))
    return found


@dataclass(frozen=True, slots=True)
class ServiceOutcome:
    """What became of one case."""

    case: ServiceCase
    found: frozenset[Service]

    @property
    def codes(self) -> frozenset[str]:
        """The codes reported."""
        return frozenset(service.code for service in self.found)

    @property
    def counts(self) -> Counts:
        """Codes right, wrong and missed."""
        return Counts.of(self.codes, self.case.codes)

    @property
    def modifiers(self) -> Counts:
        """Modifiers right, wrong and missed, of the codes that are right."""
        right = self.codes & self.case.codes
        found, wanted = (
            frozenset(f"{s.code}-{m}" for s in lines for m in s.modifiers if s.code in right)
            for lines in (self.found, self.case.services)
        )
        return Counts.of(found, wanted)

    @property
    def is_right(self) -> bool:
        """Whether exactly what should be is reported, with modifiers and units."""
        return self.found == self.case.services

    @property
    def errors(self) -> int:
        """How many codes and modifiers are wrong or missed, and lines with other units."""
        counts = self.counts + self.modifiers
        return counts.wrong + counts.missed + len(self.found ^ self.case.services)


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """The outcomes of all cases; figures are micro-averaged."""

    outcomes: tuple[ServiceOutcome, ...]

    def worst(self, limit: int) -> list[ServiceOutcome]:
        """The cases with the most errors; none that is right."""
        ranked = sorted(self.outcomes, key=lambda outcome: -outcome.errors)
        return [outcome for outcome in ranked if outcome.errors][:limit]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        tags = dict.fromkeys(outcome.case.tag for outcome in self.outcomes)
        return {
            **_figures(self.outcomes),
            "modifiers": sum((outcome.modifiers for outcome in self.outcomes), Counts()).to_dict(),
            "forbidden": sum(len(outcome.case.forbidden) for outcome in self.outcomes),
            "forbidden_reported": sum(len(outcome.codes & outcome.case.forbidden) for outcome in self.outcomes),
            "tags": {tag: _figures([o for o in self.outcomes if o.case.tag == tag]) for tag in tags},
        }


def _figures(outcomes: Iterable[ServiceOutcome]) -> dict[str, Any]:
    known = list(outcomes)
    counts = sum((outcome.counts for outcome in known), Counts())
    right = sum(outcome.is_right for outcome in known)
    codes_right = sum(outcome.codes == outcome.case.codes for outcome in known)
    return {
        "cases": len(known),
        "wholly_right": share(right, len(known)),
        "codes_right": share(codes_right, len(known)),
        "codes": counts.to_dict(),
    }


def evaluate_services(cases: Iterable[ServiceCase], detector: CodeDetector) -> ServiceReport:
    """Runs the detector on each case; diagnoses are not counted."""
    outcomes = []
    for case in cases:
        detection = detector.detect(case.text, service_date=case.service_date)
        found = frozenset(_service(c) for c in detection.reported if c.coding.system is not CodeSystem.ICD10CM)
        outcomes.append(ServiceOutcome(case, found))
    return ServiceReport(tuple(outcomes))


def _service(candidate: Candidate) -> Service:
    return Service(candidate.coding.code, frozenset(candidate.modifiers), candidate.units)
