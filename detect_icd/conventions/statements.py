"""Complications of care that notes put in prose no title has (I.B.16): a linked complication, and which organ's it is."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.conventions.docket import Docket, Prefixes, starts
from detect_icd.conventions.surroundings import number, numbered
from detect_icd.ready import read_toml
from detect_icd.rule_rows import build
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.candidates import Candidate
    from detect_icd.codebook import CodeBook

_DENIED = re.compile(
    r"\b(?:not (?:a|felt to be a|considered a|thought to be a) (?:surgical )?complication|no complications?|expected (?:with|after|blood)|"
    r"inherent to|integral to|risks?|consent\w*|prevent\w*|prophyla\w*|precautions?|watch for|monitor for)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Words for a complication, and what they come to.

    Attributes:
        name: What the rule is called.
        section: The guideline's section.
        words: How notes put it (regex).
        codes: What it is coded with.
        by_organ: The kind of complication whose code depends on the organ operated on; then ``codes`` is empty.
        drops: Codes that other words of the same sentence were read as, and are part of this.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    section: str
    words: str
    codes: tuple[str, ...] = ()
    by_organ: str = ""
    drops: Prefixes = ()
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statements:
    """The table, with one scan for all.

    Attributes:
        rules: The statements; of several for the same words the first holds.
        organs: Words of the operation or organ, and the code of each kind of complication of it.
        hints: What stands near each of them, so that the rest of a note need not be searched.
        scan: All words at once.
    """

    rules: tuple[Statement, ...]
    organs: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]
    hints: tuple[str, ...]
    scan: re.Pattern[str]


@functools.cache
def statements() -> Statements:
    """The packaged table.

    Raises:
        RuleError: A rule has an unknown key, lacks one, or comes without examples.
    """
    raw = read_toml(data("detect_icd") / "guidelines" / "statements.toml")
    known = tuple(build(Statement, table, "guidelines/statements") for table in raw["statement"])
    organs = tuple(
        (re.compile(rf"\b(?:{table.pop('words')})\b", re.IGNORECASE), table) for table in raw["organ"].values()
    )
    return Statements(known, organs, tuple(raw["hints"]), numbered(rule.words for rule in known))


def read_statements(docket: Docket, book: CodeBook) -> None:
    """Adds the complications a note states in prose."""
    table = statements()
    text = docket.note.text
    found = [item for bounds in _windows(table.hints, text) for item in docket.note.stated(table.scan, bounds)]
    for group, span in found:
        rule = table.rules[number(group)]
        bounds = docket.note.sentence(span.start, span.end)
        if _DENIED.search(text, *bounds):
            continue
        entries = [entry for code in _codes(docket, rule, bounds) if (entry := book.get(code)) and entry.billable]
        if not entries:
            continue
        for other in list(_part_of(docket, rule, bounds)):
            docket.drop(other, f"{rule.section}: {rule.name}, part of {entries[0].code}")
        for entry in entries:
            docket.add(docket.stated(entry, (span,), f"{rule.section}:{rule.name}"))


_WIDTH = 80
"""Characters around a hint in which the whole statement stands."""


def _windows(hints: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a note around its hints, each part of it once."""
    lower = text.lower()
    places = sorted({place for hint in hints for place in _places(text if hint.isupper() else lower, hint)})
    low = high = -_WIDTH
    for place in places:
        if place - _WIDTH > high:
            if high > 0:
                yield max(0, low), min(high, len(text))
            low = place - _WIDTH
        high = place + 2 * _WIDTH
    if high > 0:
        yield max(0, low), min(high, len(text))


def _places(text: str, hint: str) -> Iterator[int]:
    place = text.find(hint)
    while place >= 0:
        yield place
        place = text.find(hint, place + 1)


def _codes(docket: Docket, rule: Statement, bounds: tuple[int, int]) -> Iterator[str]:
    yield from rule.codes
    if rule.by_organ:
        # The organ is named beside the complication, or by the operation elsewhere in the note.
        for place in (bounds, docket.note.whole()):
            for words, codes in statements().organs:
                if rule.by_organ in codes and words.search(docket.note.text, *place):
                    yield codes[rule.by_organ]
                    return


def _part_of(docket: Docket, rule: Statement, bounds: tuple[int, int]) -> Iterator[Candidate]:
    low, high = bounds
    for candidate in docket.diagnoses():
        inside = all(low <= span.start and span.end <= high for span in candidate.evidence)
        if rule.drops and starts(candidate, rule.drops) and inside:
            yield candidate
