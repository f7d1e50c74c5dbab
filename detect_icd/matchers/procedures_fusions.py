"""Fusions of the low back by the spaces of their items: between the bodies at one, behind at more, nerves freed above and below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from detect_icd.candidates import Status
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Index
from detect_icd.matchers.procedures_levels import levels
from detect_icd.matchers.procedures_mention import SPACES, Mention
from detect_icd.matchers.procedures_scan import Clause, Role

_BETWEEN = frozenset({"22630", "22632", "22633", "22634"})
_FUSED = _BETWEEN | {"22612", "22614"}
_FREED = frozenset({"63030", "63035", "63005", "63012", "63017", "63042", "63044", "63047", "63048", "63052", "63053"})
_FROM_FRONT = frozenset({"22558", "22585"})
_CAGE = "22853"
"""Told once for each space between bodies that are joined, whatever other spaces a sentence names."""
_BEHIND = frozenset({"posterolateral", "intertransverse", "gutter"})
_ARCHES = frozenset({"laminectomy", "laminotomy", "facet_cut", "foramen_cut", "decompression"})
_LOW_BACK = 20
"""Number of the first vertebra of the low back, counted from the neck down."""


class Spaces(NamedTuple):
    """The spaces at which a list of operations joins bodies, joins what lies behind them, and frees nerves."""

    between: frozenset[int]
    behind: frozenset[int]
    freed: frozenset[int]

    @property
    def fused(self) -> dict[str, int]:
        """What is reported of the fusions, with its units; empty where bodies and what lies behind are joined at no common space."""
        both = self.between & self.behind
        if not both:
            return {}
        alone = len(self.between - self.behind)
        found = {"22633": 1, "22634": len(both) - 1, "22632": alone, "22614": len(self.behind - self.between)}
        return {code: units for code, units in found.items() if units}

    @property
    def opened(self) -> dict[str, int]:
        """What is reported of nerves freed, with its units."""
        apart, along = len(self.freed - self.between), len(self.freed & self.between)
        found = {"63052": min(along, 1), "63053": along - 1, "63047": min(apart, 1), "63048": apart - 1}
        return {code: units for code, units in found.items() if units > 0}


def listed_spaces(facts: Facts) -> Spaces:
    """The spaces that the items of a note's list name, by what each does there."""
    titles = [clause for clause in facts.clauses if clause.role is Role.TITLE]
    items = [item for clause in titles for item in _items(facts.text, clause)]
    between = [item for item in items if "interbody" in item.atoms]
    behind = [i for i in items if "fusion" in i.atoms and ("interbody" not in i.atoms or _BEHIND & i.atoms)]
    others = [i for i in items if not i.atoms & {"interbody", "fusion"} and _ARCHES & i.atoms]
    return Spaces(_spaces(facts.text, between), _spaces(facts.text, behind), _spaces(facts.text, others))


class _Item(NamedTuple):
    """What a list of operations names as one thing done, and the atoms in it."""

    start: int
    end: int
    atoms: frozenset[str]


def _items(text: str, clause: Clause) -> Iterator[_Item]:
    """The things done that a clause names one after another: "this followed by that"; none that is only looked at."""
    start = clause.start
    for end, then in [*(m.span() for m in _THEN.finditer(text, clause.start, clause.end)), (clause.end, clause.end)]:
        if start == clause.start or not _LOOKED_AT.match(text, start, end):
            yield _Item(start, end, frozenset(hit.atom for hit in clause.hits if start <= hit.start < end))
        start = then


_THEN = re.compile(r",?\s+(?:followed by|and then (?:by|subsequent(?:ly)?))\s+", re.IGNORECASE)
_LOOKED_AT = re.compile(
    r"[^.;]{0,60}\b(?:evaluation|exploration|inspection) of (?:the |a |his |her )?(?:\w+ )?fusion", re.IGNORECASE
)


def _spaces(text: str, items: Iterable[_Item]) -> frozenset[int]:
    return levels(text, [(item.start, item.end) for item in items]).spaces


def by_spaces(facts: Facts, index: Index, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, those of fusions and nerves freed in the list of operations by the spaces that its items name."""
    listed = [m for m in mentions if m.role is Role.TITLE and m.status is Status.PRESENT]
    codes = {mention.code for mention in listed}
    if not _BETWEEN & codes or _FROM_FRONT & codes:
        return list(mentions)
    spaces = listed_spaces(facts)
    if not spaces.between or min(spaces.between | spaces.behind | spaces.freed) < _LOW_BACK:
        return list(mentions)
    cages = len(spaces.between)
    found = [replace(m, units=cages) if m.code == _CAGE and m.units > cages else m for m in mentions]
    for family, reckoned in ((_FUSED, spaces.fused), (_FREED, spaces.opened)):
        first = next((mention for mention in listed if mention.code in family), None)
        if first is None or not reckoned:
            continue
        found = [mention for mention in found if mention not in listed or mention.code not in family]
        for code, units in reckoned.items():
            entry = min(index.of_code(code), key=lambda entry: entry.procedure.name, default=None)
            if entry is not None:
                found.append(replace(first, entry=entry, units=units, rules=(SPACES,)))
    return found
