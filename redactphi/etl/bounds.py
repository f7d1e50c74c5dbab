"""Exact one-sided upper bounds of a share, from how many of a random sample have a property."""

from __future__ import annotations

import math
from fractions import Fraction

CONFIDENCE = 0.95
_STEPS = 200


def share_bound(found: int, drawn: int, confidence: float = CONFIDENCE) -> float:
    """The Clopper-Pearson upper bound: the largest share under which so few would be found with probability 1 - confidence.

    Args:
        found: How many of the sample have the property.
        drawn: The size of the sample.
        confidence: Of the one-sided bound.

    Raises:
        ValueError: The numbers contradict each other.
    """
    _check(found, drawn, drawn)
    if found == drawn:
        return 1.0
    low, high = found / drawn, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if _binomial_tail(found, drawn, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def count_bound(found: int, drawn: int, population: int, confidence: float = CONFIDENCE) -> int:
    """The same bound out of a known number: the most that can have the property, by the hypergeometric distribution.

    Args:
        found: How many of the sample have the property.
        drawn: The size of the sample, drawn without replacement.
        population: How many it was drawn from.
        confidence: Of the one-sided bound.

    Raises:
        ValueError: The numbers contradict each other.
    """
    _check(found, drawn, population)
    doubt = 1 - Fraction(str(confidence))
    low, high = found, population - (drawn - found)
    while low < high:
        middle = (low + high + 1) // 2
        if _draws_at_most(found, drawn, middle, population) > doubt * math.comb(population, drawn):
            low = middle
        else:
            high = middle - 1
    return low


def _check(found: int, drawn: int, population: int) -> None:
    if not 0 <= found <= drawn <= population or drawn == 0:
        raise ValueError(f"found {found}, drawn {drawn}, out of {population}: these contradict each other")


def _binomial_tail(found: int, drawn: int, share: float) -> float:
    """The probability of at most ``found`` among ``drawn``. In logarithms, since large coefficients leave a float."""
    yes, no = math.log(share), math.log1p(-share)
    whole = math.lgamma(drawn + 1)
    return math.fsum(
        math.exp(whole - math.lgamma(i + 1) - math.lgamma(drawn - i + 1) + i * yes + (drawn - i) * no)
        for i in range(found + 1)
    )


def _draws_at_most(found: int, drawn: int, having: int, population: int) -> int:
    """In how many draws at most ``found`` of the ``having`` are; whole numbers, so nothing is rounded."""
    return sum(math.comb(having, i) * math.comb(population - having, drawn - i) for i in range(found + 1))
