"""What decides the bytes of an output, by what to call it: a run that was stopped goes on only where all of it is the same."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from redactphi.errors import DataError
from redactphi.etl.options import BatchOptions
from redactphi.etl.readers import Source
from redactphi.etl.workers import Engine
from redactphi.keys import SecretKey

_BLOCK = 1 << 20


def facts_of(options: BatchOptions, source: Source, engine: Engine, versions: Mapping[str, str]) -> dict[str, Any]:
    """The facts of a run, as plain data.

    Raises:
        DataError: The input cannot be read.
    """
    redactor = engine.redactor
    key = SecretKey.load(options.key_file) if "key" in getattr(redactor, "needs", ()) else None
    facts = {
        "the input": _content(options.source),
        "the way the input is read": [
            source.format, options.encoding, options.delimiter, options.quote, options.escape, options.limit
        ],
        "the choice of columns": asdict(options.columns),
        "the policy": redactor.policy.sha256,
        "the key": key.digest("batch/facts").hex() if key else None,
        "the vault": str(options.vault.resolve()) if options.vault else None,
        "redactphi, its rules or its model": dict(versions),
        "--stage": list(options.stages),
        "--format": options.format,
        "the place of --id-map or --rejected": [
            str(path.resolve()) if path else None for path in (options.id_map, options.rejected_path)
        ],
    }  # fmt: skip
    plain: dict[str, Any] = json.loads(json.dumps(facts))
    return plain


def _content(path: Path) -> str:
    """The hash of a file, or of the names and contents in a folder."""
    digest = hashlib.sha256()
    try:
        if path.is_file():
            _add(digest, path)
            return digest.hexdigest()
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                file = Path(folder, name)
                digest.update(f"{os.fsencode(file.relative_to(path))!r} {file.stat().st_size}\n".encode())
                _add(digest, file)
    except OSError as error:
        raise DataError(f"{path.name}: {error.strerror or type(error).__name__}") from None
    return digest.hexdigest()


def _add(digest: Any, path: Path) -> None:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
