"""Operations of a list that another surgeon did and reports himself: "rigid sigmoidoscopy by Dr. X, please see his dictation"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from detect_icd.candidates import Status
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_mention import Mention
from detect_icd.matchers.procedures_scan import Clause, Role

_BY = re.compile(
    r"(?:\b(?:by|per)|[-\u2013(])\s?(?:the )?(?:Dr\b|Doctor\b|(?:\w+ ){0,2}(?:surgery|urology|gastroenterology|neurosurgery|orthopedics|ENT|otolaryngology|cardiology|radiology|gynecology|plastics)\b(?: service| team)?)"
)
"""What says who did an item."""
_ELSEWHERE = re.compile(
    r"\b(?:see|refer to) (?:(?:his|her|their|the|that|Dr\W+\w+) )?(?:'s )?(?:\w+ ){0,3}?(?:dictations?|notes?|reports?)\b|"
    r"\b(?:dictated|reported|described|documented) (?:separately|elsewhere|by (?:him|her|them|Dr))|"
    r"\bin (?:a |his |her |their )?separate (?:operative )?(?:dictation|note|report)|"
    r"\b(?:his|her|their|Dr\W+\w+'s) (?:own )?(?:separate )?(?:operative )?(?:dictation|note|report)\b",
    re.IGNORECASE,
)
"""What says that it is reported by them."""


def own(facts: Facts, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions; those of items that the list gives to somebody else, who reports them, are denied."""
    titles = [clause for clause in facts.clauses if clause.role is Role.TITLE]
    others = {clause.start for clause in titles if _is_of_another(facts.text, clause)}
    if not others or len(others) == len(titles) or not _ELSEWHERE.search(facts.text):
        return list(mentions)
    return [
        replace(m, status=Status.NEGATED) if m.status is Status.PRESENT and m.found.clause.start in others else m
        for m in mentions
    ]


def _is_of_another(text: str, clause: Clause) -> bool:
    return _BY.search(text, clause.start, clause.end + 3) is not None
