import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect_icd import coding
from detect_icd.coding import CodeSystem, Coding, cpt, cpt_category, hcpcs, icd10cm, modifier
from redactphi.errors import UsageError

FORMS = {"icd10cm": icd10cm, "cpt": cpt, "hcpcs": hcpcs, "modifier": modifier}

VALID = {
    "icd10cm": {
        "K62.3": "K623",
        "k623": "K623",
        " s82.001a ": "S82001A",
        "W19.XXXA": "W19XXXA",
        "B20": "B20",
        "C7A.00": "C7A00",
        "QA0.011": "QA0011",
        "M5416": "M5416",
        "Z66": "Z66",
    },
    "cpt": {"45397": "45397", "00100": "00100", "0275t": "0275T", "1234F": "1234F", "0001U": "0001U", "0002M": "0002M"},
    "hcpcs": {"g0105": "G0105", "J1885": "J1885", "V2785": "V2785", "A4253": "A4253", "U0002": "U0002"},
    "modifier": {"59": "59", "lt": "LT", "XE": "XE", "P3": "P3", "AS": "AS", "1P": "1P", "E1": "E1", "73": "73"},
}
INVALID = {
    "icd10cm": ["", "K6", "K.623", "K62.", "K62.34567", "62.3", "L4-5", "120/80", "KK2.3", "K62 3", "٣٣٣"],
    "cpt": ["4539", "453971", "45397-62", "00000", "00012", "1234X", "K6233", "A4253"],
    "hcpcs": ["F1234", "I1234", "O1234", "W1234", "Z1234", "J188", "45397", "J18855"],
    "modifier": ["", "5", "19", "00", "599", "9A", "4P", "-59"],
}


@pytest.mark.parametrize(("form", "text", "bare"), [(f, t, b) for f, cases in VALID.items() for t, b in cases.items()])
def test_valid(form, text, bare):
    assert FORMS[form].is_valid(text)
    assert FORMS[form].validate(text) == FORMS[form].compact(text) == bare


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in INVALID.items() for text in texts])
def test_invalid(form, text):
    assert not FORMS[form].is_valid(text)
    with pytest.raises(UsageError):
        FORMS[form].validate(text)


def test_the_error_shows_the_form_and_not_what_was_given():
    with pytest.raises(UsageError) as caught:
        icd10cm.validate("John Smith")
    assert "Smith" not in str(caught.value)
    assert "K62.3" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "written"),
    [("s82001a", "S82.001A"), ("K62.3", "K62.3"), ("b20", "B20"), ("W19XXXA", "W19.XXXA"), ("m5416", "M54.16")],
)
def test_icd10cm_is_written_with_its_dot(text, written):
    assert icd10cm.format(text) == written


def test_no_other_form_has_a_dot():
    assert (cpt.format("0275t"), hcpcs.format("j1885"), modifier.format("lt")) == ("0275T", "J1885", "LT")


@given(st.text(max_size=12))
def test_compact_and_format_agree_on_any_text(text):
    for form in FORMS.values():
        assert form.compact(form.compact(text)) == form.compact(text)
        if form.is_valid(text):
            assert form.compact(form.format(text)) == form.validate(text)


def test_a_dotless_code_may_have_two_forms():
    assert icd10cm.is_valid("M5416")
    assert hcpcs.is_valid("M5416")


def test_cpt_categories():
    codes = ("45397", "1234F", "0275T", "0001U", "0002M", "0001A")
    assert [cpt_category(code) for code in codes] == ["I", "II", "III", "PLA", "MAAA", "A"]
    with pytest.raises(UsageError):
        cpt_category("G0105")


def test_codings_sort_and_compare_by_value():
    one = Coding(CodeSystem.ICD10CM, "FY2027", "K62.3", "Rectal prolapse")
    assert one == Coding(CodeSystem.ICD10CM, "FY2027", "K62.3", "Rectal prolapse")
    assert one.system.short == "ICD10CM"


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(coding).failed == 0
