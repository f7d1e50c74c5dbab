"""Once a name, facility or identifier is found in a note, every other mention of it there is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter

import regex

from redactphi import resources
from redactphi.known import person_entries, place_entries
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS, Known, Mentions
from redactphi.spans import Span

_SEED = 0.5
_LESS = 0.05
_PLACES = frozenset({str(PhiLabel.FACILITY), str(PhiLabel.EMPLOYER)})
_IDS = frozenset(
    str(label)
    for label in (
        PhiLabel.MRN, PhiLabel.ACCOUNT, PhiLabel.SSN, PhiLabel.HEALTH_PLAN, PhiLabel.LICENSE, PhiLabel.VEHICLE,
        PhiLabel.DEVICE, PhiLabel.EMAIL, PhiLabel.PHONE, PhiLabel.FAX, PhiLabel.URL, PhiLabel.BIOMETRIC,
        PhiLabel.PHOTO, PhiLabel.ID_OTHER,
    )
)  # fmt: skip
_SERIAL = frozenset(map(str, (PhiLabel.MRN, PhiLabel.ACCOUNT, PhiLabel.DEVICE, PhiLabel.ID_OTHER)))
_SURE_NUMBER = 0.6
_ID_LENGTH = 6
_ID_DIGITS = 4
_SCORE = attrgetter("score")


def propagate(text: str, spans: Sequence[Span]) -> list[Span]:
    """Further spans: the other mentions of what ``spans`` hold.

    Names are found whole and by each part, in any case; facilities whole and without the words that say what kind of
    place they are; long identifiers as written. A part that is also an ordinary word or an eponym counts only where
    it plainly means the person.

    Args:
        text: The note.
        spans: What was found in it, in any order, overlapping or not.

    Returns:
        The mentions that no given span of at least their score covers, sorted, with a score slightly below that of
        what they repeat: what a title made sure of names the person wherever the model alone saw a name.
    """
    scores: dict[tuple[str, str], float] = {}
    for span in spans:
        if span.score >= _SEED:
            seen = text[span.start : span.end], span.label
            scores[seen] = max(span.score, scores.get(seen, 0.0))
    known = [entry for (value, label), score in scores.items() for entry in _entries(value, label, score)]
    known += _acronyms(text, spans)
    known += _siblings(text, scores)
    by_score: defaultdict[float, list[Span]] = defaultdict(list)
    found = {(span.start, span.end): span.score for span in sorted(spans, key=_SCORE)}
    for mention in Mentions(known).find(text, found):
        if found.get((mention.start, mention.end), -1.0) < mention.score:
            by_score[mention.score].append(mention)
    ordered = sorted(spans, key=_widest_first) if by_score else []
    return sorted(
        mention
        for score, group in by_score.items()
        for mention in _uncovered(group, [span for span in ordered if span.score >= score])
    )


def _siblings(text: str, scores: Mapping[tuple[str, str], float]) -> Iterator[Known]:
    """Numbers of the same letters and figures as a known one: after "VU-GYN-23-3077 (uterus)" also "VU-GYN-23-3078 (node)"."""
    known = {
        shape: (label, score)
        for (value, label), score in sorted(scores.items(), key=itemgetter(1))
        if label in _SERIAL and score >= _SURE_NUMBER and (shape := _shape(value))
    }
    if not known:
        return
    found = {value for value, _ in scores}
    for number in sorted({match[0] for match in _NUMBERED.finditer(text)} - found):
        if (shape := _shape(number)) in known:
            label, score = known[shape]
            yield Known(number, label, max(0.0, score - _LESS), "propagation/sibling")


def _shape(number: str) -> str:
    """A number's letters and marks with its figures left open; empty where they tell too little."""
    if not _NUMBERED.fullmatch(number) or sum(map(str.isdigit, number)) < _ID_DIGITS:
        return ""
    return _FIGURE.sub("0", number)


def _acronyms(text: str, spans: Sequence[Span]) -> Iterator[Known]:
    """What a note calls a place for short: what it says in brackets, if its letters are the name's own, or the acronym in front.

    'Lindahl Children's ("LC")'; "VNA of Cape Cod", then "VNA".
    """
    for span in spans:
        if span.label not in _PLACES or span.score < _SEED:
            continue
        score = max(0.0, span.score - _LESS)
        if match := _IN_BRACKETS.match(text, span.end):
            initials = iter(word[0].upper() for word in _WORD.findall(text, span.start, span.end))
            if all(letter in initials for letter in match[1]):
                yield Known(match[1], span.label, score, "propagation/acronym", "exact")
        if (match := _IN_FRONT.match(text, span.start, span.end)) and _is_own(match[1]):
            yield Known(match[1], span.label, score, "propagation/acronym", "exact")


def _is_own(acronym: str) -> bool:
    """Whether no list knows the acronym as something clinical or as a kind of unit."""
    lower = acronym.lower()
    return (
        acronym not in resources.terms("clinical_acronyms")
        and lower not in resources.terms("unit_acronyms")
        and lower not in resources.terms("facility_generic")
        and lower not in resources.terms("common_words")
    )


_NUMBERED = regex.compile(
    r"(?<![\p{L}\p{N}/-])\p{Lu}{1,6}(?:[-/]\p{Lu}{1,6})?[-/]?\d{1,8}(?:[-/]\d{1,8}){0,3}(?![\p{L}\p{N}/-]|[.:]\d)"
)
_FIGURE = regex.compile(r"\d")
_IN_FRONT = regex.compile(r"(\p{Lu}{3,6})[ ](?:\p{Lu}?\p{Ll})")
_IN_BRACKETS = regex.compile(r"[ ]?\([\"“']?(\p{Lu}{2,6})[\"”']?\)")
_WORD = regex.compile(r"[\p{L}\p{N}]+(?:['’]\p{L}+)*")


def _widest_first(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def _entries(value: str, label: str, found: float) -> Iterator[Known]:
    score = max(0.0, found - _LESS)
    if label in PERSON_LABELS:
        yield from person_entries(value, label, score, "propagation/name")
    elif label in _PLACES:
        yield from place_entries(value, label, score, "propagation/place")
    elif label in _IDS and len(value) >= _ID_LENGTH and sum(map(str.isdigit, value)) >= _ID_DIGITS:
        yield Known(value, label, score, "propagation/identifier")


def _uncovered(mentions: Iterable[Span], ordered: Sequence[Span]) -> Iterator[Span]:
    """The mentions that no single one of some spans covers; those are sorted, the widest first."""
    position, reach = 0, 0
    for mention in sorted(mentions, key=lambda span: (span.start, -span.end, span.label, span.score, span.source)):
        while position < len(ordered) and ordered[position].start <= mention.start:
            reach = max(reach, ordered[position].end)
            position += 1
        if mention.end > reach:
            yield mention
            reach = mention.end
