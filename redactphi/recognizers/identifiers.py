"""Numbers and codes that are one person's, and ways to reach them (Safe Harbor D to R)."""

from __future__ import annotations

import regex

from redactphi.recognizers.checksums import digits_of, is_identifier
from redactphi.recognizers.rules import RuleRecognizer

_PHONE_LENGTHS = range(7, 16)
_DATE_LIKE = regex.compile(
    r"[0-3]?\d[/.-][0-3]?\d[/.-](?:(?:19|20)\d\d|\d\d)(?!\d|[.-]\d)|(?:19|20)\d\d[ ]?[-–][ ]?(?:(?:19|20)\d\d|\d\d(?:-\d\d)?)(?!\d)"
)
_YEAR = regex.compile(r"(?:19|20)\d\d")


def is_phone(value: str) -> bool:
    """Whether a value behind "phone" or "fax" can be a number to call: 7 to 15 digits, no date, no years."""
    return len(digits_of(value)) in _PHONE_LENGTHS and _DATE_LIKE.match(value) is None


def is_pager(value: str) -> bool:
    """Whether a value behind "pager" can be its number: no bare year."""
    return _YEAR.fullmatch(value) is None


def is_long_identifier(value: str) -> bool:
    """Whether a value behind a plain word ("case no.") can be an identifier: four characters, three digits."""
    digits = len(digits_of(value))
    return is_identifier(value) and len(value) > 3 and digits > 2  # noqa: PLR2004 - as the first line says


def is_mixed_identifier(value: str) -> bool:
    """Whether a value beside a plain word ("claim") can be an identifier: letters with digits, or six digits."""
    digits = len(digits_of(value))
    letters = any(map(str.isalpha, value))
    return is_long_identifier(value) and (digits > 5 or (letters and len(value) > 5))  # noqa: PLR2004 - as said


def is_dense_identifier(value: str) -> bool:
    """Whether letters and digits without a label can be an identifier: six digits, no ICD range or level."""
    return len(digits_of(value)) > 5  # noqa: PLR2004 - as the first line says


class IdentifierRecognizer(RuleRecognizer):
    """Finds record, plan, account, licence, vehicle, device and other identifying codes, and the initials of signers."""

    def __init__(self) -> None:
        families = ("identifiers", "identifiers_billing", "identifiers_things", "identifiers_other", "signers")
        validators = {
            "long_identifier": is_long_identifier,
            "mixed_identifier": is_mixed_identifier,
            "dense_identifier": is_dense_identifier,
        }
        super().__init__(families, validators)


class ContactRecognizer(RuleRecognizer):
    """Finds phone, fax and pager numbers, extensions, e-mail, web and network addresses."""

    def __init__(self) -> None:
        super().__init__("contact", {"phone": is_phone, "pager": is_pager})
