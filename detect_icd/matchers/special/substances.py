"""Substances that did harm or were missing (I.C.19.e): poisoning by intent, adverse effect, underdosing, toxic effect."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detect_icd.candidates import Candidate, Status
from detect_icd.coding import CodeSystem, icd10cm
from detect_icd.gates import Gate, folded
from detect_icd.matchers.special.facts import table, triggers
from detect_icd.matchers.special.statement import OTHERS, Statement
from detect_icd.ready import compile_pattern, read_toml
from detect_icd.terms import rows
from detect_icd.whole_note import anywhere
from redactphi.resources import data
from redactphi.spans import Span

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_TITLES = {
    "accident": "accidental", "self-harm": "intentional self-harm", "assault": "assault", "undetermined": "undetermined",
    "adverse": "adverse effect", "underdosing": "underdosing",
}  # fmt: skip
_CORRECT = re.compile(
    r"\b(?:as (?:prescribed|directed|instructed|ordered|told|rx'?d)|(?:per|according to) (?:the )?(?:label|directions|instructions)|(?:taken|dosed) (?:correctly|right|properly)|"
    r"prescribed dose|usual (?:prescribed )?dose|properly|therapeutic dose|correct(?:ly)? (?:dose|dosed|taken|prescribed|administered))\b",
    re.IGNORECASE,
)
_MEDICINE_END = "T51"
_CORROSIVE = ("T52", "T53", "T54", "T55", "T57", "T60", "T65")
"""Categories of chemicals that do harm by contact."""
_ANTIDOTES = ("T50.6", "T50.7")
_NEAR = 150
"""Characters on either side of what was missing within which its reason stands."""

_NOT_YET = re.compile(
    r"\b(?:risks?|could|may|might|if|not to|do not|at least|should|suggest\w*|monitor\w* for|watch\w* for|(?:signs?|symptoms?) of|(?:told|taught|shown|knows|asked|explained|reviewed|discussed) (?:\w+ )?(?:what|about|of|how))\b[^.;:]{0,80}$",
    re.IGNORECASE,
)
"""Before a drug: harm that may come, not harm that has."""

_NOT_MISSED = re.compile(
    r"\b(?:had (?:previously )?been|previously|in the past|history of|h/o|den(?:y|ies|ied|ying)|no (?:missed|skipped|lapses?)|"
    r"(?:never|not|n'?t) (?:been )?(?:miss|skip|r[au]n out|forg[eo]t)\w*)\b",
    re.IGNORECASE,
)
_NO_LONGER_MISSED = re.compile(r"\bhad (?:previously )?been non-?(?:complian|adheren)\w*", re.IGNORECASE)
_MISSING = (*OTHERS, Status.HISTORICAL, Status.NEGATED)
"""What "had stopped" and "could not afford" seem to say of the medicine that is missing."""

_BY_CAREGIVER = {"Z91.120": "Z91.A20", "Z91.128": "Z91.A28", "Z91.130": "Z91.A3", "Z91.138": "Z91.A3"}
_DEFICIT = re.compile(
    r"\s*(?:deficien|overload|studies|level|panel|status|use(?!d? (?:exactly )?as (?:directed|prescribed|ordered|instructed))|abuse|misuse|dependence|disorder|withdrawal|free|allerg|intoxic|resistan|refractor|fail(?:ure|ed)|clinic|refill|-?naive)",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(?:given|received|gave|administered|started on|treated with|loaded with|switched to|changed to|continue[ds]?|prescribed|start|resume[ds]?)\s+(?:iv |po |im )?$",
    re.IGNORECASE,
)
_HARM = re.compile(r"\b(?:over-?dos\w*|poison\w*|toxicity|reaction|induced)", re.IGNORECASE)
_GIVEN_AFTER = re.compile(r"\s*(?:drip|infusion|given|administered|protocol|level|was given|gtt)\b", re.IGNORECASE)
_BEGUN = re.compile(r"\s+(?:was |is )?(?:started|added|begun|initiated)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;]\s*$")
"""Around a drug begun against what another one did: "hypertension from the steroids, amlodipine started"."""
_CO_SOURCES = (
    ("T58.0", re.compile(r"\b(?:car|vehicle|engine|exhaust|motor|truck|garage)\b", re.IGNORECASE)),
    ("T58.1", re.compile(r"\b(?:gas (?:line|leak)|utility gas|natural gas|water heater|gas (?:stove|heater|furnace))\b", re.IGNORECASE)),
    ("T58.2X", re.compile(r"\b(?:furnace|wood stove|charcoal|grill|fireplace|space heater|generator|kerosene heater|stove)\b", re.IGNORECASE)),
)  # fmt: skip
_TOLD_SCORE = 0.85
_OWNED = ("T3", "T4", "T5", "T6", "T88", "X", "W", "S", "F19", "T14")


@dataclass(frozen=True, slots=True)
class DrugEvents:
    """The packaged words for what a substance did.

    Attributes:
        events: Event to the pattern that tells it.
        intents: Intent to the pattern that tells it, in the order they count.
        reasons: Code of a reason for underdosing to the pattern that tells it.
        caregiver: The pattern that tells that somebody else gives the medicine.
        raw: The tables, with their examples.
    """

    events: dict[str, re.Pattern[str]]
    intents: tuple[tuple[str, re.Pattern[str]], ...]
    reasons: tuple[tuple[str, re.Pattern[str]], ...]
    caregiver: re.Pattern[str]
    raw: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


@functools.cache
def names() -> dict[str, str]:
    """Name of a substance to its category."""
    return {name: code for code, listed in rows("special/substances.tsv", 2) for name in listed.split("|")}


@functools.cache
def _name_pattern() -> re.Pattern[str]:
    longest = sorted(names(), key=lambda name: -len(name))
    return compile_pattern(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w])", re.IGNORECASE)


@functools.cache
def drug_events() -> DrugEvents:
    """The packaged events."""
    tables = _tables()
    events = {
        raw["name"]: compile_pattern(_expanded(raw["patterns"], tables["define"]), re.IGNORECASE)
        for raw in tables["event"]
    }
    care = tables["caregiver"]
    told_of = (*tables["event"], {"name": "caregiver", **care})
    return DrugEvents(
        events,
        tuple(
            (name, compile_pattern("|".join(patterns), re.IGNORECASE)) for name, patterns in tables["intent"].items()
        ),
        tuple(
            (code, compile_pattern("|".join(patterns), re.IGNORECASE)) for code, patterns in tables["reason"].items()
        ),
        compile_pattern("|".join(care["patterns"]), re.IGNORECASE),
        tuple((raw["name"], tuple(raw["matches"]), tuple(raw["ignores"])) for raw in told_of),
    )


@functools.cache
def _tables() -> dict[str, Any]:
    return read_toml(data("detect_icd") / "special" / "drug_events.toml")


def _expanded(patterns: Sequence[str], pieces: Mapping[str, str]) -> str:
    """The patterns as one, the drug as the character that names are masked with."""
    joined = "|".join(patterns)
    while (piece := re.search(r"\{\{(\w+)\}\}", joined)) is not None:
        joined = joined.replace(piece[0], pieces[piece[1]])
    return joined.replace("{drug}", "\ue000")


TRIGGERS = triggers("substance") | frozenset(_tables()["words"])


def told(sentence: str, event: str) -> bool:
    """Whether a sentence tells an event of a substance, or that a caregiver gives it."""
    if event == "caregiver":
        return drug_events().caregiver.search(sentence) is not None
    return _tells(_masked(sentence), event)


def _tells(masked: str, event: str) -> bool:
    return drug_events().events[event].search(masked) is not None


def _masked(sentence: str) -> str:
    return _name_pattern().sub(_MASK, sentence)


@functools.cache
def _name_gate() -> Gate:
    return Gate(_name_pattern())


@functools.cache
def _event_gates() -> dict[str, Gate]:
    """The events, each with what a sentence must have for it; a name in it is masked and tells none."""
    return {name: Gate(pattern) for name, pattern in drug_events().events.items()}


def _without(note: str, start: int, end: int, named: Sequence[re.Match[str]]) -> str:
    """A sentence with its names masked, as ``_masked`` does it: these are its names, unless a word goes on into it."""
    before = note[start - 1 : start]
    if before.isalnum() or before in _WORDLIKE:
        return _masked(note[start:end])
    parts: list[str] = []
    place = start
    for match in named:
        parts += (note[place : match.start()], _MASK)
        place = match.end()
    return "".join((*parts, note[place:end]))


_MASK = "\ue000"
_WORDLIKE = frozenset("-_")


class SubstanceMatcher:
    """Finds poisonings, adverse effects, underdosing and toxic effects."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The substances of one sentence that did something, with the intent the note tells."""
        yield from self._venoms(note, start, end)
        named = list(_name_gate().finditer(note, start, end))
        found = [match for match in named if not _DEFICIT.match(note, match.end(), end)]
        if not found or not any(one.possible(note, start, end) for one in _event_gates().values()):
            return
        possible = frozenset(name for name, one in _event_gates().items() if one.has_piece(note, start, end))
        sentence = note[start:end]
        event = self._event(_without(note, start, end, named), note, possible)
        if event is None:
            return
        for match in found:
            category = names()[folded(match.group())]
            if category >= _MEDICINE_END and event in {"adverse", "underdosing"}:
                continue
            if event == "contact" and not category.startswith(_CORROSIVE):
                continue
            if (
                category in _ANTIDOTES
                or _GIVEN.search(note[start : match.start()])
                or _GIVEN_AFTER.match(note, match.end(), end)
                or (
                    event == "adverse"
                    and _BEGUN.match(note, match.end(), end)
                    and _CLAUSE.search(note[start : match.start()])
                )
                or (event == "adverse" and _NOT_YET.search(note, start, match.start()))
                or (event == "underdosing" and _NO_LONGER_MISSED.search(sentence))
            ):
                continue
            if event in {"adverse", "underdosing"} and not _linked(
                sentence, match.start() - start, match.end() - start, event
            ):
                continue
            code = self.complete(category, intent(note) if event in {"poisoning", "contact"} else event)
            if code:
                after = _HARM.search(note, match.end(), min(end, match.end() + 20))
                yield Statement(
                    code,
                    match.start(),
                    after.end() if after else match.end(),
                    f"substance/{event}",
                    0.9,
                    _OWNED,
                    despite=_MISSING if event == "underdosing" and not _NOT_MISSED.search(sentence) else OTHERS,
                )

    def _event(self, masked: str, note: str, possible: frozenset[str]) -> str | None:
        """The event that a sentence tells, its names masked, of those it may tell."""

        def tells(event: str) -> bool:
            return event in possible and _tells(masked, event)

        if tells("poisoning"):
            return "adverse" if anywhere(_CORRECT, note) and tells("adverse") else "poisoning"
        return next((event for event in ("adverse", "underdosing", "contact") if tells(event)), None)

    def _venoms(self, note: str, start: int, end: int) -> Iterator[Statement]:
        for rule, low, high in table("venoms.tsv").find(note, start, end):
            category = rule.code
            if category == "T58.0":
                category = next((code for code, regex in _CO_SOURCES if anywhere(regex, note)), "T58.9")
            if code := self.complete(category, intent(note)):
                yield Statement(code, low, high, f"substance/{rule.code}", 0.93, (*_OWNED, "L"))

    def complete(self, category: str, what: str) -> str | None:
        """The code of a substance for an intent or event, by the titles under its category."""
        for entry in _seventh_bases(self.book, category):
            title = self.book[entry].title.lower()
            if _TITLES[what] in title:
                return self.book[entry].with_seventh("A")
        return None

    def revise(self, candidates: list[Candidate], note: str) -> list[Candidate]:
        """With the reason for underdosing; without what a poisoning or an adverse effect already says."""
        codes = {
            c.coding.code for c in candidates if c.status is Status.PRESENT and c.coding.system is CodeSystem.ICD10CM
        }
        kinds = {kind for code in codes if (kind := _kind_of(self.book, code))}
        if not kinds:
            return [*candidates, *self._told_of(candidates, note)]
        kept = [c for c in candidates if not (c.status is Status.PRESENT and _redundant(c, kinds, codes))]
        if "underdosing" in kinds and any(not code.startswith(("T", "Z", "R")) for code in codes):
            return [*kept, *self._reason(kept, note)]
        if "underdosing" in kinds and not any(code[0] in "ABCDEFGHIJKLMNR" for code in codes):
            return [c for c in kept if _kind_of(self.book, c.coding.code) != "underdosing"]
        return kept

    def _told_of(self, candidates: Sequence[Candidate], note: str) -> Iterator[Candidate]:
        """The adverse effect that a diagnosis only drugs bring about tells of, where the note names one such drug."""
        for raw in _tables()["told"]:
            sources = [
                c
                for c in candidates
                if c.status is Status.PRESENT and icd10cm.compact(c.coding.code).startswith(tuple(raw["codes"]))
            ]
            if not sources:
                continue
            named = {
                category: match
                for match in _name_gate().finditer(note, 0, len(note))
                if (category := names()[folded(match.group())]).startswith(tuple(raw["drugs"]))
            }
            if len(named) != 1:
                continue
            category, match = named.popitem()
            if code := self.complete(category, "adverse"):
                span = Span(match.start(), match.end(), "mention", _TOLD_SCORE, "substance/told")
                yield Candidate(
                    self.book[code].coding,
                    (span,),
                    section=sources[0].section,
                    score=_TOLD_SCORE,
                    rules=("substance/told",),
                )
                return

    def _reason(self, candidates: Sequence[Candidate], note: str) -> Iterator[Candidate]:
        source = next((c for c in candidates if _kind_of(self.book, c.coding.code) == "underdosing"), None)
        if source is None:
            return
        low, high = max(0, source.start - _NEAR), source.start + _NEAR
        near = note[low:high]
        found = ((code, match) for code, regex in drug_events().reasons if (match := regex.search(near)))
        code, because = next(found, ("", None))
        if told(near, "caregiver"):
            code = _BY_CAREGIVER.get(code, code)
        entry = self.book.get(code)
        if entry is not None and entry.billable:
            place = because.span() if because else (source.start - low, source.start - low + 1)
            span = Span(low + place[0], low + place[1], "mention", _TOLD_SCORE, "substance/reason")
            yield Candidate(
                entry.coding, (span,), section=source.section, score=_TOLD_SCORE, rules=("substance/reason",)
            )


def intent(note: str) -> str:
    """The intent of a poisoning that a note tells; accidental where it tells none (I.C.19.e.5.b)."""
    return next((name for name, regex in drug_events().intents if anywhere(regex, note)), "accident")


def _linked(sentence: str, start: int, end: int, event: str) -> bool:
    """Whether the words of an adverse effect stand about this substance."""
    masked = f"{_name_pattern().sub(lambda m: ' ' * len(m.group()), sentence[:start])}\ue000{_name_pattern().sub(lambda m: ' ' * len(m.group()), sentence[end:])}"
    return drug_events().events[event].search(masked) is not None


@functools.lru_cache(maxsize=512)
def _seventh_bases(book: CodeBook, category: str) -> tuple[str, ...]:
    entry = book.get(category)
    if entry is None:
        return ()
    if entry.needs_seventh:
        return (entry.code,)
    return tuple(code for child in entry.children for code in _seventh_bases(book, child))


def _kind_of(book: CodeBook, code: str) -> str:
    if not "T36" <= code[:3] <= "T65":
        return ""
    entry = book.get(code)
    title = entry.title.lower() if entry is not None else ""
    return (
        "underdosing" if title.startswith("underdosing") else "adverse" if title.startswith("adverse") else "poisoning"
    )


def _redundant(candidate: Candidate, kinds: set[str], codes: set[str]) -> bool:
    code = candidate.coding.code
    if code.startswith("T14.91"):
        return "poisoning" in kinds
    if code.startswith("T50.9"):
        return any(
            other.startswith("T") and "T36" <= other[:3] < "T51" and not other.startswith("T50.9") for other in codes
        )
    if code.startswith("T88.7"):
        return "adverse" in kinds
    return code.startswith(("Z91.14", "Z91.19")) and "underdosing" in kinds
