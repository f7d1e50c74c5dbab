"""What a batch shows: a progress bar on a terminal, and a table at the end. Counts only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from redactphi.etl.tally import Tally

_REFRESH = 0.1
"""Seconds between two looks of the bar."""


@contextmanager
def progress() -> Iterator[Callable[[int, int, int], None] | None]:
    """A progress bar on standard error; nothing when that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.fields[notes]:,} notes"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
    task = bar.add_task("", notes=0, rate="")

    began: list[tuple[int, float]] = []
    shown = 0.0

    def advance(done: int, total: int, notes: int) -> None:
        nonlocal shown
        # Without a thread of its own: a worker that is lost is forked anew, which does not go well with threads.
        bar.start()
        now = time.monotonic()
        began.append((notes, now))
        del began[1:]
        elapsed = now - began[0][1]
        rate = f"{(notes - began[0][0]) / elapsed:,.0f} notes/s" if elapsed else ""
        is_due = now - shown >= _REFRESH
        shown = now if is_due else shown
        bar.update(task, completed=done, total=total, notes=notes, rate=rate, refresh=is_due)

    try:
        yield advance
    finally:
        bar.stop()


def print_tally(tally: Tally) -> None:
    """The table at the end of a batch."""
    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("notes", f"{tally.notes:,}")
    _add_counts(table, "PHI", tally.labels)
    for name, rows in sorted(tally.stages.items()):
        _add_counts(table, name, rows)
    _add_counts(table, "withheld", tally.withheld)
    _add_counts(table, "rejected rows", tally.rejected)
    if tally.stage_failures:
        _add_counts(table, "stage failures", tally.stage_failures)
    rate = tally.notes / tally.seconds if tally.seconds else 0
    table.add_row("notes/s", f"{rate:,.1f}")
    Console().print(table)


def _add_counts(table: Table, title: str, counts: Mapping[str, int]) -> None:
    table.add_row(title, f"{sum(counts.values()):,}")
    for name, count in sorted(counts.items()):
        table.add_row(f"  {name}", f"{count:,}")
