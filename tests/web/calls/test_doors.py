"""``POST /hooks/twilio/calls``: a ring at the carrier becomes a row of the queue."""

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator

from telesec.callbacks import reads as callback_reads
from telesec.calls import reads
from telesec.calls import service as calls
from telesec.calls.doors import blueprint
from telesec.calls.rules import CallState, Outcome
from telesec.integrations.twilio.carrier import TwilioCarrier
from telesec.testing.cast import BRUNO_PHONE, LILAS_LINE
from telesec.web import failures

TOKEN = "a-token-of-the-tests"
URL = "http://localhost:8000/hooks/twilio/calls"
RING = {
    "CallSid": "CA" + "1" * 32,
    "CallStatus": "ringing",
    "To": LILAS_LINE,
    "From": BRUNO_PHONE,
}


def door_client(deps):
    app = Flask("telesec")
    failures.install(app)
    app.register_blueprint(blueprint(deps))
    return app.test_client()


@pytest.fixture
def carrier(deps):
    client = door_client(deps.with_parts(carriers={"twilio": TwilioCarrier(TOKEN)}))

    def tell(*, signed_with=TOKEN, **changes):
        form = {**RING, **changes}
        signature = RequestValidator(signed_with).compute_signature(URL, form)
        return client.post("/hooks/twilio/calls", data=form, headers={"X-Twilio-Signature": signature})

    return tell


def queue(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        return reads.queue(uow)


def test_ring_becomes_a_row_of_the_queue(carrier, deps, cast):
    answer = carrier()

    (row,) = queue(deps, cast)
    assert (row.practice_id, row.state) == (cast.lilas, CallState.RINGING)
    assert "Un instant" in answer.text


def test_ring_told_again_is_the_same_row(carrier, deps, cast):
    carrier()
    answer = carrier(CallStatus="in-progress")

    assert len(queue(deps, cast)) == 1
    assert "<Say" not in answer.text


def test_ring_without_a_right_signature_is_refused(carrier, deps, cast):
    assert carrier(signed_with="another").status_code == 403
    assert queue(deps, cast) == ()


def test_ring_on_a_number_that_is_no_line_hangs_up(carrier, deps, cast):
    assert "<Hangup" in carrier(To="+33199009999").text
    assert queue(deps, cast) == ()


def test_end_before_an_answer_leaves_a_callback(carrier, deps, cast):
    carrier()
    carrier(CallStatus="completed")

    with deps.unit_of_work(cast.ada) as uow:
        (card,) = callback_reads.open_cards(uow, cast.lilas).items
    assert card.phone == BRUNO_PHONE
    assert queue(deps, cast) == ()


def test_call_closed_on_the_desk_is_hung_up_at_the_next_request(carrier, deps, cast):
    carrier()
    (row,) = queue(deps, cast)
    with deps.unit_of_work(cast.ada) as uow:
        calls.answer(uow, cast.lilas, row.id)
        calls.close(uow, cast.lilas, row.id, Outcome.INFORMATION)
        uow.commit()

    assert "<Hangup" in carrier(CallStatus="in-progress").text


def test_door_of_an_unknown_carrier_does_not_exist(deps, cast):
    answer = door_client(deps).post("/hooks/nobody/calls", data=RING)

    assert answer.status_code == 404
