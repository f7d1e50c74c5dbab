"""How much was done: how many lesions, how large an area, how heavy, how long, what dose; and at which place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from detect_icd.matchers import procedures_kinds as kinds
from detect_icd.note_memory import of_note
from redactphi.spans import Span

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")  # fmt: skip
_WORDS = {word: number for number, word in enumerate(_NUMBERS)} | {
    "a": 1, "an": 1, "single": 1, "both": 2, "bilateral": 2, "dual": 2, "double": 2, "triple": 3, "quadruple": 4,
    "pair": 2, "dozen": 12,
}  # fmt: skip
_NUMBER = regex.compile(
    rf"(?<![\w./-])(?:(?P<digits>\d{{1,3}})|(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))}))(?![\w./]|-\d)"
    r"(?:\s*\((?:\d{1,3}|[a-z]+)\))?(?=[\s-])(?![\s-]*(?:cm|mm|mg|mcg|ml|cc|g|gm|kg|years?|yrs?|months?|days?|weeks?|hours?|minutes?|min|"
    r"gauge|french|fr|contacts?|percent|o'clock|v|x)\b)",
    regex.IGNORECASE,
)
_LEAD = 44
"""Characters before a word in which its number may stand."""
_BREAK = regex.compile(r"[.;:\n]\s|\n|(?<![(\d])\d{1,2}\)|,\s*(?:and\s+)?(?:the|then)\s")
_TIMES = regex.compile(
    r"\s*\)?\s*(?:,\s*)?(?:\(\s*)?(?:x|\u00d7|times|#|totaling|total of|:(?=\s?\d{1,2}\s(?:on|of|over|at)\b))\s?(\d{1,3}|[a-z]+)\b(?!\s*(?:cm|mm|\d))",
    regex.IGNORECASE,
)
_MORE = regex.compile(
    r"[^.;\n]{0,40}?\b(?:and|plus|,)\s+(?:another\s+)?(\d{1,3}|[a-z]+)\s+(?:more\s+)?(?:on|from|in|over|at)\b",
    regex.IGNORECASE,
)
_SIZE = regex.compile(
    r"(?<![\w.])(?P<number>\d{1,2}(?:\.\d{1,2})?)[\s-]*(?:(?:cm|mm)?\s*(?:x|\u00d7|by)\s*(?P<second>\d{1,2}(?:\.\d{1,2})?)[\s-]*)?(?P<unit>cm|mm|centimet(?:er|re)s?|millimet(?:er|re)s?)\b",
    regex.IGNORECASE,
)
_AREA = regex.compile(
    r"(?<![\w.])(?P<one>\d{1,3}(?:\.\d+)?)\s*(?P<first>cm|mm)?\s*(?:x|\u00d7|by)\s*(?P<two>\d{1,3}(?:\.\d+)?)\s*(?P<unit>cm|mm|centimet(?:er|re)s?|millimet(?:er|re)s?)\b"
    r"|(?<![\w.])(?P<whole>\d{1,4}(?:\.\d+)?)\s*(?:sq(?:uare)?\.?\s*(?:cm|centimet(?:er|re)s?)|cm\s?(?:2|\u00b2|sq))",
    regex.IGNORECASE,
)
_WEIGHT = regex.compile(
    r"(?<![\w.])(?P<number>\d{1,4}(?:,\d{3})?(?:\.\d+)?)[\s-]*(?P<unit>kg|g|gm|gms|grams?|kilograms?)\b",
    regex.IGNORECASE,
)
_TIME = regex.compile(
    r"(?<![\w.])(?P<number>\d{1,3}|an|one|two|three)[\s-]*(?P<unit>minutes?|mins?|hours?|hrs?)\b(?:(?:,|\s+and)?\s*(?P<more>\d{1,2})\s*(?:minutes?|mins?))?",
    regex.IGNORECASE,
)
_CLOCK = regex.compile(
    r"(?<![\d:])(?P<first_hour>[01]?\d|2[0-3]):?(?P<first_minute>[0-5]\d)(?:\s?[ap]\.?m\.?)?(?:\s?(?:-|\u2013)\s?|,? (?:to|until|till|through|and (?:ended|stopped|finished) at|"
    r"stop(?:ped)?(?: at)?|end(?:ed)?(?: at)?|finish(?:ed)?(?: at)?):? )(?P<last_hour>[01]?\d|2[0-3]):?(?P<last_minute>[0-5]\d)(?![\d:])(?<=:\d\d)",
    regex.IGNORECASE,
)
_HALF_DAY = 720
_DOSE = regex.compile(
    r"(?<![\w.])(?P<number>\d{1,3}(?:,\d{3})+|\d{1,6}(?:\.\d+)?)[\s-]*(?P<unit>mg|milligrams?|mcg|micrograms?|\u00b5g|g|grams?|gm|ml|cc|millilit(?:er|re)s?|units?|iu|meq)\b(?!\s*/|\s+per\b)",
    regex.IGNORECASE,
)
_UNITS = {"mi": "mg", "mg": "mg", "mc": "mcg", "g": "g", "gr": "g", "gm": "g", "ml": "ml", "cc": "ml", "un": "unit", "iu": "unit", "me": "meq"}  # fmt: skip
_TO_MG = {"g": 1000.0, "mg": 1.0, "mcg": 0.001}
_HOUR = 60


class Amount(NamedTuple):
    """An amount and the words that state it."""

    value: float
    span: Span


def counted(text: str, start: int, end: int, bounds: tuple[int, int]) -> Amount | None:
    """The number that stands with the words at ``start``-``end``: "two separate 5 mm polyps", "lesions x3"."""
    times = _TIMES.match(text, end, bounds[1])
    if times and (value := _value(times.group(1))):
        return Amount(value, Span(times.start(1), times.end(1), "number"))
    low = max(bounds[0], start - _LEAD)
    for pause in _BREAK.finditer(text, low, start):
        low = pause.end()
    found = None
    for match in _NUMBER.finditer(text, low, start):
        found = match
    if found is None or _is_label(text, start, end, found.start(), bounds[0]):
        return None
    value = int(found["digits"]) if found["digits"] else _WORDS[found["word"].lower()]
    more = _MORE.match(text, end, bounds[1])
    if more and (further := _value(more.group(1))):
        return Amount(value + further, Span(found.start(), more.end(1), "number"))
    return Amount(value, Span(found.start(), found.end(), "number"))


def _is_label(text: str, start: int, end: int, number: int, low: int) -> bool:
    """Whether a number says which one, not how many: "station 7 and station 4L"."""
    return text[low:number].rstrip().lower().endswith(text[start:end].split(maxsplit=1)[0].lower())


def _value(word: str) -> int:
    return int(word) if word.isdigit() else _WORDS.get(word.lower(), 0)


def sizes(text: str, start: int, end: int) -> Iterator[Amount]:
    """The measurements in a stretch of text, in centimetres; of several dimensions the largest."""
    for match in _SIZE.finditer(text, start, end):
        number = max(float(match["number"]), float(match["second"] or 0))
        millimetres = match["unit"].lower().startswith("m")
        yield Amount(number / 10 if millimetres else number, Span(match.start(), match.end(), "size"))


_MARGIN = regex.compile(
    r"(?P<number>\d{1,2}(?:\.\d)?)[\s-]*(?P<unit>mm|cm)[\s-]*(?:\w+[\s-]+){0,2}margins?\b|margins? of (?:about )?(?P<after>\d{1,2}(?:\.\d)?)\s*(?P<of>mm|cm)",
    regex.IGNORECASE,
)
_WITH_MARGINS = regex.compile(
    r"excised diameter|(?:including|includes|inclusive of|with) (?:the )?(?:\w+ )?margins? (?:was|were|measured|of the specimen|included)|including (?:the )?(?:\w+ )?margins?|total (?:excised )?(?:diameter|size)",
    regex.IGNORECASE,
)


def margin(text: str, start: int, end: int) -> Amount | None:
    """The margin that was taken around a lesion, in centimetres; none where the size stated has it in it already."""
    match = _MARGIN.search(text, start, end)
    if match is None or _WITH_MARGINS.search(text, start, end):
        return None
    number, unit = float(match["number"] or match["after"]), (match["unit"] or match["of"]).lower()
    return Amount(number / 10 if unit == "mm" else number, Span(match.start(), match.end(), "margin"))


def areas(text: str, start: int, end: int) -> Iterator[Amount]:
    """The areas a stretch of text states, in square centimetres; one worked out behind its two lengths counts once."""
    previous = 0.0
    for match in _AREA.finditer(text, start, end):
        if match["whole"]:
            value = float(match["whole"])
            if abs(value - previous) < _SAME_AREA * value:
                continue
        else:
            scale = 0.01 if match["unit"].lower().startswith("m") else 1.0
            value = float(match["one"]) * float(match["two"]) * scale
        previous = value
        yield Amount(value, Span(match.start(), match.end(), "area"))


_SAME_AREA = 0.05


def weights(text: str, start: int, end: int) -> Iterator[Amount]:
    """The weights a stretch of text states, in grams."""
    for match in _WEIGHT.finditer(text, start, end):
        scale = 1000.0 if match["unit"].lower().startswith("k") else 1.0
        yield Amount(float(match["number"].replace(",", "")) * scale, Span(match.start(), match.end(), "weight"))


def times(text: str, start: int, end: int) -> Iterator[Amount]:
    """The times a stretch of text states, in minutes, those by the clock included: "start 09:00, stop 11:05"."""
    for match in _CLOCK.finditer(text, start, end):
        first, last = (
            int(match[f"{which}_hour"]) * _HOUR + int(match[f"{which}_minute"]) for which in ("first", "last")
        )
        if first != last:
            yield Amount((last - first) % _HALF_DAY, Span(match.start(), match.end(), "time"))
    for match in _TIME.finditer(text, start, end):
        scale = _HOUR if match["unit"].lower().startswith("h") else 1
        value = _value(match["number"]) * scale + int(match["more"] or 0)
        yield Amount(value, Span(match.start(), match.end(), "time"))


def doses(text: str, start: int, end: int, unit: str) -> Iterator[Amount]:
    """The doses a stretch of text states in a unit, or in one of the same kind."""
    for match in _DOSE.finditer(text, start, end):
        written = match["unit"].lower()
        # The micro sign and the Greek letter are one to a pattern that ignores case.
        stated = "mcg" if written[0] in "\u00b5\u03bc" else _UNITS.get(written) or _UNITS[written[:2]]
        value = float(match["number"].replace(",", ""))
        if stated != unit:
            if not {stated, unit} <= _TO_MG.keys():
                continue
            value *= _TO_MG[stated] / _TO_MG[unit]
        yield Amount(value, Span(match.start(), match.end(), "dose"))


def units(amount: float, beyond: float, per: float) -> int:
    """Units for an amount: each one begun counts, and there is at least one."""
    return max(1, math.ceil(round((amount - beyond) / per, 6)))


_NOT_A_DIGIT = r"(?! (?:and \w+ )?(?:compartments?|extensor|dorsal|annular|pulley|cut|cuts|stitch|stitches|incision|web\w*|space|time|day|week|month|visit|degree|layer|pass|portion|of|part|phalan\w+|joint|turbinate|crease|band|slip|third|line|block|cutter|forceps|retractor|curette|stay|look))"
_OF_HAND = r"(?=(?:,? (?:and |or |to |through )?\w+){0,2} (?:finger|digit|ray|trigger|metacarp|phalan|proximal|middle|distal|nail|MCP|PIP|DIP|A1))"
_DIGITS = {
    "finger": tuple(f"(?:{names}){_NOT_A_DIGIT}" for names in (
        "thumb", rf"index|pointer|(?:second|2nd){_OF_HAND}", rf"middle|long|(?:third|3rd){_OF_HAND}", rf"ring|(?:fourth|4th){_OF_HAND}",
        rf"(?:little|small)(?= (?:finger|digit|trigger|ray|nail|and|or)s?\b|\s*(?:[,.;:)]|$))|(?:fifth|5th){_OF_HAND}|pinky",
    )),
    "toe": tuple(f"(?:{names}){_NOT_A_DIGIT}" for names in (
        "great|big|hallux|first|1st", "second|2nd", "third|3rd", "fourth|4th", r"(?:little|small)(?= (?:toe|digit)s?\b)|fifth|5th",
    )),
}  # fmt: skip
_CODES = {
    ("finger", "LT"): ("FA", "F1", "F2", "F3", "F4"), ("finger", "RT"): ("F5", "F6", "F7", "F8", "F9"),
    ("toe", "LT"): ("TA", "T1", "T2", "T3", "T4"), ("toe", "RT"): ("T5", "T6", "T7", "T8", "T9"),
}  # fmt: skip
PLACE_MODIFIERS = frozenset({*itertools.chain(*_CODES.values()), "E1", "E2", "E3", "E4", "LC", "LD", "LM", "RC", "RI"})
"""Those that name a place, of which each is a line of its own."""
_DIGIT = {
    kind: regex.compile(
        "|".join(rf"(?P<d{number}>\b(?:{names})\b)" for number, names in enumerate(digits)), regex.IGNORECASE
    )
    for kind, digits in _DIGITS.items()
}
_LID = regex.compile(
    r"\b(?P<which>upper|lower)\b(?=[^.;]{0,30}?\b(?:(?:eye)?lids?|punct\w+)\b)|\blids?\b[^.;]{0,12}\b(?P<after>upper|lower)\b"
    r"|\b(?-i:[RL])(?P<short>(?-i:[UL]))(?-i:L)\b",
    regex.IGNORECASE,
)
_WHICH = {"U": "upper", "L": "lower"}
_LIDS = {("upper", "LT"): "E1", ("lower", "LT"): "E2", ("upper", "RT"): "E3", ("lower", "RT"): "E4"}
_VESSEL = regex.compile(
    r"(?P<LM>\bleft main\b|\bLMCA\b)|(?P<LD>\bleft anterior descending\b|\bLAD\b|\bdiagonal\b)"
    r"|(?P<LC>\b(?:left )?circumflex\b|\bLCX\b|\bLCx\b|\bobtuse marginal\b|\bOM\s?\d?\b)"
    r"|(?P<RC>\bright coronary\b|\bRCA\b|\bposterior descending\b|\bPDA\b)|(?P<RI>\bramus\b)",
    regex.IGNORECASE,
)


PLACED = {
    "finger": regex.compile(r"finger|thumb|digit|pulley|phalan|nail|metacarp", regex.IGNORECASE),
    "toe": regex.compile(r"toe|hallux|digit|phalan|nail|metatars", regex.IGNORECASE),
    "eyelid": regex.compile(r"lid", regex.IGNORECASE),
    "coronary": regex.compile(r"", regex.IGNORECASE),
}
"""What a clause that places an operation speaks of."""


_TAKEN_FROM = regex.compile(
    r"\b(?:flaps?|graft(?:s|ing)?|pedicle|skin)\b[^.;\n]{0,30}\bfrom (?:the )?(?:same |other |opposite |left |right |ipsilateral |contralateral )*$",
    regex.IGNORECASE,
)
"""What stands before a lid that only gives skin."""


_OWN_SIDE = regex.compile(r"\b(?:(?P<RT>right)|(?P<LT>left))(?: (?:hand|foot))?,? $", regex.IGNORECASE)
"""The side right before a place, whatever other the stretch names."""
_SIDE_BEFORE = 14


def places(kind: str, text: str, start: int, end: int, sides: Sequence[str]) -> list[tuple[str, Span]]:
    """The modifiers for the places that a stretch of text names, each with its words.

    Args:
        kind: ``finger``, ``toe``, ``eyelid`` or ``coronary``.
        text: The note.
        start: Where the stretch starts.
        end: Where it ends.
        sides: ``LT``, ``RT`` or both, as the text has them.
    """
    found: dict[str, Span] = {}
    if kind == "coronary":
        for match in _VESSEL.finditer(text, start, end):
            found.setdefault(str(match.lastgroup), Span(match.start(), match.end(), "place"))
        return list(found.items())
    pattern = _LID if kind == "eyelid" else _DIGIT[kind]
    for match in pattern.finditer(text, start, end):
        if kind == "eyelid" and _TAKEN_FROM.search(text, start, match.start()):
            continue
        own = _OWN_SIDE.search(text, max(start, match.start() - _SIDE_BEFORE), match.start())
        for side in (str(own.lastgroup),) if own else sides:
            if kind == "eyelid":
                which = match["which"] or match["after"] or _WHICH[match["short"]]
                code = _LIDS[which.lower(), side]
            else:
                code = _CODES[kind, side][int(str(match.lastgroup)[1:])]
            found.setdefault(code, Span(match.start(), match.end(), "place"))
    return list(found.items())


def time_spent(text: str, clause: tuple[int, int], start: int, end: int) -> Amount | None:
    """The time spent on what stands at ``start``-``end``: what its clause says nearest, else what the note calls so."""
    said = list(times(text, *clause))
    if said:
        return min(said, key=lambda amount: max(amount.span.start - end, 2 * (start - amount.span.end), 0))
    return _time_of_note(text)


@of_note(2)
def _time_of_note(text: str) -> Amount | None:
    """The first time that a note calls time spent."""
    return next(
        (
            amount
            for amount in times(text, 0, len(text))
            if kinds.SPENT.search(text, max(amount.span.start - 60, 0), amount.span.end + 30)
        ),
        None,
    )
