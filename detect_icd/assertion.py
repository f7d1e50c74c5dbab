"""How the note speaks of a mention: ConText's cues, scopes and terminators, and what each section says beforehand."""

from __future__ import annotations

import bisect
import functools
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

from detect_icd.candidates import Status
from detect_icd.coding import icd10cm
from detect_icd.cue_phrases import CuePhrases
from detect_icd.enumerations import ITEM, is_aside, is_next_item
from detect_icd.note_memory import of_note
from detect_icd.ready import read_toml
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data
from redactphi.spans import Span

DIRECTIONS = ("forward", "backward", "both", "pseudo", "terminate")
Range = tuple[int, int]
"""Where something starts and ends."""

WORD = re.compile(r"[^\W_]+")
"""A word as the tables of circumstances and substances know it."""

_COUNTED = re.compile(r"\b[a-z]{2,}\b")
_LIST_ITEM = re.compile(r",|;|/|\bor\b|\bnor\b|\band\b|\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CueRule:
    """A family of phrases that say the same of what stands near them.

    Attributes:
        name: Unique in the file.
        phrases: Regular expressions, matched at word borders without regard to case.
        direction: Where the mention stands as seen from the cue; ``pseudo`` cancels the cues inside it,
            ``terminate`` ends every scope.
        status: What it says; none for ``pseudo`` and ``terminate``.
        max_words: How far it reaches, in words; 0 reaches to the end of its clause.
        ends: Statuses, and names of rules, whose scope a ``terminate`` cue ends; empty ends all.
        breaks: Whether it also ends the scopes of other cues, as a ``terminate`` cue does.
        cancels: Statuses it takes back, the section's included.
        stops: Characters it does not reach over.
        through: Code prefixes of mentions it reaches in spite of them.
        inside: Whether it speaks of a mention too whose words stand around it ("STEMI, inferior, 3 months ago, RCA").
        own: Whether it speaks of the item of a list it stands in alone ("HTN, AKI resolved").
        only: Code prefixes (no dots) it speaks of; empty speaks of all.
        spares: Code prefixes it does not speak of.
        matches: Texts in which the mention in brackets gets this status.
        ignores: Texts in which the mention in brackets does not get it.
    """

    name: str
    phrases: tuple[str, ...]
    direction: str
    status: str = ""
    max_words: int = 0
    ends: tuple[str, ...] = ()
    breaks: bool = False
    cancels: tuple[str, ...] = ()
    stops: str = ""
    through: tuple[str, ...] = ()
    inside: bool = False
    own: bool = False
    only: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Self:
        """A rule from a TOML table.

        Raises:
            RuleError: A key is unknown or a required one is missing.
            UnknownNameError: The direction or status is not a valid one.
        """
        valid = [field.name for field in fields(cls)]
        name = raw.get("name", "?")
        if unknown := sorted(set(raw) - set(valid)):
            raise RuleError(f"context.toml/{name}: unknown keys {unknown}; valid: {', '.join(valid)}")
        if missing := [key for key in ("name", "phrases", "direction") if not raw.get(key)]:
            raise RuleError(f"context.toml/{name}: {', '.join(missing)} missing or empty")
        if raw["direction"] not in DIRECTIONS:
            raise UnknownNameError("direction", raw["direction"], DIRECTIONS)
        statuses = [raw.get("status", "")] if raw["direction"] not in {"pseudo", "terminate"} else []
        for status in (*statuses, *raw.get("cancels", ())):
            _status(status)
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
        return cls(**values)

    def speaks_of(self, code: str) -> bool:
        """Whether it says anything of a mention of this code (no dots; empty where none is known)."""
        return not (self.only and not code.startswith(self.only)) and not (self.spares and code.startswith(self.spares))


class Cue(NamedTuple):
    """A cue found in a sentence."""

    start: int
    end: int
    rule: CueRule


class Assertion(NamedTuple):
    """The status of a mention and the span that says so (none where the section or nothing says it)."""

    status: Status
    cue: Span | None = None
    rule: str = ""


def _status(name: str) -> Status:
    try:
        return Status(name)
    except ValueError:
        raise UnknownNameError("status", name, [str(status) for status in Status]) from None


# Which statement wins where several reach a mention.
_PRECEDENCE = (
    Status.NEGATED, Status.FAMILY, Status.HYPOTHETICAL, Status.PLANNED, Status.UNCERTAIN, Status.HISTORICAL,
    Status.PRESENT,
)  # fmt: skip


class ContextRules:
    """The cues of ``context.toml``, compiled to one scan a sentence, and the sections' priors."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        if unknown := sorted(set(raw) - {"cue", "section"}):
            raise RuleError(f"context.toml: unknown keys {unknown}; valid: cue, section")
        self.rules = tuple(CueRule.from_mapping(table) for table in raw["cue"])
        self.priors = {name: _status(status) for name, status in raw.get("section", {}).items()}
        self._phrases = CuePhrases((phrase, rule) for rule in self.rules for phrase in rule.phrases)

    def cues(self, text: str, start: int, end: int) -> list[Cue]:
        """The cues of a sentence, in order; the longest phrase wins, so a pseudo cue swallows the one inside it."""
        read = _read(self, text)
        found = read.get((start, end))
        if found is None:
            found = read[start, end] = self._cues(text, start, end)
        return found

    def _cues(self, text: str, start: int, end: int) -> list[Cue]:
        found: list[Cue] = []
        position = start
        for low, phrases in self._phrases.within(text, start, end):
            if low < position:
                continue
            said = ""
            for phrase in phrases:
                rule = phrase.rule
                if said not in {"", rule.status}:
                    continue
                if match := phrase.pattern.match(text, low, end):
                    position, said = max(position, match.end()), rule.status
                    found.append(Cue(match.start(), match.end(), rule))
                    # What speaks of some conditions only leaves the others to a shorter phrase that says the same.
                    if not rule.only:
                        break
        return found


@of_note(64)
def _read(rules: ContextRules, text: str) -> dict[Range, list[Cue]]:  # noqa: ARG001 - what is remembered of both
    """The cues of the sentences of a note that were asked for: several matchers ask for the same."""
    return {}


@functools.cache
def context_rules() -> ContextRules:
    """The packaged cues."""
    return ContextRules(read_toml(data("detect_icd") / "context.toml"))


def assess(  # noqa: PLR0917 - a mention and its sentence, each with start and end
    text: str, cues: list[Cue], start: int, end: int, section: str, bounds: Range, code: str = ""
) -> Assertion:
    """The status of the mention at ``start``-``end``.

    Args:
        text: The whole note.
        cues: The cues of the mention's sentence.
        start: Where the mention starts.
        end: One past where it ends.
        section: Canonical name of its section.
        bounds: Where its sentence starts and ends.
        code: The code the mention leads to, without dots: some cues speak of some conditions only.
    """
    said: dict[Status, Cue] = {}
    cancelled: set[str] = set()
    cues = _near(cues, start, end)
    for written in cues:
        cue = _behind(text, written, start, end)
        is_inside = cue.rule.inside and start < cue.start and cue.end < end
        if cue.rule.direction in {"pseudo", "terminate"} or (cue.start < end and start < cue.end and not is_inside):
            continue
        rule, status = cue.rule, Status(cue.rule.status)
        nearer = status not in said or 0 < rule.max_words < said[status].rule.max_words
        # Whether it reaches is dear to tell.
        if not nearer and cancelled.issuperset(rule.cancels):
            continue
        if rule.speaks_of(code) and (
            is_inside or (_within(cue, bounds) and _reaches(text, cues, cue, (start, end), code))
        ):
            if nearer:
                said[status] = cue
            cancelled.update(rule.cancels)
    for status in _PRECEDENCE:
        if (found := said.get(status)) is not None and status not in cancelled:
            evidence = Span(found.start, found.end, "status", source=f"context/{found.rule.name}")
            return Assertion(status, evidence, found.rule.name)
    prior = context_rules().priors.get(section, Status.PRESENT)
    goes_on = (
        prior is Status.UNCERTAIN
        and code.startswith(_SIGNS)
        and not text[max(0, bounds[0] - _GAP) : bounds[0]].rstrip().endswith(":")
    )
    if prior in cancelled or goes_on:
        prior = Status.PRESENT
    return Assertion(prior, None, f"section-{section}" if prior is not Status.PRESENT else "")


_SIGNS = "R"
"""What a working diagnosis is to explain is seen, and no more uncertain for being told behind it."""


_GAP = 3
"""Characters before a sentence in which the heading it stands under ends."""


def _near(cues: list[Cue], start: int, end: int) -> list[Cue]:
    """The cues that a mention may hang on: what goes on without an end (a table, a list of thousands) is read in linear time."""
    first = bisect.bisect_left(cues, start - _FARTHEST, key=_cue_start)
    return cues[first : bisect.bisect_right(cues, end + _FARTHEST, key=_cue_start)]


_cue_start = operator.attrgetter("start")
_FARTHEST = 1_000
"""Characters between a cue and its mention at most."""


def _behind(text: str, cue: Cue, start: int, end: int) -> Cue:
    """A cue that begins with the last words of the mention ("depression screen negative"), without them."""
    if cue.rule.direction in {"backward", "both"} and start < cue.start < end < cue.end:
        left = text[end : cue.end].lstrip()
        return cue._replace(start=cue.end - len(left))
    if cue.rule.direction == "forward" and cue.start < start < cue.end < end and _HISTORY.match(text, start):
        # "No hx of asthma": the mention has the last words of the cue.
        return cue._replace(end=start)
    return cue


_HISTORY = re.compile(r"(?:hx|history|h/o)\b", re.IGNORECASE)


def _within(cue: Cue, bounds: Range) -> bool:
    return bounds[0] <= cue.start and cue.end <= bounds[1]


def _reaches(text: str, cues: list[Cue], cue: Cue, mention: Range, code: str) -> bool:
    start, end = mention
    if cue.end <= start and cue.rule.direction in {"forward", "both"}:
        low, high = cue.end, start
    elif end <= cue.start and cue.rule.direction in {"backward", "both"}:
        low, high = end, cue.start
    else:
        return False
    for other in cues:
        if other is cue or not low <= other.start < high:
            continue
        rule = other.rule
        ends = rule.breaks or rule.direction == "terminate"
        if ends and (not rule.ends or cue.rule.status in rule.ends or cue.rule.name in rule.ends):
            return False
    if cue.rule.stops and any(letter in cue.rule.stops for letter in text[low:high]):
        return bool(cue.rule.through) and code.startswith(cue.rule.through) and not is_next_item(text, low, high)
    if is_next_item(text, low, high) or (cue.rule.direction == "forward" and is_aside(text, low, high)):
        return False
    if cue.rule.own and ITEM.search(text, low, high) and not code.startswith(cue.rule.through):
        return False
    return not cue.rule.max_words or _words_between(text, low, high) <= cue.rule.max_words


def _words_between(text: str, low: int, high: int) -> int:
    """The most words of one item between. Names and dates do not count: redacting them changes nothing."""
    # A list shares its cue.
    return max(len(_COUNTED.findall(item)) for item in _LIST_ITEM.split(text[low:high]))


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence with what is needed to say how it speaks of a mention.

    Attributes:
        text: The whole note.
        bounds: Where it starts and ends.
        section: Canonical name of its section.
    """

    text: str
    bounds: Range
    section: str

    def assess(self, start: int, end: int, code: str) -> Assertion:
        """The status of the mention of a code at ``start``-``end``."""
        # Most sentences are never asked: their cues are not looked for.
        cues = context_rules().cues(self.text, *self.bounds)
        return assess(self.text, cues, start, end, self.section, self.bounds, icd10cm.compact(code))
