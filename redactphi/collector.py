"""The garbage collector, kept from running where many objects are made at once and no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector from running.

    Collections amid a batch or a load take its objects for lasting, and soon make the collector walk every term list
    again and again: a twentieth of the whole time of a batch, a third of that of loading what detection needs.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
