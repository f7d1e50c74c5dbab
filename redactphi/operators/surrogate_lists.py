"""The lists surrogates come from, and what none may be."""

from __future__ import annotations

import functools

from redactphi import resources
from redactphi.operators.wordbook import WordList, fold

_NAMES = ("either", "female", "male", "surnames")
_TOWNS = ("towns", "towns_others", "towns_reserve")
_UNFIT = (
    "clinical_acronyms", "clinical_eponyms", "clinical_products", "clinical_words", "common_words", "eponyms", "eponym_nouns",
    "facility_generic", "unit_acronyms",
)  # fmt: skip


@functools.cache
def words(name: str) -> frozenset[str]:
    """The words of one list."""
    lines = (resources.data() / "surrogates" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def names() -> dict[str, WordList]:
    """Given names of women, of men, of either, and surnames: a word stands in one of them only."""
    return {name: WordList(words(name), words(f"{name}_others"), words(f"{name}_reserve")) for name in _NAMES}


def towns() -> dict[str, WordList]:
    """Towns, their words run together."""
    return {"towns": WordList(*(frozenset(map(fold, words(name))) for name in _TOWNS))}


@functools.cache
def town_names() -> dict[str, str]:
    """Folded towns as they are written, in lower case."""
    return {fold(town): town for name in _TOWNS for town in sorted(words(name))}


@functools.cache
def unfit() -> frozenset[str]:
    """Lower-case words that a made-up word must not be: words of medicine and of English."""
    return frozenset(item.lower() for name in _UNFIT for item in resources.terms(name))
