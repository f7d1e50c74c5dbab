"""Long lists of words inside a pattern as tries, which match the same in a fraction of the time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import regex

_FEWEST = 8
_TOKEN = r"(?:\[ \\t\]\+|\\[^\w\s]|[^\\()\[\]{}|?*+^$.\#\s]|[ ])"  # noqa: S105 - not that kind
_TOKENS = regex.compile(_TOKEN)
_LIST = regex.compile(rf"\(\?(?P<case>i?):(?P<words>{_TOKEN}++(?:\|{_TOKEN}++){{{_FEWEST - 1},}}+)\)")
_VERBOSE = regex.compile(r"\(\?[a-z]*x")


@dataclass(slots=True)
class _Node:
    ends: bool = False
    children: dict[str, _Node] = field(default_factory=dict)

    def source(self) -> str:
        branches = [token + child.source() for token, child in self.children.items()]
        if not branches:
            return ""
        if self.ends:
            return f"(?:{'|'.join(branches)})?"
        return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def with_tries(pattern: str, cased: Collection[int] = ()) -> str:
    """The pattern with each list of words in it as a trie. It matches the same, with the same groups.

    Args:
        pattern: The pattern.
        cased: Where lists begin whose case matters.
    """
    if _VERBOSE.match(pattern):
        return pattern
    return _LIST.sub(lambda found: _as_trie(found, cased=found.start() in cased), pattern)


def word_list(pattern: str, start: int) -> regex.Match[str] | None:
    """The list of words, in group ``words``, that begins at a place of a pattern."""
    return _LIST.match(pattern, start)


def _as_trie(found: regex.Match[str], *, cased: bool) -> str:
    words = [tuple(_TOKENS.findall(word)) for word in found["words"].split("|")]
    if not _is_longest_first(words, cased=cased):
        return found[0]
    root = _Node()
    for word in words:
        node = root
        for token in word:
            node = node.children.setdefault(token, _Node())
        node.ends = True
    start = found[0][: found.start("words") - found.start()]
    return f"{start}{root.source()})"


def _is_longest_first(words: Sequence[tuple[str, ...]], *, cased: bool) -> bool:
    """Whether, wherever one word begins like another in any case, it does so in this case and comes first."""
    places = {word: index for index, word in enumerate(words)}
    known = {_joined(word, cased=cased) for word in words}
    for index, word in enumerate(words):
        for end in range(1, len(word)):
            start = word[:end]
            if _joined(start, cased=cased) in known and places.get(start, -1) <= index:
                return False
    return True


def _joined(tokens: Sequence[str], *, cased: bool) -> str:
    return "".join(tokens) if cased else "".join(tokens).lower()
