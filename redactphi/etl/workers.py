"""Runs the redactor and the stages over chunks of documents, in this process or in several, in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from redactphi.document import Document, RedactedDocument, WithheldDocument
from redactphi.errors import DataError, NoteWithheld, RedactPHIError, UsageError
from redactphi.etl.stages import Stage, load_stage, stage_rows
from redactphi.policy import Policy

if TYPE_CHECKING:
    from redactphi.keys import SecretKey

Result = RedactedDocument | WithheldDocument


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
        return [self._staged(result) for result in redact_all(self.redactor, documents)]

    def _staged(self, result: Result) -> Outcome:
        rows: dict[str, list[list[Any]]] = {}
        failed: dict[str, str] = {}
        for name, stage in self.stages.items():
            if isinstance(result, WithheldDocument):
                continue
            try:
                rows[name] = stage_rows(stage, result)
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


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error on its way home: pickled exceptions lose their arguments, and could carry text."""

    message: str
    exit_code: int

    def error(self) -> RedactPHIError:
        error = DataError(self.message)
        error.exit_code = self.exit_code
        return error


class _HasDocuments(Protocol):
    @property
    def documents(self) -> Sequence[Document]: ...


Chunk = TypeVar("Chunk", bound=_HasDocuments)


def run_chunks(
    engine: Engine,
    make_engine: Callable[[], Engine],
    chunks: Iterable[Chunk],
    *,
    workers: int = 1,
    start_method: str | None = None,
) -> Generator[tuple[Chunk, list[Outcome]], None, None]:
    """Each chunk with what became of its documents, in order.

    Args:
        engine: The one of this process; forked workers share its memory.
        make_engine: Builds one in a spawned worker.
        chunks: Anything with ``documents``; read only a few ahead.
        workers: How many processes; 1 means this one.
        start_method: ``fork``, ``spawn`` or ``forkserver``; by default fork on Linux, spawn elsewhere.

    Raises:
        DataError: A worker process died.
    """
    if workers <= 1:
        for chunk in chunks:
            yield chunk, engine(chunk.documents)
        return
    method = start_method or ("fork" if sys.platform == "linux" else "spawn")
    context = multiprocessing.get_context(method)
    # What a forked worker is given is inherited, not pickled, so it can be the engine itself.
    given = (lambda: engine) if method == "fork" else make_engine
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(given,))
    try:
        for chunk, future in _ahead(pool, chunks, 2 * workers + 2):
            yield chunk, _outcomes(future)
    except BrokenProcessPool:
        raise DataError("a worker process died (killed, or out of memory); nothing was written") from None
    except BaseException:
        # Nobody will read what they are at, and a pool waits for chunks already handed out.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ahead(
    pool: ProcessPoolExecutor, chunks: Iterable[Chunk], window: int
) -> Iterator[tuple[Chunk, Future[list[Outcome] | _Failure]]]:
    pending: deque[tuple[Chunk, Future[list[Outcome] | _Failure]]] = deque()
    for chunk in chunks:
        pending.append((chunk, pool.submit(_work, chunk.documents)))
        if len(pending) >= window:
            yield pending.popleft()
    while pending:
        yield pending.popleft()


def _outcomes(future: Future[list[Outcome] | _Failure]) -> list[Outcome]:
    outcomes = future.result()
    if isinstance(outcomes, _Failure):
        raise outcomes.error()
    return outcomes


_engine: Engine | _Failure | None = None


def _start(make_engine: Callable[[], Engine]) -> None:
    """Begin a worker: no Ctrl-C of its own, gone when its parent is, its engine built once."""
    global _engine  # noqa: PLW0603 - the one place a pool's worker can keep anything
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=partial(_end_with, parent.sentinel), daemon=True).start()
    _engine = _guarded(make_engine)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _work(documents: Sequence[Document]) -> list[Outcome] | _Failure:
    engine = _engine
    if isinstance(engine, _Failure):
        return engine
    assert engine is not None
    return _guarded(lambda: engine(documents))


Value = TypeVar("Value")


def _guarded(call: Callable[[], Value]) -> Value | _Failure:
    try:
        return call()
    except RedactPHIError as error:
        return _Failure(str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - only its type may travel
        return _Failure(f"a worker failed: {type(error).__name__}", 1)
