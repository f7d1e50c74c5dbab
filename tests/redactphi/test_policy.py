import pytest

from redactphi import Policy, UnknownNameError, UsageError, redact
from redactphi.keys import SecretKey
from redactphi.labels import PhiLabel
from redactphi.operators import OPERATORS
from redactphi.policy import KEEP, presets
from redactphi.rewrite import Rewriter
from redactphi.vault import Vault


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
    key = SecretKey(bytes(32))
    needs = {
        need for spec in policy.operators.values() if spec.operator != KEEP for need in OPERATORS[spec.operator].needs
    }
    Rewriter(policy, OPERATORS, key=key, vault=Vault(None, key) if "vault" in needs else None)


def test_tokens_keep_nothing_and_depart_from_nothing():
    policy = Policy.load("tokens")
    assert {spec.operator for spec in policy.operators.values()} == {"token"}
    assert policy.departures == ()
    assert "neither the vault nor its key is disclosed" in policy.description


def test_safe_harbor_keeps_nothing_and_departs_from_nothing():
    policy = Policy.load("safe_harbor")
    assert not any(policy.keeps(label) for label in PhiLabel)
    assert policy.departures == ()


def test_the_limited_data_set_says_what_it_keeps():
    policy = Policy.load("limited_data_set")
    assert {str(label) for label in PhiLabel if policy.keeps(label)} == {"DATE", "AGE", "ZIP"}
    assert len(policy.departures) == 4
    assert policy.spec("NAME").operator == "tag"


def test_an_unknown_preset_lists_the_valid_ones():
    with pytest.raises(UnknownNameError, match="limited_data_set, safe_harbor"):
        Policy.load("safe_habor")


def test_a_users_file_extends_a_preset(write):
    policy = Policy.load(write('name = "mine"\nextends = "safe_harbor"\n[operators]\nFACILITY = "keep"\n'))
    assert policy.keeps("FACILITY")
    assert policy.spec("DATE").operator == "year"
    assert policy.departures == ()


@pytest.mark.parametrize(
    ("body", "departures"),
    [
        ('extends = "safe_harbor"\n[operators]\nNAME = "keep"\n', ["NAME is kept"]),
        ('extends = "safe_harbor"\ndepartures = ["names stay"]\n[operators]\nNAME = "keep"\n', ["names stay"]),
        ('extends = "safe_harbor"\n[operators]\nDATE = "shift"\n', ["DATE is shifted: dates of a day stay"]),
        ('extends = "safe_harbor"\n[thresholds]\nDATE = 0.9\n', ["DATE is kept below a score of 0.9"]),
        ('extends = "safe_harbor"\n[thresholds]\nDATE = 0.1\n', []),
        ('[operators]\ndefault = "tag"\nZIP = "keep"\n', ["ZIP is kept"]),
    ],
)
def test_a_policy_that_keeps_more_than_safe_harbor_says_so(write, body, departures):
    assert list(Policy.load(write(f'name = "m"\n{body}')).departures) == departures


def test_what_a_policy_adds_to_the_departures_of_its_base_is_told_too(write):
    policy = Policy.load(write('name = "m"\nextends = "limited_data_set"\n[operators]\nSSN = "keep"\n'))
    assert policy.departures == (*Policy.load("limited_data_set").departures, "SSN is kept")


def test_the_description_of_a_preset_is_not_that_of_a_file_extending_it(write):
    assert Policy.load(write('name = "m"\nextends = "safe_harbor"\n')).description == ""
    with pytest.raises(UsageError, match="lacks name"):
        Policy.load(write('extends = "safe_harbor"\n'))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('name = "m"\nextend = "safe_harbor"\n[operators]\ndefault = "tag"\n', "policy key 'extend'; valid: .*extends"),
        ('name = "m"\n[operators]\nPATIENT = "tag"\ndefault = "tag"\n', "label in a policy 'PATIENT'; valid: .*NAME"),
        ('name = "m"\n[operators]\nNAME = "tag"\n', "says nothing of PROVIDER.* no default"),
        ('name = "m"\n', "lacks operators"),
        ('name = "m"\n[operators]\ndefault = 3\n', "an operator is a name"),
        ('name = 5\nextends = "safe_harbor"\n', "'name' takes a string"),
        ('name = "m"\nextends = 5\n', "'extends' takes a string"),
        ('name = "m"\nextends = "safe_harbor"\nversion = "x"\n', "'version' takes a whole number"),
        ('name = "m"\nextends = "safe_harbor"\noperators = 5\n', "'operators' takes a table"),
        ('name = "m"\nextends = "safe_harbor"\ndepartures = [1]\n', "'departures' takes a list of strings"),
        ('name = "m"\nextends = "safe_harbor"\n[thresholds]\nDATE = "x"\n', "DATE must be a number from 0 to 1"),
        ('name = "m"\nextends = "safe_harbor"\n[thresholds]\nDATE = 2\n', "DATE must be a number from 0 to 1"),
        ('name = "m"\nextends = "safe_harbor"\n[thresholds]\nDATE = true\n', "DATE must be a number from 0 to 1"),
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


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ('DATE = { operator = "year", reference = 2026 }', r"'year' of DATE: .*'reference'; valid: reference_year"),
        ('DATE = { operator = "year", reference_year = "x" }', "must be a whole number"),
        ('ZIP = { operator = "zip3", table = "census" }', "unknown zip3 table; valid: census-2000"),
        ('NAME = { operator = "tag", form = "x" }', "unknown parameter 'form'"),
        ('AGE = { operator = "age90", limit = 80 }', "unknown parameter 'limit'"),
    ],
)
def test_a_parameter_an_operator_does_not_know_is_a_usage_error(write, spec, message):
    policy = Policy.load(write(f'name = "m"\nextends = "safe_harbor"\n[operators]\n{spec}\n'))
    with pytest.raises(UsageError, match=message):
        Rewriter(policy, OPERATORS)


def test_a_policy_is_a_name_a_path_or_a_policy():
    with pytest.raises(UsageError, match="not int"):
        Policy.load(5)


def test_a_policy_file_edited_between_two_calls_is_another_policy(write):
    body = 'name = "m"\nextends = "safe_harbor"\n'
    assert str(redact("on 3/14/2024", policy=str(write(body)))) == "on [DATE 2024]"
    assert str(redact("on 3/14/2024", policy=write(body + '[operators]\nDATE = "keep"\n'))) == "on 3/14/2024"
    assert str(redact("on 3/14/2024", policy=Policy.load("safe_harbor"))) == "on [DATE 2024]"


def test_the_hash_follows_the_meaning(write):
    one = Policy.load(write('name = "m"\n[operators]\ndefault = "tag"\n'))
    same = Policy.load(write('# a comment\nname = "m"\n[operators]\ndefault = { operator = "tag" }\n', "b.toml"))
    other = Policy.load(write('name = "m"\n[operators]\ndefault = "tag"\nZIP = "keep"\n', "c.toml"))
    assert one.sha256 == same.sha256 != other.sha256


def test_what_a_file_extends_is_named_relative_to_it(write, tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    write('name = "base"\nextends = "safe_harbor"\nproviders = "keep"\n', "sub/our.toml")
    path = write('name = "mine"\nextends = "sub/our.toml"\n', "our.toml")
    monkeypatch.chdir("/")
    assert Policy.load(path).keeps("PROVIDER")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "mine.toml").write_text('name = "mine"\nextends = "safe_harbor"\n', encoding="utf-8-sig")
    assert Policy.load(tmp_path / "mine.toml").name == "mine"


@pytest.mark.parametrize(
    ("body", "departure"),
    [
        ('[operators]\nLOCATION = "town"\n', "LOCATION is kept where it is a town"),
        ('[operators]\nMRN = "surrogate"\n', "MRN is replaced by what is computed from it with a key"),
        ('[operators]\nDATE = "shift"\n', "DATE is shifted: dates of a day stay"),
        ('[[allow]]\ntexts = ["Ruiz"]\n', "terms of the policy's own are never redacted, whatever they name"),
    ],
)
def test_what_leaves_more_is_a_departure(write, body, departure):
    assert departure in Policy.load(write(f'name = "mine"\nextends = "safe_harbor"\n{body}')).departures


def test_a_name_is_one_printable_line(write):
    with pytest.raises(UsageError, match="printable"):
        Policy.load(write('name = "a\\u001b[31m"\nextends = "safe_harbor"\n'))


def test_to_redact_is_never_to_keep(write):
    body = 'name = "mine"\nproviders = "redact"\n[operators]\ndefault = "keep"\n'
    assert Policy.load(write(body)).spec("PROVIDER").operator == "tag"


@pytest.mark.parametrize(
    "operators",
    ['MRN = "zip3"', 'NAME = "town"', 'DATE = "surrogate"', 'DATE = { operator = "year", reference_year = 1900 }'],
)
def test_an_operator_is_for_its_labels_and_its_values(write, operators):
    policy = Policy.load(write(f'name = "mine"\nextends = "safe_harbor"\n[operators]\n{operators}\n'))
    with pytest.raises(UsageError, match="operator '"):
        Rewriter(policy, OPERATORS, key=SecretKey(bytes(32)))


def test_a_denied_town_goes_where_towns_stay(write):
    body = 'name = "mine"\nextends = "limited_data_set"\n[[deny]]\ntexts = ["Springfield"]\nlabel = "LOCATION"\n'
    assert str(redact("Lives in Springfield.", policy=write(body))) == "Lives in [LOCATION]."
