"""How the time of every pattern grows with the length of a text made to run it away.

``python -m benchmarks.patterns``

Every packaged rule is run as in a note, behind the gates, triggers and starts that keep it from most places (``rule``), and
its bare pattern over the whole text, as for a rule that nothing is known of (``bare``). Every other pattern that a module of
either package holds is searched for in the whole text (``module``), although most are only tried at a place or on a window:
what grows there is worth a look, and no fault in itself.

The texts come from `benchmarks.hostile`, at lengths n, 2n and 4n. Time is taken to grow as length ** exponent; the report
lists, the fastest growth first, what grows faster than ``--most`` and takes longer than ``--least``, and the exit status is
1 if a rule is among them.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import click
import regex

import detect_icd
import redactphi
from benchmarks.hostile import Hostile, hostile
from redactphi.recognizers import default_recognizers
from redactphi.recognizers.rules import CompiledRule, RuleRecognizer
from redactphi.recognizers.zones import Lookout, Note

_LIMIT = 1.0
"""Seconds after which a run is given up, and its pattern with it."""
_ROUNDS = 3
_TINY = 0.01
_SUSPECT = 1.25
"""Exponent over the whole range from which on a first look is followed by a closer one."""

Run = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Subject:
    """A pattern to try.

    Attributes:
        kind: ``rule``, ``bare`` or ``module``.
        name: Of the rule, or of the module and its name there.
        run: What it does with a text.
        texts: The texts to try it on.
    """

    kind: str
    name: str
    run: Run
    texts: list[Hostile]


@dataclass(frozen=True, slots=True)
class Growth:
    """How the time grew on one text.

    Attributes:
        kind: Of the subject.
        name: Of the subject.
        text: The text, as head + unit * n + tail.
        milliseconds: CPU time at n, 2n and 4n; infinite where it was given up.
        exponent: Of the growth, see `exponent`.
    """

    kind: str
    name: str
    text: str
    milliseconds: tuple[float, ...]
    exponent: float


class TooLong(Exception):
    """A run was given up."""


def rules() -> Iterator[CompiledRule]:
    """Every packaged rule, those of dates in company included."""
    for whole in default_recognizers("balanced"):
        if isinstance(whole, RuleRecognizer):
            for part in whole.parts():
                yield from part.rules
            yield from (compiled for _, compiled in whole.numbered() if compiled not in whole.rules)


def run_as_in_a_note(compiled: CompiledRule) -> Run:
    """What the rule finds in a text, looked over for it alone."""
    lookout = Lookout([(compiled.rule, compiled.starts)])

    def run(text: str) -> object:
        note = Note(lookout, text)
        return [compiled.spans(note, number) for number in note.worth_trying(0, 1)]

    return run


def rule_subjects(seed: int, most: int) -> Iterator[Subject]:
    """Each rule twice: as in a note, and bare."""
    for compiled in {compiled.source: compiled for compiled in rules()}.values():
        rule = compiled.rule
        examples = (*rule.matches, *rule.ignores)
        texts = hostile(rule.regex, examples, ignore_case=rule.ignore_case, seed=seed, most=most)
        yield Subject("rule", compiled.source, run_as_in_a_note(compiled), texts)
        yield Subject("bare", compiled.source, _search(compiled.pattern), texts)


def module_subjects(seed: int, most: int) -> Iterator[Subject]:
    """Each pattern that a module holds by name."""
    seen = set[int]()
    for module in _modules(redactphi, detect_icd):
        for name, pattern in sorted(vars(module).items()):
            if isinstance(pattern, re.Pattern | regex.Pattern) and isinstance(pattern.pattern, str):
                if id(pattern) in seen:
                    continue
                seen.add(id(pattern))
                ignore_case = bool(pattern.flags & re.IGNORECASE)
                texts = hostile(pattern.pattern, (), ignore_case=ignore_case, seed=seed, most=most)
                yield Subject("module", f"{module.__name__}.{name}", _search(pattern), texts)


def _modules(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                with contextlib.suppress(ImportError):  # the door to something that is not installed here
                    yield importlib.import_module(found.name)


def _search(pattern: Any) -> Run:
    return lambda text: sum(1 for _ in pattern.finditer(text))


def milliseconds(run: Run, text: str) -> float:
    """CPU time of a run; infinite where it is given up."""
    start = time.process_time()
    try:
        with _limited():
            run(text)
    except TooLong:
        return math.inf
    return 1000 * (time.process_time() - start)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, _LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def exponent(times: Mapping[int, float]) -> float:
    """The smallest that the times at any two lengths, one after the other or the first and the last, tell of."""
    lengths = sorted(times)
    pairs = {*pairwise(lengths), (lengths[0], lengths[-1])}
    return min(_exponent(long / short, times[short], times[long]) for short, long in pairs)


def _exponent(factor: float, before: float, after: float) -> float:
    if math.isinf(after):
        return math.inf
    return math.log(max(after, _TINY) / max(before, _TINY)) / math.log(factor)


def growth(subject: Subject, text: Hostile, length: int, least: float) -> Growth | None:
    """How a subject grows on a text, if a first look says that it matters."""
    lengths = (length, 2 * length, 4 * length)
    first = milliseconds(subject.run, text.text(lengths[-1]))
    if first < least:
        return None
    quick = {lengths[0]: milliseconds(subject.run, text.text(lengths[0])), lengths[-1]: first}
    if exponent(quick) < _SUSPECT:
        return None
    rounds = 1 if math.isinf(first) else _ROUNDS
    times = {size: min(milliseconds(subject.run, text.text(size)) for _ in range(rounds)) for size in lengths}
    taken = tuple(round(value, 2) for value in times.values())
    return Growth(subject.kind, subject.name, str(text), taken, round(exponent(times), 2))


def worst(subjects: Iterable[Subject], length: int, most: float, least: float) -> Iterator[Growth]:
    """For each subject the text on which it grows fastest, if that is too fast."""
    for subject in subjects:
        found = []
        for text in subject.texts:
            if grown := growth(subject, text, length, least):
                found.append(grown)
                if math.isinf(grown.milliseconds[-1]):
                    break
        too_fast = [grown for grown in found if grown.exponent > most and grown.milliseconds[-1] > least]
        if too_fast:
            top = max(too_fast, key=lambda grown: (grown.exponent, grown.milliseconds[-1]))
            print(_line(top), file=sys.stderr, flush=True)
            yield top


def _line(grown: Growth) -> str:
    times = " ".join(f"{value:9.2f}" for value in grown.milliseconds)
    return f"{grown.exponent:5.2f} {times} ms  {grown.kind:6} {grown.name}  {grown.text}"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--length", default=2000, show_default=True, help="Characters of the shortest text.")
@click.option("--texts", default=60, show_default=True, help="Texts made from each pattern.")
@click.option("--seed", default=7, show_default=True)
@click.option("--most", default=1.5, show_default=True, help="Exponent from which on growth is too fast.")
@click.option("--least", default=5.0, show_default=True, help="Milliseconds below which it does not matter.")
@click.option("--kind", "kinds", type=click.Choice(["rule", "bare", "module"]), multiple=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/patterns.json")
def main(
    names: tuple[str, ...],
    *,
    length: int,
    texts: int,
    seed: int,
    most: float,
    least: float,
    kinds: tuple[str, ...],
    out: Path,
) -> None:
    """Print and store what grows too fast, of the patterns whose names begin so or of all."""
    subjects = [
        subject
        for subject in (*rule_subjects(seed, texts), *module_subjects(seed, texts))
        if (not kinds or subject.kind in kinds) and (not names or subject.name.startswith(names))
    ]
    found = sorted(worst(subjects, length, most, least), key=lambda grown: -grown.exponent)
    tried = {kind: sum(subject.kind == kind for subject in subjects) for kind in ("rule", "bare", "module")}
    result = {
        "patterns": tried,
        "texts": sum(len(subject.texts) for subject in subjects),
        "lengths": [length, 2 * length, 4 * length],
        "too_fast": [asdict(grown) for grown in found],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join([json.dumps(tried), *map(_line, found)]))
    sys.exit(any(grown.kind == "rule" for grown in found))


if __name__ == "__main__":
    main()
