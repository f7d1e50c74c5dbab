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
    is_disease_of,
    is_eponym_before_noun,
    is_graded_eponym,
    listed_names,
    never_names,
    peoples,
    plain_words,
)
from redactphi.recognizers.names_listed import VALIDATORS, is_ordinary, word_surnames
from redactphi.recognizers.rules import RuleRecognizer
from redactphi.spans import Span

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*")
_NEAR = 40
_BLANKS = frozenset(" \t")
_CREDENTIAL_STARTS = frozenset(", \t")
_CUE_AFTER = frozenset({"names/credential", "names/relation-after"})
_UNTRIMMED = frozenset({
    "names/alias-of-unknown", "names/census-line", "names/goes-by", "names/initials-credential", "names/initials-field",
    "names/newborn", "names/patient-initials", "names/role-word", "names/relation-lower-word", "names/spelled", "names/typist-mark",
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
_CLINICIAN_TITLE = "names/clinician-title"
_RELATION = "names/relation"
_TOLD = frozenset({_TITLE, _FIELD, "names/relative-field"})
"""Rules that say outright that a person follows: an eponym before its noun is one there."""

_TITLED = frozenset({
    _TITLE, "names/census-word", "names/copies-series", "names/clinician-title", "names/clinician-title-lower-word", "names/clinician-title-series", "names/courtesy-title-lower-word",
})  # fmt: skip
_OUTRIGHT = _TITLED | {_FIELD, "names/spoke-with", "names/clinician-field", "names/relative-field"}
"""Rules that leave no doubt that a name follows, be it an ordinary word."""

_PARTICLES = frozenset({"mac"})
_SPELLED_OUT = regex.compile(r"\b(?i:doctor|professor|nurse)\.\s+$")
"""The end of a sentence: only what is cut short has a full stop and goes on."""

_CLOSED = regex.compile(
    r"[ ]?(?:\r?\n|[;|(]|,|[ ]{2}|\t|\.(?:\s|$)|$|[ ](?i:by|over|on|via)[ ](?i:the[ ])?(?i:tele)?(?i:phone|video)\b)"
)
"""What ends the line or column that a name stands in, or its sentence, or says how somebody was spoken with."""

_GOES_ON = regex.compile(r"[ ]\p{Ll}{2,}")
"""A sentence in small letters: a capital amid it belongs to the name."""

_LABEL_BEHIND = regex.compile(
    r"[ \t]+(?i:patient|client|member|chart|account|acct|visit|record|policy|group|encounter|case|date|room|sex|age|dob|mrn|phone|fax|unit)$"
)
_OF_LABEL = regex.compile(r"(?i)[ \t]?(?:(?:no|nos|number|name|id|date|type|code|of[ \t]birth)\b\.?|#)?[ \t]?[:#]")
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
                trimmed = _without_role(text, _without_acronym(text, _without_label(text, trimmed)))
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


def _without_label(text: str, span: Span) -> Span:
    """The span without the name of the field behind it: "Casimir Wolanski Client no.: 7", where no line ends."""
    match = _LABEL_BEHIND.search(text, span.start, span.end)
    return span.between(span.start, match.start()) if match and _OF_LABEL.match(text, span.end) else span


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
    """Whether a ward, an insurer or a test stands before a credential: "call from NICU RN", "HLA, RN"; or behind "L5 DR"."""
    word = text[span.start : span.end]
    if span.source == _CLINICIAN_TITLE and word.isupper() and text.endswith("DR ", 0, span.start):
        return word in resources.terms("clinical_acronyms") and word.lower() not in listed_names()
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


def _trim(text: str, span: Span) -> Span | None:
    """The longest run of words no list knows as ordinary, at the end of the span that is nearer to its cue."""
    runs: list[list[tuple[int, int]]] = [[]]
    for match in _WORD.finditer(text, span.start, span.end):
        word = match[0]
        if len(word) > 1 and is_ordinary(word) and not _is_told(text, span, match, is_first=runs == [[]]):
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


def _is_told(text: str, span: Span, match: regex.Match[str], *, is_first: bool) -> bool:
    """Whether an ordinary word is a name by where it stands.

    A particle before the rest of a name ("Mac Spivey"), a family name right behind a title ("Dr. Still"), or one at the end of what
    a title or field holds ("Surgeon: Aron Straight").
    """
    word = match[0].lower()
    if word in _PARTICLES:
        return is_first and match.end() < span.end
    if word not in word_surnames() or span.source not in _OUTRIGHT:
        return False
    if is_first:
        return span.source in _TITLED and _SPELLED_OUT.search(text, max(0, span.start - _NEAR), span.start) is None
    if match.end() != span.end:
        return False
    return _CLOSED.match(text, match.end()) is not None or (
        span.source in _TITLED and match[0][1:].islower() and _GOES_ON.match(text, match.end()) is not None
    )
