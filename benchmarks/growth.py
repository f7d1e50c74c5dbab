"""Whether the time of a note grows as its length: units that run patterns and loops away, repeated.

``python -m benchmarks.growth``

Each unit is repeated to two lengths, four times apart, and the whole of ``Redactor.redact`` is timed on each; what takes
four times as long is linear. Prints the unit, CPU seconds at both lengths and their ratio, and exits with 1 if a unit grows
by more than ``--most`` and takes more than ``--least`` seconds: then some pattern or loop goes over the note again and again.
"""

from __future__ import annotations

import sys
import time

import click

from redactphi import Redactor

UNITS = (
    "a", "A ", "A.", "1", "1-", "1 ", "Dr. ", "Mr. A ", "(", "\n", " ", "\t", "A\n", "a1", "John Smith ", "03/04/2020 ",
    "@", "a@b.", "x.y.", "MRN: ", ", ", "St. ", "of the ", "Hospital ", "A-", "'", "__", "..", "TO ", "the ", "é", "0-",
    "A1-", "DOB 1/", "Name: ", "Name:\n",
)  # fmt: skip
"""Pieces of notes that some pattern repeats, begins with, or looks back over."""


def seconds(redactor: Redactor, unit: str, length: int, rounds: int) -> float:
    """CPU seconds of redacting a unit repeated to a length, the best of some rounds."""
    text = unit * (length // len(unit))
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        redactor.redact(text)
        taken.append(time.process_time() - start)
    return min(taken)


@click.command()
@click.argument("units", nargs=-1)
@click.option("--length", default=20_000, show_default=True, help="Characters of the shorter text.")
@click.option("--times", default=4, show_default=True, help="How much longer the other one is.")
@click.option("--rounds", default=2, show_default=True, help="Of the shorter text; the longer one is timed once.")
@click.option("--most", default=6.0, show_default=True, help="Ratio from which on growth is too fast.")
@click.option("--least", default=1.0, show_default=True, help="Seconds below which it does not matter.")
def main(units: tuple[str, ...], *, length: int, times: int, rounds: int, most: float, least: float) -> None:
    """Print how the time of each unit grows, those given or all."""
    redactor = Redactor()
    redactor.redact("Warm up, " * 100)
    failed = False
    for unit in units or UNITS:
        short = seconds(redactor, unit, length, rounds)
        long = seconds(redactor, unit, length * times, 1)
        is_bad = long > most * short and long > least
        failed |= is_bad
        print(
            f"{unit!r:16} {short:8.3f} {long:8.3f} {long / short:6.1f}{'  grows too fast' if is_bad else ''}",
            flush=True,
        )
    sys.exit(failed)


if __name__ == "__main__":
    main()
