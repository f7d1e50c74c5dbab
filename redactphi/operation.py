"""What a rewriting hands to an operator, and what our operators have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator, OperatorType

from redactphi.document import Document
from redactphi.keys import SecretKey
from redactphi.labels import PhiLabel
from redactphi.policy import Policy
from redactphi.spans import Span
from redactphi.vault import Vault

_CALLERS = frozenset({"label", "context", "entity_type"})
"""What the rewriter and Presidio's own engine add."""


@dataclass(frozen=True, slots=True)
class RewriteContext:
    """What an operator may look at beside the text of its own span. Kept out of ``repr``.

    Attributes:
        document: The note and its patient.
        spans: All spans of the note that are being rewritten, in order.
        key: The redactor's key, where the policy needs one.
        vault: The redactor's vault, where the policy needs one.
        cache: Room for what an operator works out once a note.
        events: How often something happened that a manifest should tell, by name.
        policy: Which operator each label has.
    """

    document: Document = field(repr=False)
    spans: tuple[Span, ...] = field(repr=False)
    key: SecretKey | None = field(default=None, repr=False)
    vault: Vault | None = field(default=None, repr=False)
    cache: dict[str, Any] = field(default_factory=dict, repr=False)
    events: Counter[str] = field(default_factory=Counter, repr=False)
    policy: Policy | None = field(default=None, repr=False)


class PhiOperator(Operator):
    """An operator that policies name by ``name``.

    Attributes:
        name: What a policy calls it.
        parameters: The parameters a policy may give it.
        labels: The labels a policy may give it to.
        may_keep: Whether it may leave a span as it is; such a span does not count as rewritten.
        as_written: Whether it is handed the very characters of the note; others get what detection reads in them, without
            entities, tags and typographic characters (``redactphi.reading``).
        needs: What it cannot work without: ``key`` and ``vault`` of the redactor, ``patient.id`` of the document.
    """

    name: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]] = ()
    labels: ClassVar[frozenset[PhiLabel]] = frozenset(PhiLabel)
    may_keep: ClassVar[bool] = False
    as_written: ClassVar[bool] = False
    needs: ClassVar[frozenset[str]] = frozenset()

    def begin(self, context: RewriteContext) -> None:
        """Called once a note, before its first span.

        Raises:
            NoteWithheld: The note is not to be rewritten.
        """

    def finish(self, context: RewriteContext, safe: str) -> None:
        """Called once a note, with its safe text."""

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Refuse parameters that are not the operator's, and labels it is not for.

        Raises:
            InvalidParamError: There is one; the message lists the valid ones.
        """
        check_parameters(params, *self.parameters)
        label = (params or {}).get("label")
        if label is not None and label not in self.labels:
            raise InvalidParamError(f"it is for {', '.join(sorted(self.labels))}")

    def operator_name(self) -> str:
        """The name."""
        return self.name

    def operator_type(self) -> OperatorType:
        """An anonymizer."""
        return OperatorType.Anonymize


def context_of(params: Mapping[str, Any] | None) -> RewriteContext:
    """The rewriter's context, without which an operator that depends on a key or a vault cannot work.

    Raises:
        ValueError: There is none, as in Presidio's own ``AnonymizerEngine``.
    """
    context: RewriteContext | None = (params or {}).get("context")
    if context is None:
        raise ValueError("this operator runs inside a Redactor only")
    return context


def check_parameters(params: Mapping[str, Any] | None, *names: str) -> None:
    """Refuse parameters other than ``names``.

    Raises:
        InvalidParamError: There is another; the message lists the valid ones.
    """
    if unknown := sorted(set(params or ()) - _CALLERS - set(names)):
        raise InvalidParamError(f"unknown parameter {unknown[0]!r}; valid: {', '.join(names) or 'none'}")
