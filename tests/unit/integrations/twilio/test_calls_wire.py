"""Twilio's incoming calls: forms in, TwiML out."""

import pytest

from telesec.alerts.ports import WebhookRequest
from telesec.calls.ports import CallEvent, Progress
from telesec.foundation.errors import Refused
from telesec.integrations.twilio.calls_wire import ending_document, parse_call, waiting_document
from telesec.testing.carrier import twiml

URL = "https://desk.example/hooks/twilio/calls"
SID = "CA" + "1" * 32
RINGING = {"CallSid": SID, "CallStatus": "ringing", "To": "+33199000001", "From": "+33639980010"}


def request(**changes):
    return WebhookRequest(URL, tuple({**RINGING, **changes}.items()), {})


def test_parse_call_reads_a_ring():
    assert parse_call(request()) == CallEvent(SID, Progress.RINGING, "+33199000001", "+33639980010")


def test_parse_call_takes_a_withheld_number_as_none():
    assert parse_call(request(From="anonymous")).from_number == ""


@pytest.mark.parametrize("status", ["completed", "no-answer", "canceled", "busy", "failed"])
def test_parse_call_knows_every_end(status):
    assert parse_call(request(CallStatus=status)).progress is Progress.ENDED


@pytest.mark.parametrize(
    "changes", [{"CallSid": "x"}, {"CallStatus": "singing"}, {"To": "sip:lilas"}, {"CallStatus": ""}]
)
def test_parse_call_refuses_what_is_not_twilios(changes):
    with pytest.raises(Refused):
        parse_call(request(**changes))


def test_parse_call_refuses_a_repeated_field():
    twice = WebhookRequest(URL, (*RINGING.items(), ("To", "+33199000002")), {})

    with pytest.raises(Refused):
        parse_call(twice)


def test_parse_call_hides_the_number_from_logs():
    assert "639980010" not in repr(parse_call(request()))


def test_waiting_document_speaks_waits_and_asks_again():
    verbs = twiml.parse(waiting_document(("Un instant.",), language="fr", again_url=URL))

    assert [(verb.name, verb.text) for verb in verbs] == [
        ("Say", "Un instant."),
        ("Pause", ""),
        ("Redirect", URL),
    ]


def test_ending_document_hangs_up():
    assert [verb.name for verb in twiml.parse(ending_document())] == ["Hangup"]
