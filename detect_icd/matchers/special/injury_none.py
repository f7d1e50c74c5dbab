"""What has the word of an injury and names none: broken glass, a burn unit, a stress fracture, a bit of something."""

from __future__ import annotations

import re

from detect_icd.matchers.special.injury_kinds import ANIMAL

_NOT_TRAUMA = re.compile(
    r"\b(?:stress|bucket[- ]handle|pathologic(?:al)?|fragility|insufficiency|osteoporotic|atypical|periprosthetic|prosthetic|hardware|sun|heart|razor|friction|"
    r"acute kidney|acute lung|deep tissue|pressure|reperfusion|ischemic|radiation|inhalation|vocal|caregiver|financial|suture|surgical|mental|"
    r"emotional|tooth|dental)[ -]+$|\b(?:mechanism|date|time|site|nature) of $|\bno (?:other |new |further |acute )?$",
    re.IGNORECASE,
)
_NO_BONE = re.compile(
    r"(?:burns?|fractures?|fx|injur(?:y|ies)|bites?|sprains?) (?:units?|cent(?:er|re)s?|clinics?|teams?|surge(?:on|ry)|service|liaison|prevention|boards?|care)\b|"
    r"(?:broken|cut|torn|crushed) (?:screws?|plates?|nails?|rods?|hardware|wires?|pins?|implants?|needle|catheter|lead|filter|stent|glass|bottles?|windows?|dish(?:es)?|mirror|plate|tooth|teeth|skin|down|off|back|out|up|short|ice)\b|"
    r"(?:(?<=feet )|(?<=eyes )|(?<=legs )|(?<=soles )|(?<=toes )|(?<=fingers )|(?<=hands ))burn\b(?! (?:injur|wound|from|by))|(?:(?<=lumbar )|(?<=dural )|(?<=spinal )|(?<=arterial )|(?<=venous ))punctures?\b(?! wounds?)|punctures? (?:site|biops|of (?:an|the) )",
    re.IGNORECASE,
)
_BROKE = re.compile(
    r"broke (?:his|her|my|their|both)\b(?! (?:fast|fever|water|skin|news|silence|fall|window|glass|sobriety|diet|phone|glasses|cycle|needle|(?:\w+ )?tooth|crown|denture))",
    re.IGNORECASE,
)
"""What somebody broke of his own: "broke his collarbone", not "broke out in hives"."""


def names_none(note: str, word: str, place: int, bounds: tuple[int, int]) -> bool:
    """Whether a word that may name an injury names none where it stands.

    Args:
        note: The note.
        word: The word, in lower case.
        place: Where it starts.
        bounds: Where its sentence starts and ends.
    """
    start, end = bounds
    before = note[start:place]
    if word == "broke" and _BROKE.match(note, place) is None:
        return True
    if word == "bit" and ANIMAL.search(before.rstrip()) is None:
        return True
    return _NO_BONE.match(note, place, end) is not None or _NOT_TRAUMA.search(before[-24:]) is not None
