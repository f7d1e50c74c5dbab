"""Operations of a list that the account says were left undone: their part of the body was not touched."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from detect_icd.candidates import Status
from detect_icd.code_ranges import CodeRange, code_ranges, in_ranges
from detect_icd.gates import Gate
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_mention import Mention
from detect_icd.matchers.procedures_scan import Role
from detect_icd.note_memory import of_note
from detect_icd.ready import compile_pattern
from detect_icd.rule_rows import table
from detect_icd.sentences import sentences

_LEFT = re.compile(
    r"\bleft (?:in (?:its|their|the) \w+ )?(?:alone|untouched|undisturbed|unopened|be\b|as (?:is|it was|they were))\b|"
    r"\b(?:was|were|is|did|had|been|and|but) (?:therefore |thus |then |so )?(?:not|never) (?:be )?(?:need\w*|required?|necessary|indicated|warranted|touched|entered|opened|removed|taken|cut|burred|released|"
    r"repaired|resected|divided|done|performed|placed|put|inserted|made|used|disturbed|biopsied|sampled|sent|obtained|collected|treated|explored|addressed|excised|trimmed|dissected|reamed|fixed|plated|resurfaced|replaced|grafted|anchored|carried out)\b|"
    r"\b(?:no|nor|neither)\b (?:[\w-]+ ){1,9}?(?:was|were|being) (?:therefore |then )?(?:placed|put|left|needed|required|done|made|taken|used|inserted|performed|necessary|removed|excised|passed|cut)\b|"
    r"\bno [\w-]+ (?:needed|required|placed|done|performed)\b|\bnone (?:was |were )?(?:put|placed|left|needed|required|taken|done)\b|\bnothing (?:was|were) done\b|"
    r"\b(?:judged|felt|thought|deemed|found|was|were) (?:to be )?(?:needless|unnecessary|superfluous)\b|\bspared\b",
    re.IGNORECASE,
)
"""What says that something was left as it was."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A family of operations, and what the account says of them where they were left undone.

    Attributes:
        what: What they work on, in this project's words.
        codes: Codes and ranges of codes.
        part: Words of it.
        matches: Accounts in which it was left undone.
        ignores: Accounts in which it was done, or that do not say.
        kept: Further words that say of this part that it was left as it was.
        needs: Words without which an account that speaks of the part tells of something less; then nothing need be left.
    """

    what: str
    codes: tuple[str, ...]
    part: str
    matches: tuple[str, ...]
    ignores: tuple[str, ...]
    kept: str = ""
    needs: str = ""

    def holds(self, text: str, account: Sequence[tuple[int, int]]) -> bool:
        """Whether every sentence of an account that speaks of the part says that it was left alone, and one does."""
        part = _pattern(self.part)
        said = [bounds for bounds in part.among(text, account) if part.search(text, *bounds)]
        if self.needs:
            needs = _pattern(self.needs)
            return bool(said) and not any(needs.search(text, *bounds) for bounds in needs.among(text, account))
        return bool(said) and all(self._is_left(text, *bounds) for bounds in said)

    def _is_left(self, text: str, start: int, end: int) -> bool:
        if is_left(text, start, end):
            return True
        return bool(self.kept) and _pattern(self.kept).search(text, start, end) is not None


@functools.cache
def families() -> tuple[Undone, ...]:
    """The packaged families.

    Raises:
        RuleError: A table is malformed.
    """
    return table(Undone, "procedure_undone", "undone")


def is_undone(code: str, text: str, account: Sequence[tuple[int, int]]) -> bool:
    """Whether an account, given where its sentences start and end, says that an operation of the list was left undone."""
    return any(family.holds(text, account) for family in _families_of(code))


@functools.lru_cache(maxsize=8192)
def _families_of(code: str) -> tuple[Undone, ...]:
    """The families that an operation is of."""
    return tuple(family for family in families() if in_ranges(code, _ranges(family.codes)))


def is_left(text: str, start: int, end: int) -> bool:
    """Whether a sentence says of something that it was left as it was."""
    return _LEFT.search(text, start, end) is not None


@of_note(4)
def account_of(facts: Facts) -> list[tuple[int, int]]:
    """Where the sentences of a note's account start and end."""
    account = facts.shelves.of(Role.BODY)
    if not account:
        return []
    low, high = account[0].start, account[-1].end
    return [(low + start, low + end) for start, end in sentences(facts.text[low:high])]


def as_done(facts: Facts, named: Sequence[Mention], told: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """What a note with a list of operations names and tells: what the account left undone is denied, and not told."""
    codes = {mention.code for mention in (*named, *told) if mention.status is Status.PRESENT}
    parts = account_of(facts) if codes and facts.titled else []
    if not parts:
        return list(named), list(told)
    undone = {code for code in codes if is_undone(code, facts.text, parts)}
    denied = [replace(m, status=Status.NEGATED) if m.code in undone else m for m in named]
    return denied, [mention for mention in told if mention.code not in undone]


@functools.cache
def _ranges(written: tuple[str, ...]) -> tuple[CodeRange, ...]:
    return code_ranges(written, "procedure_undone.toml")


@functools.cache
def _pattern(written: str) -> Gate:
    return Gate(compile_pattern(rf"\b(?:{written})", re.IGNORECASE))
