"""The secret key: where it comes from, what is derived from it, and that it never shows."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactphi.errors import DataError, UsageError
from redactphi.keys import MINIMUM, VARIABLE, SecretKey, write_key

SECRET = bytes(range(MINIMUM))


def test_it_comes_from_bytes_a_file_or_the_environment(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert SecretKey.load() is None
    (tmp_path / "key").write_bytes(b"k" * MINIMUM + b"\n")
    monkeypatch.setenv(VARIABLE, "k" * MINIMUM)
    found = SecretKey.load()
    assert found is not None
    assert SecretKey.load(found) is found
    assert SecretKey.load(tmp_path / "key").derive("x") == found.derive("x") == SecretKey(b"k" * MINIMUM).derive("x")


@pytest.mark.parametrize("source", [b"short", "a path as a string, which might be a key", ""])
def test_what_is_no_key_is_refused(source):
    with pytest.raises(UsageError):
        SecretKey.load(source)


def test_a_short_variable_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(UsageError, match="at least 32"):
        SecretKey.load()


def test_a_file_that_cannot_be_read_is_named_without_its_folder(tmp_path):
    with pytest.raises(DataError, match=r"^key file nowhere: No such file"):
        SecretKey.load(tmp_path / "nowhere")


def test_a_new_key_is_random_and_its_owners_alone(tmp_path):
    write_key(tmp_path / "a")
    write_key(tmp_path / "b")
    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert SecretKey.load(tmp_path / "a").derive("x")
    with pytest.raises(DataError, match="File exists"):
        write_key(tmp_path / "a")


def test_keys_of_purposes_differ():
    key = SecretKey(SECRET)
    assert key.derive("a") != key.derive("b")
    assert key.derive("a") == SecretKey(SECRET).derive("a")
    assert key.derive("a") != SecretKey(SECRET[::-1]).derive("a")


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_digests_tell_lists_of_parts_apart(left, right):
    key = SecretKey(SECRET)
    assert (key.digest("p", *left) == key.digest("p", *right)) == (left == right)


def test_lone_surrogates_have_a_digest():
    assert SecretKey(SECRET).digest("p", "\ud800") != SecretKey(SECRET).digest("p", "\ud801")


def test_it_is_neither_shown_nor_pickled():
    key = SecretKey(SECRET)
    assert SECRET.hex() not in repr(key)
    assert repr(SECRET) not in repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)
