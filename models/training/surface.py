"""Reads the hand-written word files of ``surfaces/``."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_TIMES = re.compile(r"(\d)x ")
FOLDER = Path(__file__).resolve().parent / "surfaces"


@functools.cache
def surface(name: str) -> tuple[str, ...]:
    """The lines of ``surfaces/<name>.txt`` without comments and empty ones.

    Raises:
        FileNotFoundError: There is no such file; the message lists those there are.
    """
    path = FOLDER / f"{name}.txt"
    if not path.is_file():
        known = ", ".join(sorted(entry.stem for entry in FOLDER.glob("*.txt")))
        raise FileNotFoundError(f"no surface {name!r}; there are: {known}")
    lines = path.read_text(encoding="utf-8").splitlines()
    # A number sign inside a line is text ("Pharmacy #12").
    return tuple(line.rstrip() for line in lines if line.strip() and not line.startswith("#"))


@functools.cache
def weighted(name: str) -> tuple[str, ...]:
    """The lines of a file, each as often as the "3x " before it says."""
    lines = ((_TIMES.match(line), line) for line in surface(name))
    return tuple(line[len(times[0]) :] if times else line for times, line in lines for _ in range(int(times[1]) if times else 1))  # fmt: skip


@functools.cache
def flavours(name: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The lines of a syllable file, each as groups of syllables."""
    return tuple(tuple(tuple(group.split()) for group in line.split("|")) for line in surface(name))
