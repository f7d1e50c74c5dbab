"""Runs the rules over several notes at once, rule by rule.

What a rule needs, its compiled pattern above all, is then still in the processor's cache for the next note, which saves
a quarter of the time. What is found is the same; a rule that raises is left to the recognizer, which says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from presidio_analyzer import EntityRecognizer

from redactphi.recognizers.rules import CompiledRule, RuleRecognizer, share_lookout
from redactphi.recognizers.zones import Note

_AT_ONCE = 64
"""Notes at once: enough to keep a rule in the cache, few enough to hold little in memory."""


class Ahead:
    """The rules of some recognizers, which from now on share one lookout.

    Args:
        recognizers: Any; those made of rules are meant.
    """

    def __init__(self, recognizers: Sequence[EntityRecognizer]) -> None:
        self._lookout = share_lookout(recognizers)
        makers = [whole for whole in recognizers if isinstance(whole, RuleRecognizer)]
        self._rules = dict(pair for whole in makers for pair in whole.numbered())
        self._then = [(frozenset(dict(whole.numbered())), dict(_others_of(whole))) for whole in makers]

    def look(self, texts: Iterable[str]) -> list[Note | None]:
        """The notes, with what the rules find in them; None where looking at one fails."""
        stream, found = iter(texts), list[Note | None]()
        while some := list(islice(stream, _AT_ONCE)):
            found += self._look(some)
        return found

    def _look(self, texts: Iterable[str]) -> list[Note | None]:
        notes = self._seen(list(texts))
        seen = list(filter(None, notes))
        self._try(self._rules, seen)
        for first, rules in self._then:
            if rules:
                self._try(rules, [note for note in seen if not first.isdisjoint(note.found)])
        return notes

    def _try(self, rules: Mapping[int, CompiledRule], notes: Sequence[Note]) -> None:
        """Note what some rules find in some notes."""
        to_try: dict[int, list[Note]] = {number: [] for number in rules}
        for note in notes:
            for number in note.worth_trying(0, self._lookout.count):
                if number in to_try:
                    to_try[number].append(note)
        done = 0
        for number, tried in to_try.items():
            done |= _find(rules[number], number, tried) << number
        for note in notes:
            note.done |= done

    def _seen(self, texts: Sequence[str]) -> list[Note | None]:
        """The notes looked over together; one by one if that fails, so that the one at fault alone is none."""
        with suppress(Exception):
            return list(self._lookout.look_at_each(texts))
        return [self._seen_alone(text) for text in texts]

    def _seen_alone(self, text: str) -> Note | None:
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
        for note, found in rule.spans_of_each(notes, number):
            note.found[number] = found
    except Exception:  # noqa: BLE001 - whatever went wrong
        for note in notes:
            note.found.pop(number, None)
        return False
    return True


def _others_of(whole: RuleRecognizer) -> Iterator[tuple[int, CompiledRule]]:
    """The rules, with their numbers, that a recognizer tries only where its own have found something."""
    for part in whole.parts():
        if part is not whole:
            yield from part.numbered()
