"""How sure it is that an account tells of an operation, as measured on the known accounts, each read without itself."""

from __future__ import annotations

import math
from collections.abc import Mapping

_BY_ACCOUNT = (2.33, 9.11, 5.28, -5.14)
"""What share of the say, likeness to the kind, lead over all other kinds, and nothing at all speak for a code."""
_BY_STEPS = (4.41, 2.23, -0.72)
"""What likeness to the kind, lead over all other kinds, and nothing at all speak for a code whose steps are stated."""
_BY_NAME = (7.21, 1.33, -1.53)
"""The same for a code that the account names in passing."""

Kinds = Mapping[str, float]
"""How like an account is to those of each code."""

LEAST = 0.45
"""How likely an operation must be right that the account names or states by its steps."""
LEAST_LIKE = 0.5
"""The same of one that the account is only like: of those less likely most are wrong."""
LEAST_IDLE = 0.65
"""The same where the account has no word of anything done."""


def by_account(code: str, share: float, kinds: Kinds) -> float:
    """How likely the code of known accounts is right, from 0 to 1.

    Args:
        code: The code.
        share: Its share of what the nearest accounts say.
        kinds: How like the account is to those of each code.
    """
    own, lead = _likeness(code, kinds)
    of_share, of_own, of_lead, base = _BY_ACCOUNT
    return _logistic(of_share * share + of_own * own + of_lead * lead + base)


def by_words(code: str, kinds: Kinds, *, by_steps: bool) -> float:
    """How likely a code is right whose steps the account states, or whose name it has in passing; from 0 to 1."""
    own, lead = _likeness(code, kinds)
    of_own, of_lead, base = _BY_STEPS if by_steps else _BY_NAME
    return _logistic(of_own * own + of_lead * lead + base)


def _likeness(code: str, kinds: Kinds) -> tuple[float, float]:
    own = kinds.get(code, 0.0)
    return own, own - max((likeness for other, likeness in kinds.items() if other != code), default=0.0)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
