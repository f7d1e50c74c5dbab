"""From the mentions of operations to candidates: the most extensive wins, components are not reported beside it."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from detect_icd.candidates import Candidate, Status
from detect_icd.matchers.procedures_mention import Mention
from detect_icd.matchers.procedures_scan import Role
from redactphi.spans import Span

_TOGETHER = 70
"""Characters a name may span and still be shown as one piece of evidence."""


def select(mentions: Sequence[Mention], *, listed: bool) -> list[Candidate]:
    """The candidates of a note: for what was done the winners, for the rest one a code and status.

    Args:
        mentions: What was found.
        listed: Whether the note has a list of operations.
    """
    done = [mention for mention in mentions if mention.status is Status.PRESENT]
    if any(mention.role is Role.TITLE for mention in done):
        done = [mention for mention in done if mention.role is Role.TITLE]
    elif listed:
        # The list of operations names something that is not in the lexicon: what its account mentions is a part of it.
        done = [mention for mention in done if mention.found.by_steps]
    done = _without_lesser(done)
    reported = {mention.code for mention in done}
    done = [m for m in done if not m.entry.procedure.add_on_to or reported & set(m.entry.procedure.add_on_to)]
    others = [mention for mention in mentions if mention.status is not Status.PRESENT and mention.code not in reported]
    groups = (*_grouped(done), *_grouped(_without_lesser(others)))
    found = [_candidate(group, place) for (_, _, place), group in groups]
    return sorted(found, key=lambda candidate: (candidate.start, candidate.coding.code, candidate.modifiers))


def _without_lesser(mentions: Sequence[Mention]) -> list[Mention]:
    """Drops what another mention says more exactly, and what another code includes or supersedes."""
    exact = _most_exact(mentions)
    beaten = {
        code for m in exact for code in (*m.entry.procedure.includes, *m.entry.procedure.supersedes) if code != m.code
    }
    kept = [m for m in exact if m.code not in beaten]
    others = {(m.entry.procedure.specialty, m.entry.procedure.part_of): m for m in kept}
    return [m for m in kept if not any(_is_part(m, other) for other in others.values())]


def _most_exact(mentions: Sequence[Mention]) -> list[Mention]:
    """Those no other mention that stands over them says more than; only neighbours can stand over one another."""
    ordered = sorted(mentions, key=lambda mention: mention.found.bounds)
    reach = max((end - start for start, end in (m.found.bounds for m in ordered)), default=0)
    starts = [mention.found.bounds[0] for mention in ordered]
    exact = set()
    for mention in ordered:
        start, end = mention.found.bounds
        near = ordered[bisect.bisect_left(starts, start - reach) : bisect.bisect_left(starts, end)]
        if not any(_says_more(other, mention) for other in near):
            exact.add(id(mention))
    return [mention for mention in mentions if id(mention) in exact]


def _is_part(mention: Mention, other: Mention) -> bool:
    """Whether a mention is the usual way in, or the look around, of another operation."""
    procedure, larger = mention.entry.procedure, other.entry.procedure
    return larger.specialty in procedure.part_of and not (larger.part_of and procedure.specialty in larger.part_of)


def _says_more(other: Mention, lesser: Mention) -> bool:
    if other.code == lesser.code or not lesser.atoms < other.atoms:
        return False
    (low, high), (start, end) = other.found.bounds, lesser.found.bounds
    return start < high and low < end


def _grouped(mentions: Iterable[Mention]) -> list[tuple[tuple[str, Status, str], list[Mention]]]:
    """The mentions of each code and status, those at each place apart."""
    groups: dict[tuple[str, Status, str], list[Mention]] = {}
    for mention in mentions:
        for place in mention.places or ("",):
            groups.setdefault((mention.code, mention.status, place), []).append(mention)
    return list(groups.items())


def _candidate(group: Sequence[Mention], place: str) -> Candidate:
    best = max(group, key=lambda mention: (mention.score, -mention.found.bounds[0]))
    procedure = best.entry.procedure
    evidence = {*_name_spans(best), *best.spans}
    rules = [*best.rules, f"lexicon/{procedure.specialty}"]
    if procedure.supersedes or procedure.includes:
        rules.append("most-extensive")
    return Candidate(
        coding=procedure.coding,
        evidence=tuple(sorted(evidence)),
        status=best.status,
        section=best.found.clause.section,
        score=round(best.score, 3),
        rules=tuple(rules),
        modifiers=(place,) if place else _modifiers(group),
        units=max(len({m.found.bounds for m in group}) if procedure.counted else 1, *(m.units for m in group)),
    )


def _modifiers(group: Sequence[Mention]) -> tuple[str, ...]:
    sides = {side for mention in group for side in mention.modifiers}
    if "50" in sides or {"RT", "LT"} <= sides:
        return ("50",)
    return tuple(sorted(sides))


def _name_spans(mention: Mention) -> list[Span]:
    start, end = mention.found.bounds
    source = f"{mention.entry.procedure.specialty}/{mention.code}"
    if end - start <= _TOGETHER and not mention.found.by_steps:
        return [Span(start, end, "mention", mention.score, source)]
    label = "step" if mention.found.by_steps else "mention"
    return [Span(hit.start, hit.end, label, mention.score, source) for hit in mention.found.hits]
