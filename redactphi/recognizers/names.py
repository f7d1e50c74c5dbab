"""NameRecognizer: people whose names a title, a credential, a field, a relation or the name itself betrays."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

import regex
from presidio_analyzer.nlp_engine import NlpArtifacts

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.recognizers.clinical import (
    WORD,
    are_clinical,
    countries,
    is_disease_of,
    is_eponym_before_noun,
    is_graded_eponym,
    listed_names,
    never_names,
    peoples,
    plain_words,
    products,
    states,
)
from redactphi.recognizers.rules import RuleRecognizer
from redactphi.recognizers.vetoes_numbers import WEEKDAYS
from redactphi.spans import Span

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*")
_PART = regex.compile(r"[\p{L}\p{M}]+")
_SHORTEST = 3
_NEAR = 40
_BLANKS = frozenset(" \t")
_CREDENTIAL_STARTS = frozenset(", \t")
_CUE_AFTER = frozenset({"names/credential", "names/relation-after"})
_UNTRIMMED = frozenset({
    "names/alias-of-unknown", "names/census-line", "names/initials-credential", "names/initials-field",
    "names/newborn", "names/patient-initials", "names/relation-lower-word", "names/spelled", "names/typist-mark",
})  # fmt: skip
_DOUBTFUL = frozenset({
    "names/credential", "names/clinician-by", "names/clinician-by-known", "names/first-initial", "names/full-name", "names/full-name-reversed",
    "names/courtesy-title", "names/patient-apposition", "names/patient-field", "names/relation", "names/relative-field", "names/relation-after", "names/spoke-with",
})  # fmt: skip
"""Rules that see a capitalised word in a place where products and eponyms stand as well."""


_BY = frozenset({"names/clinician-by", "names/clinician-by-known", "names/spoke-with"})
_THERAPY = regex.compile(r"[ \t](?:PT|OT|ST)\b")
_HEADING = regex.compile(r",?[ \t]+\p{Lu}[\p{L}.-]{1,6}[ \t]*:")
_TITLE = "names/courtesy-title"
_FIELD = "names/patient-field"
_CREDENTIAL = "names/credential"
_RELATION = "names/relation"
_TOLD = frozenset({_TITLE, _FIELD, "names/relative-field"})
"""Rules that say outright that a person follows: an eponym before its noun is one there."""

_OTHER_WORDS = ("clinical_words", "eponyms", "places", "unit_acronyms", "specialties", "relations")

_NEVER_SURNAMES = ("ed", "ology", "itis", "ectomy", "oscopy", "graphy", "otomy", "plasty", "emia", "osis", "opathy")
"""What words of notes end in and surnames do not."""

_OF_A_KIND = ("-like", "-type", "-related")

_ACRONYM = 4
_ACRONYM_BEHIND = regex.compile(r"(?<=\p{Ll})[ ]\(?(\p{Lu}{3,5})\)?$")
_MR_BEFORE = 16
_REGURGITATION = regex.compile(r"\p{Ll}[ ](?:MR|MS)\.[ ]$")
"""Mitral regurgitation or stenosis at the end of a sentence; a title is not written so amid small letters."""

_EITHER = frozenset({
    "names/courtesy-title", "names/courtesy-title-lower", "names/full-name", "names/patient-field", "names/spoke-with",
})  # fmt: skip
"""Rules that cannot tell patients from staff: a credential behind the name or a role before it does."""


class NameRecognizer(RuleRecognizer):
    """Finds names by the rules of ``data/patterns/names.toml``, without the ordinary words beside them."""

    def __init__(self) -> None:
        super().__init__("names", VALIDATORS)

    def spans(self, text: str, nlp_artifacts: NlpArtifacts | None = None) -> Iterator[Span]:
        """The spans of every rule, ordinary words trimmed; those of ordinary words alone are left out."""
        for span in super().spans(text):
            trimmed = span if span.source in _UNTRIMMED else _trim(text, span)
            if trimmed is not None and trimmed.source not in _UNTRIMMED:
                trimmed = _without_role(text, _without_acronym(text, trimmed))
            if (
                trimmed is not None
                and not _is_letter(text, trimmed)
                and not _is_role(text, trimmed)
                and not _is_acronym(text, trimmed)
                and not (trimmed.source in _DOUBTFUL and _is_clinical(text, trimmed))
            ):
                yield _as_staff(text, trimmed) if trimmed.source in _EITHER else trimmed


def _without_acronym(text: str, span: Span) -> Span:
    """The span without the acronym behind a name that is not written in capitals: "Champion FYI", "Tsosie (POA)"."""
    match = _ACRONYM_BEHIND.search(text, span.start, span.end)
    if match is None or match[1].lower() in listed_names():
        return span
    is_known = match[1] in resources.terms("clinical_acronyms") or match[1].lower() in resources.terms("unit_acronyms")
    return span if not is_known else span.between(span.start, match.start())


def _without_role(text: str, span: Span) -> Span:
    """The span without the role before a name that a credential follows: "Surg Meredith Tollefsen MD"."""
    if span.source != _CREDENTIAL:
        return span
    first, blank, rest = text[span.start : span.end].partition(" ")
    if not (blank and rest[:1].isupper() and len(rest) > _ACRONYM and first.lower() in _roles()):
        return span
    return span.between(span.end - len(rest), span.end)


@functools.cache
def _roles() -> frozenset[str]:
    return never_names("clinician_titles", "clinician_roles") | resources.terms("roles_before_names")


def _is_role(text: str, span: Span) -> bool:
    """Whether a role stands before a credential, as "Chaplain, MSW", or a word that is no name: "Ref MD:", "Vestib PT ref"."""
    if span.source != _CREDENTIAL:
        return False
    word = text[span.start : span.end].lower()
    return word in never_names("clinician_titles", "clinician_roles") or (
        word.isalpha()
        and word not in listed_names()
        and (_HEADING.match(text, span.end) or _THERAPY.match(text, span.end)) is not None
    )


def _is_acronym(text: str, span: Span) -> bool:
    """Whether a ward, an insurer or a test stands before a credential: "call from NICU RN", "HLA, RN"."""
    word = text[span.start : span.end]
    if span.source != _CREDENTIAL or not word.isupper() or not word.isalpha() or len(word) > _ACRONYM + 1:
        return False
    if word.lower() in resources.terms("unit_acronyms") or word in resources.terms("clinical_acronyms"):
        return True
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    return word.lower() not in listed_names() and any(map(str.islower, line))


def _is_letter(text: str, span: Span) -> bool:
    """Whether a lone letter stands before a credential: "min A. PT", "M. D., Ph.D."."""
    return span.source == _CREDENTIAL and sum(map(str.isalpha, text[span.start : span.end])) == 1


def _as_staff(text: str, span: Span) -> Span:
    """The span as a provider's, where a credential follows or a role stands before it."""
    after = text[span.end : span.end + _NEAR]
    before = text[max(0, span.start - _NEAR) : span.start]
    is_staff = (after[:1] in _CREDENTIAL_STARTS and _staff_credential().match(after)) or (
        before.removesuffix("\n")[-1:] in _BLANKS and _staff_role().search(before)
    )
    return replace(span, label=str(PhiLabel.PROVIDER)) if is_staff else span


@functools.cache
def _staff_credential() -> regex.Pattern[str]:
    listed = sorted(resources.terms("credentials"), key=lambda item: (-len(item), item))
    return regex.compile(rf",?[ \t]+(?:{'|'.join(map(regex.escape, listed))})(?![\p{{L}}])")


@functools.cache
def _staff_role() -> regex.Pattern[str]:
    listed = sorted(resources.terms("clinician_roles"), key=lambda item: (-len(item), item))
    return regex.compile(
        rf"(?i)\b(?:{'|'.join(map(regex.escape, listed))})s?[,:]?[ \t]+(?:(?:mr|mrs|ms|miss)\b\.?[ \t]+)?$"
    )


def _is_clinical(text: str, span: Span) -> bool:
    words = WORD.findall(text, span.start, span.end)
    if len(words) == 1 and words[0].isupper() and len(words[0]) <= _ACRONYM and _is_no_initials(text, span):
        return True
    if span.source == _FIELD and all(word.lower() in plain_words() for word in words):
        return True
    if span.source in _TOLD:
        return are_clinical(words) and (span.source != _TITLE or _is_regurgitation(text, span))
    if span.source == _RELATION and len(words) == 1 and _is_a_disease(words[0]):
        return True
    return (
        are_clinical([word for word in words if word.lower() not in peoples()])
        or is_eponym_before_noun(text, words, span.end)
        or is_graded_eponym(text, words, span.end)
        or is_disease_of(text, words, span.end)
    )


def _is_a_disease(word: str) -> bool:
    """Whether behind a relation a surname alone says what the relative has: "mother Hashimoto"."""
    return word in resources.terms("clinical_eponyms") and word.lower() not in resources.terms("first_names")


def _is_no_initials(text: str, span: Span) -> bool:
    """Whether a few capitals are no person's: "treated by EVL", where signers have rules of their own, "primary MR. EF"."""
    return span.source in _BY or (span.source == _TITLE and _is_regurgitation(text, span))


def _is_regurgitation(text: str, span: Span) -> bool:
    return _REGURGITATION.search(text[max(0, span.start - _MR_BEFORE) : span.start]) is not None


@functools.cache
def ordinary_words() -> frozenset[str]:
    """Lower-case words that are never taken for a name, whatever their case."""
    names = resources.terms("first_names") | resources.terms("surnames")
    words = resources.terms("common_words") | resources.terms("facility_generic")
    return (words - names) | resources.terms("name_stopwords")


def _is_ordinary(word: str) -> bool:
    lower = word.lower()
    if lower in ordinary_words() or lower.endswith(_OF_A_KIND):
        return True
    if lower.endswith(_NEVER_SURNAMES) and lower in plain_words():
        return True
    parts = _PART.findall(lower)
    return len(parts) > 1 and all(part in ordinary_words() or len(part) == 1 for part in parts)


def _trim(text: str, span: Span) -> Span | None:
    """The longest run of words no list knows as ordinary, at the end of the span that is nearer to its cue."""
    runs: list[list[tuple[int, int]]] = [[]]
    for match in _WORD.finditer(text, span.start, span.end):
        if _is_ordinary(match[0]) and len(match[0]) > 1:
            runs.append([])
        else:
            runs[-1].append(match.span())
    if len(runs) == 1:
        return span
    run = runs[-1] if span.source in _CUE_AFTER else runs[0]
    if not run:
        return None
    start = span.start if run is runs[0] else run[0][0]
    end = span.end if run is runs[-1] else run[-1][1]
    return span.between(start, end)


def _words(value: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(value)]


def _in_list(word: str, name: str) -> bool:
    listed = resources.terms(name)
    return word in listed or any(part in listed for part in _PART.findall(word) if len(part) >= _SHORTEST)


def _is_common(word: str) -> bool:
    return word in resources.terms("common_words") or word in resources.terms("name_stopwords")


def _surname(value: str) -> bool:
    word = value.lower()
    return not _is_common(word) and (_in_list(word, "surnames") or _in_list(word, "first_names"))


def _is_unfamiliar(value: str) -> bool:
    """Whether not all words of a name are ones that notes use for other things."""
    words = [word for word in _words(value) if len(word) > 1]
    return not all(_is_common(word) or word in resources.terms("clinical_words") for word in words)


def _is_unlisted(value: str) -> bool:
    """Whether no list knows a word as anything but somebody's name."""
    lower = value.lower()
    return (
        not _is_common(lower)
        and not _is_ordinary(lower)
        and not any(lower in resources.terms(name) for name in _OTHER_WORDS)
        and lower not in products()
        and lower not in peoples()
        and value not in resources.terms("clinical_eponyms")
        and value not in states() | countries()
        and not any(form in resources.terms("clinical_words") for form in (lower.removesuffix("s"), lower + "s"))
    )


def _is_told_name(value: str) -> bool:
    """Whether what a cue says is a person's may be one: listed names, however common, or words no list knows."""
    if value.isupper() and len(value) <= _ACRONYM:
        return False
    words = [word for word in _words(value) if len(word) > 1]
    return bool(words) and all(map(_may_be_told, words))


def _may_be_told(word: str) -> bool:
    if word in resources.terms("name_stopwords") or word in resources.terms("clinical_words"):
        return False
    return _in_list(word, "surnames") or _in_list(word, "first_names") or not _is_common(word)


def _is_surname_only(value: str) -> bool:
    """Whether each part of a word is a listed surname and no word that notes use for other things, nor an eponym."""
    others = ("common_words", "name_stopwords", "clinical_words", "eponyms", "clinical_products")
    return all(
        part in resources.terms("surnames") and not any(part in resources.terms(name) for name in others)
        for part in _PART.findall(value.lower())
    )


def _given_name(value: str) -> bool:
    word = value.lower()
    given = resources.terms("first_names")
    return not _is_common(word) and (word in given or all(part in given for part in word.split("-")))


def _given_name_initial(value: str) -> bool:
    return _given_name(_words(value)[0])


def _full_name(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1]
    if len(words) <= 1 or words[0] not in resources.terms("first_names"):
        return False
    if any(map(_is_ordinary, words)) or " ".join(words) in resources.terms("places"):
        return False
    first, last = words[0], words[-1]
    eponyms = resources.terms("eponyms")
    if first in eponyms and last in eponyms:
        return False
    if _in_list(last, "surnames"):
        return not (_is_common(first) and _is_common(last))
    return _is_unknown(first, last)


def _is_unknown(first: str, last: str) -> bool:
    """Whether a given name stands before a word no list knows."""
    known = _is_common(first) or _is_common(last) or last.title() in resources.terms("states")
    known = known or first.title() in resources.terms("clinical_eponyms")
    return not known and last not in resources.terms("eponym_nouns") and not _in_list(last, "places")


def _full_name_any_order(value: str) -> bool:
    words = _words(value)
    return _full_name(value) or (_full_name(" ".join(reversed(words))) and "," in value)


def _reversed_name(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1]
    last, first = words[:1], words[1:]
    if len(first) != 1 or first[0] not in resources.terms("first_names") or _is_common(first[0]):
        return False
    if _is_code(value) or not _is_cased_like_a_name(value) or _are_no_people(value):
        return False
    eponyms = resources.terms("eponyms")
    if first[0] in eponyms and last[0] in eponyms:
        return False
    return _in_list(last[0], "surnames")


def _is_code(value: str) -> bool:
    """Whether a State's code or a credential stands behind the comma: "Bedford, MA" and "PRYCE, PA" are no names."""
    last = value.rpartition(",")[2].strip()
    return any(last in resources.terms(name) for name in ("state_codes", "states", "credentials"))


def _are_no_people(value: str) -> bool:
    """Whether a day of the week, an acronym or a pair of eponyms stands there: "Mon/Thu", "BLOCKER, ASA", "LIMBERG, MILAN"."""
    words = _WORD.findall(value)
    eponyms = resources.terms("clinical_eponyms")
    return (
        any(word.lower() in WEEKDAYS or word.lower() in _UNITS for word in words)
        or (words[0].isupper() and any(word in resources.terms("clinical_acronyms") for word in words))
        or all(word.title() in eponyms for word in words)
    )


_UNITS = frozenset({"min", "sec", "hr", "cm", "mm", "ml", "cc", "mg"})


def _is_cased_like_a_name(value: str) -> bool:
    """Whether "Last, First" is not written in capitals in its second half alone: "Hashimoto's, GERD" is no name."""
    last, first = (part.strip() for part in value.replace("/", ",").split(",", 1))
    return last.isupper() >= first.isupper() or len(first) == 1


def _person(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1 and not _is_ordinary(word)]
    if not words or (_is_ordinary(_words(value)[0]) and len(_words(value)[0]) > 1):
        return False
    known = [word for word in words if _in_list(word, "first_names") or _in_list(word, "surnames")]
    if len(_words(value)) == 1:
        return bool(known) and words[0] not in resources.terms("eponyms") and not _is_common(words[0])
    return bool(known)


def _newborn(value: str) -> bool:
    last = value.rsplit(maxsplit=1)[-1]
    return not _is_ordinary(last) and last.lower().removesuffix("s") not in resources.terms("eponyms")


VALIDATORS = {
    "unfamiliar": _is_unfamiliar,
    "unlisted": _is_unlisted,
    "surname": _surname,
    "surname-only": _is_surname_only,
    "told-name": _is_told_name,
    "given-name": _given_name,
    "given-name-initial": _given_name_initial,
    "full-name": _full_name,
    "full-name-any-order": _full_name_any_order,
    "reversed-name": _reversed_name,
    "person": _person,
    "newborn": _newborn,
}
"""Tests that rules of this family may name: what the name lists say of a match."""
