"""Twilio's own client, spoken to the simulated carrier instead."""

from typing import Any

import requests
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from telesec.testing.carrier.server import CarrierServer

WAIT_SECONDS = 10


def twilio_client(carrier: CarrierServer, password: str | None = None) -> Client:
    """Return Twilio's client against a simulated carrier, with its own password unless another is given."""
    return Client(carrier.account_sid, password or carrier.auth_token, http_client=_Swapped(carrier.url))


class _Swapped(HttpClient):  # type: ignore[misc]  # the SDK is untyped
    def __init__(self, base: str) -> None:
        self.base = base

    def request(self, method: str, url: str, **sent: Any) -> Response:
        url = url.replace("https://api.twilio.com", self.base)
        sent["timeout"] = WAIT_SECONDS
        answer = requests.request(method, url, **sent)  # noqa: S113 - just set
        return Response(answer.status_code, answer.text, answer.headers)
