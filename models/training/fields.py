# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Fills the slots of one document: the same slot twice gives the same value, its sub-forms fit together."""

from __future__ import annotations

import datetime
import functools
import random
from collections.abc import Callable

from models.training import abroad, dates, facilities, identifiers
from models.training.facilities import Facility
from models.training.fillers import FILLERS
from models.training.people import FORMS as PERSON_FORMS
from models.training.people import Person, person
from models.training.raw import Split
from models.training.sources import icd_titles, states_and_countries, us_towns
from models.training.surface import surface
from redactphi.labels import PhiLabel as L

_WORDS = ("ninety", "ninety-one", "ninety-two", "ninety-three", "ninety-four", "ninety-five", "ninety-six", "ninety-seven", "ninety-eight", "ninety-nine", "one hundred", "one hundred and one")  # fmt: skip
_RELATIONS = {"f": ("wife", "daughter", "mother", "sister", "niece", "aunt", "granddaughter", "grandmother", "girlfriend", "daughter-in-law", "mom", "partner", "cousin"), "m": ("husband", "son", "father", "brother", "nephew", "uncle", "grandson", "grandfather", "boyfriend", "son-in-law", "dad", "partner", "stepfather")}  # fmt: skip
_LEVELS = ("L4-5", "L5-S1", "C5-6", "C6-7", "T12", "L3", "T10-11", "L4/5", "C1-C2", "L2-L3")
_SUTURES = (
    "3-0 Vicryl",
    "4-0 Monocryl",
    "2-0 silk",
    "0 Prolene",
    "5-0 nylon",
    "#1 PDS",
    "3-0 Ethibond",
    "6-0 plain gut",
)
_SCORES = ("GCS 15", "ASA 3", "Apgar 8 and 9", "NYHA II", "ECOG 1", "MELD 18", "APACHE II 14", "Braden 17", "PHQ-9 11", "Ranson 3", "CHADS2 4", "Gleason 4+3", "NIHSS 6", "Wells 3", "KPS 80")  # fmt: skip

IDENTIFIERS: dict[str, L] = {
    "mrn": L.MRN, "account": L.ACCOUNT, "fin": L.ACCOUNT, "accession": L.ID_OTHER, "claim": L.ID_OTHER,
    "auth": L.ID_OTHER, "plan": L.HEALTH_PLAN, "group": L.HEALTH_PLAN, "license": L.LICENSE, "driver": L.LICENSE,
    "plate": L.VEHICLE, "serial": L.DEVICE, "lot": L.DEVICE, "badge": L.ID_OTHER, "studyid": L.ID_OTHER,
    "jobno": L.ID_OTHER, "pager": L.PHONE, "ext": L.PHONE, "ssn4": L.SSN, "ssn": L.SSN, "biometric": L.BIOMETRIC,
}  # fmt: skip
"""Slots that are plain numbers of a shape, with their label."""

_SPEAKABLE = frozenset({L.MRN, L.PHONE, L.FAX, L.ACCOUNT, L.SSN, L.DEVICE, L.ID_OTHER, L.ZIP})

_PERSONS = {"patient": L.NAME, "relative": L.NAME, "other": L.NAME, "provider": L.PROVIDER}


@functools.cache
def _icd_words() -> tuple[str, ...]:
    titles = (title for title in icd_titles() if 12 < len(title) < 60 and "(" not in title)
    return tuple(sorted({title[0].lower() + title[1:] for title in titles})[::7])


class Fields:
    """The facts of one document and how each is written.

    Attributes:
        rng: Where chance comes from.
        split: Whose names and places may be used.
    """

    def __init__(self, rng: random.Random, split: Split, sentences: tuple[str, ...] = ()) -> None:
        self.rng, self.split = rng, split
        self._sentences = sentences or surface("sentences")
        self._written: dict[str, tuple[str, L | None]] = {}
        self._people: dict[str, Person] = {}
        self._facilities: dict[str, Facility] = {}
        self._moments = dates.timeline(rng, 9)
        self._favourite = dates.favourite(rng)
        self._is_spoken = rng.random() < 0.006
        self._town = rng.choice(facilities.towns(split))
        self._age = rng.choices((rng.randint(18, 89), rng.randint(1, 17)), (85, 15))[0]

    def fill(self, slot: str) -> tuple[str, L | None]:
        """Text and label of a slot; the label is None where the slot is no PHI.

        Raises:
            ValueError: There is no such slot; the message lists those there are.
        """
        stem = slot.rstrip("0123456789")
        if stem in FILLERS:
            return FILLERS[stem](self.rng), None
        if stem in {"icd", "cpt", "drug", "dose", "suture", "catalog", "formno", "company"}:
            return self._make(slot)
        if slot not in self._written:
            text, label = self._make(slot)
            if label in _SPEAKABLE and self._is_spoken:
                text = identifiers.spoken(self.rng, text)
            self._written[slot] = text, label
        return self._written[slot]

    def _make(self, slot: str) -> tuple[str, L | None]:
        name, _, form = slot.partition(".")
        stem = name if name in IDENTIFIERS or name in _MAKERS else name.rstrip("0123456789")
        if stem in _PERSONS:
            return self._person_slot(name, stem, form)
        if stem == "facility":
            place = self._facility(name)
            return (place.short(self.rng) if form == "short" else place.name), L.FACILITY
        if stem in {"date", "dob"} and (not form or form in dates.FORMS):
            return self._date(name, form), L.DATE
        if form:
            raise ValueError(f"slot {slot!r}: {name} has no form {form!r}")
        if stem in IDENTIFIERS:
            return identifiers.number(self.rng, stem), IDENTIFIERS[stem]
        if stem in _MAKERS:
            make, label = _MAKERS[stem]
            return make(self), label
        known = sorted([*_PERSONS, "facility", "date", "dob", *IDENTIFIERS, *_MAKERS, *FILLERS])
        raise ValueError(f"unknown slot {slot!r}; valid: {', '.join(known)}")

    # People

    def person(self, name: str) -> Person:
        """The person a slot such as ``provider2`` stands for."""
        if name not in self._people:
            kin = name.startswith("relative") and self.rng.random() < 0.5
            sex = self._sex_of_relation(self.fill("relation")[0]) if name == "relative1" else ""
            last = self.person("patient").last if kin else ""
            self._people[name] = person(self.rng, self.split, sex=sex, last=last)
        return self._people[name]

    def set_patient(self, someone: Person) -> None:
        """Makes somebody the patient, before any slot was filled."""
        self._people["patient"] = someone

    @staticmethod
    def _sex_of_relation(relation: str) -> str:
        return next((sex for sex in "fm" if relation in _RELATIONS[sex] and relation != "partner"), "")

    def _person_slot(self, name: str, stem: str, form: str) -> tuple[str, L | None]:
        someone = self.person(name)
        if form == "email":
            host = identifiers.domain(self.rng, self._facility("facility1").name) if stem == "provider" else ""
            return identifiers.email(self.rng, someone.first, someone.last, host), L.EMAIL
        if form == "username":
            return identifiers.username(self.rng, someone.first, someone.last), L.ID_OTHER
        if (form or "full") not in PERSON_FORMS:
            raise ValueError(f"slot {name}.{form}: a person has the forms {', '.join(PERSON_FORMS)}")
        return someone.form(form or "full", self.rng), _PERSONS[stem]

    # Places

    def _facility(self, name: str) -> Facility:
        if name not in self._facilities:
            self._facilities[name] = facilities.facility(self.rng, self.split)
        return self._facilities[name]

    def city(self) -> str:
        """A town; often the one whose state and ZIP code the document gives."""
        return self._town[0] if self.rng.random() < 0.6 else facilities.city(self.rng, self.split)

    def county(self) -> str:
        """A county, as a rule that of the town."""
        return self._town[2] or facilities.county(self.rng, self.split)

    def zip(self) -> str:
        """A ZIP code, now and then with four more digits."""
        code = identifiers.shaped(self.rng, "#####")
        draw = self.rng.random()
        return code + identifiers.shaped(self.rng, "-####") if draw < 0.15 else code + identifiers.shaped(self.rng, "####") if draw < 0.17 else code  # fmt: skip

    # Dates and ages

    def moment(self, name: str) -> datetime.datetime:
        """The time a slot such as ``date2`` stands for."""
        if name == "dob":
            return self._moments[0] - datetime.timedelta(days=int(365.25 * self._age) + self.rng.randrange(365))
        return self._moments[max(0, min(int(name[4:] or 1), len(self._moments)) - 1)]

    def _date(self, name: str, form: str) -> str:
        moment = self.moment(name)
        if name == "dob" and not form:
            form = self.rng.choices(("numeric", "long", "iso"), (80, 12, 8))[0]
        return dates.write(moment, form or "any", self.rng, self._favourite)

    def age90(self) -> str:
        """An age over 89 in digits or words."""
        return (
            self.rng.choice(_WORDS)
            if self.rng.random() < 0.15
            else str(self.rng.choice((*range(90, 100), *range(90, 108))))
        )

    def age90s(self) -> str:
        """Words for an age over 89."""
        return self.rng.choice(("nineties", "90s", "early nineties", "mid-90s", "late 90s", "mid nineties"))

    def is_female(self) -> bool:
        """Whether the patient is a woman."""
        return self.person("patient").sex == "f"

    def sentence(self) -> str:
        """A clinical sentence without PHI."""
        return self.rng.choice(self._sentences)

    def diagnosis(self) -> str:
        """A diagnosis: as clinicians write it, or a title of ICD-10-CM."""
        return self.rng.choice(surface("dx") if self.rng.random() < 0.7 else _icd_words())

    def icd(self) -> str:
        """An ICD-10-CM code by shape."""
        text = f"{self.rng.choice('ABCDEFGHIJKLMNRSTVZ')}{self.rng.randint(0, 99):02}"
        return text + self.rng.choice(("", f".{self.rng.randint(0, 9)}", f".{self.rng.randint(10, 99)}", f".{self.rng.randint(100, 999)}", f".{self.rng.randint(10, 99)}XA"))  # fmt: skip

    def photo(self) -> str:
        """File name of a photograph of the patient."""
        return identifiers.photo(self.rng, self.person("patient").last, f"{self._moments[0]:%Y%m%d}")

    def url(self) -> str:
        """A web address of the facility or of the patient."""
        host = identifiers.domain(self.rng, self._facility("facility1").name)
        return identifiers.url(self.rng, host, identifiers.plain(self.person("patient").last))

    def typist(self) -> str:
        """Initials of a transcriber."""
        text = self.person("provider9").form("initials", self.rng).replace(" ", "")
        return text.lower() if self.rng.random() < 0.6 else text

    def gendered(self, male: str, female: str) -> str:
        """The word that fits the patient."""
        return female if self.is_female() else male

    def pick(self, name: str) -> str:
        """A line of a surface file."""
        return self.rng.choice(surface(name))


def _one_of(*texts: str) -> Callable[[Fields], str]:
    return lambda fields: fields.rng.choice(texts)


def _shape(*shapes: str) -> Callable[[Fields], str]:
    return lambda fields: identifiers.shaped(fields.rng, fields.rng.choice(shapes))


@functools.cache
def _states() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted({state for _, state, _ in us_towns()})), tuple(sorted(name.title() for name in states_and_countries()[0]))  # fmt: skip


_Maker = tuple[Callable[[Fields], str], L | None]
_MAKERS: dict[str, _Maker] = {
    "employer": (lambda f: facilities.employer(f.rng, f.split), L.EMPLOYER),
    "school": (lambda f: facilities.school(f.rng, f.split), L.EMPLOYER),
    "street": (lambda f: facilities.street(f.rng, f.split), L.LOCATION),
    "barefacility": (lambda f: facilities.bare(f.rng, f.split, "facilities"), L.FACILITY),
    "acrofacility": (lambda f: facilities.bare_acronym(f.rng), L.FACILITY),
    "bareemployer": (lambda f: facilities.bare(f.rng, f.split, "employers"), L.EMPLOYER),
    "bareschool": (lambda f: facilities.bare(f.rng, f.split, "schools"), L.EMPLOYER),
    "shortmrn": (_shape("####", "#####", "###"), L.MRN),
    "shortphone": (_shape("####", "#####", "#-####"), L.PHONE),
    "foreignstreet": (lambda f: abroad.street(f.rng, f.split), L.LOCATION),
    "postcode": (lambda f: abroad.postcode(f.rng), L.ZIP),
    "company": (lambda f: abroad.company(f.rng, f.split), None),
    "city": (Fields.city, L.LOCATION),
    "county": (Fields.county, L.LOCATION),
    "place": (lambda f: facilities.place(f.rng, f.split), L.LOCATION),
    "zip": (Fields.zip, L.ZIP),
    "phone": (lambda f: identifiers.phone(f.rng), L.PHONE),
    "fax": (lambda f: identifiers.phone(f.rng), L.FAX),
    "email": (lambda f: identifiers.email(f.rng, f.person("patient").first, f.person("patient").last), L.EMAIL),
    "url": (Fields.url, L.URL),
    "ip": (lambda f: identifiers.ip(f.rng), L.IP),
    "mbi": (lambda f: identifiers.mbi(f.rng), L.HEALTH_PLAN),
    "npi": (lambda f: identifiers.npi(f.rng), L.LICENSE),
    "dea": (lambda f: identifiers.dea(f.rng, f.person("provider1").last[0]), L.LICENSE),
    "vin": (lambda f: identifiers.vin(f.rng), L.VEHICLE),
    "udi": (lambda f: identifiers.udi(f.rng), L.DEVICE),
    "username": (lambda f: identifiers.username(f.rng, f.person("provider1").first, f.person("provider1").last), L.ID_OTHER),
    "photo": (Fields.photo, L.PHOTO),
    "age90": (Fields.age90, L.AGE),
    "age90s": (Fields.age90s, L.AGE),
    "typist": (Fields.typist, L.PROVIDER),
    "state": (lambda f: f._town[1], None),  # noqa: SLF001
    "statename": (lambda f: f.rng.choice(_states()[1]), None),
    "country": (lambda f: f.pick("countries"), None),
    "year": (lambda f: str(f.moment("date1").year - f.rng.choice((0, 0, 1, 2, 3, 5, 8, 12, 20))), None),
    "weekday": (_one_of(*dates.DAYS), None),
    "time": (_shape("0#:#0", "1#:15", "1#:3#", "7:3# AM", "3:4# p.m.", "0#30", "14#0 hours", "noon"), None),
    "age": (lambda f: str(f._age), None),  # noqa: SLF001
    "title": (_one_of("Dr.", "Dr.", "Dr.", "Dr.", "Dr.", "Dr", "Doctor"), None),
    "mr": (lambda f: f.gendered("Mr.", f.rng.choice(("Ms.", "Mrs.", "Ms.", "Miss"))), None),
    "cred": (lambda f: f.pick("creds"), None),
    "he": (lambda f: f.gendered("he", "she"), None),
    "him": (lambda f: f.gendered("him", "her"), None),
    "his": (lambda f: f.gendered("his", "her"), None),
    "He": (lambda f: f.gendered("He", "She"), None),
    "His": (lambda f: f.gendered("His", "Her"), None),
    "man": (lambda f: f.rng.choice(("man", "gentleman", "male", "male", "white male") if not f.is_female() else ("woman", "lady", "female", "female", "African American female")), None),
    "dx": (Fields.diagnosis, None),
    "drug": (lambda f: f.pick("drugs"), None),
    "dose": (lambda f: f.pick("doses"), None),
    "lab": (lambda f: f.pick("labs"), None),
    "vitals": (lambda f: f.pick("vitals"), None),
    "proc": (lambda f: f.pick("procs"), None),
    "dept": (lambda f: f.pick("depts"), None),
    "room": (_one_of("OR 4", "412", "Room 3", "12B", "Bed 7", "OR #2", "5W-14", "exam room 2", "Bay 6", "ICU 11"), None),
    "sentence": (Fields.sentence, None),
    "catalog": (_shape("####-##", "#####-##", "######", "###-####", "@@##-####", "#-####-###", "@@@####", "##-####-##-###"), L.DEVICE),
    "formno": (_shape("####-##", "#####-##", "@@##-####", "###-####"), None),
    "cpt": (lambda f: f.rng.choice(("45130", "47562", "99213", "99214", "27447", "29881", "66984", "93000", "43239", "45378", "59510", "64721", "22551", "44970", "49505")), None),
    "icd": (Fields.icd, None),
    "score": (_one_of(*_SCORES), None),
    "level": (_one_of(*_LEVELS), None),
    "suture": (_one_of(*_SUTURES), None),
    "relation": (lambda f: f.rng.choice(_RELATIONS[f.rng.choice("fm")]), None),
}  # fmt: skip
