"""What stands right after the words of an encounter and makes none of it: what a blood test showed, vaccines had long ago."""

from __future__ import annotations

import re

_AFTER = tuple(
    (codes, re.compile(rf"(?:{pattern})", re.IGNORECASE))
    for codes, pattern in (
        (
            ("Z11", "Z131"),
            r"\s+(?:(?:is|was|were|came back|returned) )?(?:negative|neg|normal|non-?reactive)\b(?! (?:for|of)\b)",
        ),
        (
            ("Z23",),
            r":?\s+(?:(?:are|is|were|status|history|records?) )*(?:up[- ]to[- ]date|utd|current|complete|reviewed|declined|refused|deferred)\b",
        ),
    )
)


def is_told_of(code: str, text: str, end: int) -> bool:
    """Whether an encounter's words are only told of.

    Args:
        code: Its code, without a dot.
        text: The note.
        end: One past where the words end.
    """
    return any(code.startswith(codes) and pattern.match(text, end) is not None for codes, pattern in _AFTER)
