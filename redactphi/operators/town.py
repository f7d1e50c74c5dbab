"""Town: towns and cities stay, all other parts of an address go.

Source: 45 CFR 164.514(e)(2)(ii), for limited data sets.
"""

from __future__ import annotations

from typing import Any

import regex

from redactphi import resources
from redactphi.labels import PhiLabel
from redactphi.operation import PhiOperator

_BLANKS = regex.compile(r"\s+")


class Town(PhiOperator):
    """Keeps a place that is a listed town or city, and nothing else, and replaces any other by its label.

    Streets, counties, and towns that no list has are replaced.
    """

    name = "town"
    labels = frozenset({PhiLabel.LOCATION})
    may_keep = True

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The town as it is written, or the tag."""
        name = _BLANKS.sub(" ", text.strip()).lower()
        if name in resources.terms("places"):
            return text
        return f"[{(params or {}).get('label', 'LOCATION')}]"
