"""Reads a rule's pattern into a tree, so that what every match must hold can be worked out from it.

Only what says something about the text is kept. The ASCII part of a class is exact; of the rest it is known at most
which characters it names. A pattern that uses anything else is `Unsupported`, and its rule then looks everywhere.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import regex

from redactphi.recognizers.tries import word_list

ASCII = frozenset(map(chr, range(128)))
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
_UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_BLANK = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f ")
_PROPERTIES = {"L": _LOWER | _UPPER, "Lu": _UPPER, "Ll": _LOWER, "N": _DIGITS, "Nd": _DIGITS, "M": frozenset[str]()}
_ESCAPED_CLASS = {"d": _DIGITS, "w": _LOWER | _UPPER | _DIGITS | {"_"}, "s": _BLANK}
_ESCAPED_CHAR = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_TWINS = {"s": "\u017f", "k": "\u212a", "i": "\u0130\u0131"}
"""Letters beyond ASCII that a pattern which ignores case takes for an ASCII one."""


class Unsupported(Exception):
    """The pattern holds something this reader does not know."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character.

    Attributes:
        ascii: The ASCII characters it may be.
        other: The further ones it may be; None where that is not known.
        named: Where that is not known, those among them that are no letter or digit of a kind as in ``ascii``; None
            where they may be of any kind.
    """

    ascii: frozenset[str]
    other: frozenset[str] | None = frozenset()
    named: frozenset[str] | None = frozenset()

    def __or__(self, more: Chars) -> Chars:
        ascii_ = self.ascii | more.ascii
        if self.other is not None and more.other is not None:
            return Chars(ascii_, self.other | more.other)
        named = [(side.named if side.other is None else side.other) for side in (self, more)]
        return Chars(ascii_, None, None if None in named else frozenset().union(*(side or () for side in named)))

    def __and__(self, more: Chars) -> Chars:
        known = [side for side in (self.other, more.other) if side is not None]
        if known:
            return Chars(self.ascii & more.ascii, frozenset.intersection(*known))
        return Chars(self.ascii & more.ascii, None, None)

    @property
    def members(self) -> frozenset[str] | None:
        """All of them, if known."""
        return None if self.other is None else self.ascii | self.other


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """One of many words.

    Attributes:
        words: The words; a blank stands for any run of blanks.
        ignore_case: Whether their case does not matter.
    """

    words: tuple[str, ...]
    ignore_case: bool

    @property
    def chars(self) -> Chars:
        """What they are made of."""
        return self._of("".join(set().union(*self.words)))

    @property
    def first(self) -> Chars:
        """What they begin with."""
        return self._of("".join({word[0] for word in self.words}))

    @property
    def last(self) -> Chars:
        """What they end in."""
        return self._of("".join({word[-1] for word in self.words}))

    def _of(self, letters: str) -> Chars:
        members = frozenset(letters) | (_BLANK if " " in letters else frozenset())
        found = Chars(members & ASCII, members - ASCII)
        return _in_both_cases(found) if self.ignore_case else found


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same again and again; ``high`` None: without end."""

    item: Node
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """What must, or must not, stand ahead or behind."""

    item: Node
    ahead: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters: ``b``, ``^`` (of a line) ..."""

    kind: str


@dataclass(frozen=True, slots=True)
class Anything:
    """A reference to a group that is not known: any text."""


Node = Chars | Words | Sequence | Choice | Repeat | Look | Edge | Anything

ANY = Chars(ASCII, None, None)
_GROUP = regex.compile(
    r"\(\?(?:P?<(?P<name>[A-Za-z_]\w*)>|:|>|(?P<look><?[=!])|(?P<on>[imsx]*)(?:-(?P<off>[imsx]+))?:)"
)
_FLAGS = regex.compile(r"\(\?(?P<on>[imsx]+)\)")
_COUNT = regex.compile(r"\{(\d*)(,?)(\d*)\}")
_REFERENCE = regex.compile(r"\(\?P=(?P<name>\w+)\)|\\g<(?P<name>\w+)>")
_ESCAPED = regex.compile(r"\\(.)")
_REPEATS = frozenset("{?*+")
_PROPERTY = regex.compile(r"\{(\w+)\}")


def parse(pattern: str, *, ignore_case: bool = False) -> Node:
    """The tree of a pattern in the syntax of ``regex``.

    Raises:
        Unsupported: It holds something this reader does not know.
    """
    return _Reader(pattern).whole(ignore_case=ignore_case)


def cased_lists(pattern: str, *, ignore_case: bool = False) -> frozenset[int]:
    """Where in a pattern lists of words begin whose case matters; none, if that cannot be told."""
    reader = _Reader(pattern)
    try:
        reader.whole(ignore_case=ignore_case)
    except Unsupported:
        return frozenset()
    return frozenset(reader.cased)


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.cased: list[int] = []
        self.named: dict[str, list[Node]] = {}

    def whole(self, *, ignore_case: bool) -> Node:
        flags = frozenset("i" if ignore_case else "")
        if start := _FLAGS.match(self.pattern):
            flags |= set(start["on"])
            self.at = start.end()
        tree = self.choice(flags)
        if self.at < len(self.pattern):
            raise Unsupported(self.pattern[self.at])
        return tree

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        if self.at >= len(self.pattern):
            raise Unsupported("end")
        self.at += 1
        return self.pattern[self.at - 1]

    def choice(self, flags: frozenset[str]) -> Node:
        options = [self._sequence(flags)]
        while self._peek() == "|":
            self.at += 1
            options.append(self._sequence(flags))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self, flags: frozenset[str]) -> Node:
        items: list[Node] = []
        while (char := self._peek()) and char not in "|)":
            if "x" in flags and char in " \t\n":
                self.at += 1
            elif "x" in flags and char == "#":
                self.at = (self.pattern.find("\n", self.at) + 1) or len(self.pattern)
            else:
                items.append(self._repeated(self._item(flags)))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _repeated(self, item: Node) -> Node:
        char = self._peek()
        if char not in _REPEATS:
            return item
        count = _COUNT.match(self.pattern, self.at) if char == "{" else None
        if count is not None:
            low = int(count[1] or 0)
            high = (int(count[3]) if count[3] else None) if count[2] else low
            self.at = count.end()
        elif char and char in "?*+":
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
            self.at += 1
        else:
            return item
        if (mode := self._peek()) and mode in "?+":
            self.at += 1
        return self._repeated(Repeat(item, low, high))

    def _item(self, flags: frozenset[str]) -> Node:
        char = self._take()
        if char.isalnum() or char == " ":
            return _cased(_one(char), flags)
        if char in "(\\" and (reference := _REFERENCE.match(self.pattern, self.at - 1)):
            self.at = reference.end()
            return self._named(reference["name"])
        if char == "(":
            self.at -= 1
            return self._group(flags)
        if char == "\\":
            return self._escape(flags)
        return self._class(flags) if char == "[" else _mark(char, flags)

    def _named(self, name: str) -> Node:
        """What a reference to a group may be: what the groups of that name are."""
        known = self.named.get(name, [])
        return known[0] if len(known) == 1 else Choice(tuple(known)) if known else Anything()

    def _group(self, flags: frozenset[str]) -> Node:
        if "x" not in flags and (found := word_list(self.pattern, self.at)):
            ignore_case = "i" in flags or found["case"] == "i"
            if not ignore_case:
                self.cased.append(self.at)
            self.at = found.end()
            return Words(tuple(map(_plain, found["words"].split("|"))), ignore_case)
        if self.pattern[self.at : self.at + 2] != "(?":
            self.at += 1
            item = self.choice(flags)
        else:
            start = _GROUP.match(self.pattern, self.at)
            if start is None:
                raise Unsupported(self.pattern[self.at : self.at + 4])
            self.at = start.end()
            inner = (flags | set(start["on"] or "")) - set(start["off"] or "")
            item = self.choice(inner)
            if name := start["name"]:
                self.named.setdefault(name, []).append(item)
            if look := start["look"]:
                item = Look(item, ahead=look[0] != "<", wanted=look[-1] == "=")
        if self._take() != ")":
            raise Unsupported(")")
        return item

    def _escape(self, flags: frozenset[str]) -> Node:
        char = self._take()
        if char in "bBAZ":
            return Edge(char)
        return _cased(self._escaped(char), flags)

    def _escaped(self, char: str) -> Chars:
        if char in "pP":
            name = _PROPERTY.match(self.pattern, self.at)
            if name is None or name[1] not in _PROPERTIES:
                raise Unsupported("property")
            self.at = name.end()
            found = Chars(_PROPERTIES[name[1]], None)
            return found if char == "p" else _not(found)
        if char.lower() in _ESCAPED_CLASS:
            found = Chars(_ESCAPED_CLASS[char.lower()], None)
            return found if char.islower() else _not(found)
        if char.isalnum() and char not in _ESCAPED_CHAR:
            raise Unsupported(char)
        return _one(_ESCAPED_CHAR.get(char, char))

    def _class(self, flags: frozenset[str]) -> Chars:
        negated = self._peek() == "^"
        self.at += negated
        found, first, start = Chars(frozenset()), True, self.at
        while (char := self._take()) != "]" or first:
            if char == "[" and self._peek() in (":", "["):
                raise Unsupported("[:")
            one = self._escaped(self._take()) if char == "\\" else _one(char)
            if self._peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                last = self._take()
                one = _range(one, self._escaped(self._take()) if last == "\\" else _one(last))
            found |= one
            first = False
        found = _cased(found, flags)
        if negated:
            # "[^\W\d_]" are letters, and nothing that is neither letter nor digit.
            words = r"\W" in self.pattern[start : self.at]
            return Chars(ASCII - found.ascii, None, frozenset() if words else None)
        return found


def _mark(char: str, flags: frozenset[str]) -> Node:
    marks: dict[str, Node] = {
        ".": ANY if "s" in flags else Chars(ASCII - {"\n"}, None, None),
        "^": Edge("^" if "m" in flags else "start"),
        "$": Edge("$"),
    }
    return marks.get(char) or _cased(_one(char), flags)


def _plain(word: str) -> str:
    return _ESCAPED.sub(r"\1", word.replace(r"[ \t]+", " "))


@functools.cache
def _one(char: str) -> Chars:
    return Chars(frozenset(char)) if char in ASCII else Chars(frozenset(), frozenset(char))


def _not(chars: Chars) -> Chars:
    return Chars(ASCII - chars.ascii, None, None)


def _range(first: Chars, last: Chars) -> Chars:
    low, high = first.members, last.members
    if low is None or high is None or len(low) != 1 or len(high) != 1:
        raise Unsupported("range")
    codes = range(ord(min(low)), ord(min(high)) + 1)
    found = frozenset(chr(code) for code in codes if code < len(ASCII))
    return Chars(found, frozenset()) if codes.stop <= len(ASCII) else Chars(found, None, None)


def _cased(chars: Chars, flags: frozenset[str]) -> Chars:
    return _in_both_cases(chars) if "i" in flags else chars


@functools.lru_cache(maxsize=512)
def _in_both_cases(chars: Chars) -> Chars:
    both = frozenset(char for letter in chars.ascii for char in (letter.lower(), letter.upper()))
    if chars.other is None or chars.other:
        if chars.other is None:
            return Chars(both, None, chars.named)
        letters = any(char.isalpha() for char in chars.other)
        return Chars(both, None, None) if letters else Chars(both, chars.other)
    return Chars(both, frozenset("".join(twins for letter, twins in _TWINS.items() if letter in both)))
