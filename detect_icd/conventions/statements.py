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
    from detect_icd.codebook import CodeBook, CodeEntry

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
        by_limb: The table of limbs by which ``codes``, here headings, are completed.
        drops: Codes that other words of the same sentence were read as, and are part of this.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    section: str
    words: str
    codes: tuple[str, ...] = ()
    by_organ: str = ""
    by_limb: str = ""
    drops: Prefixes = ()
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statements:
    """The table, with one scan for all.

    Attributes:
        rules: The statements; of several for the same words the first holds.
        organs: Words of the operation or organ, and the code of each kind of complication of it.
        limbs: By name, the words of each limb with the character for its right, its left, and for either.
        hints: What stands near each of them, so that the rest of a note need not be searched.
        scan: All words at once.
    """

    rules: tuple[Statement, ...]
    organs: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]
    limbs: Mapping[str, tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]]
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
    limbs = {
        name: tuple((re.compile(rf"\b(?:{row['words']})\b", re.IGNORECASE), row) for row in rows)
        for name, rows in raw["limb"].items()
    }
    return Statements(known, organs, limbs, tuple(raw["hints"]), numbered(rule.words for rule in known))


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
        codes = _codes(docket, rule, bounds, (span.start, span.end))
        entries = [entry for code in codes if (entry := _whole(book, code)) is not None]
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


def _whole(book: CodeBook, code: str) -> CodeEntry | None:
    """The entry of a code, at the first encounter where it takes a seventh character."""
    entry = book.get(code)
    if entry is not None and entry.needs_seventh:
        entry = book.get(entry.with_seventh("A"))
    return entry if entry is not None and entry.billable else None


def _codes(docket: Docket, rule: Statement, bounds: tuple[int, int], span: tuple[int, int]) -> Iterator[str]:
    if rule.by_limb:
        character = _limb(docket.note.text, rule.by_limb, (span, bounds, docket.note.whole()))
        yield from (heading + character for heading in rule.codes)
        return
    yield from rule.codes
    if rule.by_organ:
        yield from _of_organ(docket.note.text, rule.by_organ, (span, bounds, docket.note.whole()))


def _of_organ(text: str, kind: str, places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The code by the organ, named by the complication, beside it, or by the operation elsewhere in the note."""
    for place in places:
        for words, codes in statements().organs:
            if kind not in codes or not words.search(text, *place):
                continue
            other = codes.get(f"{kind}_elsewhere")
            yield other if other and _is_of_another(text, words, places[1]) else codes[kind]
            return


_OPERATED_ON = re.compile(
    r"\b(?:during|at|in|from|after) (?:an? |the |her |his )?(?:[\w/-]+ ){0,3}?(?P<operation>[\w&/-]*(?:ectomy|otomy|ostomy|plasty|scopy|pexy)|repair|fusion|D&C|D and C|c-?section|cesarean|ERCP|EGD|TURP|CABG|lysis of adhesions)",
    re.IGNORECASE,
)


def _is_of_another(text: str, organ: re.Pattern[str], bounds: tuple[int, int]) -> bool:
    """Whether the operation at which an organ was hurt, if the sentence names it, is of another system."""
    operation = _OPERATED_ON.search(text, *bounds)
    return operation is not None and organ.search(operation.group()) is None


_SIDES = re.compile(r"\b(?:(?P<right>(?i:right|rt)|R|RUE|RLE)|(?P<left>(?i:left|lt)|L|LUE|LLE))\b")


def _limb(text: str, table: str, places: Sequence[tuple[int, int]]) -> str:
    """The character for a limb and its side, as near the words as they are told."""
    rows = statements().limbs[table]
    row = next((row for place in places for words, row in rows if words.search(text, *place)), None)
    if row is None:
        return rows[-1][1]["open"]
    for place in places:
        sides = {match.lastgroup or "" for match in _SIDES.finditer(text, *place)}
        if len(sides) == 1:
            return row[sides.pop()]
    return row["open"]


def _part_of(docket: Docket, rule: Statement, bounds: tuple[int, int]) -> Iterator[Candidate]:
    low, high = bounds
    for candidate in docket.diagnoses():
        if not (rule.drops and starts(candidate, rule.drops)):
            continue
        if all(low <= span.start and span.end <= high for span in candidate.evidence):
            yield candidate
