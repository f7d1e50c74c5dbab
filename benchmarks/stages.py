"""Where the time of redaction goes: CPU microseconds a thousand characters of each stage, by kind of notes.

``python -m benchmarks.stages --notes ../shared/data/phi/raw/mtsamples.jsonl [--rounds 4]``

The notes are those of ``benchmarks.speed``; of the rounds, after one that warms up, the fastest counts. A stage's own time holds what it
calls. Beside the time it says what share of the tokens the full networks read.
"""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from rich.console import Console
from rich.table import Table

from benchmarks.speed import dense_notes, operative_notes, own_seconds, short_queries
from redactphi import Redactor
from redactphi.nlp_forward import Network
from redactphi.nlp_model import PhiModel
from redactphi.recognizers.ahead import Ahead

_WHOLE, _GATE, _FULL = "the whole", "the gate", "the full networks"
_STAGES: tuple[tuple[type, str, str], ...] = (
    (Ahead, "_seen", "looking notes over"),
    (Ahead, "_try", "trying the rules"),
    (PhiModel, "spans_many", "the model, tokens and decoding included"),
)
_PER = 1e9
"""From seconds a character to microseconds a thousand."""


@contextmanager
def _timed(owner: type, name: str, spent: Counter[str], label: Callable[[Any], str]) -> Iterator[None]:
    original = getattr(owner, name)

    @functools.wraps(original)
    def timed(self: Any, *args: Any, **options: Any) -> Any:
        start = time.process_time()
        try:
            return original(self, *args, **options)
        finally:
            spent[label(self)] += time.process_time() - start  # type: ignore[assignment]

    with patch.object(owner, name, timed):
        yield


@contextmanager
def _counted(read: Counter[str]) -> Iterator[None]:
    original = Network.probabilities

    def counted(self: Network, vectors: Any, numbers: Any) -> Any:
        read[_network(self)] += len(numbers)
        return original(self, vectors, numbers)

    with patch.object(Network, "probabilities", counted):
        yield


def _network(network: Any) -> str:
    return _GATE if len(network._members) == 1 else _FULL  # noqa: SLF001 - only this tells the gate from the ensemble


def stages(redactor: Redactor, texts: list[str], rounds: int) -> tuple[dict[str, float], float]:
    """Microseconds of CPU a thousand characters by stage, in the fastest round, and the share of tokens read in full."""
    size = sum(map(len, texts))
    own_seconds(redactor, texts)
    best: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for _ in range(rounds):
        spent: Counter[str] = Counter()
        read.clear()
        with ExitStack() as stack:
            stack.enter_context(_counted(read))
            stack.enter_context(_timed(Network, "probabilities", spent, _network))
            for owner, name, label in _STAGES:
                stack.enter_context(_timed(owner, name, spent, functools.partial(_always, label)))
            spent[_WHOLE] = own_seconds(redactor, texts)  # type: ignore[assignment]
        if not best or spent[_WHOLE] < best[_WHOLE]:
            best = spent
    return {stage: seconds / size * _PER for stage, seconds in best.items()}, read[_FULL] / max(1, read[_GATE])


def _always(label: str, _: Any) -> str:
    return label


@click.command()
@click.option("--notes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--dense", type=click.Path(exists=True, path_type=Path), default="fixtures/gold", show_default=True)
@click.option(
    "--short", type=click.Path(path_type=Path), default="../shared/data/phi/gold/asq_phi_dev.jsonl", show_default=True
)
@click.option("--count", default=200, show_default=True, help="Operative notes a round.")
@click.option("--rounds", default=4, show_default=True)
def main(notes: Path, dense: Path, short: Path, *, count: int, rounds: int) -> None:
    """Print the stages of each kind of notes."""
    redactor = Redactor()
    kinds = {"operative": operative_notes(notes, count), "dense": dense_notes(dense)}
    if short.is_file():
        kinds["queries"] = short_queries(short)
    results = {kind: stages(redactor, texts, rounds) for kind, texts in kinds.items()}
    table = Table("µs CPU a 1,000 characters", *results)
    names = [_WHOLE, _GATE, _FULL, *(label for _, _, label in _STAGES)]
    for name in names:
        table.add_row(name, *(f"{times.get(name, 0.0):.0f}" for times, _ in results.values()))
    table.add_row("tokens read in full", *(f"{share:.0%}" for _, share in results.values()))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
