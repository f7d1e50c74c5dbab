"""What the doubts of decision 6 take, over the notes of ``fixtures/gold``; counts and offsets, never text.

``python -m benchmarks.strange`` prints each name of one strange word that is dropped, with whether it was PHI after all; then how many
PHI-free notes are touched where doubted rules stand and where they do not, and what PHI is lost by doubting them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import click

from redactphi import Redactor, Span, evidence
from redactphi.evaluation import read_gold

Places = set[tuple[int, int]]


def found(redactor: Redactor, text: str, undone: str = "") -> Places:
    """Where PHI is found, with one of the doubts undone."""
    if not undone:
        return {(span.start, span.end) for span in redactor.detect(text)}
    with patch.object(evidence, undone, lambda *_: False):
        return {(span.start, span.end) for span in redactor.detect(text)}


def hits(places: Places, spans: tuple[Span, ...] | list[Span]) -> Iterator[tuple[int, int, bool]]:
    """The places in order, and whether each holds PHI."""
    for start, end in sorted(places):
        yield start, end, any(span.start < end and start < span.end for span in spans)


@click.command()
@click.option("--gold", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
def main(gold: Path) -> None:
    """Print what is taken in every set."""
    redactor = Redactor()
    strange, free, notes = [0, 0], [0, 0, 0], 0
    lost = 0
    for path in sorted(gold.glob("*.phi.jsonl")):
        for document in read_gold(path, None):
            now = found(redactor, document.text)
            for start, end, is_phi in hits(found(redactor, document.text, "_is_strange") - now, document.spans):
                strange[is_phi] += 1
                click.echo(f"{path.name}\t{document.id}\t{start}\t{end}\t{'PHI' if is_phi else 'none'}")
            before = found(redactor, document.text, "_is_doubted")
            if document.spans:
                notes += 1
                lost += sum(is_phi for *_, is_phi in hits(before - now, document.spans))
            else:
                free = [free[0] + 1, free[1] + bool(before), free[2] + bool(now)]
    click.echo(f"strange words: {sum(strange)} taken, {strange[1]} of them PHI")
    click.echo(f"PHI-free notes touched: {free[1]} of {free[0]} where doubted rules stand, {free[2]} where they do not")
    click.echo(f"PHI lost by doubting rules: {lost} spans in {notes} notes")


if __name__ == "__main__":
    main()
