"""As many live streams as the operator set, and the desk still loads beside them."""

import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from telesec.accounts.loader import cookie_name
from telesec.app import create_app
from telesec.testing.installation import Installation
from telesec.testing.logins import browser_as

STREAMS = 120
"""More than waitress takes connections by itself."""


@pytest.fixture
def served(carrier):
    with tempfile.TemporaryDirectory(prefix="telesec-streams-", ignore_cleanup_errors=True) as name:
        installation = Installation(Path(name), carrier)
        installation.environ["TELESEC_STREAMS"] = str(STREAMS)
        installation.start()
        yield installation
        installation.deps.close()
        installation.end()


@pytest.fixture
def cookie(served):
    browser = browser_as(served.deps, create_app(served.deps), served.cast.ada)
    name = cookie_name(served.deps.settings)
    return f"{name}={browser.client.get_cookie(name).value}"


def opened(stack, port, cookie):
    """Open a stream and return the first line of its answer."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
    connection.sendall(
        f"GET /desk/live HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n"
        "Accept: text/event-stream\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode()
    )
    return connection.recv(64).split(b"\r\n")[0]


def test_the_desk_loads_while_every_stream_is_taken(served, cookie):
    with ExitStack() as stack:
        streams = [opened(stack, served.port, cookie) for _ in range(STREAMS)]
        page = httpx.get(f"http://localhost:{served.port}/desk", headers={"Cookie": cookie}, timeout=60)
        one_more = opened(stack, served.port, cookie)

    assert streams == [b"HTTP/1.1 200 OK"] * STREAMS
    assert page.status_code == httpx.codes.OK
    assert b" 503 " in one_more
