"""Injuries within the skull, completed by the loss of consciousness the note states (S06); burned surface (T31)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from detect_icd.matchers.special.facts import one_side
from detect_icd.matchers.special.statement import Statement
from detect_icd.note_memory import of_note

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

TRIGGERS = frozenset(
    {
        "concussion",
        "concussive",
        "subdural",
        "subarachnoid",
        "epidural",
        "extradural",
        "axonal",
        "tbi",
        "sdh",
        "sah",
        "edh",
        "intracranial",
        "cerebral",
        "brain",
        "intraparenchymal",
        "contusion",
        "contusions",
    }
)
_KINDS = re.compile(
    r"\b(?:(?P<S060X>concussion)|(?P<S065X>(?:traumatic )?(?:acute |chronic )*(?:subdural (?:h(?:a?)ematoma|hemorrhage|bleed)s?|sdh)|(?:traumatic|acute) subdurals?)|"
    r"(?P<S066X>(?:traumatic )?(?:acute )?(?:subarachnoid (?:hemorrhage|bleed|blood)|sah)|traumatic subarachnoid)|(?P<S064X>(?:acute )?(?:(?:epidural|extradural) (?:h(?:a?)ematoma|hemorrhage)|edh))|"
    r"(?P<S062X>diffuse (?:axonal|traumatic brain) injury)|(?P<S069X>traumatic brain injury|tbi|intracranial injury)|(?P<S0633>(?:(?:small|hemorrhagic|acute|traumatic) )*(?:cerebral|brain|frontal|temporal|parietal|occipital|frontotemporal|bifrontal|cortical)(?: lobe)?(?: hemorrhagic)? contusions?))\b",
    re.IGNORECASE,
)
_TRAUMA = re.compile(
    r"\b(?:trauma(?:tic)?|fall|falls|fell|fallen|mvc|mva|struck|assault(?:ed)?|collision|head injury|hit (?:his|her|the) head|crash|concussion|loc|loss of consciousness)\b",
    re.IGNORECASE,
)
_NO_LOSS = re.compile(
    r"\b(?:no|denies|denied|without|negative for|never had)\b[^.;\n]{0,20}?\b(?:loc|loss of consciousness|loss of conciousness)\b|"
    r"\b(?:did not|didn'?t|never) (?:lose consciousness|pass out|black out|lost consciousness)|\bloc (?:-|neg|negative|none|denied)|\bloc: ?(?:no|none|neg)|\(-\) ?loc\b",
    re.IGNORECASE,
)
_LOSS = re.compile(
    r"\b(?:loc|loss of consciousness|lost consciousness|passed out|knocked out|unconscious(?:ness)?|unresponsive|blacked out|out cold|out for (?:about |around |approximately |roughly |over |nearly |maybe |at least )?(?:a |an |several |\d+ )?(?:few )?(?:s(?:ec(?:ond)?s?)?|min(?:ute)?s?|h(?:ou)?rs?)|(?:came|woke) to after)\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\b(?:unknown|unclear|uncertain|questionable|possible|\?)[^.;\n]{0,20}?\b(?:loc|loss of consciousness)|\b(?:loc|loss of consciousness) (?:status )?(?:unknown|unclear)",
    re.IGNORECASE,
)
_WORDS = {
    "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "ten": 10.0, "fifteen": 15.0,
    "twenty": 20.0, "thirty": 30.0, "forty-five": 45.0,
}  # fmt: skip
_DURATION = re.compile(
    r"(?P<few>\b(?:brief(?:ly)?|momentar(?:y|ily)|transient(?:ly)?|few (?:seconds|minutes)|seconds|a minute)\b)|"
    rf"(?P<n>\d+(?:\.\d+)?|{'|'.join(_WORDS)})\s*-?(?:\s*(?:to|-)\s*\d+\s*)?(?P<unit>s(?:ec(?:ond)?s?)?|min(?:ute)?s?|h(?:ou)?rs?|days?)\b",
    re.IGNORECASE,
)
_MINUTES = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440}
_STEPS = ((30, "1"), (59.99, "2"), (359.99, "3"), (1440, "4"))
_NEAR = 60


@of_note(2)
def loss(note: str) -> str:
    """The sixth character for the loss of consciousness a note states; ``""`` where it says nothing."""
    if _UNKNOWN.search(note):
        return "A"
    if _NO_LOSS.search(note):
        return "0"
    match = _LOSS.search(note)
    if match is None:
        return ""
    near = note[max(0, match.start() - _NEAR) : match.end() + _NEAR]
    said = _DURATION.search(near)
    if said is None:
        return "9"
    if said["few"]:
        return "1"
    number = said["n"].lower()
    minutes = (_WORDS[number] if number in _WORDS else float(number)) * _MINUTES[said["unit"][0].lower()]
    return next((character for most, character in _STEPS if minutes <= most), "9")


@of_note(2)
def _is_of_trauma(note: str) -> bool:
    return _TRAUMA.search(note) is not None


class IntracranialMatcher:
    """Finds concussions and bleeding within the skull, where the note speaks of trauma."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The statements of one sentence."""
        for match in _KINDS.finditer(note, start, end):
            base = match.lastgroup or ""
            if base not in {"S060X", "S069X"} and not _is_of_trauma(note):
                continue
            if base == "S0633":
                base = {"right": "S0631", "left": "S0632"}.get(
                    one_side(note[max(start, match.start() - 12) : match.end()]), base
                )
            code = self._complete(base, loss(note))
            if code:
                yield Statement(
                    code, match.start(), match.end(), "injury/intracranial", 0.93, ("S0", "I62", "I60", "I61", "S09")
                )

    def _complete(self, base: str, character: str) -> str | None:
        if base.startswith("S063"):
            base += "X" if self.book.get(f"{base}X9") else ""
        heading = self.book.get(base + (character or "9"))
        if heading is None or not heading.needs_seventh:
            heading = self.book.get(base + "9")
        return heading.with_seventh("A") if heading is not None else None


_SURFACE = re.compile(r"\b(?:tbsa|bsa|total body surface(?: area)?|body surface(?: area)?)\b", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,2}(?:\.\d+)?)\s*%")
_FULL = re.compile(
    r"(\d{1,2}(?:\.\d+)?)\s*%[^.;%]{0,30}(?:full[- ]thickness|third[- ]degree|3rd[- ]degree)|(?:full[- ]thickness|third[- ]degree|3rd[- ]degree)[^.;%]{0,20}?(\d{1,2})\s*%",
    re.IGNORECASE,
)


_DENIED = re.compile(r"\b(?:no|without|not)\b", re.IGNORECASE)


_BARE_SHARE = re.compile(
    r"\b(?:burn(?:s|ed|t)?|scald(?:s|ed)?|blister\w*|degree|thickness)\b[^.;%\n]{0,60}[,(:=~] ?(?:about |approx\w* |total |~)?\d{1,2}(?:\.\d)? ?%(?= ?(?:total)?\s*(?:[.,;)]|$))",
    re.IGNORECASE,
)
"""A share told right behind a burn, with no word of the surface it is of."""


def burned_surface(note: str, book: CodeBook, category: str) -> Statement | None:
    """The share of the body a note says is burned (T31) or corroded (T32), and of it the third degree."""
    match = _SURFACE.search(note) or _BARE_SHARE.search(note)
    if match is None:
        return None
    window = note[max(0, match.start() - 30) : match.end() + 30]
    shares = sorted(_PERCENT.finditer(window), key=lambda share: abs(share.start() - min(match.start(), 30)))
    if not shares:
        return None
    total = int(float(shares[0].group(1)))
    full = next(
        (found for found in _FULL.finditer(note) if not _DENIED.search(note[found.start() : found.end()])), None
    )
    third = int(float(full.group(1) or full.group(2))) if full else 0
    tens, third_tens = min(total // 10, 9), min(third // 10, 9)
    code = f"{category}.{tens}{min(third_tens, tens)}" if tens else f"{category}.0"
    entry = book.get(code)
    return (
        Statement(entry.code, match.start(), match.end(), "injury/burned-surface", 0.9, ("T31", "T32"))
        if entry and entry.billable
        else None
    )
