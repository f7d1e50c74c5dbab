"""How sure the model must be of a span that looks like something other than PHI: bounds that the vetoes share."""

from __future__ import annotations

HALF_SURE = 0.72
"""Below this probability a word in small letters that is one slip away from an ordinary one is taken for its misspelling."""

DOUBT = 0.8
"""Below this probability a lone ordinary, capitalised word or eponym is taken for what it usually is."""

SURE = 0.9
"""What a lower-case word in a note written with capitals, an acronym or a brand must reach to be a name."""

ALL_BUT_SURE = 0.985
"""What an ordinary word must reach to be a name where every word has a capital, as at the beginning of a sentence."""
