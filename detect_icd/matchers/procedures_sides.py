"""Sides that a note names: right, left and both, in words and in the shorthand of surgeons."""

from __future__ import annotations

import re

from redactphi.spans import Span

OTHER_SIDE = re.compile(
    r"\b(?:the |an? )?(?:same|identical|similar)(?: (?:procedure|operation|steps?|technique|thing|fashion|manner|way|maneuver|sequence))?[^.;\n]{0,40}\b(?:on|for|at|in) "
    r"the (?:left|right|other|opposite|contralateral)\b|\b(?:repeated|duplicated|mirrored|likewise|then performed|then done)\b[^.;\n]{0,30}\b(?:on|for) the "
    r"(?:left|right|other|opposite|contralateral)\b|\b(?:contralateral|opposite|other) (?:side|ear|eye|knee|hip|breast|groin|foot|hand|wrist|shoulder)\b[^.;\n]{0,40}\b(?:same|identical|"
    r"similar|likewise)\b|\b(?:each|both) (?:side|ear|eye|knee|groin|breast)s?\b[^.;\n]{0,20}\b(?:in turn|same|identical|similarly|likewise)\b",
    re.IGNORECASE,
)
"""Words that say everything was done on the other side too."""
_SIDE = re.compile(
    r"(?<![\w-])(?:(?P<right>right|rt|R(?=[\s,;:)]|\.(?:\s|$)|$)|R[UML]L|(?-i:R(?:UE|LE|TK[AR]|TH[AR]|IHR?|CEA))|o\.?d\.?|AD)|(?P<left>(?<!was )(?<!were )(?<!been )(?<!be )left(?! (?:sticking|protruding|hanging|long|short|exposed|attached|intact|free|loose|there|out)\b)|left(?=[- ]sided)|lt|L(?=[\s,;:)]|\.(?:\s|$)|$)|L[UL]L|(?-i:L(?:UE|LE|TK[AR]|TH[AR]|IHR?|CEA))|o\.?s\.?|(?<!(?-i:[A-Z]) )AS(?!(?-i: [A-Z]{2})))|(?P<both>(?-i:B(?:MT|TK[AR]|TH[AR]|IHR?|LE|UE))|bilat(?:eral(?:ly)?)?|(?:on|at|for) each side|both(?!-? ?bones?\b)(?! (?:were|was|are|had|have|came|could|went|then|of (?:them|these|those|which)|ends|cut|together|at|in|by|with|for|a|an|as|from|under|the (?!(?:right|left|upper|lower|eyes|ears|legs|feet|hands|knees|sides|breasts|lids|groins)\b)|views?|planes?|cortices|cort\w+|AP|neuro\w*|levels?|limbs? of|tables|columns|proximal\w*|distal\w*|superior\w*|inferior(?!\w* turb)\w*|medial\w*|lateral\w*|anterior\w*|posterior\w*|dorsal\w*|volar\w*|palmar\w*|plantar\w*|blunt\w*|sharp\w*|deep|superficial\w*|clinical\w*|visual\w*|manual\w*|internal|external|flexors?|extensors?|digital|radial|ulnar|tendons?|nerves?|arteries|veins|wounds?|incisions?|procedures?|layers|radius|tibia)\b)|b/l|quad(?:rilateral)?(?= (?:lid |eyelid )?blepharoplast)|each(?= (?:side|ear|eye|knee|nostril|antrum|(?:lower|inferior) turbinate))|o\.?u\.?|AU))(?![\w])(?!-?\s*sided? double|\s+double[- ]lumen)(?!\s+(?:flank|lat(?:eral)? (?:decub\w*|position|recumbent)|lung (?:ventilation|isolation)|main ?stem intubation|side of the table|lower quadrant|upper quadrant|iliac fossa|in (?:place|situ)|open|alone|behind|untouched|to (?:heal|granulate)|atri\w+|ventric\w+|handed\b|hand dominan\w+|hand of the (?:surgeon|operator)|angle|colon|gastric|hepatic|lobe of the liver|decubitus|chest port|ends|(?:digital |cutaneous )?(?:nerves?|arteries|bundles)|heads|slips|menisc\w+|compartments?|plugs?|screws?|anchors?|portals?|tunnels?|fragments?|columns?|plateaus?|condyles?|layers|veins|arteries|vessels|rings|polyps|lesions|nodules|metastases|spots|wedges|specimens|edges?|cruciates?|flaps?|tears|repaired))",
    re.IGNORECASE,
)
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
    for match in _SIDE.finditer(text, start, end):
        exact = _SIDE_EXACT.get(match.group().lower().replace(".", ""), "")
        if exact and match.group().replace(".", "") != exact:
            continue
        if text[match.end() : match.end() + 1] == "." and _INITIAL.search(
            text, max(0, match.start() - 24), match.end() + 4
        ):
            continue
        side = {"right": "RT", "left": "LT", "both": "50"}[match.lastgroup or ""]
        found.append((side, Span(match.start(), match.end(), "side")))
    return found


def joined(text: str, first: Span, second: Span) -> bool:
    """Whether two words of sides stand together, as "right and left"."""
    low, high = min(first.end, second.end), max(first.start, second.start)
    return (
        first == second or re.fullmatch(r"\s*(?:and|&|/|\+|,)\s*(?:the\s+)?", text[low:high], re.IGNORECASE) is not None
    )
