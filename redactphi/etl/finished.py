"""A finished run, read back: its manifest, the files it lists, and the safe notes in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from redactphi.errors import DataError
from redactphi.etl.columns import NOTE_ID
from redactphi.etl.manifest import MANIFEST_VERSION
from redactphi.etl.readers import Source, open_source
from redactphi.etl.records import Record, Rejected
from redactphi.policy import OperatorSpec, Policy

_NEEDED: dict[str, tuple[str, ...]] = {
    "policy": ("has_terms", "sha256"), "versions": (), "output": ("format", "file", "encoding", "delimiter", "quote"),
    "columns": ("redacted", "kept_not_examined", "id"), "rows": ("out",), "notes": ("redacted", "empty", "withheld"),
    "withheld_by_reason": (), "files_sha256": (),
}  # fmt: skip
_TEXT_FILE = ".txt"


@dataclass(frozen=True, slots=True)
class SafeNote:
    """One redacted text of an output.

    Attributes:
        id: The id of its row.
        column: Its text column.
        text: The safe text.
    """

    id: str
    column: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRun:
    """A manifest and the output it speaks of.

    Attributes:
        manifest: The manifest's content.
        manifest_path: Where it is.
        sha256: Of the manifest's file.
        root: The folder its file names start from.
        scope: The file or folder below ``root`` that is looked at; empty for all of it.
    """

    manifest: Mapping[str, Any] = field(repr=False)
    manifest_path: Path
    sha256: str
    root: Path
    scope: str = ""

    @classmethod
    def open(cls, manifest: Path, output: Path) -> Self:
        """The run of a manifest.

        Args:
            manifest: The manifest's file.
            output: The folder of the output, or one file or folder in it.

        Raises:
            DataError: Either does not exist, or the manifest cannot be read as one.
        """
        content = _content(manifest)
        if not output.exists():
            raise DataError(f"no such file: {output.name}")
        home, place = manifest.resolve().parent, output.resolve()
        if place != home and place.is_relative_to(home):
            root, scope = home, place.relative_to(home).as_posix()
        else:
            root, scope = (place, "") if place.is_dir() else (place.parent, place.name)
        return cls(
            manifest=_parsed(content, manifest.name),
            manifest_path=manifest,
            sha256=hashlib.sha256(content).hexdigest(),
            root=root,
            scope=scope,
        )

    def covers(self, name: str) -> bool:
        """Whether a file lies in what is looked at. A compressed file stands for the one it was made from."""
        scope = self.scope.removesuffix(".gz")
        return not scope or name == scope or name.startswith(f"{scope}/")

    def find(self, name: str) -> Path | None:
        """Where a file or folder of the output is, compressed or not; None if it is missing."""
        places = (self.root / name, self.root / f"{name}.gz")
        return next((path for path in places if path.exists()), None)

    def policy(self) -> Policy:
        """The policy the manifest describes, as it was when the output was made; without terms of its own."""
        return policy_of(self.manifest["policy"], self.manifest_path.name)

    @property
    def columns(self) -> tuple[str, ...]:
        """The redacted text columns."""
        return tuple(self.manifest["columns"]["redacted"])

    @property
    def notes_file(self) -> str:
        """The name of the file, or folder, of the notes."""
        return str(self.manifest["output"]["file"])

    def open_notes(self) -> Source | None:
        """The redacted rows; None where there are none.

        Raises:
            DataError: They cannot be read.
        """
        path = self.find(self.notes_file)
        if path is None or _is_empty(path):
            return None
        form = self.manifest["output"]
        return open_source(
            path,
            encoding=form["encoding"] or "utf-8",
            delimiter=form["delimiter"],
            quote=form["quote"],
            escape=form.get("escape"),
        )

    def rows(self, source: Source) -> Iterator[list[SafeNote | None] | Rejected]:
        """The notes of each row, one a text column; None where there is no text.

        Raises:
            DataError: A text column is not there, or the file cannot be read.
        """
        if missing := [name for name in self.columns if name not in source.columns and source.format != "jsonl"]:
            raise DataError(f"{source.name}: no column {missing[0]!r}")
        for item in source.records():
            yield item if isinstance(item, Rejected) else self._notes(item, source.columns)

    def _notes(self, record: Record, names: tuple[str, ...]) -> list[SafeNote | None]:
        cells = dict(zip(names, record.cells, strict=True))
        id_column = self.manifest["columns"]["id"]["column"]
        named = cells.get(id_column or NOTE_ID) or cells.get("file")
        id = "" if named is None else str(named.value)
        if (
            self.manifest["output"]["format"] == "txt"
            and id_column not in self.manifest["columns"]["kept_not_examined"]
        ):
            id = id.removesuffix(_TEXT_FILE)
        found = [(column, cells.get(column)) for column in self.columns]
        return [
            None if cell is None or cell.is_no_text else SafeNote(id, column, str(cell.value)) for column, cell in found
        ]


def policy_of(described: Mapping[str, Any], name: str) -> Policy:
    """The policy that a manifest describes.

    Raises:
        DataError: The description is none.
    """
    try:
        return Policy(
            name=described["name"],
            version=described["version"],
            description=described["description"],
            departures=tuple(described["departures_from_safe_harbor"]),
            choices=tuple(described["choices"]),
            operators={label: _spec(entry) for label, entry in described["operators"].items()},
            thresholds=dict(described["thresholds"]),
        )
    except (KeyError, TypeError, AttributeError):
        raise DataError(f"{name}: its policy cannot be read") from None


def _spec(entry: Mapping[str, Any]) -> OperatorSpec:
    return OperatorSpec(entry["operator"], {key: value for key, value in entry.items() if key != "operator"})


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise DataError(f"no such file: {path.name}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path.name}: {error.strerror or type(error).__name__}") from None


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise DataError(f"{name}: not valid JSON") from None
    if not isinstance(found, dict) or "manifest_version" not in found:
        raise DataError(f"{name}: not the manifest of a batch")
    if found["manifest_version"] != MANIFEST_VERSION:
        raise DataError(f"{name}: a manifest of another version; this redactphi reads version {MANIFEST_VERSION}")
    if missing := [key for key, inner in _NEEDED.items() if not _holds(found.get(key), inner)]:
        raise DataError(f"{name}: lacks {', '.join(missing)}")
    return found


def _holds(section: object, names: tuple[str, ...]) -> bool:
    return isinstance(section, dict) and section.keys() >= set(names)


def _is_empty(path: Path) -> bool:
    if path.is_dir():
        return not any(path.rglob("*.[tT][xX][tT]*"))
    return path.stat().st_size == 0
