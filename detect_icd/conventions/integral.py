"""I.B.5: signs and symptoms that a diagnosis on the same note accounts for are not reported beside it."""

from __future__ import annotations

from collections.abc import Sequence

from detect_icd.candidates import Candidate
from detect_icd.conventions.docket import Docket, is_history, starts
from detect_icd.guideline_rules import Suppression


def drop_integral(docket: Docket, suppressions: Sequence[Suppression]) -> None:
    """Drops what is integral to another diagnosis, unless the note says they are unrelated."""
    for candidate in docket.diagnoses():
        if is_history(candidate):
            continue
        for rule in suppressions:
            cause = _cause(docket, candidate, rule)
            if cause is not None:
                docket.drop(candidate, f"{rule.section}: {rule.why} {cause.coding.code}")
                break


def _cause(docket: Docket, candidate: Candidate, rule: Suppression) -> Candidate | None:
    if not starts(candidate, rule.symptoms):
        return None
    return next(
        (
            other
            for other in docket.active()
            if other is not candidate
            and starts(other, rule.diagnoses)
            and not starts(other, rule.symptoms)
            and not docket.note.unlinked(candidate, other)
        ),
        None,
    )
