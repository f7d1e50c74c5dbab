"""Neoplasms by morphology and site, primary and secondary, active or over (I.C.2)."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem
from detect_icd.gates import Gate
from detect_icd.matchers.special.facts import billable_below, triggers
from detect_icd.matchers.special.growth_places import clause, nearest, one_side, side_near
from detect_icd.matchers.special.polyps import surveyed, told_before
from detect_icd.matchers.special.statement import Statement
from detect_icd.note_memory import of_note
from detect_icd.ready import compile_pattern, read_toml
from detect_icd.sentences import sentences
from detect_icd.whole_note import anywhere
from redactphi.resources import data
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_META = r"(?:metasta(?:sis|ses|tic(?: (?:disease|lesions?|deposits?|involvement|spread|carcinoma|cancer|adenocarcinoma))?)|mets?\b|carcinomatosis)"
_SPREAD = r"metastatic (?:[\w-]+ ){0,4}?(?:cancer|carcinoma|ca|adenocarcinoma|melanoma|n?sclc|rcc|crc|sarcoma)"
_TO = rf"(?:{_SPREAD}(?: \([^()\n]{{1,40}}\))?(?:,[^.;:\n]{{0,80}}?,)?|metasta(?:sis|ses|tic|sized|sizes)(?: disease)?|mets?|spread|metastasizing) (?:to|in|involving|within) (?:the |both |his |her |multiple |several )*"
TRIGGERS = triggers("neoplasm")


@dataclass(frozen=True, slots=True)
class Metastasis:
    """A place of metastases: its code, the primaries that its words do not mean, what states it, what states that they come from it."""

    code: str
    primary: tuple[str, ...]
    regex: Gate
    origin: Gate


@dataclass(frozen=True, slots=True)
class NeoplasmRules:
    """The packaged table, compiled."""

    sites: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]
    skin: tuple[tuple[str, str, Gate], ...]
    metastases: tuple[Metastasis, ...]
    phrases: tuple[tuple[Mapping[str, Any], Gate], ...]
    adenoma: Gate
    bowel: tuple[tuple[str, re.Pattern[str]], ...]
    nodes: tuple[tuple[str, re.Pattern[str]], ...]
    gates: Mapping[str, Gate]
    removed: tuple[tuple[str, Gate], ...]
    raw: Mapping[str, Any]


@functools.cache
def neoplasm_rules() -> NeoplasmRules:
    """The packaged table."""
    raw = read_toml(data("detect_icd") / "special" / "neoplasms.toml")
    return NeoplasmRules(
        sites=tuple((name, _regex(words), _regex(raw["titles"][name])) for name, words in raw["sites"].items()),
        skin=tuple((rule["category"], rule.get("word", ""), Gate(_regex(rule["pattern"]))) for rule in raw["skin"]),
        metastases=tuple(
            Metastasis(
                rule["code"],
                tuple(rule["primary"]),
                Gate(_secondary(rule["site"], nodes=rule["code"].startswith("C77"))),
                Gate(_origin(rule["site"])),
            )
            for rule in raw["metastasis"]
        ),
        phrases=tuple((rule, Gate(_regex(rule["pattern"]))) for rule in raw["phrase"]),
        adenoma=Gate(_regex(raw["adenoma"]["pattern"])),
        bowel=tuple((code, _regex(words)) for code, words in raw["adenoma"]["sites"].items()),
        nodes=tuple((title, _regex(words)) for title, words in raw["nodes"].items()),
        gates={name: Gate(_regex(words)) for name, words in raw["stage"].items()},
        removed=tuple((code, Gate(_removed(words))) for code, words in raw["removed"].items()),
        raw=raw,
    )


def _regex(pattern: str) -> re.Pattern[str]:
    return compile_pattern(pattern, re.IGNORECASE)


def _removed(words: str) -> re.Pattern[str]:
    return _regex(
        rf"(?:\b(?:s/p|status[- ]post|after|following|hx of|history of|underwent|prior|previous)\b[^.;\n]{{0,40}}?\b(?:{words})|\b(?:{words})\b[^.;\n]{{0,12}}?\b(?:(?:19|20)\d\d|ago)\b)"
    )


def _secondary(site: str, *, nodes: bool) -> re.Pattern[str]:
    side = r"(?:(?:right|left|bilateral|r|l)\s)?(?:upper |lower |middle )?"
    many = rf"(?:{side}[\w-]+(?:, | and |, and |/))?(?:{side}[\w-]+(?:, | and |, and |/))?"
    after = rf"|\b(?:{site}) (?:are |is |were )?(?:involve[dm]\w*|pos\w*|\+|mets?\b)(?! for)" if nodes else ""
    return _regex(
        rf"\b{_TO}{many}{side}(?:{site})\b(?! (?:primary|ca\b|cancer|carcinoma|adenocarcinoma))|\b{side}(?:{site})(?: (?:and|&|/) [\w-]+)? {_META}|{_META} ?, {side}(?:{site})\b(?! (?:primary|ca\b|cancer|carcinoma|adenocarcinoma)){after}"
    )


def _origin(site: str) -> re.Pattern[str]:
    return _regex(
        rf"\b{_META} from (?:an? |the |his |her |known |primary )*(?:(?:right|left|r|l)\s)?(?:{site}) (?:cancer|ca|carcinoma|adenocarcinoma|primary|malignancy)\b"
    )


_OF_THE_PLACE = ("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M80", "M81", "M85", "M86", "M87", "M89", "M9")
"""Diseases of the bone or joint that words of its metastases are not; a pathological fracture may be beside them."""


class NeoplasmMatcher:
    """Finds the neoplasms whose site or behaviour stands apart from their name."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The neoplasms of one sentence."""
        known = neoplasm_rules()
        yield from self._skin(note, start, end)
        for place in known.metastases:
            for match in place.regex.finditer(note, start, end):
                code = self._sided(place.code, match.group())
                if code:
                    yield Statement(
                        code,
                        match.start(),
                        match.end(),
                        "neoplasm/secondary",
                        0.94,
                        (*place.primary, "C77", "C78", "C79", "C80", "R59", *_OF_THE_PLACE),
                    )
            for match in place.origin.finditer(note, start, end):
                if code := self._primary(place.primary[0], match.group()):
                    yield Statement(code, match.start(), match.end(), "neoplasm/origin", 0.94, ("C7",))
        for rule, pattern in known.phrases:
            for match in pattern.finditer(note, start, end):
                code = next(
                    (
                        code
                        for code, near in rule.get("near", {}).items()
                        if re.search(near, note[start:end], re.IGNORECASE)
                    ),
                    rule["code"],
                )
                yield Statement(code, match.start(), match.end(), "neoplasm/phrase", 0.94, tuple(rule["owns"]))
        if polyp := known.adenoma.search(note, start, end):
            low, high = clause(note, polyp, start, end)
            sites = [code for code, words in known.bowel if words.search(note, low, high)]
            sites = sites or [code for code, words in known.bowel if words.search(note, start, end)]
            sites = sites or told_before(note, start, known.bowel) or ["D12.6"]
            for code in sites:
                yield Statement(
                    code, polyp.start(), polyp.end(), "neoplasm/adenoma", 0.94, ("D12", "D13", "D36", "K63", "K62")
                )

    def _skin(self, note: str, start: int, end: int) -> Iterator[Statement]:
        known = neoplasm_rules()
        for category, word, pattern in known.skin:
            for match in pattern.finditer(note, start, end):
                near = note[max(start, match.start() - 60) : min(end, match.end() + 60)]
                low, high = clause(note, match, start, end)
                wide = note[low:high]
                site = next(((titles, words) for _, words, titles in known.sites if words.search(wide)), None)
                if site is None:
                    site = nearest(known.sites, near, match.start() - max(start, match.start() - 60))
                    wide = near
                side = side_near(wide, site[1]) if site else ""
                if site is None:
                    site, side = _site_of_note(note)
                    wide = note
                code = self._on_skin(category, word, site[0] if site else None, side, wide)
                if code:
                    yield Statement(
                        code,
                        match.start(),
                        match.end(),
                        f"neoplasm/{category}",
                        0.94,
                        ("C43", "C44", "C80", "D03", "D04", "D17", "D22", "D23", "C4A", "R22", "L98"),
                    )

    def _on_skin(self, category: str, word: str, titles: re.Pattern[str] | None, side: str, near: str) -> str | None:
        codes = [entry for entry in billable_below(self.book, category) if word in entry.title.lower()]
        if titles is None:
            # The last is of no place; those before are of a place whose side or part is open.
            return next(
                (
                    entry.code
                    for entry in reversed(codes)
                    if "unspecified" in entry.title.lower() and "part" not in entry.title.lower()
                ),
                None,
            )
        for pattern in titles.pattern.split("|"):
            fitting = [entry for entry in codes if re.search(pattern, entry.title, re.IGNORECASE)]
            sided = [entry for entry in fitting if side and re.search(rf"\b{side}\b", entry.title)]
            if sided:
                # Of an eyelid upper and lower are apart.
                lid = next((found for found, words in _LIDS if anywhere(words, near)), "")
                return next((entry.code for entry in sided if lid and f"{lid} eyelid" in entry.title), sided[0].code)
            plain = [entry for entry in fitting if not re.search(r"\b(?:right|left)\b", entry.title)]
            if plain:
                return next((entry.code for entry in plain if "unspecified" in entry.title.lower()), plain[0].code)
        return None

    def _primary(self, category: str, words: str) -> str | None:
        """Where metastases come from: the unspecified code of the organ, with its side if the words name one."""
        codes = billable_below(self.book, category)
        side = one_side(words) or "unspecified"
        fitting = [c for c in codes if re.search(rf"\b{side}\b", c.title) and " male" not in c.title] or list(codes)
        return max(fitting, key=lambda c: c.title.count("unspecified")).code if fitting else None

    def _sided(self, heading: str, words: str) -> str | None:
        entry = self.book.get(heading)
        if entry is None or entry.billable:
            return entry.code if entry is not None else None
        side = one_side(words) or "unspecified"
        codes = billable_below(self.book, heading)
        return next(
            (found.code for found in codes if re.search(rf"\b{side}\b", found.title, re.IGNORECASE)),
            codes[0].code if codes else None,
        )

    def revise(self, candidates: list[Candidate], note: str) -> list[Candidate]:
        """All candidates: remission, nodes, what is over, and the encounter for treatment or after it."""
        present = [c for c in candidates if c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM]
        if (match := surveyed(candidates, neoplasm_rules().gates["surveyed"], note)) is not None:
            candidates = [*candidates, self._at("Z09", match, "neoplasm/surveillance")]
        if not any(c.coding.code[0] in "CD" for c in candidates if c.coding.system is CodeSystem.ICD10CM):
            return self._finished(candidates, present, note)
        candidates = [_in_remission(c, note) for c in candidates]
        candidates = [self._staged(c, note) if c.status is Status.PRESENT else c for c in candidates]
        candidates = _settled(candidates)
        primaries = [c for c in candidates if _is_primary(c) and c.status is Status.PRESENT]
        others = [c for c in candidates if c.coding.code[0] in "CD" and c.status is Status.HISTORICAL]
        is_one = len({c.coding.code[:3] for c in primaries}) == 1
        over = {id(c) for c in primaries if _is_over(c, note, others, is_one=is_one)}
        candidates = [
            replace(c, status=Status.HISTORICAL, rules=(*c.rules, "neoplasm/over")) if id(c) in over else c
            for c in candidates
        ]
        return [*candidates, *self._encounter(candidates, note)]

    def _staged(self, candidate: Candidate, note: str) -> Candidate:
        code = candidate.coding.code
        stages = neoplasm_rules().gates
        if code[:3] in _WITH_REMISSION:
            words = next((f"in {stage}" for stage in ("relapse", "remission") if anywhere(stages[stage], note)), "")
            return self._sibling(candidate, lambda title: words in title) if words else candidate
        if (
            code[:3] in {"C81", "C82", "C83", "C84", "C85", "C86", "C88"}
            and "unspecified site" in candidate.coding.display
        ):
            sentence = _sentence(candidate, note)
            said = [title for title, words in neoplasm_rules().nodes if words.search(sentence)]
            wanted = "multiple sites" if len(said) > 1 else said[0] if said else ""
            return self._sibling(candidate, lambda title: wanted in title) if wanted else candidate
        return candidate

    def _sibling(self, candidate: Candidate, fits: Any) -> Candidate:
        entry = self.book.get(candidate.coding.code)
        above = self.book.get(entry.parent) if entry is not None and entry.parent else None
        for code in above.children if above is not None else ():
            sibling = self.book.get(code)
            if sibling is not None and sibling.billable and fits(sibling.title.lower()):
                return replace(candidate, coding=sibling.coding, rules=(*candidate.rules, "neoplasm/stage"))
        return candidate

    def _encounter(self, candidates: list[Candidate], note: str) -> Iterator[Candidate]:
        stage = neoplasm_rules().gates
        historical = [c for c in candidates if _is_primary(c) and c.status is Status.HISTORICAL]
        active = [
            c
            for c in candidates
            if c.coding.code[:1] == "C" and c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM
        ]
        if active:
            for name, code in (("chemotherapy", "Z51.11"), ("immunotherapy", "Z51.12"), ("radiation", "Z51.0")):
                if match := stage[name].search(note):
                    yield self._at(code, match, "neoplasm/treatment")
                    break
        elif historical and (match := stage["follow"].search(note)):
            yield self._at("Z08", match, "neoplasm/follow-up")
        if historical:
            for code, pattern in neoplasm_rules().removed:
                if match := pattern.search(note):
                    yield self._at(code, match, "neoplasm/organ-removed")

    def _finished(self, candidates: list[Candidate], present: list[Candidate], note: str) -> list[Candidate]:
        """I.C.21.c.8: an examination after completed treatment of what has resolved."""
        stage = neoplasm_rules().gates
        match = stage["finished"].search(note)
        if match is None or not stage["resolved"].search(note):
            return candidates
        past = {id(c) for c in present if c.coding.code[0] in "ABEGHIJKLMN"}
        revised = [
            replace(c, status=Status.HISTORICAL, rules=(*c.rules, "encounter/finished")) if id(c) in past else c
            for c in candidates
        ]
        return [*revised, self._at("Z09", match, "encounter/finished")]

    def _at(self, code: str, match: re.Match[str], rule: str) -> Candidate:
        span = Span(match.start(), match.end(), "mention", 0.9, rule)
        return Candidate(self.book[code].coding, (span,), score=0.9, rules=(rule,))


def _is_primary(candidate: Candidate) -> bool:
    code = candidate.coding.code
    return (
        candidate.coding.system is CodeSystem.ICD10CM
        and code[0] == "C"
        and code[:3] not in {"C77", "C78", "C79", "C80"}
        and code < "C81"
    )


def _sentence(candidate: Candidate, note: str) -> str:
    known = sentences(note)
    start, end = known[max(0, bisect_right(known, candidate.start, key=itemgetter(0)) - 1)]
    return note[start:end]


def _is_over(candidate: Candidate, note: str, others: list[Candidate], *, is_one: bool) -> bool:
    """Whether what the note says about a cancer is that its treatment is over and nothing is left (I.C.2.m)."""
    over, active = neoplasm_rules().gates["over"], neoplasm_rules().gates["active"]
    sentence = _sentence(candidate, note)
    # A gate keeps what it scans: it is for whole notes, the pattern alone for short pieces of them.
    if active.pattern.search(sentence):
        return False
    if over.pattern.search(sentence):
        return True
    if not is_one or anywhere(active, note) or not anywhere(over, note):
        return False
    # What is told of another cancer, itself past, is not said of this one.
    told = [_sentence(other, note) for other in others if other.coding.code[:3] != candidate.coding.code[:3]]
    return _is_over_beside(note, tuple(dict.fromkeys(told)))


@of_note(2)
def _is_over_beside(note: str, others: tuple[str, ...]) -> bool:
    """Whether a note says that a cancer is over in what it says of no other."""
    rest = functools.reduce(lambda text, sentence: text.replace(sentence, " "), others, note)
    return neoplasm_rules().gates["over"].pattern.search(rest) is not None


@of_note(2)
def _site_of_note(note: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]] | None, str]:
    """The first site of the skin that a note names anywhere, and its side."""
    sites = neoplasm_rules().sites
    site = next(((titles, words) for _, words, titles in sites if words.search(note)), None)
    return site, side_near(note, site[1] if site else None)


_LIDS = tuple((lid, re.compile(rf"\b{lid}\b", re.IGNORECASE)) for lid in ("upper", "lower"))


def _in_remission(candidate: Candidate, note: str) -> Candidate:
    """I.C.2.n: leukemia and myeloma in remission are coded as such, not as history."""
    if candidate.status is not Status.HISTORICAL or candidate.coding.code[:3] not in _WITH_REMISSION:
        return candidate
    near = note[candidate.start : candidate.start + 60]
    before = note[max(0, candidate.start - 16) : candidate.start].lower()
    remission = neoplasm_rules().gates["remission"].pattern
    if not remission.search(near) or "history" in before or "h/o" in before or "hx" in before:
        return candidate
    return replace(candidate, status=Status.PRESENT, rules=(*candidate.rules, "neoplasm/remission"))


_WITH_REMISSION = {"C90", "C91", "C92", "C93", "C94", "C95"}


def _settled(candidates: list[Candidate]) -> list[Candidate]:
    """Without what a better stated neoplasm of the note already says."""
    codes = {c.coding.code for c in candidates if c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM}
    stated = any(code[0] in "CD" and code[:3] < "D49" and not code.startswith("D50") for code in codes)
    specific = {code[:3] for code in codes if code[0] == "C" and len(code) > 3 and not code.endswith("9")}  # noqa: PLR2004 - a category alone says nothing
    adenoma = any(code.startswith(("D12", "D01")) for code in codes)

    def says_less(code: str) -> bool:
        return (
            (stated and code.startswith("D49"))
            or (adenoma and code == "K63.5")
            or ("D12.8" in codes and code == "K62.1")
            or (code[0] == "C" and len(code) == 5 and code.endswith(".9") and code[:3] in specific)  # noqa: PLR2004 - C16.9
        )

    return [
        c
        for c in candidates
        if not (c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM and says_less(c.coding.code))
    ]
