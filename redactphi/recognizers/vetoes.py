"""What the words themselves say against a span of the model: what is never PHI, whatever its company.

Only the model is judged. What a rule or the patient's facts find stands.
"""

from __future__ import annotations

import functools
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import islice, pairwise

import regex

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS, is_eponymic, is_sentence_start, is_titled
from redactphi.recognizers.certainty import ALL_BUT_SURE, DOUBT, HALF_SURE, SURE
from redactphi.recognizers.clinical import (
    WORD,
    are_clinical,
    countries,
    is_eponym_before_noun,
    is_only_an_eponym,
    is_possessive_eponym,
    listed_names,
    never_names,
    peoples,
    plain_words,
    states,
)
from redactphi.recognizers.growth import LINKS
from redactphi.recognizers.names_listed import is_misspelt, ordinary_words
from redactphi.recognizers.vetoes_numbers import is_no_number, is_numbered_place
from redactphi.recognizers.vetoes_things import is_a_thing, is_kind_of_place
from redactphi.spans import Span

_LOOKED_AT = 4000
_LETTERS_A_CAPITAL = 200
_BEGINNING = re.compile(
    r"(?:(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})[.?!] {1,2}|\n[ \t>*#-]*(?:\d{1,4}[.):]? {1,3})?)([^\W\d_])(?=[^\W\d_]{2})"
)
"""Where a sentence or line begins; "St. and" and "Ave. near" begin none."""

_FULL_LINE = 56
_HASTE = 0.3
_NUMBERED = frozenset(map(str, (PhiLabel.DATE, PhiLabel.PHONE, PhiLabel.MRN, PhiLabel.ID_OTHER, PhiLabel.ZIP)))
_NAMED = frozenset(
    map(str, (PhiLabel.NAME, PhiLabel.PROVIDER, PhiLabel.FACILITY, PhiLabel.EMPLOYER, PhiLabel.LOCATION))
)
_FACILITY, _LOCATION, _EMPLOYER = str(PhiLabel.FACILITY), str(PhiLabel.LOCATION), str(PhiLabel.EMPLOYER)
_PLACES = frozenset(map(str, (PhiLabel.FACILITY, PhiLabel.EMPLOYER, PhiLabel.LOCATION)))
_INITIALS = 3
_TOWNS_TOO = frozenset({"new york", "washington"})
"""States that are also towns, but where a ZIP code follows."""

_TOWN = 24
_TOWN_BEFORE = regex.compile(r"\p{Lu}[\p{L}.'’ -]{2,20},[ ]$")
_STATE_BEHIND = regex.compile(r",[ ]{1,2}\p{Lu}{2}[ ]{1,2}\d{5}")
_COMPASS = re.compile(
    r"^(?:upstate|(?:north|south|east|west|north ?east|north ?west|south ?east|south ?west)(?:ern)?|central) "
)
_LAND_BEFORE = re.compile(
    r"\b(?:[Ii]n|(?:return\w*|travel\w*|trips?|moved?|flew|back) to|visit(?:ed|ing)?|(?:emigrated|immigrated|originally|came|arrived) from|native of) $"
)
"""Before a country whose name is also a person's: to and from Jordan go reports as well."""

_ZIP = regex.compile(r",?[ ]{1,2}\d{5}\b")
_WORD_BEFORE = re.compile(r"\b([A-Za-z]+)[ ]$")
_ACRONYM_BEFORE = re.compile(r"\b([A-Z]{2,5})[ ]$")
_BARE_NOUN = re.compile(r"[ ][a-z]{3}")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){3,}[A-Z]\b")
_CREDENTIAL_BEFORE = re.compile(
    r"\b(?:M\.?D\.?|D\.?O\.?|Ph\.?D\.?|R\.?N\.?|MBBS|MPH|DPM|DDS|DMD|PA-C|NP|FAC[A-Z]{1,2}),[ ]$"
)
_LINE_END = re.compile(r"\s*?(?:\n|$)")
_SPECIES = re.compile(
    r"[A-Z](?:\.|[a-z]{3,}) ?[A-Za-z][a-z]*(?:idis|aureus|coli|difficile|faecalis|faecium|pneumoniae|pyogenes|albicans|aeruginosa|influenzae|catarrhalis|marcescens|mirabilis|fumigatus|pylori)"
)
"""A germ by the letter of its genus, or the genus, and its species."""
_NEVER_ALONE = LINKS | {"his", "her", "their"}
_AGE_AND_SEX = re.compile(r"(?:y\.? ?)?o\.? ?[MF]?\.?", re.IGNORECASE)
"""What is left of "5 y.o. M" behind the number."""

_DOT_PHRASE = re.compile(r"[A-Z0-9_]{4,}")
_BLANK = re.compile(r"(?:MM|DD|YY(?:YY)?|/)+")
"""What a form has where a date is to be filled in."""

_NUMBER_BEHIND = re.compile(r"-\d{1,2}\b(?![-/]\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LATIN = re.compile(r"\b(?:e\.g|i\.e|n\.p\.o|h\.s|p\.r\.n|p\.o|b\.i\.d|t\.i\.d|q\.i\.d|a\.c|p\.c|q\.[dh])\.")
_INSURER = re.compile(
    r"(?i)\b(?:insurance|assurance|casualty|indemnity|health plan)(?: (?:company|co|group|corp(?:oration)?))?\.?$"
)
_CAPITAL = re.compile("[A-Z]")
_ENDINGS = ("ed", "ing", "ly", "less", "able", "ness")
_CODE = regex.compile(r"\b[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}\b")


def without_vetoed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that nothing speaks against.

    Args:
        text: The note.
        spans: The model's spans, sorted, their score the probability of being PHI.
    """
    if not spans:
        return []
    codes = [match.span() for match in _CODE.finditer(text)]
    # Asked for only by words in small letters, which few notes have.
    capitals = functools.cache(lambda: _has_capitals(text) and not _is_typed_in_haste(text))
    return [
        span
        for span, has_neighbour in zip(spans, _have_neighbours(spans), strict=True)
        if not (codes and _in_code(span, codes))
        and not _is_vetoed(text, span, has_neighbour=has_neighbour, capitals=capitals)
    ]


def _have_neighbours(spans: Sequence[Span]) -> list[bool]:
    """Whether a span is part of a run: a word is judged alone only where it stands alone."""
    near = [after.start - before.end <= 1 for before, after in pairwise(spans)]
    return [left or right for left, right in zip([False, *near], [*near, False], strict=True)]


def _in_code(span: Span, codes: list[tuple[int, int]]) -> bool:
    index = bisect_right(codes, (span.start, math.inf)) - 1
    return index >= 0 and span.end <= codes[index][1]


def _is_vetoed(text: str, span: Span, *, has_neighbour: bool, capitals: Callable[[], bool]) -> bool:
    found = text[span.start : span.end]
    if (
        found.lower() in _NEVER_ALONE
        or (len(found) == 1 and found.islower() and text[span.start - 1 : span.start] == "/")
        or _AGE_AND_SEX.fullmatch(found)
        or _is_dot_phrase(text, span)
        or _BLANK.fullmatch(found)
        or _is_latin(text, span)
        or (span.label in _NAMED and _is_closing_or_germ(text, span, found))
    ):
        return True
    if span.label in _NUMBERED:
        return is_no_number(text, span, found, has_neighbour=has_neighbour)
    if span.label not in _NAMED:
        return False
    return _is_no_place(text, span, found) or (
        not is_titled(text, span.start)
        and (
            (span.score < DOUBT and (_is_title(found) or _is_spelled_out(text, span)))
            or (span.label != _LOCATION and is_a_thing(text, span, found))
            or _is_part_of_state(text, span, found)
            or (not has_neighbour and _is_no_name(text, span, found, capitals=capitals))
        )
    )


def _is_no_place(text: str, span: Span, found: str) -> bool:
    lower = found.lower()
    return span.label in _PLACES and (
        (not _lands().isdisjoint((lower, _COMPASS.sub("", lower))) and not _STATE_BEHIND.match(text, span.end))
        or (lower in _TOWNS_TOO and _is_state(text, span))
        or (
            span.label == _FACILITY
            and (
                lower in resources.terms("facility_generic") or lower in _payers() or _INSURER.search(found) is not None
            )
        )
        or (span.label == _LOCATION and found[0].isdigit() and is_numbered_place(text, span))
        or (
            span.label in {_FACILITY, _EMPLOYER}
            and (
                lower in _kinds()
                or _begins_sentence(text, span, found)
                or (span.score < ALL_BUT_SURE and is_kind_of_place(found))
            )
        )
        or (
            span.label == _EMPLOYER
            and found.islower()
            and lower in resources.terms("common_words")
            and span.score < DOUBT
        )
        or (span.score < DOUBT and _BARE_NOUN.match(text, span.end) is not None and is_possessive_eponym(found.split()))
    )


@functools.cache
def _kinds() -> frozenset[str]:
    """What places of some kind are called that have no name: "Nursing Home", "High School"."""
    listed = resources.terms("facility_words") | resources.terms("employer_words")
    return frozenset(item.lower() for item in listed if " " in item)


def _begins_sentence(text: str, span: Span, found: str) -> bool:
    """Whether ordinary words begin a sentence, of which only the first has a capital: "Best practices for managing asthma"."""
    first, *rest = found.split()
    common = resources.terms("common_words")
    return (
        bool(rest)
        and span.score < SURE
        and first.istitle()
        and all(word.islower() and (word in common or word in plain_words()) for word in (first.lower(), *rest))
        and is_sentence_start(text, span.start)
    )


def _is_dot_phrase(text: str, span: Span) -> bool:
    """Whether it is what brings a text of a template into a note: ".LABTREND"."""
    before = text[max(0, span.start - 2) : span.start]
    return (
        before[-1:] == "."
        and not before[:1].isalnum()
        and _DOT_PHRASE.fullmatch(text, span.start, span.end) is not None
    )


def _is_closing_or_germ(text: str, span: Span, found: str) -> bool:
    """Whether it is the word before a letter's signature, a germ, a trial with its number, or a year alone."""
    return (
        (found == "Best" and text[span.end : span.end + 2] == ",\n")
        or (span.score < SURE and _SPECIES.fullmatch(found) is not None)
        or (
            span.label in PERSON_LABELS
            and span.score < ALL_BUT_SURE
            and found.isupper()
            and found.isalpha()
            and len(found) > _INITIALS
            and _NUMBER_BEHIND.match(text, span.end) is not None
        )
        or _YEAR.fullmatch(found) is not None
    )


def _is_latin(text: str, span: Span) -> bool:
    """Whether it begins with a Latin abbreviation: "one at h.s. p.r.n."."""
    return any(
        match.start() <= span.start < match.end()
        for match in _LATIN.finditer(text, max(0, span.start - _INITIALS), span.end + _INITIALS)
    )


def _is_no_name(text: str, span: Span, found: str, *, capitals: Callable[[], bool]) -> bool:
    """What speaks against a name or place that stands by itself, without a title."""
    lower = found.lower()
    is_land = lower in countries() and (
        lower not in listed_names() or _LAND_BEFORE.search(text, max(0, span.start - _TOWN), span.start) is not None
    )
    if is_land or lower in peoples() or found.replace(".", "") in _letters():
        return True
    words = WORD.findall(found)
    if not words or len(found) == 1:
        return span.score < SURE and not _is_a_line(text, span)
    return is_eponym_before_noun(text, words, span.end) or (
        not any(map(str.isdigit, found)) and _are_plain_words(text, span, words, capitals=capitals)
    )


def _is_a_line(text: str, span: Span) -> bool:
    """Whether nothing else stands on its line, as a signer's letter does."""
    begins = not text[max(0, span.start - _TOWN) : span.start].rpartition("\n")[2].strip()
    return begins and _LINE_END.match(text, span.end) is not None


def _is_state(text: str, span: Span) -> bool:
    """Whether New York or Washington stands where a State does: behind a town or before a ZIP code."""
    behind_town = _TOWN_BEFORE.search(text, max(0, span.start - _TOWN), span.start)
    return bool(behind_town or _ZIP.match(text, span.end))


def _is_title(found: str) -> bool:
    """Whether it is a title, or a credential of three letters or more, without a name."""
    bare = found.replace(".", "")
    is_credential = len(bare) >= _INITIALS and bare in resources.terms("credentials")
    return is_credential or bare.lower() in never_names("titles", "clinician_titles")


def _is_spelled_out(text: str, span: Span) -> bool:
    """Whether it stands in an acronym with full stops, of four letters or more, or behind a credential where a further one does."""
    around = _DOTTED.search(text, max(0, span.start - _TOWN), span.end + _TOWN)
    if around and around.start() <= span.start and span.end <= around.end():
        return True
    found = text[span.start : span.end]
    is_capitals = found.isupper() and found.isalpha() and len(span) >= _INITIALS
    return is_capitals and _CREDENTIAL_BEFORE.search(text, max(0, span.start - _TOWN), span.start) is not None


def _is_part_of_state(text: str, span: Span, found: str) -> bool:
    """Whether it is a State or country behind a town, its postal letters too, or the second word of a State's name."""
    if span.score >= ALL_BUT_SURE:
        return False
    before = text[max(0, span.start - _TOWN) : span.start]
    town = _TOWN_BEFORE.search(before)
    is_listed = town is not None and town[0].rstrip(", ").lower() in resources.terms("places")
    if span.score >= DOUBT and not is_listed:
        return False
    if town:
        lower = found.lower()
        return lower in states() or lower in countries() or found.upper() in resources.terms("state_codes")
    first = _WORD_BEFORE.search(before)
    return first is not None and f"{first[1]} {found}".lower() in states()


def _are_plain_words(text: str, span: Span, words: Sequence[str], *, capitals: Callable[[], bool]) -> bool:
    if span.score < SURE and are_clinical(words):
        return True
    if len(words) > 1:
        if not (all(map(str.islower, words)) and capitals()) or span.score >= ALL_BUT_SURE:
            return False
        listed = (ordinary_words(), plain_words(), resources.terms("common_words"))
        return all(any(word in words_of for words_of in listed) for word in words) or (
            span.label not in {_FACILITY, _EMPLOYER}
            and span.score < SURE
            and min(map(len, words)) > _INITIALS
            and listed_names().isdisjoint(words)
        )
    return _is_plain_word(text, span, words[0], capitals=capitals)


def _is_plain_word(text: str, span: Span, word: str, *, capitals: Callable[[], bool]) -> bool:
    lower = word.lower()
    unsure = span.score < HALF_SURE and span.label in PERSON_LABELS
    if word in _letters() or (unsure and word.islower() and is_misspelt(word)):
        return True
    if word.islower() and (len(word) > _INITIALS or lower in resources.terms("common_words")) and capitals():
        return lower not in listed_names() or span.score < SURE
    doubtful = span.score < DOUBT
    if span.label in PERSON_LABELS and lower in resources.terms("eponyms"):
        return is_eponymic(text, span.end) or (doubtful and lower not in resources.terms("first_names"))
    if doubtful and span.label in PERSON_LABELS and is_only_an_eponym(word):
        return True
    if len(word) <= _INITIALS:
        is_common = word.istitle() and lower in resources.terms("common_words")
        return doubtful and is_common and is_sentence_start(text, span.start)
    is_plain = lower in ordinary_words() or lower in plain_words() or _is_derived(lower)
    return is_plain and (
        doubtful or (span.score < ALL_BUT_SURE and (word.islower() or _has_a_capital_anyway(text, span)))
    )


def _has_a_capital_anyway(text: str, span: Span) -> bool:
    """Whether any word would have a capital there: at a sentence's start, and often behind a test, as in "CT Brain"."""
    if is_sentence_start(text, span.start):
        return True
    before = _ACRONYM_BEFORE.search(text, max(0, span.start - _TOWN), span.start)
    return before is not None and before[1] in resources.terms("clinical_acronyms")


def _is_derived(word: str) -> bool:
    """Whether it is made of a plain word by an ending: "helmeted", "sutureless"."""
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > _INITIALS and {stem, stem + "e"} & plain_words():
            return word not in listed_names()
    return False


def _has_capitals(text: str) -> bool:
    """Whether the note is written with capitals, so that a name would have one."""
    head = text[:_LOOKED_AT]
    least = len(head) // _LETTERS_A_CAPITAL + 1
    plain = sum(1 for _ in islice(_CAPITAL.finditer(head), least))
    return plain == least or sum(map(str.isupper, head)) >= least


def _is_typed_in_haste(text: str) -> bool:
    """Whether sentences and lines often begin with a small letter: names may, too, however many acronyms there are."""
    small = begun = 0
    for match in _BEGINNING.finditer(text, 0, _LOOKED_AT):
        # A long line is broken where it is full, in the middle of a sentence.
        is_broken = match[0][0] == "\n" and match.start() - text.rfind("\n", 0, match.start()) > _FULL_LINE
        if not is_broken:
            begun += 1
            small += match[1].islower()
    return begun > 0 and small > _HASTE * begun


@functools.cache
def _lands() -> frozenset[str]:
    """States and countries, less those that are also towns."""
    return (states() | countries()) - _TOWNS_TOO


@functools.cache
def _payers() -> frozenset[str]:
    """Who pays for care, lower case: a plan's name is no place of care."""
    return frozenset(item.lower() for item in resources.terms("payers"))


@functools.cache
def _letters() -> frozenset[str]:
    """Credentials and unit names in capitals."""
    units = frozenset(item.upper() for item in resources.terms("unit_acronyms"))
    return units | resources.terms("credentials")
