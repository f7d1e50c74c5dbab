"""From the mentions of operations to candidates: the most extensive wins, components are not reported beside it."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from detect_icd.candidates import Candidate, Dropped, Status
from detect_icd.matchers.procedures_bundles import families, is_part
from detect_icd.matchers.procedures_mention import RECKONED, SPACES, Mention
from detect_icd.matchers.procedures_scan import Role
from redactphi.spans import Span

_TOGETHER = 70
"""Characters a name may span and still be shown as one piece of evidence."""


class Reading(NamedTuple):
    """What a note says of operations.

    Attributes:
        candidates: What was done, planned, past or denied, in order.
        dropped: What lost to another code, each with the code that won and the words that decided.
        warnings: Where the account says something else than the heading.
    """

    candidates: list[Candidate]
    dropped: list[Dropped]
    warnings: list[str]


class _Lost(NamedTuple):
    mention: Mention
    winner: Mention
    how: str


def select(mentions: Sequence[Mention], told: Sequence[Mention], *, listed: bool) -> Reading:
    """The candidates of a note: for what was done the winners, for the rest one a code and status.

    Args:
        mentions: What was named.
        told: What the account tells by its steps.
        listed: Whether the note has a list of operations.
    """
    done = [mention for mention in mentions if mention.status is Status.PRESENT]
    lost: list[_Lost] = []
    warnings: list[str] = []
    titles = [mention for mention in done if mention.role is Role.TITLE]
    if any(not mention.entry.procedure.add_on_to for mention in titles):
        done, lost, warnings = _corrected(titles, told)
    elif titles:
        done = [*titles, *told]
    else:
        # Where the list names something that is not in the lexicon, what its account mentions is a part of it.
        done = [*(() if listed else done), *told]
    done, lesser = _without_lesser(_with_base(done))
    lost += lesser
    done = _with_base(done)
    reported = {mention.code for mention in done}
    others = [mention for mention in mentions if mention.status is not Status.PRESENT and mention.code not in reported]
    groups = (*_grouped(done), *_grouped(_without_lesser(others)[0]))
    found = [_candidate(group, place) for (_, _, place), group in groups]
    found.sort(key=lambda candidate: (candidate.start, candidate.coding.code, candidate.modifiers))
    return Reading(found, _dropped(lost, reported), warnings)


def _with_base(mentions: list[Mention]) -> list[Mention]:
    """Without the add-ons none of whose primaries is there: they are not reported, and speak against nothing."""
    codes = {mention.code for mention in mentions}
    return [m for m in mentions if not m.entry.procedure.add_on_to or codes & set(m.entry.procedure.add_on_to)]


def _corrected(titles: list[Mention], told: Sequence[Mention]) -> tuple[list[Mention], list[_Lost], list[str]]:
    """The operations of the list, but where the account tells of a larger one of the same family: that one and its add-ons."""
    kept, lost, warnings = list(titles), [], []
    for mention in told:
        if any(mention.code == title.code for title in titles):
            continue
        wider = {*mention.entry.procedure.includes, *mention.entry.procedure.supersedes}
        for title in titles:
            if title.code in wider and SPACES not in title.rules:
                lost.append(_Lost(title, mention, "the account tells otherwise than the heading"))
                kept = [other for other in kept if other is not title]
                if mention not in kept:
                    kept.append(mention)
                warnings.append(f"{title.code} in the heading, {mention.code} by the account: the account is followed")
    codes = {mention.code for mention in kept}
    further = [m for m in told if m.role is not Role.TITLE and m not in kept]
    kept += [mention for mention in further if codes & set(mention.entry.procedure.add_on_to)]
    return kept, lost, list(dict.fromkeys(warnings))


def _dropped(lost: Sequence[_Lost], reported: AbstractSet[str]) -> list[Dropped]:
    """What lost, once a code, and to which."""
    first: dict[str, _Lost] = {}
    for item in lost:
        if item.mention.code not in reported:
            first.setdefault(item.mention.code, item)
    return [Dropped(_candidate([item.mention], ""), _why(item)) for item in first.values()]


def _why(item: _Lost) -> str:
    words = ", ".join(sorted(atom.replace("_", " ") for atom in item.winner.atoms - item.mention.atoms))
    return f"{item.how}: {item.winner.code}{f' by {words}' if words else ''}"


def _without_lesser(mentions: Sequence[Mention]) -> tuple[list[Mention], list[_Lost]]:
    """What another mention does not say more exactly and no other code includes or supersedes; and the rest."""
    exact, lost = _most_exact(mentions)
    unlike = _unlike(exact)
    winners = _Larger(unlike.values())
    won_over = {key: _greater(m, winners.of(m.code)) for key, m in unlike.items()}
    beaten = {id(m): won for m in exact if not RECKONED & {*m.rules} and (won := won_over[_likeness(m)])}
    lost += [_Lost(m, *beaten[id(m)]) for m in exact if id(m) in beaten]
    kept = [m for m in exact if id(m) not in beaten]
    others = {(m.entry.procedure.specialty, m.entry.procedure.part_of): m for m in kept}
    whole = []
    for m in kept:
        larger = next((other for other in others.values() if _is_part(m, other)), None)
        if larger is None:
            whole.append(m)
        else:
            lost.append(_Lost(m, larger, "a part of"))
    return whole, lost


_Likeness = tuple[int, Role, float, int, str, tuple[str, ...]]


def _likeness(mention: Mention) -> _Likeness:
    """All by which one operation is told to be a part of another: what is the same in it need not be compared again."""
    return (id(mention.entry), *_rank(mention), mention.modifiers)


def _unlike(mentions: Iterable[Mention]) -> dict[_Likeness, Mention]:
    """The first mention of each likeness, in order."""
    found: dict[_Likeness, Mention] = {}
    for mention in mentions:
        found.setdefault(_likeness(mention), mention)
    return found


class _Larger:
    """Of some operations those that may have a code as their part, found by what their entries and families say."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._mentions = [*mentions]
        self._of_code: dict[str, list[int]] = {}
        self._of_family: dict[int, list[int]] = {}
        for number, mention in enumerate(self._mentions):
            procedure = mention.entry.procedure
            for code in (*procedure.includes, *procedure.supersedes):
                self._of_code.setdefault(code, []).append(number)
            for family in families(mention.code)[0]:
                self._of_family.setdefault(family, []).append(number)

    def of(self, code: str) -> list[Mention]:
        """Those that may have a code as their part, in order."""
        numbers = set(self._of_code.get(code, ()))
        for family in families(code)[1]:
            numbers.update(self._of_family.get(family, ()))
        return [self._mentions[number] for number in sorted(numbers)]


def _greater(mention: Mention, others: Iterable[Mention]) -> tuple[Mention, str] | None:
    """An operation of which this one is a part, on the same side as far as the note says, and how it is known."""
    for other in others:
        if other.code == mention.code or _apart(mention, other):
            continue
        how = _beaten_how(mention, other)
        if how and not _holds_its_own(mention, other, how):
            return other, how
    return None


_BY_FAMILY = "a part of"


def _beaten_how(mention: Mention, other: Mention) -> str:
    """How an operation is known to be a part of another; empty: it is not."""
    procedure = other.entry.procedure
    if mention.code in procedure.includes:
        return "included in"
    if mention.code in procedure.supersedes:
        return "less than"
    if is_part(mention.code, other.code) and other.code not in mention.entry.procedure.add_on_to:
        return _BY_FAMILY
    return ""


def _holds_its_own(mention: Mention, other: Mention, how: str) -> bool:
    """Whether the operation says itself that the other is its part: what an entry says goes before its family, else the one better named."""
    own = mention.entry.procedure
    if other.code not in own.includes and other.code not in own.supersedes:
        return False
    return how == _BY_FAMILY or _rank(mention) > _rank(other)


def _rank(mention: Mention) -> tuple[Role, float, int, str]:
    return mention.role, mention.score, len(mention.found.atoms), mention.code


def _apart(mention: Mention, other: Mention) -> bool:
    """Whether both stand in the list of operations, one for the right side and one for the left."""
    listed = mention.role is other.role is Role.TITLE
    return listed and {*mention.modifiers, *other.modifiers} == {"RT", "LT"} and len(mention.modifiers) == 1


def _most_exact(mentions: Sequence[Mention]) -> tuple[list[Mention], list[_Lost]]:
    """Those no other mention that stands over them says more than; only neighbours can stand over one another."""
    ordered = sorted(mentions, key=lambda mention: mention.found.bounds)
    near = _Near(ordered)
    lost: dict[int, _Lost] = {}
    for mention in ordered:
        more = next((other for other in near.of(mention) if _says_more(other, mention)), None)
        if more is not None:
            lost[id(mention)] = _Lost(mention, more, "says less than")
    return [mention for mention in mentions if id(mention) not in lost], list(lost.values())


class _Near:
    """Mentions in order, to be found by where they stand; those told over a whole account by their rarest word."""

    def __init__(self, ordered: Sequence[Mention]) -> None:
        self._ordered = ordered
        self._short = [n for n, m in enumerate(ordered) if m.found.bounds[1] - m.found.bounds[0] <= _SHORT]
        self._long = [n for n, m in enumerate(ordered) if m.found.bounds[1] - m.found.bounds[0] > _SHORT]
        self._starts = [ordered[number].found.bounds[0] for number in self._short]
        self._holding: dict[str, list[int]] = {}
        for number, mention in enumerate(ordered):
            for atom in mention.atoms:
                self._holding.setdefault(atom, []).append(number)

    def of(self, mention: Mention) -> Iterator[Mention]:
        """Those that may stand over a mention and have its words, in order, and more."""
        start, end = mention.found.bounds
        low, high = bisect.bisect_left(self._starts, start - _SHORT), bisect.bisect_left(self._starts, end)
        holding = min((self._holding[atom] for atom in mention.atoms), key=len, default=None)
        if holding is not None and len(holding) < high - low + len(self._long):
            numbers: Iterable[int] = holding
        else:
            numbers = sorted((*self._short[low:high], *self._long))
        return (self._ordered[number] for number in numbers)


_SHORT = 300
"""Characters over which a mention of words that stand together reaches at most."""


def _is_part(mention: Mention, other: Mention) -> bool:
    """Whether a mention is the usual way in, or the look around, of another operation."""
    procedure, larger = mention.entry.procedure, other.entry.procedure
    return larger.specialty in procedure.part_of and not (larger.part_of and procedure.specialty in larger.part_of)


def _says_more(other: Mention, lesser: Mention) -> bool:
    if other.code == lesser.code or lesser.found.likeness or not lesser.atoms < other.atoms:
        return False
    if lesser.code in other.entry.procedure.add_on_to or other.code in lesser.entry.procedure.add_on_to:
        return False
    (low, high), (start, end) = other.found.bounds, lesser.found.bounds
    return start < high and low < end


def _grouped(mentions: Iterable[Mention]) -> list[tuple[tuple[str, Status, str], list[Mention]]]:
    """The mentions of each code and status, those at each place apart."""
    groups: dict[tuple[str, Status, str], list[Mention]] = {}
    for mention in mentions:
        for place in mention.places or ("",):
            groups.setdefault((mention.code, mention.status, place), []).append(mention)
    for code, status, place in [key for key in groups if key[2]]:
        # Named again without its place it is the same line.
        groups[code, status, place].extend(groups.pop((code, status, ""), ()))
    return list(groups.items())


def _candidate(group: Sequence[Mention], place: str) -> Candidate:
    best = max(group, key=lambda mention: (mention.score, -mention.found.bounds[0], mention.entry.procedure.name))
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
        units=_units(group),
    )


def _units(group: Sequence[Mention]) -> int:
    """How many units a group comes to: the most that one mention states; of teeth what the items of a list state together."""
    best = group[0].entry.procedure
    stated = max(len({m.found.bounds for m in group}) if best.counted else 1, *(m.units for m in group))
    if best.number_of != _TEETH:
        return stated
    items: dict[int, int] = {}
    for mention in group:
        if mention.role is Role.TITLE:
            items[mention.found.clause.start] = max(mention.units, items.get(mention.found.clause.start, 0))
    return max(stated, sum(items.values()))


_TEETH = ("@tooth",)


def _modifiers(group: Sequence[Mention]) -> tuple[str, ...]:
    placed = _placed(group)
    sides = {side for mention in group if not _is_wider(mention, placed) for side in mention.modifiers}
    if "50" in sides or {"RT", "LT"} <= sides:
        return ("50",)
    return tuple(sorted(sides))


def _placed(group: Sequence[Mention]) -> dict[Role, list[tuple[int, int]]]:
    """Where the mentions with a side stand, by role and in order."""
    found: dict[Role, set[tuple[int, int]]] = {}
    for mention in group:
        if mention.modifiers:
            found.setdefault(mention.role, set()).add(mention.found.bounds)
    return {role: sorted(places) for role, places in found.items()}


def _is_wider(mention: Mention, placed: Mapping[Role, Sequence[tuple[int, int]]]) -> bool:
    """Whether another mention of the code is stated by fewer words of the same place: "left hernia repair, bilateral hydrocele"."""
    start, end = mention.found.bounds
    others = placed.get(mention.role, ())
    for number in range(bisect.bisect_left(others, (start, start)), len(others)):
        low, high = others[number]
        if low > end:
            return False
        if high <= end and (low, high) != (start, end):
            return True
    return False


def _name_spans(mention: Mention) -> list[Span]:
    start, end = mention.found.bounds
    source = f"{mention.entry.procedure.specialty}/{mention.code}"
    if end - start <= _TOGETHER and not mention.found.by_steps:
        return [Span(start, end, "mention", mention.score, source)]
    label = "step" if mention.found.by_steps else "mention"
    return [Span(hit.start, hit.end, label, mention.score, source) for hit in mention.found.hits]
