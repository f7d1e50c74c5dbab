"""The twin of a pattern: written for ``re``, which is several times as fast as ``regex``, for text of common characters.

Where ``re`` cannot say all a pattern says, as behind what lengths to look, the twin says less: whatever the pattern
matches the twin matches too, and `regex` then has the last word.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field

from redactphi.recognizers.alphabet import char_ranges, of_category

SOUND = sys.version_info >= (3, 11, 5)
"""Whether possessive repeats of this Python's ``re`` do as they should."""

_INSIDE = {name: char_ranges(of_category(name)) for name in ("L", "Lu", "Ll", "M", "N", "Nd")}
_PROPERTY = re.compile(r"\\([pP])\{(\w+)\}")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_NAME = re.compile(r"\(\?P<(\w+)>")
_SAME = re.compile(r"\(\?P=(\w+)\)")
_LOOK = re.compile(r"\(\?(<?)([=!])")
_FLAGGED = re.compile(r"\(\?[ims-]*:")
_FLAGS = re.compile(r"\(\?[ims]+\)")
_HEAD = re.compile(r"\((?:\?(?:>|[ims-]*:)|(?!\?))")
_REPEAT = re.compile(r"[*+]|\{\d*,?\d*\}")
_ONCE = re.compile(r"\{(?:0,)?1\}")


@dataclass(frozen=True, slots=True)
class Twin:
    """A pattern for ``re``.

    Attributes:
        source: Its source.
        is_exact: Whether it matches just where the pattern does; if not, it also matches elsewhere.
        groups: The groups that stand for the one named ``phi``; those of a repeated one are not known.
        checks: Those that stand for the one named ``check``.
    """

    source: str
    is_exact: bool
    groups: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


def twin(pattern: str, *, ignore_case: bool = False) -> Twin | None:
    """The twin of a pattern in the syntax of ``regex``; None where there is none."""
    writer = _Writer(pattern)
    try:
        source = ("(?i)" if ignore_case and not pattern.startswith("(?i)") else "") + writer.whole()
        re.compile(source)
    except (_Untold, re.error, RecursionError, OverflowError):
        return None
    return Twin(source, writer.is_exact, writer.named("phi"), writer.named("check"))


class _Untold(Exception):
    """``re`` cannot say this, nor may it be left out."""


@dataclass
class _Writer:
    pattern: str
    at: int = 0
    is_exact: bool = True
    names: list[str] = field(default_factory=list)
    inside_not: int = 0

    def named(self, name: str) -> tuple[str, ...]:
        return tuple(one for one in self.names if one.partition("__")[0] == name)

    def whole(self) -> str:
        if re.match(r"\(\?[a-z]*x", self.pattern) or r"\g<" in self.pattern:
            raise _Untold
        start = _FLAGS.match(self.pattern)
        self.at = start.end() if start else 0
        source = (start[0] if start else "") + self._until_end()
        if self.at < len(self.pattern):
            raise _Untold
        return source

    def _until_end(self) -> str:
        """Up to the end of the group, or of the pattern."""
        pieces: list[str] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            pieces.append(self._piece())
        return "".join(pieces)

    def _piece(self) -> str:
        char = self.pattern[self.at]
        if char == "\\":
            return self._escaped()
        if char == "[":
            return self._class()
        if char == "(":
            return self._group()
        self.at += 1
        return char

    def _escaped(self) -> str:
        if found := _PROPERTY.match(self.pattern, self.at):
            self.at = found.end()
            return f"[{'^' if found[1] == 'P' else ''}{_inside(found)}]" if _inside(found) else "(?!)"
        self.at += 2
        return self.pattern[self.at - 2 : self.at]

    def _class(self) -> str:
        found = _CLASS.match(self.pattern, self.at)
        if found is None or "&&" in found[0] or "--" in found[0] or "||" in found[0]:
            raise _Untold
        self.at = found.end()
        return "[" + _PROPERTY.sub(_inside_of_class, found[0][1:]).replace("[", r"\[")

    def _group(self) -> str:
        if same := _SAME.match(self.pattern, self.at):
            self.at = same.end()
            return self._same(self.named(same[1]))
        look = _LOOK.match(self.pattern, self.at)
        if look is not None:
            return self._look(look)
        head, known = self._head(), len(self.names)
        inner = self._until_end()
        self._close()
        if self._is_repeated() and len(self.names) > known:
            self.is_exact = False
        return f"{head}{inner})"

    def _same(self, names: tuple[str, ...]) -> str:
        """A reference to whichever of the groups of one name has matched."""
        if not names:
            raise _Untold
        first, *others = names
        return f"(?({first})(?P={first})|{self._same(tuple(others))})" if others else f"(?P={first})"

    def _head(self) -> str:
        if named := _NAME.match(self.pattern, self.at):
            self.at = named.end()
            count = len(self.named(named[1]))
            self.names.append(f"{named[1]}__{count}" if count else named[1])
            return f"(?P<{self.names[-1]}>"
        start = _HEAD.match(self.pattern, self.at)
        if start is None:
            raise _Untold
        self.at = start.end()
        return start[0]

    def _close(self) -> None:
        if self.at >= len(self.pattern):
            raise _Untold
        self.at += 1

    def _is_repeated(self) -> bool:
        repeat = _REPEAT.match(self.pattern, self.at)
        return repeat is not None and _ONCE.fullmatch(repeat[0]) is None

    def _look(self, look: re.Match[str]) -> str:
        self.at = look.end()
        wanted, known = look[2] == "=", len(self.names)
        self.inside_not += not wanted
        inner = self._until_end()
        self.inside_not -= not wanted
        self._close()
        if not look[1]:
            return f"{look[0]}{inner})"
        if len(self.names) > known:
            raise _Untold
        return self._behind(inner, wanted=wanted)

    def _behind(self, inner: str, *, wanted: bool) -> str:
        """A look behind. ``re`` looks behind one length only, so each option is looked for by itself."""
        sign = "=" if wanted else "!"
        looks = [f"(?<{sign}{option})" for option in _options(inner)]
        known = [look for look in looks if _compiles(look)]
        if len(known) < len(looks):
            if self.inside_not or wanted:
                raise _Untold
            self.is_exact = False
        return f"(?:{'|'.join(known)})" if wanted and len(known) > 1 else "".join(known)


def _inside(found: re.Match[str]) -> str:
    if found[2] not in _INSIDE:
        raise _Untold
    return _INSIDE[found[2]]


def _inside_of_class(found: re.Match[str]) -> str:
    if found[1] == "P":
        raise _Untold
    return _inside(found)


def _compiles(source: str) -> bool:
    try:
        re.compile(source)
    except re.error:
        return False
    return True


def _options(source: str) -> list[str]:
    """The options at the top of a pattern, also where they are all in one group."""
    options = _split(source)
    if len(options) > 1:
        return [one for option in options for one in _options(option)]
    head = _FLAGGED.match(source)
    if head is not None and _closes(source) == len(source) - 1:
        return [f"{head[0]}{option})" for option in _split(source[head.end() : -1])]
    return options


def _split(source: str) -> list[str]:
    options, start, depth = [], 0, 0
    for at, char in _marks(source):
        if char == "|" and not depth:
            options.append(source[start:at])
            start = at + 1
        depth += (char == "(") - (char == ")")
    return [*options, source[start:]]


def _closes(source: str) -> int:
    """Where the group that opens a pattern ends."""
    depth = 0
    for at, char in _marks(source):
        depth += (char == "(") - (char == ")")
        if not depth:
            return at
    return -1


def _marks(source: str) -> list[tuple[int, str]]:
    """The brackets and bars of a pattern that mean something."""
    return [(m.start(), m[0]) for m in re.finditer(rf"\\.|{_CLASS.pattern}|[()|]", source, re.DOTALL) if len(m[0]) == 1]
