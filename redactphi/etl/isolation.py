"""Documents made safe by several processes; one that takes its process down is withheld, and the rest go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from redactphi.document import Document, WithheldDocument
from redactphi.errors import DataError
from redactphi.etl.workers import Engine, RedactorLike, Result, run_chunks

DIED = "worker-died"
"""Why a note is withheld whose process was gone before it was safe: killed, out of memory, or crashed."""

_NOTES, _CHARACTERS = 64, 200_000
"""Of a chunk, at most."""


@dataclass(frozen=True, slots=True, repr=False)
class _Chunk:
    documents: Sequence[Document]


_Run = Callable[[Sequence[_Chunk]], Iterator[list[Result]]]


def redact_in_processes(
    redactor: RedactorLike,
    make_redactor: Callable[[], RedactorLike],
    documents: Sequence[Document],
    workers: int,
) -> Iterator[Result]:
    """Documents made safe or withheld, one for one and in order, as one process alone would make them.

    Args:
        redactor: The one of this process; forked workers share its memory.
        make_redactor: Builds one in a spawned worker.
        documents: Any number.
        workers: How many processes, at least two.

    Raises:
        RedactPHIError: What is wrong is not a note but the call.
    """
    engine = Engine(lambda: redactor)

    def run(chunks: Sequence[_Chunk]) -> Iterator[list[Result]]:
        with closing(run_chunks(engine, partial(Engine, make_redactor), chunks, workers=workers)) as done:
            for _, outcomes in done:
                yield [outcome.result for outcome in outcomes]

    left = deque(_chunks(documents))
    while left:
        try:
            for results in run(tuple(left)):
                left.popleft()
                yield from results
        except DataError as error:
            if not _is_death(error):
                raise
            # Whichever of the chunks in hand it was: the first is settled alone, then the others go on.
            yield from _alone(left.popleft(), run)


def _alone(chunk: _Chunk, run: _Run) -> Iterator[Result]:
    try:
        [results] = run([chunk])
    except DataError as error:
        if not _is_death(error):
            raise
    else:
        yield from results
        return
    documents = chunk.documents
    if len(documents) == 1:
        yield WithheldDocument(documents[0].id, DIED)
        return
    half = len(documents) // 2
    for part in (documents[:half], documents[half:]):
        yield from _alone(_Chunk(part), run)


def _is_death(error: DataError) -> bool:
    """Whether a process died; any other error is of the call, and would come back for every chunk."""
    return isinstance(error.__context__, BrokenProcessPool)


def _chunks(documents: Sequence[Document]) -> Iterator[_Chunk]:
    held: list[Document] = []
    characters = 0
    for document in documents:
        held.append(document)
        characters += len(document.text)
        if len(held) >= _NOTES or characters >= _CHARACTERS:
            yield _Chunk(held)
            held, characters = [], 0
    if held:
        yield _Chunk(held)
