"""What a second pass over safe notes finds, less what the policy itself wrote or lets stay."""

from __future__ import annotations

import functools
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import regex

from redactphi import resources
from redactphi.etl.finished import SafeNote
from redactphi.labels import PhiLabel
from redactphi.operators import OPERATORS
from redactphi.placeholders import outside, placeholders
from redactphi.policy import KEEP, OperatorSpec, Policy
from redactphi.spans import Span

_UNTOLD = {"surrogate": "surrogates", "shift": "shifted dates", KEEP: "kept by the policy"}
"""Operators that leave what looks like PHI, and what it is."""

_ALIKE = (
    (PhiLabel.NAME, PhiLabel.PROVIDER),
    (PhiLabel.FACILITY, PhiLabel.EMPLOYER, PhiLabel.LOCATION, PhiLabel.ZIP),
    (PhiLabel.PHONE, PhiLabel.FAX),
    (PhiLabel.SSN, PhiLabel.MRN, PhiLabel.HEALTH_PLAN, PhiLabel.ACCOUNT, PhiLabel.LICENSE, PhiLabel.VEHICLE,
     PhiLabel.DEVICE, PhiLabel.ID_OTHER),
)  # fmt: skip
"""Labels whose invented values are taken for one another."""

_PLAIN = OperatorSpec("tag")
_WORD = regex.compile(r"[\p{L}\p{N}](?:.*[\p{L}\p{N}])?", regex.DOTALL)
_TITLE_GAP = regex.compile(r"\.?[ \t]+\[(?:NAME|PROVIDER)\b")
_AFTER_PLACE = regex.compile(r"\[(?:LOCATION|FACILITY|EMPLOYER)[^\[\]]*\],?[ \t]+$")
_AFTER_PERSON = regex.compile(r"\[(?:NAME|PROVIDER)[^\[\]]*\],?[ \t]+$")
_NEAR = 40


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something left in a safe note that looks like PHI. Holds no text.

    Attributes:
        note_id: The id of the note in the output.
        column: Its text column.
        start: First code point in the safe text.
        end: One past the last.
        label: What it looks like.
        score: How sure that is.
        source: The rule or model that says so.
    """

    note_id: str
    column: str
    start: int
    end: int
    label: str
    score: float
    source: str


def not_checkable(policy: Policy) -> dict[str, str]:
    """The labels a second pass can say nothing of, and why.

    Args:
        policy: The one that made the output.
    """
    found = {label: _UNTOLD[spec.operator] for label, spec in policy.operators.items() if spec.operator in _UNTOLD}
    for group in _ALIKE:
        invented = [str(label) for label in group if label in found and policy.spec(label).operator == "surrogate"]
        for label in group:
            if invented and str(label) in policy.operators:
                found.setdefault(str(label), f"surrogates of {', '.join(invented)} look alike")
    return dict(sorted(found.items()))


def second_policy(policy: Policy) -> Policy:
    """A policy that finds what ``policy`` finds, at its thresholds, lets stay what it does, and needs no key and no vault.

    Overlaps are united as they were the first time: a number that was taken for a record number then is one now, and
    not what a weaker rule sees in it.
    """
    may_keep = {KEEP} | {name for name, operator in OPERATORS.items() if operator.may_keep}
    operators = {label: spec if spec.operator in may_keep else _PLAIN for label, spec in policy.operators.items()}
    return replace(policy, operators=operators)


def residue(note: SafeNote, spans: Iterable[Span], untold: Container[str] = ()) -> Iterator[Finding]:
    """What of the spans of a safe note is left over.

    Args:
        note: The safe note.
        spans: What was found in it, in offsets of its text.
        untold: Labels that cannot be checked.
    """
    written = placeholders(note.text)
    for span in spans:
        if span.label in untold:
            continue
        for first, last in outside(span.start, span.end, written):
            word = _WORD.search(note.text, first, last)
            if word and not _may_stay(note.text, *word.span()):
                yield Finding(note.id, note.column, *word.span(), str(span.label), round(span.score, 3), span.source)


def _may_stay(text: str, start: int, end: int) -> bool:
    """Whether this is a title, a credential or a State beside a placeholder.

    A first look takes these together with what they belong to and leaves them; alone they look like names.
    """
    before, word = text[max(0, start - _NEAR) : start], text[start:end].casefold()
    kinds = _kinds()
    if word in kinds["title"] and _TITLE_GAP.match(text, end):
        return True
    if word in kinds["state"] and _AFTER_PLACE.search(before):
        return True
    return word in kinds["credential"] and _AFTER_PERSON.search(before) is not None


@functools.cache
def _kinds() -> Mapping[str, frozenset[str]]:
    lists = {
        "title": ("titles", "clinician_titles", "kin_titles"),
        "state": ("states", "state_codes"),
        "credential": ("credentials",),
    }
    return {
        kind: frozenset(item.casefold().rstrip(".") for name in names for item in resources.terms(name))
        for kind, names in lists.items()
    }
