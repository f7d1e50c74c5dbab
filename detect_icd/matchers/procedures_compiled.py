"""The procedure lexicon as the build packs it: reading it costs a process a fraction of reading and compiling its sources.

What is packed tells what it was made from; where that has changed since, the lexicon is read from its sources.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from redactphi.resources import data

FILE = "procedures.json"
_READERS = (*(f"matchers/procedures_{name}.py" for name in ("scan", "phrases", "lexicon", "index")), "terms.py")
"""Modules of which a change may make something else of the same sources."""


def sources() -> list[Traversable]:
    """The files of the lexicon, one a field, by name."""
    folder = data("detect_icd") / "procedures"
    return sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)


def fingerprint() -> str:
    """Of everything that the packed lexicon is made from."""
    digest = hashlib.sha256()
    readers = (files("detect_icd").joinpath(*name.split("/")) for name in _READERS)
    for path in (*sources(), data("detect_icd") / "procedure_words.toml", *readers):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@functools.cache
def packed() -> Mapping[str, Any] | None:
    """What the build packed; None where there is nothing, or its sources have changed since."""
    path = data("detect_icd") / "compiled" / FILE
    if not path.is_file():
        return None
    with path.open("rb") as file:
        found: Mapping[str, Any] = json.load(file)
    return found if found.get("fingerprint") == fingerprint() else None


def pack(content: Mapping[str, Any], path: Path) -> None:
    """Writes what is packed, with what it was made from."""
    path.write_text(json.dumps({"fingerprint": fingerprint(), **content}, separators=(",", ":")), encoding="utf-8")
