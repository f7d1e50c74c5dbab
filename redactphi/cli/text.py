"""``redactphi text``: one note, from the command line or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redactphi.cli.group import is_file
from redactphi.cli.options import key_file, vault
from redactphi.errors import DataError, UsageError

if TYPE_CHECKING:
    from redactphi.document import RedactedDocument
    from redactphi.patient import Patient


@click.command()
@click.argument("words", nargs=-1, metavar="[TEXT | -]")
@click.option("--policy", default="safe_harbor", show_default=True, help="Preset or policy file.")
@click.option("--mode", default="balanced", show_default=True, help="balanced or strict.")
@click.option(
    "--patient-file",
    type=click.Path(path_type=Path),
    help="What is known of the patient: JSON object of patient fields.",
)
@key_file
@vault
@click.option("--json", "as_json", is_flag=True, help="Safe text and spans (offsets of the original) as JSON.")
@click.option("--explain", is_flag=True, help="Which rule redacted what, without text, on standard error.")
def text(
    words: tuple[str, ...],
    *,
    policy: str,
    mode: str,
    key_file: Path | None,
    vault: Path | None,
    patient_file: Path | None,
    as_json: bool,
    explain: bool,
) -> None:
    """Redact one note: TEXT, or standard input when there is none or it is "-".

    On shared machines prefer standard input: others can see the arguments of a process.
    """
    patient = _patient(patient_file)
    note = _read(words)
    from redactphi.redactor import Redactor  # noqa: PLC0415 - spaCy and Presidio cost seconds, --help needs neither

    redactor = Redactor(policy, mode=mode, key=key_file, vault=vault)
    if "patient.id" in redactor.needs and not (patient and patient.id):
        raise UsageError(f"policy {redactor.policy.name!r} needs the patient's id: give it in --patient-file")
    redacted = redactor.redact(note, patient)
    if explain:
        _explain(redacted)
    safe = _as_json(redacted) if as_json else redacted.text
    click.echo(safe.encode("utf-8", "replace"), nl=not safe.endswith("\n"))


def _read(words: tuple[str, ...]) -> str:
    if words and words != ("-",):
        if len(words) == 1 and is_file(words[0]):
            raise UsageError("TEXT names a file; for the note in it: redactphi text < FILE")
        return " ".join(words)
    if not words and sys.stdin.isatty():
        raise UsageError("give a TEXT, or a note on standard input")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"standard input is not UTF-8 (byte {error.start})") from None


def _patient(path: Path | None) -> Patient | None:
    """The facts in a file. Errors name neither its fields nor its values: where it is not as it should be, both may be PHI."""
    if path is None:
        return None
    import json  # noqa: PLC0415 - one path of one command

    from redactphi.patient import Patient, patient_fields  # noqa: PLC0415 - as above

    try:
        facts = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"patient file {path.name}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise DataError(f"patient file {path.name} is not JSON in UTF-8") from None
    if not isinstance(facts, dict):
        raise DataError(f"patient file {path.name} holds no JSON object")
    if not facts.keys() <= set(patient_fields()):
        raise UsageError(f"patient file {path.name} has an unknown field; valid: {', '.join(patient_fields())}")
    return Patient.from_mapping(facts)


def _as_json(redacted: RedactedDocument) -> str:
    import json  # noqa: PLC0415 - one path of one command

    spans = [
        {"start": s.start, "end": s.end, "label": str(s.label), "score": round(s.score, 3), "source": s.source}
        for s in redacted.spans
    ]
    return json.dumps({"text": redacted.text, "spans": spans})


def _explain(redacted: RedactedDocument) -> None:
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import
    from rich.table import Table  # noqa: PLC0415

    table = Table("start", "end", "label", "score", "rule")
    for span in redacted.spans:
        table.add_row(str(span.start), str(span.end), str(span.label), f"{span.score:.2f}", span.source)
    Console(stderr=True).print(table)
