"""Coded replies by SMS and keys, and masked addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.alerts.replies import Reply, mask, outcome_of_key, parse_reply
from telesec.alerts.rules import Outcome


@pytest.mark.parametrize("body", ["1 47", "147", "1-47", " 1  47 \n", "1.47", "1, 47!", "1 4 7"])
def test_reply_takes_the_alert(body):
    assert parse_reply(body) == Reply("47", None)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("A 47", Outcome.PATIENT_CALLED),
        ("r47", Outcome.WILL_CALL),
        ("P 47", Outcome.PASS_ON),
        ("s-47", Outcome.SENT_TO_15),
    ],
)
def test_reply_tells_the_outcome(body, outcome):
    assert parse_reply(body) == Reply("47", outcome)


@pytest.mark.parametrize("body", ["", "47", "2 47", "1 4", "1 471", "ok 1 47", "1 47 merci", "1 ४७", "STOP"])
def test_other_words_are_no_reply(body):
    assert parse_reply(body) is None


@given(st.text(max_size=20))
def test_no_text_breaks_the_parser(body):
    reply = parse_reply(body)

    assert reply is None or len(reply.code) == 2


@given(
    st.sampled_from("1ARPSarps"), st.from_regex(r"[0-9]{2}", fullmatch=True), st.sampled_from(["", " ", "-"])
)
def test_every_built_reply_is_understood(letter, code, gap):
    reply = parse_reply(f"{letter}{gap}{code}")

    assert reply is not None
    assert reply.code == code


def test_key_of_another_meaning_is_no_outcome():
    assert outcome_of_key("3") is Outcome.PASS_ON
    assert outcome_of_key("9") is None


def test_mask_keeps_the_country_and_two_digits():
    assert mask("+33639981234") == "+33 •••• 34"


def test_mask_keeps_the_first_letter_and_the_domain():
    assert mask("lune@example.org") == "l•••@example.org"
