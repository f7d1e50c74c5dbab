"""Notes typed in small letters or in capitals alone, written so that abbreviations can be told from words."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from detect_icd.ready import read_toml
from detect_icd.sentences import sentences
from detect_icd.terms import TAG, rows
from redactphi.resources import data

_FEW = 0.04
"""The share of words with a capital up to which a note is typed in small letters."""

_ENOUGH = 4
"""Words from which on the way a note is typed can be told."""

_WORD = re.compile(r"(?<![\w'\u2019.-])[a-z]{2,}(?![\w'\u2019])")
_BEHIND_A_STOP = re.compile(
    r"(?<!\bdr)(?<!\bmr)(?<!\bmrs)(?<!\bms)(?<!\bst)(?<!\bvs)(?<!\bno)(?<!\bapprox)(?<=[a-z\d)][a-z\d)])[.!?]\s+([a-z])"
)
_CAPITAL = re.compile(r"\b[A-Z]")
_LETTERS = re.compile(r"\b[^\W\d_]")
_TAGS = re.compile(TAG)
_SIDE = re.compile(r"(?<![\w/'\u2019.&-])(?<!\d )[lr](?=\s|[,;.)](?:\s|$)|$)")
_AGE = re.compile(r"(?<![\w.])\d{1,2}[mf](?!\w)")
_LOUD = re.compile(r"(?<![\w'\u2019/])[A-Z]{2,}(?![\w'\u2019/])")
_OWNING = re.compile(r"(?<=[A-Z]['\u2019])S\b")
_UNITS = re.compile(
    r"(?<=\d )(?:MC?G|PPM|MM|CM|ML|KG|BPM|IU|PA|PADS?)\b|(?<=HEARING )AIDS?\b|(?<=CRADLE )CAP\b|\b(?<=MET |FAT )PADS?\b|(?<=ADENOID )PADS?\b"
)
"""Units and the like, which are abbreviations of diseases elsewhere."""
_LOUD_LETTERS = 12
"""Letters of a line from which on capitals are the way it is typed, and no heading or short form."""


@dataclass(frozen=True, slots=True)
class Casing:
    """Which words are abbreviations where the letters do not tell.

    Attributes:
        written: For what is read in small letters how the abbreviation is written.
        words: Words that look like an abbreviation in capitals.
        beside: Further words, and what the note must have.
    """

    written: Mapping[str, str]
    words: frozenset[str]
    beside: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]


@functools.cache
def casing() -> Casing:
    """The packaged table, with the abbreviations whose case matters."""
    raw = read_toml(data("detect_icd") / "casing.toml")
    words = frozenset(raw["words"].split())
    pairs = frozenset(raw["pairs"].split())
    none = words.union(raw["small"].split())
    exact = [short[1:] for short, *_ in rows("abbreviations.tsv", 4) if short.startswith("=")]
    written = {}
    for form in (*exact, *raw["capitals"].split()):
        small = form.lower()
        if form.isalpha() and small not in none and (len(form) > 2 or small in pairs):  # noqa: PLR2004 - pairs are listed
            written[small] = form
    beside = tuple((re.compile(rf"\b(?:{row['words']})(?!\w)"), re.compile(row["near"])) for row in raw["beside"])
    return Casing(written, words, beside)


def evened(note: str) -> str:
    """The note, as long as it was, with abbreviations in capitals and words in small letters, if it is typed in one of them alone."""
    plain = _TAGS.sub("", note) if "[" in note else note
    words = len(_LETTERS.findall(plain))
    capitals = len(_CAPITAL.findall(plain))
    if words < (_ENOUGH if capitals else 2):
        return note
    if capitals <= words * _FEW:
        return _with_capitals(note)
    return _without_shouting(note) if capitals > words / 2 else note


def _with_capitals(note: str) -> str:
    known = casing()
    letters = list(note)
    for word in _WORD.finditer(note):
        small = word.group()
        form = known.written.get(small)
        plural = known.written.get(small[:-1]) if form is None and small.endswith("s") else None
        if form or plural:
            letters[word.start() : word.end()] = form or f"{plural}s"
    told = [_SIDE, _AGE, *(words for words, near in known.beside if near.search(note))]
    for match in (match for pattern in told for match in pattern.finditer(note)):
        letters[match.start() : match.end()] = match.group().upper()
    for match in _BEHIND_A_STOP.finditer(note):
        letters[match.end() - 1] = match[1].upper()
    for start, end in sentences(note):
        first = next((place for place in range(start, min(end, start + 4)) if note[place].isalnum()), None)
        if first is not None and note[first].isascii():
            letters[first] = note[first].upper()
    return "".join(letters)


def _without_shouting(note: str) -> str:
    return "".join(_evened_line(line) for line in note.splitlines(keepends=True))


def _evened_line(line: str) -> str:
    plain = _TAGS.sub("", line) if "[" in line else line
    if not plain.isupper() or sum(letter.isalpha() for letter in plain) < _LOUD_LETTERS:
        return line
    line = _UNITS.sub(lambda match: match.group().lower(), _OWNING.sub("s", line))
    return _LOUD.sub(_quieter, line)


def _quieter(match: re.Match[str]) -> str:
    """A word in small letters if it is one; at the start of a sentence with a capital."""
    word = match.group()
    if word.lower() not in casing().words:
        return word
    return word.capitalize() if _OPENED.search(match.string, 0, match.start()) else word.lower()


_OPENED = re.compile(r"(?:^|[.!?:;]\s+|[-#*\u2022)]\s*)$")
