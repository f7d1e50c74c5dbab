"""Growths cut out, wounds sewn and flaps from beside, told and not named: the code goes by kind, place and size.

What the words are and which code a size has stands in ``data/procedure_skin.toml``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from detect_icd.candidates import Status
from detect_icd.matchers.procedures_amounts import areas, margin, units
from detect_icd.matchers.procedures_facts import Facts
from detect_icd.matchers.procedures_index import Index
from detect_icd.matchers.procedures_mention import SIZED, Found, Mention
from detect_icd.matchers.procedures_scan import Clause, Role
from detect_icd.matchers.procedures_vocabulary import Hit
from detect_icd.ready import compile_pattern, read_toml
from redactphi.resources import data
from redactphi.spans import Span

_FAMILIES = ("114", "116", "120", "121", "131", "140", "143")
"""Beginnings of the codes that are decided here."""
_SHAVED, _SAMPLED = "113", "1110"
"""Beginnings of the codes of growths shaved off, and of samples: these are told in the same words."""
_BY_STAGES = "173"
"""Beginning of the codes of growths cut out in stages, each looked at."""
_LONGEST = 3000
"""Characters of an account that is about skin alone."""
_SCORE = 0.7
_SAME = 0.01
_IN_LAYERS = ("complex", "intermediate")
_GRADES = (*_IN_LAYERS, "simple")
_SIZE = re.compile(
    r"(?<![\w.,-])(?P<number>\d{1,2}(?:\.\d{1,2})?)(?:[ -]*(?:cm|mm)?[ ]*(?:x|\u00d7|by)[ ]*(?P<second>\d{1,2}(?:\.\d{1,2})?))?"
    r"(?:[ -]*(?P<unit>cm|mm|centimet(?:er|re)s?|millimet(?:er|re)s?)\b(?! ?(?:2|sq))|(?<=\.\d)(?=[ ,;]+(?!ml|cc|mg|g\b|percent|%|x\b|sq)))",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"\s*(?:\w+\s+){0,2}(?:margins?|all (?:a)?round|clear|(?:on )?(?:all|every|each|either) sides?|around|rim|border|cuff)\b",
    re.IGNORECASE,
)
_AROUND_BEFORE = re.compile(r"margins?\s*(?:of|was|were|:|,)?\s*(?:about\s+)?$", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:(?:excised|marked|overall|outer|final) (?:diameter|size)|(?:with|including) (?:its |the )?margins?|total (?:diameter|excised)|\b(?:thus|so|giving|gave|makes?|making|which is))[^.;\d]{0,24}$",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(
    r"(?:defect,?|hole|undermin\w*|depth|deep|punch|bite|blade|every|from the)[^,.;]{0,12}$", re.IGNORECASE
)
_NO_SIZE_AFTER = re.compile(
    r"\s*(?:deep\b|depth|thick|punch|curette|blade|trephine|apart|from\b|below|above|lateral|medial)", re.IGNORECASE
)
_CLOSES = re.compile(
    r"(?:clos\w+|repair\w*|length|suture line|wound|incision|layers?|layered|sewn|final|total)[^.;]{0,24}$",
    re.IGNORECASE,
)
_CLOSES_AFTER = re.compile(
    r"\s*(?:\w+\s+){0,2}(?:layer\w*|closures?|repairs?|long\b|line\b|wound\b|intermediate|complex|linear)",
    re.IGNORECASE,
)
_ON = re.compile(
    r"[^.;,\d]{0,40}?\b(?:on|of|at|over|across|to|in|from)\s+(?:the\s+|his\s+|her\s+)?(?:\w+\s+){0,2}$", re.IGNORECASE
)
_DENIED = re.compile(r"\b(?:no|not|without|r/o|rule out|nothing|versus|vs\.?)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)


class _Words(NamedTuple):
    sites: Sequence[tuple[str, re.Pattern[str]]]
    others: Mapping[str, re.Pattern[str]]

    def said(self, name: str, text: str, start: int, end: int) -> re.Match[str] | None:
        """Where a stretch of text first says something and does not deny it."""
        for match in self.others[name].finditer(text, start, end):
            if not _DENIED.search(text, max(start, match.start() - 24), match.start()):
                return match
        return None


@functools.cache
def _tables() -> Mapping[str, Any]:
    return read_toml(data("detect_icd") / "procedure_skin.toml")


@functools.cache
def _words() -> _Words:
    raw = _tables()["words"]
    exact = {
        name: compile_pattern(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in raw.items() if name != "sites"
    }
    return _Words([(name, compile_pattern(rf"\b(?:{words})\b", re.IGNORECASE)) for name, words in raw["sites"]], exact)


class _Size(NamedTuple):
    """A measurement: where it stands, what it measures, and at which place of the body."""

    span: Span
    value: float
    role: str
    site: str
    clause: Clause


class _Line(NamedTuple):
    """What is reported: a kind of operation at a place, and the measurements that come to it."""

    kind: str
    site: str
    value: float
    sizes: tuple[_Size, ...]


def by_size(facts: Facts, index: Index, day: date | None) -> list[Mention]:
    """Growths cut out, wounds sewn and flaps that the account tells with their place and size; none where it tells of more."""
    lowest = Role.FINDING if facts.titled else Role.BODY
    told = [clause for clause in facts.clauses if clause.role >= lowest]
    if any(clause.role is Role.TITLE and _SIZE.search(facts.text, clause.start, clause.end) for clause in told):
        return []  # The list of operations says how large.
    if facts.visit or not told or sum(clause.end - clause.start for clause in told) > _LONGEST:
        return []
    words, text = _words(), facts.text
    low, high = told[0].start, told[-1].end
    if words.said("elsewhere", text, low, high):
        return []
    flap, sewn, cut = (words.said(name, text, low, high) for name in ("flap", "sewn", "excised"))
    off = words.said("shaved", text, low, high) or words.said("curetted", text, low, high)
    sizes = list(_sizes(text, told))
    if flap and (cut or words.said("otherwise", text, low, high) or words.said("flap_sure", text, low, high)):
        lines = _flaps(text, told, sizes)
    elif words.said("mohs", text, low, high):
        lines = _sewn(text, high, [size for size in sizes if size.role == "closure"], _IN_LAYERS)
    elif (cut and sewn) or off:
        lines = _cut_out(text, high, sizes)
    elif sewn and words.said("wounds", text, low, high) and not words.said("otherwise", text, low, high):
        lines = _sewn(text, high, sizes)
    else:
        lines = []
    found: dict[str, Mention] = {}
    for mention in (mention for line in lines for mention in _mentions(index, line, day)):
        same = found.get(mention.code)
        found[mention.code] = replace(mention, units=mention.units + same.units) if same else mention
    return list(found.values())


def with_further(facts: Facts, index: Index, told: Sequence[Mention], day: date | None) -> list[Mention]:
    """What is told, and the add-on for the area of a wound beyond what its code covers, where the account has one area or a total."""
    clauses = [clause for clause in facts.clauses if clause.role is Role.BODY]
    stated = [(clause, amount) for clause in clauses for amount in areas(facts.text, clause.start, clause.end)]
    codes = {mention.code for mention in told}
    found = list(told)
    for code, (more, beyond, per) in _tables()["areas"].items():
        if code not in codes or more in codes or len(stated) != 1:
            continue
        clause, amount = stated[0]
        if amount.value > beyond:
            size = _Size(amount.span, amount.value, "area", "", clause)
            line = _Line("area", "", amount.value, (size,))
            found.extend(_mention(index, more, units(amount.value, beyond, per), line, day))
    return found


def decided(mention: Mention) -> bool:
    """Whether a code goes by what is read here."""
    return mention.code.startswith(_FAMILIES)


def beside(mentions: Sequence[Mention], text: str, sized: Sequence[Mention]) -> list[Mention]:
    """What was done beside growths and wounds whose size decides: neither these nor what their account is like."""
    stages = _words().others["mohs"].search(text) is not None
    codes = {mention.code[:4] for mention in sized}
    shaved = any(code.startswith(_SHAVED) for code in codes)
    return [
        mention
        for mention in mentions
        if not decided(mention)
        and mention.code[:4] not in codes
        and not (shaved and mention.found.by_steps and mention.code.startswith(_SAMPLED))
        and (not mention.found.likeness or (stages and mention.code.startswith(_BY_STAGES)))
    ]


def _sizes(text: str, told: Sequence[Clause]) -> Iterator[_Size]:
    """The measurements of an account in order, each with what it measures and where."""
    site = ""
    for clause in told:
        places = sorted(
            (match.start(), match.end(), name)
            for name, pattern in _words().sites
            for match in pattern.finditer(text, clause.start, clause.end)
        )
        for match in _SIZE.finditer(text, clause.start, clause.end):
            own = _site_of(text, match.start(), match.end(), places) or site
            value = max(float(match["number"]), float(match["second"] or 0))
            value = value / 10 if (match["unit"] or "").lower().startswith("m") else value
            yield _Size(Span(match.start(), match.end(), "size"), value, _role(text, match, clause), own, clause)
            site = own or site
        if places:
            site = places[-1][2]


_WHOLE_AFTER = re.compile(r"\s*(?:across |wide )?(?:in all|all told|overall)\b", re.IGNORECASE)


def _site_of(text: str, start: int, end: int, places: Sequence[tuple[int, int, str]]) -> str:
    """The place a measurement is at: "2 cm on the thumb", else what stands before it, else what follows."""
    before = [name for _, last, name in places if last <= start]
    after = [(first, name) for first, _, name in places if first >= end]
    if after and _ON.fullmatch(text, end, after[0][0]):
        return after[0][1]
    return before[-1] if before else after[0][1] if after else ""


def _role(text: str, match: re.Match[str], clause: Clause) -> str:
    start, end = match.span()
    low = max(clause.start, start - 34)
    if _WHOLE.search(text, low, start) or _WHOLE_AFTER.match(text, end, clause.end):
        return "whole"
    if _AROUND.match(text, end, clause.end) or _AROUND_BEFORE.search(text, low, start):
        return "margin"
    if _NO_SIZE.search(text, low, start) or _NO_SIZE_AFTER.match(text, end, clause.end):
        return ""
    sewn = _words().said("sewn", text, clause.start, start)
    if sewn or _CLOSES.search(text, low, start) or _CLOSES_AFTER.match(text, end, clause.end):
        return "closure"
    return "growth"


def _cut_out(text: str, high: int, sizes: Sequence[_Size]) -> list[_Line]:
    """Growths cut out, each with its margin and kind, and the lengths sewn in layers, added up by class and place."""
    words = _words()
    growths: list[_Size] = []
    measured = "growth" if any(size.role == "growth" for size in sizes) else "whole"
    for size in sizes:
        if size.role == measured and size.site and not (growths and _is_same(text, growths[-1], size)):
            growths.append(size)
    lines: list[_Line] = []
    repairs: dict[tuple[str, str], list[_Size]] = {}
    kind = way = ""
    for number, growth in enumerate(growths):
        start = 0
        if number:
            own_clause = growths[number - 1].clause is not growth.clause
            start = growth.clause.start if own_clause else growth.span.start
        end = growths[number + 1].clause.start if number + 1 < len(growths) else high
        end = end if end > growth.span.end else growth.clause.end
        own_way = _way(text, growth, min(end, growth.clause.end))
        way = own_way or (way if _SAME_AGAIN.search(text, growth.span.start, growth.clause.end) else "")
        if way == "otherwise":
            continue
        own = next((each for each in ("malignant", "benign") if words.said(each, text, start, end)), kind)
        kind = own
        if way == "shaved" or (way == "curetted" and own == "malignant"):
            lines.append(_Line(way, growth.site, growth.value, (growth,)))
            continue
        if not own or way:
            continue
        around = margin(text, growth.clause.start, end)
        stated = next((s.value for s in sizes if s.role == "margin" and start <= s.span.start < end), 0.0)
        beside = around.value if around else 0.0 if _with_margin(text, growth) else stated
        whole = next(
            (s.value for s in sizes if s.role == "whole" and start <= s.span.start < end), growth.value + 2 * beside
        )
        lines.append(_Line(own, growth.site, whole, (growth,)))
        grade = next((each for each in _IN_LAYERS if words.said(each, text, start, end)), "")
        closures = [s for s in sizes if s.role == "closure" and growth.span.start < s.span.start < end]
        if grade and closures:
            repairs.setdefault((grade, _column(grade, growth.site)), []).append(closures[-1]._replace(site=growth.site))
    return [*lines, *_summed(repairs)]


def _is_same(text: str, growth: _Size, size: _Size) -> bool:
    """Whether a measurement is of the growth measured before it."""
    if size.clause is not growth.clause or size.site != growth.site:
        return False
    return _ANOTHER.search(text, growth.span.end, size.span.start) is None


_ANOTHER = re.compile(r"\b(?:and|another|second|plus|other)\b", re.IGNORECASE)
_PRODUCT = re.compile(r"x|\u00d7|by", re.IGNORECASE)
_NEAR = 60
_INCLUDED = re.compile(r"(?:includ\w+|inclusive|with) (?:of )?(?:the |its )?margins?|excised diameter", re.IGNORECASE)
_SAME_AGAIN = re.compile(r"\b(?:same|likewise|similarly|identical(?:ly)?|also)\b", re.IGNORECASE)


def _way(text: str, growth: _Size, end: int) -> str:
    """How else than by the knife a growth was taken: ``shaved``, ``curetted``, ``otherwise`` or ``""``."""
    words, start = _words(), growth.clause.start
    if words.said("shaved", text, start, end) and not words.said("sampled", text, start, end):
        return "shaved"
    for way in ("curetted", "otherwise"):
        if words.said(way, text, start, end):
            return way
    return ""


def _with_margin(text: str, growth: _Size) -> bool:
    """Whether a measurement has the margin in it already."""
    return _INCLUDED.search(text, growth.clause.start, growth.clause.end + _NEAR) is not None


def _sewn(text: str, high: int, sizes: Sequence[_Size], grades: Sequence[str] = _GRADES) -> list[_Line]:
    """Wounds sewn, lengths added up by class and place."""
    words = _words()
    found = [size for size in sizes if size.role in {"growth", "closure"} and size.site]
    repairs: dict[tuple[str, str], list[_Size]] = {}
    grade = ""
    for number, size in enumerate(found):
        later = next((other.clause for other in found[number + 1 :] if other.clause is not size.clause), None)
        start, end = size.clause.start, later.start if later else high
        grade = next((each for each in grades if words.said(each, text, start, end)), grade)
        earlier = [other.value for other in found[:number]]
        if not grade or (earlier and abs(sum(earlier) - size.value) < _SAME):
            continue
        repairs.setdefault((grade, _column(grade, size.site)), []).append(size)
    return _summed(repairs)


def _flaps(text: str, told: Sequence[Clause], sizes: Sequence[_Size]) -> list[_Line]:
    """A flap from beside by the area it covers with the place it came from; what is cut out for it is a part of it."""
    low, high = told[0].start, told[-1].end
    stated = list(areas(text, low, high))
    named = [(m.start(), name) for name, pattern in _words().sites for m in pattern.finditer(text, low, high)]
    site = next((size.site for size in sizes if size.site), min(named, default=(0, ""))[1])
    if not stated or not site:
        return []
    whole = [amount for amount in stated if not _PRODUCT.search(text, amount.span.start, amount.span.end)]
    value = whole[-1].value if whole else sum(amount.value for amount in stated)
    shown = (whole or stated)[-1]
    return [_Line("flap", site, value, (_Size(shown.span, value, "flap", site, told[0]),))]


def _column(kind: str, site: str) -> str:
    return str(_tables()["columns"][kind][site])


def _summed(repairs: Mapping[tuple[str, str], Sequence[_Size]]) -> list[_Line]:
    return [
        _Line(grade, sizes[0].site, sum(size.value for size in sizes), tuple(sizes))
        for (grade, _), sizes in repairs.items()
    ]


def _mentions(index: Index, line: _Line, day: date | None) -> Iterator[Mention]:
    ladder = _tables()["ladders"][line.kind][_column(line.kind, line.site)]
    code = next((code for largest, code in ladder if round(line.value, 4) <= largest), ladder[-1][1])
    yield from _mention(index, code, 1, line, day)
    if code in (further := _tables()["further"]):
        more, beyond, per = further[code]
        if line.value > beyond:
            yield from _mention(index, more, units(line.value, beyond, per), line, day)


def _mention(index: Index, code: str, count: int, line: _Line, day: date | None) -> Iterator[Mention]:
    entry = next((entry for entry in index.of_code(code) if entry.procedure.valid_on(day)), None)
    if entry is None:
        return
    clause = line.sizes[0].clause
    hits = tuple(Hit(size.span.start, size.span.end, "size") for size in line.sizes)
    yield Mention(
        entry=entry,
        found=Found.at(clause, frozenset(), hits, by_steps=True, likeness=_SCORE),
        atoms=frozenset(),
        spans=tuple(size.span for size in line.sizes),
        status=Status.PRESENT,
        score=_SCORE,
        modifiers=(),
        places=(),
        units=count,
        rules=(SIZED,),
    )
