"""Texts made to run a pattern away, from the pattern itself and from what it is shown to match.

Each is a start and a unit, and repeated to any length: a long run of what the pattern repeats, with or without what would
close the match, or what begins a match again and again. Made from a seed, the same at every run.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from redactphi.recognizers import syntax
from redactphi.recognizers.syntax import Unsupported, parse

UNITS = (
    " ", "\n", "\t", " \n", "0", "1 ", "1-", "1/", "1.", "12/", "a", "A", "A ", "A.", "a.", "Ab ", "AB ", "A\n", "a1", "A1-", ".", ". ",
    "-", "--", "_", ",", ", ", "'", "(", ")", "/", ":", ": ", "#", "@", "a@", "of ", "the ", "Dr. ", "by: ", "é",
)  # fmt: skip
"""What notes hold runs of."""

_MARK = re.compile(r"\[\[|\]\]")
_LISTED = 6
"""Examples of a rule, and options of a choice in its pattern, that are looked at."""
_LONG_REPEAT = 4
"""A repeat that may go on this often is worth running away."""
_ENDS = ("", "\n!")


@dataclass(frozen=True, slots=True)
class Hostile:
    """A text of any length.

    Attributes:
        head: What it begins with.
        unit: What is then repeated.
        tail: What it ends in.
    """

    head: str
    unit: str
    tail: str = ""

    def text(self, length: int) -> str:
        """About ``length`` characters."""
        times = max(1, (length - len(self.head) - len(self.tail)) // len(self.unit))
        return f"{self.head}{self.unit * times}{self.tail}"

    def __str__(self) -> str:
        return f"{self.head!r} + {self.unit!r} * n + {self.tail!r}"


def hostile(pattern: str, examples: Sequence[str], *, ignore_case: bool, seed: int, most: int) -> list[Hostile]:
    """Up to ``most`` texts from a pattern and its examples, besides those of `UNITS`.

    Args:
        pattern: In the syntax of ``regex``; what cannot be read adds nothing.
        examples: What it matches and what it must not match; ``[[`` and ``]]`` are taken out.
        ignore_case: Whether case does not matter to it.
        seed: Decides which repeats, options and cuts are taken.
        most: How many texts to make.
    """
    rng = random.Random(f"{seed} {pattern}".encode("utf-8", "surrogatepass"))  # noqa: S311 - nothing secret
    plain = [_MARK.sub("", example) for example in examples]
    found = dict.fromkeys(Hostile("", unit) for unit in UNITS)
    made = [*_from_pattern(pattern, rng, ignore_case=ignore_case), *_from_examples(plain, rng)]
    rng.shuffle(made)
    found |= dict.fromkeys(islice(dict.fromkeys(made), most))
    return list(found)


def _from_examples(examples: Sequence[str], rng: random.Random) -> Iterator[Hostile]:
    """Whole ones again and again, and at a place of each a run of a piece of it, or of anything."""
    for example in rng.sample(examples, min(_LISTED, len(examples))):
        for blank in (" ", "\n"):
            yield Hostile("", example + blank)
        for _ in range(_LISTED):
            low = rng.randrange(len(example))
            high = min(len(example), low + rng.choice((1, 2, 4, 8, 16)))
            yield Hostile(example[:low], example[low:high], rng.choice((*_ENDS, example[high:])))
            yield Hostile("", example[:high])
            yield Hostile(example[:low], rng.choice(UNITS), rng.choice(_ENDS))


def _from_pattern(pattern: str, rng: random.Random, *, ignore_case: bool) -> Iterator[Hostile]:
    """Each of its long repeats run away, after what leads up to it: once, and again and again."""
    try:
        tree = parse(pattern, ignore_case=ignore_case)
    except Unsupported:
        return
    for head, unit in _pumps(tree, rng):
        if unit:
            yield Hostile(head, unit, rng.choice(_ENDS))
            yield Hostile("", head + unit * rng.choice((1, 2, 8)))


def _pumps(node: syntax.Node, rng: random.Random) -> Iterator[tuple[str, str]]:
    """What leads up to each long repeat, and what it repeats."""
    match node:
        case syntax.Sequence(items):
            for index, item in enumerate(items):
                head = "".join(_sample(before, rng) for before in items[:index])
                yield from ((head + lead, unit) for lead, unit in _pumps(item, rng))
        case syntax.Choice(options):
            for option in rng.sample(options, min(_LISTED, len(options))):
                yield from _pumps(option, rng)
        case syntax.Repeat(item, _, high):
            if high is None or high >= _LONG_REPEAT:
                yield "", _sample(item, rng)
                yield "", _sample(item, rng) + _sample(item, rng)
            yield from _pumps(item, rng)
        case syntax.Look(item):
            yield from _pumps(item, rng)


def _sample(node: syntax.Node, rng: random.Random) -> str:
    """Something the pattern may match, as far as its look-arounds do not forbid it."""
    match node:
        case syntax.Chars(ascii_, other):
            return rng.choice(sorted(ascii_ | (other or frozenset())) or ["é"])
        case syntax.Words(words):
            return rng.choice(words)
        case syntax.Sequence(items):
            return "".join(_sample(item, rng) for item in items)
        case syntax.Choice(options):
            return _sample(rng.choice(options), rng)
        case syntax.Repeat(item, low, high):
            times = rng.randint(low, low + 2 if high is None else min(low + 2, high))
            return "".join(_sample(item, rng) for _ in range(times))
    return ""
