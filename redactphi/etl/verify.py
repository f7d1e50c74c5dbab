"""Checks a finished output: that it is what its manifest says, and what a second pass still finds in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from redactphi.document import Document, WithheldDocument
from redactphi.errors import UsageError
from redactphi.etl.checks import CountCheck, FileCheck, check_counts, check_files
from redactphi.etl.finished import FinishedRun, SafeNote
from redactphi.etl.parts import CHUNK_CHARACTERS, CHUNK_NOTES
from redactphi.etl.readers import Source
from redactphi.etl.records import Rejected
from redactphi.etl.residue import Finding, not_checkable, residue, second_policy
from redactphi.etl.runner import Progress
from redactphi.etl.workers import Engine, Outcome, RedactorLike, run_chunks
from redactphi.policy import Policy, presets

OTHER_RULES = "verified with other rules than made the output"
_DECIDING = ("redactphi", "rules", "model")

CAVEAT = (
    "A second pass finds what the first one should have found; what both cannot see only a person finds. "
    "This is no statement of compliance: the actual-knowledge duty (45 CFR 164.514(b)(2)(ii)) stays with the covered "
    "entity."
)


@dataclass(slots=True, kw_only=True)
class Verification:
    """What a verification found. No text of notes.

    Attributes:
        manifest_sha256: Of the manifest's file, to name it in a signed statement.
        policy: The policy that made the output, with its version and hash.
        departures: Where that policy keeps more than Safe Harbor allows.
        choices: What it keeps of what Safe Harbor does not list, and whether it has terms of its own.
        mode: Of the second pass.
        warnings: What weakens the result without being wrong: other rules than made the output, rows left out.
        manifest_errors: Where the manifest contradicts itself.
        files: The files beside the listed ones.
        counts: The numbers beside the manifest's.
        not_checkable: Labels the second pass says nothing of, and why.
        examined: Notes it looked at.
        unexamined: Notes it could not look at, by reason.
        findings: What it found.
    """

    manifest_sha256: str
    policy: str
    departures: tuple[str, ...]
    choices: tuple[str, ...]
    mode: str
    warnings: list[str]
    manifest_errors: list[str]
    files: FileCheck
    counts: CountCheck
    not_checkable: dict[str, str]
    examined: int = 0
    unexamined: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Whether the output is the one its manifest describes."""
        files, counts = self.files, self.counts
        return not (
            self.manifest_errors or files.missing or files.changed or files.extra or counts.wrong or counts.unreadable
        )

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong, nothing was found, and nothing was left unexamined."""
        return self.is_intact and not self.findings and not self.unexamined

    @property
    def by_label(self) -> dict[str, int]:
        """How many findings there are, by label."""
        return dict(sorted(Counter(finding.label for finding in self.findings).items()))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        files = {"listed": self.files.checked, "missing": list(self.files.missing), "changed": list(self.files.changed)}
        counts = {
            "counted": self.counts.counted, "expected": self.counts.expected, "wrong": self.counts.wrong,
            "unreadable": self.counts.unreadable,
        }  # fmt: skip
        return {
            "clean": self.is_clean,
            "intact": self.is_intact,
            "manifest_sha256": self.manifest_sha256,
            "policy": self.policy,
            "departures_from_safe_harbor": list(self.departures),
            "choices": list(self.choices),
            "mode": self.mode,
            "warnings": self.warnings,
            "manifest_errors": self.manifest_errors,
            "files": {**files, "extra": len(self.files.extra)},
            "counts": counts,
            "not_checkable": self.not_checkable,
            "notes_examined": self.examined,
            "notes_not_examined": dict(sorted(self.unexamined.items())),
            "findings_by_label": self.by_label,
            "findings": [asdict(finding) for finding in self.findings],
            "caveat": CAVEAT,
        }


@dataclass(slots=True, repr=False)
class _Chunk:
    """Notes that travel together."""

    notes: list[SafeNote] = field(default_factory=list)
    characters: int = 0

    @property
    def documents(self) -> list[Document]:
        return [Document(note.id, note.text) for note in self.notes]

    def add(self, note: SafeNote) -> None:
        self.notes.append(note)
        self.characters += len(note.text)

    @property
    def is_full(self) -> bool:
        return len(self.notes) >= CHUNK_NOTES or self.characters >= CHUNK_CHARACTERS


def verify(
    manifest: Path,
    output: Path,
    *,
    mode: str | None = None,
    limit: int | None = None,
    workers: int = 1,
    policy_file: Path | None = None,
    make_redactor: Callable[[], RedactorLike] | None = None,
    on_progress: Progress | None = None,
) -> Verification:
    """Check an output against its manifest, and look for PHI in its redacted columns once more.

    Args:
        manifest: The manifest's file.
        output: The folder of the output, or one file or folder in it.
        mode: Of the second pass; None for that of the run.
        limit: Rows the second pass looks at, at most; files and numbers are checked whole.
        workers: Processes of the second pass.
        policy_file: The policy file of the run; needed where it has terms of its own, which no manifest holds.
        make_redactor: Builds the redactor of the second pass; picklable to be spawned.
        on_progress: Told of each chunk done.

    Raises:
        DataError: The manifest or the output does not exist, or the manifest cannot be read as one.
        UnknownNameError: There is no such mode.
        UsageError: The policy file is not that of the run.
    """
    run = FinishedRun.open(manifest, output)
    policy = run.policy() if policy_file is None else _policy_of_run(run, policy_file)
    mode = mode or str(run.manifest["versions"].get("mode", "balanced"))
    make_engine = partial(Engine, make_redactor or partial(second_redactor, second_policy(policy), mode))
    engine = make_engine()
    done = Verification(
        manifest_sha256=run.sha256,
        policy=f"{policy.name}/{policy.version}/{run.manifest['policy']['sha256']}",
        departures=policy.departures,
        choices=policy.choices,
        mode=mode,
        warnings=[*_other_rules(run.manifest["versions"], engine.redactor.versions()), *_less_than_all(run, policy)],
        manifest_errors=_contradictions(run, policy),
        files=check_files(run),
        counts=check_counts(run),
        not_checkable=not_checkable(policy),
    )
    source = run.open_notes() if run.covers(run.notes_file) and not done.counts.unreadable else None
    if source is not None:
        chunks = _chunks(run, source, limit, done.warnings)
        with closing(run_chunks(engine, make_engine, chunks, workers=workers)) as results:
            for chunk, outcomes in results:
                _take(done, chunk, outcomes)
                if on_progress:
                    on_progress(*source.progress(), done.examined)
    return done


def second_redactor(policy: Policy, mode: str) -> RedactorLike:
    """The redactor of a second pass."""
    from redactphi.redactor import Redactor  # noqa: PLC0415 - spaCy and Presidio cost seconds, and fail later than usage

    return Redactor(policy, mode=mode)


def _take(done: Verification, chunk: _Chunk, outcomes: Sequence[Outcome]) -> None:
    for note, outcome in zip(chunk.notes, outcomes, strict=True):
        if isinstance(outcome.result, WithheldDocument):
            done.unexamined[outcome.result.reason] += 1
            continue
        done.examined += 1
        done.findings += residue(note, outcome.result.spans, done.not_checkable)


def _chunks(run: FinishedRun, source: Source, limit: int | None, warnings: list[str]) -> Iterator[_Chunk]:
    chunk = _Chunk()
    rows = run.rows(source)
    for row in islice(rows, limit):
        for note in () if isinstance(row, Rejected) else row:
            if note is not None:
                chunk.add(note)
        if chunk.is_full:
            yield chunk
            chunk = _Chunk()
    if chunk.notes:
        yield chunk
    if limit is not None and next(rows, None) is not None:
        warnings.append(f"the second pass looked at the first {limit} rows only")


def _other_rules(made: Mapping[str, Any], installed: Mapping[str, str]) -> list[str]:
    """Where what is installed is not what made the output."""
    return [
        f"{OTHER_RULES}: {name} {made.get(name, 'unknown')} then, {installed[name]} now"
        for name in _DECIDING
        if name in installed and made.get(name) != installed[name]
    ]


def _policy_of_run(run: FinishedRun, path: Path) -> Policy:
    policy = Policy.load(path)
    if policy.sha256 != run.manifest["policy"]["sha256"]:
        raise UsageError(f"{path.name} is not the policy that made the output: its hash is another")
    return policy


def _lacks_terms(run: FinishedRun, policy: Policy) -> bool:
    """Whether the policy had terms of its own that are not known here."""
    return bool(run.manifest["policy"]["has_terms"]) and not (policy.allow or policy.deny)


def _less_than_all(run: FinishedRun, policy: Policy) -> list[str]:
    found = []
    if policy.name in presets() and Policy.load(policy.name).sha256 != run.manifest["policy"]["sha256"]:
        found.append(f"the installed policy {policy.name} is not the one that made the output; the manifest's was used")
    if _lacks_terms(run, policy):
        found.append("the policy has terms of its own that the manifest does not hold: give its file")
    if run.scope:
        found.append(f"only {run.scope} was looked at, not the whole output")
    return found


def _contradictions(run: FinishedRun, policy: Policy) -> list[str]:
    found = []
    if policy.sha256 != run.manifest["policy"]["sha256"] and not _lacks_terms(run, policy):
        found.append("the policy it describes is not the one whose hash it names")
    labels = run.manifest.get("phi_by_label")
    by_operator = run.manifest.get("phi_by_operator", {})
    if labels != {label: count for counts in by_operator.values() for label, count in sorted(counts.items())}:
        found.append("its counts per label and per operator differ")
    return found
