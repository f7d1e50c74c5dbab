"""Which values are missed behind which words: each context of ``probes.toml`` with each shape of a value, in a short note.

``python -m benchmarks.probes [--kind people] [--show 20]``

Prints, by kind, how many pairs there are and how many are not wholly covered, and of the missed ones the contexts and
values that miss most. It finds holes in what is covered, not how often they matter: the pairs are no sample of real notes.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from redactphi import Redactor

PROBES = Path(__file__).with_name("probes.toml")


def pairs(kind: dict[str, Any], note: str) -> Iterator[tuple[str, str, str, int]]:
    """Context, value, text and where the value begins in it, of each pair of a kind."""
    for context in kind["contexts"]:
        for value in kind["values"]:
            before = note + context.partition("{}")[0]
            yield context, value, note + context.replace("{}", value) + "\nPlan: continue.\n", len(before)


def missed(redactor: Redactor, kind: dict[str, Any], note: str) -> tuple[int, list[tuple[str, str]]]:
    """How many pairs a kind has, and those of which a letter or figure is left."""
    probes = list(pairs(kind, note))
    found = []
    for (context, value, text, start), done in zip(probes, redactor.pipe([p[2] for p in probes]), strict=True):
        covered = {place for span in done.spans for place in range(span.start, span.end)}
        if any(text[i].isalnum() and i not in covered for i in range(start, start + len(value))):
            found.append((context, value))
    return len(probes), found


@click.command()
@click.option("--kind", default=None, help="Only this kind of value.")
@click.option("--show", default=0, help="How many of the contexts and values that miss most to print.")
def main(kind: str | None, show: int) -> None:
    """Print what is missed of each kind of value."""
    probes = tomllib.loads(PROBES.read_text(encoding="utf-8"))
    note = probes.pop("note")
    redactor = Redactor()
    for name, content in probes.items():
        if kind in (None, name):
            count, left = missed(redactor, content, note)
            print(f"{name}: {len(left)} of {count} missed")
            for part, label in ((0, "behind"), (1, "value")):
                for item, times in Counter(pair[part] for pair in left).most_common(show):
                    print(f"  {times:3d} {label} {item!r}")


if __name__ == "__main__":
    main()
