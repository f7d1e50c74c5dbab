"""What machines a wheelhouse is for: pip's options, and what markers of requirements mean there."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.markers import default_environment

from release import WheelhouseError

_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_(\w+)")
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_VERSION = re.compile(r"3\.\d{1,2}")
_SYSTEMS = {
    "linux": ("linux", "Linux", "posix"),
    "manylinux": ("linux", "Linux", "posix"),
    "musllinux": ("linux", "Linux", "posix"),
    "macosx": ("darwin", "Darwin", "posix"),
    "win": ("win32", "Windows", "nt"),
}
"""Beginning of a platform tag -> ``sys_platform``, ``platform_system``, ``os_name``."""

_MACHINES = {"amd64": "AMD64", "win32": "x86"}
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version of Python that runs this."""


class TargetError(WheelhouseError):
    """The platform or the version of Python is none that wheels are made for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A platform and a Python.

    Attributes:
        platform: A platform tag, as ``manylinux_2_28_x86_64``; empty for this machine's.
        python_version: As ``3.12``; by default that of the running one.

    Raises:
        TargetError: One of them is not such a thing.
    """

    platform: str = ""
    python_version: str = field(default=RUNNING)

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.python_version):
            raise TargetError(f"no version of Python 3: {self.python_version!r}; write it as 3.12")
        if self.platform and not self._system():
            raise TargetError(f"no platform tag: {self.platform!r}; they begin with {', '.join(_SYSTEMS)}")

    def _system(self) -> tuple[str, str, str] | None:
        return _SYSTEMS.get(re.split(r"[_\d]", self.platform, maxsplit=1)[0])

    @property
    def is_running(self) -> bool:
        """Whether it is this machine and the running Python."""
        return not self.platform and self.python_version == RUNNING

    def tags(self) -> list[str]:
        """The platform tags whose wheels run there, the newest first; pip takes each for itself alone."""
        found = _MANYLINUX.fullmatch(self.platform)
        if found is None:
            return [self.platform] if self.platform else []
        machine, tags = found[3], []
        for minor in range(int(found[2]), 4, -1):
            tags.append(f"manylinux_{found[1]}_{minor}_{machine}")
            if legacy := _LEGACY.get(minor):
                tags.append(f"{legacy}_{machine}")
        return tags

    def pip_options(self) -> list[str]:
        """What makes ``pip download`` take the wheels of this target."""
        if self.is_running:
            return []
        options = ["--python-version", self.python_version, "--implementation", "cp"]
        for tag in self.tags():
            options += ["--platform", tag]
        return options

    def environment(self) -> Mapping[str, str]:
        """The values of the markers there; pip itself takes those of the running Python."""
        values: dict[str, str] = {key: str(value) for key, value in default_environment().items()}
        if self.python_version != RUNNING:
            full = f"{self.python_version}.0"
            values |= {
                "python_version": self.python_version,
                "python_full_version": full,
                "implementation_version": full,
            }
        if (system := self._system()) is not None:
            sys_platform, platform_system, os_name = system
            values |= {
                "sys_platform": sys_platform,
                "platform_system": platform_system,
                "os_name": os_name,
                "platform_machine": self._machine(),
            }
        return values | {"extra": ""}

    def _machine(self) -> str:
        known = ("x86_64", "aarch64", "arm64", "ppc64le", "s390x", "amd64", "i686", "win32")
        found = next((name for name in known if self.platform.endswith(name)), platform.machine())
        return _MACHINES.get(found, found)

    def __str__(self) -> str:
        place = self.platform or f"{platform.system().lower()}_{platform.machine()}"
        return f"CPython {self.python_version}, {place}"
