"""PhiModel: the shipped model, from text to spans."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from redactphi import resources
from redactphi.nlp_decode import decode
from redactphi.nlp_forward import Network
from redactphi.nlp_islands import apart, islands
from redactphi.nlp_table import TokenTable
from redactphi.nlp_threads import single_blas_thread
from redactphi.nlp_tokens import token_keys
from redactphi.nlp_weights import LABELS, Floats, Weights, load_gate, load_members
from redactphi.spans import Span

THRESHOLD = 0.3
"""Probability from which on a token is taken for PHI where nothing else is said; chosen by ``benchmarks.thresholds``."""

SEGMENT = 100_000
"""Code points looked at in one go. Longer texts are cut, which bounds memory; the pieces overlap by `MARGIN`."""

MARGIN = 2000

_BATCH = 100_000
_DIGITS = 3

_Segment = tuple[int, int, int]


class PhiModel:
    """Finds PHI by context: people, places, organisations, dates, numbers.

    Args:
        members: What training made: one network or several, whose probabilities are averaged.
        gate: A small network that says where they look; without it they look everywhere.
        name: Name of the model, used in the spans' source.
    """

    def __init__(self, *members: Weights, gate: Weights | None = None, name: str = resources.MODEL_NAME) -> None:
        self.name = name
        self.source = f"model/{name}"
        self._network = Network(*members)
        self._first = Network(gate) if gate else self._network

    def spans(self, text: str, threshold: float = 0.5) -> list[Span]:
        """The model's spans in a text, sorted and disjoint; their score is the probability of being PHI.

        Args:
            text: Any text.
            threshold: Probability from which on a token is taken for PHI.
        """
        return self.spans_many([text], threshold)[0]

    def spans_many(self, texts: Sequence[str], threshold: float = 0.5) -> list[list[Span]]:
        """As `spans` for several texts; short ones are computed together."""
        found: list[list[Span]] = [[] for _ in texts]
        with single_blas_thread():
            for batch in _batches(texts):
                self._find(texts, batch, threshold, found)
        return found

    def log_probabilities(self, keys: Sequence[str]) -> Floats:
        """The log probability of every tag at every token of one text: what calibration needs."""
        table, numbers = self._first.numbers(keys)
        probabilities = self._probabilities(keys, table, numbers)
        return np.asarray(np.log(probabilities + np.float32(1e-12)), np.float32)

    def _probabilities(self, keys: Sequence[str], table: TokenTable, numbers: NDArray[np.int64]) -> Floats:
        """The probability of every tag at every token.

        Args:
            keys: The tokens of all texts.
            table: Where the first network has them.
            numbers: Their rows in it; texts apart by gaps.
        """
        said = self._first.probabilities(table.vectors, numbers)
        if self._first is self._network:
            return said
        inside = numbers != 0
        tokens, rows, count = apart(islands(1 - said[:, 0], inside), self._network.reach)
        said = np.zeros((len(numbers), self._network.outputs), np.float32)
        said[:, 0] = 1
        if len(tokens):
            written = (np.cumsum(inside) - 1)[tokens]
            vectors, own = self._network.follow(
                table, numbers[tokens], lambda places: [keys[at] for at in written[places].tolist()]
            )
            alone = np.zeros(count, np.int64)
            alone[rows] = own
            said[tokens] = self._network.probabilities(vectors, alone)[rows]
        return said

    def _find(self, texts: Sequence[str], batch: list[_Segment], threshold: float, found: list[list[Span]]) -> None:
        network = self._first
        keys = [token_keys(_with_margin(texts[index], start, end)) for index, start, end in batch]
        joined = [key for part in keys for key in part]
        table, flat = network.numbers(joined)
        gap = np.zeros(network.reach, np.int64)
        sizes = [len(part) for part in keys]
        cuts = np.cumsum(sizes)[:-1]
        numbers = np.concatenate([part for piece in np.split(flat, cuts) for part in (piece, gap)])
        probabilities = self._probabilities(joined, table, numbers)
        probabilities[numbers == 0, 0] = 1
        lengths, blanks = table.lengths[numbers], table.blanks[numbers]
        runs = decode(probabilities, table.words[numbers], blanks == 0, threshold)
        ends = np.cumsum(lengths)
        starts = ends - lengths
        segment_at = np.cumsum([size + network.reach for size in sizes])
        owners = np.searchsorted(segment_at, runs.first, side="right")
        text_starts = np.concatenate([[0], ends[segment_at - 1]])
        columns = (owners, starts[runs.first], ends[runs.last] - blanks[runs.last], runs.label, runs.score)
        for owner, start, end, label, score in zip(*(column.tolist() for column in columns), strict=True):
            index, low, high = batch[owner]
            shift = max(0, low - MARGIN) - int(text_starts[owner])
            if low <= start + shift < high:
                span = Span(
                    start + shift, end + shift, str(LABELS[label]), min(1.0, round(score, _DIGITS)), self.source
                )
                found[index].append(span)


def _with_margin(text: str, start: int, end: int) -> str:
    return text[max(0, start - MARGIN) : end + MARGIN]


def _batches(texts: Sequence[str]) -> Iterator[list[_Segment]]:
    batch: list[_Segment] = []
    size = 0
    for index, text in enumerate(texts):
        for start, end in _segments(text):
            batch.append((index, start, end))
            size += end - start
            if size >= _BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Cuts of at most `SEGMENT` code points, at a blank where there is one near."""
    cuts = [0]
    while len(text) - cuts[-1] > SEGMENT:
        high = cuts[-1] + SEGMENT
        blank = max(text.rfind(mark, high - MARGIN, high) for mark in "\n ")
        cuts.append(blank + 1 if blank > 0 else high)
    if text:
        cuts.append(len(text))
    return pairwise(cuts)


_lock = threading.Lock()
_loaded: dict[str, PhiModel] = {}


def load_model(path: Path | None = None) -> PhiModel:
    """The shipped model, or one from a pipeline folder; read once per process.

    Raises:
        DataError: The model is not installed or its files are malformed.
    """
    with _lock:
        key = str(path or "")
        if key not in _loaded:
            folder: Traversable = path or resources.model_path()
            members = load_members(folder / "phi_tagger")
            gate = load_gate(folder / "phi_tagger", members)
            _loaded[key] = PhiModel(*members, gate=gate, name=path.name if path else resources.MODEL_NAME)
        return _loaded[key]
