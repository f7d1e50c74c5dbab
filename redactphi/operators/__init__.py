"""Every operator is a Presidio anonymizer ``Operator``; policies name them by the keys of ``OPERATORS``."""

from __future__ import annotations

from redactphi.operation import PhiOperator
from redactphi.operators.generalize import Age90, DateYear, Zip3
from redactphi.operators.shift_date import ShiftDate
from redactphi.operators.surrogate import Surrogate
from redactphi.operators.tag import Tag
from redactphi.operators.token import Token
from redactphi.operators.town import Town

OPERATORS: dict[str, type[PhiOperator]] = {
    kind.name: kind for kind in (Tag, DateYear, Age90, Zip3, Surrogate, ShiftDate, Token, Town)
}

__all__ = ["OPERATORS", "Age90", "DateYear", "PhiOperator", "ShiftDate", "Surrogate", "Tag", "Token", "Town", "Zip3"]
