"""Operations that nobody names: which known account the account of a note is nearest to.

The known accounts are those of ``data/accounts`` and what the entries of the lexicon say of their own operations. Nearness is
BM25 (Robertson and Zaragoza, *The Probabilistic Relevance Framework*, 2009) over stems of words and the lexicon's atoms.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from detect_icd.coding import cpt, hcpcs
from detect_icd.matchers.accounts_kinds import Kinds
from detect_icd.matchers.accounts_postings import Postings
from detect_icd.matchers.procedures_compiled import account_sources, pack, packed
from detect_icd.matchers.procedures_lexicon import Procedure, read_all
from detect_icd.matchers.procedures_vocabulary import Hit, Vocabulary
from detect_icd.terms import TAG
from redactphi.errors import RuleError

FILE = "accounts.json"

_SATURATION = 1.2
"""BM25's k1: how soon a word said again counts no more."""
_LENGTH = 0.75
"""BM25's b: how far a long account is held against itself."""
_REPEATED = 2
"""How often a word of the note counts at most."""
_LIMIT = 40
_WORD = re.compile(rf"(?P<tag>{TAG})|[a-z][a-z'\u2019-]+", re.IGNORECASE)
"""A word; what redaction wrote in its place says nothing."""
_ENDING = re.compile(r"(?<=...)(?:ing|ed|ion|ly|al|er)$")
_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "to",
        "in",
        "with",
        "was",
        "were",
        "is",
        "are",
        "be",
        "it",
        "its",
        "at",
        "on",
        "for",
        "by",
        "from",
        "then",
        "that",
        "this",
        "we",
        "i",
        "he",
        "she",
        "his",
        "her",
        "my",
        "our",
        "or",
        "which",
        "but",
        "had",
        "has",
        "have",
        "been",
        "being",
        "as",
        "while",
    ]
)


class Account(NamedTuple):
    """How an operation is told.

    Attributes:
        codes: All that is reported of it.
        text: The account, in this project's words.
        source: Where it stands.
    """

    codes: tuple[str, ...]
    text: str
    source: str


class Likeness(NamedTuple):
    """A known account that a note's account is like.

    Attributes:
        codes: What is reported of the known account.
        score: How much the two have in common; unbounded.
        share: Which part that is of all the note's words have to say, from 0 to about 1.
        source: Where the known account stands.
        number: The known account.
    """

    codes: tuple[str, ...]
    score: float
    share: float
    source: str
    number: int


Said = Mapping[int, int]
"""The numbers of features that a text has, and how often."""


class Accounts:
    """Known accounts, and which of them a text is nearest to."""

    def __init__(self, vocabulary: Vocabulary, known: Iterable[Account] = ()) -> None:
        self._vocabulary = vocabulary
        self._features: dict[str, str] = {}
        self._codes: list[tuple[str, ...]] = []
        self._sources: list[str] = []
        found: dict[str, tuple[list[int], list[int]]] = {}
        for number, account in enumerate(known):
            self._codes.append(account.codes)
            self._sources.append(account.source)
            for feature, times in sorted(
                self._counted(account.text, [(0, len(account.text))], vocabulary.scan(account.text)).items()
            ):
                documents, often = found.setdefault(feature, ([], []))
                documents.append(number)
                often.append(times)
        self._file(list(found), Postings.of(list(found.values())))

    def _file(self, features: Sequence[str], postings: Postings, norms: Sequence[float] | None = None) -> None:
        self._known_features = tuple(features)
        self._numbers = {feature: number for number, feature in enumerate(features)}
        self._postings = postings
        count, spread = len(self._codes), postings.sizes
        lengths = np.bincount(postings.documents, weights=postings.times, minlength=count)
        mean = float(lengths.mean()) if count else 1.0
        against = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / mean)
        rarity = np.repeat(np.log(1 + (count - spread + 0.5) / (spread + 0.5)), spread)
        times = postings.times
        self._weights = rarity * times * (_SATURATION + 1) / (times + against[postings.documents])
        self._most = np.maximum.reduceat(self._weights, postings.starts[:-1]).tolist() if count else []
        beside: dict[str, set[str]] = {}
        for codes in self._codes:
            for code in codes[1:] and codes:
                beside.setdefault(code, set()).update(codes)
        self._beside = beside
        self._kinds = Kinds(self._codes, postings, norms)

    def to_packed(self) -> dict[str, Any]:
        """All it knows, for ``from_packed``."""
        return {
            "codes": self._codes,
            "sources": self._sources,
            "features": list(self._numbers),
            "postings": self._postings.to_packed(),
            "norms": [round(norm, 4) for norm in self._kinds.norms.tolist()],
        }

    @classmethod
    def from_packed(cls, vocabulary: Vocabulary, raw: Mapping[str, Any]) -> Accounts:
        """The accounts as they were packed."""
        found = cls(vocabulary)
        found._codes = [tuple(codes) for codes in raw["codes"]]
        found._sources = list(raw["sources"])
        found._file(raw["features"], Postings.from_packed(raw["postings"]), raw["norms"])
        return found

    def __len__(self) -> int:
        return len(self._codes)

    def beside(self, code: str) -> AbstractSet[str]:
        """The codes that some known account reports together with a code."""
        return self._beside.get(code, frozenset())

    def kinds_like(self, said: Said) -> dict[str, float]:
        """How like what is said is to all accounts of each code together, from 0 to 1."""
        return self._kinds.alike(said)

    def said(self, text: str, parts: Iterable[tuple[int, int]], hits: Iterable[Hit]) -> Said:
        """What parts of a text say: the number of each known feature, and how often it stands there.

        Args:
            text: The note.
            parts: Where in it the account stands, as start and end.
            hits: The atoms in these parts.
        """
        counted = self._counted(text, parts, hits)
        numbers = self._numbers
        return {numbers[feature]: times for feature, times in sorted(counted.items()) if feature in numbers}

    def nearest(self, said: Said) -> list[Likeness]:
        """The known accounts that what is said is like, nearest first."""
        places, sizes = self._postings.places(np.fromiter(said, dtype=np.intp, count=len(said)))
        repeated = [min(times, _REPEATED) ** 0.5 for times in said.values()]
        scores = np.bincount(
            self._postings.documents[places],
            weights=np.repeat(repeated, sizes) * self._weights[places],
            minlength=len(self._codes),
        )
        possible = 0.0
        for often, number in zip(repeated, said, strict=True):
            possible += often * self._most[number]
        order = _greatest(scores, _LIMIT)
        return [
            Likeness(
                self._codes[place], float(scores[place]), float(scores[place]) / possible, self._sources[place], place
            )
            for place in order
            if scores[place] > 0
        ]

    def words(self, like: Likeness, said: Said) -> tuple[str, ...]:
        """The features that a known account and what is said have in common, the most telling first."""
        weighed = []
        for number in said:
            own = self._postings.slice(number)
            documents = self._postings.documents[own]
            place = int(np.searchsorted(documents, like.number))
            if place < len(documents) and documents[place] == like.number:
                weighed.append((-float(self._weights[own][place]), self._known_features[number]))
        return tuple(feature for _, feature in sorted(weighed))

    def places(self, text: str, parts: Iterable[tuple[int, int]], hits: Iterable[Hit]) -> dict[str, Hit]:
        """Where parts of a text first have each feature."""
        found: dict[str, Hit] = {}
        for match, feature in self._stems(text, parts):
            found.setdefault(feature, Hit(match.start(), match.end(), feature))
        for hit in hits:
            found.setdefault(f"@{hit.atom}", hit)
        return found

    def _counted(self, text: str, parts: Iterable[tuple[int, int]], hits: Iterable[Hit]) -> Counter[str]:
        counted = Counter(feature for _, feature in self._stems(text, parts))
        counted.update([f"@{hit.atom}" for hit in hits])
        return counted

    def _stems(self, text: str, parts: Iterable[tuple[int, int]]) -> Iterator[tuple[re.Match[str], str]]:
        """The stems of words in parts of a text, where they stand."""
        known = self._features
        for start, end in parts:
            for match in _WORD.finditer(text, start, end):
                if not match.lastgroup:
                    word = match.group()
                    feature = known.get(word)
                    if feature is None:
                        feature = self._feature(word)
                    if feature:
                        yield match, feature

    def _feature(self, word: str) -> str:
        """The feature of a word, remembered; none of a word that says nothing."""
        if len(self._features) > _REMEMBERED:
            self._features.clear()
        found = "" if word.lower() in _STOP else _ENDING.sub("", self._vocabulary.stem(word))
        self._features[word] = found
        return found


_REMEMBERED = 200_000
"""Words of a million notes need a bound."""


def _greatest(scores: npt.NDArray[Any], count: int) -> list[int]:
    """Where the greatest scores are, the greatest first, of equal ones the first."""
    least = np.partition(scores, -count)[-count] if len(scores) > count else -np.inf
    places = np.flatnonzero(scores >= least)
    order: list[int] = places[np.argsort(-scores[places], kind="stable")][:count].tolist()
    return order


def read_accounts() -> Iterator[Account]:
    """The accounts of ``data/accounts``: each line the codes, a tab and the account.

    Raises:
        RuleError: A line is malformed; tells its number.
    """
    for path in account_sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            codes, tab, text = line.partition("\t")
            if not tab or not text or not all(cpt.is_valid(code) or hcpcs.is_valid(code) for code in codes.split()):
                raise RuleError(f"accounts/{path.name}:{number}: codes, a tab, and the account")
            yield Account(tuple(codes.split()), text, f"accounts/{path.name.removesuffix('.tsv')}:{number}")


def _of_lexicon(entries: Iterable[Procedure]) -> Iterator[Account]:
    """What the entries say of their own operations: every way of every step, and the accounts they carry.

    An add-on code is reported of no account alone.
    """
    for entry in entries:
        if entry.add_on_to:
            continue
        source = f"procedures/{entry.specialty}"
        for text in entry.told:
            yield Account((entry.code, *entry.beside), text, source)
        if entry.steps:
            phrases = (*entry.steps, *entry.extent, *entry.told)
            text = " . ".join((entry.name, *(phrase.replace("|", " , ").replace("_", " ") for phrase in phrases)))
            yield Account((entry.code,), text, source)


@functools.lru_cache(maxsize=2)
def accounts(vocabulary: Vocabulary) -> Accounts:
    """All known accounts; as the build packed them, else from their sources."""
    compiled = packed(FILE)
    return Accounts(vocabulary, _known()) if compiled is None else Accounts.from_packed(vocabulary, compiled)


def _known() -> Iterator[Account]:
    yield from read_accounts()
    yield from _of_lexicon(read_all())


def pack_accounts(vocabulary: Vocabulary, path: Path) -> None:
    """Packs all known accounts, read from their sources, for ``accounts``."""
    pack(Accounts(vocabulary, _known()).to_packed(), path)
