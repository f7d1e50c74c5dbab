"""Whether the time of a note grows as its length: units that run patterns and loops away, repeated.

``python -m benchmarks.growth``

Each unit is repeated to two lengths, four times apart, and the whole of ``Redactor.redact``, or of ``detect_icd.detect``, is
timed on each; what takes four times as long is linear. With ``--made N``, N texts from each rule, or from each pattern of
`detect_icd`, are tried as well (`benchmarks.hostile`). Prints the text, CPU seconds at both lengths and their ratio, and
exits with 1 if one grows by more than ``--most`` and takes more than ``--least`` seconds: then some pattern or loop goes over
the note again and again.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import click

import detect_icd
from benchmarks.hostile import UNITS, Hostile
from benchmarks.patterns import Subject, module_subjects, rule_subjects
from redactphi import Redactor

NOTES = (
    Hostile("", "John Smith "), Hostile("", "03/04/2020 "), Hostile("", "x.y."), Hostile("", "MRN: "), Hostile("", "St. "),
    Hostile("", "Mr. A "), Hostile("", "Hospital "), Hostile("", "TO "), Hostile("", "DOB 1/"), Hostile("", "Name: "),
    Hostile("", "Name:\n"), Hostile("", "DOB 1975\n"), Hostile("03/14/2024", " "), Hostile("Name", "|"), Hostile("12 Oak St", " "),
    Hostile("", "CPT 29540 "), Hostile("", "K62.3, "), Hostile("", "no pain, "), Hostile("License #", " "), Hostile("", "right and left "),
    Hostile("", "history of "), Hostile("", "PROCEDURE: "), Hostile("", "fracture of the "), Hostile("", "1. Sprain\n"),
)  # fmt: skip
"""Pieces of notes that some pattern repeats, begins with, or looks back over."""


def seconds(run: Callable[[str], object], text: str, rounds: int) -> float:
    """CPU seconds of a run on a text, the best of some rounds."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        run(text)
        taken.append(time.process_time() - start)
    return min(taken)


def made(subjects: Iterator[Subject], kind: str, package: str, count: int) -> Iterator[Hostile]:
    """Some texts made from each pattern of a package."""
    for subject in subjects:
        if subject.kind == kind and (kind == "rule" or subject.name.startswith(package)):
            yield from subject.texts[len(UNITS) :][:count]


@click.command()
@click.argument("units", nargs=-1)
@click.option("--of", "what", type=click.Choice(["redact", "detect"]), default="redact", show_default=True)
@click.option("--made", "count", default=0, show_default=True, help="Texts made from each rule or pattern.")
@click.option("--seed", default=7, show_default=True)
@click.option("--length", default=20_000, show_default=True, help="Characters of the shorter text.")
@click.option("--times", default=4, show_default=True, help="How much longer the other one is.")
@click.option("--rounds", default=2, show_default=True, help="Of the shorter text; the longer one is timed once.")
@click.option("--most", default=6.0, show_default=True, help="Ratio from which on growth is too fast.")
@click.option("--least", default=1.0, show_default=True, help="Seconds below which it does not matter.")
def main(
    units: tuple[str, ...],
    *,
    what: str,
    count: int,
    seed: int,
    length: int,
    times: int,
    rounds: int,
    most: float,
    least: float,
) -> None:
    """Print how the time of each unit grows, those given or all."""
    run: Callable[[str], object] = Redactor().redact if what == "redact" else detect_icd.detect
    run("Warm up, right ankle sprain. " * 100)
    texts = [Hostile("", unit) for unit in units] or [*(Hostile("", unit) for unit in UNITS), *NOTES]
    if count:
        subjects = rule_subjects(seed, count) if what == "redact" else module_subjects(seed, count)
        texts += made(subjects, "rule" if what == "redact" else "module", "detect_icd", count)
    failed = False
    for text in texts:
        short = seconds(run, text.text(length), rounds)
        long = seconds(run, text.text(length * times), 1)
        if long > most * short and long > least:
            long = seconds(run, text.text(length * times), rounds)  # once may be the machine's doing
        is_bad = long > most * short and long > least
        failed |= is_bad
        print(f"{short:8.3f} {long:8.3f} {long / short:6.1f}  {text}{'  grows too fast' if is_bad else ''}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
