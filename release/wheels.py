"""Reads a folder of wheels: names, versions, hashes, metadata, and whether it holds all that its wheels need."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from release import WheelhouseError
from release.licences import licence_of
from release.target import Target


class IncompleteError(WheelhouseError):
    """A wheel needs something that is not there."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel.

    Attributes:
        path: The file.
        name: Of the package, normalised.
        version: Of the package.
        sha256: Of the file.
        metadata: Its ``METADATA``.
    """

    path: Path
    name: NormalizedName
    version: Version
    sha256: str
    metadata: Message

    @classmethod
    def read(cls, path: Path) -> Wheel:
        """A wheel from its file."""
        name, version, _, _ = parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as archive:
            inside = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/METADATA"))
            metadata = BytesParser().parsebytes(archive.read(inside))
        return cls(path, name, version, sha256_of(path), metadata)

    @property
    def licence(self) -> str:
        """As the metadata declares it; raises as `licence_of`."""
        return licence_of(self.metadata)

    def needs(self, environment: Mapping[str, str]) -> list[Requirement]:
        """What it requires where markers have these values, extras left out."""
        required = map(Requirement, self.metadata.get_all("Requires-Dist") or [])
        return [one for one in required if one.marker is None or one.marker.evaluate(dict(environment))]


def sha256_of(path: Path) -> str:
    """The hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_wheels(folder: Path) -> list[Wheel]:
    """The wheels of a folder, by name.

    Raises:
        IncompleteError: There are two of one package, or none at all.
    """
    wheels = sorted((Wheel.read(path) for path in folder.glob("*.whl")), key=lambda wheel: wheel.name)
    names = [wheel.name for wheel in wheels]
    if not names or (twice := sorted({name for name in names if names.count(name) > 1})):
        raise IncompleteError(f"more than one wheel of {', '.join(twice)}" if names else "no wheels")
    return wheels


def check_complete(wheels: Iterable[Wheel], target: Target) -> None:
    """See that each wheel finds what it needs among the others.

    Raises:
        IncompleteError: Names what is missing or of the wrong version, and who needs it.
    """
    wheels = list(wheels)
    versions = {wheel.name: wheel.version for wheel in wheels}
    environment = target.environment()
    missing = [
        f"{wheel.name} needs {needed.name}{needed.specifier}"
        for wheel in wheels
        for needed in wheel.needs(environment)
        if not _is_met(needed, versions.get(canonicalize_name(needed.name)))
    ]
    if missing:
        raise IncompleteError(f"the wheelhouse is not complete: {'; '.join(missing)}")


def _is_met(needed: Requirement, version: Version | None) -> bool:
    return version is not None and needed.specifier.contains(version, prereleases=True)
