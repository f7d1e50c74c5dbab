"""How like a text is to all accounts of an operation taken together, beside how like it is to the nearest of them.

The nearest account may be near by chance words; what all accounts of an operation share is what it cannot be told without. The
measure is the cosine to their centroid (Rocchio), over the same features as nearness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from detect_icd.matchers.accounts_postings import Postings

_REPEATED = 2
"""How often a word counts at most."""
_ROOTS = np.sqrt(np.arange(_REPEATED + 1, dtype=np.float64))
"""The root of each number that counts: a row of them for all postings would take megabytes."""


class Kinds:
    """The known accounts by code, each code a kind of account.

    Args:
        codes: What each known account reports.
        postings: The features of the accounts.
        norms: The lengths of the sums of accounts by code, in the order of ``names``, where they were reckoned before.
    """

    def __init__(
        self, codes: Sequence[Sequence[str]], postings: Postings, norms: Sequence[float] | None = None
    ) -> None:
        count = len(codes)
        self.names = tuple(sorted({code for reported in codes for code in reported}))
        self._number = {code: number for number, code in enumerate(self.names)}
        pairs = [
            (place, self._number[code]) for place, reported in enumerate(codes) for code in dict.fromkeys(reported)
        ]
        self._account = np.array([place for place, _ in pairs], dtype=np.intp)
        self._code = np.array([number for _, number in pairs], dtype=np.intp)
        spread = postings.sizes
        self._rarity = np.log(1 + (count - spread + 0.5) / (spread + 0.5))
        self._postings = postings
        often = np.minimum(postings.times, _REPEATED).astype(np.float64)
        # Each squared by itself, as ``alike`` does it: a row of them may differ in the last digit.
        rarity = np.repeat([one**2 for one in self._rarity], spread)
        squares = np.bincount(postings.documents, weights=often * rarity, minlength=count)
        self._lengths = np.sqrt(np.maximum(squares, 1e-12))
        self.norms = self._sums() if norms is None else np.array(norms)

    def _sums(self) -> npt.NDArray[np.float64]:
        """The length of the sum of the accounts of each code."""
        squares = np.zeros(len(self.names))
        belongs: list[list[int]] = [[] for _ in self._lengths]
        for place, number in zip(self._account.tolist(), self._code.tolist(), strict=True):
            belongs[place].append(number)
        for feature, rarity in enumerate(self._rarity):
            own = self._postings.slice(feature)
            documents = self._postings.documents[own]
            said = rarity * self._root(own) / self._lengths[documents]
            sums: dict[int, float] = {}
            for place, weight in zip(documents.tolist(), said.tolist(), strict=True):
                for number in belongs[place]:
                    sums[number] = sums.get(number, 0.0) + weight
            for number, total in sums.items():
                squares[number] += total**2
        return np.sqrt(squares)

    def _root(self, places: slice | npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """The roots of how often the features of some postings stand there."""
        return _ROOTS[np.minimum(self._postings.times[places], _REPEATED)]

    def alike(self, said: Mapping[int, int]) -> dict[str, float]:
        """How like what is said is to the accounts of each code, from 0 to 1.

        Args:
            said: The numbers of features that a text has, and how often.
        """
        numbers = np.fromiter(said, dtype=np.intp, count=len(said))
        rarity = self._rarity[numbers]
        own = np.array([min(often, _REPEATED) ** 0.5 for often in said.values()]) * rarity
        length = 0.0
        for one in own.tolist():
            length += one**2
        if not length:
            return {}
        places, sizes = self._postings.places(numbers)
        cosines = np.bincount(
            self._postings.documents[places],
            weights=np.repeat(own * rarity, sizes) * self._root(places),
            minlength=len(self._lengths),
        )
        cosines = cosines / (self._lengths * length**0.5)
        sums = np.bincount(self._code, weights=cosines[self._account], minlength=len(self.names))
        return dict(zip(self.names, (sums / np.maximum(self.norms, 1e-12)).tolist(), strict=True))
