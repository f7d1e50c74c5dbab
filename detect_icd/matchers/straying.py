"""Whether a word that a phrase would take belongs to something else in the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detect_icd.matchers.selection import SIDES
from detect_icd.terms import Token

BREAK = re.compile(r",(?!\s?\d)|\band\b|\bor\b|(?<!\d)/(?!\d)(?!(?<=\bd/)t\b)|\n|\(|\)| - ", re.IGNORECASE)
"""What parts the items of a sentence."""

NOUNS = frozenset({"disease", "disorder", "syndrome"})
"""What says nothing after a label: "Renal: PKD" is no kidney disease by its label."""

_EYES = frozenset({"od", "os", "ou"})


def strays(text: str, tokens: Sequence[Token], members: frozenset[int]) -> bool:
    """Whether a side word belongs to something else: cut off by a comma or "and", with its own word after it."""
    ordered = sorted(members)
    for place, number in enumerate(ordered):
        # "Temporal lobe epilepsy, last seizure 2 years ago": the last one is told of for its date.
        if place and number - 1 not in members and tokens[number - 1].word == "last":
            return True
        # The eye of "dry AMD OU" is no word of "dry eye".
        if tokens[number].word in _EYES and not members & {number - 1, number + 1}:
            return True
        if not SIDES.intersection(tokens[number].atoms):
            continue
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        if _ends_another(text, tokens, members, number):
            return True
        leads = (
            after is not None and number + 1 not in members and not BREAK.search(text, tokens[number].end, after.start)
        )
        if leads and place and BREAK.search(text, tokens[ordered[place - 1]].end, tokens[number].start):
            return True
    return False


def _ends_another(text: str, tokens: Sequence[Token], members: frozenset[int], number: int) -> bool:
    """Whether a side closes what stands right before it: that of "SNHL b/l, hearing aids" is none of the aids."""
    if number != min(members) or not number or number + 1 == len(tokens):
        return False
    is_closed = "," in text[tokens[number].end : tokens[number + 1].start]
    return is_closed and not BREAK.search(text, tokens[number - 1].end, tokens[number].start)


def names_another(text: str, tokens: Sequence[Token], members: frozenset[int]) -> bool:
    """Whether the last word has its own adjective behind an "and": "epigastric pain and constitutional syndrome"."""
    last = max(members)
    if len(members) == 1 or last - 1 in members or not NOUNS.intersection(tokens[last].atoms):
        return False
    before = max(number for number in members if number != last)
    return _AND.match(text, tokens[before].end, tokens[last].start) is not None


_AND = re.compile(r"\s+(?:and|plus|with) [\w-]+ $", re.IGNORECASE)
