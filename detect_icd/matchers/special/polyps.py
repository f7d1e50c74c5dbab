"""Where a polyp is whose histology the note tells later: "6 mm polyp, ascending; path tubular adenoma"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_POLYP = re.compile(r"\bpolyps?\b[^.\n]{0,40}", re.IGNORECASE)


def told_before(note: str, end: int, bowel: Sequence[tuple[str, re.Pattern[str]]]) -> list[str]:
    """The one place of a polyp that the note tells before its histology."""
    found = {code for match in _POLYP.finditer(note, 0, end) for code, words in bowel if words.search(match.group())}
    return list(found) if len(found) == 1 else []
