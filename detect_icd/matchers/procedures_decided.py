"""Operations of a list that the account tells otherwise: by a fact of it that decides between neighbours, not by all its steps."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from detect_icd.candidates import Status
from detect_icd.code_ranges import CodeRange, code_ranges, in_ranges
from detect_icd.gates import Gate
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Entry, Index
from detect_icd.matchers.procedures_mention import Found, Mention, mention_of
from detect_icd.matchers.procedures_scan import Role
from detect_icd.matchers.procedures_sides import done_again, side_before
from detect_icd.matchers.procedures_undone import account_of, is_left
from detect_icd.note_memory import of_note
from detect_icd.ready import compile_pattern
from detect_icd.rule_rows import table
from redactphi.resources import data
from redactphi.spans import Span

DECIDED = "procedure/decided"
"""Rule of what the account tells otherwise than the list names it."""
_SCORE = 0.8
_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Deciding:
    """A fact of the account and what it makes of operations that the list names.

    Attributes:
        what: The fact, in this project's words.
        becomes: Pairs of codes: as listed, and as reported where the account says so; ``-`` for nothing.
        adds: What is reported beside an operation listed: codes of it and ranges, and the code beside it.
        told: What some sentence of the account must say, and not to deny it.
        unless: What no sentence of it may say.
        note: What the note must say anywhere, its diagnoses included.
        unnoted: What it must say nowhere.
        listed: What the list must say.
        unlisted: What it must not; where a note has no list, what the note must not.
        further: Whether it also holds of what another row has made of an operation: two facts make a third code.
        matches: Lists and accounts, parted by ``//``, of which it holds.
        ignores: Those of which it does not.
    """

    what: str
    told: str
    matches: tuple[str, ...]
    ignores: tuple[str, ...]
    becomes: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    unless: str = ""
    note: str = ""
    unnoted: str = ""
    listed: str = ""
    unlisted: str = ""
    further: bool = False

    def find(self, text: str, listed: str, account: Sequence[tuple[int, int]]) -> Span | None:
        """The words of an account that say so; none where something speaks against it.

        Args:
            text: The note.
            listed: Its list of operations.
            account: Where the sentences of its account start and end.
        """
        if self.listed and not _pattern(self.listed).search(listed):
            return None
        if self.unlisted and _pattern(self.unlisted).search(listed or text):
            return None
        if self.note and not _pattern(self.note).search(text):
            return None
        if self.unnoted and _pattern(self.unnoted).search(text):
            return None
        said = next(_said(self.told, text, account), None)
        if said is None or (self.unless and next(_said(self.unless, text, account), None)):
            return None
        return Span(said.start(), said.end(), "extent")

    def of(self, code: str) -> str:
        """What a code becomes; empty: it is none of this row's."""
        return next((new for own, new in (pair.split() for pair in self.becomes) if own == code), "")

    def beside(self, code: str) -> Iterator[str]:
        """What is reported beside a code."""
        return (new for own, new in (pair.split() for pair in self.adds) if in_ranges(code, _ranges(own)))


def _said(pattern: str, text: str, account: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Where sentences of an account say something that they do not deny."""
    is_denial = _denies(pattern)
    for start, end in _pattern(pattern).among(text, account):
        match = _pattern(pattern).search(text, start, end)
        if match is None or _DENIED.search(text, start, match.start()):
            continue
        if not is_denial and _DENIED_WITHIN.search(match.group()):
            continue
        low = max(text.rfind(";", start, match.start()) + 1, start)
        high = text.find(";", match.end(), end)
        if not is_left(text, low, end if high < 0 else high):
            yield match


@functools.cache
def _denies(pattern: str) -> bool:
    """Whether a pattern asks for a denial itself."""
    return _NOT.search(_ESCAPED.sub(" ", pattern)) is not None


_NOT = re.compile(r"(?<![a-z])not(?![a-z])")
_ESCAPED = re.compile(r"\\[A-Za-z]")
_DENIED_WITHIN = re.compile(r"\b(?:not|never|no|without)(?: [\w-]+)?$", re.IGNORECASE)
"""What denies the last word that was found."""
_DENIED = re.compile(
    r"\b(?:no|not|nor|never|neither|without|instead of|rather than)\b(?: [\w-]+){0,3} $", re.IGNORECASE
)
"""What denies the words right behind it."""


@functools.cache
def deciding() -> tuple[Deciding, ...]:
    """The packaged facts, by file and in file order.

    Raises:
        RuleError: A table is malformed.
    """
    files = sorted(path.name.removesuffix(".toml") for path in (data("detect_icd") / _FOLDER).iterdir())
    return tuple(row for name in files for row in table(Deciding, f"{_FOLDER}/{name}", "deciding"))


_FOLDER = "deciding"


@functools.lru_cache(maxsize=4096)
def _rows_of(code: str) -> tuple[Deciding, ...]:
    """The rows of a code and, further, those of what they make of it."""
    made = {code}
    found = []
    for row in deciding():
        if any(row.of(one) for one in (made if row.further else (code,))) or next(row.beside(code), ""):
            found.append(row)
            made.update(new for one in tuple(made) if (new := row.of(one)))
    return tuple(found)


class _Account:
    """The list of a note and the sentences of its account, and where the facts asked for stand in them."""

    def __init__(self, text: str, listed: str, sentences: Sequence[tuple[int, int]]) -> None:
        self._told = text, listed, sentences
        self._found: dict[int, Span | None] = {}

    def find(self, row: Deciding) -> Span | None:
        """The words that say so, looked for once for all operations of a row."""
        if id(row) not in self._found:
            self._found[id(row)] = row.find(*self._told)
        return self._found[id(row)]


def as_decided(
    facts: Facts, index: Index, named: Sequence[Mention], told: Sequence[Mention]
) -> tuple[list[Mention], list[Mention]]:
    """What a note names and tells, each as the deciding facts of its account have it."""
    if not any(_rows_of(m.code) for m in (*named, *told) if m.status is Status.PRESENT):
        return list(named), list(told)
    titles = facts.shelves.of(Role.TITLE)
    account = _Account(facts.text, facts.text[titles[0].start : titles[-1].end] if titles else "", account_of(facts))

    def decided(mention: Mention) -> Iterator[Mention]:
        rows = _rows_of(mention.code) if mention.status is Status.PRESENT else ()
        if titles and mention.role is not Role.TITLE and not mention.found.by_steps:
            rows = ()
        kept = mention
        for row in rows:
            if kept is not mention and not row.further:
                continue
            span = account.find(row)
            if span is None:
                continue
            if mention.role is Role.TITLE or mention.found.by_steps:
                yield from (m for code in row.beside(mention.code) if (m := _beside(facts, index, code, span, mention)))
            if kept.status is Status.PRESENT and (code := row.of(kept.code)):
                kept = _as(facts, index, kept, code, span)
        yield kept

    kept = [m for mention in told for m in decided(mention) if m.status is Status.PRESENT]
    return [m for mention in named for m in decided(mention)], kept


def _as(facts: Facts, index: Index, mention: Mention, code: str, span: Span) -> Mention:
    """A mention as the account has it: of another code, or denied."""
    if code == _NOTHING:
        return replace(mention, status=Status.NEGATED)
    entry = _entry(facts, index, code)
    if entry is None:
        return mention
    procedure, found = entry.procedure, mention.found
    modifiers = mention.modifiers if procedure.sides else ()
    if procedure.sides and not modifiers:
        side, _ = facts.side(found.clause, *found.bounds)
        modifiers = (side,) if side else ()
    return replace(
        mention,
        entry=entry,
        spans=(*mention.spans, span),
        modifiers=modifiers,
        places=mention.places if procedure.place else (),
        units=mention.units if procedure.units_of else 0,
        rules=(DECIDED,),
    )


def _beside(facts: Facts, index: Index, code: str, span: Span, listed: Mention) -> Mention | None:
    """An operation that only the account tells, at the words that say so; it counts as one of the list."""
    clause = facts.shelves.at(span.start)
    entry = _entry(facts, index, code)
    if clause is None or entry is None:
        return None
    hits = tuple(hit for hit in clause.hits if span.start <= hit.start < span.end) or tuple(clause.hits[:1])
    found = Found.at(clause, frozenset(hit.atom for hit in hits), hits, by_steps=True, likeness=_SCORE)
    mention = mention_of(facts, entry, found)
    if mention is None and not entry.procedure.units_of:
        # The fact says where and by which way in: an entry asks for them beside.
        sides = listed.modifiers if entry.procedure.sides else ()
        mention = replace(listed, entry=entry, modifiers=sides, places=(), units=0)
    if mention is None:
        return None
    as_listed = found._replace(clause=listed.found.clause, by_steps=False, likeness=0.0)
    modifiers = mention.modifiers
    if modifiers == ("50",):
        modifiers = (
            listed.modifiers if len(listed.modifiers) == 1 and "50" not in listed.modifiers else _own_side(facts, span)
        )
    return replace(mention, found=as_listed, modifiers=modifiers, rules=(DECIDED,))


def _own_side(facts: Facts, span: Span) -> tuple[str, ...]:
    """Of what the account tells at one place, where the list is of both sides: the side that it named last."""
    before = side_before(facts.text, span.start)
    if before is None or before[1].start <= account_of(facts)[0][0] or before[0] == "50":
        return ("50",)
    again = done_again(facts.text) and _last_not_there(facts.text) < span.end
    return ("50",) if again else (before[0],)


@of_note(2)
def _last_not_there(text: str) -> int:
    """Where a note last says that one side had nothing of it; -1 where it never does."""
    return max((match.start() for match in _NOT_THERE.finditer(text)), default=-1)


_NOT_THERE = re.compile(
    r"(?=\b(?:on|at) (?:this|the other|the opposite|that|the left|the right) side\b[^.;\n]{0,20}\b(?:no|not|nor)\b)",
    re.IGNORECASE,
)
"""What says that one side had nothing of it."""


def _entry(facts: Facts, index: Index, code: str) -> Entry | None:
    """The entry of a code for a patient of this age."""
    age = facts.age[0] if facts.age else None
    entries = [entry for entry in index.of_code(code) if _suits(entry, age)]
    return min(entries, key=lambda entry: (not entry.names, entry.procedure.name), default=None)


def _suits(entry: Entry, age: float | None) -> bool:
    procedure = entry.procedure
    if not procedure.age or age is None:
        return not procedure.age or procedure.default
    return procedure.age[0] <= age < procedure.age[1]


@functools.cache
def _ranges(written: str) -> tuple[CodeRange, ...]:
    return code_ranges((written,), _FOLDER)


@functools.cache
def _pattern(written: str) -> Gate:
    return Gate(compile_pattern(rf"\b(?:{written})", re.IGNORECASE))
