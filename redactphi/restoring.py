"""Puts the originals back where a vault's tokens stand."""

from __future__ import annotations

import re
from pathlib import Path

from redactphi.document import RedactedDocument
from redactphi.errors import VaultError
from redactphi.keys import SecretKey
from redactphi.vault import TOKEN, Vault, open_vault


class Restorer:
    """Restores texts, and counts what it does.

    Args:
        vault: The vault they were made with.
        partial: Whether a text that was changed since is restored as far as its tokens are known.

    Attributes:
        notes: Texts restored.
        tokens: Tokens replaced.
        unknown: Tokens left, because the vault does not know them.
    """

    def __init__(self, vault: Vault, *, partial: bool = False) -> None:
        self._vault = vault
        self._partial = partial
        self.notes = self.tokens = self.unknown = 0

    def __call__(self, text: str) -> str:
        """A text with its originals. It is not to be handed out before ``record``.

        Raises:
            VaultError: The text was changed after it was made, or made with another vault; or this one was altered.
        """
        if self.refuses(text):
            self._vault.record("refused", tokens=0, notes=1)
            raise VaultError(f"vault {self._vault.name}: this text was changed after redaction, or is of another vault")
        originals = self._vault.originals(dict.fromkeys(TOKEN.findall(text)))
        unknown_before = self.unknown

        def original(token: re.Match[str]) -> str:
            found = originals.get((token[1], token[2]))
            self.tokens += found is not None
            self.unknown += found is None
            return token[0] if found is None else found

        restored = TOKEN.sub(original, text)
        if not self._partial and self.unknown > unknown_before:
            raise VaultError(f"vault {self._vault.name}: tokens are missing")
        self.notes += 1
        return restored

    def refuses(self, text: str) -> bool:
        """Whether a text would be refused, for not being as it was made."""
        return not self._partial and not self._vault.knows(text)

    def record(self) -> None:
        """Put on record, in the vault, what was restored.

        Raises:
            VaultError: The vault cannot be written.
        """
        self._vault.record("restore", tokens=self.tokens, notes=self.notes)


def restore(
    text: str | RedactedDocument,
    vault: Vault | str | Path,
    *,
    key: SecretKey | bytes | Path | None = None,
    partial: bool = False,
) -> str:
    """The exact original of a text made by the policy ``tokens``.

    Args:
        text: The safe text, unchanged.
        vault: The vault it was made with, or its path.
        key: For a path: bytes, a key file's ``Path`` or a ``SecretKey``. Without it ``REDACTPHI_KEY`` is read.
        partial: Restore a changed text too, as far as its tokens are known; others stay.

    Raises:
        UsageError: There is no key.
        VaultError: The vault is missing, of another key, or does not know the text.
    """
    restorer = Restorer(open_vault(vault, key), partial=partial)
    restored = restorer(str(text))
    restorer.record()
    return restored
