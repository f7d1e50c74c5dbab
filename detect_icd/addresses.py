"""State codes behind a town, which are abbreviations of diseases elsewhere: "Old Mission, MI 49673"."""

from __future__ import annotations

import functools
import re

from redactphi.resources import terms as word_list

_ZIP = r"[ ]{1,3}(?:\d{5}(?:-\d{4})?\b|\[ZIP\b)"
_STREET = re.compile(r"\d{1,6} [A-Za-z][\w .']{2,40}, [\w .'-]{3,30}$")
_REACH = 80
_NOTHING = "__"
_DEGREE = "DC"
"""A chiropractor's degree behind a name, and the District behind a town: "Joe Smith, DC"."""


def without_states(note: str) -> str:
    """The note, as long as it was, without the letters of States in addresses.

    A State stands behind what redaction wrote for a place, behind a town that lists know, or before a postcode. "DC" behind
    a person is a chiropractor's degree, and no curettage either.
    """
    if "," not in note and "[" not in note:
        return note
    return _pattern().sub(_without, note)


@functools.cache
def _pattern() -> re.Pattern[str]:
    codes = "|".join(sorted(word_list("state_codes")))
    return re.compile(
        rf"(?:(?P<tag>\[(?:LOCATION|FACILITY)\b[^\]\n]{{0,40}}\],? |\[(?:PROVIDER|NAME)\b[^\]\n]{{0,40}}\], (?=DC\b))|(?<![\w'’-])(?P<town>[A-Z][A-Za-z.'’-]{{2,}}), )"
        rf"(?P<state>{codes})(?P<zip>{_ZIP})?(?![\w'’/-])"
    )


def _without(match: re.Match[str]) -> str:
    if match["zip"] is None and match["tag"] is None:
        town = match["town"].lower()
        is_town = town in word_list("places") and town not in word_list("common_words")
        if match["state"] == _DEGREE:
            is_town = town not in word_list("clinical_words") and town not in word_list("common_words")
        if (
            not is_town
            and _STREET.search(match.string, max(0, match.start("state") - _REACH), match.start("state") - 2) is None
        ):
            return match[0]
    at, start = match.start("state") - match.start(), match[0]
    return f"{start[:at]}{_NOTHING}{start[at + 2 :]}"
