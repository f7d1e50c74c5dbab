"""How a note tells that an operation was not done now: planned, past, attempted, denied."""

from __future__ import annotations

import functools

from detect_icd.assertion import ContextRules
from redactphi.resources import data, read_toml


@functools.cache
def cue_rules() -> ContextRules:
    """The cues for operations: planned, past, attempted, not done."""
    return ContextRules(read_toml(data("detect_icd") / "procedure_context.toml"))
