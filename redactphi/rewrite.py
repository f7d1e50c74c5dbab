"""Rewrites resolved spans, left to right, each by the operator its label's policy names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator

from redactphi import reading
from redactphi.document import Document, RedactedDocument
from redactphi.errors import NoteWithheld, UnknownNameError, UsageError
from redactphi.keys import VARIABLE, SecretKey
from redactphi.offsets import apply_replacements
from redactphi.operation import PhiOperator, RewriteContext
from redactphi.policy import KEEP, Policy
from redactphi.policy_terms import SOURCE as DENIED
from redactphi.spans import Span
from redactphi.vault import Vault


class Rewriter:
    """Turns a document and its spans into a redacted document.

    Args:
        policy: Which operator a label gets.
        operators: The operators by name.
        key: What keyed operators derive their keys from.
        vault: Where operators put what can be restored.

    Raises:
        UnknownNameError: The policy names an operator that does not exist.
        UsageError: An operator refuses its parameters, or lacks the key or vault it needs; or there is a vault and none uses it.
    """

    def __init__(
        self,
        policy: Policy,
        operators: Mapping[str, type[Operator]],
        *,
        key: SecretKey | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.policy = policy
        self._key, self._vault = key, vault
        self._operators = _built(policy, operators)
        self._own = _one_a_kind(self._operators.values())
        self.needs = _needs(self._own)
        self._check_needs()

    def _check_needs(self) -> None:
        if "key" in self.needs and self._key is None:
            raise UsageError(f"policy {self.policy.name!r} needs a key: set {VARIABLE}, or give a key file")
        if "vault" in self.needs and self._vault is None:
            raise UsageError(f"policy {self.policy.name!r} needs a vault: give the path of one")
        if "vault" not in self.needs and self._vault is not None:
            # Whoever names a vault counts on getting the originals back.
            raise UsageError(f"policy {self.policy.name!r} puts nothing into a vault: the policy 'tokens' does")

    def rewrite(self, document: Document, spans: Sequence[Span]) -> RedactedDocument:
        """Rewrite ``spans`` of ``document``.

        Args:
            document: The note.
            spans: Sorted, disjoint, none of a label the policy keeps.

        Raises:
            NoteWithheld: An operator refuses the note, or needs the patient's id and the document has none.
        """
        if "patient.id" in self.needs and not (document.patient and document.patient.id):
            raise NoteWithheld(document.id, "no-patient-id")
        written = RewriteContext(document, tuple(spans), self._key, self._vault, policy=self.policy)
        read = _as_read(written)
        for own in self._own:
            own.begin(written if own.as_written else read)
        rewritten, replacements = [], []
        for span, span_read in zip(spans, read.spans, strict=True):
            operator = self._operators[span.label]
            # Presidio's own operators, as one that encrypts, are handed the original.
            context, place = (written, span) if getattr(operator, "as_written", True) else (read, span_read)
            value = context.document.text[place.start : place.end]
            params = {**self.policy.spec(span.label).params, "label": str(span.label), "context": context}
            replaced = operator.operate(value, params)
            if replaced == value and span.source == DENIED:
                replaced = f"[{span.label}]"
            if replaced != value or not getattr(operator, "may_keep", False):
                rewritten.append(span)
                replacements.append((span.start, span.end, replaced))
        safe, offsets = apply_replacements(document.text, replacements)
        for own in self._own:
            own.finish(written if own.as_written else read, safe)
        return RedactedDocument(document.id, safe, tuple(rewritten), offsets, dict(sorted(written.events.items())))


def _as_read(written: RewriteContext) -> RewriteContext:
    """The context of operators that go by what a note says: "03&#45;05" is the date that "03-05" is."""
    found = reading.read(written.document)
    if found.document is written.document:
        return written
    spans = written.spans
    if (offsets := found.offsets) is not None:
        ranges = [offsets.range_to_new(span.start, span.end) for span in spans]
        if any(start == end for start, end in ranges):
            return written  # a span of what is not read at all
        spans = tuple(span.between(*place) for span, place in zip(spans, ranges, strict=True))
    return replace(written, document=found.document, spans=spans)


def check_operators(policy: Policy, operators: Mapping[str, type[Operator]]) -> frozenset[str]:
    """What the operators of a policy need: ``key``, ``vault``, ``patient.id``.

    Raises:
        UnknownNameError: The policy names an operator that does not exist.
        UsageError: An operator refuses its parameters.
    """
    return _needs(_one_a_kind(_built(policy, operators).values()))


def _built(policy: Policy, operators: Mapping[str, type[Operator]]) -> dict[str, Operator]:
    """The operator of each label that is not kept, its parameters checked."""
    found: dict[str, Operator] = {}
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
        found[label] = operator
    return found


def _needs(operators: Iterable[PhiOperator]) -> frozenset[str]:
    return frozenset().union(*(operator.needs for operator in operators))


def _one_a_kind(operators: Iterable[Operator]) -> tuple[PhiOperator, ...]:
    """The first operator of each class of ours, in order."""
    kinds: dict[type, PhiOperator] = {}
    for operator in operators:
        if isinstance(operator, PhiOperator):
            kinds.setdefault(type(operator), operator)
    return tuple(kinds.values())
