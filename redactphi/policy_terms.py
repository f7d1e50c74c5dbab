"""The terms of a policy: what is never redacted (allow) and what always is (deny).

A term is looked for ``as written`` but for case and white space; with ``variants`` also without its accents, hyphens,
apostrophes and full stops, with or without a possessive ``s``, and, of two words, the second first ("NWOSU, ADAEZE"). Or it is a
regular expression.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex
from ahocorasick_rs import AhoCorasick, MatchKind

from redactphi.errors import UnknownNameError, UsageError
from redactphi.labels import PhiLabel
from redactphi.resources import MATCH_TIMEOUT
from redactphi.spans import Span

SOURCE = "policy/deny"
_KEYS = {
    "allow": ("texts", "file", "regex", "variants", "labels"),
    "deny": ("texts", "file", "regex", "variants", "label"),
}
_LABELS = tuple(str(label) for label in PhiLabel)
_DROPPED = frozenset("'’`.ʼ＇′")
_BLANKS = frozenset("-‐‑‒–—_,/")
_LARGE_REPEAT = regex.compile(r"\{\d*,?\d{5,}\}|\{\d{5,},")
"""What `regex` would need more memory for than there is."""

_POSSESSIVE = regex.compile(r"['’]s?$", regex.IGNORECASE)
_TWO = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of one entry of a policy.

    Attributes:
        texts: Terms as written.
        pattern: A regular expression, or the empty string.
        variants: Whether variants of the texts count too.
        labels: The labels it is about; those a span may have to be allowed, or the one a denied term gets.
    """

    texts: tuple[str, ...]
    pattern: str
    variants: bool
    labels: tuple[str, ...]

    @classmethod
    def read(cls, kind: str, raw: Mapping[str, Any], folder: Path | None) -> Terms:
        """An entry of a policy file.

        Args:
            kind: ``allow`` or ``deny``.
            raw: The entry's table.
            folder: Where the policy file lies, which a term file is named relative to; None for a preset.

        Raises:
            UnknownNameError: A key or label that does not exist.
            UsageError: The entry says too little or too much, or a file or expression is not readable.
        """
        for key in raw:
            if key not in _KEYS[kind]:
                raise UnknownNameError(f"key of a policy's {kind}", str(key), _KEYS[kind])
        if sum(key in raw for key in ("texts", "file", "regex")) != 1:
            raise UsageError(f"an entry of a policy's {kind} has one of texts, file and regex")
        texts = _from_file(raw["file"], folder) if "file" in raw else _strings(kind, raw.get("texts", []))
        variants = _flag(kind, raw.get("variants", False))
        if "regex" in raw and "variants" in raw:
            raise UsageError(f"a regex of a policy's {kind} has no variants")
        if "regex" not in raw and not (texts and all(_normal(text, variants=variants)[0] for text in texts)):
            raise UsageError(f"an entry of a policy's {kind} has no terms, or one without a letter or digit")
        return cls(texts, _checked(raw.get("regex", "")) if "regex" in raw else "", variants, _labels(kind, raw))


class TermFilter:
    """Applies the terms of a policy to the spans of a note.

    Args:
        allow: What is never redacted.
        deny: What always is, allowed or not.
    """

    def __init__(self, allow: Sequence[Terms], deny: Sequence[Terms]) -> None:
        self._allowed: dict[bool, dict[str, set[str]]] = {}
        for terms in allow:
            for text in terms.texts:
                for form in _forms(text, variants=terms.variants):
                    self._allowed.setdefault(terms.variants, {}).setdefault(form, set()).update(terms.labels)
        self._allowed_patterns = [(regex.compile(terms.pattern), terms.labels) for terms in allow if terms.pattern]
        self._denied = [_Finder(deny, variants=variants) for variants in (False, True)]
        self._denied_patterns = [(regex.compile(terms.pattern), terms.labels[0]) for terms in deny if terms.pattern]

    def apply(self, text: str, spans: Iterable[Span]) -> list[Span]:
        """The spans but for those of allowed terms, and those of denied ones.

        Raises:
            TimeoutError: An expression runs too long.
        """
        kept = [span for span in spans if not self._is_allowed(text, span)]
        return [*kept, *(span for finder in self._denied for span in finder.find(text)), *self._by_pattern(text)]

    def _is_allowed(self, text: str, span: Span) -> bool:
        found = text[span.start : span.end]
        for variants, terms in self._allowed.items():
            forms = {_normal(found, variants=variants)[0], _normal(_POSSESSIVE.sub("", found), variants=variants)[0]}
            if any(str(span.label) in terms.get(form, ()) for form in forms):
                return True
        return any(
            span.label in labels and pattern.fullmatch(found, timeout=MATCH_TIMEOUT)
            for pattern, labels in self._allowed_patterns
        )

    def _by_pattern(self, text: str) -> Iterator[Span]:
        for pattern, label in self._denied_patterns:
            for match in pattern.finditer(text, timeout=MATCH_TIMEOUT):
                if match.start() < match.end():
                    yield Span(match.start(), match.end(), label, 1.0, SOURCE)


class _Finder:
    """Finds denied terms in a text."""

    def __init__(self, deny: Sequence[Terms], *, variants: bool) -> None:
        self._variants = variants
        self._labels: dict[str, str] = {}
        for terms in deny:
            if terms.variants == variants:
                forms = (form for text in terms.texts for form in _forms(text, variants=variants))
                self._labels |= {form: terms.labels[0] for form in forms if form not in self._labels}
        self._keys = sorted(self._labels)
        self._automaton = AhoCorasick(self._keys, matchkind=MatchKind.LeftmostLongest) if self._keys else None

    def find(self, text: str) -> Iterator[Span]:
        if self._automaton is None:
            return
        normal, places = _normal(text, variants=self._variants)
        for number, start, end in self._automaton.find_matches_as_indexes(normal):
            first, last = places[start], places[end - 1] + 1
            if not (_goes_on(text, first) or _goes_on(text, last)):
                yield Span(first, last, self._labels[self._keys[number]], 1.0, SOURCE)


def _goes_on(text: str, place: int) -> bool:
    """Whether a word or number goes on across a place."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _forms(text: str, *, variants: bool) -> Iterator[str]:
    """The normal forms under which a term is looked up."""
    form = _normal(text, variants=variants)[0]
    if not form:
        return
    yield form
    words = form.split(" ")
    if variants and len(words) == _TWO:
        yield f"{words[1]} {words[0]}"


def _normal(text: str, *, variants: bool) -> tuple[str, list[int]]:
    """A text in its normal form, and for each character of that the place in the text it comes from."""
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for folded in _folded(char, variants=variants):
            if folded != " " or (chars and chars[-1] != " "):
                chars.append(folded)
                places.append(place)
    while chars and chars[-1] == " ":
        chars.pop()
        places.pop()
    return "".join(chars), places


@functools.lru_cache(maxsize=1 << 12)
def _folded(char: str, *, variants: bool) -> str:
    if char.isspace():
        return " "
    if unicodedata.category(char) == "Cf":  # soft hyphens, joiners, marks of direction
        return ""
    if variants and char in _DROPPED:
        return ""
    if variants and char in _BLANKS:
        return " "
    folded = unicodedata.normalize("NFC", char.casefold())
    if variants:
        folded = "".join(part for part in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(part))
    return folded.encode("utf-8", "replace").decode()


def _from_file(name: object, folder: Path | None) -> tuple[str, ...]:
    if not isinstance(name, str) or folder is None:
        raise UsageError("a term file is named by its path, relative to the policy's file")
    try:
        lines = (folder / name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"term file {Path(name).name}: {type(error).__name__}") from None
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


def _strings(kind: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"texts of a policy's {kind} are a list of strings")
    return tuple(value)


def _checked(pattern: object) -> str:
    if not isinstance(pattern, str) or not pattern:
        raise UsageError("a policy's regex is a string that is not empty")
    if _LARGE_REPEAT.search(pattern):
        raise UsageError("a policy's regex repeats something more than 9,999 times")
    try:
        regex.compile(pattern)
    except regex.error:
        raise UsageError("a policy's regex does not compile") from None
    return pattern


def _flag(kind: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"variants of a policy's {kind} is true or false")
    return value


def _labels(kind: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    given = raw.get("labels", list(_LABELS)) if kind == "allow" else [raw.get("label")]
    if given == [None] or not isinstance(given, list) or not given:
        raise UsageError(f"an entry of a policy's {kind} names {'labels' if kind == 'allow' else 'a label'}")
    for label in given:
        if label not in _LABELS:
            raise UnknownNameError("label in a policy", str(label), _LABELS)
    return tuple(given)
