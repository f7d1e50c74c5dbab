"""Completes the model's spans: a part of an identifier, name, street or facility brings the rest of it.

The model judges token by token, and now and then stops short of "& Spine", "Dr", or the second half of a number. What
follows here is decided by the writing alone, so that nothing that identifies is left half redacted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import regex

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import PERSON_LABELS
from redactphi.spans import Span

_IDENTIFIERS = frozenset(map(str, (PhiLabel.MRN, PhiLabel.ID_OTHER)))
_ORGANISATIONS = frozenset(map(str, (PhiLabel.FACILITY, PhiLabel.EMPLOYER)))
_NUMBERS = frozenset(map(str, (PhiLabel.MRN, PhiLabel.ID_OTHER, PhiLabel.PHONE, PhiLabel.DATE, PhiLabel.ZIP)))
_LINKS = frozenset({"and", "or", "at", "in", "on", "of", "to", "for", "with", "from", "by", "was", "is", "has", "&"})
_VERBS = frozenset({
    "Attends", "Called", "Works", "Worked", "Sees", "Seen", "Via", "Per", "Teaches", "Taught", "Retired", "Visited", "Drives",
    "Transfer", "Transferred", "Followed", "Records", "Referred", "Faxed", "Sent", "Lives", "Owns", "Runs", "Choice",
})  # fmt: skip
"""What may begin a sentence before a place, with a capital that is not the place's."""

_UNITS = frozenset({"OR", "IR", "PACU"})
"""Parts of any hospital, which are no part of its name; a ward or an emergency room goes on it (``data/completion.toml``)."""

LINKS = _LINKS | {"the", "a", "an"}
_LOCATION, _DATE = str(PhiLabel.LOCATION), str(PhiLabel.DATE)
_PLACES = _ORGANISATIONS | {_LOCATION}
_REACH = 48
_Start = Callable[[str, int], int]
_BLANK = frozenset(" \n")
_STOPS = frozenset({"", "\n", "\r", "\t", ":", ";", ")", "|", "?", "!"})
"""What stands behind a span where nothing of what may go on one begins."""

_LOWER_ANYWAY = frozenset({"and", "apt", "unit", "ste", "suite", "room", "rm", "floor", "fl", "st", "nd", "rd", "th"})
_INSIDE_NAMES = frozenset("'’-")
_BEFORE_DATES = _BLANK | {"-"}
_BEFORE_SURNAMES = _BLANK | {"."}

_ID_RUN_BACKWARDS = regex.compile(r"\n?(?:[-_./]?[\p{L}\p{N}]+)+")
_ID_GROUPS = regex.compile(
    r"(?<![\p{L}\p{N}.,/:-])(?:[A-Z]{0,2}\d{2,12}[ ])+$"
    r"|(?<=(?:[:#(|\t]|\b(?i:id|no\.?|number))[ ])[A-Z]{1,4}[ ]$"
)
_COUNTED = r"(?i:units?|m?c?g|mgs|m[lm]|cc|kg|cm|lbs?|oz|tabs?|caps?|y\.?o\b|y/o|years?|yrs?|months?|mos?|weeks?|wks?|days?|hours?|hrs?|min|[mf]\b|(?:fe)?male|times|percent)"
_LABEL_WORDS = regex.compile(
    r"(?:\p{L}[\p{L}.'’]{0,19}+[ ]?+){1,3}+[:#]?[ \t]*\r?\n\s*"
    r"|[A-Z]{2}[ ](?=\d{5}(?:-\d{4})?$)|(?i:u?mrn|har|csn|fin|ref|acct|account|nos?|num|numbers?|chart|record|id|doc|lot|sn|serial|visit|room|bed|path)\b[.:#]*[ ]"
    r"(?=\p{L}{0,4}-?\d)"
)
_CREDENTIAL_LINE = regex.compile(r"(?:[A-Z]\.?){1,5}[.,]?[ \t]*\r?\n\s*(?=\p{L})")
_FIELD_WORD = regex.compile(
    r"(?<=\p{L}\.?)[ ]{1,3}(?:Age|Sex|DOB|MRN|Gender|Date|Room|Phone|Race|Acct|Visit|Location|Provider|Surgeon|AGE|SEX|DATE|ROOM)$"
)
_AGE_BEHIND = regex.compile(r"(?<=\d{4})[ ]/[ ]\d{1,3}$")
_ID_RIGHT = regex.compile(
    rf"(?:[-_./]?[\p{{L}}\p{{N}}]+)+|(?:[ ]\d{{2,12}})+(?![\p{{L}}\p{{N}}/:%]|\.\d|[ -]?{_COUNTED})"
)
_INITIAL = regex.compile(
    r"(?:[-’']\p{Lu}\p{L}*|,[ ](?!I[ ]\p{Ll}|\p{Lu}[ ]as[ ]in\b)\p{Lu}\b(?:\.|(?!\.))|[ ](?!I\.)\p{Lu}(?:\.|(?=[\"”])))(?!['’\p{L}\p{N}/-])"
)
_PERSON_GAP = regex.compile(r"[ ](?:\p{Lu}[\p{L}'’-]{1,9}[ ]|(?:de|la|del|van|von|der|bin|al|y|e|dos|da)[ ]){1,2}")
_PLACE_GAP = regex.compile(r"[ ](?:of|at|the|of the|in the|at the|and|&(?:[ ]\p{Lu}\p{Ll}+)?|-|–)[ ]")
_HOUSE_NUMBER = regex.compile(r"(?<![\p{L}\p{N}/.-])\d{1,6}[A-Z]?[ ]$")
_APARTMENT = regex.compile(
    r"(?i),?[ ](?:(?:apt|unit|ste|suite|room|rm|#|lot|bldg)\b?\.?[ ]?#?[ ]?[A-Z]?\d{1,5}[A-Z]?\b|\d{1,2}(?:st|nd|rd|th)[ ](?:floor|fl)\b)"
)
_ABBREVIATED = 5
_AGE = regex.compile(r"[1-8]?\d[MFmf]?")
"""What stands behind a name in lists of patients; an age over 89 is PHI itself."""
_CLOCK = regex.compile(r"(?:[01]\d|2[0-3]):?[0-5]\d")
_LETTERS = regex.compile(r"\p{L}{2,}")
_YEAR_AND_TIME = regex.compile(
    r"(?:,?[ ](?:19|20)\d\d\b)?(?:(?<=\d),?[ ](?:at[ ]|@[ ]?)?(?:(?:[01]?\d|2[0-3]):[0-5]\d(?:[ ]?[AaPp]\.?[Mm]\b)?|(?:1[0-2]|0?[1-9])[ ]?[AaPp]\.?[Mm]\b))?(?!\d)"
)
_WEEKDAY = regex.compile(
    r"(?i)\b(?:(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\.?,?[ ]"
    r"|(?:early|late|mid)(?:[ ](?:to[ ])?|-))$"
)
_INITIALS_BEFORE = regex.compile(
    r"(?<![\p{L}\p{N}.'’/+-])(?:(?<![\p{Ll}\p{N}][ ])(?<!\p{Lu}[.]?[ ])(?:\p{Lu}-)?\p{Lu}[ ]|(?<=\b(?i:by|with|per|from|dr|d/w)\.?[ ])\p{Lu}[ ]|(?:\p{Lu}\.[ ]?(?:-?\p{Lu}\.[ ]?)?))$"
)
_FIRST_HALF = regex.compile(r"(?<![\p{L}\p{N}'’-])\p{Lu}\p{Ll}{0,8}['’-]$")
_CAPITAL_WORD = regex.compile(
    r"[ ](\p{Lu}\p{Ll}{2,})(?![\p{L}\p{N}:(@'’]|[ ]?[:=#]|\.\p{L})(?=[,.;)]|[ ](?![\p{Lu}\d])|\s*$)"
)
_DAYS = frozenset(
    f"{day}{end}" for day, ends in {
        "mon": ("", "day"), "tue": ("", "s", "sday"), "wed": ("", "nesday"), "thu": ("", "r", "rs", "rsday"),
        "fri": ("", "day"), "sat": ("", "urday"), "sun": ("", "day"),
    }.items() for end in ends
)  # fmt: skip
_QUOTED = regex.compile(r"[\"“](\p{Lu}\p{Ll}{1,9}[ ])$")
_QUOTES = frozenset('"“')
_QUOTED_LENGTH = 12
_ORDINAL_ENDS = frozenset({"st ", "nd ", "rd ", "th "})
_ORDINAL = regex.compile(r"(?<![\p{L}\p{N}/.-])\d{1,3}(?:st|nd|rd|th)[ ]$")


def grown(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, each completed, and joined where only a linking word stands between two of one kind.

    Args:
        text: The note.
        spans: The model's, sorted.
    """
    return list(_joined(text, [_unlabelled(text, _complete(text, _trimmed(text, span))) for span in spans]))


def _trimmed(text: str, span: Span) -> Span:
    """The span without the label words, titles and linking words at its ends."""
    if span.label in _NUMBERS:
        return span
    words = text[span.start : span.end].split(" ")
    first, last = 0, len(words)
    if last == 1:
        return span
    if span.label in _ORGANISATIONS and last > 1 and words[0] in _VERBS:
        first = 1
    while first < last - 1 and (words[first].lower() in _LINKS or _is_title(span, words[first])):
        first += 1
    while first < last - 1 and _is_behind(span, words[last - 1]):
        last -= 1
    while first < last - 1 and _CLOCK.fullmatch(words[first]):
        first += 1
    if (span.label in _ORGANISATIONS or span.label in PERSON_LABELS) and not all(map(str.islower, words[first:last])):
        while first < last - 1 and words[last - 1].islower() and words[last - 1] in resources.terms("common_words"):
            last -= 1
    if last - first == len(words):
        return span
    start = sum(len(word) + 1 for word in words[:first])
    return _part(span, start, start + len(" ".join(words[first:last])))


def _is_behind(span: Span, word: str) -> bool:
    """Whether a word stands behind a name and is no part of it: a linking word, a weekday, a unit of a hospital, an age."""
    if span.label in PERSON_LABELS and _AGE.fullmatch(word):
        return True
    return word.lower() in LINKS or _is_day(word) or (span.label in _ORGANISATIONS and word in _UNITS)


def _is_day(word: str) -> bool:
    """Whether it is a weekday in full, which stands behind a name and is no part of it."""
    return len(word) > _ABBREVIATED and word.lower() in _DAYS


def _unlabelled(text: str, span: Span) -> Span:
    """A number without the label words before it and the age behind it; a name without a line of letters before it."""
    found = text[span.start : span.end]
    if span.label in PERSON_LABELS:
        lead = _CREDENTIAL_LINE.match(found) if "\n" in found else None
        kept = _FIELD_WORD.sub("", found) if text[span.end : span.end + 1] == ":" else found
        return _part(span, lead.end() if lead else 0, len(kept))
    if span.label == _LOCATION:
        return _part(span, 0, len(_state_behind().sub("", found)))
    if span.label not in _NUMBERS:
        return span
    lead = _LABEL_WORDS.match(found) if found[0].isalpha() else None
    kept = _AGE_BEHIND.sub("", found) if " / " in found else found
    start = lead.end() if lead else 0
    if not start and len(kept) == len(found):
        return span
    return _part(span, start, len(kept)) if any(char.isdigit() or char == "@" for char in found[start:]) else span


def _part(span: Span, start: int, end: int) -> Span:
    if start == 0 and end == span.end - span.start:
        return span
    return span.between(span.start + start, span.start + end)


def _is_title(span: Span, word: str) -> bool:
    return span.label in PERSON_LABELS and word.rstrip(".:") in _titles()


@functools.cache
def _state_behind() -> regex.Pattern[str]:
    """A State behind a town, which is no PHI."""
    names, codes = (_any_of(resources.terms(name)) for name in ("states", "state_codes"))
    return regex.compile(rf"(?<=\p{{L}}{{2}})(?:,[ ]?(?:{names})|,?[ ](?:{codes}))$")


@functools.cache
def _titles() -> frozenset[str]:
    """What stands before a name and is no part of it, in any case; but "Ro" and "Dau" are given names where "RO" and "dau" are not."""
    names = resources.terms("first_names") | resources.terms("surnames")
    lists = ("titles", "clinician_titles", "kin_titles", "roles_before_names")
    listed = {item for name in lists for item in resources.terms(name)}
    other = {form for item in listed for form in (item.lower(), item.upper(), item.title())}
    return frozenset(listed | {form for form in other if not (form.istitle() and form.lower() in names)})


def _complete(text: str, span: Span) -> Span:
    if span.label == _LOCATION:
        street = _street(text, span)
        return _capitals_on(text, span) if street == span else street
    left, right = _ends().get(span.label, (None, None))
    whole = _extended(text, span, left=left, right=right)
    return _capitals_on(text, whole) if span.label in _ORGANISATIONS else whole


def _capitals_on(text: str, span: Span) -> Span:
    """A place's name with the capitalised word that goes on it: "Lake Superior Surge"."""
    following = _CAPITAL_WORD.match(text, span.end) if _ends_capitalised(text, span) else None
    if following is None or following[1].lower() in _never_a_name() or following[1] in _titles():
        return span
    return span.between(span.start, following.end())


def _ends_capitalised(text: str, span: Span) -> bool:
    last = text[span.start : span.end].rsplit(" ", 1)[-1]
    return last[:1].isupper() and not last.isupper()


@functools.cache
def _never_a_name() -> frozenset[str]:
    """Capitalised words that stand behind a place without being its name: days, departments, kinds of visit."""
    names = ("month_stems", "holidays", "facility_generic", "clinician_roles", "relations")
    listed = frozenset(item.lower() for name in names for item in resources.terms(name))
    return listed | resources.terms("name_stopwords") | _DAYS


@functools.cache
def _ends() -> dict[str, tuple[_Start | None, regex.Pattern[str]]]:
    """By label, what may stand before and behind a part of it."""
    identifiers = dict.fromkeys(_IDENTIFIERS, (_identifier_start, _ID_RIGHT))
    persons = dict.fromkeys(PERSON_LABELS, (_initial_start, _INITIAL))
    organisations = dict.fromkeys(_ORGANISATIONS, (_number_start, _facility_rest()))
    return {**identifiers, **persons, **organisations, _DATE: (_date_start, _YEAR_AND_TIME)}


def _street(text: str, span: Span) -> Span:
    whole = _extended(text, span, right=_street_rest())
    words = text[whole.start : whole.end].lower().split(" ")
    if words[0] in resources.terms("street_kinds_before"):
        whole = _extended(text, whole, left=_house_number_start)
    if words[-1].rstrip(".") in _street_suffixes():
        return _extended(text, whole, left=_house_number_start, right=_APARTMENT)
    return _extended(text, whole, right=_APARTMENT) if text[whole.start].isdigit() else span


@functools.cache
def _street_suffixes() -> frozenset[str]:
    return frozenset(suffix.lower() for suffix in resources.terms("street_suffixes"))


def _extended(text: str, span: Span, *, left: _Start | None = None, right: regex.Pattern[str] | None = None) -> Span:
    start, end = span.start, span.end
    before = left(text, start) if left else start
    after = (
        right.match(text, end, min(len(text), end + _REACH)) if right and text[end : end + 1] not in _STOPS else None
    )
    if after is not None and not _fits_case(text[start:end], after[0]):
        after = None
    if before == start and after is None:
        return span
    return span.between(before, after.end() if after else end)


def _identifier_start(text: str, at: int) -> int:
    """Where the identifier begins that goes on at a place; the place itself, if none stands before it."""
    before = text[max(0, at - 2) : at].removesuffix("\n")
    return _found_before(_ID_GROUPS, text, at) if before.endswith(" ") else _run_start(text, at)


def _run_start(text: str, at: int) -> int:
    piece = text[max(0, at - _REACH) : at]
    run = _ID_RUN_BACKWARDS.match(piece[::-1])
    return at - run.end() if run else at


def _date_start(text: str, at: int) -> int:
    """Where a date begins before which its weekday or part of the month stands."""
    is_word = text[at - 1 : at] in _BEFORE_DATES and text[max(0, at - 4) : at].rstrip(" .,\n-")[-1:].isalpha()
    return _found_before(_WEEKDAY, text, at) if is_word else at


def _initial_start(text: str, at: int) -> int:
    """Where a name begins whose surname was found behind its initials, or whose second half: "Te'Quan", "Big Mike"."""
    if text[at - 1 : at] == " " and not _QUOTES.isdisjoint(text[max(0, at - _QUOTED_LENGTH) : at]):
        quoted = _QUOTED.search(text, max(0, at - _REACH), at)
        if quoted is not None:
            return quoted.start(1)
    if text[at - 1 : at] in _INSIDE_NAMES:
        return _found_before(_FIRST_HALF, text, at)
    before = text[max(0, at - 3) : at]
    is_initial = before[-1:] in _BEFORE_SURNAMES and before.removesuffix(" ").removesuffix(".")[-1:].isupper()
    return _found_before(_INITIALS_BEFORE, text, at) if is_initial else at


def _number_start(text: str, at: int) -> int:
    """Where a unit's name begins before which its number stands, as in "82nd Airborne"."""
    return _found_before(_ORDINAL, text, at) if text[max(0, at - 3) : at] in _ORDINAL_ENDS else at


def _house_number_start(text: str, at: int) -> int:
    before = text[max(0, at - 3) : at]
    is_number = before[-1:] in _BLANK and any(map(str.isdigit, before))
    return _found_before(_HOUSE_NUMBER, text, at) if is_number else at


def _found_before(pattern: regex.Pattern[str], text: str, at: int) -> int:
    found = pattern.search(text, max(0, at - _REACH), at)
    return found.start() if found else at


def _fits_case(found: str, rest: str) -> bool:
    """Whether the rest is written as what was found: no lower-case word goes on a capitalised name."""
    return found.islower() or not any(word.islower() for word in _LETTERS.findall(rest) if word not in _LOWER_ANYWAY)


def _joined(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in spans:
        if last is not None and _belong(text, last, span):
            last = replace(last, end=max(last.end, span.end), score=min(last.score, span.score))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _belong(text: str, before: Span, after: Span) -> bool:
    if before.end >= after.start:
        return before.label == after.label
    gap = text[before.end : after.start]
    if before.label == after.label and before.label in PERSON_LABELS:
        return _PERSON_GAP.fullmatch(gap) is not None
    return before.label in _ORGANISATIONS and after.label in _PLACES and bool(_PLACE_GAP.fullmatch(gap))


@functools.cache
def _facility_rest() -> regex.Pattern[str]:
    """What goes on a facility's name: "& Spine", words that say what kind of place it is, "PC"."""
    lists = ("facility_rests", "facility_words", "employer_words")
    words = _any_of(frozenset().union(*map(resources.terms, lists)))
    return regex.compile(
        rf"(?:[ ](?:&[ ]\p{{Lu}}[\p{{L}}'’-]+|and[ ]\p{{Lu}}\p{{Ll}}[\p{{L}}'’-]*))?(?:[ ](?:(?i:{words}))\b\.?)*(?:[ ](?:[Nn]o\.?|NO\.?|\#)[ ]?\d{{1,4}}\b|(?<=\b[Nn]o)\.?[ ]?\d{{1,4}}\b)?(?:,?[ ](?:P\.?C|LLC|Inc|PLLC|P\.?A|LLP)\b\.?)?"
    )


@functools.cache
def _street_rest() -> regex.Pattern[str]:
    """The kind of street that goes on its name."""
    return regex.compile(
        rf"[ ](?i:{_any_of(resources.terms('street_suffixes'))})\b\.?(?:[ ](?:N|S|E|W|NE|NW|SE|SW)\b)?"
    )


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(regex.escape, sorted(words, key=lambda word: (-len(word), word))))
