"""What got into an opening of the body, by the object and the place (T16-T19): "button battery in the esophagus"."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detect_icd.matchers.special.facts import one_side, triggers
from detect_icd.matchers.special.statement import PAST, Statement
from detect_icd.ready import compile_pattern, read_toml
from redactphi.resources import data

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_BY_KIND = ("T17.2", "T17.3", "T17.4", "T17.5", "T18.1")
"""Headings under which food and other objects are apart."""

_DIGIT = {"food": "2", "other": "9", "unspecified": "0"}
_HARM = "8"
"""The last character: harm other than choking, which is not assumed."""

_OWNS = ("T14", "T15", "T16", "T17", "T18", "T19", "S0", "S3", "R09", "K22", "H61", "M79", "W44.9")
_EAR = re.compile(r"\b(?:(?P<right>(?i:right|rt)|R|AD)|(?P<left>(?i:left|lt)|L|AS))\b")
_THE = r" (?:(?:the|his|her|their|an?|right|left|rt|lt|R|L|distal|proximal|mid|upper|lower|middle|cervical|thoracic|posterior) ){0,4}?"
_LINK = rf"(?:[ ,]+(?:\w+[ ,]+){{0,4}}?(?:in(?:to|side)?|up|within|at|down|seen in|of)|,? [-\u2013]){_THE}"
_TAKEN = r"(?:swallow(?:s|ed|ing)?|ingest(?:s|ed|ing)?|ate|aspirat(?:ed|ing)) (?:(?!no\b)\w+ ){0,3}?"
"""Before an object that is found further on: "swallowed a button battery an hour ago, film shows it in the esophagus"."""

TRIGGERS = triggers("body")


@dataclass(frozen=True, slots=True)
class _Bodies:
    """The packaged table, compiled: patterns for an object and, behind it, a place."""

    patterns: tuple[re.Pattern[str], ...]
    headings: tuple[str, ...]


@functools.cache
def _bodies() -> _Bodies:
    raw = read_toml(data("detect_icd") / "special" / "bodies.toml")
    objects = "|".join(f"(?P<{kind}>{words})" for kind, words in raw["objects"].items())
    places = "|".join(f"(?P<p{number}>{words})" for number, words in enumerate(raw["places"].values()))
    patterns = (
        rf"\b(?:{objects})\b{_LINK}(?:{places})\b",
        rf"\b{_TAKEN}(?:{objects})\b[^.;\n]{{0,70}}?\b(?:in|at){_THE}(?:{places})\b",
    )
    return _Bodies(tuple(compile_pattern(one, re.IGNORECASE) for one in patterns), tuple(raw["places"]))


_UNDER_WATER = re.compile(
    r"\bnear[- ]drown\w*|\b(?:non-?fatal )?drown(?:ed|ing)\b|\bsubmersion (?:injury|event|accident)|\bsubmerged (?:in|under)\b",
    re.IGNORECASE,
)


class BodyMatcher:
    """Finds objects in openings of the body."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """What a sentence says is where it should not be: an object within, or the patient under water."""
        for match in _UNDER_WATER.finditer(note, start, end):
            yield Statement(self.book["T75.1"].with_seventh("A"), *match.span(), "body/water", 0.95, ("T75.1",))
        known = _bodies()
        found = [match for pattern in known.patterns for match in pattern.finditer(note, start, end)]
        for number, match in enumerate(found):
            if any(one.start() < match.end() and match.start() < one.end() for one in found[:number]):
                continue
            groups = {name for name, value in match.groupdict().items() if value}
            kind = next(name for name in _DIGIT if name in groups)
            heading = known.headings[next(int(name[1:]) for name in groups if name[1:].isdigit())]
            if code := self._complete(heading, kind, one_side(match.group(), _EAR) or one_side(note[start:end], _EAR)):
                yield Statement(code, *match.span(), "body/place", 0.95, _OWNS, despite=PAST)

    def _complete(self, heading: str, kind: str, side: str) -> str | None:
        code = heading + _DIGIT[kind] + _HARM if heading in _BY_KIND else heading
        if heading == "T16":
            code = {"right": "T16.1", "left": "T16.2"}.get(side, "T16.9")
        entry = self.book.get(code)
        return entry.with_seventh("A") if entry is not None and entry.needs_seventh else None
