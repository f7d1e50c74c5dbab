"""Complications of care that notes put in prose no title has (I.B.16): a linked complication, and which organ's it is."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, Prefixes, starts
from redactphi.errors import RuleError
from redactphi.resources import data, read_toml

if TYPE_CHECKING:
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
        hint: What a note must contain for any of them to be looked for.
        scan: All words at once.
    """

    rules: tuple[Statement, ...]
    organs: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]
    hint: re.Pattern[str]
    scan: re.Pattern[str]


@functools.cache
def statements() -> Statements:
    """The packaged table.

    Raises:
        RuleError: A rule has an unknown key, lacks one, or comes without examples.
    """
    raw = read_toml(data("detect_icd") / "guidelines" / "statements.toml")
    known = []
    for table in raw["statement"]:
        if not (table.get("matches") and table.get("ignores")):
            raise RuleError(f"guidelines/statements.toml/{table.get('name')}: needs matches and ignores")
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        try:
            known.append(Statement(**values))
        except TypeError as error:
            raise RuleError(f"guidelines/statements.toml/{table.get('name')}: {error}") from None
    groups = "|".join(f"(?P<s{number}>{rule.words})" for number, rule in enumerate(known))
    organs = tuple(
        (re.compile(rf"\b(?:{table.pop('words')})\b", re.IGNORECASE), table) for table in raw["organ"].values()
    )
    return Statements(tuple(known), organs, re.compile(raw["hint"], re.IGNORECASE), _bordered(groups))


def _bordered(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE)


def read_statements(docket: Docket, book: CodeBook) -> None:
    """Adds the complications a note states in prose."""
    table = statements()
    text = docket.note.text
    if not text or not table.hint.search(text):
        return
    for group, span in docket.note.stated(table.scan, docket.note.whole()):
        rule = table.rules[int(group[1:])]
        bounds = docket.note.sentence(span.start, span.end)
        if _DENIED.search(text, *bounds):
            continue
        entries = [entry for code in _codes(docket, rule, bounds) if (entry := book.get(code)) and entry.billable]
        if not entries:
            continue
        for other in list(_part_of(docket, rule, bounds)):
            docket.drop(other, f"{rule.section}: {rule.name}, part of {entries[0].code}")
        for entry in entries:
            rules = ("guideline/words", f"guideline/{rule.section}:{rule.name}")
            docket.add(Candidate(entry.coding, (span,), Status.PRESENT, "", 0.85, rules))


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
