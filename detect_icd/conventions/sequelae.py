"""Deficits that an old stroke left behind: category I69 by the kind of stroke, the deficit and its side (I.C.9.d)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Docket, Prefixes, compact, starts
from detect_icd.conventions.surroundings import bordered
from detect_icd.ready import read_toml
from redactphi.errors import RuleError
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_SECTION = "I.C.9.d"
_UNSTATED = "9"
_NOT_SO = re.compile(r"\b(?:no|without|w/o|denies|free of|zero)\s+(?:\w+\s+){0,3}$", re.IGNORECASE)
_SIDE = re.compile(r"\b(?P<right>right|rt|R)\b|\b(?P<left>left|lt|L)\b")
_BESIDE = 24
"""Characters before a deficit in which its side stands."""

_LISTED = 80
"""Characters before a deficit in which stands that it is left over, a list of deficits shared."""


@dataclass(frozen=True, slots=True)
class Sequelae:
    """The packaged table.

    Attributes:
        linked: Words that say a deficit is left over from a stroke.
        source: What a stroke is read as, and the subcategory for what it left.
        deficit: What a deficit is read as, and what its code goes on with; ``*`` takes the side's character.
        kept: Deficits whose own code stays.
        matches: Marked notes with what they come to.
        ignores: Near-misses, with what they come to.
    """

    linked: re.Pattern[str]
    source: Mapping[str, str]
    deficit: Mapping[str, str]
    kept: Prefixes
    matches: tuple[str, ...]
    ignores: tuple[str, ...]


@functools.cache
def sequelae() -> Sequelae:
    """The packaged table.

    Raises:
        RuleError: It has an unknown key, or lacks one.
    """
    raw = read_toml(data("detect_icd") / "guidelines" / "sequelae.toml")
    if sorted(raw) != ["deficit", "ignores", "kept", "linked", "matches", "source"]:
        raise RuleError(f"guidelines/sequelae.toml: keys {sorted(raw)}")
    longest = dict(sorted(raw["deficit"].items(), key=lambda item: -len(item[0])))
    return Sequelae(
        bordered(raw["linked"]), raw["source"], longest, tuple(raw["kept"]["codes"]), tuple(raw["matches"]),
        tuple(raw["ignores"]),
    )  # fmt: skip


def apply_sequelae(docket: Docket, book: CodeBook) -> None:
    """Brings the deficits that the note says an old stroke left to the codes for that."""
    if not docket.note.text:
        return
    _with_sides(docket, book)
    strokes = list(_strokes(docket))
    if not strokes:
        return
    found = any(starts(c, ("I69",)) for c in docket.active())
    for deficit in _deficits(docket):
        stroke = next((s for s in strokes if _is_left(docket, deficit, s)), None)
        code = stroke and _code(docket, deficit, stroke)
        entry = book.get(code) if code else None
        if stroke is None or entry is None or not entry.billable:
            continue
        found = True
        _report(docket, deficit, docket.combine([deficit, stroke], entry, f"{_SECTION}:what a stroke left"))
    if found:
        for candidate in list(docket.standing):
            # I69 excludes the mere history (Excludes1 at I69).
            history = starts(candidate, ("Z86", "I60", "I61", "I62", "I63"))
            if starts(candidate, ("Z8673",)) or (history and any(_overlap(candidate, stroke) for stroke in strokes)):
                docket.drop(candidate, f"{_SECTION}: what it left is reported")


_LEFT_OVER = re.compile(
    r"(?<!no )(?<!without )(?<!any )\b(?:residual|persistent post-?stroke|post-?stroke|sequela of)\W+(?:\w+\W+){0,2}$|"
    r"\b(?:is|was|were|been|remains?|he|she|pt|patient)(?: now| still)? left with\b[^.;\n]{0,60}$",
    re.IGNORECASE,
)


def _with_sides(docket: Docket, book: CodeBook) -> None:
    """Gives what a stroke left the side that its words name."""
    for candidate in docket.active():
        read = compact(candidate.coding.code)
        if not read.startswith("I69") or read[4:] not in {"39", "49", "59"}:
            continue
        limb = next((c for c in docket.all if starts(c, ("G81", "G83")) and _overlap(c, candidate)), None)
        side = _side(docket, limb or candidate, compact(limb.coding.code) if limb else read)
        entry = book.get(read[:5] + side)
        if side != _UNSTATED and entry is not None:
            docket.swap(candidate, docket.combine([candidate], entry, f"{_SECTION}:side"))


def _overlap(one: Candidate, other: Candidate) -> bool:
    return any(a.overlaps(b) for a in one.evidence for b in other.evidence)


def _strokes(docket: Docket) -> Iterator[Candidate]:
    """The strokes that are over: as told, or as the history they were turned into."""
    for candidate in docket.all:
        if starts(candidate, tuple(sequelae().source)) and _is_over(candidate):
            yield candidate


_TOLD_AS_OVER = ("Z8673", "I69")
"""The history of a stroke, and what one left: another deficit may stand beside the one it was read with."""


def _is_over(candidate: Candidate) -> bool:
    return candidate.status is Status.HISTORICAL or (
        starts(candidate, _TOLD_AS_OVER) and candidate.status is Status.PRESENT
    )


def _deficits(docket: Docket) -> list[Candidate]:
    """The deficits the note tells, those too that went with the stroke into the past."""
    told = [
        candidate
        for candidate in docket.all
        if starts(candidate, tuple(sequelae().deficit)) and candidate.status in {Status.PRESENT, Status.HISTORICAL}
    ]
    return list({compact(c.coding.code)[:4]: c for c in reversed(told)}.values())


def _is_left(docket: Docket, deficit: Candidate, stroke: Candidate) -> bool:
    """Whether words that link the two stand in a sentence that tells of both."""
    text = docket.note.text
    for low, high in docket.note.around(deficit):
        if not any(low <= span.start < high for span in stroke.evidence):
            continue
        for match in sequelae().linked.finditer(text, low, high):
            if not _NOT_SO.search(text, low, match.start()):
                return True
    if _goes_on(text, deficit, stroke):
        return True
    # "Also residual aphasia": left over from the stroke that another sentence tells.
    return any(
        _LEFT_OVER.search(text, max(0, span.start - _LISTED), span.start)
        for span in deficit.evidence
        if span.label == "mention"
    )


def _goes_on(text: str, deficit: Candidate, stroke: Candidate) -> bool:
    """Whether the deficit behind a semicolon is said to remain: "Stroke two years ago; left hemiparesis remains"."""
    start, end = stroke.start, max(span.end for span in deficit.evidence)
    return start < deficit.start and _STILL.match(text, start, min(len(text), end + _AFTER)) is not None


_AFTER = 24
_STILL = re.compile(
    r"[^.\n]{1,80};[^.\n]{1,60}(?<!no longer )(?<!nothing )\b(?:remains?|remained|persists?|persisted|(?:has|have) not (?:recovered|resolved)|never (?:recovered|resolved|came back))\b",
    re.IGNORECASE,
)


def _code(docket: Docket, deficit: Candidate, stroke: Candidate) -> str:
    table = sequelae()
    read = compact(deficit.coding.code)
    rest = next((rest for prefix, rest in table.deficit.items() if read.startswith(prefix)), "")
    stem = next((stem for prefix, stem in table.source.items() if compact(stroke.coding.code).startswith(prefix)), "")
    if not rest or not stem:
        return ""
    if rest.endswith("*"):
        rest = rest[:-1] + _side(docket, deficit, read)
    return f"{stem}{rest}"


def _side(docket: Docket, deficit: Candidate, read: str) -> str:
    """The character for side and dominance: that of the deficit's own code, else of the side it stands beside."""
    if read[-1] in "1234":
        return read[-1]
    spans = [span for span in deficit.evidence if span.label == "mention"] or deficit.evidence
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    found = [match.lastgroup for match in _SIDE.finditer(docket.note.text, max(start - _BESIDE, 0), end)]
    side = found[-1] if found else None
    # Where nothing is said of the hand, the right side is the dominant one (I.C.6.a).
    return {"right": "1", "left": "4"}.get(side or "", _UNSTATED)


def _report(docket: Docket, deficit: Candidate, reported: Candidate) -> None:
    if not starts(deficit, sequelae().kept):
        if docket.stands(deficit):
            docket.drop(deficit, f"{_SECTION}: reported as {reported.coding.code}")
    elif not docket.stands(deficit):
        docket.add(replace(deficit, status=Status.PRESENT))
    docket.add(replace(reported, status=Status.PRESENT))
    _without_vaguer(docket, reported)


def _without_vaguer(docket: Docket, reported: Candidate) -> None:
    """Drops the same deficit read without its side, and the vaguest of all."""
    stem = compact(reported.coding.code)
    vaguer: Sequence[Candidate] = [
        c for c in docket.standing
        if starts(c, (stem[:5],)) and compact(c.coding.code) != stem and compact(c.coding.code).endswith(_UNSTATED)
    ]  # fmt: skip
    for candidate in vaguer:
        docket.drop(candidate, f"{_SECTION}: {reported.coding.code} says the side")
