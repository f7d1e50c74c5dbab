"""One candidate of the many that name the same code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
from detect_icd.matchers.procedures_amounts import PLACE_MODIFIERS


def merge(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate for a code and status, with the evidence of all its mentions."""
    groups: dict[tuple[str, str, Status], list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault((candidate.coding.system, candidate.coding.code, candidate.status), []).append(candidate)
    merged = [
        line if len(line) == 1 else [_union(line)]
        for group in groups.values()
        for line in ([group] if len(group) == 1 or group[0].coding.system is CodeSystem.ICD10CM else _lines(group))
    ]
    return sorted((one for (one,) in merged), key=lambda c: (c.start, c.coding.code))


def _lines(group: Sequence[Candidate]) -> list[list[Candidate]]:
    """The lines of a claim that one service comes to: as they are stated, else one a place."""
    stated = [candidate for candidate in group if candidate.rules[0].startswith("literal/")]
    if stated and not any(candidate.modifiers for candidate in stated):
        # A code alone says what was done; the words of its line still say on which side.
        placed = [candidate for candidate in group if set(candidate.modifiers) & PLACE_MODIFIERS]
        sided = [candidate for candidate in group if set(candidate.modifiers) & _SIDES]
        return [[*stated, candidate] for candidate in placed] or [[*stated, *sided]]
    lines: dict[tuple[str, ...], list[Candidate]] = {}
    for candidate in stated or group:
        key = candidate.modifiers if stated else tuple(m for m in candidate.modifiers if m in PLACE_MODIFIERS)
        lines.setdefault(key, []).append(candidate)
    if stated and len(lines) > 1:
        # A code named again without its modifiers is the same line.
        bare = lines.pop((), [])
        next(iter(lines.values())).extend(bare)
    return list(lines.values())


_SIDES = frozenset({"RT", "LT", "50"})


def _union(group: Sequence[Candidate]) -> Candidate:
    """The best scored of several candidates for one code, with the evidence and modifiers of all."""
    return replace(
        max(group, key=lambda c: c.score),
        evidence=tuple(sorted({span for candidate in group for span in candidate.evidence})),
        modifiers=tuple(dict.fromkeys(modifier for candidate in group for modifier in candidate.modifiers)),
        units=max(candidate.units for candidate in group),
    )
