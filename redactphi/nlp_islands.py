"""Where the full networks look: around the tokens of which a small one, the gate, cannot say that they are no PHI.

Most tokens of a note are no PHI and far from any. The gate reads all of them; the full networks read the rest, as so many
short texts, and everything else is outside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from redactphi.nlp_weights import Floats

OPEN = 0.08
"""From which probability of being PHI on, as the gate sees it, a token is looked at."""

AROUND = 16
"""So many tokens to each side of it are looked at as well: what the full networks need to judge it."""

Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]


def islands(phi: Floats, inside: Flags) -> Flags:
    """Which tokens the full networks look at.

    Args:
        phi: The probability of being PHI at each token of joined texts, as the gate sees it.
        inside: Whether a token belongs to a text, and not to the gap between two. What is looked at ends with its text.
    """
    hot = np.flatnonzero((phi >= OPEN) & inside)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]])))
    text = np.searchsorted(edges[::2], hot, side="right") - 1
    first = np.maximum(hot - AROUND, edges[::2][text])
    last = np.minimum(hot + AROUND + 1, edges[1::2][text])
    depth = np.bincount(first, minlength=len(phi) + 1) - np.bincount(last, minlength=len(phi) + 1)
    return np.cumsum(depth[:-1]) > 0


def apart(looked_at: Flags, gap: int) -> tuple[Indices, Indices, int]:
    """How islands are laid out by themselves.

    Args:
        looked_at: What `islands` said.
        gap: How many empty rows stand between two islands.

    Returns:
        The tokens of all islands, the row each gets, and how many rows there are.
    """
    tokens = np.flatnonzero(looked_at)
    number = np.cumsum(np.diff(tokens, prepend=tokens[:1]) > 1)
    rows = np.arange(len(tokens)) + gap * number
    return tokens, rows, int(rows[-1]) + 1 + gap if len(rows) else 0
