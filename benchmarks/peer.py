"""Talks to a peer worker (``peers.py``) in its own environment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_WORKER = Path(__file__).with_name("peers.py")


class Peer:
    """A running peer worker; a context manager.

    Args:
        python: The interpreter of the peer's environment.

    Attributes:
        start_seconds: CPU seconds the worker took until it was ready, interpreter and imports included.
    """

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [str(python), str(_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.start_seconds = float(self._read()["seconds"])  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._process.communicate()

    def _read(self) -> dict[str, object]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the peer worker stopped; run it by hand to see why")
        answer: dict[str, object] = json.loads(line)
        return answer

    def analyze(self, texts: Sequence[str]) -> tuple[float, list[list[tuple[int, int, str]]]]:
        """CPU seconds the peer took, and its spans for each text."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"texts": list(texts)}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        spans = [[(int(s), int(e), str(label)) for s, e, label in found] for found in answer["spans"]]  # type: ignore[attr-defined]
        return float(answer["seconds"]), spans  # type: ignore[arg-type]
