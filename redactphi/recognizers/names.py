"""NameRecognizer: people whose names a title, a credential, a field, a relation or the name itself betrays."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

import regex

from redactphi import resources
from redactphi.recognizers.rules import RuleRecognizer
from redactphi.spans import Span

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*")
_PART = regex.compile(r"[\p{L}\p{M}]+")
_SHORTEST = 3
_CUE_AFTER = frozenset({"names/credential", "names/relation-after"})
_INITIALS = frozenset(
    {"names/initials-credential", "names/initials-field", "names/patient-initials", "names/typist-mark"}
)


class NameRecognizer(RuleRecognizer):
    """Finds names by the rules of ``data/patterns/names.toml``, without the ordinary words beside them."""

    def __init__(self) -> None:
        super().__init__("names", VALIDATORS)

    def spans(self, text: str) -> Iterator[Span]:
        """The spans of every rule, ordinary words trimmed; those of ordinary words alone are left out."""
        for span in super().spans(text):
            trimmed = span if span.source in _INITIALS else _trim(text, span)
            if trimmed is not None:
                yield trimmed


@functools.cache
def ordinary_words() -> frozenset[str]:
    """Lower-case words that are never taken for a name, whatever their case."""
    names = resources.terms("first_names") | resources.terms("surnames")
    return (resources.terms("common_words") - names) | resources.terms("name_stopwords")


def _is_ordinary(word: str) -> bool:
    lower = word.lower()
    if lower in ordinary_words():
        return True
    parts = _PART.findall(lower)
    return len(parts) > 1 and all(part in ordinary_words() or len(part) == 1 for part in parts)


def _trim(text: str, span: Span) -> Span | None:
    """The longest run of words no list knows as ordinary, at the end of the span that is nearer to its cue."""
    runs: list[list[tuple[int, int]]] = [[]]
    for match in _WORD.finditer(text, span.start, span.end):
        if _is_ordinary(match[0]) and len(match[0]) > 1:
            runs.append([])
        else:
            runs[-1].append(match.span())
    if len(runs) == 1:
        return span
    run = runs[-1] if span.source in _CUE_AFTER else runs[0]
    if not run:
        return None
    start = span.start if run is runs[0] else run[0][0]
    end = span.end if run is runs[-1] else run[-1][1]
    return replace(span, start=start, end=end)


def _words(value: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(value)]


def _in_list(word: str, name: str) -> bool:
    listed = resources.terms(name)
    return word in listed or any(part in listed for part in _PART.findall(word) if len(part) >= _SHORTEST)


def _is_common(word: str) -> bool:
    return word in resources.terms("common_words") or word in resources.terms("name_stopwords")


def _surname(value: str) -> bool:
    word = value.lower()
    return not _is_common(word) and (_in_list(word, "surnames") or _in_list(word, "first_names"))


def _given_name(value: str) -> bool:
    word = value.lower()
    return word in resources.terms("first_names") and not _is_common(word)


def _given_name_initial(value: str) -> bool:
    return _given_name(_words(value)[0])


def _full_name(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1]
    eponyms = resources.terms("eponyms")
    if len(words) <= 1 or words[0] in eponyms or any(map(_is_ordinary, words)):
        return False
    first, last = words[0], words[-1]
    if _is_common(first) and _is_common(last):
        return False
    return first in resources.terms("first_names") and _in_list(last, "surnames")


def _full_name_any_order(value: str) -> bool:
    words = _words(value)
    return _full_name(value) or (_full_name(" ".join(reversed(words))) and "," in value)


def _reversed_name(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1]
    last, first = words[:1], words[1:]
    if len(first) != 1 or any(map(_is_common, words)):
        return False
    return (
        first[0] in resources.terms("first_names")
        and _in_list(last[0], "surnames")
        and last[0] not in resources.terms("eponyms")
    )


def _person(value: str) -> bool:
    words = [word for word in _words(value) if len(word) > 1 and not _is_ordinary(word)]
    if not words or (_is_ordinary(_words(value)[0]) and len(_words(value)[0]) > 1):
        return False
    known = [word for word in words if _in_list(word, "first_names") or _in_list(word, "surnames")]
    if len(_words(value)) == 1:
        return bool(known) and words[0] not in resources.terms("eponyms") and not _is_common(words[0])
    return bool(known)


VALIDATORS = {
    "surname": _surname,
    "given-name": _given_name,
    "given-name-initial": _given_name_initial,
    "full-name": _full_name,
    "full-name-any-order": _full_name_any_order,
    "reversed-name": _reversed_name,
    "person": _person,
}
"""Tests that rules of this family may name: what the name lists say of a match."""
