"""Says in words why each code is reported, why others are not, and what the clinician should be asked."""

from __future__ import annotations

from collections.abc import Iterator

from detect_icd.candidates import Candidate, Detection
from redactphi.spans import Span

_RULES = {
    "dictionary/synonym": "a word or phrase of the lexicon",
    "dictionary/title": "the words of its title",
    "dictionary/inclusion": "the words of an inclusion term",
    "dictionary/vague-title": "the words of its title, which leaves something unspecified",
    "dictionary/vague-inclusion": "the words of an inclusion term, which leaves something unspecified",
    "dictionary/index": "a path of the Alphabetic Index",
    "dictionary/external": "a path of the Index of External Causes",
    "dictionary/table": "a line of the Table of Neoplasms or of Drugs",
    "dictionary/general": "a word that names a kind of finding",
    "dictionary/eponym": "the name of its eponym, standing alone",
    "completion/words": "completed by the words around it",
    "completion/other-side": "what the sentence goes on to say of the other side",
    "completion/side-of-part": "the side the note names with the same part of the body",
}


def explain(detection: Detection, text: str) -> Iterator[str]:
    """Lines for a reader: every reported code, every dropped one, every question.

    Args:
        detection: What was found.
        text: The text it was found in; the lines quote it.
    """
    yield "Reported, in sequence:"
    for candidate in detection.reported:
        yield from _explained(candidate, text)
    if not detection.reported:
        yield "  nothing"
    if detection.dropped:
        yield "Not reported:"
    for dropped in detection.dropped:
        yield from _explained(dropped.candidate, text)
        yield f"      dropped by  {dropped.why}"
    if detection.warnings:
        yield "To ask or check:"
    for warning in detection.warnings:
        yield f"  {warning}"


def _explained(candidate: Candidate, text: str) -> Iterator[str]:
    code = "-".join((candidate.coding.code, *candidate.modifiers))
    units = f" x{candidate.units}" if candidate.units > 1 else ""
    yield f"  {code}{units}  {candidate.coding.display}"
    section = f", section {candidate.section.replace('_', ' ')}" if candidate.section else ""
    yield f"      status      {candidate.status}{section}, score {candidate.score:.2f}"
    for span in candidate.evidence:
        yield f"      {span.label:<11} {_quoted(span, text)} at {span.start}-{span.end}"
    if candidate.supports:
        yield f"      done for    {', '.join(candidate.supports)}"
    for rule in candidate.rules:
        yield f"      rule        {rule}{f': {_RULES[rule]}' if rule in _RULES else ''}"


def _quoted(span: Span, text: str) -> str:
    return '"' + " ".join(text[span.start : span.end].split()) + '"'
