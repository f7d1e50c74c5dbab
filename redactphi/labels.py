"""PhiLabel: the kinds of PHI, and which Safe Harbor identifier each is.

Source of the letters: 45 CFR 164.514(b)(2)(i)(A)-(R).
"""

from __future__ import annotations

from enum import StrEnum


class PhiLabel(StrEnum):
    """A kind of PHI. The order of definition is the tie-break order of overlap resolution."""

    NAME = "NAME"
    PROVIDER = "PROVIDER"
    FACILITY = "FACILITY"
    EMPLOYER = "EMPLOYER"
    LOCATION = "LOCATION"
    ZIP = "ZIP"
    DATE = "DATE"
    AGE = "AGE"
    PHONE = "PHONE"
    FAX = "FAX"
    EMAIL = "EMAIL"
    SSN = "SSN"
    MRN = "MRN"
    HEALTH_PLAN = "HEALTH_PLAN"
    ACCOUNT = "ACCOUNT"
    LICENSE = "LICENSE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    URL = "URL"
    IP = "IP"
    BIOMETRIC = "BIOMETRIC"
    PHOTO = "PHOTO"
    ID_OTHER = "ID_OTHER"

    @property
    def identifier(self) -> str | None:
        """The Safe Harbor letter (A-R), or None where the rule does not list it (PROVIDER, FACILITY)."""
        return _IDENTIFIER.get(self)

    @property
    def presidio(self) -> str:
        """The Presidio entity name nearest in meaning."""
        return _PRESIDIO.get(self, str(self))

    @property
    def i2b2(self) -> str:
        """The i2b2 2014 type nearest in meaning."""
        return _I2B2.get(self, "IDNUM")


_IDENTIFIER = {
    PhiLabel.NAME: "A", PhiLabel.EMPLOYER: "A", PhiLabel.LOCATION: "B", PhiLabel.ZIP: "B", PhiLabel.DATE: "C",
    PhiLabel.AGE: "C", PhiLabel.PHONE: "D", PhiLabel.FAX: "E", PhiLabel.EMAIL: "F", PhiLabel.SSN: "G",
    PhiLabel.MRN: "H", PhiLabel.HEALTH_PLAN: "I", PhiLabel.ACCOUNT: "J", PhiLabel.LICENSE: "K",
    PhiLabel.VEHICLE: "L", PhiLabel.DEVICE: "M", PhiLabel.URL: "N", PhiLabel.IP: "O", PhiLabel.BIOMETRIC: "P",
    PhiLabel.PHOTO: "Q", PhiLabel.ID_OTHER: "R",
}  # fmt: skip

_PRESIDIO = {
    PhiLabel.NAME: "PERSON", PhiLabel.PROVIDER: "PERSON", PhiLabel.FACILITY: "ORGANIZATION",
    PhiLabel.EMPLOYER: "ORGANIZATION", PhiLabel.LOCATION: "LOCATION", PhiLabel.ZIP: "LOCATION",
    PhiLabel.DATE: "DATE_TIME", PhiLabel.PHONE: "PHONE_NUMBER", PhiLabel.FAX: "PHONE_NUMBER",
    PhiLabel.EMAIL: "EMAIL_ADDRESS", PhiLabel.SSN: "US_SSN", PhiLabel.LICENSE: "US_DRIVER_LICENSE",
    PhiLabel.URL: "URL", PhiLabel.IP: "IP_ADDRESS", PhiLabel.ACCOUNT: "US_BANK_NUMBER",
}  # fmt: skip

_I2B2 = {
    PhiLabel.NAME: "PATIENT", PhiLabel.PROVIDER: "DOCTOR", PhiLabel.FACILITY: "HOSPITAL",
    PhiLabel.EMPLOYER: "ORGANIZATION", PhiLabel.LOCATION: "LOCATION-OTHER", PhiLabel.ZIP: "ZIP",
    PhiLabel.DATE: "DATE", PhiLabel.AGE: "AGE", PhiLabel.PHONE: "PHONE", PhiLabel.FAX: "FAX",
    PhiLabel.EMAIL: "EMAIL", PhiLabel.SSN: "SSN", PhiLabel.MRN: "MEDICALRECORD",
    PhiLabel.HEALTH_PLAN: "HEALTHPLAN", PhiLabel.ACCOUNT: "ACCOUNT", PhiLabel.LICENSE: "LICENSE",
    PhiLabel.VEHICLE: "VEHICLE", PhiLabel.DEVICE: "DEVICE", PhiLabel.URL: "URL", PhiLabel.IP: "IPADDR",
    PhiLabel.BIOMETRIC: "BIOID",
}  # fmt: skip
