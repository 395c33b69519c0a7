"""Telephone numbers and RPPS as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.practices.numbers import E164, is_rpps, luhn, masked, to_e164


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("01 99 00 12 34", "+33199001234"),
        ("01.99.00.12.34", "+33199001234"),
        ("+33 (0)1 99 00 12 34", "+33199001234"),
        ("0033 6 39 98 12 34", "+33639981234"),
        ("+33639981234", "+33639981234"),
        ("+262 639 98 12 34", "+262639981234"),
        ("+41 (0)44 555 12 34", "+41445551234"),
        ("+32 (0) 2 555 12 12", "+3225551212"),
        ("0044 (0)20 7946 0018", "+442079460018"),
        ("+352 (0)621 123 456", "+352621123456"),
        ("+39 (0)6 5555 1234", "+390655551234"),
        ("+1 (212) 555-0199", "+12125550199"),
        ("\u202a06\u00a039\u00a098\u00a000\u00a010\u202c", "+33639980010"),
        ("\u200e+33\u202f6\u202f39\u202f98\u202f00\u202f10", "+33639980010"),
        ("06‑39‑98‑00‑10", "+33639980010"),
    ],
)
def test_to_e164_reads_what_people_type(typed, number):
    assert to_e164(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "15", "1 99 00 12 34", "01 99 00 12", "+0123456789", "appelez-moi", "+41 (0)44 abc 12 34"]
)
def test_to_e164_refuses_what_is_no_number(typed):
    assert to_e164(typed) is None


@given(st.text(alphabet="0123456789+ .-()", max_size=24))
def test_to_e164_is_stable_and_well_formed(typed):
    number = to_e164(typed)

    assert number is None or (E164.match(number) and to_e164(number) == number)


@given(st.text(alphabet="0123456789", min_size=10, max_size=10))
def test_is_rpps_accepts_exactly_one_check_digit(stem):
    right = [stem + check for check in "0123456789" if is_rpps(stem + check)]

    assert len(right) == 1


def test_is_rpps_refuses_letters_and_other_lengths():
    assert not any(map(is_rpps, ["", "1000000000", "100000000000", "1000000000a", "١٠٠٠٠٠٠٠٠٠٨"]))


def test_luhn_knows_the_textbook_number():
    assert luhn("79927398713")


def test_masked_shows_country_and_last_two_digits():
    assert masked("+33639981234") == "+33 •• •• •• 34"
