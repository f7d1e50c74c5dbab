"""Worker processes that may hang, crash or be killed without taking the run, or another note, along.

A chunk whose worker is lost is tried again, a document at a time; a document that loses its worker again is withheld. The
parent alone decides when something takes too long, since a worker deep in a C call would not notice.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from redactphi.document import Document
from redactphi.errors import DataError, RedactPHIError

TIME_LIMIT = "time-limit"
WORKER_DIED = "worker-died"
_TRIES = 2
"""How often a document may lose its worker: once can be chance, such as a process ended from outside."""

_STARTS = 3
"""How many workers may die in a row before they are ready."""

_AHEAD = 2
"""Chunks read ahead for each worker, beyond the one it is at."""

_CHARACTERS = 1_000_000
"""A text has the time limit once more for each so many characters."""

_PARENT_DEATH = 1
"""Linux's ``PR_SET_PDEATHSIG``."""

_STOP = b""


class HasDocuments(Protocol):
    """What travels to a worker and is one result."""

    @property
    def documents(self) -> Sequence[Document]:
        """Its notes."""


Chunk = TypeVar("Chunk", bound=HasDocuments)
Done = TypeVar("Done")
Outcome = TypeVar("Outcome")


Chunk_contra = TypeVar("Chunk_contra", bound=HasDocuments, contravariant=True)
Done_co = TypeVar("Done_co", covariant=True)


class Work(Protocol[Chunk_contra, Done_co, Outcome]):
    """What is done to chunks."""

    def __call__(self, chunk: Chunk_contra) -> Done_co:
        """The whole chunk."""

    def alone(self, document: Document) -> Outcome:
        """One of its documents, after the whole could not be done."""

    def join(self, chunk: Chunk_contra, outcomes: Sequence[Outcome]) -> Done_co:
        """The result of a chunk from those of its documents, one for one."""

    def refuse(self, document: Document, reason: str) -> Outcome:
        """The result of a document that cannot be done."""

    def close(self) -> None:
        """Let go of what is held open, at the end."""


@dataclass(slots=True, repr=False)
class _Slot(Generic[Chunk, Done, Outcome]):
    """A chunk in its place among the others, and what has become of it so far."""

    chunk: Chunk
    results: list[Done] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)


@dataclass(slots=True, repr=False)
class _Task(Generic[Chunk, Done, Outcome]):
    """A chunk, or one document of it, for a worker."""

    slot: _Slot[Chunk, Done, Outcome]
    place: int | None = None
    lost: int = 0

    @property
    def documents(self) -> Sequence[Document]:
        documents = self.slot.chunk.documents
        return documents if self.place is None else documents[self.place : self.place + 1]

    def pickled(self) -> memoryview:
        content = self.slot.chunk if self.place is None else self.documents[0]
        return ForkingPickler.dumps((self.place is None, content))


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error on its way home: pickled exceptions lose their arguments, and could carry text."""

    message: str
    exit_code: int

    def error(self) -> RedactPHIError:
        error = DataError(self.message)
        error.exit_code = self.exit_code
        return error


class _Worker(Generic[Chunk, Done, Outcome]):
    """A process, and what it is at."""

    def __init__(
        self, context: Any, make_work: Callable[[], Work[Chunk, Done, Outcome]], others: Iterable[Any]
    ) -> None:
        self.connection, far = context.Pipe()
        is_main = threading.current_thread() is threading.main_thread()
        inherited = [*others, self.connection] if context.get_start_method() == "fork" else []
        self.process: BaseProcess = context.Process(
            target=_serve, args=(far, make_work, inherited), kwargs={"is_main": is_main}, daemon=True
        )
        self.process.start()
        far.close()
        self.is_ready = False
        self.task: _Task[Chunk, Done, Outcome] | None = None
        self.deadline = float("inf")

    def send(self, task: _Task[Chunk, Done, Outcome], pickled: memoryview, seconds: float | None) -> None:
        """Hand a task to the worker, which must be idle: then it reads, so that this cannot block for long."""
        self.task = task
        if seconds is not None:
            characters = sum(len(document.text) for document in task.documents)
            self.deadline = time.monotonic() + seconds * (1 + characters / _CHARACTERS)
        # A worker that died says so by its closed end, where all lost ones are noticed.
        with contextlib.suppress(OSError):
            self.connection.send_bytes(pickled)

    def kill(self) -> None:
        """End the process, whatever it is at."""
        self.process.kill()
        self.process.join()
        self.connection.close()

    def stop(self) -> None:
        """Let an idle process end."""
        with contextlib.suppress(OSError):
            self.connection.send_bytes(_STOP)


class Pool(Generic[Chunk, Done, Outcome]):
    """Processes that do chunks, in order, whatever happens to one of them.

    Args:
        work: What is done; that of this process, which forked workers inherit.
        make_work: Builds it in a spawned worker; picklable.
        workers: How many processes.
        start_method: ``fork``, ``spawn`` or ``forkserver``.
        seconds: How long a chunk, and then a document of it, may take; more for a long text. None for no limit.
    """

    def __init__(
        self,
        work: Work[Chunk, Done, Outcome],
        make_work: Callable[[], Work[Chunk, Done, Outcome]],
        *,
        workers: int,
        start_method: str,
        seconds: float | None,
    ) -> None:
        self._context: Any = multiprocessing.get_context(start_method)
        self._work = work
        self._make_work = (lambda: work) if start_method == "fork" else make_work
        self._seconds = seconds
        self._most = workers * (1 + _AHEAD)
        self._failed_starts = 0
        self._pending: deque[_Slot[Chunk, Done, Outcome]] = deque()
        self._again: deque[_Task[Chunk, Done, Outcome]] = deque()
        self._next: tuple[_Task[Chunk, Done, Outcome], memoryview] | None = None
        self._workers: list[_Worker[Chunk, Done, Outcome]] = []
        self._count = workers

    def results(self, chunks: Iterable[Chunk]) -> Generator[tuple[Chunk, Done], None, None]:
        """Each chunk with its result, in order; chunks are read only a few ahead.

        Raises:
            DataError: Workers die as they start.
            RedactPHIError: What a worker raised that is no matter of one note.
        """
        stream = iter(chunks)
        try:
            for _ in range(self._count):
                self._add_worker()
            self._prepare(stream)
            while self._pending:
                self._hand_out(stream)
                while self._pending and self._pending[0].results:
                    slot = self._pending.popleft()
                    self._prepare(stream)
                    yield slot.chunk, slot.results[0]
                    self._receive(0)
                    self._hand_out(stream)
                if self._pending:
                    self._receive(None)
            self._stop()
        finally:
            for worker in self._workers:
                worker.kill()

    def _add_worker(self) -> None:
        others = [worker.connection for worker in self._workers]
        self._workers.append(_Worker(self._context, self._make_work, others))

    def _stop(self) -> None:
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.process.join(1)

    def _prepare(self, stream: Iterator[Chunk]) -> None:
        """Have the next chunk ready to be sent, so that no worker waits for it."""
        if self._next is not None or len(self._pending) >= self._most:
            return
        for chunk in stream:
            slot: _Slot[Chunk, Done, Outcome] = _Slot(chunk)
            self._pending.append(slot)
            task = _Task(slot)
            self._next = task, task.pickled()
            return

    def _hand_out(self, stream: Iterator[Chunk]) -> None:
        for worker in self._workers:
            if not worker.is_ready or worker.task is not None:
                continue
            if self._again:
                task = self._again.popleft()
                worker.send(task, task.pickled(), self._seconds)
            elif self._next is not None:
                worker.send(*self._next, self._seconds)
                self._next = None
                self._prepare(stream)

    def _receive(self, seconds: float | None) -> None:
        """Take what workers have to say; wait for it, if nothing is given, until the first of them takes too long."""
        if seconds is None:
            first = min(worker.deadline for worker in self._workers)
            seconds = None if first == float("inf") else max(0.0, first - time.monotonic())
        heard = connection.wait([worker.connection for worker in self._workers], seconds)
        for worker in list(self._workers):
            if worker.connection in heard:
                self._hear(worker)
            elif worker.deadline <= time.monotonic():
                self._lose(worker, TIME_LIMIT)

    def _hear(self, worker: _Worker[Chunk, Done, Outcome]) -> None:
        try:
            said = ForkingPickler.loads(worker.connection.recv_bytes())
        except (EOFError, OSError):
            self._lose(worker, WORKER_DIED)
            return
        if isinstance(said, _Failure):
            raise said.error()
        self._failed_starts = 0
        task, worker.task, worker.deadline = worker.task, None, float("inf")
        if not worker.is_ready:
            worker.is_ready = True
        elif task is not None:
            self._take(task, said)

    def _take(self, task: _Task[Chunk, Done, Outcome], said: Any) -> None:
        slot = task.slot
        if task.place is None:
            slot.results.append(said)
            return
        slot.outcomes[task.place] = said
        if len(slot.outcomes) == len(slot.chunk.documents):
            slot.results.append(self._work.join(slot.chunk, [slot.outcomes[place] for place in sorted(slot.outcomes)]))

    def _lose(self, worker: _Worker[Chunk, Done, Outcome], reason: str) -> None:
        worker.kill()
        self._workers.remove(worker)
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS:
                raise DataError("worker processes die as they start (killed, or out of memory)")
        if worker.task is not None:
            self._try_again(worker.task, reason)
        self._add_worker()

    def _try_again(self, task: _Task[Chunk, Done, Outcome], reason: str) -> None:
        documents = task.documents
        is_last = reason == TIME_LIMIT or task.lost + 1 >= _TRIES
        if len(documents) == 1 and is_last:
            self._take(_Task(task.slot, task.place or 0), self._work.refuse(documents[0], reason))
        elif len(documents) == 1:
            self._again.append(_Task(task.slot, task.place or 0, task.lost + 1))
        elif documents:
            self._again.extend(_Task(task.slot, place) for place in range(len(documents)))
        else:
            task.slot.results.append(self._work.join(task.slot.chunk, ()))


def _serve(
    line: Any, make_work: Callable[[], Work[Any, Any, Any]], inherited: Sequence[Any], *, is_main: bool
) -> NoReturn:
    """A worker: no Ctrl-C of its own, gone when its parent is, its work built once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:
        other.close()
    _end_with_parent(is_main=is_main)
    # What was inherited is not to be looked through by the garbage collector, which would copy the pages it lies on.
    gc.freeze()
    try:
        work = _guarded(make_work)
        line.send_bytes(ForkingPickler.dumps(work if isinstance(work, _Failure) else None))
        while not isinstance(work, _Failure) and (received := line.recv_bytes()) != _STOP:
            is_whole, content = ForkingPickler.loads(received)
            done = _guarded(partial(work if is_whole else work.alone, content))
            line.send_bytes(ForkingPickler.dumps(done))
        if not isinstance(work, _Failure):
            work.close()
    finally:
        # Without a traceback, which could show text, and without writing what lies in buffers that were inherited.
        os._exit(0)


def _end_with_parent(*, is_main: bool) -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    threading.Thread(target=partial(_end_with, parent.sentinel), daemon=True).start()
    if sys.platform == "linux" and is_main:
        # The signal comes when the thread ends that made the worker, so that has to be the main one. A thread cannot end a worker that is deep in a C call; the kernel can.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


Value = TypeVar("Value")


def _guarded(call: Callable[[], Value]) -> Value | _Failure:
    try:
        return call()
    except RedactPHIError as error:
        return _Failure(str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - only its type may travel
        return _Failure(f"a worker failed: {type(error).__name__}", 1)
