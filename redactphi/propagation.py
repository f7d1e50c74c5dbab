"""Once a name, facility or identifier is found in a note, every other mention of it there is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import regex

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS, Known, Mentions, is_ordinary
from redactphi.spans import Span

_SEED = 0.5
_LESS = 0.05
_PART = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*")
_INITIALS = regex.compile(r"(?:\p{Lu}\.[ \t]?){2,4}")
_DOTTED = frozenset({
    "p.o.", "i.v.", "i.m.", "i.d.", "e.r.", "o.r.", "m.d.", "d.o.", "u.s.", "c.t.", "m.r.", "l.p.", "r.n.", "p.a.",
    "n.p.", "p.t.", "o.t.", "d.c.", "a.m.", "p.m.", "p.r.", "p.e.", "s.c.", "s.l.", "h.s.", "b.p.", "g.i.", "g.u.",
    "e.d.", "o.d.", "o.s.", "o.u.", "d.d.", "v.a.", "c.v.", "l.v.", "r.v.", "b.i.", "n.g.", "d.p.", "c.c.", "t.b.",
})  # fmt: skip
_PLACES = frozenset({str(PhiLabel.FACILITY), str(PhiLabel.EMPLOYER)})
_IDS = frozenset(
    str(label)
    for label in (
        PhiLabel.MRN, PhiLabel.ACCOUNT, PhiLabel.SSN, PhiLabel.HEALTH_PLAN, PhiLabel.LICENSE, PhiLabel.VEHICLE,
        PhiLabel.DEVICE, PhiLabel.EMAIL, PhiLabel.PHONE, PhiLabel.FAX, PhiLabel.URL, PhiLabel.BIOMETRIC,
        PhiLabel.PHOTO, PhiLabel.ID_OTHER,
    )
)  # fmt: skip
_DISTINGUISHING = frozenset({"general"})
_SHORTEST = 3
_DISTINCT_LENGTH = 5
_ID_LENGTH = 6
_ID_DIGITS = 4


def propagate(text: str, spans: Sequence[Span]) -> list[Span]:
    """Further spans: the other mentions of what ``spans`` hold.

    Names are found whole and by each part, in any case; facilities whole and without the words that say what kind of
    place they are; long identifiers as written. A part that is also an ordinary word or an eponym counts only where
    it plainly means the person.

    Args:
        text: The note.
        spans: What was found in it, in any order, overlapping or not.

    Returns:
        The mentions no given span covers, sorted, with a score slightly below that of what they repeat.
    """
    known = [entry for span in spans if span.score >= _SEED for entry in _entries(text[span.start : span.end], span)]
    mentions = Mentions(known).find(text)
    return list(_uncovered(mentions, spans))


def _entries(value: str, span: Span) -> Iterator[Known]:
    score = max(0.0, span.score - _LESS)
    if span.label in PERSON_LABELS:
        yield from person_entries(value, span.label, score, "propagation/name")
    elif span.label in _PLACES:
        yield from place_entries(value, span.label, score, "propagation/place")
    elif span.label in _IDS and len(value) >= _ID_LENGTH and sum(map(str.isdigit, value)) >= _ID_DIGITS:
        yield Known(value, span.label, score, "propagation/identifier")


def person_entries(value: str, label: str, score: float, source: str) -> Iterator[Known]:
    """What to look for once a person's name is known.

    Args:
        value: The name, in any order.
        label: The label of mentions.
        score: Their score.
        source: Their source.
    """
    if _INITIALS.fullmatch(value):
        if value.lower() not in _DOTTED:
            yield Known(value.strip(), label, score, source, "exact")
        return
    parts = [part for part in _PART.findall(value) if not _is_generation(part)]
    for part in parts:
        yield from (Known(piece, label, score, source, "part") for piece in _pieces(part))
    letters = [part[0].upper() for part in _in_order(value, parts)]
    for chosen in {tuple(letters), (letters[0], letters[-1])} if len(letters) > 1 else ():
        dotted = "".join(f"{letter}." for letter in chosen)
        if dotted.lower() not in _DOTTED:
            yield Known(dotted, label, score, source, "exact")


def _pieces(part: str) -> Iterator[str]:
    if len(part) >= _SHORTEST and not _is_particle(part):
        yield part
    halves = part.replace("’", "'").split("-")
    if len(halves) > 1:
        yield from (half for half in halves if len(half) > _SHORTEST)
        yield " ".join(halves)


def _in_order(value: str, parts: list[str]) -> list[str]:
    last = value.split(",", 1)[0]
    count = len(_PART.findall(last)) if "," in value else 0
    return [*parts[count:], *parts[:count]] if 0 < count < len(parts) else parts


def _is_generation(part: str) -> bool:
    return part.upper() in {"JR", "SR", "II", "III", "IV"}


def _is_particle(part: str) -> bool:
    return part.lower() in {"van", "von", "der", "den", "del", "della", "dos", "das", "bin", "ibn", "ben", "ter", "san"}


def place_entries(value: str, label: str, score: float, source: str) -> Iterator[Known]:
    """What to look for once a facility or employer is known: its name, and that without what kind of place it is.

    Args:
        value: The name.
        label: The label of mentions.
        score: Their score.
        source: Their source.
    """
    if len(value) < _SHORTEST:
        return
    if value.isupper() and " " not in value:
        yield Known(value, label, score, source, "exact" if len(value) < _ID_LENGTH else "phrase")
        return
    yield Known(value, label, score, source)
    words = value.split()
    while words and words[-1].strip(",.").lower() in resources.terms("facility_generic") - _DISTINGUISHING:
        words.pop()
    while words and words[0].lower() == "the":
        words.pop(0)
    if len(words) > 1 and not all(is_ordinary(word) for word in words):
        yield Known(" ".join(words), label, score, source)
    elif len(words) == 1 and len(words[0]) >= _DISTINCT_LENGTH and not _is_plain(words[0]):
        yield Known(words[0], label, score, source, "part")


def _is_plain(word: str) -> bool:
    return is_ordinary(word) or word.lower() in resources.terms("states")


def _uncovered(mentions: Iterable[Span], spans: Sequence[Span]) -> Iterator[Span]:
    """The mentions that no single one of the spans covers."""
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))
    position, reach = 0, 0
    for mention in mentions:
        while position < len(ordered) and ordered[position].start <= mention.start:
            reach = max(reach, ordered[position].end)
            position += 1
        if mention.end > reach:
            yield mention
