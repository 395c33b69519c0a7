"""A simulated person rings a line: over real HTTP the call stands in the queue until somebody ends it."""

import threading

import pytest
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.serving import WSGIRequestHandler, make_server

from telesec.callbacks import reads as callback_reads
from telesec.calls import gone, reads
from telesec.calls import service as calls
from telesec.calls.doors import blueprint
from telesec.calls.rules import Outcome
from telesec.integrations.twilio.carrier import TwilioCarrier
from telesec.testing.carrier import CarrierServer
from telesec.testing.cast import BRUNO_PHONE, LILAS_LINE
from telesec.web import failures


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, *_args):
        pass


@pytest.fixture
def carrier(deps):
    """A carrier that announces calls at telesec's door, on a real port."""
    app = Flask("telesec")
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    public_url = f"http://127.0.0.1:{server.server_port}"
    with CarrierServer() as carrier:
        wired = deps.with_parts(
            settings=deps.settings.model_copy(update={"public_url": public_url}),
            carriers={"twilio": TwilioCarrier(carrier.auth_token)},
        )
        failures.install(app)
        app.register_blueprint(blueprint(wired))
        door = f"{public_url}/hooks/twilio/calls"
        carrier.listen_at(voice_url=door, voice_status_url=door)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield carrier
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bruno(carrier):
    return carrier.phone(BRUNO_PHONE)


def queue(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        return reads.queue(uow)


def test_caller_waits_until_the_desk_closes_the_call(deps, cast, carrier, bruno):
    bruno.ring(LILAS_LINE)
    bruno.expect_said("Un instant")
    (row,) = queue(deps, cast)
    with deps.unit_of_work(cast.ada) as uow:
        calls.answer(uow, cast.lilas, row.id)
        calls.close(uow, cast.lilas, row.id, Outcome.INFORMATION)
        uow.commit()

    bruno.press_nothing()

    bruno.expect_end()
    assert queue(deps, cast) == ()
    assert carrier.problems == []


def test_caller_who_gives_up_is_called_back(deps, cast, carrier, bruno):
    bruno.ring(LILAS_LINE)
    bruno.expect_said("Un instant")

    bruno.hang_up()
    bruno.expect_end()

    with deps.unit_of_work(cast.ada) as uow:
        (card,) = callback_reads.open_cards(uow, cast.lilas).items
    assert card.phone == BRUNO_PHONE
    assert carrier.problems == []


def test_an_event_that_meets_the_desk_in_the_same_row_is_taken_again(deps, cast, carrier, bruno, monkeypatch):
    """The carrier tells a hang-up once: refused, it would be lost."""
    bruno.ring(LILAS_LINE)
    bruno.expect_said("Un instant")
    hang_up, met = gone.hang_up, []

    def meeting_the_desk(uow, practice_id, provider_id):
        found = hang_up(uow, practice_id, provider_id)
        if not met:
            met.append(found)
            raise StaleDataError
        return found

    monkeypatch.setattr(gone, "hang_up", meeting_the_desk)
    bruno.hang_up()
    bruno.expect_end()

    assert len(met) == 1
    with deps.unit_of_work(cast.ada) as uow:
        assert len(callback_reads.open_cards(uow, cast.lilas).items) == 1
    assert carrier.problems == []


def test_number_that_is_no_line_is_hung_up(deps, cast, carrier, bruno):
    bruno.ring("+33199009999")

    bruno.expect_end()
    assert queue(deps, cast) == ()
