"""Checksums and plausibility tests that rules name as their ``validator``.

Each takes the matched characters and says whether they can be what the rule claims. A test that is too strict leaks
an identifier, one that is too loose removes a number: where a value stands behind a label word, rules use
``is_identifier`` and not a checksum.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from types import MappingProxyType

import regex

_LUHN_BASE = 10
_VIN_LENGTH = 17
_VIN_CHECK_POSITION = 8
_VIN_LETTERS = ("AJ", "BKS", "CLT", "DMU", "ENV", "FW", "GPX", "HY", "RZ")
_VIN_VALUES = {letter: value for value, letters in enumerate(_VIN_LETTERS, 1) for letter in letters}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CARD_LENGTHS = range(12, 20)
_IMEI_LENGTH = 15

_NOT_AN_IDENTIFIER = regex.compile(
    r"""(?xi)
    \d{1,3}/\d{1,3}(?:/\d{2,4})?                # a date or a ratio
    | (?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}     # an ISO date
    | \d{1,2}:\d\d.*                            # a time
    | (?:19|20)\d\d                             # a year
    | \d{1,6}(?:\.\d+)?(?:mcg|mg|kg|ml|cc|mm|cm|in|fr|hr|hrs|yo|yr|am|pm|st|nd|rd|th|units?|mmhg|bpm)
    | \d{1,3}(?:\.\d+)?[cfghlmxy]
    | \d{1,3}\.\d{1,2}                          # a measurement
    | [ctls]\d{1,2}(?:[-/][ctls]?\d{1,2})?      # a vertebral level
    | \d+(?:-[a-z]{3,})+\D*                     # "45-year-old", "12-lead"
    | [a-z]{3,}(?:-[a-z]{3,})*-\d{1,2}          # "covid-19", "stage-3"
    | q\d+h | x\d{1,2} | pod\d+ | t\d[a-d]?n\d.* | \d{1,3}[-/]\d{1,2}[-/]?(?:mg|ml|mm|cm)
    """
)
_DIGIT = regex.compile(r"\d")


def digits_of(value: str) -> str:
    """The decimal digits of a value, separators dropped."""
    return "".join(char for char in value if char.isdecimal())


def luhn(value: str) -> bool:
    """Whether the digits end in their Luhn check digit (ISO/IEC 7812-1)."""
    total = 0
    for position, char in enumerate(reversed(digits_of(value))):
        number = int(char) * (1 + position % 2)
        total += number - 9 if number >= _LUHN_BASE else number
    return total % _LUHN_BASE == 0


def is_card(value: str) -> bool:
    """Whether this can be a payment card number: 12-19 digits, Luhn, not one digit over and over."""
    digits = digits_of(value)
    return len(digits) in _CARD_LENGTHS and len(set(digits)) > 1 and luhn(digits)


def is_imei(value: str) -> bool:
    """Whether this can be a mobile device's number: 15 digits, Luhn."""
    digits = digits_of(value)
    return len(digits) == _IMEI_LENGTH and len(set(digits)) > 1 and luhn(digits)


def is_npi(value: str) -> bool:
    """Whether this can be a National Provider Identifier: Luhn over the digits behind the prefix 80840 (CMS)."""
    return luhn("80840" + digits_of(value))


def is_dea(value: str) -> bool:
    """Whether the last digit is the check digit of a DEA number.

    Digits 1, 3, 5 plus twice digits 2, 4, 6 end in digit 7.
    """
    digits = [int(char) for char in digits_of(value)[-7:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def is_iban(value: str) -> bool:
    """Whether this is an international bank account number (ISO 13616): mod 97 is 1."""
    compact = value.replace(" ", "").upper()
    return compact.isalnum() and int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def is_vin(value: str) -> bool:
    """Whether this is a vehicle identification number with its check digit (49 CFR 565.15)."""
    vin = value.upper()
    if len(vin) != _VIN_LENGTH or not any(map(str.isalpha, vin)) or not any(map(str.isdecimal, vin)):
        return False
    if any(char not in _VIN_VALUES and not char.isdecimal() for char in vin):
        return False
    total = sum(
        weight * (int(char) if char.isdecimal() else _VIN_VALUES[char])
        for weight, char in zip(_VIN_WEIGHTS, vin, strict=True)
    )
    return vin[_VIN_CHECK_POSITION] == "0123456789X"[total % 11]


def is_ip(value: str) -> bool:
    """Whether this is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(value.partition("%")[0])
    except ValueError:
        return False
    return True


def is_identifier(value: str) -> bool:
    """Whether a value behind a label word can be an identifier.

    It holds two digits at least, and is no date, dose, ratio, measurement, time, vertebral level or stage.
    """
    return len(_DIGIT.findall(value)) > 1 and _NOT_AN_IDENTIFIER.fullmatch(value) is None


def is_plate(value: str) -> bool:
    """Whether this can be a licence plate: letters and digits both, five to eight of them."""
    compact = [char for char in value if char.isalnum()]
    return len(compact) in range(5, 9) and any(map(str.isalpha, compact)) and any(map(str.isdecimal, compact))


VALIDATORS: MappingProxyType[str, Callable[[str], bool]] = MappingProxyType({
    "card": is_card,
    "dea": is_dea,
    "iban": is_iban,
    "identifier": is_identifier,
    "imei": is_imei,
    "ip": is_ip,
    "luhn": luhn,
    "npi": is_npi,
    "plate": is_plate,
    "vin": is_vin,
})  # fmt: skip
"""The tests of this module by the name a rule calls them."""
