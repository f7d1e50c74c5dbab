"""What patterns and tables come to, worked out by the build: a start spends most of its time on it otherwise.

Everything is kept under what it was made from, so that a change finds nothing kept and is worked out anew. The build keeps
what reading some notes asked for, see hatch_build.py; what these do not ask for is worked out when first needed.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from redactphi import resources
from redactphi.recognizers.ready import MADE_BY, from_ready, made_ready

FILE = "ready.json"
_asked: dict[tuple[str, str], Callable[[], Any]] = {}
"""What this process asked for, and how it is worked out."""


def kept(kind: str, made_from: str, make: Callable[[], Any]) -> Any:
    """What the build has kept of something, else what it comes to; of a form that JSON gives back as it was."""
    _asked[kind, made_from] = make
    found = _kept().get(kind, _NOTHING).get(made_from)
    return make() if found is None else json.loads(found)


def all_kept(kind: str) -> Iterator[Any]:
    """All that the build has kept of a kind."""
    return map(json.loads, _kept().get(kind, _NOTHING).values())


def compile_pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile`` makes of a source, read if this very Python compiled it for the build."""
    flags, key = int(flags), f"{int(flags)} {source}"
    _asked[MADE_BY, key] = functools.partial(made_ready, source, flags)
    found = _kept().get(MADE_BY, _NOTHING).get(key)
    return re.compile(source, flags) if found is None else from_ready(source, json.loads(found))


def read_toml(path: Traversable | Path) -> dict[str, Any]:
    """A packaged table of TOML, without dates, as a mapping.

    Raises:
        DataError: The file is missing or malformed.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    found: dict[str, Any] = kept("toml", digest, functools.partial(resources.read_toml, path))
    return found


def pack(path: Path) -> None:
    """Writes all that this process asked for."""
    found: dict[str, dict[str, str]] = {}
    # What is worked out now may ask for more.
    for (kind, made_from), make in tuple(_asked.items()):
        found.setdefault(kind, {})[made_from] = json.dumps(make())
    path.write_text(json.dumps(found), encoding="utf-8")


_NOTHING: Mapping[str, str] = {}


@functools.cache
def _kept() -> Mapping[str, Mapping[str, str]]:
    path = resources.data("detect_icd") / "compiled" / FILE
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


_LOOKBEHIND = re.compile(r"\(\?<[=!][^()]*\)")


def spaced(pattern: str) -> str:
    """A pattern in which a space stands for any white space, except within brackets; in a lookbehind for one."""
    behind = [match.span() for match in _LOOKBEHIND.finditer(pattern)]
    parts, inside = [], False
    for place, letter in enumerate(pattern):
        escaped = place > 0 and pattern[place - 1] == "\\" and pattern[max(0, place - 2) : place] != r"\\"
        if letter in "[]" and not escaped:
            inside = letter == "["
        if letter != " " or inside:
            parts.append(letter)
        elif any(low <= place < high for low, high in behind) or pattern[place + 1 : place + 2] in {"?", "*", "+", "{"}:
            parts.append(r"\s")
        else:
            parts.append(r"\s+")
    return "".join(parts)


def kept_of(what: str, pattern: re.Pattern[str], make: Callable[[re.Pattern[str]], Any], *modules: str) -> Any:
    """What modules make of a pattern, if the build has kept it."""
    return kept(kind_of(what, *modules), f"{pattern.flags} {pattern.pattern}", functools.partial(make, pattern))


@functools.cache
def kind_of(what: str, *modules: str) -> str:
    """What is kept of modules as they are: a change may make something else of the same patterns."""
    return f"{what} {hashlib.sha256(b''.join(Path(module).read_bytes() for module in modules)).hexdigest()}"
