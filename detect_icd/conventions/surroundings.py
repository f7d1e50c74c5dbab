"""What the note says around the candidates: words that add to a code, and words that part what would be linked."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from detect_icd.assertion import assess, context_rules
from detect_icd.candidates import Candidate, Status
from detect_icd.conventions.docket import Prefixes, starts
from detect_icd.gates import gate
from detect_icd.read_once import ReadOnce
from detect_icd.ready import compile_pattern
from detect_icd.sentences import each_sentence
from detect_icd.terms import TAG
from redactphi.spans import Span

_REACH = 600
"""Characters around a mention in which its sentence is looked for."""

_ABOUT = 2 * _REACH
"""Characters between a condition and words in whose sentence it stands, at most."""

_LONGEST_TAG = 60
"""Characters that a placeholder of redaction takes at most."""

_CLAUSE = 90
"""Characters after "not due to" in which what is denied as a cause stands."""

_UNLINKED = re.compile(
    r"\b(?:not|never|neither)\s+(?:\w+\s+){0,3}?(?:due|related|secondary|attribut\w+|caused?|complicat\w+|associated|linked|from|because|"
    r"hypertensive|diabetic|alcoholic)\b(?:\s+(?:to|by|of|with))*|"
    r"\bun(?:related|connected)\b(?:\s+(?:to|with))?|\bindependent(?:ly)?\s+of\b|\bno(?:\s+\w+)?\s+(?:relation(?:ship)?|link|connection)\s+(?:to|with)\b|"
    r"\bnon-?(?:diabetic|hypertensive|alcoholic)\b|\brather\s+than\b|\bnot\s+(?:the\s+|his\s+|her\s+)?(?=diabet|hypertens|alcohol)|\bnot\s+(?:to|from|by)\b",
    re.IGNORECASE,
)
_ADJECTIVES: tuple[tuple[re.Pattern[str], Prefixes], ...] = (
    (re.compile(r"\b(?:non-?)?diabet|\bDM\b", re.IGNORECASE), ("E08", "E09", "E10", "E11", "E13")),
    (re.compile(r"\b(?:non-?)?hypertens|\bHTN\b|\bblood pressure", re.IGNORECASE), ("I10", "I11", "I12", "I13")),
    (re.compile(r"\balcohol|\bEtOH\b", re.IGNORECASE), ("F10", "K70")),
    (re.compile(r"\bCrohn|\bcolitis|\bIBD\b", re.IGNORECASE), ("K50", "K51")),
)
_BLANK = re.compile(r"\s*")
_TAG = re.compile(TAG)
_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset({"acute", "chronic", "disease", "disorder", "stage", "type", "the", "and", "with", "left", "right", "severe", "mild", "moderate", "pain",
    "failure", "syndrome", "infection", "unspecified", "due", "not", "related", "unrelated"})  # fmt: skip


@functools.cache
def bordered(words: str) -> re.Pattern[str]:
    """The pattern of words that no letter, digit or hyphen stands before, and no letter or digit behind."""
    return compile_pattern(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE)


def numbered(rules: Iterable[str]) -> re.Pattern[str]:
    """The words of several rules in one such scan; ``number`` tells which of them a match is of."""
    return bordered("|".join(f"(?P<n{number}>{words})" for number, words in enumerate(rules)))


def number(group: str) -> int:
    """Which rule of a ``numbered`` scan the name of a group stands for."""
    return int(group[1:])


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Surroundings:
    """The text of one note, read only where a rule asks."""

    def __init__(self, text: str, candidates: Sequence[Candidate]) -> None:
        self.text = text
        self._mentions = [
            (candidate, span) for candidate in candidates for span in candidate.evidence if span.label == "mention"
        ]
        self._starting = sorted(span.start for _, span in self._mentions)
        self._sentences: dict[tuple[int, int], tuple[int, int]] = {}
        self._stated: dict[tuple[re.Pattern[str], tuple[int, int]], ReadOnce[tuple[str, Span]]] = {}
        self._denials: list[tuple[int, int]] | None = None
        self._spoken_of: dict[int, tuple[Candidate, list[tuple[int, int]]]] = {}
        self._by_category: dict[str, list[int]] | None = None

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Where the sentence that a mention stands in starts and ends."""
        key = (start, end)
        if key not in self._sentences:
            self._sentences[key] = self._find(start, end)
        return self._sentences[key]

    def _find(self, start: int, end: int) -> tuple[int, int]:
        low, high = max(0, start - _REACH), min(len(self.text), end + _REACH)
        for first, last in each_sentence(self.text[low:high]):
            if low + last >= end:
                return min(start, low + first), low + last
        return start, end

    def around(self, candidate: Candidate, *, follow: bool = False) -> Iterator[tuple[int, int]]:
        """The sentences a candidate is mentioned in; on request also the next two, if they speak of nothing else."""
        if not self.text:
            return
        seen = set()
        for span in candidate.evidence:
            if span.label == "mention" and (bounds := self.sentence(span.start, span.end)) not in seen:
                seen.add(bounds)
                yield bounds
                after = self._next(bounds[1]) if follow else None
                if after is not None:
                    yield after
                    if (behind := self._next(after[1])) is not None:
                        yield behind

    def _next(self, place: int) -> tuple[int, int] | None:
        """The sentence that starts there, unless another diagnosis is mentioned in it."""
        blank = _BLANK.match(self.text, place)
        rest = blank.end() if blank else place
        if rest >= len(self.text) or "\n\n" in self.text[place:rest]:
            return None
        first, last = self.sentence(rest, rest + 1)
        number = bisect_left(self._starting, first)
        return None if number < len(self._starting) and self._starting[number] < last else (first, last)

    def stated(self, words: re.Pattern[str], bounds: tuple[int, int]) -> Iterator[tuple[str, Span]]:
        """Words the pattern finds between two places that the note states as so: name of the group, and where.

        What is negated, uncertain, past, planned or a relative's is left out.
        """
        key = words, bounds
        if key not in self._stated:
            self._stated[key] = ReadOnce(self._stating(words, bounds))
        return iter(self._stated[key])

    def _stating(self, words: re.Pattern[str], bounds: tuple[int, int]) -> Iterator[tuple[str, Span]]:
        for match in gate(words).finditer(self.text, *bounds):
            start, end = match.span()
            if self._is_placeholder(start):
                continue
            around = self.sentence(start, end)
            cues = context_rules().cues(self.text, *around)
            if assess(self.text, cues, start, end, "", around).status is Status.PRESENT:
                yield match.lastgroup or "", Span(start, end, "mention", 0.9, "guideline/words")

    def _is_placeholder(self, place: int) -> bool:
        """Whether redaction wrote what stands there: never evidence."""
        opening = self.text.rfind("[", max(0, place - _LONGEST_TAG), place)
        tag = _TAG.match(self.text, opening) if opening >= 0 else None
        return tag is not None and place < tag.end()

    def is_dated(self, candidate: Candidate) -> bool:
        """Whether the words of what is past give its year."""
        return any(_YEAR.search(self.text, span.start, span.end) for span in candidate.evidence)

    def distance(self, start: int, end: int) -> int:
        """Characters between two places, what redaction wrote not counted."""
        return len(_TAG.sub("", self.text[start:end]))

    def whole(self) -> tuple[int, int]:
        """From the note's start to its end."""
        return 0, len(self.text)

    def unlinked(self, one: Candidate, other: Candidate) -> bool:
        """Whether the note says that two conditions have nothing to do with one another."""
        return any(self._denies(start, end, one) for start, end in self._speaking_of(other)) or any(
            self._denies(start, end, other) for start, end in self._speaking_of(one)
        )

    def parts(self, candidate: Candidate) -> bool:
        """Whether words that part two conditions stand within every mention of a candidate."""
        mentions = [span for span in candidate.evidence if span.label == "mention"]
        return bool(mentions) and all(
            any(end < span.end for _, end in self._parted_within(span.start + 1, span.end)) for span in mentions
        )

    def cuts(self, bounds: tuple[int, int], condition: Candidate) -> bool:
        """Whether a sentence denies that a condition is the cause of what it tells."""
        low, high = bounds
        return any(self._denies(start, end, condition) for start, end in self._parted_within(low, high))

    def _parted_within(self, low: int, high: int) -> Sequence[tuple[int, int]]:
        """The words that part conditions which start between two places."""
        parted = self._parted()
        return parted[bisect_left(parted, (low, 0)) : bisect_left(parted, (high, 0))]

    def _parted(self) -> list[tuple[int, int]]:
        if self._denials is None:
            self._denials = [match.span() for match in gate(_UNLINKED).finditer(self.text)]
        return self._denials

    def _denies(self, start: int, end: int, cause: Candidate) -> bool:
        """Whether what is denied as a cause is this condition: named behind the cue, or in it."""
        limit = end + _CLAUSE
        for stop in (".", ";", "\n", ":"):
            place = self.text.find(stop, end, limit)
            limit = place if place >= 0 else limit
        words = _TAG.sub(" ", self.text[start:limit])
        for pattern, prefixes in _ADJECTIVES:
            if starts(cause, prefixes) and pattern.search(words):
                return True
        if self._names(cause, words):
            return True
        starts_at = self._starts(cause.coding.code[:3])
        place = bisect_left(starts_at, end)
        return place < len(starts_at) and starts_at[place] < limit

    def _starts(self, category: str) -> list[int]:
        """Where the mentions of a category start, in order."""
        if self._by_category is None:
            self._by_category = {}
            for mention, span in self._mentions:
                self._by_category.setdefault(mention.coding.code[:3], []).append(span.start)
            for places in self._by_category.values():
                places.sort()
        return self._by_category.get(category, [])

    def _names(self, condition: Candidate, words: str) -> bool:
        """Whether the words repeat one that the condition is mentioned with."""
        said = {
            word.lower()
            for span in condition.evidence
            if span.label == "mention"
            for word in _WORD.findall(self.text[span.start : span.end])
        }
        return bool((said - _COMMON).intersection(word.lower() for word in _WORD.findall(words)))

    def _speaking_of(self, condition: Candidate) -> list[tuple[int, int]]:
        """The words that part conditions and whose sentence is about this one."""
        known = self._spoken_of.get(id(condition))
        if known is None or known[0] is not condition:
            near = {
                parted
                for span in condition.evidence
                if span.label == "mention"
                for parted in self._parted_within(span.start - _ABOUT, span.end + _ABOUT)
            }
            found = sorted(parted for parted in near if self._speaks_of(*parted, condition))
            known = self._spoken_of[id(condition)] = condition, found
        return known[1]

    def _speaks_of(self, start: int, end: int, condition: Candidate) -> bool:
        """Whether the sentence of the cue, or what stands right before it, is about this condition."""
        low, high = self.sentence(start, end)
        return any(
            span.label == "mention" and low - 3 <= span.end and span.start <= high for span in condition.evidence
        )
