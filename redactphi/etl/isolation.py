"""Documents made safe by several processes; one that takes its process down is withheld, and the rest go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from redactphi.document import Document
from redactphi.etl.parts import CHUNK_CHARACTERS, CHUNK_NOTES
from redactphi.etl.workers import Engine, RedactorLike, Result, run_chunks


@dataclass(frozen=True, slots=True, repr=False)
class _Chunk:
    documents: Sequence[Document]


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
    with closing(run_chunks(engine, partial(Engine, make_redactor), _chunks(documents), workers=workers)) as done:
        for _, outcomes in done:
            yield from (outcome.result for outcome in outcomes)


def _chunks(documents: Sequence[Document]) -> Iterator[_Chunk]:
    held: list[Document] = []
    characters = 0
    for document in documents:
        held.append(document)
        characters += len(document.text)
        if len(held) >= CHUNK_NOTES or characters >= CHUNK_CHARACTERS:
            yield _Chunk(held)
            held, characters = [], 0
    if held:
        yield _Chunk(held)
