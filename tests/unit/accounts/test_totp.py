from datetime import UTC, datetime, timedelta

import pytest

from telesec.accounts import totp

SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_rfc_6238(at, code):
    assert totp.code_at(SECRET, datetime.fromtimestamp(at, UTC)) == code


def test_a_code_matches_once():
    code = totp.code_at(SECRET, NOW)
    step = totp.matching_step(SECRET, code, last_step=None, now=NOW)

    assert step is not None
    assert totp.matching_step(SECRET, code, last_step=step, now=NOW) is None


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_clock_may_be_one_step_off(seconds):
    code = totp.code_at(SECRET, NOW + timedelta(seconds=seconds))

    assert totp.matching_step(SECRET, code, last_step=None, now=NOW) is not None


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_may_not_be_two_steps_off(seconds):
    code = totp.code_at(SECRET, NOW + timedelta(seconds=seconds))

    assert totp.matching_step(SECRET, code, last_step=None, now=NOW) is None


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "é12345", "1" * 40])
def test_nonsense_is_no_code(code):
    assert totp.matching_step(SECRET, code, last_step=None, now=NOW) is None


def test_spaces_in_a_code_are_forgiven():
    code = totp.code_at(SECRET, NOW)

    assert totp.matching_step(SECRET, f"{code[:3]} {code[3:]}", last_step=None, now=NOW) is not None


def test_the_address_names_issuer_and_person():
    assert totp.address(SECRET, "ada@lilas.example").startswith("otpauth://totp/telesec:ada%40lilas.example?")
