"""Rewrites resolved spans, left to right, each by the operator its label's policy names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator

from redactphi.document import Document, RedactedDocument
from redactphi.errors import UnknownNameError, UsageError
from redactphi.offsets import apply_replacements
from redactphi.policy import KEEP, Policy
from redactphi.spans import Span


@dataclass(frozen=True, slots=True)
class RewriteContext:
    """What an operator may look at beside the text of its own span. Kept out of ``repr``.

    Attributes:
        document: The note and its patient.
        spans: All spans of the note that are being rewritten, in order.
        cache: Room for what an operator works out once a note.
    """

    document: Document = field(repr=False)
    spans: tuple[Span, ...] = field(repr=False)
    cache: dict[str, Any] = field(default_factory=dict, repr=False)


class Rewriter:
    """Turns a document and its spans into a redacted document.

    Args:
        policy: Which operator a label gets.
        operators: The operators by name.

    Raises:
        UnknownNameError: The policy names an operator that does not exist.
        UsageError: An operator refuses its parameters.
    """

    def __init__(self, policy: Policy, operators: Mapping[str, type[Operator]]) -> None:
        self.policy = policy
        self._operators: dict[str, Operator] = {}
        for label, spec in policy.operators.items():
            if spec.operator == KEEP:
                continue
            if spec.operator not in operators:
                raise UnknownNameError("operator", spec.operator, (*operators, KEEP))
            operator = operators[spec.operator]()
            try:
                operator.validate({**spec.params, "label": label})
            except InvalidParamError as error:
                raise UsageError(f"operator {spec.operator!r} of {label}: {error}") from None
            self._operators[label] = operator

    def rewrite(self, document: Document, spans: Sequence[Span]) -> RedactedDocument:
        """Rewrite ``spans`` of ``document``.

        Args:
            document: The note.
            spans: Sorted, disjoint, none of a label the policy keeps.
        """
        context = RewriteContext(document, tuple(spans))
        replacements = []
        for span in spans:
            params = {**self.policy.spec(span.label).params, "label": str(span.label), "context": context}
            text = self._operators[span.label].operate(document.text[span.start : span.end], params)
            replacements.append((span.start, span.end, text))
        text, offsets = apply_replacements(document.text, replacements)
        return RedactedDocument(document.id, text, context.spans, offsets)
