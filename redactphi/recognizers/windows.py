"""Where in a note rules that need a certain kind of word have to look: the same spans, in a fraction of the time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from re import Pattern

from redactphi.recognizers.rules import CompiledRule
from redactphi.spans import Span

_BEFORE = 160
_AFTER = 100
_LONGEST_LINE = 200


def windows(text: str, words: Pattern[str], is_wanted: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Ranges around every wanted word, merged where near, each from the start of a line if that is near.

    Args:
        text: The note.
        words: What a word looks like.
        is_wanted: Whether rules must look around it.
    """
    merged: list[tuple[int, int]] = []
    known: dict[str, bool] = {}
    for match in words.finditer(text):
        word = match[0]
        if word not in known:
            known[word] = is_wanted(word)
        if not known[word]:
            continue
        start, end = max(0, match.start() - _BEFORE), min(len(text), match.end() + _AFTER)
        if merged and start - _LONGEST_LINE <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            line = text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1
            merged.append((line or start, end))
    return merged


def spans_near(
    text: str,
    rules: Iterable[tuple[CompiledRule, list[tuple[int, int]]]],
    near: list[tuple[int, int]],
    everywhere: Collection[str],
) -> Iterator[Span]:
    """What rules find, most of them looking only around certain words, which gives the same.

    Args:
        text: The note.
        rules: Each rule with the ranges its own triggers leave it.
        near: The ranges around the words.
        everywhere: Sources of the rules that keep their own ranges, as those with triggers do.
    """
    for compiled, zones in rules:
        keeps_own = compiled.source in everywhere or compiled.rule.triggers
        for start, end in zones if keeps_own else near:
            yield from compiled.spans(text, start, end)
