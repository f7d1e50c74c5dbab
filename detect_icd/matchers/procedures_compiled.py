"""The procedure lexicon and its accounts as the build packs them: reading these costs a fraction of compiling the sources.

What is packed tells what it was made from; where that has changed since, the lexicon is read from its sources.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from redactphi.resources import data

FILE = "procedures.json"
"""Words and phrases; the entries themselves are beside them, and either is read once."""
ENTRIES = "lexicon.json"
_READERS = (
    *(f"matchers/procedures_{name}.py" for name in ("vocabulary", "phrases", "lexicon", "index")),
    *(f"matchers/accounts{name}.py" for name in ("", "_kinds", "_postings")),
    "terms.py",
)
"""Modules of which a change may make something else of the same sources."""


def sources() -> list[Traversable]:
    """The files of the lexicon, one a field, by name."""
    return _named("procedures", ".toml")


def account_sources() -> list[Traversable]:
    """The files of accounts, by name."""
    return _named("accounts", ".tsv")


def _named(folder: str, ending: str) -> list[Traversable]:
    found = (data("detect_icd") / folder).iterdir()
    return sorted((path for path in found if path.name.endswith(ending)), key=lambda path: path.name)


def fingerprint() -> str:
    """Of everything that the packed lexicon and accounts are made from."""
    digest = hashlib.sha256()
    readers = (files("detect_icd").joinpath(*name.split("/")) for name in _READERS)
    for path in (*sources(), *account_sources(), data("detect_icd") / "procedure_words.toml", *readers):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def packed(name: str) -> Mapping[str, Any] | None:
    """What the build packed in a file; None where there is nothing, or its sources have changed since."""
    path = data("detect_icd") / "compiled" / name
    if not path.is_file():
        return None
    with path.open("rb") as file:
        found: Mapping[str, Any] = json.load(file)
    return found if found.get("fingerprint") == fingerprint() else None


def pack(content: Mapping[str, Any], path: Path) -> None:
    """Writes what is packed, with what it was made from."""
    path.write_text(json.dumps({"fingerprint": fingerprint(), **content}, separators=(",", ":")), encoding="utf-8")
