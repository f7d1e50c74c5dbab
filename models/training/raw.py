"""Reads the raw notes beside the checkout, each in its split. They are never committed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Split = Literal["train", "dev", "test"]
FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "phi" / "raw"


@dataclass(frozen=True, slots=True)
class RawNote:
    """One note as published. Its text stays out of ``repr``.

    Attributes:
        id: The corpus's own id.
        corpus: The file it came from.
        text: The note.
        split: Decided by the id alone.
        meta: The corpus's own fields.
    """

    id: str
    corpus: str
    text: str = field(repr=False)
    split: Split
    meta: Mapping[str, Any] = field(repr=False)


def bucket(key: str, size: int = 100) -> int:
    """A stable number below ``size`` for a text: the same on any machine, unlike ``hash``."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") % size


def split_of(key: str) -> Split:
    """The split a note id or layout family belongs to: about 80 % train, 10 % dev, 10 % test."""
    number = bucket("split:" + key)
    return "train" if number < 80 else "dev" if number < 90 else "test"  # noqa: PLR2004


def raw_notes(folder: Path = FOLDER) -> Iterator[RawNote]:
    """All raw notes in the order of file names and lines; none where the folder is absent."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield RawNote(row["id"], path.stem, row["text"], split_of(row["id"]), row.get("meta", {}))


def sex_of(text: str) -> str:
    """What a note's pronouns and titles say about the patient."""
    men = len(re.findall(r"\b(?:he|his|him|male|man|gentleman|Mr)\b", text, re.IGNORECASE))
    women = len(re.findall(r"\b(?:she|her|hers|female|woman|lady|Mrs|Ms)\b", text, re.IGNORECASE))
    return "" if max(men, women) < 2 or 0.5 < men / (women + 0.01) < 2 else "m" if men > women else "f"  # noqa: PLR2004
