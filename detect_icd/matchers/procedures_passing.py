"""What the account of an operation names in passing and nobody reports beside it: the film afterwards, saline, a nurse's visit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detect_icd.candidates import Status
from detect_icd.code_ranges import code_ranges, in_ranges
from detect_icd.matchers.procedures_mention import OFFICE, SERVICES, Mention
from detect_icd.matchers.procedures_scan import Role

_PICTURES = code_ranges(
    ("70010-76936", "76938-76941", "76943-77000", "77046-77086", "93303-93308"), "procedures_passing"
)
"""Pictures that guide no needle."""
_TESTS = code_ranges(("80047-89398",), "procedures_passing")
_AROUND = frozenset({
    "99211", "A4565", "D7140", "J0690", "J0696", "J1580", "J1642", "J1644", "J1885", "J2001", "J2250", "J2405", "J2704", "J3010", "J7030", "J7040", "J7050",
    "J7120",
})  # fmt: skip
"""What is given or done around every operation."""


def without_passing(text: str, mentions: Sequence[Mention], told: Sequence[Mention]) -> list[Mention]:
    """The mentions of a note without a list of operations; beside an operation of the theater without what its account names in passing."""
    if not any(_is_of_theater(m) for m in (*mentions, *told)):
        return list(mentions)
    return [m for m in mentions if m.status is not Status.PRESENT or not (_is_passing(m) or _is_way_in(text, m))]


def _is_of_theater(mention: Mention) -> bool:
    code = mention.code
    surgical = code.isdigit() and "10000" <= code < "70000" and mention.entry.procedure.specialty not in SERVICES
    return surgical and mention.status is Status.PRESENT and not code.startswith(OFFICE)


def _is_way_in(text: str, mention: Mention) -> bool:
    """Whether the chest was opened for something that the account tells."""
    return mention.code == _CHEST_OPENED and mention.role is Role.BODY and _WORK.search(text) is not None


_CHEST_OPENED = "32100"
_WORK = re.compile(
    r"\b(?:resect|excis|repair|sewn|patch|graft|clamp|bypass|replac|decortic|anastomos|stapl|hiat|aneurysm|pericardi|valve|wedge)\w*",
    re.IGNORECASE,
)


def _is_passing(mention: Mention) -> bool:
    if mention.role is not Role.BODY or mention.found.by_steps:
        return False
    return mention.code in _AROUND or in_ranges(mention.code, _PICTURES) or in_ranges(mention.code, _TESTS)
