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

from models.training.raw import RawNote, raw_notes
from models.training.slots import Part, Slot
from models.training.sources import states_and_countries
from models.training.surfaces import surface
from redactphi.resources import terms

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKS = re.compile(r"<(\w+)>")
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? (?:the )?)?"
_TIME = r"(?:,? ?(?:at|@)? ?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?(?: hours)?)?"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_NUM_MONTH = r"(?:1[0-2]|0?[1-9])"
_BEFORE = r"(?<![\d/.\-]|\d[A-Za-z])"
_AFTER = r"(?![\w/]|[.\-]\d)"
_DATES: tuple[tuple[str, str], ...] = (
    (rf"{_BEFORE}{_WEEKDAY}(?:MM/DD/YYYY|MM/DD/YY|mm/dd/yyyy|mm/dd/yy|M/D/Y|DD/MM/YYYY|xx/xx/xxxx|XX/XX/XX(?:XX)?){_TIME}", ""),
    (r"\b(?:Month|month|MM) (?:DD|dd|D),? ?(?:YYYY|yyyy|YY)\b", ".long"),
    (rf"\b{_WEEKDAY}{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?(?:, ?| of | ){_YEAR}\b{_TIME}", ".long"),
    (rf"\b{_DAY}(?:st|nd|rd|th)?(?: of)?[ \-]{_MONTH}\.?,?[ \-]{_YEAR}\b", ".long"),
    (rf"\b{_MONTH}\.?(?: of|,)? (?:{_YEAR}|'\d\d)\b", ".monthyear"),
    (rf"\b{_WEEKDAY}{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?\b(?![.%/]\d| ?(?:mg|mL|ml|cc|cm|mm|percent|units|years))", ".short"),
    (rf"\b(?:the )?{_DAY}(?:st|nd|rd|th)(?: day)? of {_MONTH}\b", ".short"),
    (rf"{_BEFORE}(?:{_NUM_MONTH}/{_DAY}|{_DAY}/{_NUM_MONTH})/(?:{_YEAR}|\d\d){_TIME}{_AFTER}", ".numeric"),
    (rf"{_BEFORE}{_NUM_MONTH}-{_DAY}-(?:{_YEAR}|\d\d){_AFTER}", ".numeric"),
    (rf"{_BEFORE}{_YEAR}[-/]{_NUM_MONTH}[-/]{_DAY}{_AFTER}", ".iso"),
    (rf"{_BEFORE}{_NUM_MONTH}/{_YEAR}{_AFTER}", ".monthyear"),
    (rf"(?<=\b(?:in|on|of|by) ){_NUM_MONTH}/(?:0\d|[6-9]\d){_AFTER}", ".monthyear"),
    (rf"(?<=\b(?:since|dated|until|from|after) ){_NUM_MONTH}/(?:0\d|[6-9]\d){_AFTER}", ".monthyear"),
    (rf"(?<=\b(?:on|until|dated|since) ){_NUM_MONTH}/{_DAY}{_AFTER}", ".short"),
    (rf"{_BEFORE}{_NUM_MONTH}/(?:0\d|8[5-9]|9\d){_AFTER}(?! ?(?:mm|%|kg))", ".monthyear"),
    (rf"{_BEFORE}{_NUM_MONTH}/{_DAY}-(?:{_NUM_MONTH}/)?{_DAY}/(?:{_YEAR}|\d\d)\b", ".numeric"),
    (rf"{_BEFORE}{_NUM_MONTH}/{_DAY}/20\d\b", ".numeric"),
    (r"(?<=\b(?:[Ii]n|[Ee]nd|[Mm]id|[Ss]ince|[Ee]arly|[Ll]ate|[Ll]ast) )(?:Jan|Feb|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b", ".month"),
    (rf"{_BEFORE}{_NUM_MONTH}/\d\d(?=:| {{1,2}}[A-Z(])(?<![1-9]/[1-9])(?<!20/\d\d)", ".monthyear"),
    (r"\b(?:January|February|April|June|July|August|September|October|November|December)\b", ".month"),
    (r"(?<=\b(?:[Ii]n|of|[Ss]ince|until|[Bb]y|[Ll]ast|this|late|early|mid|through|and|or) )(?:March|May)\b", ".month"),
    (r"\b(?:Christmas(?: Eve| Day)?|Thanksgiving(?: Day)?|Easter(?: Sunday)?|Halloween|Labor Day|Memorial Day|New Year's(?: Eve| Day)?|Fourth of July|Mother's Day|Father's Day)\b(?: \d{4})?", ".holiday"),
)  # fmt: skip
_CREDENTIAL = r"(?:M\.? ?D\b\.?|D\.? ?O\b\.?|R\.? ?N\b\.?|Ph\.? ?D\b\.?|PA-C|P\.A\.|LCSW|LVN|LPN|N\.?P\b\.?|F\.?N\.?P\b\.?|DPM|D\.P\.M\.?|O\.D\.|D\.D\.S\.?|CRNA|Psy\.?D\.?|MS\b|CST|PT\b|nurse practitioner)"
_HOLDER = r"(?:Sample (?:Doctor|Patient|Physician|Name)\w*|(?:John|Jane|Baby) Doe|Doe|A[Bb][Cc][Dd]?[Ee]?(?: [A-Z]+)?|X[Yy][Zz](?: [A-Z][a-z]+)?|X{1,6}|xx+|x yz|AB CD|CD|EF|Def|DEF|[A-Z](?: [A-Z])?|_{2,}|\*{2,}|Sample|Abcd|Name)"
_CAPITAL = r"[A-Z][\w]*(?:['’\-][A-Z]?\w+)*"
_PLACE_WORD = r"(?:Hospitals?|Medical Cent(?:er|re)|Med Center|Surgery Center|Surgical Center|Health Center|Cancer Center|Breast Center|Care Center|Wellness Center|Heart Institute|Eye Institute|Neurological Institute|Rehabilitation Institute|Institute|Infirmary|Medical Panel|Medical Group|Orthopedic Group|Medical College|College of Medicine|Rehab Center|Rehabilitation Center|Counseling Center|Treatment Center|Living Center|Center|Clinic|Nursing Home|Christian Home|Nursing Center|Manor|Pharmacy|Health Department|Hospice|VAMC|VA)"
_ORG_WORD = r"(?:University|College|High School|Middle School|Elementary(?: School)?|School District|Academy|School|Church|Correctional (?:Facility|Institute|Institution)|Inc\.?|Corp\.?|Corporation|Company|Co\.|Automotive Co|LLC|Industries|Motors|Airlines|Police Department|Fire Department|Post Office)"
_UNIT_WORDS = frozenset(surface("unit_words"))
_FOLLOWS_EPONYM = re.compile(
    r"(?:['’]s?)?[ \-](?:\w+[ \-]){0,2}?(?:" + "|".join(surface("eponym_nouns")) + r")s?\b", re.IGNORECASE
)
_UNRESOLVED = re.compile(
    r"_{2,}|\bX{2,}\b|\bXY?Z\b|\bABC[DE]*\b|\bAbcd?\b|\bxx+\b|\*{3,}|\bYYYY\b|\bSample\b|\bXX|\(wo\)man|\bDoe\b|\bBlank\b|\[[A-Z][a-z ]*\]"
)
_WORKS = r"(?:work(?:s|ed|ing)? (?:at|for)|employed (?:at|by|with)|employee of|employee at|retired from|job at|owns)"
_LIVES = r"(?:\b(?:in|from|to|near|of|at|outside|around|visiting|lived in|moved from) )"
_TOKEN = re.compile(r"(?<![\w'’\-])[A-Z][a-z]+(?:['’\-][A-Z][a-z]+)?(?![\w])")
_FORM_FIELDS = tuple(
    (pattern, _MARKS.sub(lambda match: f"{_OPEN}{match[1]}{_CLOSE}", filled))
    for pattern, filled in (
        (r"Doctor's Name", "<provider1>"),
        (r"(?:Doctor's|Sample) Address(?: \d+)?|P\.O\. Box 12345", "<street>"),
        (r"\bCity,? (?:State|STATE)\b(?:,? (?:\d{5}|ZIP|Zip))?", "<city>, <state> <zip>"),
        (r"(?i)(serial (?:number|no\.?|#) ?#?)[A-Z]*\d[\w\-]*", r"\1<serial>"),
        (r"(?i)(claim (?:number|no\.?|#)[ :#]*)[\w\-]*\d[\w\-]*", r"\1<claim>"),
        (r"(?i)((?:\bMRN?|medical record(?: number| no\.?)?)[ :#]+)\d[\w\-]*", r"\1<mrn>"),
    )
)
SAFE_DOCUMENTS = 4
"""A capitalised word in this many anonymised reports is an eponym, a drug or a product, not somebody's name."""


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


@functools.cache
def safe_capitalised() -> frozenset[str]:
    """Lower-case forms of words that stand capitalised in several anonymised reports."""
    seen: Counter[str] = Counter()
    for note in raw_notes():
        if note.corpus in {"mtsamples", "mts_dialog_sections"}:
            seen.update({word.lower() for word in re.findall(r"\b[A-Z][a-z]+\b", note.text)})
    frequent = {word for word, count in seen.items() if count >= SAFE_DOCUMENTS}
    return frozenset(frequent - set(surface("unsafe_words")))


@functools.cache
def _plain_words() -> frozenset[str]:
    """Words that are no name however they are written."""
    return terms("common_words") | _NOT_NAMES


@functools.cache
def _ordinary_words() -> frozenset[str]:
    """Words, eponyms and products that are no name by themselves."""
    return _plain_words() | safe_capitalised()


def _is_second_name(word: str) -> bool:
    """Whether a capitalised word after a name belongs to it."""
    return word.lower() in terms("surnames") or not (word.lower() in _plain_words() or word.isupper())


def _mark(slot: str) -> str:
    return f"{_OPEN}{slot}{_CLOSE}"


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

    # Slots

    def _slot(self, stem: str, key: str, most: int = 5) -> str:
        """The slot of a true value: the same value gets the same number."""
        known = f"{stem}:{key.lower()}"
        if known not in self.names:
            self.counts[stem] += 1
            self.names[known] = f"{stem}{min(self.counts[stem], most)}"
        return self.names[known]

    def _person(self, stem: str, name: str) -> str:
        words = name.split()
        slot = "patient" if stem == "patient" else self._slot(stem, words[-1])
        return slot

    # Passes

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
        for pattern, filled in _FORM_FIELDS:
            self.text = re.sub(pattern, filled, self.text)

    def _rename(self, first: str, last: str) -> None:
        self.text = re.sub(
            rf"\b{re.escape(first)} (?:[A-Z]\.? )?{re.escape(last)}\b", _mark("patient.first_last"), self.text
        )
        for name, form in ((first, "first"), (last, "last")):
            if len(name) > 1:
                self.text = re.sub(rf"(?<![\w{_OPEN}]){re.escape(name)}\b", _mark(f"patient.{form}"), self.text)

    def _dates(self) -> None:
        for pattern, form in _DATES:
            self.text = re.sub(pattern, lambda match, form=form: self._date(match[0], form), self.text)

    def _date(self, written: str, form: str) -> str:
        slot = self._slot("date", written, 9)
        if form in {".numeric", ".long", ""} and re.search(r"\d:\d\d", written):
            form = ".datetime"
        elif form == ".long" and "day" in written:
            form = ".weekday"
        lead = "the " if written.startswith("the ") else ""
        return lead + _mark(slot + form)

    def _people(self) -> None:
        doctor = rf"\b(Drs?\b\.?|DR\.|Doctors?|Nurse) +({_HOLDER}(?![\w])|{_CAPITAL}(?: +{_CAPITAL}(?!\.? ?(?:M\.?D|D\.?O)\b))?)"
        self.text = re.sub(doctor, self._doctor, self.text)
        self.text = re.sub(
            rf"(?<=[{_CLOSE}])(,? (?:and|or|/) )({_HOLDER}|{_CAPITAL})(?=[,. ]+(?:{_CREDENTIAL}|were|have|both))",
            self._second,
            self.text,
        )
        self.text = re.sub(
            rf"(?<![\w{_OPEN}])((?:{_HOLDER}|{_CAPITAL}(?: [A-Z]\.?)?(?: {_CAPITAL})?)), ?({_CREDENTIAL})(?!\w)",
            self._credentialed,
            self.text,
        )
        mister = rf"\b(Mr\.?|Mrs\.?|Ms\.?|Miss|MR\.|MS\.|MRS\.) +({_HOLDER}(?![\w])|{_CAPITAL}(?: {_CAPITAL})?)"
        self.text = re.sub(mister, self._mister, self.text)
        said = rf"(?m)(?:(?<=^)|(?<=[.:] )|(?<=[.:]  )|(?<=with )|(?<=,\n))({_CAPITAL}(?: [A-Z]\.)?(?: {_CAPITAL})?)(?=,? (?:is|was|who is) (?:an?|the|my) (?:\S+ ){{0,3}}\d+[ \-](?:years?|months?|weeks?|days?)[ \-]old)"
        self.text = re.sub(said, self._introduced, self.text)
        self.text = re.sub(
            r"\b(?:John|Jane|Baby) Doe\b|\bSample Patient\b|\bPatient Name\b(?= (?:is|was|has))",
            _mark("patient"),
            self.text,
        )
        self.text = re.sub(r"\bSample (?:Doctor|Physician|Surgeon)\w*\b", _mark("provider1"), self.text)
        self.text = re.sub(
            rf"(?<=Dear )({_HOLDER}|{_CAPITAL})(?=[:,])",
            lambda match: _mark(self._slot("provider", match[0]) + ".first"),
            self.text,
        )
        self.text = re.sub(
            rf"(?<=\bpatient,? )\(?(?:{_HOLDER})(?=[).,]| today| is| was)\)?", _mark("patient"), self.text
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
        if len(words) > 1 and not re.fullmatch(_HOLDER, name) and not _is_second_name(words[1]):
            name, kept = words[0], " " + words[1]
        base = name.removesuffix("'s").removesuffix("’s")
        possessive = name[len(base) :]
        if base.lower() in _NOT_NAMES or (title == "Nurse" and base.lower() in terms("common_words")):
            return match[0]
        form = ".last" if len(base.split()) == 1 or re.fullmatch(_HOLDER, base) else ".first_last"
        return f"{title} {_mark(self._person('provider', base) + form)}{possessive}{kept}"

    def _second(self, match: re.Match[str]) -> str:
        if match[2].lower() in terms("common_words"):
            return match[0]
        return match[1] + _mark(self._person("provider", match[2]) + ".last")

    def _credentialed(self, match: re.Match[str]) -> str:
        words = match[1].split()
        if all(word.lower() in _plain_words() for word in words) and not re.fullmatch(_HOLDER, match[1]):
            return match[0]
        return f"{_mark(self._person('provider', match[1]))}, {match[2]}"

    def _mister(self, match: re.Match[str]) -> str:
        words = match[2].split()
        kept = ""
        if len(words) > 1 and not re.fullmatch(_HOLDER, match[2]) and not _is_second_name(words[1]):
            words, kept = words[:1], " " + words[1]
        base = " ".join(words).removesuffix("'s").removesuffix("’s")
        possessive = " ".join(words)[len(base) :]
        if base.lower() in _NOT_NAMES:
            return match[0]
        patient = self.names.setdefault("mister", base.split()[-1].lower()) == base.split()[-1].lower()
        stem = "patient" if patient else self._slot("other", base.split()[-1])
        self._remember(base, stem)
        return f"{match[1]} {_mark(stem + ('.last' if len(base.split()) == 1 else '.first_last'))}{possessive}{kept}"

    def _introduced(self, match: re.Match[str]) -> str:
        name = match[1]
        words = name.split()
        lower = words[0].lower()
        if lower in _plain_words() or lower in {"patient", "the", "this"}:
            return name
        self._remember(name, "patient")
        return _mark("patient.first" if len(words) == 1 else "patient.first_last")

    def _remember(self, name: str, stem: str) -> None:
        words = [word for word in name.split() if len(word) > 2]  # noqa: PLR2004
        if re.fullmatch(_HOLDER, name):
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
                self.text = re.sub(rf"(?<![\w{_OPEN}.]){re.escape(word)}\b", _mark(form), self.text)
        joined = rf"{_OPEN}(\w+)\.first{_CLOSE} (?:[A-Z]\. )?{_OPEN}\1\.last{_CLOSE}"
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
        word = rf"(?:{_CAPITAL}|St\.|of|the|and|&|for|at)"
        named = rf"(?<![\w{_OPEN}])((?:St\. |[A-Z][\w'’\-]* ?)(?:{word} ){{0,4}}?)({_PLACE_WORD}|{_ORG_WORD})(?![\w'’])((?: of (?:the )?{_CAPITAL}(?: {_CAPITAL})?)?)"
        self.text = re.sub(named, self._organisation, self.text)
        self.text = re.sub(rf"\b(University) of ({_CAPITAL}(?: {_CAPITAL})?)", lambda _: _mark("school"), self.text)
        bare = r"(?<=\b(?:at|to|by|of) )(Hospital|Medical Center|General Hospital|Memorial Medical Center|Memorial Hospital|Community Hospital|Children's Hospital|Rehabilitation Hospital|Nursing Home|Health Center|Eye Center)(?! (?:Day|Course))\b|(?<=\bfrom )(Hospital|Medical Center)\b"
        self.text = re.sub(bare, lambda match: _mark(self._slot("facility", match[0], 3)), self.text)
        self.text = re.sub(
            r"(?<=\b(?:at|to) )(University|College|High School|Middle School|Elementary School|Community College)\b(?! (?:and|or) )",
            _mark("school"),
            self.text,
        )
        self.text = re.sub(
            rf"(\b{_WORKS} (?:the )?)({_CAPITAL}(?:[ \-](?:{_CAPITAL}|&|and (?=[A-Z])))*)", self._works, self.text
        )
        self.text = re.sub(
            r"(?<=\b(?:at|to) )(?:ABCDE?|XYZ|Abcd?)\b|(?<=\bfrom )(?:ABCDE?|XYZ|Abcd?)\b",
            lambda match: _mark(self._slot("facility", match[0], 3) + ".short"),
            self.text,
        )
        self.text = re.sub(r"(?<=\bin )(?:ABCDE?|XYZ|Abcd?)\b", _mark("city"), self.text)
        self.text = re.sub(r"(?<=\b(?:of|by) )(?:ABCDE?|XYZ)(?: Inc\.)?(?=[., ])", _mark("employer"), self.text)

    def _organisation(self, match: re.Match[str]) -> str:
        lead, kind, tail = match[1], match[2], match[3]
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
            if word.lower().removesuffix("'s") not in _UNIT_WORDS
            and (strict or word.lower() not in terms("common_words"))
        ]
        if not words or not (own or holder) or (words and words[0].isupper() and len(words[0]) > 4 and not holder):  # noqa: PLR2004
            return match[0]
        if re.fullmatch(_ORG_WORD, kind):
            return head + _mark("school" if re.match(r"Univ|Coll|High|Midd|Elem|School|Acad", kind) else "employer")
        return head + _mark(self._slot("facility", " ".join(words), 3)) + ("" if tail else "")

    def _works(self, match: re.Match[str]) -> str:
        words = re.findall(r"\w+", match[2])
        if all(word.lower() in terms("common_words") for word in words):
            return match[0]
        return match[1] + _mark("employer")

    def _names_in_passing(self) -> None:
        """A given name beside a surname, or after a word of kinship."""
        pair = rf"(?<![\w{_OPEN}.'’\-])({_CAPITAL}) (?:([A-Z])\.? )?({_CAPITAL})(?![\w'’\-])"
        self.text = re.sub(pair, self._pair, self.text)
        kin = r"(\b(?:wife|husband|son|daughter|mother|father|brother|sister|friend|aunt|uncle|niece|nephew|cousin|granddaughter|grandson|partner|girlfriend|boyfriend|fianc[eé]e?|neighbor),? (?:named |name is )?)([A-Z][a-z]+)\b"
        self.text = re.sub(kin, self._kin, self.text)
        self.text = re.sub(r"(\b(?:named|called|name is) )([A-Z][a-z]+)\b", self._kin, self.text)

    def _pair(self, match: re.Match[str]) -> str:
        first, last = match[1].lower(), match[3].lower()
        known = first in terms("first_names") and (last in terms("surnames") or last in terms("first_names"))
        plain = _ordinary_words()
        after = match.string[match.end() : match.end() + 40]
        if not known or last in plain or _FOLLOWS_EPONYM.match(after):
            return match[0]
        return _mark(self._slot("other", match[3]) + ".first_last")

    def _kin(self, match: re.Match[str]) -> str:
        name = match[2].lower()
        if name not in terms("first_names") or name in terms("common_words") or name in safe_capitalised():
            return match[0]
        return match[1] + _mark(self._slot("relative", name, 2) + ".first")

    def _places(self) -> None:
        town = rf"(?<![\w{_OPEN}])({_LIVES})((?:(?:San|Santa|Los|Las|St\.|New|Fort|Lake|West|East|North|South|El|La|Mount) )?[A-Z][a-z]+(?: [A-Z][a-z]+)?)(?![\w'’\-])"
        self.text = re.sub(town, self._town, self.text)
        states = "|".join(sorted(name.title() for name in states_and_countries()[0]))
        self.text = re.sub(rf"\b({_CAPITAL}(?: {_CAPITAL})?)(, (?:{states})\b)", self._town_in_state, self.text)
        self.text = re.sub(rf"\b(?:{_CAPITAL} )?{_CAPITAL} County\b", _mark("county"), self.text)
        self.text = re.sub(
            rf"(?<![/\d])\b\d{{1,5}} (?:{_CAPITAL} ){{1,2}}(?:Street|Avenue|Ave|Blvd|Boulevard|Road|Drive|Lane|Court)\b\.?",
            _mark("street"),
            self.text,
        )

    def _town_in_state(self, match: re.Match[str]) -> str:
        return (
            match[0]
            if _is_plain_place(match[1])
            else _mark(self._slot("city", match[1], 2).replace("city1", "city")) + match[2]
        )

    def _town(self, match: re.Match[str]) -> str:
        name = match[2]
        for words in (name, name.split()[0]):
            if words.lower() in terms("places") and not _is_plain_place(words):
                slot = self._slot("city", words, 2).replace("city1", "city")
                return match[1] + _mark(slot) + name[len(words) :]
        return match[0]


_NOT_NAMES = frozenset({
    "patient", "the", "his", "her", "this", "that", "no", "and", "with", "pepper", "scholl", "he", "she", "surgeon",
    "history", "i", "we", "is", "was", "in", "at", "if", "as", "office", "on", "for", "also", "will", "from", "of", "to",
    "practitioner", "mother", "father", "patients", "doctor", "procedure", "anesthesia", "male", "female", "infant",
})  # fmt: skip


def _is_plain_place(name: str) -> bool:
    states, countries = states_and_countries()
    lower = name.lower()
    return (
        lower in states | countries
        or lower in {"united states", "america", "europe", "korea", "africa", "asia", "english", "spanish", "england"}
        or all(word in terms("common_words") | safe_capitalised() for word in lower.split())
    )


def sex_of(text: str) -> str:
    """What a note's pronouns and titles say about the patient."""
    men = len(re.findall(r"\b(?:he|his|him|male|man|gentleman|Mr)\b", text, re.IGNORECASE))
    women = len(re.findall(r"\b(?:she|her|hers|female|woman|lady|Mrs|Ms)\b", text, re.IGNORECASE))
    return "" if max(men, women) < 2 or 0.5 < men / (women + 0.01) < 2 else "m" if men > women else "f"  # noqa: PLR2004


def _is_doubtful(sentence: str) -> bool:
    """Whether an unresolved placeholder or an unexplained name stands in a sentence."""
    if _UNRESOLVED.search(_MARK.sub("", sentence)):
        return True
    for match in _TOKEN.finditer(sentence):
        word = match[0].lower()
        if word in terms("common_words") or word in safe_capitalised() or word in _KEPT:
            continue
        if not any(
            part in terms(name) for part in re.split(r"['’\-]", word) for name in ("first_names", "surnames", "places")
        ):
            continue
        states, countries = states_and_countries()
        if word in states or word in countries or _FOLLOWS_EPONYM.match(sentence, match.end()):
            continue
        return True
    return False


_KEPT = frozenset(surface("kept_words"))
_BOUNDARY = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!Dr\.)(?<!Mr\.)(?<!Ms\.)(?<!Mrs\.)(?<!St\.)(?<!(?:^|\n) *\d\d?\.)(\s+)|(\n+)"
)


def split_sentences(text: str) -> list[str]:
    """Sentences and line breaks of a text; joined they give it back."""
    pieces, last = [], 0
    for match in _BOUNDARY.finditer(text):
        pieces += [text[last : match.start()], match[0]]
        last = match.end()
    pieces.append(text[last:])
    return [piece for piece in pieces if piece]


def drop_doubtful(text: str) -> tuple[str, int]:
    """The text without sentences nobody can vouch for, and how many there were."""
    kept = [piece for piece in split_sentences(text) if piece.isspace() or not _is_doubtful(piece)]
    return "".join(kept).strip(), len(split_sentences(text)) - len(kept)


def to_parts(text: str) -> tuple[Part, ...]:
    """Marked text as parts of a template."""
    parts: list[Part] = []
    for index, piece in enumerate(_MARK.split(text)):
        if index % 2:
            parts.append(Slot(piece))
        elif piece:
            parts.append(piece)
    return tuple(parts)
