"""Geography smaller than a State (Safe Harbor B)."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import regex

from redactphi import resources
from redactphi.recognizers.rules import RuleRecognizer

_PLACE_CUE = regex.compile(
    r"(?i)\b(?:in|from|of|to|near|at|lives|address|city|location|resident|residence|:)\s*$|[:,\n]\s*$"
)
_SHORTEST_CITY = 4
_ADDRESS_GOES_ON = regex.compile(r",\s+\p{Lu}\p{L}+(?:\s\p{Lu}\p{L}+){0,2},\s+\p{Lu}{2}\b")
_ZIP = regex.compile(r"\d{5}")
_STATE = regex.compile(r"\p{L}+(?:\s\p{L}+)*")


@functools.cache
def prefixes_by_state() -> Mapping[str, frozenset[str]]:
    """Three-digit ZIP prefixes in use, by USPS code of the State."""
    lines = (resources.data() / "zip3" / "states.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {state: frozenset(prefixes.split()) for state, prefixes in rows}


@functools.cache
def _not_places() -> frozenset[str]:
    names = ("states", "countries", "state_codes", "place_stopwords")
    return frozenset(item.lower() for name in names for item in resources.terms(name))


def _is_word(state: str) -> bool:
    """Whether a State code is a degree or a word as well."""
    return state in resources.terms("state_codes_degrees") or state in resources.terms("state_codes_words")


def is_zip_of_state(value: str) -> bool:
    """Whether "CA 93726" is a State with one of its own ZIP codes, so that "CT 74177" stays a procedure code.

    A State in full needs no such proof.
    """
    state, code = _STATE.match(value), _ZIP.search(value)
    if not state or not code:
        return False
    if len(state[0]) > 2:  # noqa: PLR2004 - a name, not a code
        return True
    return code[0][:3] in prefixes_by_state().get(state[0], frozenset())


def is_zip_after_city(value: str) -> bool:
    """Whether "CA 98888" behind a town is a ZIP code: any five digits, unless the code is a degree or a word."""
    state = value[:2]
    return is_zip_of_state(value) or not _is_word(state)


def is_zip_in_use(value: str) -> bool:
    """Whether a ZIP code has a prefix in use."""
    return any(value[:3] in prefixes for prefixes in prefixes_by_state().values())


def is_place(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]``, behind words that lead to a place, is one smaller than a State.

    A name in capitals throughout, which says nothing in a note in capitals, must be a known place.
    """
    name = text[start:end].lower()
    first = name.split()[0]
    if name in _not_places() or first in resources.terms("place_stopwords"):
        return False
    if text[start:end].isupper():
        return name in resources.terms("places")
    return first not in resources.terms("common_words") or name in resources.terms("places")


def is_city(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]``, in front of a State, is a town and no name before a degree or word before "CT"."""
    name = text[start:end].lower()
    behind = text[end : end + 20].lstrip(", ")
    code = behind[:2]
    ambiguous = _is_word(code) and not behind[2:3].isalpha()
    if name.title() in resources.terms("states"):
        return code.isupper() and not behind[2:3].isalpha()
    if name.title() in resources.terms("countries") and code.isupper() and is_zip_of_state(behind[:12]):
        return True
    if (
        name in _not_places()
        or name.split()[0] in resources.terms("place_stopwords")
        or _ARTICLE.search(text, max(0, start - 5), start)
        or (name not in resources.terms("places") and _is_said_of_a_thing(text, end))
    ):
        return False
    if text[start:end].isupper() and name not in resources.terms("places"):
        is_acronym = text[start:end] in resources.terms("clinical_acronyms")
        if is_acronym or len(name) < _SHORTEST_CITY:
            return False
    if ambiguous and not (_ZIP.search(behind[:10]) and is_zip_of_state(behind[:12])):
        return name in resources.terms("places") or (
            code not in resources.terms("state_codes_degrees")
            and name.split()[0] not in resources.terms("common_words")
            and _PLACE_CUE.search(text[max(0, start - 20) : start]) is not None
        )
    return not (text[start:end].isupper() and set(name.split()) <= resources.terms("common_words"))


_ARTICLE = regex.compile(r"(?i)\b(?:an?|the)[ ]$")
_THING_BEHIND = regex.compile(r",[ ]{1,2}\p{Lu}{2}[ ](\p{Ll}{3,})")


def _is_said_of_a_thing(text: str, end: int) -> bool:
    """Whether a clinical noun stands behind the two letters: "by Bigliani, CA ligament frayed"."""
    behind = _THING_BEHIND.match(text, end)
    return behind is not None and behind[1] in resources.terms("eponym_nouns")


def is_street(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is a street line and no count before a word that may be a suffix too.

    A single digit, or a word that is a clinical one, before "st", "dr", "view" ... proves nothing.
    """
    words = text[start:end].rstrip(".").split()
    number, name, suffix = words[0], words[1:-1] or words[1:], words[-1].lower().rstrip(".,")
    common = resources.terms("common_words")
    known = all(word.lower().strip(".,") in common for word in name)
    if suffix in resources.terms("street_suffixes_weak") or text[start:end].isupper():
        return len(number) > 1 and (not known or _ADDRESS_GOES_ON.match(text, end) is not None)
    is_count = known and len(number) < 3  # noqa: PLR2004 - "12 Lead", "10 French"
    return not is_count or (len(number) > 1 and _goes_on_with_town(text, end))


def _goes_on_with_town(text: str, end: int) -> bool:
    town = _TOWN_BEHIND.match(text, end)
    return town is not None and town[1].lower() in resources.terms("places")


_TOWN_BEHIND = regex.compile(r",[ ](\p{Lu}\p{L}+)\b")
_FIXED_BEFORE = 24
_FIXED = regex.compile(
    r"(?i)\b(?:head|skull|placed|pinned|secured|fixed|held|positioned|immobili[sz]ed)[ ](?:was[ ])?in[ ]$"
)
_NUMBER_BEHIND = regex.compile(r"[ ]\d")
_NEXT_WORD = regex.compile(r"['’]?s?[ \t]+(\p{L}[\p{L}\p{N}'’-]*)")
_TWO_WORDS = regex.compile(r"\w[ -]\w")


@functools.cache
def _doubtful() -> frozenset[str]:
    """Words that name a town somewhere and in a note mean something else."""
    names = ("eponyms", "facility_generic", "unit_acronyms", "name_stopwords", "clinical_products")
    return frozenset(item.lower() for name in names for item in resources.terms(name)) | _CALENDAR


_CALENDAR = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "christmas",
        "easter",
        "spanish",
        "english",
        "french",
        "german",
        "italian",
        "greek",
        "chinese",
        "russian",
        "polish",
        "portuguese",
        "latin",
        "indian",
        "american",
        "african",
        "asian",
        "caucasian",
        "british",
        "irish",
        "scotch",
        "trendelenburg",
        "fowler",
        "bledsoe",
        "haiku",
        "trinidad",
    ]
)
_THINGS = frozenset(
    [
        "fashion",
        "manner",
        "style",
        "shape",
        "pattern",
        "device",
        "brace",
        "collar",
        "boot",
        "sling",
        "scientific",
        "system",
        "catheter",
        "tube",
        "protocol",
        "criteria",
        "position",
        "classification",
    ]
)


def is_town(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` behind "in", "from", "to" is a town of the list, and no word, eponym or product.

    A town of several words proves itself, unless they are common ones in a text in capitals. One word must be no
    common word, and no person's behind "of" and "to", where persons stand as well.
    """
    name = text[start:end].lower().replace("’", "'")
    if name in resources.terms("landmarks"):
        return True
    if name not in resources.terms("places") or name in _not_places() or name in _doubtful():
        return False
    common = resources.terms("common_words")
    if _TWO_WORDS.search(name):
        return not (text[start:end].isupper() and all(word in common for word in name.split()))
    return len(name) >= _SHORTEST_CITY and name not in common and _stands_as_town(text, start, end)


def is_listed(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]``, in an address, is a town of the list."""
    name = text[start:end].lower().replace("’", "'")
    known = name in resources.terms("places") or name in resources.terms("landmarks")
    vetoes = ("place_stopwords", "common_words", "facility_generic")
    return known and len(name) >= _SHORTEST_CITY and not any(name in resources.terms(veto) for veto in vetoes)


def _stands_as_town(text: str, start: int, end: int) -> bool:
    name = text[start:end].lower()
    before = text[max(0, start - 12) : start].rstrip().rpartition(" ")[2].lower()
    person = name in resources.terms("first_names") or name in resources.terms("surnames")
    eponym = text[start:end] in resources.terms("clinical_eponyms")
    person = person or eponym
    if eponym and (_NUMBER_BEHIND.match(text, end) or _FIXED.search(text, max(0, start - _FIXED_BEFORE), start)):
        return False  # "placed in Mayfield 3-point fixation", "Head in Mayfield"
    if before == "of" or (person and (before == "to" or text[start:end].isupper())):
        return False
    behind = _NEXT_WORD.match(text, end)
    if behind is None:
        return True
    thing = behind[1].lower() in _THINGS or behind[1].lower() in resources.terms("eponym_nouns")
    return not thing and (behind[1].isupper() or not behind[1][0].isupper())


class LocationRecognizer(RuleRecognizer):
    """Finds street lines, towns before a State or behind a cue, counties and ZIP codes."""

    def __init__(self) -> None:
        super().__init__(
            "locations",
            {"zip_of_state": is_zip_of_state, "zip_loose": is_zip_after_city, "zip_in_use": is_zip_in_use},
            {"place": is_place, "city": is_city, "street": is_street, "town": is_town, "listed": is_listed},
        )
