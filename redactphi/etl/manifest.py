"""What a batch did: its counts, and the manifest that stands beside its output. Counts and names only."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from redactphi.etl.columns import ColumnPlan
from redactphi.etl.tally import Tally
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


def write_manifest(
    *,
    tally: Tally,
    plan: ColumnPlan,
    policy: Policy,
    versions: Mapping[str, str],
    source: Mapping[str, Any],
    output: Mapping[str, Any],
    files: Mapping[str, str],
    shards: Sequence[Mapping[str, Any]],
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
        shards: The pieces the output was made in, in order.
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
            "service_date_removed": None if plan.service_date is None else plan.columns[plan.service_date],
            "dropped": plan.dropped(),
            "id": {"column": plan.columns[plan.id] if plan.id is not None else None,
                   "replaced": plan.id is not None and not plan.keeps_id},
        },
        **tally.to_dict(),
        "phi_by_operator": by_operator(tally.labels, policy),
        "files_sha256": dict(files),
        "shards": [dict(shard) for shard in shards],
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
