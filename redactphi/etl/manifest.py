"""What a batch did: its counts, and the manifest that stands beside its output. Counts and names only."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from redactphi.document import RedactedDocument
from redactphi.etl.columns import ColumnPlan
from redactphi.etl.workers import Outcome
from redactphi.policy import Policy
from redactphi.version import __version__

MANIFEST = "manifest.json"
MANIFEST_VERSION = 2
PACKAGES = ("spacy", "presidio-analyzer", "presidio-anonymizer", "numpy", "regex", "ahocorasick-rs")

SAFE_HARBOR = (
    "This output implements the Safe Harbor transformations of 45 CFR 164.514(b)(2)(i) on the columns listed as "
    "redacted. It is no statement of compliance: the covered entity keeps the actual-knowledge duty "
    "(45 CFR 164.514(b)(2)(ii))."
)
DEPARTURE = (
    "The policy of this output departs from Safe Harbor (45 CFR 164.514(b)(2)) in the points listed under "
    "policy.departures_from_safe_harbor; the output is not de-identified under that rule."
)
NOT_EXAMINED = "Columns listed as kept were not examined and left as they came; whoever named them answers for them."


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


def write_manifest(
    *,
    tally: Tally,
    plan: ColumnPlan,
    policy: Policy,
    versions: Mapping[str, str],
    source: Mapping[str, Any],
    output: Mapping[str, Any],
    files: Mapping[str, str],
    times: Mapping[str, Any],
) -> str:
    """The manifest's text.

    Args:
        tally: The counts.
        plan: Which column was what.
        policy: What was done to each label.
        versions: Of rules, model and tables.
        source: Format and size of the input, and how many rows were asked for; never its name, which can hold PHI.
        output: The file of the notes, and how it is written.
        files: SHA-256 of each output file, by name.
        times: The only part that differs between two runs.
    """
    content = {
        "manifest_version": MANIFEST_VERSION,
        "statement": f"{DEPARTURE if policy.departures else SAFE_HARBOR} {NOT_EXAMINED}",
        "policy": {**policy.describe(), "has_terms": bool(policy.allow or policy.deny), "sha256": policy.sha256},
        "versions": dict(versions),
        "packages": {"python": platform.python_version(), "redactphi": __version__, **package_versions()},
        "input": dict(source),
        "output": dict(output),
        "columns": {
            "redacted": plan.names(plan.text),
            "kept_not_examined": plan.names(plan.kept),
            "patient_facts_removed": plan.names({index for _, index in plan.patient} - {plan.id}),
            "dropped": plan.dropped(),
            "id": {"column": plan.columns[plan.id] if plan.id is not None else None,
                   "replaced": plan.id is not None and not plan.keeps_id},
        },
        **tally.to_dict(),
        "phi_by_operator": by_operator(tally.labels, policy),
        "files_sha256": dict(files),
        "times": dict(times),
    }  # fmt: skip
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def by_operator(labels: Mapping[str, int], policy: Policy) -> dict[str, dict[str, int]]:
    """How many spans of which label each operator of the policy rewrote."""
    found: dict[str, dict[str, int]] = {}
    for label, count in sorted(labels.items()):
        found.setdefault(policy.spec(label).operator, {})[label] = count
    return dict(sorted(found.items()))


def package_versions() -> dict[str, str]:
    """The installed versions of what decides an output."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
