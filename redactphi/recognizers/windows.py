"""Where in a note rules that need a certain kind of word have to look: the same spans, in a fraction of the time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator
from re import Pattern

from redactphi.recognizers.rules import CompiledRule
from redactphi.recognizers.starts import Zone
from redactphi.recognizers.zones import Note
from redactphi.spans import Span

_BEFORE = 160
_AFTER = 100
_LONGEST_LINE = 200


def windows(text: str, words: Pattern[str], is_wanted: Callable[[str], bool]) -> list[Zone]:
    """Ranges around every wanted word, merged where near, each from the start of a line if that is near.

    Args:
        text: The note.
        words: What a word looks like.
        is_wanted: Whether rules must look around it.
    """
    wanted = {word for word in set(words.findall(text)) if is_wanted(word)}
    merged: list[Zone] = []
    if not wanted:
        return merged
    for match in words.finditer(text):
        if match[0] not in wanted:
            continue
        start, end = match.span()
        start, end = max(0, start - _BEFORE), min(len(text), end + _AFTER)
        if merged and start - _LONGEST_LINE <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            line = text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1
            merged.append((line or start, end))
    return merged


def spans_near(
    note: Note, rules: Iterable[tuple[int, CompiledRule]], near: Callable[[], list[Zone]], everywhere: Collection[str]
) -> Iterator[Span]:
    """What rules find, most of them looking only around certain words, which gives the same.

    Args:
        note: The note.
        rules: The rules with their numbers.
        near: The ranges around the words.
        everywhere: Sources of the rules that keep their own ranges, as those with triggers do.
    """
    near = functools.cache(near)
    for number, compiled in rules:
        keeps_own = compiled.source in everywhere or compiled.rule.triggers
        yield from compiled.spans(note, number, None if keeps_own else near)
