"""What a policy may tell an operator: a parameter that no operator reads is a slip, never passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presidio_anonymizer.entities import InvalidParamError

_CALLERS = frozenset({"label", "context", "entity_type"})
"""What the rewriter and Presidio's own engine add."""


def check_parameters(params: Mapping[str, Any] | None, *names: str) -> None:
    """Refuse parameters other than ``names``.

    Raises:
        InvalidParamError: There is another; the message lists the valid ones.
    """
    if unknown := sorted(set(params or ()) - _CALLERS - set(names)):
        raise InvalidParamError(f"unknown parameter {unknown[0]!r}; valid: {', '.join(names) or 'none'}")
