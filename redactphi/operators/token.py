"""Token: a random code, ``[NAME~<26 characters>]``, that a vault turns back into the original.

Source: 45 CFR 164.514(c) allows a code for re-identification that is not derived from information about the individual,
as long as the mechanism is not disclosed.
"""

from __future__ import annotations

from typing import Any

from redactphi.errors import NoteWithheld
from redactphi.operation import PhiOperator, RewriteContext, context_of
from redactphi.vault import TOKEN, Vault

_TOKENS = "token.tokens"


class Token(PhiOperator):
    """Replaces a span by the vault's token for its exact text, its label and its patient.

    The same value of one patient has one token in all notes. Notes without a patient id share a scope: there, equal
    values have one token, whosever they are.

    Parameters: ``context``, the rewriter's.
    """

    name = "token"
    as_written = True  # what is restored is the note to the letter
    needs = frozenset({"key", "vault"})

    def begin(self, context: RewriteContext) -> None:
        """Get all tokens of the note at once.

        Raises:
            NoteWithheld: The note holds something in the form of a token, which would not be told from ours later.
        """
        document = context.document
        if _tokens_in(document.text):
            raise NoteWithheld(document.id, "holds-a-token")
        wanted = [
            (str(s.label), document.text[s.start : s.end]) for s in context.spans if self._is_mine(context, s.label)
        ]
        patient = document.patient.id if document.patient else ""
        context.cache[_TOKENS] = _vault(context).tokens(patient, wanted) if wanted else {}

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The token for ``text``."""
        context = context_of(params)
        assert params is not None
        token: str = context.cache[_TOKENS][str(params["label"]), text]
        return token

    def finish(self, context: RewriteContext, safe: str) -> None:
        """Let the vault know the safe text.

        Raises:
            NoteWithheld: Other operators have made something in the form of a token.
        """
        expected = sum(self._is_mine(context, span.label) for span in context.spans)
        if len(_tokens_in(safe)) != expected:
            raise NoteWithheld(context.document.id, "holds-a-token")
        _vault(context).remember(safe, expected)

    def _is_mine(self, context: RewriteContext, label: str) -> bool:
        return context.policy is None or context.policy.spec(label).operator == self.name


def _tokens_in(text: str) -> list[tuple[str, str]]:
    return TOKEN.findall(text) if "~" in text else []


def _vault(context: RewriteContext) -> Vault:
    assert context.vault is not None
    return context.vault
