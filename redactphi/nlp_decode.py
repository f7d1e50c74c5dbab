"""From tag probabilities to labelled runs of tokens.

What is PHI is decided by a threshold on the probability of not being outside, because that is what a missed identifier
hangs on; which label it has is decided afterwards, by the best BIO path within each run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redactphi.nlp_weights import Floats

_GLUED = 0.1
_BRIDGE = 0.2
_FALSE = np.zeros(1, np.bool_)
_LONGEST = 64
"""Tokens of the longest path; longer runs are no identifiers, and are cut to bound the work."""

Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Labelled runs of tokens, in order.

    Attributes:
        first: First token of each.
        last: Last token of each, inclusive.
        label: Number of its label.
        score: Its mean probability of being PHI.
    """

    first: Indices
    last: Indices
    label: Indices
    score: Floats


def decode(probabilities: Floats, words: Flags, glued: Flags, threshold: float) -> Runs:
    """The runs of tokens that are PHI.

    Args:
        probabilities: Of shape (tokens, tags): outside, then beginning and inside of each label.
        words: Whether a token is letters or digits. Runs begin and end with such a token.
        glued: Whether nothing stands between a token and the next.
        threshold: From which probability on a token is PHI.
    """
    phi = np.float32(1) - probabilities[:, 0]
    hot = _spread(phi, phi >= threshold, words, glued)
    edges = np.flatnonzero(np.diff(np.concatenate([_FALSE, hot, _FALSE])))
    starts, stops = edges[::2], edges[1::2]
    if not len(starts):
        none = np.zeros(0, np.int64)
        return Runs(none, none, none, np.zeros(0, np.float32))
    tokens = np.flatnonzero(hot)
    sizes = _at_most(stops - starts, _LONGEST)
    labels, begins = _best_paths(np.log(probabilities[tokens, 1:] + np.float32(1e-12)), sizes)
    return _trimmed(tokens, np.flatnonzero(begins), labels, words, phi)


def _spread(phi: Floats, hot: Flags, words: Flags, glued: Flags) -> Flags:
    """Also take in the rest of a mixed word such as ``AB12C``, and a mark between two parts of one identifier."""
    if not hot.any() or len(hot) < 3:  # noqa: PLR2004
        return hot
    joined = glued[:-1] & words[:-1] & words[1:]
    likely = (phi >= _GLUED) & words
    for _ in range(2):
        hot = hot.copy()
        hot[1:] |= hot[:-1] & joined & likely[1:]
        hot[:-1] |= hot[1:] & joined & likely[:-1]
    between = hot[:-2] & hot[2:] & ~words[1:-1] & (phi[1:-1] >= _BRIDGE)
    hot[1:-1] |= between
    return hot


def _at_most(sizes: Indices, longest: int) -> Indices:
    if sizes.max() <= longest:
        return sizes
    counts = -(-sizes // longest)
    cut = np.full(int(counts.sum()), longest, np.int64)
    cut[np.cumsum(counts) - 1] = sizes - (counts - 1) * longest
    return cut


def _best_paths(scores: Floats, sizes: Indices) -> tuple[Indices, Flags]:
    """The best path of each run; an inside tag may only follow a tag of its label or open a run.

    Where the best tag of every token already makes such a path, it is the best path. The rest goes through Viterbi.

    Args:
        scores: Log probabilities of shape (tokens of all runs, 2 * labels).
        sizes: Tokens of each run.

    Returns:
        The label of each token, and whether a new span begins at it.
    """
    best = scores.argmax(axis=1)
    labels, inside = best >> 1, (best & 1).astype(np.bool_)
    starts = np.cumsum(sizes) - sizes
    inside[starts] = False
    broken = inside.copy()
    broken[1:] &= labels[1:] != labels[:-1]
    if broken.any():
        runs = np.flatnonzero(np.add.reduceat(broken, starts, dtype=np.int64))
        tokens = np.concatenate([np.arange(starts[run], starts[run] + sizes[run]) for run in runs.tolist()])
        labels[tokens], begins = _viterbi(scores[tokens], sizes[runs])
        inside[tokens] = ~begins
    return labels, ~inside


def _viterbi(scores: Floats, sizes: Indices) -> tuple[Indices, Flags]:
    """The best paths of several runs at once.

    Args:
        scores: Log probabilities of shape (tokens of all runs, 2 * labels).
        sizes: Tokens of each run.

    Returns:
        The label of each token, and whether a new span begins at it.
    """
    order = np.argsort(-sizes, kind="stable")
    sorted_sizes = sizes[order]
    offsets = (np.cumsum(sizes) - sizes)[order]
    begin, inside = scores[:, 0::2], scores[:, 1::2]
    is_inside, previous = [], []
    here_b, here_i = begin[offsets], inside[offsets]
    active = len(offsets)
    best = np.maximum(here_b, here_i)
    final = np.zeros(len(offsets), np.int64)
    for step in range(1, int(sorted_sizes[0])):
        is_inside.append(here_i > here_b)
        still = int(np.searchsorted(-sorted_sizes, -step, side="left"))
        final[still:active] = best[still:active].argmax(axis=1)
        active = still
        choice = best[:active].argmax(axis=1)
        previous.append(choice)
        at = offsets[:active] + step
        here_b = best[np.arange(active), choice][:, None] + begin[at]
        here_i = best[:active] + inside[at]
        best = np.maximum(here_b, here_i)
    is_inside.append(here_i > here_b)
    final[:active] = best[:active].argmax(axis=1)
    return _trace_back(final, is_inside, previous, offsets, len(scores))


def _trace_back(
    final: Indices, is_inside: list[Flags], previous: list[Indices], offsets: Indices, count: int
) -> tuple[Indices, Flags]:
    labels = np.zeros(count, np.int64)
    begins = np.zeros(count, np.bool_)
    label = final
    for step in range(len(is_inside) - 1, -1, -1):
        active = len(is_inside[step])
        rows = np.arange(active)
        at = offsets[:active] + step
        labels[at] = label[:active]
        begin = ~is_inside[step][rows, label[:active]]
        begins[at] = begin | (step == 0)
        if step:
            label = label.copy()
            label[:active] = np.where(begin, previous[step - 1], label[:active])
    return labels, begins


def _trimmed(tokens: Indices, firsts: Indices, labels: Indices, words: Flags, phi: Floats) -> Runs:
    """The runs without punctuation and blanks at their ends; those of nothing else are dropped."""
    segment = np.zeros(len(tokens), np.int64)
    segment[firsts[1:]] = 1
    segment = np.cumsum(segment)
    kept = np.flatnonzero(words[tokens])
    of = segment[kept]
    opens = np.flatnonzero(np.diff(of, prepend=-1))
    closes = np.append(opens[1:], len(of))[: len(opens)] - 1
    totals = np.add.reduceat(phi[tokens[kept]], opens) if len(opens) else np.zeros(0, np.float32)
    score = (totals / (closes - opens + 1)).astype(np.float32)
    return Runs(tokens[kept[opens]], tokens[kept[closes]], labels[kept[opens]], score)
