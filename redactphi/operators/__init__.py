"""Every operator is a Presidio anonymizer ``Operator``; policies name them by the keys of ``OPERATORS``."""

from __future__ import annotations

from presidio_anonymizer.operators import Operator

from redactphi.operators.generalize import Age90, DateYear, Zip3
from redactphi.operators.tag import Tag

OPERATORS: dict[str, type[Operator]] = {"tag": Tag, "year": DateYear, "age90": Age90, "zip3": Zip3}

__all__ = ["OPERATORS", "Age90", "DateYear", "Tag", "Zip3"]
