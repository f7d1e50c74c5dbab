"""Completes spans, whoever found them: what the writing alone says goes on a date, a name, a number or a place.

The rules and the model each stop now and then short of "ER", "NE" or the letters before a number. What follows is described
in ``data/completion.toml``, a regular expression for each rest, tried at the end of the spans whose label it is for.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import regex

from redactphi import resources
from redactphi.errors import RuleError
from redactphi.spans import Span

_REACH = 48
_PLACES = ("FACILITY", "EMPLOYER", "LOCATION")
_BEHIND = "behind"
_SIDES = (_BEHIND, "before")


@dataclass(frozen=True)
class Rest:
    """What may go on a span at one of its ends.

    Attributes:
        name: Of the rest.
        labels: Of the spans it goes on.
        side: ``behind`` or ``before`` the span.
        begins: The characters of which one stands next to the span.
        pattern: Matches the rest: behind it from its end on, before it up to its start.
        holds: What is found in the span itself; None where that does not matter.
        joins: Whether a span of the same label must follow the rest, behind a place one of any place.
        listed: Terms of which the group ``told`` must be one; what it matched is then a span of its own.
        matches: Examples, ``[[...]]`` found and ``|`` where the whole ends.
        ignores: Examples in which nothing goes on.
    """

    name: str
    labels: tuple[str, ...]
    side: str
    begins: str
    pattern: regex.Pattern[str]
    holds: regex.Pattern[str] | None = None
    joins: bool = False
    listed: str | None = None
    matches: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()

    def completed(self, text: str, span: Span, ends: Mapping[tuple[int, str], int]) -> Span | None:
        """The span with the rest; None where there is none.

        Args:
            text: The note.
            span: Of one of the labels.
            ends: Where spans end at the furthest, by where they begin and their label.
        """
        if self.holds is not None and self.holds.search(text[span.start : span.end]) is None:
            return None
        is_behind = self.side == _BEHIND
        if is_behind:
            found = self.pattern.match(text, span.end, min(len(text), span.end + _REACH))
        else:
            found = self.pattern.search(text, max(0, span.start - _REACH), span.start)
        if found is None:
            return None
        if self.listed is not None:
            return self._beside(found, span)
        if self.joins:
            others = _PLACES if span.label in _PLACES else (span.label,)
            end = max((ends[found.end(), label] for label in others if (found.end(), label) in ends), default=None)
            return None if end is None else span.between(span.start, end)
        return span.between(span.start, found.end()) if is_behind else span.between(found.start(), span.end)

    def _beside(self, found: regex.Match[str], span: Span) -> Span | None:
        """What stands beside the span, if all its words or the one that is nearer to the span are listed."""
        listed = resources.terms(str(self.listed))
        start, end = found.span("told")
        if found["told"].lower() in listed:
            return span.between(start, end)
        first, _, last = found["told"].partition(" ")
        if self.side == _BEHIND:
            return span.between(start, start + len(first)) if last and first.lower() in listed else None
        return span.between(end - len(last), end) if last.lower() in listed else None


def completed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, and those to which something goes on once more, completed.

    Args:
        text: The note.
        spans: Everything found.
    """
    return [*spans, *_longer(text, spans)]


def _longer(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    behind, before = _by_neighbour()
    ends = {(span.start, span.label): span.end for span in sorted(spans, key=attrgetter("end"))}
    done: set[tuple[int, int, str]] = set()
    for span in spans:
        known = span.start, span.end, span.label
        rests = (
            *behind.get((span.label, text[span.end : span.end + 1]), ()),
            *before.get((span.label, text[span.start - 1 : span.start]), ()),
        )
        if not rests or known in done:
            continue
        done.add(known)
        yield from filter(None, (rest.completed(text, span, ends) for rest in rests))


_Table = Mapping[tuple[str, str], Sequence[Rest]]


@functools.cache
def _by_neighbour() -> tuple[_Table, _Table]:
    """The rests behind and before, by the label of a span and the character next to it."""
    tables: tuple[defaultdict[tuple[str, str], list[Rest]], ...] = (defaultdict(list), defaultdict(list))
    for rest in rests():
        for label in rest.labels:
            for char in rest.begins:
                tables[_SIDES.index(rest.side)][label, char].append(rest)
    behind, before = tables
    return behind, before


@functools.cache
def rests() -> tuple[Rest, ...]:
    """All of ``data/completion.toml``.

    Raises:
        RuleError: One is malformed.
    """
    return tuple(map(_rest, resources.read_toml(resources.data() / "completion.toml")["rest"]))


def _rest(raw: Mapping[str, Any]) -> Rest:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    try:
        pattern = regex.compile(resources.expanded(given.pop("regex")))
        holds = regex.compile(given.pop("holds")) if "holds" in given else None
        rest = Rest(pattern=pattern, holds=holds, **given)
    except (KeyError, TypeError, regex.error) as error:
        raise RuleError(f"completion/{raw.get('name', '?')}: {error}") from error
    if rest.side not in _SIDES or not (rest.labels and rest.begins and rest.matches and rest.ignores):
        raise RuleError(f"completion/{rest.name}: a side, labels, neighbours and examples of both kinds are needed")
    return rest
