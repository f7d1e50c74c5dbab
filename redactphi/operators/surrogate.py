"""Surrogate: a plausible value in place of a real one, the same for the same one, another for another one."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import regex

from redactphi.keys import SecretKey
from redactphi.labels import PhiLabel
from redactphi.operation import PhiOperator, RewriteContext, context_of
from redactphi.operators.surrogate_numbers import Numbers
from redactphi.operators.surrogate_people import People
from redactphi.operators.surrogate_places import Places

_WEB = regex.compile(r"(?i)^(?P<scheme>[a-z]+://)?(?P<host>[^/?#]*)(?P<rest>.*)$", regex.DOTALL)
_FILE = regex.compile(r"^(?P<name>.*?)(?P<ending>\.\w{2,4})?$", regex.DOTALL)
_HARDWARE = regex.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
_DIGIT, _NO_DIGIT = regex.compile(r"[0-9]"), regex.compile(r"[^0-9]")
_RESERVED = ".example"
"""A top-level domain that is nobody's (RFC 2606)."""


class Surrogate(PhiOperator):
    """Replaces a value by one of its kind and form that the key alone connects with it.

    People, towns, streets and codes never get the same surrogate as another of their label, and never their own.
    Facilities and employers get one of more than half a million names each. What has no letter or digit to replace
    becomes a tag.
    """

    name = "surrogate"
    labels = frozenset(PhiLabel) - {PhiLabel.DATE, PhiLabel.AGE, PhiLabel.ZIP, PhiLabel.BIOMETRIC}
    needs = frozenset({"key"})

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The surrogate of ``text``."""
        context = context_of(params)
        assert context.key is not None
        label = PhiLabel((params or {})["label"])
        replaced = surrogates(context.key).rewrite(label, text, context)
        return f"[{label}]" if replaced == text else replaced


class Surrogates:
    """The surrogates of one key.

    Args:
        key: The secret.
    """

    def __init__(self, key: SecretKey) -> None:
        self.people = People(key)
        self.places = Places(key, self.people)
        self.numbers = Numbers(key, "numbers")

    def rewrite(self, label: PhiLabel, text: str, context: RewriteContext) -> str:
        """The surrogate of a value with that label; the value itself where nothing of it can be replaced."""
        if label in (PhiLabel.NAME, PhiLabel.PROVIDER):
            return self.people.rewrite(text, str(label), context)
        if label in (PhiLabel.FACILITY, PhiLabel.EMPLOYER):
            return self.places.organisation(text, context)
        if label == PhiLabel.LOCATION:
            return self.places.location(text, context)
        if label == PhiLabel.SSN and (found := self._end_of_another(text, context)):
            return found
        return self._code(label, text)

    def _end_of_another(self, text: str, context: RewriteContext) -> str:
        """The last digits of a number whose last digits these are, where the note or its row has it whole."""
        digits = _NO_DIGIT.sub("", text)
        whole = {_NO_DIGIT.sub("", written) for written in _numbers_of(context)}
        found = (
            {number for number in whole if len(number) > len(digits) and number.endswith(digits)} if digits else set()
        )
        if len(found) != 1:
            return ""
        changed = iter(self.numbers.digits(found.pop())[-len(digits) :])
        return _DIGIT.sub(lambda _: next(changed), text)

    def _code(self, label: PhiLabel, text: str) -> str:
        ways = {
            PhiLabel.PHONE: self.numbers.phone,
            PhiLabel.FAX: self.numbers.phone,
            PhiLabel.SSN: self.numbers.digits,
            PhiLabel.IP: self.numbers.address,
            PhiLabel.EMAIL: self._mail,
            PhiLabel.URL: self._web,
            PhiLabel.PHOTO: self._file,
        }
        if _HARDWARE.fullmatch(text):
            return self.numbers.address(text)
        return ways.get(label, self.numbers)(text)

    def _mail(self, text: str) -> str:
        local, _, host = text.rpartition("@")
        return f"{self.numbers(local)}@{self.numbers(host)}{_RESERVED}"

    def _file(self, text: str) -> str:
        found = _FILE.match(text)
        assert found is not None
        return f"{self.numbers(found['name'])}{found['ending'] or ''}"

    def _web(self, text: str) -> str:
        found = _WEB.match(text)
        assert found is not None
        return f"{found['scheme'] or ''}{self.numbers(found['host'])}{_RESERVED}{self.numbers(found['rest'])}"


def _numbers_of(context: RewriteContext) -> Iterator[str]:
    """The Social Security numbers of a note and its row."""
    document = context.document
    yield from (document.text[span.start : span.end] for span in context.spans if span.label == PhiLabel.SSN)
    yield document.patient.ssn if document.patient else ""


@functools.lru_cache(maxsize=4)
def surrogates(key: SecretKey) -> Surrogates:
    """The surrogates of a key, made once."""
    return Surrogates(key)
