"""Where in a note a rule has to look: around its triggers and anchors, not everywhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ahocorasick_rs import AhoCorasick

from redactphi.resources import Rule

Zone = tuple[int, int]

_GAP = 64
"""Zones nearer than this become one, so that no match is torn between two."""


_BLANKS = {ord(char): " " for char in "\t\n\r\v\f\u00a0"}
_SURROGATE = re.compile("[\ud800-\udfff]")


class ZoneFinder:
    """Finds, for each of a list of rules, the parts of a note that can hold its matches.

    All triggers are looked up in one scan, and each distinct anchor is looked up once a note.

    Args:
        rules: The rules; one without triggers and anchor looks everywhere.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        triggers = sorted({trigger for rule in rules for trigger in rule.triggers})
        number = {trigger: index for index, trigger in enumerate(triggers)}
        self._triggers = AhoCorasick(triggers) if triggers else None
        self._rules = [(rule, [number[trigger] for trigger in rule.triggers]) for rule in rules]
        self._anchors = {rule.anchor: re.compile(rule.anchor) for rule in rules if rule.anchor}

    def __call__(self, text: str) -> Iterator[list[Zone]]:
        """The zones of each rule, in the order of the rules."""
        hits = self._hits(text)
        anchored: dict[str, list[Zone]] = {}
        for rule, triggers in self._rules:
            if triggers:
                places = sorted(place for trigger in triggers for place in hits.get(trigger, ()))
                zones = merge(places, rule.reach, len(text))
                if rule.anchor:
                    search = self._anchors[rule.anchor].search
                    zones = [zone for zone in zones if search(text, *zone)]
                yield zones
            elif rule.anchor:
                if rule.anchor not in anchored:
                    anchored[rule.anchor] = [match.span() for match in self._anchors[rule.anchor].finditer(text)]
                yield merge(anchored[rule.anchor], rule.reach, len(text))
            else:
                yield [(0, len(text))]

    def _hits(self, text: str) -> dict[int, list[Zone]]:
        hits: defaultdict[int, list[Zone]] = defaultdict(list)
        if self._triggers is not None:
            for index, start, end in self._triggers.find_matches_as_indexes(lower(text), overlapping=True):
                hits[index].append((start, end))
        return hits


def lower(text: str) -> str:
    """The text in lower case, as long as it was: a letter whose lower case is two stays, white space is blank, a lone surrogate is a mark."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(small if len(small := char.lower()) == 1 else char for char in text)
    lowered = lowered.translate(_BLANKS)
    return lowered if lowered.isascii() else _SURROGATE.sub("?", lowered)


def merge(places: Iterable[Zone], reach: tuple[int, int], length: int) -> list[Zone]:
    """Sorted places, each widened by ``reach`` (characters before, after) inside the text; near ones become one."""
    before, after = reach
    zones: list[Zone] = []
    for start, end in places:
        zone = max(0, start - before), min(length, end + after)
        if zones and zone[0] <= zones[-1][1] + _GAP:
            zones[-1] = (zones[-1][0], max(zones[-1][1], zone[1]))
        else:
            zones.append(zone)
    return zones
