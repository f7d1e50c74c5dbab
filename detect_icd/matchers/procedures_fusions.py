"""Fusions of the low back by the spaces of their items: between the bodies at one, behind at more, nerves freed above and below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    between = [clause for clause in titles if "interbody" in clause.atoms]
    behind = [c for c in titles if "fusion" in c.atoms and ("interbody" not in c.atoms or _BEHIND & c.atoms.keys())]
    others = [c for c in titles if not c.atoms.keys() & {"interbody", "fusion"} and _ARCHES & c.atoms.keys()]
    return Spaces(_spaces(facts.text, between), _spaces(facts.text, behind), _spaces(facts.text, others))


def _spaces(text: str, clauses: Iterable[Clause]) -> frozenset[int]:
    return levels(text, [(clause.start, clause.end) for clause in clauses]).spaces


def by_spaces(facts: Facts, index: Index, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, those of fusions and nerves freed in the list of operations by the spaces that its items name."""
    listed = [m for m in mentions if m.role is Role.TITLE and m.status is Status.PRESENT]
    codes = {mention.code for mention in listed}
    if not _BETWEEN & codes or _FROM_FRONT & codes:
        return list(mentions)
    spaces = listed_spaces(facts)
    if not spaces.between or min(spaces.between | spaces.behind | spaces.freed) < _LOW_BACK:
        return list(mentions)
    found = list(mentions)
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
