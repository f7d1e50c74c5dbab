"""Whole notes by other hands whose PHI is marked: surrogates take its place, so that one note becomes as many as are asked for.

The notes are the synthetic ones of ``fixtures/gold``, but for the sets that only measure.
"""

from __future__ import annotations

import functools
import hashlib
import random
from pathlib import Path

from models.training.raw import Split, split_of
from models.training.slots import Example
from redactphi.document import Document
from redactphi.evaluation import read_gold
from redactphi.keys import SecretKey
from redactphi.operators import OPERATORS
from redactphi.patient import Patient
from redactphi.policy import Policy
from redactphi.rewrite import Rewriter
from redactphi.spans import Span

GOLD = Path(__file__).resolve().parents[2] / "fixtures" / "gold"
SETS = (
    "second_hand", "held_out_ann", "held_out_bo", "held_out_cy", "held_out_dee", "held_out_eve", "held_out_fay", "held_out_gus",
    "held_out_hal", "held_out_ida", "held_out_jon", "held_out_kit", "held_out_lou", "held_out_mia", "held_out_oli", "held_out_pam", "held_out_quin",
    "held_out_rex", "held_out_sam", "held_out_ned", "held_out_una", "held_out_abe", "held_out_bea", "held_out_cal", "held_out_dot",
    "held_out_eli", "held_out_fern", "held_out_gil", "held_out_hana", "held_out_vic", "held_out_wes", "held_out_zoe", "held_out_uma", "held_out_ray",
    "held_out_leo", "held_out_ben", "held_out_joy", "held_out_ivy", "held_out_dov", "held_out_rue", "held_out_sal", "held_out_ute", "held_out_pia",
    "held_out_quy", "held_out_rio", "held_out_sky", "held_out_tao", "held_out_ada", "held_out_bix",
)  # fmt: skip
"""Sets whose notes are trained on; all others measure."""

_POLICY = "surrogate_shifted"
_KEYS = 4
"""How many ways the names are replaced: a key orders all lists of names anew, and the surrogates of so many are kept."""
_PLACES = frozenset({"FACILITY", "EMPLOYER", "LOCATION", "ZIP"})
_KEEPS_PLACES = 0.5


@functools.cache
def _notes(split: Split) -> tuple[tuple[str, str, tuple[Span, ...]], ...]:
    return tuple(
        (document.id, document.text, tuple(sorted(document.spans)))
        for name in SETS
        for document in read_gold(GOLD / f"{name}.phi.jsonl", None)
        if split_of(f"marked:{name}:{document.id}") == split
    )


@functools.cache
def _rewriter(number: int) -> Rewriter:
    return Rewriter(
        Policy.load(_POLICY), OPERATORS, key=SecretKey(hashlib.sha256(f"marked:{number}".encode()).digest())
    )


def marked(rng: random.Random, split: Split, id: str) -> Example:
    """One of the notes with other people, places, numbers and days.

    What has no surrogate (a date that cannot be moved) stays as its author wrote it: nobody's PHI is in these notes.
    """
    _, text, spans = rng.choice(_notes(split))
    document = Document(id, text, Patient(id=id))
    done = _rewriter(rng.randrange(_KEYS)).rewrite(document, spans)
    new = dict(zip(done.spans, done.offsets.new, strict=True))
    # Surrogates keep no kinds of place: half of the copies have the places their authors thought of.
    kept = _PLACES if rng.random() < _KEEPS_PLACES else frozenset()
    parts: list[str] = []
    found: list[tuple[int, int, str]] = []
    length = position = 0
    for span in spans:
        written = text[span.start : span.end]
        if span in new and span.label not in kept:
            start, end = new[span]
            written = written if done.text[start:end].startswith("[") else done.text[start:end]
        before = text[position : span.start]
        start = length + len(before)
        length = start + len(written)
        parts += [before, written]
        found.append((start, length, str(span.label)))
        position = span.end
    return Example(id, "".join((*parts, text[position:])), tuple(found), "marked", split)
