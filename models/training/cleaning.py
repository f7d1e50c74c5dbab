"""Turns a real note into a template: whatever identifies becomes a slot, whatever is doubtful is left out.

Text that stays unlabelled teaches the model "not PHI", so nothing that could be a true name, town, employer, date or
placeholder may stay. Passes run in order; each puts a mark in place of what it found, and later ones cannot see into
marks. In the end, sentences with unresolved placeholders or unexplained names are dropped.
"""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field

import regex as re

from models.training.cleaning_patterns import (
    BARE_NAMED,
    CAPITAL,
    CLOSE,
    CREDENTIAL,
    DATES,
    FORM_FIELDS,
    HOLDER,
    INSTITUTION_END,
    LIVES,
    MARK,
    NOT_NAMES,
    OPEN,
    ORG_WORD,
    PLACE_WORD,
    WORKS,
)
from models.training.doubt import (
    drop_doubtful,
    eponym_noun,
    is_plain_place,
    is_second_name,
    ordinary_words,
    plain_words,
    safe_capitalised,
    unit_words,
)
from models.training.raw import RawNote, sex_of
from models.training.slots import Part, Slot
from models.training.sources import states_and_countries
from models.training.surface import surface
from redactphi.resources import terms


@dataclass(frozen=True, slots=True)
class CleanNote:
    """A note made safe to learn from.

    Attributes:
        id: The note's id.
        corpus: Where it is from.
        parts: Its text and slots.
        sex: Of the patient as the note says: ``m``, ``f`` or empty.
        dropped: How many sentences were left out.
    """

    id: str
    corpus: str
    parts: tuple[Part, ...] = field(repr=False)
    sex: str
    dropped: int


def _mark(slot: str) -> str:
    return f"{OPEN}{slot}{CLOSE}"


class Cleaner:
    """Cleans one note. Keeps which true name became which slot."""

    def __init__(self, note: RawNote) -> None:
        self.note = note
        self.text = note.text.replace("\\n", "\n").replace("\r", "").replace("\u00a0", " ")
        self.names: dict[str, str] = {}
        self.counts: Counter[str] = Counter()

    def clean(self) -> CleanNote:
        """The note as parts."""
        self._facts()
        self._dates()
        self._people()
        self._ages()
        self._organisations()
        self._names_in_passing()
        self._places()
        text, dropped = drop_doubtful(self.text)
        return CleanNote(self.note.id, self.note.corpus, to_parts(text), sex_of(self.note.text), dropped)

    def _slot(self, stem: str, key: str, most: int = 5) -> str:
        """The slot of a true value: the same value gets the same number."""
        known = f"{stem}:{key.lower()}"
        if known not in self.names:
            self.counts[stem] += 1
            self.names[known] = f"{stem}{min(self.counts[stem], most)}"
        return self.names[known]

    def _facts(self) -> None:
        """Values the row itself names."""
        row = self.note.meta.get("row", {})
        first, last = row.get("fname", ""), row.get("lname", "")
        for key, slot in (
            ("email", "email"),
            ("telephone", "phone"),
            ("address", "street"),
            ("postcode", "zip"),
            ("city", "city"),
        ):
            if len(value := str(row.get(key, "")).strip(" ,")) > 3:  # noqa: PLR2004
                self.text = self.text.replace(value, _mark(slot))
        if first and last:
            self._rename(first, last)
        self.text = re.sub(r"(?:https?://|www\.)\S+", _mark("url"), self.text)
        self.text = re.sub(r"\b[\w.]+@[\w.]+\.\w+\b", _mark("email"), self.text)
        self.text = re.sub(r"(?<!\d)(?:\(?\d{3}\)?[ .\-])?\d{3}[.\-]\d{4}\b", _mark("phone"), self.text)
        for pattern, filled in FORM_FIELDS:
            self.text = re.sub(pattern, filled, self.text)

    def _rename(self, first: str, last: str) -> None:
        self.text = re.sub(
            rf"\b{re.escape(first)} (?:[A-Z]\.? )?{re.escape(last)}\b", _mark("patient.first_last"), self.text
        )
        for name, form in ((first, "first"), (last, "last")):
            if len(name) > 1:
                self.text = re.sub(rf"(?<![\w{OPEN}]){re.escape(name)}\b", _mark(f"patient.{form}"), self.text)

    def _dates(self) -> None:
        for pattern, form in DATES:
            self.text = re.sub(pattern, functools.partial(self._date, form=form), self.text)

    def _date(self, match: re.Match[str], form: str) -> str:
        written = match[0]
        slot = self._slot("date", written, 9)
        if form in {".numeric", ".long", ""} and re.search(r"\d:\d\d", written):
            form = ".datetime"
        elif form == ".long" and "day" in written:
            form = ".weekday"
        lead = "the " if written.startswith("the ") else ""
        return lead + _mark(slot + form)

    def _people(self) -> None:
        doctor = rf"\b(Drs?\b\.?|DR\.|Doctors?|Nurse) +({HOLDER}(?![\w])|{CAPITAL}(?: +{CAPITAL}(?!\.? ?(?:M\.?D|D\.?O)\b))?)"
        self.text = re.sub(doctor, self._doctor, self.text)
        self.text = re.sub(
            rf"(?<=[{CLOSE}])(,? (?:and|or|/) )({HOLDER}|{CAPITAL})(?=[,. ]+(?:{CREDENTIAL}|were|have|both))",
            self._second,
            self.text,
        )
        self.text = re.sub(
            rf"(?<![\w{OPEN}])((?:{HOLDER}|{CAPITAL}(?: [A-Z]\.?)?(?: {CAPITAL})?)), ?({CREDENTIAL})(?!\w)",
            self._credentialed,
            self.text,
        )
        mister = rf"\b(Mr\.?|Mrs\.?|Ms\.?|Miss|MR\.|MS\.|MRS\.) +({HOLDER}(?![\w])|{CAPITAL}(?: {CAPITAL})?)"
        self.text = re.sub(mister, self._mister, self.text)
        said = rf"(?m)(?:(?<=^)|(?<=[.:] )|(?<=[.:]  )|(?<=with )|(?<=,\n))({CAPITAL}(?: [A-Z]\.)?(?: {CAPITAL})?)(?=,? (?:is|was|who is) (?:an?|the|my) (?:\S+ ){{0,3}}\d+[ \-](?:years?|months?|weeks?|days?)[ \-]old)"
        self.text = re.sub(said, self._introduced, self.text)
        self.text = re.sub(
            r"\b(?:John|Jane|Baby) Doe\b|\bSample Patient\b|\bPatient Name\b(?= (?:is|was|has))",
            _mark("patient"),
            self.text,
        )
        self.text = re.sub(r"\bSample (?:Doctor|Physician|Surgeon)\w*\b", _mark("provider1"), self.text)
        self.text = re.sub(
            rf"(?<=Dear )({HOLDER}|{CAPITAL})(?=[:,])",
            lambda match: _mark(self._slot("provider", match[0]) + ".first"),
            self.text,
        )
        self.text = re.sub(
            rf"(?<=\bpatient,? )\(?(?:{HOLDER})(?=[).,]| today| is| was)\)?", _mark("patient"), self.text
        )
        self.text = re.sub(r"(?<=seen )(?:ABC|XYZ)(?= today)", _mark("patient"), self.text)
        self.text = re.sub(
            r"\b(?:ABCD?|XYZ)(?= (?:is|was|has|had|reported|reports|states|stated|deny|denied|could|whether|by)\b)",
            _mark("patient.first"),
            self.text,
        )
        self._propagate()

    def _doctor(self, match: re.Match[str]) -> str:
        title, name = match[1], match[2]
        kept = ""
        words = name.split()
        if len(words) > 1 and not re.fullmatch(HOLDER, name) and not is_second_name(words[1]):
            name, kept = words[0], " " + words[1]
        base = name.removesuffix("'s").removesuffix("’s")
        possessive = name[len(base) :]
        if base.lower() in NOT_NAMES or (title == "Nurse" and base.lower() in terms("common_words")):
            return match[0]
        form = ".last" if len(base.split()) == 1 or re.fullmatch(HOLDER, base) else ".first_last"
        return f"{title} {_mark(self._slot('provider', base.split()[-1]) + form)}{possessive}{kept}"

    def _second(self, match: re.Match[str]) -> str:
        if match[2].lower() in terms("common_words"):
            return match[0]
        return match[1] + _mark(self._slot("provider", match[2].split()[-1]) + ".last")

    def _credentialed(self, match: re.Match[str]) -> str:
        words = match[1].split()
        if all(word.lower() in plain_words() for word in words) and not re.fullmatch(HOLDER, match[1]):
            return match[0]
        return f"{_mark(self._slot('provider', match[1].split()[-1]))}, {match[2]}"

    def _mister(self, match: re.Match[str]) -> str:
        words = match[2].split()
        kept = ""
        if len(words) > 1 and not re.fullmatch(HOLDER, match[2]) and not is_second_name(words[1]):
            words, kept = words[:1], " " + words[1]
        base = " ".join(words).removesuffix("'s").removesuffix("’s")
        possessive = " ".join(words)[len(base) :]
        if base.lower() in NOT_NAMES:
            return match[0]
        patient = self.names.setdefault("mister", base.split()[-1].lower()) == base.split()[-1].lower()
        stem = "patient" if patient else self._slot("other", base.split()[-1])
        self._remember(base, stem)
        return f"{match[1]} {_mark(stem + ('.last' if len(base.split()) == 1 else '.first_last'))}{possessive}{kept}"

    def _introduced(self, match: re.Match[str]) -> str:
        name = match[1]
        words = name.split()
        lower = words[0].lower()
        if lower in plain_words() or lower in {"patient", "the", "this"}:
            return name
        self._remember(name, "patient")
        return _mark("patient.first" if len(words) == 1 else "patient.first_last")

    def _remember(self, name: str, stem: str) -> None:
        words = [word for word in name.split() if len(word) > 2]  # noqa: PLR2004
        if re.fullmatch(HOLDER, name):
            return
        if len(words) > 1:
            self.names.setdefault("seen:" + words[0], stem + ".first")
        if words:
            self.names.setdefault(
                "seen:" + words[-1], stem + (".last" if len(words) > 1 or stem != "patient" else ".first_or_last")
            )

    def _propagate(self) -> None:
        """Every later mention of a name that was found."""
        for key, slot in list(self.names.items()):
            if key.startswith("seen:") and (word := key[5:]).lower() not in terms("common_words"):
                form = slot.replace(".first_or_last", ".first" if word.lower() in terms("first_names") else ".last")
                self.text = re.sub(rf"(?<![\w{OPEN}.]){re.escape(word)}\b", _mark(form), self.text)
        joined = rf"{OPEN}(\w+)\.first{CLOSE} (?:[A-Z]\. )?{OPEN}\1\.last{CLOSE}"
        self.text = re.sub(joined, lambda match: _mark(match[1] + ".first_last"), self.text)

    def _ages(self) -> None:
        self.text = re.sub(
            r"\b(?:9\d|10\d|11[0-5])(?=[ \-]?(?:years?[ \-]old|year[ \-]old|y/?o\b|yr[ \-]old|-year-))",
            _mark("age90"),
            self.text,
        )
        self.text = re.sub(
            r"(?<=\bage )(?:9\d|10\d)\b|(?<=\baged )(?:9\d|10\d)\b|(?<=\bat age of )(?:9\d|10\d)\b|(?<=\bat the age of )(?:9\d|10\d)\b",
            _mark("age90"),
            self.text,
        )
        self.text = re.sub(
            r"\bnineties\b|\b90s(?= (?:year|of|from|with))|(?<=in (?:his|her) )90s\b|(?<=in their )90s\b",
            _mark("age90s"),
            self.text,
        )

    def _organisations(self) -> None:
        word = rf"(?:{CAPITAL}|St\.|of|the|and|&|for|at)"
        named = rf"(?<![\w{OPEN}])((?:St\. |[A-Z][\w'’\-]* )(?:{word} ){{0,4}}?)({PLACE_WORD}|{ORG_WORD})(?![\w'’])((?: of (?:the )?{CAPITAL}(?: {CAPITAL})?)?)"
        self.text = re.sub(named, self._organisation, self.text)
        self.text = re.sub(rf"\b(University) of ({CAPITAL}(?: {CAPITAL})?)", lambda _: _mark("school"), self.text)
        for line in surface("known_organisations"):
            slot, name = line.split(maxsplit=1)
            self.text = re.sub(rf"(?<![\w{OPEN}]){re.escape(name)}\b", _mark(slot), self.text)
        for pattern, slot in BARE_NAMED:
            self.text = re.sub(pattern, _mark(slot), self.text)
        bare = r"(?<=\b(?:at|to|by|of) )(Hospital|Medical Center|General Hospital|Memorial Medical Center|Memorial Hospital|Community Hospital|Children's Hospital|Rehabilitation Hospital|Nursing Home|Health Center|Eye Center)(?! (?:Day|Course))\b|(?<=\bfrom )(Hospital|Medical Center)\b"
        self.text = re.sub(bare, lambda match: _mark(self._slot("facility", match[0], 3)), self.text)
        self.text = re.sub(
            rf"(\b{WORKS} (?:the )?)({CAPITAL}(?:[ \-](?:{CAPITAL}|&|and (?=[A-Z])))*)", self._works, self.text
        )
        self.text = re.sub(
            r"(?<=\b(?:at|to) )(?:ABCDE?|XYZ|Abcd?)\b|(?<=\bfrom )(?:ABCDE?|XYZ|Abcd?)\b",
            lambda match: _mark(self._slot("facility", match[0], 3) + ".short"),
            self.text,
        )
        self.text = re.sub(r"(?<=\bin )(?:ABCDE?|XYZ|Abcd?)\b", _mark("city"), self.text)
        self.text = re.sub(r"(?<=\b(?:of|by) )(?:ABCDE?|XYZ)(?: Inc\.)?(?=[., ])", _mark("employer"), self.text)

    def _organisation(self, match: re.Match[str]) -> str:
        lead, kind = match[1], match[2]
        words = [word for word in re.findall(r"[\w'’\-]+", lead) if word not in {"of", "the", "and", "for", "at"}]
        head = ""
        # "The Methodist Hospital": an article at the front is no part of the name.
        if words and words[0] in {"The", "Our", "Her", "His", "A", "At", "In", "She", "He", "From", "To", "This", "My"}:
            head = words[0] + " "
            lead, words = lead[len(head) :], words[1:]
        holder = any(re.fullmatch(r"ABCD?E?|XYZ|Abc|Sample", word) for word in words)
        strict = kind.endswith(("Hospital", "Medical Center", "Pharmacy", "Manor", "Nursing Home"))
        own = [
            word
            for word in words
            if word.lower().removesuffix("'s") not in unit_words()
            and (strict or word.lower() not in terms("common_words"))
        ]
        if (
            not words
            or words[0] in {"American", "National", "International"}
            or not (own or holder)
            or (words and words[0].isupper() and len(words[0]) > len("ABCD") and not holder)
        ):
            return match[0]
        if re.fullmatch(ORG_WORD, kind):
            return head + _mark("school" if re.match(r"Univ|Coll|High|Midd|Elem|School|Acad", kind) else "employer")
        return head + _mark(self._slot("facility", " ".join(words), 3))

    def _works(self, match: re.Match[str]) -> str:
        words = re.findall(r"\w+", match[2])
        if all(word.lower() in terms("common_words") for word in words):
            return match[0]
        return match[1] + _mark("employer")

    def _names_in_passing(self) -> None:
        """A given name beside a surname, or after a word of kinship."""
        pair = rf"(?<![\w{OPEN}.'’\-])({CAPITAL}) (?:([A-Z])\.? )?({CAPITAL})(?![\w'’\-])"
        self.text = re.sub(pair, self._pair, self.text)
        kin = r"(\b(?:wife|husband|son|daughter|mother|father|brother|sister|friend|aunt|uncle|niece|nephew|cousin|granddaughter|grandson|partner|girlfriend|boyfriend|fianc[eé]e?|neighbor),? (?:named |name is )?)([A-Z][a-z]+)\b"
        self.text = re.sub(kin, self._kin, self.text)
        self.text = re.sub(r"(\b(?:named|called|name is) )([A-Z][a-z]+)\b", self._kin, self.text)

    def _pair(self, match: re.Match[str]) -> str:
        first, last = match[1].lower(), match[3].lower()
        known = first in terms("first_names") and (last in terms("surnames") or last in terms("first_names"))
        plain = ordinary_words()
        after = match.string[match.end() : match.end() + 40]
        if not known or last in plain or eponym_noun().match(after):
            return match[0]
        before = match.string[max(0, match.start() - 6) : match.start()]
        if before.endswith((" in ", " near ")):
            return _mark("city")
        if before.endswith((" of ", " for ")):
            return match[0]
        return _mark(self._slot("other", match[3]) + ".first_last")

    def _kin(self, match: re.Match[str]) -> str:
        name = match[2].lower()
        if name not in terms("first_names") or name in terms("common_words") or name in safe_capitalised():
            return match[0]
        return match[1] + _mark(self._slot("relative", name, 2) + ".first")

    def _places(self) -> None:
        town = rf"(?<![\w{OPEN}])({LIVES})((?:(?:San|Santa|Los|Las|St\.|New|Fort|Lake|West|East|North|South|El|La|Mount) )?[A-Z][a-z]+(?: [A-Z][a-z]+)?)({INSTITUTION_END}|(?= silk))?(?![\w'’\-]| silk)"
        self.text = re.sub(town, self._town, self.text)
        self.text = re.sub(rf"{OPEN}city2?{CLOSE} County\b", _mark("county"), self.text)
        self.text = re.sub(rf"{OPEN}school{CLOSE} (?:Hospital|Medical Center)\b", _mark("facility3"), self.text)
        states = "|".join(sorted(name.title() for name in states_and_countries()[0]))
        self.text = re.sub(rf"\b({CAPITAL}(?: {CAPITAL})?)(, (?:{states})\b)", self._town_in_state, self.text)
        self.text = re.sub(rf"\b(?:{CAPITAL} )?{CAPITAL} County\b", _mark("county"), self.text)
        self.text = re.sub(
            rf"(?<![/\d])\b\d{{1,5}} (?:{CAPITAL} ){{1,2}}(?:Street|Avenue|Ave|Blvd|Boulevard|Road|Drive|Lane|Court)\b\.?",
            _mark("street"),
            self.text,
        )

    def _town_in_state(self, match: re.Match[str]) -> str:
        return (
            match[0]
            if is_plain_place(match[1])
            else _mark(self._slot("city", match[1], 2).replace("city1", "city")) + match[2]
        )

    def _town(self, match: re.Match[str]) -> str:
        name = match[2]
        if eponym_noun().match(match.string, match.end()):
            return match[0]
        for words in (name, name.split()[0]):
            if words.lower() in terms("places") and not is_plain_place(words):
                slot = self._slot("city", words, 2).replace("city1", "city")
                rest = name[len(words) :] + (match[3] or "")
                if not rest:
                    return match[1] + _mark(slot)
                # "Tacoma Memorial" is a place of care; what else follows a town is anyone's guess.
                return match[1] + _mark("facility3") if re.fullmatch(INSTITUTION_END, rest) else match[0]
        return match[0]


def to_parts(text: str) -> tuple[Part, ...]:
    """Marked text as parts of a template."""
    parts: list[Part] = []
    for index, piece in enumerate(MARK.split(text)):
        if index % 2:
            parts.append(Slot(piece))
        elif piece:
            parts.append(piece)
    return tuple(parts)
