"""Every recognizer is a Presidio ``EntityRecognizer``; this is the one place that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactphi.errors import UnknownNameError

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer  # the build, which packs the rules, has no Presidio

MODES = ("balanced", "strict")


def default_recognizers(mode: str = "balanced") -> list[EntityRecognizer]:
    """New instances of the built-in recognizers, one a family.

    Args:
        mode: ``balanced`` lets the model judge words nobody knows; ``strict`` redacts them.

    Raises:
        UnknownNameError: The mode is not one of ``MODES``.
    """
    from redactphi.recognizers.ages import AgeRecognizer  # noqa: PLC0415 - each compiles its rules on import of regex
    from redactphi.recognizers.dates import PhiDateRecognizer  # noqa: PLC0415
    from redactphi.recognizers.facilities import FacilityRecognizer  # noqa: PLC0415
    from redactphi.recognizers.identifiers import ContactRecognizer, IdentifierRecognizer  # noqa: PLC0415
    from redactphi.recognizers.locations import LocationRecognizer  # noqa: PLC0415
    from redactphi.recognizers.model import ModelRecognizer  # noqa: PLC0415
    from redactphi.recognizers.names import NameRecognizer  # noqa: PLC0415
    from redactphi.recognizers.strict import StrictRecognizer  # noqa: PLC0415

    if mode not in MODES:
        raise UnknownNameError("mode", mode, MODES)
    recognizers: list[EntityRecognizer] = [
        IdentifierRecognizer(),
        ContactRecognizer(),
        PhiDateRecognizer(),
        AgeRecognizer(),
        LocationRecognizer(),
        NameRecognizer(),
        FacilityRecognizer(),
        ModelRecognizer(),
    ]
    return [*recognizers, StrictRecognizer()] if mode == "strict" else recognizers
