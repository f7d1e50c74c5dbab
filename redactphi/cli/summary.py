"""What a batch shows: a progress bar on a terminal, and a table at the end. Counts only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from redactphi.etl.tally import Tally


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
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", notes=0, rate="")

    def advance(done: int, total: int, notes: int) -> None:
        # Started only here: worker processes are forked before, and a fork does not go well with the bar's thread.
        bar.start()
        elapsed = bar.tasks[0].elapsed or 0
        rate = f"{notes / elapsed:,.0f} notes/s" if elapsed else ""
        bar.update(task, completed=done, total=total, notes=notes, rate=rate)

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
