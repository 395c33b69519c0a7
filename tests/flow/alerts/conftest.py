"""telesec's doors on a real port, and a carrier that speaks Twilio to them."""

import threading
from wsgiref.types import WSGIApplication

import pytest
from pydantic import SecretStr
from werkzeug.serving import WSGIRequestHandler, make_server

from telesec.app import create_app
from telesec.integrations.twilio import plugin
from telesec.testing.carrier import CarrierServer
from telesec.testing.on_call import put_on_call


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, *_args):
        pass


@pytest.fixture
def carrier():
    with CarrierServer() as carrier:
        yield carrier


@pytest.fixture
def deps(deps, carrier):
    """Every part, with Twilio's channels against the simulated carrier and doors it can reach."""
    door: list[WSGIApplication] = []

    def answer(*asked):
        return door[0](*asked)

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=Quiet)
    settings = deps.settings.model_copy(
        update={
            "public_url": f"http://127.0.0.1:{server.server_port}",
            "twilio_account_sid": carrier.account_sid,
            "twilio_auth_token": SecretStr(carrier.auth_token),
            "twilio_base_url": carrier.url,
            "twilio_from_number": carrier.from_number,
        }
    )
    channels = {channel.kind: (channel,) for channel in plugin.telesec_channels(settings)}
    carriers = {one.name: one for one in plugin.telesec_carriers(settings)}
    wired = deps.with_parts(settings=settings, channels=channels, carriers=carriers)
    door.append(create_app(wired))
    carrier.listen_at(sms_url=f"{settings.public_url}/hooks/twilio/sms")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield wired
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def on_call(deps, cast):
    put_on_call(deps, cast)
