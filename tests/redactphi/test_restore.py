"""Tokens there and back: the exact original, or a refusal."""

import gc
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

import redactphi
from redactphi.document import Document
from redactphi.errors import NoteWithheld, UsageError, VaultError
from redactphi.keys import SecretKey
from redactphi.operators import OPERATORS, Token
from redactphi.patient import Patient
from redactphi.policy import OperatorSpec, Policy
from redactphi.redactor import Redactor
from redactphi.restoring import Restorer, restore
from redactphi.rewrite import Rewriter
from redactphi.spans import Span
from redactphi.vault import TOKEN, Vault

KEY = bytes(range(32))
TOKENS = Policy.load("tokens")
LOOKALIKE = "[NAME~" + "A2" * 13 + "]"
NOTE = "Patient: Persis Quillfeather, MRN 00482913. Seen 03/14/2024 by Dr. Ola Nwosu. Call 217-555-0142."


@pytest.fixture(scope="module")
def vault():
    return Vault(None, KEY)


@pytest.fixture(scope="module")
def rewriter(vault):
    return Rewriter(TOKENS, OPERATORS, key=SecretKey(KEY), vault=vault)


@pytest.fixture(scope="module")
def redactor(vault):
    return Redactor("tokens", key=KEY, vault=vault)


PIECES = st.sampled_from(
    [
        "Persis Quillfeather", "Dr. Nwosu", "MRN 00482913", "3/14/2024", "217-555-0142", "[NAME]", "[NAME~", "~", "]", "[",
        "A2" * 13, LOOKALIKE, LOOKALIKE.lower(), LOOKALIKE[:-1], "[" + LOOKALIKE, "\r\n", "\n", "\r", "\0", "\ud800",
        "\udfff", "\ud83d", "\ude00", "\U0001f600", "שלום", "\u202eabc\u202c", "e\u0301", "\ufeff", "\u2028", " ", ", ",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(st.characters(), max_size=12)), max_size=12).map("".join)
LABELS = st.sampled_from(sorted(TOKENS.operators))


@st.composite
def spanned(draw):
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [Span(start, end, draw(LABELS)) for start, end in pairs]


@given(spanned())
def test_whatever_spans_a_note_has_it_comes_back(vault, rewriter, case):
    text, spans = case
    try:
        redacted = rewriter.rewrite(Document("1", text, Patient(id="p")), spans)
    except NoteWithheld:
        assert TOKEN.search(text)
        return
    assert not TOKEN.search(text)
    vault.settle()
    assert restore(redacted, vault) == text
    assert len(TOKEN.findall(redacted.text)) == len(spans)
    for (old_start, old_end), (new_start, new_end) in zip(redacted.offsets.old, redacted.offsets.new, strict=True):
        assert TOKEN.fullmatch(redacted.text[new_start:new_end])
        assert redacted.offsets.range_to_new(old_start, old_end) == (new_start, new_end)
        assert redacted.offsets.range_to_old(new_start + 3, new_end - 3) == (old_start, old_end)
        assert redacted.offsets.to_old(new_end) == old_end


@given(TEXTS)
def test_whatever_the_redactor_finds_comes_back(vault, redactor, text):
    try:
        safe = redactor.redact(text)
    except NoteWithheld:
        return
    assert restore(safe, vault) == text


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_batches_come_back(vault, redactor, texts):
    documents = [Document(str(place), text) for place, text in enumerate(texts)]
    for document, result in zip(documents, redactor.pipe(documents), strict=True):
        if isinstance(result, redactphi.RedactedDocument):
            assert restore(result, vault) == document.text
        else:
            assert result.reason == "holds-a-token"


def test_the_same_value_has_one_token_in_all_notes_of_a_patient(redactor):
    def names(who, text=NOTE):
        return [code for label, code in TOKEN.findall(str(redactor.redact(text, Patient(id=who)))) if label == "NAME"]

    one, two = names("p1"), names("p2")
    assert one
    assert names("p1", "Patient: Persis Quillfeather. Better today.") == one
    assert not set(one) & set(two)
    assert str(redactor.redact(NOTE)) == str(redactor.redact(NOTE, Patient(name="Persis Quillfeather")))


@pytest.mark.parametrize("text", [LOOKALIKE, f"Seen {LOOKALIKE} by", f"[X_Y~{'7' * 26}]", f"{NOTE} {LOOKALIKE}"])
def test_a_note_that_holds_a_token_is_withheld(redactor, text):
    with pytest.raises(NoteWithheld, match="holds-a-token"):
        redactor.redact(text)
    (result,) = redactor.pipe([Document("7", text)])
    assert (result.id, result.reason) == ("7", "holds-a-token")


def test_a_safe_note_is_not_redacted_again(redactor):
    with pytest.raises(NoteWithheld, match="holds-a-token"):
        redactor.redact(str(redactor.redact(NOTE)))


def test_a_token_made_by_other_operators_withholds_the_note(vault):
    class Blank(OPERATORS["tag"]):
        name = "blank"

        def operate(self, text, params=None):
            return ""

    specs = {label: OperatorSpec("blank" if label == "DATE" else "token") for label in TOKENS.operators}
    policy = Policy("mixed", 1, "", (), specs, TOKENS.thresholds)
    rewriter = Rewriter(policy, {**OPERATORS, "blank": Blank}, key=SecretKey(KEY), vault=vault)
    split = LOOKALIKE[:10] + "2024" + LOOKALIKE[10:]
    with pytest.raises(NoteWithheld, match="holds-a-token"):
        rewriter.rewrite(Document("1", split), [Span(10, 14, "DATE")])
    redacted = rewriter.rewrite(Document("1", "Ann 2024"), [Span(0, 3, "NAME"), Span(4, 8, "DATE")])
    assert TOKEN.fullmatch(redacted.text.strip())


def test_a_changed_note_is_refused_unless_partial(tmp_path):
    path = tmp_path / "vault"
    safe = str(Redactor("tokens", key=KEY, vault=path).redact(NOTE))
    changed = f"{safe} Addendum {LOOKALIKE}"
    with pytest.raises(VaultError, match="changed after redaction") as caught:
        restore(changed, path, key=KEY)
    assert "Quillfeather" not in str(caught.value)
    assert restore(changed, path, key=KEY, partial=True) == f"{NOTE} Addendum {LOOKALIKE}"
    assert restore(safe, path, key=KEY) == NOTE
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT action, tokens, notes FROM access").fetchall()
    tokens = len(TOKEN.findall(safe))
    assert found == [("tokenize", tokens, 1), ("refused", 0, 1), ("restore", tokens, 1), ("restore", tokens, 1)]


def test_unknown_tokens_are_counted(vault, redactor):
    restorer = Restorer(vault, partial=True)
    restorer(str(redactor.redact(NOTE)) + LOOKALIKE * 2)
    assert (restorer.notes, restorer.unknown) == (1, 2)


def test_a_token_under_another_label_is_unknown(vault, redactor):
    safe = str(redactor.redact(NOTE))
    assert restore(safe.replace("[NAME~", "[MRN~"), vault, partial=True) != NOTE


def test_missing_tokens_are_told(tmp_path):
    path = tmp_path / "vault"
    safe = str(Redactor("tokens", key=KEY, vault=path).redact(NOTE))
    gc.collect()
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM tokens WHERE label = 'MRN'")
        database.commit()
    with pytest.raises(VaultError, match="tokens are missing"):
        restore(safe, path, key=KEY)
    assert "00482913" not in restore(safe, path, key=KEY, partial=True)


def test_restoring_never_makes_a_vault(tmp_path):
    with pytest.raises(VaultError, match="no such file"):
        restore("x", tmp_path / "vault", key=KEY)
    assert list(tmp_path.iterdir()) == []


def test_the_public_names(tmp_path):
    path = tmp_path / "vault"
    safe = redactphi.Redactor("tokens", key=KEY, vault=str(path)).redact(NOTE)
    assert redactphi.restore(safe, redactphi.Vault(path, KEY)) == NOTE


def test_a_vault_that_fails_ends_the_run(tmp_path, monkeypatch):
    def fails(self, patient, wanted):
        raise VaultError("vault v: no space left on device")

    redactor = Redactor("tokens", key=KEY, vault=tmp_path / "vault")
    monkeypatch.setattr(Vault, "tokens", fails)
    with pytest.raises(VaultError, match="no space"):
        redactor.redact(NOTE)
    with pytest.raises(VaultError, match="no space"):
        list(redactor.pipe([Document("1", NOTE)]))


def test_key_and_vault_must_fit_the_policy(tmp_path, monkeypatch):
    monkeypatch.delenv("REDACTPHI_KEY", raising=False)
    for options, message in (
        ({"policy": "tokens"}, "needs a key"),
        ({"policy": "tokens", "key": KEY}, "needs a vault"),
        ({"policy": "tokens", "vault": tmp_path / "vault"}, "needs a key"),
        ({"policy": "safe_harbor", "key": KEY, "vault": tmp_path / "vault"}, "puts nothing into a vault"),
    ):
        with pytest.raises(UsageError, match=message):
            Redactor(**options)
    assert list(tmp_path.iterdir()) == []


def test_the_operator_works_inside_a_redactor_only():
    with pytest.raises(ValueError, match="inside a Redactor"):
        Token().operate("Ann", {"label": "NAME"})
