"""One BLAS thread around our matrix products, and the host's own number again afterwards."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # ships no annotations

_lock = threading.Lock()
_state: dict[str, Any] = {"users": 0, "limit": None}


@functools.cache
def _controller() -> ThreadpoolController:
    # Finding the libraries takes milliseconds; asking and setting them takes microseconds.
    return ThreadpoolController()


@contextmanager
def single_blas_thread() -> Iterator[None]:
    """Run BLAS with one thread while at least one caller is inside.

    The number of threads is one setting per process, so the first caller sets it and the last one restores it.
    """
    with _lock:
        if not _state["users"]:
            _state["limit"] = _controller().limit(limits=1, user_api="blas")
        _state["users"] += 1
    try:
        yield
    finally:
        with _lock:
            _state["users"] -= 1
            if not _state["users"]:
                _state["limit"].restore_original_limits()
                _state["limit"] = None
