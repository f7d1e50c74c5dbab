"""What a note calls the consequence of another condition, or of an operation (I.A.13, I.A.15, I.B.16).

The vague code of the consequence ("Polyneuropathy, unspecified") gives way to the one for it in diseases classified
elsewhere or after procedures, where the note's words join it with a cause that the code book's Code First note names.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import icd10cm
from detect_icd.conventions.docket import Docket, Prefixes, compact, starts
from detect_icd.conventions.sequence import code_first
from detect_icd.conventions.surroundings import bordered
from detect_icd.ready import compile_pattern, read_toml
from detect_icd.rule_rows import build
from redactphi.resources import data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detect_icd.codebook import CodeBook, CodeEntry
    from redactphi.spans import Span

_BY = (
    r"due to|from|secondary to|2/2|d/t|caused by|because of|attributed to|attributable to|resulting from|as a result of"
)
_BEHIND_IT = r"causing|complicated by|leading to|producing|resulting in"


def _forward(links: str) -> re.Pattern[str]:
    return compile_pattern(rf"[\s,()]*(?:[\w-]+[\s,]+){{0,3}}?(?:{links})\s+(?:[\w'-]+\s+){{0,3}}?$", re.IGNORECASE)


def _backward(links: str) -> re.Pattern[str]:
    return compile_pattern(rf"[\s,()]*(?:and |is |has |now )*(?:{links})\s+(?:[\w'-]+\s+){{0,3}}?$", re.IGNORECASE)


_FORWARD = {False: _forward(_BY), True: _forward(rf"{_BY}|in|of|by|related to|associated with")}
"""Between a consequence and the cause named behind it, strict and loose."""

_BACKWARD = {
    False: _backward(_BEHIND_IT),
    True: re.compile(rf" ?$|{_backward(rf'{_BEHIND_IT}|with').pattern}", re.IGNORECASE),
}
"""Between a cause and the consequence named behind it, strict and loose: "B12 deficiency polyneuropathy"."""

_KIND = r"disease|condition|illness|cancer|malignancy|tumou?r|neoplasm|lymphoma|leuk[a]?emia|myeloma|metastas[ei]s|mets|infection"
_PRONOUN = re.compile(
    rf"[\s,]*(?:{_BY})\s+(?:it|this|these|that|the same|(?:the|his|her|their|known|underlying|advanced) (?:{_KIND}))\b",
    re.IGNORECASE,
)
_REACH = 60
"""Characters between the two."""

_OPERATION = (
    r"surger(?:y|ies)|operations?|procedures?|\w+ectom(?:y|ies)|\w+plasty|\w+otomy|\w+ostomy|ablation|resection|repair|biopsy|bypass|"
    r"transplant\w*|TURP|CABG|dissection|catheteri[sz]ation|instrumentation"
)
_BEFORE = re.compile(
    r"(?<![\w-])(?:post-?\s?(?:op(?:erative)?|surgical|procedural|ablative|procedure)|iatrogenic|surgical|surgically[- ]induced)\s+(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"[\s,(]*(?:post-?\s?(?:op(?:erative)?|surgical|procedural|ablative)|iatrogenic)\b(?! (?:day|course|visit|diagnosis))",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\b(?:no|not|never|without|unrelated|denies|before|prior to|planned)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Consequence:
    """A condition with a code of its own where it comes from another disease.

    Attributes:
        name: What the rule is called.
        section: The guideline's section.
        words: How notes name it (regex).
        vague: What it is read as by itself (prefixes).
        result: Its code; with ``suffix`` what replaces the beginning of the vague one.
        causes: What it comes from (prefixes); empty for what the Code First notes at the result name.
        suffix: From which character on the vague code is kept.
        loose: Whether "in", "of" and "with" join the two, not only "due to": two diseases that often stand together need more.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    section: str
    words: str
    vague: Prefixes
    result: str
    causes: Prefixes = ()
    suffix: int | None = None
    loose: bool = False
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aftermath:
    """A condition with a code of its own where it comes from an operation.

    Attributes:
        name: What the rule is called.
        section: The guideline's section.
        codes: What it is read as without its cause (prefixes).
        result: Its code; with ``suffix`` what replaces the beginning of the other.
        by: The operation (regex); empty for any.
        suffix: From which character on the other code is kept.
        beside: Whether the other code stays, too.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    name: str
    section: str
    codes: Prefixes
    result: str
    by: str = ""
    suffix: int | None = None
    beside: bool = False
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()


@functools.cache
def linked() -> tuple[tuple[Consequence, ...], tuple[Aftermath, ...]]:
    """The packaged table.

    Raises:
        RuleError: A row has an unknown key, lacks one, or comes without examples.
    """
    raw = read_toml(data("detect_icd") / "guidelines" / "linked.toml")
    return (
        tuple(build(Consequence, table, "guidelines/linked") for table in raw["consequence"]),
        tuple(build(Aftermath, table, "guidelines/linked") for table in raw["aftermath"]),
    )


def apply_linked(docket: Docket, book: CodeBook) -> None:
    """Brings conditions that the note calls the consequence of another, or of an operation, to the code that says so."""
    if not docket.note.text:
        return
    consequences, _ = linked()
    codes = [compact(c.coding.code) for c in docket.active()]
    for rule in consequences:
        sources = _causes(rule, book)
        if any(code.startswith(sources) for code in codes):
            _consequence(docket, rule, sources, book)
    for candidate in docket.active():
        for after in _aftermaths(compact(candidate.coding.code)):
            if candidate.status is Status.PRESENT and _operated(docket, candidate, after):
                _follow(docket, candidate, after, book)
                break


@functools.lru_cache(maxsize=8192)
def _aftermaths(code: str) -> tuple[Aftermath, ...]:
    return tuple(rule for rule in linked()[1] if code.startswith(rule.codes))


@functools.lru_cache(maxsize=256)
def _causes(rule: Consequence, book: CodeBook) -> Prefixes:
    """What a consequence may come from."""
    return rule.causes or code_first(book, rule.result)


def _consequence(docket: Docket, rule: Consequence, sources: Prefixes, book: CodeBook) -> None:
    active = docket.active()
    # What it is read as itself is no cause of it.
    causes = [c for c in active if starts(c, sources) and not starts(c, rule.vague)]
    vague = [c for c in active if starts(c, rule.vague)]
    if not causes or (not vague and (rule.suffix is not None or not rule.loose)):
        return
    mentioned = _Mentioned(docket.note.text, causes)
    for _, span in docket.note.stated(bordered(rule.words), docket.note.whole()):
        cause = mentioned.joined(span, loose=rule.loose)
        if cause is None:
            continue
        told = next((c for c in vague if any(s.overlaps(span) for s in c.evidence)), None)
        entry = book.get(_code(rule.result, rule.suffix, told or (vague[0] if vague else None)))
        if entry is None or not entry.billable or (told and docket.note.unlinked(told, cause)):
            continue
        # Read with the cause in one mention or not at all, it is told by the words alone.
        _put(docket, told or replace(cause, evidence=(span,)), entry, f"{rule.section}:{rule.name}")
        for other in vague:
            docket.drop(other, f"{rule.section}: {rule.name}, reported as {entry.code}")
        return


class _Mentioned:
    """Where conditions are mentioned, so that those that words may join with a place are found by it."""

    def __init__(self, text: str, conditions: Sequence[Candidate]) -> None:
        self._text = text
        self._conditions = conditions
        self._places = sorted(
            (span.start, span.end, number)
            for number, condition in enumerate(conditions)
            for span in condition.evidence
            if span.label == "mention"
        )
        self._longest = max((end - start for start, end, _ in self._places), default=0)
        self._before = sorted((end, number) for _, end, number in self._places)
        self._first = [*itertools.accumulate((number for _, number in self._before), min)]

    def joined(self, span: Span, *, loose: bool) -> Candidate | None:
        """The first of the conditions that the note's words join with a consequence."""
        low = bisect.bisect_left(self._places, (span.start - _REACH - self._longest,))
        high = bisect.bisect_right(self._places, (span.end + _REACH + 1,))
        found = {
            number
            for start, end, number in self._places[low:high]
            if _joins(self._text, span, (start, end), loose=loose)
        }
        before = bisect.bisect_left(self._before, (span.start + 1,))
        if before and _PRONOUN.match(self._text, span.end):
            found.add(self._first[before - 1])
        return self._conditions[min(found)] if found else None


def _joins(text: str, span: Span, cause: tuple[int, int], *, loose: bool) -> bool:
    """Whether words join a consequence with a mention of a cause."""
    start, end = cause
    if start < span.end and span.start < end:
        return cause != (span.start, span.end)
    if span.end <= start <= span.end + _REACH and _FORWARD[loose].match(text[span.end : start]):
        return True
    return end <= span.start <= end + _REACH and _BACKWARD[loose].match(text[end : span.start]) is not None


def _operated(docket: Docket, candidate: Candidate, rule: Aftermath) -> bool:
    """Whether the note calls a condition the consequence of an operation of the rule's kind."""
    text = docket.note.text
    for mention in candidate.evidence:
        if mention.label != "mention":
            continue
        low, high = docket.note.sentence(mention.start, mention.end)
        behind = text[mention.end : min(high, mention.end + 2 * _REACH)]
        if _BEFORE.search(text, max(low, mention.start - _REACH), mention.start) or _BEHIND.match(behind):
            return True
        found = _after(rule.by).search(text[mention.start : mention.end] + behind)
        if found is not None and not _PARTED.search(found.group()):
            return True
    return False


@functools.cache
def _after(by: str) -> re.Pattern[str]:
    links = r"after|following|since|from|due to|secondary to|2/2|d/t|caused by|resulting from|as a result of|complicating|s/p|post|during|at|in"
    return compile_pattern(
        rf"^[^.;:\n]{{0,70}}?(?<![\w-])(?:{links})\s+(?:[\w'-]+\s+){{0,4}}?(?:{by or _OPERATION})(?!\w)", re.IGNORECASE
    )


def _follow(docket: Docket, candidate: Candidate, rule: Aftermath, book: CodeBook) -> None:
    entry = book.get(_code(rule.result, rule.suffix, candidate))
    if entry is None or not entry.billable or entry.code == candidate.coding.code:
        return
    _put(docket, candidate, entry, f"{rule.section}:{rule.name}")
    if not rule.beside:
        docket.drop(candidate, f"{rule.section}: {rule.name}, reported as {entry.code}")


def _put(docket: Docket, like: Candidate, entry: CodeEntry, rule: str) -> None:
    if not any(other.coding.code == entry.code for other in docket.diagnoses()):
        docket.add(docket.combine([like], entry, rule), before=like)


def _code(result: str, suffix: int | None, vague: Candidate | None) -> str:
    if suffix is None or vague is None:
        return result
    return icd10cm.format(result + compact(vague.coding.code)[suffix:])
