"""Pregnancy, childbirth and the puerperium (I.C.15): chapter 15 first, with trimester, weeks, outcome and supervision."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.matchers.special.births import born, outcome, weeks_code
from detect_icd.matchers.special.facts import billable_below, table
from detect_icd.matchers.special.obstetric_facts import Obstetrics, gestation_told, side_of_tube
from detect_icd.matchers.special.statement import PAST, Statement, of_note
from detect_icd.terms import rows
from detect_icd.whole_note import anywhere

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook, CodeEntry

_PHASES = {
    "pregnancy": (", {trimester} trimester", ", in pregnancy", " complicating pregnancy", " in pregnancy"),
    "childbirth": ("childbirth", ", {trimester} trimester"),
    "puerperium": ("puerperium", ", {trimester} trimester"),
}
_DIET = re.compile(r"\bdiet|\ba1 ?gdm|\bgdma1|\ba1dm\b", re.IGNORECASE)
_INSULIN = re.compile(
    r"\binsulin\b(?! (?:resist|not))|\bnph\b|\baspart\b|\blispro\b|\bglargine\b|\bdetemir\b", re.IGNORECASE
)
_ORAL = re.compile(r"\bmetformin\b|\bglyburide\b|\boral hypoglycemic", re.IGNORECASE)
_DISTURBED = re.compile(
    r"(?<!no )(?<!without )(?<!denies )(?<!not )\b(?:dehydrat\w+|ketosis|ketonuria|hypokalemia|(?:electrolyte|metabolic) (?:imbalance|disturbances?|derangements?|abnormalit\w+)|acidosis|alkalosis|hyponatremia)\b",
    re.IGNORECASE,
)
_ROUTINE = re.compile(
    r"\b(?:routine (?:prenatal|ob|antenatal)|prenatal (?:visit|care|check)|ob (?:routine )?visit|return ob|new ob|routine ob|normal pregnancy|low[- ]risk pregnancy|ob routine|uncomplicated pregnancy|supervision of (?:\w+ ){0,2}pregnancy|anc visit|antenatal (?:visit|check))\b",
    re.IGNORECASE,
)
_CESAREAN = re.compile(r"\b(?:ca?esarean|c-?section|c/s|[pr1]?ltcs)\b", re.IGNORECASE)
_NURSING = re.compile(r"\blactat|(?<!not )\bbreast-?feed|\bnursing\b|\bpumping\b", re.IGNORECASE)
_LOW_TRANSVERSE = re.compile(r"\blow transverse\b", re.IGNORECASE)
_BLEEDING = "N93"
_BLOOD_LOSS = "D62"
_ONSET = r"\b(?:labor|labou?ring|contractions?|ctx)\b(?: \w+){0,2}? (?:began|started|starting|onset|ensued|followed|came on|kicked in)\b(?: on (?:their|its|her) own)?[^.;\n]{0,15}?"
_LABOR = (
    ("1", re.compile(
        rf"{_ONSET}\b(?:(?:2[5-9]|[3-9]\d|1\d\d) ?h(?:rs?|ours?)?\b|(?:> ?24|more than 24) ?h|[2-9] days?\b)|\bprolonged (?:p?prom|rupture)\b|\b(?:> ?24|more than 24) ?h(?:rs?|ours?)? (?:after|of|since|post) (?:rupture|rom|prom|srom)|\blabor (?:\w+ )?(?:> ?24|more than 24|over 24|after 24|beyond 24) ?h",
        re.IGNORECASE)),
    ("0", re.compile(
        rf"{_ONSET}\b(?:[1-9]|1\d|2[0-4]) ?h(?:rs?|ours?)?\b|\b(?:onset of )?labor (?:\w+ )?within (?:24|\d+) ?h|\b(?:spontaneous )?labor (?:soon|shortly|right) after|\bwent into (?:spontaneous )?labor (?:[1-9]|1\d|2[0-4]) ?h",
        re.IGNORECASE)),
)  # fmt: skip
"""When labor set in after the membranes broke: within 24 hours (O42.0-), or later (O42.1-)."""
_ABORTIVE = ("O00", "O01", "O02", "O03", "O04", "O07", "O08", "Z332")
_TERM, _POST_TERM = 37, 41
_IRON = re.compile(r"(?<!no )(?<!without )\b(?:[Ii]ron[- ]deficien\w+|IDA)\b")
_BLEEDS = re.compile(
    r"(?<!no )(?<!denies )(?<!without )(?<!no vaginal )(?<!denies vaginal )(?<!no active )\b(?:painless|vaginal|active|heavy|bright red) (?:\w+ )?bleed(?:ing|s)?\b",
    re.IGNORECASE,
)
_WITH_BLEEDING = {"O44.0": "O44.1", "O44.2": "O44.3", "O44.4": "O44.5"}


@functools.cache
def _complicating() -> tuple[tuple[str, str, bool], ...]:
    known = [
        (prefix, heading, keep == "keep")
        for prefixes, heading, keep in rows("special/pregnancy.tsv", 3)
        for prefix in prefixes.split()
    ]
    return tuple(sorted(known, key=lambda row: -len(row[0])))


class _Known(NamedTuple):
    """What all candidates of a note say: their categories, and whether the pregnancy is said to be none of it."""

    kinds: frozenset[str]
    incidental: bool

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> _Known:
        kinds = frozenset(c.coding.code[:3] for c in candidates)
        return cls(kinds, any(c.coding.code == "Z33.1" and c.status is Status.PRESENT for c in candidates))


class PregnancyMatcher:
    """Turns what a note of a pregnancy says into chapter 15."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int, facts: Obstetrics) -> Iterator[Statement]:
        """The obstetric conditions of one sentence."""
        for rule, low, high in table("obstetric.tsv").find(note, start, end):
            code = self._specified(rule.code, note, _of_fetus(note, low, facts), note[low:high])
            if code is not None:
                yield Statement(
                    code,
                    low,
                    high,
                    f"obstetric/{rule.code}",
                    0.93,
                    (
                        "O",
                        "I10",
                        "N61",
                        "E11",
                        "N71",
                        "N85",
                        "S3",
                        "K83",
                        "O80",
                        "P",
                        "Z34",
                        "Z87",
                        "Z98",
                        "F32",
                        "N64",
                        "Q",
                        "T81",
                        "I49",
                    ),
                    despite=_despite(rule.code, note, low, facts),
                )

    def revise(self, candidates: list[Candidate], note: str, facts: Obstetrics) -> list[Candidate]:
        """All candidates of the note: conditions as what they complicate, codes with trimester, weeks, outcome."""
        revised: list[Candidate] = []
        known = _Known.of(candidates)
        for candidate in candidates:
            if candidate.coding.system is CodeSystem.ICD10CM and candidate.status is Status.PRESENT:
                revised.extend(self._complicated(candidate, known, facts))
            elif candidate.coding.system is CodeSystem.ICD10CM and candidate.status is Status.NEGATED:
                revised.extend([candidate, *self._complicated(candidate, known, facts)])
            elif candidate.coding.code.startswith("O"):
                revised.append(self._timed(candidate, facts))
            else:
                revised.append(candidate)
        revised = _settled(revised, facts)
        return [*revised, *self._encounter(revised, note, facts)]

    def _complicated(self, candidate: Candidate, known: _Known, facts: Obstetrics) -> Iterator[Candidate]:
        code = icd10cm.compact(candidate.coding.code)
        if code.startswith("O"):
            yield self._timed(candidate, facts)
            kind = {"O240": "E10", "O241": "E11"}.get(code[:4])
            if kind and candidate.status is Status.PRESENT and kind not in known.kinds:
                yield replace(
                    candidate, coding=self.book[f"{kind}.9"].coding, rules=(*candidate.rules, "obstetric/type")
                )
            return
        if known.incidental:
            yield candidate
            return
        found = next(((heading, keep) for prefix, heading, keep in _complicating() if code.startswith(prefix)), None)
        if code.startswith(_BLEEDING) and facts.stage == "pregnancy":
            found = ("O20.9" if facts.trimester == "first" or (facts.weeks or 99) < 20 else "O46.9", False)  # noqa: PLR2004 - early is before 20 weeks
        if found and code.startswith(("R80", "R60")) and not known.kinds.isdisjoint({"O11", "O13", "O14"}):
            return
        if code == _BLOOD_LOSS and facts.stage in {"childbirth", "puerperium"}:
            found = ("O90.81", True)
        if found and facts.stage == "puerperium":
            found = _AFTER_BIRTH.get(found[0], found[0]), found[1]
        full = self.resolve(found[0], facts) if found else None
        if found is None or full is None:
            yield candidate
            return
        yield replace(candidate, coding=self.book[full].coding, rules=(*candidate.rules, "obstetric/complicating"))
        if found[1]:
            yield candidate

    def _timed(self, candidate: Candidate, facts: Obstetrics) -> Candidate:
        """An O code that leaves the trimester or the phase open, as the note's weeks and stage have it."""
        entry = self.book.get(candidate.coding.code)
        if entry is None:
            return candidate
        title = entry.title.lower()
        if "trimester" not in title and "in pregnancy" not in title:
            return candidate
        if "unspecified trimester" not in title and facts.stage == "pregnancy":
            return candidate
        other = self._other_time(entry, facts)
        return (
            replace(candidate, coding=other.coding, rules=(*candidate.rules, "obstetric/time"))
            if other is not None
            else candidate
        )

    def _other_time(self, entry: CodeEntry, facts: Obstetrics) -> CodeEntry | None:
        for above in self.book.ancestors(entry.code)[:3]:
            if above.kind not in {"category", "code"}:
                break
            same = [
                found for found in billable_below(self.book, above.code) if _plain(found.title) == _plain(entry.title)
            ]
            chosen = _at(same, facts)
            if chosen is not None and chosen.code != entry.code:
                return chosen
        return None

    def _specified(self, heading: str, note: str, facts: Obstetrics, words: str) -> str | None:
        if heading == "O24.4":
            way = (
                "insulin"
                if anywhere(_INSULIN, note)
                else "oral"
                if anywhere(_ORAL, note)
                else "diet"
                if anywhere(_DIET, note)
                else "unspecified control"
            )
            place = {"childbirth": "O24.42", "puerperium": "O24.43"}.get(facts.stage, "O24.41")
            codes = [found for found in billable_below(self.book, place) if way in found.title.lower()]
            return codes[0].code if codes else None
        if heading == "O21.0" and anywhere(_DISTURBED, note):
            return "O21.1"
        heading = _as_told(heading, note, facts)
        if heading in {"O91.1", "O91.2"}:
            nursing = anywhere(_NURSING, note)
            return heading + (
                "3"
                if nursing
                else "2"
                if facts.stage != "pregnancy"
                else {"first": "11", "second": "12", "third": "13"}.get(facts.trimester, "19")
            )
        if heading in {"O00.10", "O00.20"}:
            return heading + {"right": "1", "left": "2"}.get(side_of_tube(words) or side_of_tube(note), "9")
        if heading == "O34.21":
            return "O34.211" if anywhere(_LOW_TRANSVERSE, note) else "O34.219"
        return self.resolve(heading, facts)

    def resolve(self, heading: str, facts: Obstetrics) -> str | None:
        """The billable code under a heading for the stage, the trimester and the fetus."""
        entry = self.book.get(heading)
        if entry is None:
            return None
        if entry.billable:
            return entry.code
        chosen = _at(billable_below(self.book, entry.code), facts)
        return chosen.code if chosen is not None else None

    def _encounter(self, candidates: Sequence[Candidate], note: str, facts: Obstetrics) -> Iterator[Candidate]:
        present = [c for c in candidates if c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM]
        obstetric = [c for c in present if c.coding.code.startswith("O")]
        if facts.stage == "childbirth":
            if not obstetric and not _CESAREAN.search(note):
                yield of_note(self.book["O80"], note, "obstetric/delivery")
            yield of_note(self.book[outcome(note)], note, "obstetric/outcome", born(note))
        supervised = facts.stage == "pregnancy" and not obstetric and _ROUTINE.search(note) is not None
        if supervised:
            kind = "Z34.9" if facts.gravida is None else "Z34.0" if facts.gravida == 1 else "Z34.8"
            if code := self.resolve(kind, facts):
                yield of_note(self.book[code], note, "obstetric/supervision")
        anemic = any(c.coding.code.startswith("O99.0") for c in obstetric)
        if anemic and _IRON.search(note) and not any(c.coding.code.startswith("D5") for c in present):
            yield of_note(self.book["D50.9"], note, "obstetric/type")
        abortive = any(icd10cm.compact(c.coding.code).startswith(_ABORTIVE) for c in present)
        if (
            facts.weeks is not None
            and facts.stage != "puerperium"
            and not abortive
            and (obstetric or supervised or facts.stage == "childbirth")
        ):
            yield of_note(self.book[weeks_code(facts.weeks)], note, "obstetric/weeks", gestation_told(note))


_AFTER_BIRTH = {
    "O22.0": "O87.4",
    "O22.2": "O87.0",
    "O22.3": "O87.1",
    "O22.4": "O87.2",
    "O23.0": "O86.21",
    "O23.1": "O86.22",
    "O23.2": "O86.22",
    "O23.4": "O86.20",
    "O23.52": "O86.19",
}
"""Headings of pregnancy to those of the puerperium."""


def _of_fetus(note: str, start: int, facts: Obstetrics) -> Obstetrics:
    """The facts for the fetus that a condition is told of: "twin B breech"."""
    told = [*_FETUS_OF.finditer(note, max(0, start - _BESIDE), start)]
    of = told[-1] if told else _OF_FETUS.match(note, start)
    return replace(facts, fetus=str("ABC".index(of[1].upper()) + 1)) if of else facts


_BESIDE = 20
"""Characters before a condition in which its fetus stands."""
_OF_FETUS = re.compile(r"[\w -]{4,30}? (?:of|in|for) (?:twin|fetus|baby|triplet) ([ABC])\b", re.IGNORECASE)
_FETUS_OF = re.compile(
    r"\b(?:twin|fetus|baby|triplet) ([ABC])\b(?: (?:is|was|in|now))?[ :,(]*(?:[\w-]+ )?$", re.IGNORECASE
)


def _despite(heading: str, note: str, start: int, facts: Obstetrics) -> tuple[Status, ...]:
    """What words before a condition say without meaning it: "s/p c/s for arrest of dilation" tells of this birth."""
    if heading.startswith("O09"):
        return PAST
    if facts.stage == "pregnancy" and heading.startswith(_OF_THIS_ONE):
        item = note[max(0, start - _BEFORE) : start].rpartition(",")
        return (Status.HISTORICAL,) if item[1] and not _EARLIER.search(item[2]) else ()
    is_of_birth = facts.stage in {"childbirth", "puerperium"} and heading.startswith(("O4", "O6", "O7"))
    if is_of_birth and not _EARLIER.search(note, max(0, start - _BEFORE), start):
        return (Status.HISTORICAL,)
    return ()


_OF_THIS_ONE = ("O30", "O36", "O40", "O41", "O43", "O44")
"""What scans find: in a list behind an earlier birth ("prior cesarean, low-lying placenta") it is of this pregnancy."""

_BEFORE = 40
"""Characters before a condition that tell of another birth."""

_EARLIER = re.compile(r"\b(?:prior|previous\w*|history|hx|h/o|last|first|(?:19|20)\d\d)(?!\w)[^.;\n]*$", re.IGNORECASE)


def _as_told(heading: str, note: str, facts: Obstetrics) -> str:
    """A heading as weeks, bleeding, delivery and earlier pregnancies make it."""
    if facts.gravida == 1:
        heading = {"O09.52": "O09.51", "O09.62": "O09.61"}.get(heading, heading)
    if facts.weeks is not None:
        is_term = facts.weeks >= _TERM
        if heading in {"O42.9", "O42.91"}:
            when = next((character for character, told in _LABOR if anywhere(told, note)), "9")
            heading = f"O42.{when}{'2' if is_term else '1'}"
        elif heading == "O47":
            heading = "O47.1" if is_term else "O47.0"
        elif heading == "O48.0" and facts.weeks > _POST_TERM:
            heading = "O48.1"
    if heading in _WITH_BLEEDING and anywhere(_BLEEDS, note):
        heading = _WITH_BLEEDING[heading]
    if heading == "O60.0" and facts.stage == "childbirth":
        heading = "O60.14" if facts.trimester == "third" else "O60.1"
    return heading


def _settled(candidates: list[Candidate], facts: Obstetrics) -> list[Candidate]:
    """Without a normal delivery beside a complication, and without signs that chapter 15 has a code for."""
    present = [c.coding.code for c in candidates if c.status is Status.PRESENT]
    complicated = any(code.startswith("O") and code != "O80" for code in present)
    drop: tuple[str, ...] = ("O80", "O82", "Z34") if complicated else ()
    if facts.stage == "puerperium":
        drop = (*drop, "O80", "O82")
    if facts.stage in {"childbirth", "puerperium"}:
        drop = (*drop, "N85")
    for told, implied in _IMPLIED:
        if any(code.startswith(told) for code in present):
            drop = (*drop, *implied)
    if "O21.1" in present and not any(code[0] == "E" and not code.startswith(("E86", "E87")) for code in present):
        drop = (*drop, "O99.28")
    if "R51" in drop and not any(code.startswith(("R10", "R42")) for code in present):
        drop = (*drop, "O26.89")
    if any(code.startswith("O") and not code.startswith("O09.9") for code in present):
        drop = (*drop, "O09.9")
    return [c for c in candidates if not (drop and c.status is Status.PRESENT and c.coding.code.startswith(drop))]


_IMPLIED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("O85", "O86", "O91"), ("L53", "R50", "A49", "O98.83", "B99")),
    (("O26.64",), ("L29", "O99.71")),
    (("O11", "O14", "O15"), ("R51", "R03")),
    (("O21.0", "O21.1"), ("O21.9", "R11")),
    (("O21.1",), ("E86",)),
    (("O02", "O03", "O04", "O07"), ("O73",)),
    (("O44.1", "O44.3", "O44.5", "O45"), ("O46", "N93")),
    (("O72.0", "O72.2"), ("O73",)),
    (("O62.0",), ("O62.1",)),
    (("O34.2",), ("Z98.891",)),
)
"""Codes (prefixes) to what they tell of already (I.B.5)."""

_TIME = re.compile(
    r",? (?:complicating |in )?(?:the )?(?:(?:first|second|third|unspecified) trimester|pregnancy|childbirth|puerperium)\b|, fetus \d|, not applicable or unspecified|, other fetus"
)


def _plain(title: str) -> str:
    return _TIME.sub("", title.lower()).strip()


def _at(entries: Sequence[CodeEntry], facts: Obstetrics) -> CodeEntry | None:
    """Of codes that differ in time and fetus the one of the note."""
    # What tells of labor and birth in different trimesters is the last to be thought of.
    entries = sorted(entries, key=lambda e: len({*re.findall(r"(\w+) trimester", e.title.lower())}) > 1)
    fitting = [e for e in entries if len(icd10cm.compact(e.code)) < 7 or icd10cm.compact(e.code)[6] == facts.fetus]  # noqa: PLR2004 - the fetus is the seventh
    wanted = [
        pattern.format(trimester=facts.trimester or "unspecified")
        for pattern in _PHASES[facts.stage if facts.stage in _PHASES else "pregnancy"]
    ]
    trimester = f"{facts.trimester or 'unspecified'} trimester"
    for words in (*wanted, trimester, "unspecified"):
        for entry in fitting:
            title = entry.title.lower()
            if words in title and not (facts.stage == "pregnancy" and "trimester" in title and trimester not in title):
                return entry
    return fitting[0] if len(fitting) == 1 else next((e for e in fitting if "unspecified" in e.title.lower()), None)
