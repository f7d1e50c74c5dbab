"""The counts of a run, or of a part of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from redactphi.document import RedactedDocument
from redactphi.etl.workers import Outcome


@dataclass(slots=True)
class Tally:
    """The counts of a run.

    Attributes:
        rows_in: Rows read, rejected ones included.
        rows_out: Rows written.
        notes: Texts redacted or withheld.
        empty: Text cells with nothing in them.
        characters: Length of the redacted texts.
        rejected: Rows rejected, by reason.
        withheld: Notes withheld, by reason.
        labels: Spans rewritten, by label.
        events: What operators told of their work, by name.
        stages: Rows of each stage; by their ``system`` where the stage has such a column.
        stage_failures: Notes a stage failed on, by stage and type of error.
        seconds: Wall time of the rows, without that of loading rules and model.
    """

    rows_in: int = 0
    rows_out: int = 0
    notes: int = 0
    empty: int = 0
    characters: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    stages: dict[str, Counter[str]] = field(default_factory=dict)
    stage_failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Whether every row and note came through."""
        return not (self.rejected or self.withheld or self.stage_failures)

    def add(self, outcome: Outcome, system: Mapping[str, int | None]) -> None:
        """Count what became of one document.

        Args:
            outcome: What became of it.
            system: For each stage, the place of the column its rows are counted by.
        """
        self.notes += 1
        if isinstance(outcome.result, RedactedDocument):
            self.characters += len(outcome.result.text)
            self.labels.update(outcome.result.counts)
            self.events.update(outcome.result.events)
        else:
            self.withheld[outcome.result.reason] += 1
        for name, rows in outcome.rows.items():
            place = system[name]
            keys = ["rows"] * len(rows) if place is None else [str(row[place]) for row in rows]
            self.stages.setdefault(name, Counter()).update(keys)
        self.stage_failures.update(f"{name}: {error}" for name, error in outcome.failed.items())

    def merge(self, other: Tally) -> None:
        """Add the counts of another part of the run; not its time."""
        for each in fields(self):
            if each.name == "seconds":
                continue
            mine, its = getattr(self, each.name), getattr(other, each.name)
            if isinstance(its, Counter):
                mine.update(its)
            elif isinstance(its, int):
                setattr(self, each.name, mine + its)
        for name, rows in other.stages.items():
            self.stages.setdefault(name, Counter()).update(rows)

    def save(self) -> dict[str, Any]:
        """The counts as plain data, for ``load``."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def load(cls, saved: Mapping[str, Any]) -> Self:
        """The counts that ``save`` gave, after their way through JSON."""
        tally = cls()
        for each in fields(cls):
            value = saved[each.name]
            setattr(tally, each.name, Counter(value) if isinstance(value, dict) else value)
        tally.stages = {name: Counter(rows) for name, rows in saved["stages"].items()}
        return tally

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain data, in a fixed order; without the time."""
        return {
            "rows": {"in": self.rows_in, "out": self.rows_out, "rejected": sum(self.rejected.values())},
            "notes": {"redacted": self.notes - sum(self.withheld.values()), "empty": self.empty,
                      "withheld": sum(self.withheld.values())},
            "rejected_by_reason": dict(sorted(self.rejected.items())),
            "withheld_by_reason": dict(sorted(self.withheld.items())),
            "phi_by_label": dict(sorted(self.labels.items())),
            "events": dict(sorted(self.events.items())),
            "stage_rows": {name: dict(sorted(rows.items())) for name, rows in sorted(self.stages.items())},
            "stage_failures": dict(sorted(self.stage_failures.items())),
        }  # fmt: skip
