"""Cite: what a reader of a file calls to say where a record stands."""

from __future__ import annotations

from collections.abc import Callable

from detect_icd.service_records import Citation

Cite = Callable[[int], Citation]
"""The citation of a line."""
