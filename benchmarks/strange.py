"""What decision 6 takes: names of one word that no list knows, where little else is PHI, over the notes of ``fixtures/gold``.

``python -m benchmarks.strange`` prints each such span's note, offsets and whether it was PHI after all, and their number; never text.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import click

from redactphi import Redactor, evidence
from redactphi.evaluation import read_gold
from redactphi.spans import Span


def taken(redactor: Redactor, text: str) -> set[tuple[int, int]]:
    """What is found only if strange words stand."""
    with patch.object(evidence, "_is_strange", lambda *_: False):
        every = {(span.start, span.end) for span in redactor.detect(text)}
    return every - {(span.start, span.end) for span in redactor.detect(text)}


@click.command()
@click.option("--gold", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
def main(gold: Path) -> None:
    """Print what is taken in every set."""
    redactor = Redactor()
    right = wrong = 0
    for path in sorted(gold.glob("*.phi.jsonl")):
        for document in read_gold(path, None):
            for start, end in sorted(taken(redactor, document.text)):
                is_phi = any(span.overlaps(Span(start, end, "NAME", 1.0, "")) for span in document.spans)
                wrong += is_phi
                right += not is_phi
                click.echo(f"{path.name}\t{document.id}\t{start}\t{end}\t{'PHI' if is_phi else 'none'}")
    click.echo(f"{right + wrong} taken, {wrong} of them PHI")


if __name__ == "__main__":
    main()
