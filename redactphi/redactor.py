"""Redactor: detect, resolve, rewrite. Built once, reused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from presidio_analyzer import EntityRecognizer

from redactphi import resources
from redactphi.collector import uncollected
from redactphi.document import Document, RedactedDocument, WithheldDocument
from redactphi.engine import LANGUAGE, PhiAnalyzerEngine
from redactphi.errors import NoteWithheld, UnknownNameError, UsageError, VaultError
from redactphi.keys import SecretKey
from redactphi.nlp import PhiArtifacts
from redactphi.operators import OPERATORS
from redactphi.patient import Patient
from redactphi.policy import Policy
from redactphi.policy_terms import TermFilter
from redactphi.reading import read
from redactphi.rewrite import Rewriter
from redactphi.spans import Span, resolve_overlaps
from redactphi.vault import Vault, open_vault
from redactphi.version import __version__

_BATCH = 64
_USING = ("both", "rules", "model")


class Redactor:
    """Removes PHI from notes by a policy. Safe to share between threads; build one per process.

    Args:
        policy: A preset's name, the path of a policy file, or a ``Policy``.
        mode: ``balanced`` lets the model judge unknown words, ``strict`` redacts what nothing vouches for.
        recognizers: Further Presidio recognizers.
        label_map: Entity name of those recognizers -> ``PhiLabel``.
        key: For policies that need one: bytes, a key file's ``Path`` or a ``SecretKey``. Without it the environment
            variable ``REDACTPHI_KEY`` is read.
        vault: For policies that need one: the path of a vault, made by the first note if it is not there, or a
            ``Vault``.

    Raises:
        UnknownNameError: A policy, mode, operator or label that does not exist; the message lists the valid ones.
        UsageError: The policy needs a key or a vault and there is none, or there is a vault it does not need.
        VaultError: The vault cannot be opened.
    """

    def __init__(
        self,
        policy: str | Path | Policy = "safe_harbor",
        *,
        mode: str = "balanced",
        recognizers: Iterable[EntityRecognizer] = (),
        label_map: Mapping[str, str] | None = None,
        key: SecretKey | bytes | Path | None = None,
        vault: Vault | str | Path | None = None,
    ) -> None:
        self.policy = Policy.load(policy)
        self.mode = mode
        self.engine = PhiAnalyzerEngine(recognizers, label_map=label_map, mode=mode)
        least = self.policy.thresholds
        self._least = {label: math.inf for label in self.policy.operators if self.policy.keeps(label)}
        self._least |= {label: least[label] for label in least if label not in self._least}
        has_terms = self.policy.allow or self.policy.deny
        self._terms = TermFilter(self.policy.allow, self.policy.deny) if has_terms else None
        secret = SecretKey.load(key)
        self._vault = None if vault is None else open_vault(vault, secret, create=True)
        self._rewriter = Rewriter(self.policy, OPERATORS, key=secret, vault=self._vault)

    @property
    def needs(self) -> frozenset[str]:
        """What the policy's operators cannot work without: ``key``, ``vault``, ``patient.id``."""
        return self._rewriter.needs

    def detect(self, text: str | Document, patient: Patient | None = None, *, using: str = "both") -> list[Span]:
        """The resolved spans the policy rewrites, in offsets of the text.

        Args:
            text: A note.
            patient: What is known of its patient.
            using: ``both``, or for measuring ``rules`` or ``model`` alone.

        Raises:
            NoteWithheld: A recognizer failed.
        """
        if using not in _USING:
            raise UnknownNameError("source", using, _USING)
        document = _as_document(text, patient)
        return self._resolve(document, self.engine.detect(document, using=using))

    def redact(self, text: str | Document, patient: Patient | None = None) -> RedactedDocument:
        """A note made safe.

        Args:
            text: A note, or a ``Document``.
            patient: What is known of its patient.

        Raises:
            NoteWithheld: The note could not be made safe.
            VaultError: The vault cannot be read or written.
        """
        document = _as_document(text, patient)
        redacted = self._rewrite(document, self.engine.detect(document))
        self._settle()
        return redacted

    def pipe(self, documents: Iterable[str | Document]) -> Iterator[RedactedDocument | WithheldDocument]:
        """Notes made safe, one for one and in order; one that cannot be is withheld.

        Args:
            documents: Any number of notes; read in batches.

        Raises:
            UsageError: One is neither a text nor a ``Document``.
            VaultError: The vault cannot be read or written.
        """
        stream = (_as_document(document, None) for document in documents)
        while batch := list(islice(stream, _BATCH)):
            with uncollected():
                done = self._batch(batch)
            self._settle()
            yield from done

    def close(self) -> None:
        """Let go of the vault's file; whatever is asked next opens it again."""
        if self._vault is not None:
            self._vault.close()

    def _batch(self, batch: list[Document]) -> list[RedactedDocument | WithheldDocument]:
        artifacts: list[PhiArtifacts | None]
        readings = [read(document) for document in batch]
        texts = [reading.document.text for reading in readings]
        try:
            artifacts = [found for _, found in self.engine.nlp_engine.process_batch(texts, LANGUAGE)]
        except Exception:  # noqa: BLE001 - one note must not take the others with it: each is tried alone below
            artifacts = [None] * len(batch)
        notes = self.engine.look_ahead(texts)
        found = self.engine.detect_all(readings, artifacts, notes)
        return [self._one(*each) for each in zip(batch, found, strict=True)]

    def _one(self, document: Document, found: list[Span] | NoteWithheld) -> RedactedDocument | WithheldDocument:
        try:
            if isinstance(found, NoteWithheld):
                raise found
            return self._rewrite(document, found)
        except NoteWithheld as error:
            return WithheldDocument(document.id, error.reason)

    def _settle(self) -> None:
        if self._vault is not None:
            self._vault.settle()

    def _resolve(self, document: Document, spans: Iterable[Span]) -> list[Span]:
        least = self._least
        likely = [span for span in spans if span.score >= least[span.label]]
        if self._terms:
            try:
                likely = self._terms.apply(document.text, likely)
            except TimeoutError:
                raise NoteWithheld(document.id, "policy-terms:TimeoutError") from None
        return resolve_overlaps(likely)

    def _rewrite(self, document: Document, spans: Iterable[Span]) -> RedactedDocument:
        try:
            return self._rewriter.rewrite(document, self._resolve(document, spans))
        except (NoteWithheld, VaultError):
            # A vault that fails does so for every note: the run ends instead of withholding all of them.
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the note is withheld
            raise NoteWithheld(document.id, f"rewrite-error:{type(error).__name__}") from None

    def versions(self) -> dict[str, str]:
        """What decided the output: package, policy, rules, ZIP3 table and model, each by version or hash."""
        zip3 = self.policy.spec("ZIP").params.get("table", "")
        return {
            "redactphi": __version__,
            "policy": f"{self.policy.name}/{self.policy.version}/{self.policy.sha256[:16]}",
            "mode": self.mode,
            "rules": resources.fingerprint(),
            "model": self.engine.nlp_engine.version,
            "zip3": f"zip3/{zip3}" if zip3 else "",
        }


def _as_document(text: str | Document, patient: Patient | None) -> Document:
    if isinstance(text, Document):
        if patient is not None:
            raise UsageError("give the patient with the document or beside the text, not both")
        return text
    if not isinstance(text, str):
        raise UsageError(f"a note is a str or a Document, not {type(text).__name__}")
    if patient is not None and not isinstance(patient, Patient):
        raise UsageError(f"a patient is a Patient, not {type(patient).__name__}; see Patient.from_mapping")
    return Document("", text, patient)
