"""Headings of a note, and which canonical section each opens."""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detect_icd.ready import read_toml
from detect_icd.sentences import sentences
from detect_icd.terms import TAG
from redactphi.errors import DataError
from redactphi.resources import data

_HEADING = re.compile(
    r"^[ \t]*(?:\#{1,6}[ \t]*|[-*\u2022][ \t]+)?(?:\d{1,2}[.)][ \t]*)?\**_{0,2}"
    rf"(?P<name>[A-Za-z](?:[A-Za-z0-9 /&,'()\-\u2019]|{TAG}){{0,70}}?)\**_{{0,2}}[ \t]*(?:(?P<colon>:)\**|(?P<dash>[ \t]-[ \t])|(?=\r?$))",
    re.MULTILINE,
)
_INLINE = re.compile(
    r"(?<=[.;,:\])])[ \t]+(?P<name>[A-Z][A-Z /&'()\-]{2,50}|[A-Z](?:/[A-Z])?|[A-Z][A-Za-z]+(?:[ /&\-]{1,3}[A-Za-z]+){0,3}):(?=\s)"
)
_INLINE_DASH = re.compile(
    r"(?<=[.;\])])[ \t]+(?P<name>[A-Z][A-Z /&]{1,30}|Allerg(?:y|ies)|Meds|Medications) [-\u2013](?=\s)"
)
_TAG = re.compile(TAG)
_TAG_LAST = re.compile(TAG + r"$")
_LONGEST_TAG = 60
_SPACES = re.compile(r"[^a-z0-9]+")
_DATED = re.compile(
    rf"(?:\s(?:on|of|dated|from|for|as of))?\s*(?:{TAG}|\b\d{{1,4}}[/\-]\d{{1,2}}(?:[/\-]\d{{2,4}})?\b|"
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}\b(?:,? \d{4})?)",
    re.IGNORECASE,
)
"""What is said of when in a heading, before redaction and after; names no section."""

_SAME = {
    "dx": "diagnosis", "diagnoses": "diagnosis", "dxs": "diagnosis", "ddx": "differential diagnosis", "hx": "history",
    "discharg": "discharge", "preop": "pre op", "preoperative": "pre op", "postop": "post op", "postoperative": "post op",
    "operative": "op", "meds": "medications",
}  # fmt: skip
"""Words of headings that are written in several ways, as one."""

_SHORT = 3
"""Letters up to which a last "s" is no plural: "OS" is an eye, not several "O"."""

_PARENTHESES = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a note under one heading.

    Attributes:
        name: The canonical name (a key of ``sections.toml``), or ``""`` before the first heading and under headings
            that are not known.
        heading: Where the heading starts.
        start: Where what stands under it starts.
        end: Where the next heading starts, or the end of the note.
    """

    name: str
    heading: int
    start: int
    end: int


@functools.cache
def headings() -> dict[str, str]:
    """Every known spelling of a heading (lower case, words only) with its canonical section.

    Raises:
        DataError: A spelling belongs to two sections.
    """
    known: dict[str, str] = {}
    for name, spellings in read_toml(data("detect_icd") / "sections.toml").items():
        for spelling in (name.replace("_", " "), *spellings):
            key = _key(spelling)
            if known.setdefault(key, name) != name:
                raise DataError(f"sections.toml: {key!r} belongs to {known[key]} and {name}")
    return known


def _key(heading: str) -> str:
    plain = _DATED.sub(" ", _PARENTHESES.sub(" ", heading)).lower().replace("'", "")
    return " ".join(_SAME.get(word, word) for word in _SPACES.sub(" ", plain).split())


def _canonical(heading: str) -> str | None:
    known = headings()
    key = _key(heading)
    if not key:
        return None
    for candidate in (
        key,
        key.removesuffix("s") if len(key) > _SHORT else key,
        key + "s",
        key.removeprefix("the "),
        key.removeprefix("patient "),
    ):
        if candidate in known:
            return known[candidate]
    return None


_ALLERGIES = "allergies"
_OF_AN_ALLERGIST = re.compile(
    r"\b(?:asthma|rhinitis|rhinoconjunctivitis|urticaria|eczema|atopic|dermatitis|angioedema|sinusitis|immunotherapy|visit|f/?u)\b",
    re.IGNORECASE,
)
"""Behind a first heading "Allergy:": it is the clinic that writes, not a list of what is not borne."""


def find_sections(text: str) -> list[Section]:
    """The sections of a note, in order, covering all of it. A note without headings is one section named ``""``."""
    found: dict[int, tuple[int, str]] = {}
    for match in _HEADING.finditer(text):
        name = _canonical(match["name"])
        if name is None and not (match["colon"] and _TAG.sub("", match["name"]).isupper()):
            continue
        if name == _ALLERGIES and match.start("name") == 0 and _OF_AN_ALLERGIST.search(text, match.end()):
            continue
        if name is not None and (match["dash"] or name == _TODAY) and not match["name"].isupper():
            continue
        # What is no heading we know may be a diagnosis: "T2DM: A1c 6.9".
        found[match.start("name")] = (match.end() if name else match.start("name"), name or "")
    for match in (*_INLINE.finditer(text), *_INLINE_DASH.finditer(text)):
        if _TAG_LAST.search(text, max(0, match.start() - _LONGEST_TAG), match.start()):
            continue  # what redaction put in ends no statement
        name = _canonical(match["name"])
        if name is not None:
            found.setdefault(match.start("name"), (match.end(), name))
    for start, end in _told_on(text, found):
        found.setdefault(start, (end, ""))
    starts = sorted(found)
    ends = [*starts[1:], len(text)][: len(starts)]
    sections = [Section(found[start][1], start, found[start][0], end) for start, end in zip(starts, ends, strict=True)]
    if not starts or starts[0] > 0:
        sections.insert(0, Section("", 0, 0, starts[0] if starts else len(text)))
    return sections


def _told_on(text: str, found: dict[int, tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Where a line that began under a heading of others' or of earlier times goes on about the patient of today.

    "FH: mother gout. Exam normal, tension headache": whoever heads a line heads its first statement, and those after it
    that name a relative or a time.
    """
    starts = sorted(found)
    for start, following in itertools.pairwise((*starts, len(text))):
        place, name = found[start]
        if name not in _OF_OTHERS:
            continue
        line_end = text.find("\n", place)
        end = min(following, len(text) if line_end < 0 else line_end)
        for low, high in [(place + one, place + two) for one, two in sentences(text[place:end])][1:]:
            if not _OTHERS.search(text, low, high):
                yield low, low
                break


_TODAY = "visit"
"""What a line goes over to; at the head of a line the word may be a label of a list."""

_OF_OTHERS = frozenset({"family_history", "gynecologic_history"})
_OTHERS = re.compile(
    r"\b(?:mother|father|brother|sister|sibling|son|daughter|aunt|uncle|cousin|grand\w+|niece|nephew|parent|famil\w+|fam|relative|"
    r"maternal|paternal|mom|dad|mgm|mgf|pgm|pgf|twin|child\w*|kids?|half|pregnan\w+|deliver\w+|births?|g\dp\d|lmp|menarche|"
    r"menopause|menses|periods?|pap|(?:19|20)\d\d|ago|prior|previous|past|history|hx|h/o|no|denies|none|negative|neg)s?\b",
    re.IGNORECASE,
)
"""Words by which a statement is still of relatives, or of earlier pregnancies."""


def section_at(sections: Sequence[Section], position: int) -> Section:
    """The section a position stands in."""
    return sections[max(0, bisect.bisect_right(sections, position, key=lambda section: section.heading) - 1)]


def section_sentences(text: str, sections: Sequence[Section]) -> Iterator[tuple[int, int]]:
    """The sentences of a note without its headings; none reaches from one section into the next."""
    for section in sections:
        for start, end in sentences(text[section.start : section.end]):
            yield section.start + start, section.start + end
