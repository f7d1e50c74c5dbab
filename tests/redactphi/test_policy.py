import pytest

from redactphi import Policy, UnknownNameError, UsageError
from redactphi.labels import PhiLabel
from redactphi.operators import OPERATORS
from redactphi.policy import KEEP, presets
from redactphi.rewrite import Rewriter


@pytest.fixture
def write(tmp_path):
    def _write(body, name="mine.toml"):
        path = tmp_path / name
        path.write_text(body, encoding="utf-8")
        return path

    return _write


@pytest.mark.parametrize("name", presets())
def test_every_preset_names_a_known_operator_for_every_label(name):
    policy = Policy.load(name)
    assert set(policy.operators) == {str(label) for label in PhiLabel}
    assert {spec.operator for spec in policy.operators.values()} <= {*OPERATORS, KEEP}
    assert policy.name == name
    Rewriter(policy, OPERATORS)


def test_safe_harbor_keeps_nothing_and_departs_from_nothing():
    policy = Policy.load("safe_harbor")
    assert not any(policy.keeps(label) for label in PhiLabel)
    assert policy.departures == ()


def test_the_limited_data_set_says_what_it_keeps():
    policy = Policy.load("limited_data_set")
    assert {str(label) for label in PhiLabel if policy.keeps(label)} == {"DATE", "AGE", "ZIP"}
    assert len(policy.departures) == 3
    assert policy.spec("NAME").operator == "tag"


def test_an_unknown_preset_lists_the_valid_ones():
    with pytest.raises(UnknownNameError, match="limited_data_set, safe_harbor"):
        Policy.load("safe_habor")


def test_a_users_file_extends_a_preset(write):
    policy = Policy.load(write('name = "mine"\nextends = "safe_harbor"\n[operators]\nFACILITY = "keep"\n'))
    assert policy.keeps("FACILITY")
    assert policy.spec("DATE").operator == "year"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('name = "m"\nextend = "safe_harbor"\n[operators]\ndefault = "tag"\n', "policy key 'extend'; valid: .*extends"),
        ('name = "m"\n[operators]\nPATIENT = "tag"\ndefault = "tag"\n', "label in a policy 'PATIENT'; valid: .*NAME"),
        ('name = "m"\n[operators]\nNAME = "tag"\n', "says nothing of PROVIDER.* no default"),
        ('name = "m"\n', "lacks operators"),
        ('name = "m"\n[operators]\ndefault = 3\n', "an operator is a name"),
        ('name = "m"\nextends = "mine.toml"\n[operators]\ndefault = "tag"\n', "in a circle"),
    ],
)
def test_a_bad_file_says_what_is_wrong(write, monkeypatch, body, message):
    path = write(body)
    monkeypatch.chdir(path.parent)
    with pytest.raises(UsageError, match=message):
        Policy.load(path)


def test_an_unknown_operator_is_refused_before_any_note_is_read(write):
    policy = Policy.load(write('name = "m"\n[operators]\ndefault = "blank"\n'))
    with pytest.raises(UnknownNameError, match=r"operator 'blank'; valid: .*tag"):
        Rewriter(policy, OPERATORS)


def test_the_hash_follows_the_meaning(write):
    one = Policy.load(write('name = "m"\n[operators]\ndefault = "tag"\n'))
    same = Policy.load(write('# a comment\nname = "m"\n[operators]\ndefault = { operator = "tag" }\n', "b.toml"))
    other = Policy.load(write('name = "m"\n[operators]\ndefault = "tag"\nZIP = "keep"\n', "c.toml"))
    assert one.sha256 == same.sha256 != other.sha256
