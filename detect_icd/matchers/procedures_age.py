"""How old a note says its patient is."""

from __future__ import annotations

import regex

from redactphi.spans import Span

_AGE = regex.compile(
    r"(?<![\w./])(?P<number>\d{1,3})(?P<half>(?:-| )1/2)?[\s-]*(?P<unit>years?|yrs?|y\.?/?o\.?|months?|mo|weeks?|days?|yo)\b[\s-]*(?:old|of age)?",
    regex.IGNORECASE,
)
_AGED = regex.compile(
    r"\b(?:(?:aged?|under age|patient age)[:\s]+|(?:girl|boy|child|man|woman|patient|male|female|she|he) (?:is|was|of) (?:only )?)"
    r"(?P<number>\d{1,2})\b(?!\s*(?:and (?:over|older)|%|percent|cm\b|mm\b|kg\b|pounds|lbs?\b|hours?|weeks?|days?|months?|minutes|feet|inches|\w+ out\b))(?!\.\d|[/\d-])",
    regex.IGNORECASE,
)
_CALLED = regex.compile(
    r"\b(?:(?:patient|he|she|who|child|boy|girl) (?:is|was) an? (?:[\w-]+ ){0,4}?|^(?:an?|the|this) (?:[\w-]+ ){0,2}?|\bth(?:is|e) (?:(?!viable|live|liveborn|delivered)[\w-]+ ){0,2}?)"
    r"(?P<who>toddler|newborn|neonate|infant|preemie)\b(?!\s+(?:was |were )?(?:delivered|handed|born|head|cry|respirat\w+|carrier|formula|airway))",
    regex.IGNORECASE | regex.MULTILINE,
)
"""What a patient is called whose age in numbers is not told; not the child of a mother who is one."""
_BIRTH = regex.compile(
    r"\bcesarean|\bc-section|\bdeliver(?:y|ed)\b|\bgravida|\bpregnan|\blabor\b|\buter(?:us|ine)\b", regex.IGNORECASE
)
_YEARS_OF = {"toddler": 2.0, "infant": 0.5, "newborn": 0.02, "neonate": 0.02, "preemie": 0.05}
_YEARS = {"y": 1.0, "m": 1 / 12, "w": 1 / 52, "d": 1 / 365}
_AGE_REACH = 20_000
_JUST_UNDER = 0.1


def age(text: str) -> tuple[float, Span] | None:
    """The age in years that a text gives its patient, and the words that say so."""
    match = _AGE.search(text, 0, _AGE_REACH)
    while match and not (
        text[match.end() - 3 : match.end()].lower() in {"old", "age"}
        or match["unit"].lower()[0:2] in {"yo", "y/", "y."}
    ):
        match = _AGE.search(text, match.end(), _AGE_REACH)
    if match is None:
        aged = _AGED.search(text)
        if aged is None:
            return _called(text)
        under = aged.group().lower().startswith("under")
        return float(aged["number"]) - (_JUST_UNDER if under else 0), Span(aged.start(), aged.end(), "age")
    number = float(match["number"]) + (0.5 if match["half"] else 0.0)
    return number * _YEARS[match["unit"][0].lower()], Span(match.start(), match.end(), "age")


def _called(text: str) -> tuple[float, Span] | None:
    """The age that a word for the patient tells: "the patient is a toddler"."""
    match = _CALLED.search(text, 0, _AGE_REACH)
    if match is None or _BIRTH.search(text):
        return None
    return _YEARS_OF[match["who"].lower()], Span(*match.span("who"), "age")
