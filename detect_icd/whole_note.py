"""What stands anywhere in the note at hand, looked for once however many of its sentences ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from detect_icd.note_memory import of_note

if TYPE_CHECKING:
    from detect_icd.gates import Gate


@of_note(1024)
def anywhere(pattern: re.Pattern[str] | Gate, note: str) -> re.Match[str] | None:
    """The first match of a pattern in a whole note."""
    return pattern.search(note)
