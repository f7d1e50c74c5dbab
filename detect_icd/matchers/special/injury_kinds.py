"""What decides the kind of an injury beyond the word that names it: a burn's degree, what bit, what is left in the wound."""

from __future__ import annotations

import re

_BODY = re.compile(
    r"\b(?:with|retained|embedded|w/) (?:a |an |small |retained |embedded |radiopaque |glass |metal(?:lic)? |wood(?:en)? )*(?:foreign body|fb|splinter|shards?|fragments?|gravel|glass|debris)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"\b(?:(?P<d3>(?:third|3rd|3)[- ]?(?:degree|deg)|full[- ]thickness)|(?P<d2>(?:second|2nd|2)[- ]?(?:degree|deg)|partial[- ]thickness|blister)|"
    r"(?P<d1>(?:first|1st|1)[- ]?(?:degree|deg)|superficial))",
    re.IGNORECASE,
)
_DEAD = re.compile(
    r"(?<!no )(?<!no tissue )(?<!without )(?<!without tissue )\b(?:necro(?:sis|tic)|gangren\w+|mummifi\w+|black (?:and |, ?)?(?:dry|eschar|hard|tips?)|deep frostbite|"
    r"(?:third|3rd|fourth|4th)[- ]degree frostbite|full[- ]thickness frostbite)",
    re.IGNORECASE,
)
_BY_INSECT = re.compile(
    r"\bbit(?:ten)? by (?:an? |some |several )?(?:insect|bug|tick|mosquito|flea|bed ?bug|chigger|ant|fly|mite)s?\b",
    re.IGNORECASE,
)
_INSECT = re.compile(r"\b(?:insect|bug|tick|mosquito|flea|bedbug|chigger|ant|fly|mite|lice)$", re.IGNORECASE)
_ANIMAL = re.compile(
    r"\b(?:dog|cat|human|animal|raccoon|bat|rat|horse|monkey|squirrel|ferret|pit ?bull|kitten|puppy|open)s?$",
    re.IGNORECASE,
)
_BITTEN = re.compile(
    r"\bbit(?:ten)? by (?:\w+ ){0,3}?(?:dog|cat|kitten|puppy|raccoon|bat|rat|horse|monkey|squirrel|ferret|pit ?bull|child|patient|person)\b|\b(?:dog|cat|human) bites?\b",
    re.IGNORECASE,
)


def kind_of(kind: str, before: str, phrase: str, sentence: str, note: str) -> str:
    """The kind with what decides it further: a burn's degree, what bit, whether something is left in the wound."""
    if kind == "burn":
        # The degree that stands nearest before is its own: "full-thickness of the back, partial-thickness burns of both hands".
        degrees = (
            [match.lastgroup for match in _DEGREE.finditer(phrase)]
            or [match.lastgroup for match in _DEGREE.finditer(before)][-1:]
            or [match.lastgroup for match in _DEGREE.finditer(sentence)]
        )
        everywhere = {match.lastgroup for match in _DEGREE.finditer(note)}
        degrees = degrees or (list(everywhere) if len(everywhere) == 1 else [])
        return "burn" + max((name[1] for name in degrees if name), default="")
    if kind == "frostbite" and _DEAD.search(note):
        return "frostbite2"
    if kind == "bite":
        what = before[: before.lower().rfind("bit")].rstrip()
        return (
            "insectbite"
            if _INSECT.search(what) or _BY_INSECT.search(sentence)
            else "openbite"
            if _ANIMAL.search(what) or "bitten" in before.lower() or _BITTEN.search(note)
            else "bite"
        )
    if kind in {"laceration", "puncture"} and _BODY.search(sentence):
        return f"{kind}body"
    return kind


def is_bite(before: str) -> bool:
    """Whether "bit" is what an animal did: it follows one; else it is a little of something."""
    return _ANIMAL.search(before.rstrip()) is not None
