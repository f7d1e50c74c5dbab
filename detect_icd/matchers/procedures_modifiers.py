"""Modifiers that a note's words give its operations: stopped, staged, back for a complication, for the assistant ..."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from detect_icd.candidates import Candidate, Status
from detect_icd.code_ranges import code_ranges, in_ranges
from detect_icd.coding import modifier
from detect_icd.gates import Gate, gate
from detect_icd.matchers.procedures_lexicon import by_code
from detect_icd.ready import compile_pattern, read_toml
from detect_icd.rule_rows import build
from detect_icd.sections import Section, section_sentences
from redactphi.errors import RuleError, UnknownNameError
from redactphi.resources import data
from redactphi.spans import Span

KINDS = ("any", "surgery", "first", "evaluation", "colonoscopy", "imaging")
_ELSEWHERE = frozenset(
    {"past_medical_history", "past_surgical_history", "history_of_present_illness", "social_history", "family_history",
     "plan", "planned_procedure", "disposition", "instructions"}
)  # fmt: skip
"""Sections that speak of other operations than this one."""
_OF_VISITS = frozenset({"24", "25", "57"})
"""What is said of a visit may stand anywhere in it."""
_BEGUN = re.compile(
    r"\b(?:incision|incised|trocar|insufflat\w+|insert(?:ed|ion)|advanced|intubat\w+|anesthesia was (?:induced|administered|given)|"
    r"(?:was|were) sedated|sedation was|prepped|draped|introduced|dissect\w+|\w*scope|needle was|catheter was)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ModifierRule:
    """When the words of a note give a modifier, and which operations take it.

    Attributes:
        code: The modifier.
        what: What it says, in this project's words.
        to: Of ``KINDS``: which procedures take it.
        words: Patterns that say so, in any case.
        unless: Patterns that take it back in the same sentence.
        begun: Whether the note must tell that the operation was begun.
        where: Patterns of which one must stand somewhere in the note, whatever sentence gives it.
        codes: Codes and ranges of codes that alone take it; empty: all of the kind.
        matches: Sentences that give it.
        ignores: Sentences that do not.
    """

    code: str
    what: str
    to: str
    words: tuple[str, ...]
    matches: tuple[str, ...]
    ignores: tuple[str, ...]
    unless: tuple[str, ...] = ()
    begun: bool = False
    where: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Self:
        """A rule from its table.

        Raises:
            RuleError: A key is unknown or missing, or it is no modifier.
            UnknownNameError: ``to`` is no kind of procedure.
        """
        rule = build(cls, raw, "procedure_modifiers")
        if not modifier.is_valid(rule.code):
            raise RuleError(f"procedure_modifiers.toml: {rule.code} is no modifier")
        if rule.to not in KINDS:
            raise UnknownNameError("to", rule.to, KINDS)
        return rule

    @property
    def key(self) -> str:
        """The modifier, with the codes that alone take it."""
        return " ".join((self.code, *self.codes))

    def is_named(self, text: str, start: int, end: int) -> bool:
        """Whether a stretch of text has words that give it, whatever takes them back."""
        said = _patterns(self.words)
        return said is not None and said.possible(text, start, end) and said.search(text, start, end) is not None

    def may_be_named(self, text: str, start: int = 0, end: int | None = None) -> bool:
        """Whether a stretch of text may have such words; cheap to tell."""
        said = _patterns(self.words)
        return said is not None and said.possible(text, start, end)

    def find(self, text: str, start: int, end: int) -> Span | None:
        """The words of a sentence that give it."""
        said, not_said = _patterns(self.words), _patterns(self.unless)
        match = said.search(text, start, end) if said is not None else None
        if match is None or (not_said is not None and not_said.search(text, start, end)):
            return None
        if self.begun and not _BEGUN.search(text):
            return None
        required = _patterns(self.where)
        if required is not None and required.search(text) is None:
            return None
        return Span(match.start(), match.end(), "modifier", 1.0, f"modifier/{self.code}")


class Distinct(NamedTuple):
    """Operations that take 59 beside others: codes and ranges of both, and whether they are always of another lesion."""

    lesser: str
    beside: str
    always: bool


class ModifierRules(NamedTuple):
    """The packaged rules, and the pairs of operations of which the first takes 59 beside the second."""

    rules: tuple[ModifierRule, ...]
    distinct: tuple[Distinct, ...]


@functools.cache
def modifier_rules() -> ModifierRules:
    """The packaged rules.

    Raises:
        RuleError: A table is malformed.
    """
    raw = read_toml(data("detect_icd") / "procedure_modifiers.toml")
    if unknown := sorted(set(raw) - {"modifier", "distinct", "apart"}):
        raise RuleError(f"procedure_modifiers.toml: unknown keys {unknown}; valid: apart, distinct, modifier")
    pairs = [(pair.split(), key == "apart") for key in ("distinct", "apart") for pair in raw[key]]
    return ModifierRules(
        tuple(map(ModifierRule.from_mapping, raw["modifier"])),
        tuple(Distinct(lesser, beside, always) for (lesser, beside), always in pairs),
    )


@functools.cache
def _is_of(code: str, written: tuple[str, ...]) -> bool:
    return in_ranges(code, code_ranges(written, "procedure_modifiers.toml"))


@functools.cache
def _patterns(parts: tuple[str, ...]) -> Gate | None:
    return gate(compile_pattern(rf"(?<!\w)(?:{'|'.join(parts)})", re.IGNORECASE)) if parts else None


@functools.cache
def _gates() -> tuple[tuple[ModifierRule, Gate], ...]:
    """The packaged rules that words give, each with the gate of its words."""
    found = ((rule, _patterns(rule.words)) for rule in modifier_rules().rules)
    return tuple((rule, said) for rule, said in found if said is not None)


def may_give(key: str, text: str) -> bool:
    """Whether a text may have words of the rules of a modifier, by its ``key``."""
    return any(said.possible(text) for rule, said in _gates() if rule.key == key)


def _speaking(
    text: str, section: Section, rules: Sequence[ModifierRule]
) -> Iterator[tuple[tuple[int, int], list[ModifierRule]]]:
    """The sentences of a section in which some of these rules may have words, each with those rules."""
    bounds = list(section_sentences(text, (section,)))
    ends = [end for _, end in bounds]
    speaking: dict[int, list[ModifierRule]] = {}
    for rule in rules:
        said = _patterns(rule.words)
        places = said.standing(text, section.start, section.end) if said is not None else ()
        numbers = range(len(bounds)) if places is None else sorted({bisect_right(ends, place) for place in places})
        for number in numbers:
            speaking.setdefault(number, []).append(rule)
    for number in sorted(speaking):
        if number < len(bounds):
            yield bounds[number], speaking[number]


def named_modifiers(text: str, sections: Sequence[Section]) -> dict[str, Span]:
    """The modifiers that a note's words give, each with its first words; what only some codes take is named with them."""
    found: dict[str, Span] = {}
    named = [rule for rule, said in _gates() if said.possible(text)]
    for section in sections if named else ():
        elsewhere = section.name in _ELSEWHERE
        rules = [
            rule
            for rule in named
            if rule.key not in found
            and (not elsewhere or rule.code in _OF_VISITS)
            and rule.may_be_named(text, section.start, section.end)
        ]
        if not rules:
            continue
        for (low, high), speaking in _speaking(text, section, rules):
            for rule in speaking:
                if (
                    rule.key not in found
                    and (span := rule.find(text, low, high))
                    # What follows the sentence may take back what it says.
                    and rule.is_named(text, section.start, section.end)
                ):
                    found[rule.key] = span
    return found


def with_modifiers(candidates: Sequence[Candidate], named: Mapping[str, Span], text: str) -> list[Candidate]:
    """The candidates with the modifiers of the note; only what was done has any."""
    done = [c for c in candidates if c.status is Status.PRESENT]
    lesser = _lesser({c.coding.code for c in done}, text)
    first = next((c for c in done if _is_surgery(c) and not _is_add_on(c)), None)
    beside = any(map(_is_surgery, done))
    found = []
    for candidate in candidates:
        if candidate.status is not Status.PRESENT:
            found.append(candidate)
            continue
        spans = _given(candidate, named, is_first=candidate is first)
        if beside and _takes("evaluation", candidate, is_first=False) and not {"57", "25"} & spans.keys():
            # A visit is reported beside an operation of the day only as one apart from it.
            spans["25"] = None
        if candidate.coding.code in lesser:
            spans["59"] = None
        modifiers = tuple(dict.fromkeys((*spans, *candidate.modifiers)))
        evidence = (*candidate.evidence, *(span for span in spans.values() if span))
        found.append(replace(candidate, modifiers=modifiers, evidence=evidence) if spans else candidate)
    return found


def _given(candidate: Candidate, named: Mapping[str, Span], *, is_first: bool) -> dict[str, Span | None]:
    """The modifiers that the note's words give an operation, each with its words."""
    given: dict[str, Span | None] = {}
    for rule in modifier_rules().rules:
        if rule.key in named and _takes(rule.to, candidate, is_first=is_first):
            code = candidate.coding.code
            if not rule.codes or _is_of(code, rule.codes):
                given.setdefault("52" if rule.code == "53" and code in _THERAPEUTIC else rule.code, named[rule.key])
    for more, less in _OVERRULED:
        if more in given:
            given.pop(less, None)
    return given


def _lesser(reported: AbstractSet[str], text: str) -> set[str]:
    """The codes that take 59 beside another, of another lesion as far as the note tells."""
    found: set[str] = set()
    told = None
    for lesser, beside, always in modifier_rules().distinct:
        own = [code for code in reported if _is_of(code, (lesser,))]
        if own and any(_is_of(code, (beside,)) for code in reported):
            told = _tells_apart(text) if told is None else told
            found.update(own if always or told else ())
    return found


_PART = re.compile(
    r"\b(?:(?P<cecum>cec(?:um|al))|(?P<ileum>terminal ileum|ileocecal|TI\b)|(?P<ascending>ascending|right colon|hepatic flexure)|"
    r"(?P<transverse>transverse)|(?P<descending>descending|splenic flexure|left colon)|(?P<sigmoid>sigmoid)|(?P<rectum>rect(?:um|al))|"
    r"(?P<antrum>antr(?:um|al)|pylor\w+)|(?P<body>gastric body|body of the stomach|greater curv\w+|lesser curv\w+|fund(?:us|ic)|cardia)|"
    r"(?P<duodenum>duod\w*|second portion)|(?P<esophagus>esoph\w*|GE junction|gastroesophageal)|"
    r"(?P<apart>(?:separate|different|another|distinct|other|second) (?:\w+ ){0,2}(?:lesion|polyp|site|area|location|segment)s?))",
    re.IGNORECASE,
)


def _tells_apart(text: str) -> bool:
    """Whether a note places what was done at different lesions."""
    parts = {match.lastgroup for match in _PART.finditer(text)}
    return "apart" in parts or len(parts) > 1


_OVERRULED = (
    ("82", "80"),
    ("AS", "80"),
    ("AS", "82"),
    ("53", "52"),
    ("78", "58"),
    ("PT", "33"),
    ("77", "76"),
    ("TC", "26"),
)
"""Of modifiers that exclude one another first the one that says more."""
_THERAPEUTIC = frozenset({"45379", "45380", "45381", "45382", "45384", "45385", "45388", "45390", "45398", "44389", "44392", "44394"})  # fmt: skip
"""Colonoscopies in which something was done: one that does not reach the cecum is reduced, not stopped."""


def _takes(kind: str, candidate: Candidate, *, is_first: bool) -> bool:
    code = candidate.coding.code
    match kind:
        case "any":
            return True
        case "first":
            return is_first
        case "surgery":
            return _is_surgery(candidate)
        case "evaluation":
            return code.startswith("99") and "99202" <= code <= "99499"
        case "colonoscopy":
            return code in _SCREENED
        case _:
            return code[0] == "7" or code.startswith(("93", "95"))


_SCREENED = frozenset({"45379", "45380", "45381", "45382", "45384", "45385", "45388", "45389", "45390", "45391", "45392", "45393", "45398", "45378"})  # fmt: skip


def _is_surgery(candidate: Candidate) -> bool:
    return candidate.coding.code.isdigit() and "10000" <= candidate.coding.code <= "69990"


def _is_add_on(candidate: Candidate) -> bool:
    entries = by_code().get(candidate.coding.code, ())
    return any(entry.add_on_to for entry in entries)
