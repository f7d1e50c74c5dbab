"""Which known accounts have which feature, and how often: one row of numbers for all features, so that numpy walks over it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

_KEPT_AS = np.dtype("<u2")


class Postings:
    """The postings of all features, one feature after the other.

    Attributes:
        starts: Where each feature starts, and the end.
        documents: The known accounts that have it.
        times: How often each has it.
    """

    def __init__(
        self, starts: npt.NDArray[np.intp], documents: npt.NDArray[np.uint16], times: npt.NDArray[np.uint16]
    ) -> None:
        self.starts, self.documents, self.times = starts, documents, times

    @classmethod
    def of(cls, rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Self:
        """The postings of features, each as its accounts and how often these have it."""
        starts = np.cumsum([0, *(len(documents) for documents, _ in rows)], dtype=np.intp)
        documents = [one for documents, _ in rows for one in documents]
        times = [one for _, times in rows for one in times]
        return cls(starts, np.array(documents, dtype=np.uint16), np.array(times, dtype=np.uint16))

    @classmethod
    def from_packed(cls, raw: Mapping[str, Any]) -> Self:
        """The postings as they were packed."""
        sizes, documents, times = (
            np.frombuffer(base64.b64decode(raw[name]), dtype=_KEPT_AS) for name in ("sizes", "documents", "times")
        )
        starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.intp)])
        return cls(starts, documents.astype(np.uint16), times.astype(np.uint16))

    def to_packed(self) -> dict[str, str]:
        """All of it, for ``from_packed``."""
        rows: dict[str, npt.NDArray[Any]] = {"sizes": self.sizes, "documents": self.documents, "times": self.times}
        return {name: base64.b64encode(row.astype(_KEPT_AS).tobytes()).decode() for name, row in rows.items()}

    @property
    def sizes(self) -> npt.NDArray[np.intp]:
        """How many accounts have each feature."""
        return np.diff(self.starts)

    def slice(self, number: int) -> slice:
        """Where the postings of a feature are."""
        return slice(self.starts[number], self.starts[number + 1])

    def places(self, numbers: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Where the postings of some features are, one feature after the other, and how many each has."""
        sizes = self.starts[numbers + 1] - self.starts[numbers]
        before = np.cumsum(sizes) - sizes
        return np.repeat(self.starts[numbers] - before, sizes) + np.arange(sizes.sum()), sizes
