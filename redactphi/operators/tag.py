"""Tag: the label in square brackets, ``[NAME]``."""

from __future__ import annotations

from typing import Any

from presidio_anonymizer.entities import InvalidParamError

from redactphi.operation import PhiOperator


class Tag(PhiOperator):
    """Replaces a span by its label in square brackets.

    Parameters: ``label`` or, from Presidio's own engine, ``entity_type``.
    """

    name = "tag"

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The tag; the text is not looked at."""
        params = params or {}
        return f"[{params.get('label') or params['entity_type']}]"

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Refuse to run without a label.

        Raises:
            InvalidParamError: Neither ``label`` nor ``entity_type`` is given, or a parameter is unknown.
        """
        super().validate(params)
        if not params or not (params.get("label") or params.get("entity_type")):
            raise InvalidParamError("tag needs a label")
