"""The simulated carrier, and Twilio's own client against it."""

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from telesec.testing.carrier import CarrierServer
from telesec.testing.carrier.client import twilio_client
from telesec.testing.carrier.listener import Listener


@pytest.fixture
def doors() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def carrier() -> Iterator[CarrierServer]:
    with CarrierServer() as carrier:
        yield carrier


@pytest.fixture
def client(carrier) -> Client:
    return twilio_client(carrier)
