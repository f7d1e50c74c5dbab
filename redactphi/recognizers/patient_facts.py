"""From the fields of a patient to what to look for in a note."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import regex

from redactphi import resources
from redactphi.known import person_entries, place_entries
from redactphi.labels import PhiLabel
from redactphi.mentions import Known
from redactphi.patient import Patient
from redactphi.recognizers.patient_dates import written_forms
from redactphi.recognizers.patient_numbers import KnownNumber

SCORE = 0.95
_SHORTEST_ID = 5
_SHORTEST_STREET = 5
_LETTERS = regex.compile(r"\p{L}[\p{L}\p{M}'’-]*")
_STREET = regex.compile(r"(?P<number>\d+\p{L}?(?:-\d+)?)[ \t]+(?P<rest>\S.*)")
_BLANKS = regex.compile(r"[\s-]+")

_IDS = (
    ("mrn", PhiLabel.MRN),
    ("health_plan", PhiLabel.HEALTH_PLAN),
    ("accounts", PhiLabel.ACCOUNT),
    ("other_ids", PhiLabel.ID_OTHER),
)


def known(patient: Patient) -> Iterator[Known]:
    """The names, dates, places and lettered identifiers of a patient."""
    for field, value in _names(patient):
        yield from person_entries(value, PhiLabel.NAME, SCORE, f"patient/{field}")
    yield from _given_and_initials(patient)
    for value in patient.relatives:
        yield from person_entries(value, PhiLabel.NAME, SCORE, "patient/relatives")
    for value in patient.providers:
        yield from person_entries(value, PhiLabel.PROVIDER, SCORE, "patient/providers")
    for value in patient.employers:
        yield from place_entries(value, PhiLabel.EMPLOYER, SCORE, "patient/employers")
    for value in patient.address:
        yield from _address(value)
    for value in patient.emails:
        yield Known(value, PhiLabel.EMAIL, SCORE, "patient/emails")
    for value in written_forms(patient.birth_date):
        yield Known(value, PhiLabel.DATE, SCORE, "patient/birth_date")
    if patient.city:
        yield Known(patient.city, PhiLabel.LOCATION, SCORE, "patient/city", "word")
    if patient.zip:
        yield Known(patient.zip, PhiLabel.ZIP, SCORE, "patient/zip")
        yield Known(patient.zip[:5], PhiLabel.ZIP, SCORE, "patient/zip")
    yield from _lettered_ids(patient)


def numbers(patient: Patient) -> Iterator[KnownNumber]:
    """The identifiers of a patient that are digits, however they are set."""
    for field, label in _IDS:
        for value in getattr(patient, field):
            if not _LETTERS.search(value):
                yield KnownNumber(value, str(label), f"patient/{field}")
    for value in patient.phones:
        yield KnownNumber(value, str(PhiLabel.PHONE), "patient/phones")
    if patient.ssn:
        yield KnownNumber(patient.ssn, str(PhiLabel.SSN), "patient/ssn")


def family_names(patient: Patient) -> tuple[str, ...]:
    """The family names of a patient, each alone, as far as the fields tell which they are."""
    if patient.family_name:
        return tuple(_LETTERS.findall(patient.family_name))
    if "," in patient.name:
        return tuple(_LETTERS.findall(patient.name.split(",", 1)[0]))
    return tuple(_LETTERS.findall(patient.name)[-1:])


def _names(patient: Patient) -> Iterator[tuple[str, str]]:
    pairs = [("name", patient.name), ("given_name", patient.given_name), ("family_name", patient.family_name)]
    yield from ((field, value) for field, value in pairs if value)
    if patient.given_name and patient.family_name:
        yield "name", f"{patient.given_name} {patient.family_name}"
    yield from (("aliases", value) for value in patient.aliases)


def _given_and_initials(patient: Patient) -> Iterator[Known]:
    families = family_names(patient)
    given = [word for word in _LETTERS.findall(patient.given_name or patient.name) if word not in families]
    for name in given[:1]:
        for nickname in sorted(_nicknames().get(name.lower(), ())):
            yield Known(nickname, PhiLabel.NAME, SCORE - 0.1, "patient/nickname", "part")
    if given and families:
        letters = given[0][0] + families[-1][0]
        yield Known(letters.upper(), PhiLabel.NAME, SCORE - 0.1, "patient/initials", "initials")


@functools.cache
def _nicknames() -> dict[str, frozenset[str]]:
    """Given name -> its short forms, and short form -> what it is short for."""
    found: dict[str, set[str]] = {}
    for line in resources.terms("nicknames"):
        given, *short_forms = line.split()
        found.setdefault(given, set()).update(short_forms)
        for short in short_forms:
            found.setdefault(short, set()).add(given)
    return {name: frozenset(others) for name, others in found.items()}


def _address(line: str) -> Iterator[Known]:
    yield Known(line, PhiLabel.LOCATION, SCORE, "patient/address")
    for piece in [part.strip() for part in line.split(",")]:
        match = _STREET.fullmatch(piece)
        if match is None:
            continue
        words = match["rest"].split()
        last = max((i for i, word in enumerate(words) if i and word.strip(".").title() in _suffixes()), default=0)
        stem = " ".join(words[:last] if last else words)
        yield Known(f"{match['number']} {stem}", PhiLabel.LOCATION, SCORE, "patient/address")
        if len(stem) >= _SHORTEST_STREET and stem.upper() not in {"NORTH", "SOUTH"}:
            yield Known(stem, PhiLabel.LOCATION, SCORE - 0.2, "patient/street", "word")
        if last:
            street = f"{stem} {words[last]}"
            yield Known(f"{match['number']} {street}", PhiLabel.LOCATION, SCORE, "patient/address")
            yield Known(street, PhiLabel.LOCATION, SCORE, "patient/street")


@functools.cache
def _suffixes() -> frozenset[str]:
    return resources.terms("street_suffixes")


def _lettered_ids(patient: Patient) -> Iterator[Known]:
    ids = [(value, label, field) for field, label in _IDS for value in getattr(patient, field)]
    ids += [(patient.id, PhiLabel.ID_OTHER, "id")] if len(patient.id) >= _SHORTEST_ID else []
    for value, label, field in ids:
        if field != "id" and not _LETTERS.search(value):
            continue
        forms = {value, _BLANKS.sub("", value), _BLANKS.sub(" ", value), _BLANKS.sub("-", value)}
        for form in sorted(forms):
            yield Known(form, str(label), SCORE, f"patient/{field}")
