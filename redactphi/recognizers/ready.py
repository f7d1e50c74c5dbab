"""Patterns of ``re`` compiled ahead: compiling those of all rules takes a second, reading their code a hundredth.

``re`` has no public way to keep what it compiled, so the build keeps its code (see hatch_build.py). Only the very Python
that made the code reads it; any other, or a checkout whose rules have changed, compiles anew.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib
import json
import re
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from redactphi import resources

FILE = "patterns.json"
_sre, _parser, _compiler = (
    cast("Any", importlib.import_module(name)) for name in ("_sre", "re._parser", "re._compiler")
)
MADE_BY = f"{sys.implementation.name} {sys.version} {_sre.MAGIC} {_sre.CODESIZE} {sys.byteorder}"
"""The Python that reads the code it compiled, and no other."""
_UNSIGNED = next(kind for kind in "ILH" if array(kind).itemsize == _sre.CODESIZE)

Ready = tuple[int, str, int, dict[str, int]]
"""Flags, code, number of groups, and their names."""


def compile_pattern(source: str) -> re.Pattern[str]:
    """What ``re.compile`` makes of a source, read if the build has compiled it."""
    ready = _packed().get(_key(source))
    return re.compile(source) if ready is None else from_ready(source, ready)


def from_ready(source: str, ready: Ready) -> re.Pattern[str]:
    """The pattern of a source from what ``made_ready`` gave of it in the same Python."""
    flags, packed, groups, names = ready
    index: list[str | None] = [None] * (groups + 1)
    for name, number in names.items():
        index[number] = name
    code = array(_UNSIGNED, zlib.decompress(base64.b64decode(packed))).tolist()
    pattern: re.Pattern[str] = _sre.compile(source, flags, code, groups, names, tuple(index))
    return pattern


def pack(sources: Iterable[str], path: Path) -> None:
    """Compile patterns and write their code."""
    found = {_key(source): made_ready(source) for source in sources}
    path.write_text(json.dumps({"made_by": MADE_BY, "patterns": found}), encoding="utf-8")


def made_ready(source: str, flags: int = 0) -> Ready:
    """A source compiled, in a form that can be written down."""
    tree = _parser.parse(source, flags)
    code = array(_UNSIGNED, _compiler._code(tree, flags)).tobytes()  # noqa: SLF001 - as the first line says
    state = tree.state
    return state.flags, base64.b64encode(zlib.compress(code, 9)).decode(), state.groups - 1, dict(state.groupdict)


@functools.cache
def _packed() -> Mapping[str, Ready]:
    file = resources.data() / "compiled" / FILE
    raw = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return cast("dict[str, Ready]", raw["patterns"]) if raw.get("made_by") == MADE_BY else {}


def _key(source: str) -> str:
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:24]
