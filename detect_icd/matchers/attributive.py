"""Conditions that only name something else: "diabetes clinic", "hepatitis B, tetanus and shingles vaccines", "GAD-7"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detect_icd.terms import Token, word_set


def is_attributive(text: str, tokens: Sequence[Token], last: int) -> bool:
    """Whether a mention that ends with a token only names something else: a clinic, a vaccine, a test, a brochure."""
    end = tokens[last].end
    if (tokens[last].word in _INSTRUMENTS and _NUMBERED.match(text, end)) or (
        text[tokens[last].start].isupper() and _NAMED_AFTER.match(text, end)
    ):
        return True
    for number in range(last + 1, min(last + _LIST, len(tokens))):
        between = text[tokens[number - 1].end : tokens[number].start]
        joined = between.strip()
        word = tokens[number].word
        is_graded = word in _GRADED and _NUMERAL.match(text, tokens[number].start) is not None
        if joined not in _LIST_JOINTS or "\n" in between or word in _TREATED or is_graded:
            return False
        is_next = number == last + 1 or (number == last + 2 and tokens[last + 1].word in _LINKS)
        if word in word_set("attributive.txt") and (is_next or word.startswith(_OF_A_LIST)) and joined in {"", "-"}:
            if not is_next and word.startswith(_OF_A_TEST) and not _and_between(tokens, last, number):
                return False
            return _POSITIVE.match(text, tokens[number].end) is None
        # A list shares its last word: "hepatitis B, tetanus and shingles vaccines".
        if (
            number > last + 1
            and joined == ""
            and tokens[number].word not in _AND
            and tokens[number - 1].word not in _AND
        ):
            return False
    return False


_GRADED = frozenset({"class", "classes", "group", "scale", "score"})
_NUMERAL = re.compile(r"\w+\s*(?:[IVX]+\b|\d)")
"""A word that grades a disease, by its number: "nephritis class IV"."""

_INSTRUMENTS = frozenset({"gad", "phq", "edss", "madrs"})
_NUMBERED = re.compile(r"-\d")
"""Makes a questionnaire of the short name of a disease: GAD-7."""

_NAMED_AFTER = re.compile(r" (?:(?:Care|Treatment|Research|Medical) )?(?:Hospital|Institute|Unit|Pavilion|Building)\b")
"""In capital letters behind a disease in capitals: what is named after it ("Epilepsy Hospital")."""

_POSITIVE = re.compile(
    r"\s*(?:(?:is|was|were|came back|returned) )?(?:positive|pos\b|reactive|detected|\(?\+\)?)", re.IGNORECASE
)
"""After the name of a test: it found the disease."""


def _and_between(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether two words are joined by "and": "hepatitis B, C and HIV serologies", but not "chest pain, stress test"."""
    return any(tokens[number].word in _AND for number in range(first + 1, last))


_TREATED = frozenset({"monthly", "weekly", "daily", "yearly", "annual", "im", "sq", "cortisone", "steroid", "allergy"})
"""Words that say of shots behind a disease that they treat it: "B12 deficiency, monthly shots"."""

_OF_A_TEST = ("titer", "test", "serolog", "screen")
_OF_A_LIST = ("vaccin", "immuni", "booster", "shot", "titer", "test", "serolog", "screen", "prophyla", "ppx", "precaution",
    "series")  # fmt: skip
_LINKS = frozenset({"action", "management", "care", "self", "education", "treatment", "risk", "outreach", "specialty"})
_LIST = 8
_LIST_JOINTS = frozenset({"", ",", "-", "/", "&"})
_AND = frozenset({"and", "or"})
