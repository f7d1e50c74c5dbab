"""Codes of services that a note states and that are no longer reported so: gone from the list, or two where one now says both."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.terms import rows
from detect_icd.whole_note import line_break

_TWO = 2


class Retired(NamedTuple):
    """When a code was last in use, and what is reported since."""

    last: date
    since: frozenset[str]


@functools.cache
def retired() -> Mapping[str, Retired]:
    """The codes of services that are gone, of those this package knows what followed them."""
    return {
        code: Retired(date.fromisoformat(last), frozenset(since.split()))
        for code, last, since in rows("retired_services.tsv", 3)
    }


def still_stated(
    stated: Sequence[Candidate], operations: Sequence[Candidate], text: str, day: date | None
) -> list[Candidate]:
    """The codes a note states, but those that the operations it names are no longer reported by.

    Args:
        stated: The codes that stand in the note.
        operations: The operations that the same note names or tells.
        text: The note.
        day: The day of service; without one, today's codes are meant.
    """
    services = [c for c in stated if c.coding.system is not CodeSystem.ICD10CM]
    codes = {c.coding.code for c in services}
    lines = {line_break(text, c.start) for c in services}
    done = [c for c in operations if c.status is Status.PRESENT]
    named = {c.coding.code for c in done}
    gone = {
        code
        for code in codes & retired().keys()
        if (day is None or day > retired()[code].last) and retired()[code].since & named
    }
    for operation in done:
        held = codes & _parts(operation.coding.code)
        if len(held) >= _TWO and operation.coding.code not in codes and line_break(text, operation.start) in lines:
            gone |= held
    return [c for c in stated if c.coding.system is CodeSystem.ICD10CM or c.coding.code not in gone]


@functools.cache
def _parts(code: str) -> frozenset[str]:
    """What an operation includes."""
    return frozenset(part for entry in by_code().get(code, ()) for part in entry.includes)
