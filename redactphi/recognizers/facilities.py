"""FacilityRecognizer: named places of care, employers and schools, and the acronyms a note defines for them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import regex
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.recognizers.clinical import (
    WORD,
    are_clinical,
    countries,
    is_eponym_before_noun,
    is_graded_eponym,
    is_only_an_eponym,
    is_possessive_eponym,
    peoples,
    plain_words,
    products,
)
from redactphi.recognizers.rules import RuleRecognizer
from redactphi.spans import Span

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’.&-][\p{L}\p{N}]+)*")
_PART = regex.compile(r"[\p{L}\p{N}]+")
_ACRONYM = regex.compile(r"[ \t]*\([ \t]*[\"“']?(\p{Lu}[\p{Lu}&-]{1,7})[\"”']?[ \t]*\)")
_STRONG = regex.compile(
    r"(?i)hospitals?|medical (?:center|centre|group|clinic)|health (?:system|center|network)|nursing (?:home|center)|hospice"
    r"|infirmary|healthcare|church|clinic"
)
_SHORTEST = 3
_KINDS = frozenset({
    "facilities/named-head", "facilities/school", "facilities/lower-case", "facilities/va-town", "facilities/letterhead",
    "facilities/named-office", "facilities/town-general", "facilities/employer-head", "facilities/of-unit",
})  # fmt: skip
_EMPLOYER = "facilities/employer-head"
_KNOWN_EMPLOYER = "facilities/known-employer"
_BEFORE = 48
_AT_WORK = regex.compile(
    r"(?i)\b(?:work\p{L}*|employ\p{L}*|jobs?|retired|driv\p{L}+|drove|positions?|shifts?|career|hired|teach\p{L}*|studen?t\p{L}*|serv\p{L}+|veteran)\b"
)
_CUED = frozenset({"facilities/cue-at", "facilities/at-name"})
_DEPARTMENTS = frozenset({"division", "department", "dept", "section", "service", "office"})
_LINKS = frozenset({"of", "and", "the", "for", "&"})
_CERTAIN = frozenset({
    "facilities/home-told", "facilities/known", "facilities/cued", "facilities/the-va", "facilities/military-unit", "facilities/known-employer", "facilities/store", "facilities/acronym-cue",
    "facilities/acronym-long", "facilities/acronym-unit", "facilities/our-lady", "facilities/union",
    "facilities/acronym-at", "facilities/saint-lower",
    "facilities/university", "facilities/saint", "facilities/veterans",
})  # fmt: skip


class FacilityRecognizer(RuleRecognizer):
    """Finds facilities and employers by the rules of ``data/patterns/facilities.toml``, but no mere kinds of place."""

    def __init__(self) -> None:
        super().__init__("facilities", VALIDATORS)

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterator[Span]:
        """The spans of every rule that hold a name, and the acronym in brackets behind one."""
        for span in super().spans(text):
            if span.source == _KNOWN_EMPLOYER and _is_clinical_acronym(text, span):
                continue
            fitted = span if span.source in _CERTAIN else _fit(text, span)
            if fitted is None:
                continue
            yield fitted
            acronym = _ACRONYM.match(text, fitted.end)
            if acronym is not None and acronym[1].lower() not in resources.terms("unit_acronyms"):
                yield replace(fitted, start=acronym.start(1), end=acronym.end(1), source="facilities/acronym")


def _is_clinical_acronym(text: str, span: Span) -> bool:
    """Whether clinical letters stand where nothing says that somebody works: "tissue expander with ADM"."""
    found = text[span.start : span.end]
    return found in resources.terms("clinical_acronyms") and not _AT_WORK.search(
        text, max(0, span.start - _BEFORE), span.start
    )


def _after_dash(text: str, span: Span) -> Span:
    """The span without a department and the dash before the place's name: "Gastroenterology Pool - Elm Fork Clinic"."""
    dash = text.find(" - ", span.start, span.end)
    if dash < 0:
        return span
    own = [word[0] for word in _WORD.finditer(text, span.start, dash)]
    if any(_is_distinctive(word, strong=False, headed=True) for word in own):
        return span
    return span.between(dash + len(" - "), span.end)


def _fit(text: str, span: Span) -> Span | None:
    """The span without the ordinary words around the name, or None where no name is left."""
    span = _after_dash(text, span)
    words = list(_WORD.finditer(text, span.start, span.end))
    first, last = _own_words(span, words)
    if first == last or _is_department([word[0].lower() for word in words[first:last]]):
        return None
    kind = bool(_STRONG.search(text, words[first].start(), words[last - 1].end()))
    own = [word[0] for word in words[first:last]]
    if span.source == _EMPLOYER:
        own = [word for word in own if word.lower() not in _employer_heads()]
    headed = span.source in _KINDS and span.source != _EMPLOYER
    if not any(_is_distinctive(word, strong=kind, headed=headed) for word in own):
        return None
    alone = _bare(words[first][0])
    if last - first == 1 and {alone, alone.removesuffix("s")} & resources.terms("eponyms"):
        return None
    if span.source in _CUED and _is_no_place(text, words[first].start(), words[last - 1].end()):
        return None
    start = span.start if first == 0 else words[first].start()
    end = span.end if last == len(words) else words[last - 1].end()
    return span.between(start, end)


def _own_words(span: Span, words: Sequence[regex.Match[str]]) -> tuple[int, int]:
    """The words that may be the name's own: the first, and one past the last."""
    first, last = 0, len(words)
    if last > 1 and _is_next_cell(words[-2], words[-1]):
        last -= 1
    if span.source in _KINDS:
        while first < last and _is_lead(words[first][0]):
            first += 1
    if span.source in _CUED:
        while first < last and _is_filler(words[last - 1][0]) and not _is_head(words[last - 1][0]):
            last -= 1
    return first, last


def _is_next_cell(before: regex.Match[str], word: regex.Match[str]) -> bool:
    """Whether capitals stand two blanks behind a name with small letters, as the label of the next cell does."""
    return word.start() - before.end() > 1 and word[0].isupper() and not before[0].isupper()


def _is_department(words: Sequence[str]) -> bool:
    """Whether words name a part of any hospital, as "Division of Gynecologic Oncology" does."""
    return words[0] in _DEPARTMENTS and all(word in plain_words() or word in _LINKS for word in words)


def _is_no_place(text: str, start: int, end: int) -> bool:
    """Whether clinical words, a country or a people stand where a place would."""
    words = WORD.findall(text, start, end)
    name = " ".join(words).lower()
    is_clinical = (
        are_clinical(words)
        or is_eponym_before_noun(text, words, end)
        or is_possessive_eponym(words)
        or is_graded_eponym(text, words, end)
    )
    return is_clinical or name in countries() or name in peoples()


def _bare(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s")


@functools.cache
def _heads() -> frozenset[str]:
    return frozenset(part for item in resources.terms("facility_words") for part in _PART.findall(item.lower()))


@functools.cache
def _employer_heads() -> frozenset[str]:
    return frozenset(part for item in resources.terms("employer_words") for part in _PART.findall(item.lower()))


def _is_head(word: str) -> bool:
    return word.lower() in _heads()


def _is_named(word: str) -> bool:
    return word in resources.terms("places") or word in resources.terms("surnames")


def _is_lead(word: str) -> bool:
    """An ordinary word of running text in capitals, which the rule cannot tell from the start of a name."""
    lower = word.lower()
    if lower in {"st", "ste", "mt", "ft", "mount", "saint", "fort"}:
        return False
    return word.isupper() and len(word) > 1 and _is_filler(word) and lower not in resources.terms("facility_generic")


def _is_filler(word: str) -> bool:
    lower = word.lower()
    return lower in resources.terms("common_words") and not _is_named(lower)


_PLAIN_NAMES = frozenset({
    "memorial", "university", "community", "regional", "county", "city", "mercy", "baptist", "methodist", "lutheran",
    "presbyterian", "adventist", "deaconess", "good", "samaritan", "sacred", "holy", "trinity", "veterans", "shriners",
    "valley", "lake", "river", "mountain", "park", "hill", "sunrise", "sunset", "pine", "oak", "star", "grace", "hope",
    "providence", "unity", "liberty", "heritage", "children's", "women's",
})  # fmt: skip


def _is_distinctive(word: str, *, strong: bool, headed: bool) -> bool:
    """Whether a word can be what tells one place from others of its kind.

    Args:
        word: As written.
        strong: Whether a hospital, a clinic or the like is named beside it.
        headed: Whether a rule found it by such a noun, and not by a cue or a field.
    """
    lower = word.lower().replace("’", "'")
    if strong and lower in _PLAIN_NAMES:
        return True
    parts = _PART.findall(lower)
    if lower in resources.terms("unit_acronyms") or (len(lower) < _SHORTEST and not word.isupper()):
        return False
    generic = resources.terms("facility_generic")
    if lower in generic or all(part in generic or part in _heads() or len(part) == 1 for part in parts):
        return False
    if lower in resources.terms("name_stopwords") or (len(lower) <= _SHORTEST and any(map(str.isdigit, lower))):
        return False
    if lower.isdigit() or (not strong and lower.title() in resources.terms("states")):
        return False
    words = resources.terms("common_words")
    common = lower in words or all(part in words or len(part) == 1 for part in parts)
    common = common or (not strong and (lower in products() or is_only_an_eponym(word)))
    common = common or (
        not strong
        and (word in resources.terms("clinical_acronyms") or ((headed or word.isupper()) and lower in plain_words()))
    )
    return not common or (strong and (_is_named(lower) or (word[:1].isupper() and not word.isupper())))


def _holds_name(value: str) -> bool:
    words = [word.lower() for word in _WORD.findall(value)]
    if words[0] in {"st", "st.", "saint", "mount", "mt"}:
        return True
    common = resources.terms("common_words")
    return any(_is_named(word) and word not in common for word in words)


def _is_facility_acronym(value: str) -> bool:
    lower = value.lower()
    veto = ("unit_acronyms", "common_words", "facility_generic", "credentials")
    return value not in resources.terms("clinical_acronyms") and not any(
        lower in resources.terms(name) for name in veto
    )


def _is_saint(value: str) -> bool:
    name = value.rsplit(maxsplit=1)[-1].lower().replace("’", "'").removesuffix("s").removesuffix("'")
    known = resources.terms("first_names")
    return name in known or name + "s" in known


VALIDATORS = {"named": _holds_name, "saint": _is_saint, "facility_acronym": _is_facility_acronym}
"""Tests that rules of this family may name."""
