"""Bypasses of the heart's arteries, counted by what each graft is and where it is led to: "LIMA to LAD, SVG to OM1 and PDA"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from detect_icd.candidates import Status
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Index
from detect_icd.matchers.procedures_mention import Mention
from detect_icd.matchers.procedures_scan import Role

_BY_ARTERIES = ("33533", "33534", "33535", "33536")
_VEINS_BESIDE = ("33517", "33518", "33519", "33521", "33522", "33523")
_VEINS_ALONE = ("33510", "33511", "33512", "33513", "33514", "33516")
"""Codes by how many vessels are fed, the first for one."""
_FAMILY = frozenset((*_BY_ARTERIES, *_VEINS_BESIDE, *_VEINS_ALONE))
_GRAFT = re.compile(
    r"(?P<artery>\b(?:(?:left|right|in situ|pedicled|free|skeletonized) )*(?:internal (?:mammary|thoracic)(?: arter(?:y|ies))?|[LR]IMA|[LR]ITA|mammary(?: artery)?|radial(?: artery)?|gastroepiploic(?: artery)?))\b|"
    r"(?P<vein>\b(?:(?:reversed|greater|great|long|separate|sequential) )*(?:saphenous(?: veins?)?|veins?|R?SVG|GSV)\b(?!(?: grafts?)? harvest))|"
    r"(?P<target>\b(?:LAD|left anterior descending|D(?:iag)?\s?[123]?|(?:first |second |third )?diagonal|OM\s?[1-4]?|(?:(?:first|second|third|high) )?obtuse marginal|PDA|(?:right )?posterior descending|RCA|right coronary|"
    r"(?:left )?circumflex|LCx|ramus(?: intermedius)?|intermediate|PLV|PLB|PL|posterolateral|acute marginal|marginal)\b(?!\s*,?\s*(?:marginal|descending)))",
    re.IGNORECASE,
)
"""What a graft is made of, and the vessels it may be led to."""
_LED = re.compile(r"\b(?:to|onto|into)\b|[-\u2013\u2192]|>", re.IGNORECASE)
_BYPASS = re.compile(r"\bbypass|\bCABG\b", re.IGNORECASE)
_STATED = re.compile(
    r"(?:\b(?:x|times)\s?|\u00d7\s?)(?P<times>\d|two|three|four|five|six)\b|\b(?P<words>double|triple|quadruple|quintuple)\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "double": 2, "triple": 3, "quadruple": 4, "quintuple": 5,
}  # fmt: skip


class Grafts(NamedTuple):
    """How many vessels of the heart are fed by arteries, and by veins."""

    arteries: int
    veins: int

    @property
    def codes(self) -> tuple[str, ...]:
        """What is reported of them."""
        if not self.arteries:
            return _VEINS_ALONE[min(self.veins, len(_VEINS_ALONE)) - 1 :][:1] if self.veins else ()
        by_arteries = _BY_ARTERIES[min(self.arteries, len(_BY_ARTERIES)) - 1]
        if not self.veins:
            return (by_arteries,)
        return by_arteries, _VEINS_BESIDE[min(self.veins, len(_VEINS_BESIDE)) - 1]


def grafts(text: str) -> Grafts | None:
    """What a list of grafts comes to; None where it does not lead each to a vessel, or states another number."""
    counted = {"artery": 0, "vein": 0}
    conduit, fed, end = "", 0, 0
    for match in _GRAFT.finditer(text):
        kind = match.lastgroup or ""
        if kind == "target":
            # What stands between says that the graft is led there, or that a further vessel is.
            if conduit and (fed or _LED.search(text, end, match.start())):
                counted[conduit] += 1
                fed += 1
        elif kind == conduit and not fed:
            pass
        elif conduit and not fed:
            return None
        else:
            conduit, fed = kind, 0
        end = match.end()
    if not sum(counted.values()) or not fed:
        return None
    said = _STATED.search(text)
    if said is not None:
        word = (said["times"] or said["words"]).lower()
        if (_NUMBERS.get(word) or int(word)) != sum(counted.values()):
            return None
    return Grafts(counted["artery"], counted["vein"])


def by_grafts(facts: Facts, index: Index, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, those of bypasses in the list of operations by the grafts that it names."""
    own = [m for m in mentions if m.code in _FAMILY and m.role is Role.TITLE and m.status is Status.PRESENT]
    titles = [c for c in facts.clauses if c.role is Role.TITLE]
    said = next((c for c in titles if own and _BYPASS.search(facts.text, c.start, c.end)), None)
    counted = grafts(facts.text[said.start : titles[-1].end]) if said else None
    if counted is None:
        return list(mentions)
    first = min(own, key=lambda mention: (mention.found.bounds, mention.entry.procedure.name))
    entries = (min(index.of_code(code), key=lambda entry: entry.procedure.name, default=None) for code in counted.codes)
    led = [replace(first, entry=entry) for entry in entries if entry is not None]
    return [*(m for m in mentions if m not in own), *led]
