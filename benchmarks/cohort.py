"""Surrogates and shifted dates over a made-up cohort: who is merged with whom, who is split, which intervals change.

``python -m benchmarks.cohort``

1,000 patients with five notes each, written by what the census has of names, with their relatives and clinicians. The spans are
given, so that the operators are measured and not what finds the spans. Each note names its people in other ways: in
full, last name first, by one name, by a short form, in capitals, with a middle initial, by initials.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import click

from models.training.sources import census
from redactphi import Document, Patient, Policy, Span
from redactphi.keys import SecretKey
from redactphi.operators import OPERATORS
from redactphi.rewrite import Rewriter

KEY = SecretKey(bytes(range(32)))
NOTES = 5
DATE_FORMS = ("%m/%d/%Y", "%B %d, %Y", "%d %b %Y", "%Y-%m-%d")
SHORT = {
    "Robert": "Bob",
    "William": "Bill",
    "Margaret": "Peggy",
    "James": "Jim",
    "Elizabeth": "Betty",
    "Thomas": "Tommy",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the cohort."""

    first: str
    middle: str
    last: str

    @property
    def full(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(slots=True)
class Note:
    """A note, its spans, and who or what each span is."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)
    meant: list[tuple[str, object]] = field(default_factory=list)

    def add(self, before: str, value: str, label: str, form: str, meaning: object) -> None:
        """Append words and a span."""
        self.text += before
        self.spans.append(Span(len(self.text), len(self.text) + len(value), label))
        self.meant.append((form, meaning))
        self.text += value


def people(rng: random.Random, count: int) -> list[Person]:
    """Different people; no two share first and last name."""
    firsts = [*census("first:female")[:600], *census("first:male")[:600]]
    lasts = census("last")[:12_000]
    found: dict[str, Person] = {}
    while len(found) < count:
        person = Person(rng.choice(firsts), rng.choice(firsts), rng.choice(lasts))
        found.setdefault(person.full, person)
    return list(found.values())


def write(rng: random.Random, patient: Person, doctor: Person, wife: Person, days: list[date]) -> Note:
    """One note of a patient."""
    note = Note()
    note.add(
        "Patient: ", f"{patient.last.upper()}, {patient.first.upper()} {patient.middle[0]}", "NAME", "reversed", patient
    )
    note.add("\nSeen by Dr. ", doctor.full, "PROVIDER", "full", doctor)
    note.add(" with ", wife.full, "NAME", "full", wife)
    note.add(". Mr. ", patient.last, "NAME", "last", patient)
    note.add(" was well; ", SHORT.get(patient.first, patient.first), "NAME", "first", patient)
    note.add(" agreed. ", patient.first.lower(), "NAME", "first", patient)
    note.add(", ", f"{patient.first[0]}. {patient.last}", "NAME", "initial", patient)
    note.add(" and ", f"{doctor.first[0]}{doctor.last[0]}", "PROVIDER", "initials", doctor)
    for day in days:
        note.add("\nVisit ", day.strftime(rng.choice(DATE_FORMS)), "DATE", "date", day)
    return note


def words(text: str) -> tuple[str, ...]:
    """The words of a surrogate, lower case."""
    return tuple(re.findall(r"[a-z]+", text.lower()))


def as_form(surrogate: Person, form: str) -> tuple[str, ...]:
    """What a mention in that form has to say, by the surrogate of the full name."""
    first, last = surrogate.first, surrogate.last
    return {
        "full": (first, last), "reversed": (last, first), "last": (last,), "first": (first,), "initial": (first[0], last),
        "initials": (first[0] + last[0],),
    }[form]  # fmt: skip


def surrogate_of(rewriter: Rewriter, person: Person) -> Person:
    """What the full name alone becomes."""
    found = rewriter.rewrite(Document("1", person.full, Patient(id="x")), [Span(0, len(person.full), "NAME")]).text
    first, last = found.lower().split(" ", 1)
    return Person(first, "", last)


def read(text: str) -> date | None:
    """A date in one of the forms."""
    from datetime import datetime  # noqa: PLC0415 - the class of the same module

    for form in (*DATE_FORMS, "%b %d, %Y", "%d %B %Y"):  # May is both the short and the long form
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def cohort(rng: random.Random, patients: int) -> Iterator[tuple[int, Note, list[date]]]:
    """The notes of all patients, shuffled."""
    everybody = people(rng, patients * 2 + 40)
    doctors, rest = everybody[:40], everybody[40:]
    notes = []
    for number in range(patients):
        patient, wife = rest[2 * number : 2 * number + 2]
        start = date(2015, 1, 1) + timedelta(days=rng.randrange(3000))
        for _ in range(NOTES):
            days = [start + timedelta(days=rng.randrange(700)) for _ in range(3)]
            notes.append((number, write(rng, patient, rng.choice(doctors), wife, days), days))
    rng.shuffle(notes)
    yield from notes


@click.command()
@click.option("--patients", default=1000, show_default=True)
@click.option("--seed", default=7, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="benchmarks/results/cohort.json")
def main(patients: int, seed: int, out: Path) -> None:
    """Print and store people merged and split, and intervals kept."""
    rewriter = Rewriter(Policy.load("surrogate_shifted"), OPERATORS, key=KEY)
    expected: dict[Person, Person] = {}
    split: dict[str, set[Person]] = defaultdict(set)
    shifts: dict[int, set[int]] = defaultdict(set)
    mentions = dates = unread = own_initials = 0
    for number, note, _ in cohort(random.Random(seed), patients):  # noqa: S311 - a made-up cohort
        safe = rewriter.rewrite(Document("1", note.text, Patient(id=str(number))), note.spans)
        for (start, end), (form, meaning) in zip(safe.offsets.new, note.meant, strict=True):
            found = safe.text[start:end]
            if isinstance(meaning, Person):
                mentions += 1
                surrogate = expected.setdefault(meaning, surrogate_of(rewriter, meaning))
                said = words(found)[:2] if form == "reversed" else words(found)
                if found.startswith("["):
                    own_initials += 1
                elif said != as_form(surrogate, form):
                    split[form].add(meaning)
            else:
                dates += 1
                day = read(found)
                unread += day is None
                shifts[number] |= {(day - meaning).days} if day and isinstance(meaning, date) else set()
    merged = len(expected) - len({(person.first, person.last) for person in expected.values()})
    itself = sum(person.full.lower() == f"{found.first} {found.last}" for person, found in expected.items())
    result = {
        "patients": patients, "notes": patients * NOTES, "people": len(expected), "mentions": mentions,
        "people_merged": merged, "people_split": sum(map(len, split.values())),
        "split_by_form": {form: len(found) for form, found in sorted(split.items())},
        "people_with_their_own_name": itself, "initials_that_would_have_stayed_and_became_tags": own_initials, "dates": dates, "dates_not_read_back": unread,
        "patients_with_one_offset": sum(len(found) == 1 for found in shifts.values()),
        "offsets_of_whole_weeks": all(offset % 7 == 0 and offset for found in shifts.values() for offset in found),
    }  # fmt: skip
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
