"""What to look for in a note once a person or a place is known."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import regex

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.mentions import Known, is_ordinary

_SHORTEST = 3
_DISTINCT_LENGTH = 5
_ACRONYM_LENGTH = 5
_ACRONYM_LETTERS = 3
_LINKS = frozenset({"of", "the", "and", "&", "at", "for", "in"})
_DISTINGUISHING = frozenset({"general"})
_GENERATIONS = frozenset({"JR", "SR", "II", "III", "IV"})
_JOINING = frozenset({"and", "or", "und", "son", "daughter", "wife", "husband", "mother", "father", "with"})
_PARTICLES = frozenset({
    "van", "von", "der", "den", "del", "della", "dos", "das", "bin", "ibn", "ben", "ter", "san", "the",
})  # fmt: skip
_PART = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}+)*")
_INITIALS = regex.compile(r"(?:\p{Lu}\.[ \t]?){2,4}")
_BARE_INITIALS = regex.compile(r"\p{Lu}{2}|\p{Ll}{2}")
"""Three letters are looked for as names are."""

_DOTTED = frozenset({
    "p.o.", "i.v.", "i.m.", "i.d.", "e.r.", "o.r.", "m.d.", "d.o.", "u.s.", "c.t.", "m.r.", "l.p.", "r.n.", "p.a.",
    "n.p.", "p.t.", "o.t.", "d.c.", "a.m.", "p.m.", "p.r.", "p.e.", "s.c.", "s.l.", "h.s.", "b.p.", "g.i.", "g.u.",
    "e.d.", "o.d.", "o.s.", "o.u.", "d.d.", "v.a.", "c.v.", "l.v.", "r.v.", "b.i.", "n.g.", "d.p.", "c.c.", "t.b.",
})  # fmt: skip


def person_entries(value: str, label: str, score: float, source: str) -> Iterator[Known]:
    """What to look for once a person's name is known.

    Args:
        value: The name, in any order.
        label: The label of mentions.
        score: Their score.
        source: Their source.
    """
    if "." in value and _INITIALS.fullmatch(value):
        if value.lower() not in _DOTTED:
            yield Known(value.strip(), label, score, source, "exact")
        return
    if _BARE_INITIALS.fullmatch(value) and not _is_given_or_family(value.lower()):
        yield Known(value, label, score, source, "stamp")
        return
    parts = [part for part in _PART.findall(value) if not _is_affix(part) and part.lower() not in _JOINING]
    if not parts:
        return
    for part in parts:
        yield from (Known(piece, label, score, source, "part") for piece in _pieces(part))
    ordered = _in_order(value, parts)
    if any(_is_short(part) for part in ordered):
        yield from _of_short_parts(ordered, label, score, source)
    letters = [part[0].upper() for part in ordered]
    for chosen in {tuple(letters), (letters[0], letters[-1])} if len(letters) > 1 else ():
        dotted = "".join(f"{letter}." for letter in chosen)
        if dotted.lower() not in _DOTTED:
            yield Known(dotted, label, score, source, "exact")
    yield from (Known(name, label, score, source, "part") for name in _user_names(ordered))
    if label == PhiLabel.PROVIDER and len(letters) > 1:
        yield from (Known(written, label, score, source, "signer") for written in _signed(ordered))


def _is_given_or_family(name: str) -> bool:
    return name in resources.terms("first_names") or name in resources.terms("surnames")


def _is_short(part: str) -> bool:
    return len(part) < _SHORTEST or part.lower() in _PARTICLES


def _of_short_parts(ordered: list[str], label: str, score: float, source: str) -> Iterator[Known]:
    """What to look for of a name with parts too short to be looked for alone: "An Do", "DO, AN", "Ms. Do"."""
    words = [part for part in ordered if len(part) > 1]
    if len(words) > 1:
        yield from (Known(text, label, score, source, "whole") for text in (
            f"{words[0]} {words[-1]}", f"{words[-1]}, {words[0]}", f"{words[-1]},{words[0]}", " ".join(words),
        ))  # fmt: skip
    yield from (Known(word, label, score, source, "titled") for word in words if _is_short(word))


def _user_names(parts: list[str]) -> Iterator[str]:
    """What somebody may log in with: the first letter and the last name, where that is no word."""
    last = "".join(filter(str.isalpha, parts[-1])) if len(parts) > 1 else ""
    if len(last) > _SHORTEST and last.isascii():
        name = f"{parts[0][0]}{last}".lower()
        if name not in resources.terms("common_words") and not _is_given_or_family(name):
            yield name


def _signed(parts: list[str]) -> set[str]:
    """How somebody signs with initials: with the first and last, with all, with both of a hyphenated name."""
    first, last = parts[0], parts[-1]
    whole = "".join(part[0] for part in parts)
    doubled = "".join(half[0] for part in parts for half in part.replace("’", "'").split("-") if half)
    hyphened = "".join("-".join(half[0] for half in part.split("-") if half) for part in (first, last))
    return {written.upper() for written in (first[0] + last[0], whole, doubled, hyphened)}


def _pieces(part: str) -> Iterator[str]:
    if len(part) >= _SHORTEST and part.lower() not in _PARTICLES:
        yield part
    if "-" in part:
        halves = part.replace("’", "'").split("-")
        yield from (half for half in halves if len(half) > _SHORTEST)
        yield " ".join(halves)


def _in_order(value: str, parts: list[str]) -> list[str]:
    last = value.split(",", 1)[0]
    count = len(_PART.findall(last)) if "," in value else 0
    return [*parts[count:], *parts[:count]] if 0 < count < len(parts) else parts


def _is_affix(part: str) -> bool:
    """Whether a word beside a name is a title, a generation or a credential."""
    return part.title() in _titles() or part.upper() in _GENERATIONS or part in resources.terms("credentials")


@functools.cache
def _titles() -> frozenset[str]:
    return resources.terms("titles") | resources.terms("clinician_titles")


def place_entries(value: str, label: str, score: float, source: str) -> Iterator[Known]:
    """What to look for once a facility or employer is known: its name, and that without what kind of place it is.

    Args:
        value: The name.
        label: The label of mentions.
        score: Their score.
        source: Their source.
    """
    if len(value) < _SHORTEST:
        return
    if value.isupper() and " " not in value:
        yield Known(value, label, score, source, "exact" if len(value) <= _ACRONYM_LENGTH else "phrase")
        return
    words = value.split()
    if value.lower() in _kinds_of_place():
        return
    yield Known(value, label, score, source)
    letters = _acronym(words)
    if letters:
        yield Known(letters, label, score, source, "exact")
    while words and words[-1].strip(",.").lower() in _kinds_of_place():
        words.pop()
    while words and words[0].lower() == "the":
        words.pop(0)
    if len(words) > 1 and not all(is_ordinary(word) for word in words):
        yield Known(" ".join(words), label, score, source)
    elif len(words) == 1 and len(words[0]) >= _DISTINCT_LENGTH and not _is_plain(words[0]):
        yield Known(words[0], label, score, source, "word")


def _acronym(words: list[str]) -> str:
    """The first letters of a place's name, by which a note goes on to call it; nothing where they mean something else."""
    letters = "".join(word[0] for word in words if word[:1].isupper())
    is_word = letters in resources.terms("clinical_acronyms") or letters in resources.terms("credentials")
    if is_word or len(letters) != len([word for word in words if word.lower() not in _LINKS]):
        return ""
    is_meant = _ACRONYM_LETTERS <= len(letters) <= _ACRONYM_LENGTH and letters.lower() not in resources.terms(
        "unit_acronyms"
    )
    return letters if is_meant and not is_ordinary(letters) else ""


@functools.cache
def _kinds_of_place() -> frozenset[str]:
    return resources.terms("facility_generic") - _DISTINGUISHING


def _is_plain(word: str) -> bool:
    return is_ordinary(word) or word.title() in resources.terms("states")
