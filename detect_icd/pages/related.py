"""Which services are done for a diagnosis, and the reverse: by ``procedure_links.toml``, the likeliest first.

Of those of the right kind the likelier share words with the other's name, rare words weighing more.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Iterable, Mapping

from detect_icd.codebook import CodeBook, CodeEntry
from detect_icd.coding import icd10cm
from detect_icd.linkage import SAID_OF_ALL, done_for
from detect_icd.matchers.index import phrase_index
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.pages.records import CodeName
from detect_icd.ranking import ranking
from detect_icd.terms import terms

_CONSIDERED = 400
_NAMED = 3
"""How many codes of a kind a service's page names."""

_PLAIN = frozenset({
    "other", "unspecified", "specified", "elsewhere", "classified", "encounter", "initial", "subsequent", "closed", "open",
    "first", "each", "further", "more", "less", "part", "cm", "sq", "mm", "minutes", "laparoscopic", "without", "with",
})  # fmt: skip


def words(*texts: str) -> frozenset[str]:
    """What tells something in texts: their words without those that are said of everything."""
    tokens = terms().tokens(". ".join(texts))
    return frozenset(atom for token in tokens for atom in token.atoms if atom.isalpha()) - SAID_OF_ALL - _PLAIN


def procedures_for(entry: CodeEntry) -> tuple[CodeName, ...]:
    """The services in use that are done for a diagnosis, likeliest first; ``why`` names the words they share."""
    key = icd10cm.compact(entry.code)
    tied: dict[str, int] = {}
    for length in range(1, len(key) + 1):
        tied |= dict.fromkeys(_by_prefix().get(key[:length], ()), length)
    said, named, weights = words(entry.title, *entry.inclusion_terms), _named(), _weights()

    def shared(code: str) -> float:
        return sum(weights[word] for word in named[code] & said)

    best = sorted(tied, key=lambda code: (-shared(code), -tied[code], code))
    return tuple(CodeName(code, by_code()[code][0].name, why=_why(named[code] & said)) for code in best)


def diagnoses_for(code: str, names: Iterable[str], book: CodeBook) -> tuple[CodeName, ...]:
    """What a service is done for: each kind of diagnosis, and below it the codes of it that share words with the name.

    Kinds that have such codes come first.

    Args:
        code: The service.
        names: What it is called.
        book: The release to read titles from.
    """
    kinds = tuple(dict.fromkeys(done_for(code)))
    said, rank = words(*names), ranking(phrase_index())
    shared: dict[str, dict[CodeEntry, frozenset[str]]] = {kind: {} for kind in kinds}
    for phrase in rank.best(sorted(said), _CONSIDERED) if kinds else ():
        kind = max((kind for kind in kinds if icd10cm.compact(phrase.code).startswith(kind)), key=len, default=None)
        entry = book.get(phrase.code) if kind is not None else None
        if kind is not None and entry is not None and entry.billable:
            shared[kind].setdefault(entry, phrase.atoms & said)

    def weight(of: CodeEntry, kind: str) -> float:
        return sum(map(rank.weight, shared[kind][of]))

    found = []
    for kind in sorted(kinds, key=lambda kind: not shared[kind]):
        heading = _kind(kind, book, shared[kind])
        likely = sorted(shared[kind], key=lambda entry: (-weight(entry, kind), entry.code))
        codes = (CodeName(entry.code, entry.title, why=_why(shared[kind][entry])) for entry in likely[:_NAMED])
        found += [heading, *(each for each in codes if each.code != heading.code)]
    return tuple(found)


def _kind(prefix: str, book: CodeBook, shared: Mapping[CodeEntry, frozenset[str]]) -> CodeName:
    entry = book.get(prefix)
    if entry is None:
        return CodeName(f"{prefix}…", f"codes that begin with {prefix}", billable=False, why="kind")
    return CodeName(entry.code, entry.title, entry.billable, _why(shared.get(entry, frozenset())) or "kind")


def _why(shared: frozenset[str]) -> str:
    return f"words in common: {', '.join(sorted(shared))}" if shared else ""


@functools.cache
def _by_prefix() -> Mapping[str, tuple[str, ...]]:
    """The services in use that are done for diagnoses which begin so."""
    found: dict[str, list[str]] = {}
    for code, entries in by_code().items():
        if entries[0].valid_on(None):
            for prefix in done_for(code):
                found.setdefault(prefix, []).append(code)
    return {prefix: tuple(codes) for prefix, codes in found.items()}


@functools.cache
def _named() -> Mapping[str, frozenset[str]]:
    """The words of what each service is called."""
    return {code: words(entries[0].name, *entries[0].names[:1]) for code, entries in by_code().items()}


@functools.cache
def _weights() -> Mapping[str, float]:
    """What a word tells: more for one that few services have."""
    named = _named()
    return {word: math.log(len(named) / times) for word, times in Counter(w for s in named.values() for w in s).items()}
