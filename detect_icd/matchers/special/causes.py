"""External causes from the story of an injury: what happened, where, doing what (I.C.20)."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from detect_icd.candidates import Status
from detect_icd.matchers.special.facts import table, triggers
from detect_icd.matchers.special.statement import Statement

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook


def cause_rank(rule: str) -> int:
    """How much a rule tells: a transport accident before all others, then the order of the table, any fall last."""
    if rule.startswith("transport/"):
        return -1
    codes = _order()
    return codes.get(rule.removeprefix("cause/"), len(codes))


@functools.cache
def _order() -> dict[str, int]:
    return {rule.code: number for number, rule in reversed(list(enumerate(table("causes.tsv").rules)))}


_OF_OTHERS = (Status.FAMILY,)
"""What the one who did it makes of it: "scratched by the baby's fingernail" is told of a father who is the patient."""

TRIGGERS = triggers("cause")


class CauseMatcher:
    """Finds what brought an injury about."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The causes of one sentence: of several that overlap the first of the table."""
        for rule, low, high in table("causes.tsv").find(note, start, end):
            if code := self.complete(rule.code):
                yield Statement(
                    code,
                    low,
                    high,
                    f"cause/{rule.code}",
                    0.85,
                    ("V", "W", "X", "Y", "Z04"),
                    despite=_OF_OTHERS if rule.code.startswith(("W50", "W51")) else (),
                )

    def circumstances(self, note: str, within: Sequence[tuple[int, int]]) -> Iterator[Statement]:
        """Place, activity and status that some stretches of a note name: one of each."""
        for rule, low, high in table("places.tsv").first_of_each(note, within):
            entry = self.book.get(rule.code)
            if entry is not None and entry.billable:
                yield Statement(entry.code, low, high, "cause/circumstance", 0.8)

    def complete(self, code: str) -> str | None:
        """The code with ``A``, or as it is where it takes no seventh character."""
        entry = self.book.get(code)
        if entry is None:
            return None
        if entry.billable:
            return entry.code
        if entry.needs_seventh:
            return entry.with_seventh("A")
        unspecified = [
            child
            for child in entry.children
            if (found := self.book.get(child)) and "unspecified" in found.title.lower()
        ]
        return self.complete((unspecified or list(entry.children))[0]) if entry.children else None
