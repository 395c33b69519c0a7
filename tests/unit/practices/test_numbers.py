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
    ],
)
def test_to_e164_reads_what_people_type(typed, number):
    assert to_e164(typed) == number


@pytest.mark.parametrize("typed", ["", "15", "1 99 00 12 34", "01 99 00 12", "+0123456789", "appelez-moi"])
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
