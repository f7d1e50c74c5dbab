"""Takes from a place what was found with it and is no part of it: who works there, the days of a dialysis, a board.

``data/narrowing.toml`` describes what may stand at the end. What other spans cover stays covered.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from redactphi import resources
from redactphi.errors import RuleError
from redactphi.mentions import PERSON_LABELS
from redactphi.spans import Span

_PLACES = frozenset({"FACILITY", "EMPLOYER", "LOCATION"})
_REACH = 48
_OF = regex.compile(r"[ \t]{1,3}(?i:of)[ \t]{1,3}(?:(?i:the)[ \t]{1,3})?")
_TITLE = regex.compile(r"(?i:(?:dr|drs|doctor|mr|mrs|ms|prof|professor|nurse)\b\.?[ \t]{1,3})")


@dataclass(frozen=True)
class Tail:
    """What may stand at the end of a place and is no part of it.

    Attributes:
        name: Of the tail.
        labels: Of the spans it is cut from.
        ends: The characters with one of which it ends.
        pattern: Matches it, with what parts it from the place.
        matches: Examples, ``[[...]]`` found and ``|`` where what is kept ends.
        ignores: Examples in which nothing is cut.
    """

    name: str
    labels: tuple[str, ...]
    ends: str
    pattern: regex.Pattern[str]
    matches: tuple[str, ...]
    ignores: tuple[str, ...]

    def cut(self, text: str, span: Span) -> int | None:
        """Where the place ends without the tail; None if it has none."""
        found = self.pattern.search(text, max(span.start + 1, span.end - _REACH), span.end)
        return found.start() if found else None


def narrowed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, places without what is no part of them; one of which nothing is left is left out.

    Args:
        text: The note.
        spans: Everything found by rules and model.
    """
    if not any(span.label in _PLACES for span in spans):
        return list(spans)
    people = {span.start: span.end for span in sorted(spans, key=len) if span.label in PERSON_LABELS}
    return [each for span in spans for each in ([span] if span.label not in _PLACES else _narrowed(text, span, people))]


def _narrowed(text: str, span: Span, people: Mapping[int, int]) -> Iterator[Span]:
    start = _behind_person(text, span, people)
    whole = text[start : span.end]
    if start > span.start and (whole.lower() in resources.terms("specialties") or not whole[:1].isupper()):
        return
    end = span.end
    for tail in _by_end().get((span.label, text[end - 1 : end]), ()):
        end = tail.cut(text, span.between(start, end)) or end
    yield span if (start, end) == (span.start, span.end) else span.between(start, end)


def _behind_person(text: str, span: Span, people: Mapping[int, int]) -> int:
    """Where a place begins of which somebody was found with it: "Dr. Ferreira of Harlan Hospital"."""
    title = _TITLE.match(text, span.start, span.end)
    end = people.get(title.end() if title else span.start)
    if end is None or end >= span.end:
        return span.start
    between = _OF.match(text, end, span.end)
    return between.end() if between else span.start


@functools.cache
def _by_end() -> Mapping[tuple[str, str], Sequence[Tail]]:
    table: defaultdict[tuple[str, str], list[Tail]] = defaultdict(list)
    for tail in tails():
        for label in tail.labels:
            for char in tail.ends:
                table[label, char].append(tail)
    return table


@functools.cache
def tails() -> tuple[Tail, ...]:
    """All of ``data/narrowing.toml``.

    Raises:
        RuleError: One is malformed.
    """
    return tuple(map(_tail, resources.read_toml(resources.data() / "narrowing.toml")["tail"]))


def _tail(raw: Mapping[str, Any]) -> Tail:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    try:
        pattern = regex.compile(resources.expanded(given.pop("regex")))
        tail = Tail(pattern=pattern, **given)
    except (KeyError, TypeError, regex.error) as error:
        raise RuleError(f"narrowing/{raw.get('name', '?')}: {error}") from error
    if not (tail.labels and tail.ends and tail.matches and tail.ignores):
        raise RuleError(f"narrowing/{tail.name}: labels, last characters and examples of both kinds are needed")
    return tail
