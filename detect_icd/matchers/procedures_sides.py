"""Sides that a note names: right, left and both, in words and in the shorthand of surgeons."""

from __future__ import annotations

import bisect
import re
from collections import Counter

from detect_icd.gates import gate
from detect_icd.note_memory import of_note
from redactphi.spans import Span

OTHER_SIDE = re.compile(
    r"\b(?:the |an? )?(?:same|identical|similar)(?: (?:procedure|operation|steps?|technique|thing|fashion|manner|way|maneuver|sequence))?[^.;\n]{0,40}\b(?:on|for|at|in) "
    r"the (?:left|right|other|opposite|contralateral)\b|\b(?:repeated|duplicated|mirrored|likewise|then performed|then done)\b[^.;\n]{0,30}\b(?:on|for) the "
    r"(?:left|right|other|opposite|contralateral)\b|\b(?:contralateral|opposite|other) (?:side|ear|eye|knee|hip|breast|groin|foot|hand|wrist|shoulder)\b[^.;\n]{0,40}\b(?:same|identical|"
    r"similar|likewise)\b|\b(?:same|similar|identical) (?:procedure|fashion|manner|way|technique),? the (?:left|right|other|opposite|contralateral)\b|\b(?:each|both) (?:side|ear|eye|knee|groin|breast)s?\b[^.;\n]{0,20}\b(?:in turn|same|identical|similarly|likewise|alike)\b",
    re.IGNORECASE,
)
"""Words that say everything was done on the other side too."""
_SIDE = re.compile(
    r"(?<![\w-])(?:(?P<right>right|rt|R(?=[\s,;:)]|\.(?:\s|$)|$)|R[UML]L|(?-i:R(?:UE|LE|TK[AR]|TH[AR]|IHR?|CEA))|o\.?d\.?|AD)|(?P<left>(?<!was )(?<!were )(?<!been )(?<!be )left(?! open\b(?! (?:and |reduc|carpal|treat|repair|releas|inguin|thorac|hern|\w+(?:ectomy|otomy|plasty|pexy|rrhaphy|desis)\b)))(?! (?:sticking|protruding|hanging|long|short|exposed|attached|intact|free|loose|there|out|the (?:operating|recovery|procedure|OR\b|room|suite|theat))\b)|left(?=[- ]sided)|lt|L(?=[\s,;:)]|\.(?:\s|$)|$)|L[UL]L|(?-i:L(?:UE|LE|TK[AR]|TH[AR]|IHR?|CEA))|o\.?s\.?|(?<!(?-i:[A-Z]) )AS(?!(?-i: [A-Z]{2})))|(?P<both>(?-i:B(?:MT|TK[AR]|TH[AR]|IHR?|LE|UE))|bilat(?:eral(?:ly)?)?|(?:on|at|for) each side|both(?!-? ?bones?\b)(?! (?:were|was|are|had|have|came|could|went|then|of (?:them|these|those|which)|ends|cut|together|at|in|by|with|for|a|an|as|from|under|the (?!(?:right|left|upper|lower|eyes|ears|legs|feet|hands|knees|sides|breasts|lids|groins)\b)|views?|planes?|cortices|cort\w+|AP|neuro\w*|levels?|limbs? of|tables|columns|proximal\w*|distal\w*|superior\w*|inferior(?!\w* turb)\w*|medial\w*|lateral\w*|anterior\w*|posterior\w*|dorsal\w*|volar\w*|palmar\w*|plantar\w*|blunt\w*|sharp\w*|deep|superficial\w*|clinical\w*|visual\w*|manual\w*|internal|external|flexors?|extensors?|digital|radial|ulnar|tendons?|nerves?|arteries|veins|wounds?|incisions?|procedures?|layers|radius|tibia)\b)|b/l|quad(?:rilateral)?(?= (?:lid |eyelid )?blepharoplast)|each(?= (?:side|ear|eye|knee|nostril|antrum|(?:lower|inferior) turbinate))|o\.?u\.?|AU))(?![\w])(?!-?\s*sided? double|\s+double[- ]lumen)(?!\s+(?:flank|lat(?:eral)? (?:decub\w*|position|recumbent)|lung (?:ventilation|isolation)|main ?stem intubation|side of the table|lower quadrant|upper quadrant|iliac fossa|in (?:place|situ)|alone|behind|untouched|to (?:heal|granulate)|atri\w+|ventric\w+|handed\b|hand dominan\w+|hand of the (?:surgeon|operator)|angle|colon|gastric|hepatic|lobe of the liver|decubitus|chest port|ends|(?:digital |cutaneous )?(?:nerves?|arteries|bundles)|heads|slips|menisc\w+|compartments?|plugs?|screws?|anchors?|portals?|tunnels?|fragments?|columns?|plateaus?|condyles?|layers|veins|arteries|vessels|rings|polyps|lesions|nodules|metastases|spots|wedges|specimens|edges?|cruciates?|flaps?|tears|repaired))",
    re.IGNORECASE,
)
_TUNNELED = re.compile(r"\b(?:(?P<right>right)|(?P<left>left))(?= tunnell?ed\b)", re.IGNORECASE)
"""A side before a word that begins as one does that takes no side."""
_LITERS = re.compile(r"\d\s?$")
"""What stands before an L of volume."""
_SIDE_EXACT = {
    "rul": "RUL",
    "rml": "RML",
    "rll": "RLL",
    "lul": "LUL",
    "lll": "LLL",
    "r": "R",
    "l": "L",
    "od": "OD",
    "os": "OS",
    "ou": "OU",
    "ad": "AD",
    "as": "AS",
    "au": "AU",
    "rt": "",
    "lt": "",
}
_INITIAL = re.compile(r"\b[A-Z][a-z]+ [RL]\. [A-Z]")
"""A person's middle letter."""


def named_sides(text: str, start: int, end: int) -> list[tuple[str, Span]]:
    """The sides that a stretch of text names, RT, LT or 50, each with its word."""
    found = []
    matches = [*_SIDE.finditer(text, start, end), *_TUNNELED.finditer(text, start, end)]
    for match in sorted(matches, key=re.Match.start):
        exact = _SIDE_EXACT.get(match.group().lower().replace(".", ""), "")
        if exact and match.group().replace(".", "") != exact:
            continue
        if match.group() == "L" and _LITERS.search(text, max(start, match.start() - 2), match.start()):
            continue
        if text[match.end() : match.end() + 1] == "." and _INITIAL.search(
            text, max(0, match.start() - 24), match.end() + 4
        ):
            continue
        side = {"right": "RT", "left": "LT", "both": "50"}[match.lastgroup or ""]
        found.append((side, Span(match.start(), match.end(), "side")))
    return found


@of_note(2)
def sides_of_note(text: str) -> list[tuple[str, Span]]:
    """The sides that a whole note names."""
    return named_sides(text, 0, len(text))


@of_note(2)
def _first_sides(text: str) -> dict[str, int]:
    """Where a note first names each side."""
    return {side: span.start for side, span in reversed(sides_of_note(text))}


def _sides_before(text: str, end: int) -> set[str]:
    """The sides that a note names before a place."""
    low = _cut(text, end)
    near = {side for side, _ in named_sides(text, low, end)}
    return near | {side for side, first in _first_sides(text).items() if first < low}


def side_before(text: str, end: int) -> tuple[str, Span] | None:
    """The side that a note names last before a place, and its word."""
    low = _cut(text, end)
    if near := named_sides(text, low, end):
        return near[-1]
    every = sides_of_note(text)
    number = bisect.bisect_left(every, low, key=lambda each: each[1].start)
    return every[number - 1] if number else None


def _cut(text: str, end: int) -> int:
    """A word's start so far before a place that what is named before it is named the same, whatever the place is."""
    low = max(0, end - _NEAR)
    low = text.rfind(" ", max(0, low - _NEAR), low) + 1 or low
    every = sides_of_note(text)
    number = bisect.bisect_left(every, low, key=lambda each: each[1].start)
    # Some are told in several words: "on each side".
    return every[number - 1][1].start if number and every[number - 1][1].end > low else low


_NEAR = 400
"""Characters within which a side is read anew: that a text ends there may make it another."""


def operated_sides(text: str) -> list[tuple[str, Span]]:
    """The sides that a note names, but those of which it says that they were left alone, or how the patient lay.

    Where it names one side alone or none, a "both" that says of what is none of two sides: "both had been locking".
    """
    found = [
        (side, span)
        for side, span in sides_of_note(text)
        if _SPARED.match(text, span.end) is None
        and _LAID.match(text, span.end) is None
        and _TURNED.search(text, max(0, span.start - _BEFORE), span.start) is None
    ]
    if len({side for side, _ in found} - {"50"}) <= 1:
        found = [
            (side, span)
            for side, span in found
            if side != "50" or text[span.start : span.end].lower() != "both" or _PAIRED.match(text, span.end)
        ]
    return found


def main_side(text: str) -> tuple[str, Span | None]:
    """The side that a note was done on as far as it names one only, or one far more often; and the first word that says so."""
    sides = operated_sides(text)
    counts = Counter(side for side, _ in sides)
    if counts["50"] and counts["RT"] == counts["LT"]:
        return "50", next(span for named, span in sides if named == "50")
    (side, times), *others = counts.most_common() or [("", 0)]
    if not side or (others and times < _FAR_MORE * others[0][1]):
        each = {match[1].lower(): match for match in _EACH.finditer(text)}
        return ("50", Span(*each["left"].span(1), "side")) if len(each) > 1 else ("", None)
    return side, next(span for named, span in sides if named == side)


_FAR_MORE = 3
_BEFORE = 60
_EACH = re.compile(r"(?:^|[.;\n]\s*|, and |; )on the (right|left),? (?=\w+ )", re.IGNORECASE)
"""How sentences begin that tell of one side and then of the other."""
_SPARED = re.compile(
    r"(?:[ -]?(?:sided?|one|ear|eye|groin|hand|wrist|foot|knee|hip|shoulder|testis|testicle|breast|lobe|lung|chest|tonsil|tube|ovary|kidney|neck|nostril|leg|arm))?"
    r"(?:,| is| was| were| has| had| will| looked| being)? (?:(?:was |were |been |already |completely |entirely |also )?(?:not (?:done|touched|operated|treated|repaired|opened|entered|explored|disturbed|needed|addressed|injected|released)|"
    r"untouched|undisturbed|spared|left (?:alone|untouched|as it was)|clean\b|clear\b|fine\b|sound\b|healthy\b|quiet\b|be done|has a scar|a scar|has an old|an old scar|had one|had it|"
    r"done (?:in|last|before|already|years?|two|three)|planned|next (?:week|month|time)|removed (?:in|years?|before|when)|taken (?:in|years?|before|when)|absent|gone|neither))",
    re.IGNORECASE,
)
"""What follows a side that was left alone, now or before."""
_TURNED = re.compile(
    r"\b(?:turned|rotated|rolled|tilted|tipped|facing|looking|lying)(?: \w+){0,4} (?:to(?:wards?)?|on) (?:the |his |her )?$",
    re.IGNORECASE,
)
"""What stands before the side that a head or a patient is turned to."""
_LAID = re.compile(r"[ -]?(?:sided?)?[ -]?down\b|,? (?:lateral )?decubitus", re.IGNORECASE)
"""What follows the side a patient lies on."""
_PAIRED = re.compile(
    r" (?:the )?(?:right|left|sides|eyes|ears|lids|upper|lower|legs|arms|feet|hands|wrists|knees|hips|shoulders|ankles|elbows|breasts|groins|tubes|ovaries|adnexa|testes|testicles|kidneys|"
    r"ureters|lungs|chests|lobes|tonsils|turbinates|turbs|inferior turb|nostrils|nasal|maxillary|sphenoid|frontal|ethmoid|necks|carotids|femoral|iliac|thighs|calves|heels|axillae|axillas)",
    re.IGNORECASE,
)
"""What follows where both sides are meant."""
_SAME_HERE = re.compile(
    r"(?:(?:^|[.;\n(]|, ?then|, ?and)\s*(?:then |and |the )?(?P<first>(?-i:AS|AD|OS|OD|L|R)|left|right|other side|opposite side)\b[^.;\n\w]{1,3}(?:(?:side|ear|eye|\w{2,3}) )?(?:the |was |done )?"
    r"(?:same\b|likewise|similarly|identical\w*|ditto))|\b(?:repeated|ditto|same)\b(?: (?:for|on))?(?: the)? (?P<then>(?-i:L|R|AS|AD|OS|OD)|left|right|other side)(?=\s*(?:[.;,]|$|side\b))",
    re.IGNORECASE,
)
"""What was done again on the other side, in shorthand."""


@of_note(2)
def done_again(text: str) -> Span | None:
    """The words that say that everything was done on the other side too; none where they name the side done before alone."""
    for pattern in (OTHER_SIDE, _SAME_HERE):
        for match in gate(pattern).finditer(text):
            named = {side for side, _ in named_sides(text, match.start(), match.end())} - {"50"}
            if len(named) != 1 or _sides_before(text, match.start()) - {"50"} != named:
                return Span(match.start(), match.end(), "side")
    return None


_REPORTS = re.compile(
    r"\bthis (?:(?:operative|procedure|op|surgical) )?(?:note|report|dictation)\b[^.\n]{0,30}\b(?:discuss\w*|describ\w*|cover\w*|concerns?|pertains? to|is (?:only )?(?:for|of|about))\b"
    r"[^.\n]{0,20}\b(?:(?P<RT>right)|(?P<LT>left))\b(?![^.\n]*\b(?:right|left)\b)",
    re.IGNORECASE,
)
"""What a report says it is of, where another surgeon reports the other side."""


@of_note(2)
def reported_side(text: str) -> tuple[str, Span] | None:
    """The side that a report says it is of, RT or LT, and the words that say so."""
    match = _REPORTS.search(text)
    return (match.lastgroup or "", Span(match.start(), match.end(), "side")) if match else None


def joined(text: str, first: Span, second: Span) -> bool:
    """Whether two words of sides stand together, as "right and left" or "right eye and left eye"."""
    low, high = min(first.end, second.end), max(first.start, second.start)
    between = _BETWEEN.fullmatch(text, low, high)
    if first == second or between is None:
        return first == second
    noun = (between["noun"] or "").strip().lower()
    behind = _BLANK.match(text, max(first.end, second.end))
    start = behind.end() if behind else 0
    return not noun or text[start : start + len(noun)].lower().startswith(noun)


_BLANK = re.compile(r"\s*")
_BETWEEN = re.compile(r"(?P<noun> \w+)?\s*(?:and|&|/|\+|,)\s*(?:the\s+)?", re.IGNORECASE)
