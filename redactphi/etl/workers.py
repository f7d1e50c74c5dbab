"""Runs the redactor and the stages over chunks of documents, in this process or in several, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from redactphi.document import Document, RedactedDocument, WithheldDocument
from redactphi.errors import NoteWithheld, RedactPHIError, UsageError
from redactphi.etl.pool import HasDocuments, Pool
from redactphi.etl.records import SERVICE_DATE
from redactphi.etl.stages import Stage, load_stage, stage_rows
from redactphi.offsets import apply_replacements
from redactphi.policy import Policy

if TYPE_CHECKING:
    from redactphi.keys import SecretKey

Result = RedactedDocument | WithheldDocument

_SAMPLE = "Seen by Dr. Adaeze Nwosu in Springfield on 03/14/2024, MRN 00482913: rectal prolapse, no fever."


class RedactorLike(Protocol):
    """What is asked of a redactor here; ``redactphi.Redactor`` is one."""

    policy: Policy

    def pipe(self, documents: Iterable[Document], /) -> Iterator[Result]:
        """Notes made safe, one for one and in order."""

    def redact(self, text: Document, /) -> RedactedDocument:
        """One note made safe; raises ``NoteWithheld``."""

    def versions(self) -> dict[str, str]:
        """Of what decides the output: rules, model and tables."""


def default_redactor(
    policy: str,
    mode: str,
    *,
    key_file: SecretKey | bytes | Path | None = None,
    vault: Path | None = None,
    is_dry: bool = False,
) -> RedactorLike:
    """A ``redactphi.Redactor``.

    Args:
        policy: A preset's name or the path of a policy file.
        mode: ``balanced`` or ``strict``.
        key_file: File with the key, or the key; each process reads it itself, as it opens the vault itself.
        vault: The vault's path.
        is_dry: Whether the vault is to be left as it is; then tokens are of no use.
    """
    from redactphi.redactor import Redactor  # noqa: PLC0415 - spaCy and Presidio cost seconds, and fail later than usage
    from redactphi.vault import Vault, open_vault  # noqa: PLC0415

    opened = None if vault is None else open_vault(vault, key_file, create=True)
    return Redactor(policy, mode=mode, key=key_file, vault=Vault(None, key_file) if opened and is_dry else opened)


def check_patient_fields(redactor: RedactorLike, fields: Iterable[str], option: str) -> None:
    """Refuse a run that would withhold every note for want of the patient's id.

    Args:
        redactor: What will run.
        fields: The patient fields that have a column.
        option: How the caller names the column of the id.

    Raises:
        UsageError: The policy needs the patient's id and no column holds it.
    """
    if "patient.id" in getattr(redactor, "needs", ()) and "id" not in fields:
        raise UsageError(f"policy {redactor.policy.name!r} needs the patient's id: name its column ({option})")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document.

    Attributes:
        result: The safe note, or why there is none.
        rows: Rows of each stage, by stage name.
        failed: Stages that raised, by name; their error's type.
    """

    result: Result
    rows: dict[str, list[list[Any]]]
    failed: dict[str, str]


class Engine:
    """A redactor and the stages behind it; one a process.

    Args:
        make_redactor: Builds the redactor; picklable where processes are spawned.
        stages: Names of registered stages.
    """

    def __init__(self, make_redactor: Callable[[], RedactorLike], stages: Sequence[str] = ()) -> None:
        self.redactor = make_redactor()
        self.stages: dict[str, Stage] = {name: load_stage(name) for name in stages}

    def __call__(self, documents: Sequence[Document]) -> list[Outcome]:
        """What becomes of documents, one for one and in order."""
        results = redact_all(self.redactor, documents)
        return [self._staged(*each) for each in zip(documents, results, strict=True)]

    def warm(self) -> None:
        """Have built what is built at first use, so that workers that are forked then share it."""
        detect = getattr(self.redactor, "detect", None)
        text, offsets = apply_replacements(_SAMPLE, [])
        # Whatever is wrong shows again at the first note, which is the place to tell it.
        with suppress(Exception):
            if detect is not None:
                detect(_SAMPLE)
            for stage in self.stages.values():
                list(stage(RedactedDocument("", text, (), offsets)))

    def close(self) -> None:
        """Let go of what the redactor holds open."""
        if close := getattr(self.redactor, "close", None):
            close()

    def _staged(self, document: Document, result: Result) -> Outcome:
        rows: dict[str, list[list[Any]]] = {}
        failed: dict[str, str] = {}
        for name, stage in self.stages.items():
            if isinstance(result, WithheldDocument):
                continue
            try:
                rows[name] = stage_rows(stage, result, document.metadata.get(SERVICE_DATE))
            except Exception as error:  # noqa: BLE001 - the note is safe all the same; the failure is counted
                failed[name] = type(error).__name__
        return Outcome(result, rows, failed)


def redact_all(redactor: RedactorLike, documents: Sequence[Document]) -> list[Result]:
    """Documents made safe or withheld, one for one and in order, whatever a redactor raises on one of them.

    Raises:
        RedactPHIError: What is wrong is not a note but the call, for example a patient id that the policy needs.
    """
    try:
        results = list(redactor.pipe(documents))
        if [result.id for result in results] == [document.id for document in documents]:
            return results
    except RedactPHIError:
        raise
    except Exception:  # noqa: BLE001, S110 - one note must not take the others with it: each is tried alone below
        pass
    return [_redact_alone(redactor, document) for document in documents]


def _redact_alone(redactor: RedactorLike, document: Document) -> Result:
    try:
        return redactor.redact(document)
    except NoteWithheld as error:
        return WithheldDocument(document.id, error.reason)
    except RedactPHIError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the note is withheld
        return WithheldDocument(document.id, f"error:{type(error).__name__}")


Chunk = TypeVar("Chunk", bound=HasDocuments)
Done = TypeVar("Done")


class ChunkWork(Generic[Chunk, Done]):
    """What a worker does: documents made safe, and of what became of them the result of their chunk.

    Args:
        engine: Makes documents safe.
        finish: Makes the result of a chunk; picklable where processes are spawned.
    """

    def __init__(self, engine: Engine, finish: Callable[[Chunk, Sequence[Outcome]], Done]) -> None:
        self._engine = engine
        self.join = finish

    def __call__(self, chunk: Chunk) -> Done:
        """The whole chunk."""
        return self.join(chunk, self._engine(chunk.documents))

    def alone(self, document: Document) -> Outcome:
        """One document."""
        return self._engine([document])[0]

    def close(self) -> None:
        """Let go of what is held open, at the end."""
        self._engine.close()

    def refuse(self, document: Document, reason: str) -> Outcome:
        """A document withheld."""
        return Outcome(WithheldDocument(document.id, reason), {}, {})


def run_chunks(
    engine: Engine,
    make_engine: Callable[[], Engine],
    chunks: Iterable[Chunk],
    *,
    workers: int = 1,
    start_method: str | None = None,
    seconds: float | None = None,
) -> Generator[tuple[Chunk, Sequence[Outcome]], None, None]:
    """Each chunk with what became of its documents, in order.

    Args:
        engine: The one of this process; forked workers share its memory.
        make_engine: Builds one in a spawned worker.
        chunks: Anything with ``documents`` that can be pickled; read only a few ahead.
        workers: How many processes; 1 means this one, unless there is a time limit.
        start_method: ``fork``, ``spawn`` or ``forkserver``; by default fork on Linux, spawn elsewhere.
        seconds: How long a document may take, and more if it is long; one that takes longer is withheld.

    Raises:
        DataError: Workers die as they start.
    """
    return finish_chunks(
        engine, make_engine, chunks, _outcomes, workers=workers, start_method=start_method, seconds=seconds
    )


def finish_chunks(
    engine: Engine,
    make_engine: Callable[[], Engine],
    chunks: Iterable[Chunk],
    finish: Callable[[Chunk, Sequence[Outcome]], Done],
    *,
    workers: int = 1,
    start_method: str | None = None,
    seconds: float | None = None,
) -> Generator[tuple[Chunk, Done], None, None]:
    """Each chunk with what ``finish`` makes of it and its documents' outcomes, in order; else as ``run_chunks``.

    ``finish`` runs in the worker, so that what it leaves out need not travel.
    """
    work = ChunkWork(engine, finish)
    if workers <= 1 and seconds is None:
        for chunk in chunks:
            yield chunk, work(chunk)
        return
    start_method = start_method or ("fork" if sys.platform == "linux" else "spawn")
    if start_method == "fork":
        engine.warm()
    pool = Pool(
        work,
        partial(_make_work, make_engine, finish),
        workers=workers,
        start_method=start_method,
        seconds=seconds,
    )
    with closing(pool.results(chunks)) as results:
        yield from results


def _make_work(
    make_engine: Callable[[], Engine], finish: Callable[[Chunk, Sequence[Outcome]], Done]
) -> ChunkWork[Chunk, Done]:
    return ChunkWork(make_engine(), finish)


def _outcomes(chunk: HasDocuments, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:  # noqa: ARG001
    return outcomes
