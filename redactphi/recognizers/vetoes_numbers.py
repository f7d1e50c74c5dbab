"""What speaks against numbers of the model: a date must look like one, an identifier must be long enough."""

from __future__ import annotations

import functools
import re

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.recognizers.certainty import DOUBT, SURE
from redactphi.spans import Span

_HARDLY = 0.6
_MIN_ID = 4
_MIN_PHONE = 7
_ZIP = 5
_BEFORE = 24
_SHORT = 8
_DATE, _PHONE, _ZIP_LABEL = str(PhiLabel.DATE), str(PhiLabel.PHONE), str(PhiLabel.ZIP)
_CLOCK = re.compile(r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_CLOCK_4 = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_CLOCKS = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d ?[-–] ?(?:[01]\d|2[0-4])[0-5]\d")
_DOSE = re.compile(r"\d{1,5}(?:u|U|mg|mcg|ml|mL|cc|mm|cm|Fr|fr|Hz|kg|lbs?|hrs?|min|sec)")
_SERIAL_BEHIND = re.compile(r"[ \t]{1,12}(?:SN|S/N|LOT|Lot|lot|SERIAL|Serial)\b[ :#]")
"""Before the serial number or lot stands what the maker calls the thing."""

_SCORE = re.compile(r"[0-5][+-]?/5|\d{1,2}/10|[1-6]/6|20/\d{2,3}")
_OF_TEN = re.compile(r"(?:10|\d)/10")
_OTHER_OF_TEN = re.compile(
    r"(?<![\d/.])(?:10|\d)/10(?![\d/])|\b(?:pain|NRS|VAS|severity|scale|rat(?:ed|es|ing))\b", re.IGNORECASE
)
_BESIDE_SCORE = 48
_MONTH_DAY = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{2,4}))?")
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[-–/]\s?(?:19|20)?\d\d)?")
_DAY = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}[-/. ]?(?:to|through|[-–])[-/. ]?\d", re.IGNORECASE)
_CALL = re.compile(r"(?i)(?:\b(?:ext|x|phone|ph|tel|telephone|cell|mobile|call|called|pager|page|paged|beeper|bp|fax|desk|line|contact|reach\w*|text\w*|number|dial|vm|office|home|voice\w*|spectralink|vocera|ascom)\b|#)\W{0,4}(?:\w+\W{1,2}){0,2}$")  # fmt: skip
_PROCEDURES = re.compile(r"\d{5}\s?[-–]\s?\d{5}|[A-V]\d{4}|\d{4}-\d{2}-\d{3}")
"""Codes of operations, and the catalogue numbers of an implant's maker."""

_TRIAL_BEFORE = re.compile(
    r"\b(?:Alliance|SWOG|ECOG(?:-ACRIN)?|NSABP|RTOG|NRG|COG|CALGB|GOG|EORTC|ANZUP|protocol|trial|Trial|study)[ -]$"
)
_NUMBERED_PLACE = re.compile(r"(?i)(?:\b(?:room|rm|bed|bay|or|suite|pod|slot|chair|station)\b[ .:#]{1,4}(?:no\.? ?)?)$")
_PROCEDURE_BEFORE = re.compile(r"[a-z] \((?:CPT )?$|\((?:\d{5}, )+$")
_CODE_BEFORE = re.compile(
    r"(?i)\b(?:(?:procedure|cpt|hcpcs|billing|service) codes?(?:\(s\))?|cpt|hcpcs)[ :#=-]{1,4}(?:\d{5}(?:-\d\d)?, ?)*$"
)
_PARITY = re.compile(r"(?:\d\d )?G\d{1,2}P\d{1,4}(?:[A-Z]{1,2}\d{1,2})?")
_SPAN_OF_TIME = re.compile(r"\d{1,3} ?[-–] ?\d{1,3}")
_UNIT = re.compile(
    r"\s{0,3}(?:d|days?|w|wks?|weeks?|mos?|months?|y|yrs?|years?|h|hrs?|hours?|min|minutes|mg|mcg|mL|ml|mm|cm|units?|reps|%)\b"
)
_RANGE = re.compile(r"([1-9]\d{0,2}) ?[-–] ?([1-9]\d{0,2})")
_RANGE_BEFORE = re.compile(r"(?:\d[ \t]{0,3}\(|\|[ \t]*)$")
_DECIMAL = re.compile(r"\d{1,3}\.\d{1,4}")
_COUNTED = re.compile(r" ?/ ?(?:cu(?:bic)? ?mm|c?mm3?|mm\^3|[umµ]c?[lL]|hpf|HPF|lpf|LPF)\b")
"""What blood cells are counted in: "Platelets 250000 / cmm"."""

_FRACTION = re.compile(r"[1-7]/[2-8]")
_WHOLE_BEFORE = re.compile(r"(?<![\d/.])\d{1,3}(?: ?- {0,2}| and | & )$")
_PART_BEHIND = re.compile(r"(?:ths?|rds?)\b|(?: to \d[\d/]*)?[ -](?:inch(?:es)?|feet|foot|cm|mm|weeks?|wks?|cups?|tabs?|tablets?|packs?|ppd|strength)\b")  # fmt: skip
_OUT_OF = re.compile(r"\d{1,2}-\d{1,2}/\d{1,3}")
_PLUS_BEFORE = re.compile(r"\+\d to $")
_BOTTLES = re.compile(r"[1-4]/[24]")
_DAY_BEFORE = re.compile(r"(?i)(?:\b(?:cx|bcx|bc|cultures?)\b[^.;\n]{0,24}\d{1,2}/\d{1,2}|\bunit) $")
_GERM_BEHIND = re.compile(
    r" ?\+|,? (?:bottles?|pos(?:itive)?|an?aerobic|MSSA|MRSA|MRSE|VRE|CoNS|CONS|GPC|GNR|[A-Z]\. ?[a-z]{4})"
)
"""What stands before and behind how many bottles of a blood culture grew something: "Blood cx 12/4 4/4 MSSA"."""

_TOMOGRAPHY = re.compile(r"(?i)\b(?:in|since|until|till|by|last|early|late|mid|of|from|to|through)[ -]$")
"""Before the month that is an examination of the eye as well."""

_OPERATION_BEFORE = re.compile(r"(?i)(?:\b(?:her|his|their|an|the|open|robotic|lap|for|after)|s/p|post) $")
"""Before the month that is an operation too: "since she had her APR"."""

_NTH = re.compile(r"(?:the )?\d{1,2}(?:st|nd|rd|th)(?:,? (?:and|or)? ?\d{1,2}(?:st|nd|rd|th))*")
_OF_THE_BODY = re.compile(
    r"(?:,? (?:and|or|to|through|-)? ?\d{1,2}(?:st|nd|rd|th))* (?:cranial |left |right |thoracic |dorsal |extensor |web )?(?:nerves?|ribs?|interspaces?|intercostal|metatarsals?"
    r"|metacarpals?|toes?|fingers?|digits?|rays?|percentile|ventricle|compartment|cervical|thoracic|lumbar|sacral|vertebrae?|degree|floor|grade)\b"
)
"""What is counted in a body: "the 7th nerve", "9th, 10th or 11th nerve"."""

_LEFT = re.compile(r"[\d/.-]+$")
_RIGHT = re.compile(r"[\d/.-]*")
_MARKS = frozenset("_.@\\/-")
WEEKDAYS = frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
     "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"]
)  # fmt: skip


def is_no_number(text: str, span: Span, found: str, *, has_neighbour: bool) -> bool:
    """Whether a span of the model cannot be the date, telephone number or identifier it is taken for.

    Args:
        text: The note.
        span: Of one of the labels DATE, PHONE, ZIP, MRN, ID_OTHER; its score the probability of being PHI.
        found: The span's text.
        has_neighbour: Whether other spans adjoin; a part of a number is not judged alone.
    """
    alone = not has_neighbour and not _is_glued(text, span)
    if (
        found in resources.terms("state_codes")
        or (not has_neighbour and _CLOCK.fullmatch(found))
        or (span.label != _DATE and _is_counted(text, span, found))
    ):
        return True
    if span.label == _DATE and (
        (_SPAN_OF_TIME.fullmatch(found) and _UNIT.match(text, span.end))
        or is_out_of_ten(text, span.start, span.end)
        or _is_a_part(text, span, found)
    ):
        return True
    if span.label != _DATE:
        return alone and _is_no_identifier(text, span, found)
    if any(char.isalpha() for char in found):
        names_a_day = _day_words().search(found.lower()) or _DAY.search(found)
        return not names_a_day and (not has_neighbour or found.lower() in WEEKDAYS)
    if has_neighbour:
        return False
    return _is_no_date_in_digits(span, _whole_number(text, span) if not alone else found)


def is_out_of_ten(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is a score out of ten: "9/10 at onset, 6/10 after", "pain 7/10"."""
    if _OF_TEN.fullmatch(text, start, end) is None:
        return False
    before = _OTHER_OF_TEN.search(text, max(0, start - _BESIDE_SCORE), start)
    return (before or _OTHER_OF_TEN.search(text, end, end + _BESIDE_SCORE)) is not None


def _is_a_part(text: str, span: Span, found: str) -> bool:
    """Whether it is a fraction, a score from one number to another, or counts what a body has several of."""
    if _NTH.fullmatch(found):
        return _OF_THE_BODY.match(text, span.end, span.end + 2 * _BEFORE) is not None
    if _OUT_OF.fullmatch(found):
        return True
    before = text[max(0, span.start - _SHORT) : span.start]
    if found == "APR":
        return _OPERATION_BEFORE.search(before) is not None
    if found == "OCT":
        return _TOMOGRAPHY.search(before) is None
    if _BOTTLES.fullmatch(found) and int(found[0]) <= int(found[2]):
        bottles = _GERM_BEHIND.match(text, span.end) or _DAY_BEFORE.search(
            text, max(0, span.start - 2 * _BEFORE), span.start
        )
        if bottles:
            return True
    return _FRACTION.fullmatch(found) is not None and bool(
        _WHOLE_BEFORE.search(before) or _PLUS_BEFORE.search(before) or _PART_BEHIND.match(text, span.end)
    )


def _is_no_identifier(text: str, span: Span, found: str) -> bool:
    digits = sum(map(str.isdigit, found))
    if span.label == _ZIP_LABEL:
        return digits < _ZIP
    if span.label == _PHONE:
        if _MIN_ID <= digits < _MIN_PHONE:
            return _CALL.search(text, max(0, span.start - _BEFORE), span.start) is None
        return digits < _MIN_ID
    if (
        _is_measured(found)
        or _is_of_a_kind(text, span)
        or _is_normal_range(text, span, found)
        or _COUNTED.match(text, span.end)
    ):
        return True
    if span.score >= SURE:
        return False
    is_short = not _MARKS.intersection(found) if not digits else len(found) < _MIN_ID
    is_time = span.score < _HARDLY and _CLOCK_4.fullmatch(found) is not None
    is_value = _DECIMAL.fullmatch(found) is not None
    return is_short or is_time or is_value or _PROCEDURES.fullmatch(found) is not None or _is_of_a_trial(text, span)


def _is_normal_range(text: str, span: Span, found: str) -> bool:
    """Whether it goes from a smaller to a larger number, in brackets behind a value or in a table's cell: "74 (71-87)"."""
    ends = _RANGE.fullmatch(found)
    if ends is None or int(ends[1]) >= int(ends[2]):
        return False
    return _RANGE_BEFORE.search(text, max(0, span.start - _SHORT), span.start) is not None


def _is_counted(text: str, span: Span, found: str) -> bool:
    """Whether it is the time from one clock time to another, pregnancies and births, or the code of an operation."""
    return bool(_CLOCKS.fullmatch(found) or _PARITY.fullmatch(found)) or _is_procedure(text, span, found)


def _is_procedure(text: str, span: Span, found: str) -> bool:
    """Whether five digits stand as the code of an operation does: behind its label, or in brackets as "release (64721)"."""
    if len(found) != _ZIP or not found.isdigit():
        return False
    if _CODE_BEFORE.search(text, max(0, span.start - 2 * _BEFORE), span.start):
        return True
    return _PROCEDURE_BEFORE.search(text, max(0, span.start - _BEFORE), span.start) is not None and text[
        span.end : span.end + 1
    ] in {")", ","}


def _is_measured(found: str) -> bool:
    """Whether it is a time from one clock time to another, or a number with its unit."""
    return (_CLOCKS.fullmatch(found) or _DOSE.fullmatch(found)) is not None


def _is_of_a_trial(text: str, span: Span) -> bool:
    """Whether a group that runs trials stands before it: "Alliance A011202"."""
    return _TRIAL_BEFORE.search(text, max(0, span.start - _BEFORE), span.start) is not None


def _is_of_a_kind(text: str, span: Span) -> bool:
    """Whether it says which room or thing it is: a number behind "Rm", or what stands before a serial number."""
    return is_numbered_place(text, span) or _SERIAL_BEHIND.match(text, span.end) is not None


def is_numbered_place(text: str, span: Span) -> bool:
    """Whether a room or bed is numbered there: "Rm 5-517"."""
    return _NUMBERED_PLACE.search(text, max(0, span.start - _BEFORE), span.start) is not None


def _is_no_date_in_digits(span: Span, found: str) -> bool:
    if _YEARS.fullmatch(found):
        return True
    match = _MONTH_DAY.fullmatch(found)
    if match is None:
        return len(re.sub(r"\D", "", found)) < _MIN_ID
    first, mark, second, year = match.groups()
    if not _is_day(int(first), int(second)):
        return True
    if year:
        return False
    return span.score < SURE if mark != "/" else span.score < DOUBT and _SCORE.fullmatch(found) is not None


def _whole_number(text: str, span: Span) -> str:
    """The run of digits and date marks the span is a part of."""
    left = _LEFT.search(text, max(0, span.start - _BEFORE), span.start)
    right = _RIGHT.match(text, span.end, span.end + _BEFORE)
    return text[left.start() if left else span.start : right.end() if right else span.end].strip(".-/")


def _is_day(first: int, second: int) -> bool:
    low, high = min(first, second), max(first, second)
    return 1 <= low <= 12 and 1 <= high <= 31  # noqa: PLR2004 - months of a year, days of a month


def _is_glued(text: str, span: Span) -> bool:
    """Whether the number goes on where the span ends."""
    around = text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1]
    return any(char in "/-+." or char.isdigit() for char in around.rstrip("."))


@functools.cache
def _day_words() -> re.Pattern[str]:
    """What names a day, month or holiday in lower-case text."""
    stems = "|".join(sorted(resources.terms("month_stems")))
    named = (item.lower() for name in ("holidays", "ordinal_days") for item in resources.terms(name))
    days = "|".join(sorted(map(re.escape, named), key=lambda item: (-len(item), item)))
    return re.compile(rf"\b(?:{stems})[a-z]{{0,6}}\b|\b(?:{days})\b|(?<=\d)(?:{stems})")
