"""Reads a requirements file with hashes, as ``uv pip compile --universal`` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from release import WheelhouseError
from release.target import Target

_HASH = re.compile(r"\s--hash=(sha256:[0-9a-f]{64})")


class LockError(WheelhouseError):
    """The file does not say exactly which files it means."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One requirement.

    Attributes:
        requirement: With its one version, and perhaps a marker.
        hashes: Of the files that may be it, as ``sha256:...``.
    """

    requirement: Requirement
    hashes: tuple[str, ...]

    def applies(self, target: Target) -> bool:
        """Whether the target needs it."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(dict(target.environment()))

    def line(self) -> str:
        """The requirement without its marker, with its hashes."""
        pin = f"{self.requirement.name}{self.requirement.specifier}"
        return " \\\n    ".join([pin, *(f"--hash={known}" for known in self.hashes)])


def read_locked(path: Path) -> Iterator[Locked]:
    """The requirements of a file.

    Raises:
        LockError: One has no hash or more than one version.
    """
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in joined.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        hashes = tuple(_HASH.findall(line))
        requirement = Requirement(_HASH.sub("", line).strip())
        if not hashes or not str(requirement.specifier).startswith("=="):
            raise LockError(f"{path.name}: {requirement.name} has no hash or no fixed version")
        yield Locked(requirement, hashes)
