"""Runs the rules over several notes at once, rule by rule.

What a rule needs, its compiled pattern above all, is then still in the processor's cache for the next note, which saves
a quarter of the time. What is found is the same; a rule that raises is left to the recognizer, which says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from presidio_analyzer import EntityRecognizer

from redactphi.recognizers.rules import CompiledRule, RuleRecognizer, share_lookout
from redactphi.recognizers.zones import Note

_AT_ONCE = 32
"""Notes at once: enough to keep a rule in the cache, few enough to hold little in memory."""


class Ahead:
    """The rules of some recognizers, which from now on share one lookout.

    Args:
        recognizers: Any; those made of rules are meant.
    """

    def __init__(self, recognizers: Sequence[EntityRecognizer]) -> None:
        self._lookout = share_lookout(recognizers)
        self._rules = dict(_rules_of(recognizers))

    def look(self, texts: Iterable[str]) -> list[Note | None]:
        """The notes, with what the rules find in them; None where looking at one fails."""
        stream, found = iter(texts), list[Note | None]()
        while some := list(islice(stream, _AT_ONCE)):
            found += self._look(some)
        return found

    def _look(self, texts: Iterable[str]) -> list[Note | None]:
        notes = [self._seen(text) for text in texts]
        to_try: dict[int, list[Note]] = {number: [] for number in self._rules}
        for note in filter(None, notes):
            for number in note.worth_trying(0, self._lookout.count):
                if number in to_try:
                    to_try[number].append(note)
        done = 0
        for number, tried in to_try.items():
            done |= _find(self._rules[number], number, tried) << number
        for note in filter(None, notes):
            note.done = done
        return notes

    def _seen(self, text: str) -> Note | None:
        with suppress(Exception):
            return Note(self._lookout, text)
        return None

    def recall(self, note: Note | None) -> None:
        """Let the recognizers use a note that has been looked at."""
        if note is not None:
            self._lookout.recall(note)

    def forget(self) -> None:
        """Keep nothing of the last note."""
        self._lookout.forget()


def _find(rule: CompiledRule, number: int, notes: Iterable[Note]) -> bool:
    """Note what a rule finds; if it fails it is tried again where its failing counts, and this is forgotten."""
    notes = list(notes)
    try:
        for note in notes:
            if found := rule.spans(note, number):
                note.found[number] = found
    except Exception:  # noqa: BLE001 - whatever went wrong
        for note in notes:
            note.found.pop(number, None)
        return False
    return True


def _rules_of(recognizers: Iterable[EntityRecognizer]) -> Iterator[tuple[int, CompiledRule]]:
    """The rules that are tried on every note, with their numbers."""
    for whole in recognizers:
        if isinstance(whole, RuleRecognizer):
            yield from whole.numbered()
