import re
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from telesec.accounts import secret_text

PERSON = UUID(int=1)


def test_an_api_token_has_its_form_and_checksum():
    token = secret_text.new_api_token()

    assert len(token) == 53
    assert secret_text.is_api_token(token)


@given(st.integers(4, 52))
def test_a_mistyped_api_token_is_seen(place):
    token = secret_text.new_api_token()
    other = "A" if token[place] != "A" else "B"

    assert not secret_text.is_api_token(token[:place] + other + token[place + 1 :])


def test_recovery_codes_are_read_however_they_are_typed():
    kept = secret_text.hashed_recovery_code(PERSON, "0123-4567-89AB-CDEF")

    assert secret_text.hashed_recovery_code(PERSON, " o1l3 4567 89ab cdef") != kept
    assert secret_text.hashed_recovery_code(PERSON, " oi23 4567 89ab cdef") == kept


def test_recovery_codes_of_two_people_are_kept_differently():
    code = secret_text.new_recovery_code()

    assert secret_text.hashed_recovery_code(PERSON, code) != secret_text.hashed_recovery_code(uuid4(), code)


def test_a_recovery_code_has_four_groups():
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", secret_text.new_recovery_code())


def test_keys_do_not_run_together():
    assert secret_text.key_of("ab", "c") != secret_text.key_of("a", "bc")
