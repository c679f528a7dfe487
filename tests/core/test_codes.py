from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from pilotage.core.codes import (
    USCC_MISTAKES,
    _check_character,
    check_identifier,
    check_uscc,
    fictional_uscc,
    is_fictional_uscc,
    uscc_mistake,
)
from pilotage.core.verdict import Invalid

GOOD = "91110000600037341L"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_a_right_code_is_returned_in_its_written_form():
    assert check_uscc(" 9111 0000-60003 7341l ") == GOOD


@pytest.mark.parametrize(
    ("value", "mistake"),
    [
        ("9111000060003734", ("uscc_length", {"count": 16})),
        ("9111O000600037341L", ("uscc_letters", {"letters": "O", "guess": "0"})),
        ("91110000S0003Z341L", ("uscc_letters", {"letters": "S, Z", "guess": "5, 2"})),
        ("91110000中00037341L", ("uscc_characters", {"letters": "中"})),
        ("A1110000600037341L", ("uscc_prefix", {})),
        ("91110000600037341X", ("uscc_check", {"found": "X", "expected": "L"})),
        ("91110000600073341L", ("uscc_check", {"found": "L", "expected": _check_character("91110000600073341")})),
    ],
)
def test_the_likely_mistake_is_named(value, mistake):
    assert uscc_mistake(value) == mistake
    with override("en"), pytest.raises(Invalid) as refused:
        check_uscc(value)
    with override("en"):
        assert str(refused.value) == str(USCC_MISTAKES[mistake[0]]) % mistake[1]


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17))
def test_the_check_character_is_that_of_stdnum(body):
    assert _check_character(body) == uscc.calc_check_digit(body)


@given(st.text(alphabet=ALPHABET + "IOSVZ中 -", min_size=15, max_size=20))
def test_a_code_is_accepted_exactly_when_stdnum_accepts_it(text):
    assert (uscc_mistake(text) is None) == uscc.is_valid(text)


def test_fictional_codes_are_valid_distinct_and_plainly_fictional():
    codes = {fictional_uscc("320505", seed) for seed in range(2000)}
    assert len(codes) == 2000
    assert all(uscc.is_valid(code) and is_fictional_uscc(code) and code[2:8] == "320505" for code in codes)
    assert not is_fictional_uscc(GOOD)


def test_fictional_codes_end_where_their_five_characters_end():
    assert fictional_uscc("320505", 31**5 - 1)[12:17] == "YYYYY"
    with pytest.raises(ValueError, match="seed"):
        fictional_uscc("320505", 31**5)


@pytest.mark.parametrize(
    ("scheme", "value", "written"),
    [
        ("CN-USCC", GOOD.lower(), GOOD),
        ("CN-STOCK", "7", "000007"),
        ("CN-STOCK", "600000.0", "600000"),
        ("XI-LEI", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
        ("EU-VAT", "DE 136 695 976", "DE136695976"),
        ("FR-SIREN", "552 008 443", "552008443"),
        ("GB-COH", "445790", "00445790"),
        ("GB-COH", "sc123456", "SC123456"),
        ("OTHER", "  A  7 ", "A 7"),
    ],
)
def test_identifiers_of_other_registers(scheme, value, written):
    assert check_identifier(scheme, value) == written


@pytest.mark.parametrize(
    ("scheme", "value", "sentence"),
    [
        ("CN-STOCK", "ABC", "A Chinese stock code has six digits, such as 000007."),
        ("XI-LEI", "213800KUD8LAJWSQ9D16", "LEI: the check digits do not fit; a character is mistyped or two are exchanged."),
        ("FR-SIREN", "5520", "SIREN: the length is wrong."),
        ("EU-VAT", "XX123", "EU VAT: this is not the form of such a number."),
        ("GB-COH", "ZZ1", "A company number of the United Kingdom has eight digits, or two letters and six digits."),
        ("OTHER", "  ", "The identifier is empty."),
    ],
)
def test_wrong_identifiers_say_why(scheme, value, sentence):
    with override("en"), pytest.raises(Invalid) as refused:
        check_identifier(scheme, value)
    assert str(refused.value) == sentence
