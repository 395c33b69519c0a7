"""Bruno calls the practice: the carrier rings telesec's door, a secretary answers, or he gives up."""

import threading

import pytest
from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

from telesec.callbacks import reads as callback_reads
from telesec.calls import reads
from telesec.calls import service as calls
from telesec.calls.doors import blueprint
from telesec.calls.rules import CallState, Outcome
from telesec.integrations.twilio.carrier import TwilioCarrier
from telesec.testing.carrier import CarrierServer
from telesec.testing.cast import BRUNO_PHONE, LILAS_LINE
from telesec.web import failures

PATIENCE = 10


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, *_args):
        pass


@pytest.fixture
def ended():
    """Set once telesec has taken the end of a call."""
    return threading.Event()


@pytest.fixture
def carrier(deps, cast, ended):
    app = Flask("telesec")
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    with CarrierServer() as carrier:
        wired = deps.with_parts(
            settings=deps.settings.model_copy(update={"public_url": base}),
            carriers={"twilio": TwilioCarrier(carrier.auth_token)},
        )
        failures.install(app)
        app.register_blueprint(blueprint(wired))

        @app.teardown_request
        def notice(_error):
            if request.form.get("CallStatus") == "completed":
                ended.set()

        door = f"{base}/hooks/twilio/calls"
        carrier.listen_at(voice_url=door, voice_status_url=door)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield carrier
    server.shutdown()
    thread.join()
    server.server_close()


def queue(uow_as, cast):
    with uow_as(cast.ada) as uow:
        return reads.queue(uow)


def test_caller_is_answered_and_hung_up_when_the_call_is_closed(uow_as, cast, carrier, ended):
    bruno = carrier.phone(BRUNO_PHONE)
    bruno.ring(LILAS_LINE)
    bruno.expect_said("Un instant")
    (row,) = queue(uow_as, cast)
    assert row.state is CallState.RINGING

    with uow_as(cast.ada) as uow:
        calls.answer(uow, cast.lilas, row.id)
        assert reads.call(uow, cast.lilas, row.id).from_number == BRUNO_PHONE
        calls.close(uow, cast.lilas, row.id, Outcome.INFORMATION)
        uow.commit()
    bruno.press_nothing()

    bruno.expect_status("completed")
    assert ended.wait(PATIENCE)
    assert carrier.problems == []
    assert queue(uow_as, cast) == ()


def test_caller_who_waits_stays_one_row(uow_as, cast, carrier, ended):
    bruno = carrier.phone(BRUNO_PHONE)
    bruno.ring(LILAS_LINE)
    bruno.expect_said("Un instant")

    bruno.press_nothing()
    bruno.press_nothing()

    assert [row.state for row in queue(uow_as, cast)] == [CallState.RINGING]
    bruno.hang_up()
    assert ended.wait(PATIENCE)


def test_caller_who_gives_up_is_called_back(uow_as, cast, carrier, ended):
    bruno = carrier.phone(BRUNO_PHONE)
    bruno.ring(LILAS_LINE)
    bruno.expect_said("Un instant")

    bruno.hang_up()

    assert ended.wait(PATIENCE)
    assert queue(uow_as, cast) == ()
    with uow_as(cast.ada) as uow:
        (card,) = callback_reads.open_cards(uow, cast.lilas).items
    assert card.phone == BRUNO_PHONE
