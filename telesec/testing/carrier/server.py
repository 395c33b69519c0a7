"""Starts the simulated carrier: in a thread for tests, as a process for the demo (``python -m``)."""

import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from telesec.testing.carrier.acts import ring
from telesec.testing.carrier.app import create_app
from telesec.testing.carrier.faults import Fault
from telesec.testing.carrier.network import ApiRequest, Doors, Network
from telesec.testing.carrier.phone import Phone
from telesec.testing.carrier.records import PhoneCall

ACCOUNT_SID: Final = "AC" + "5e" * 16
AUTH_TOKEN: Final = "simulated-carrier-token"
LINE: Final = "+33199000001"


class _QuietHandler(WSGIRequestHandler):
    """Logs nothing: addresses carry numbers."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        pass


class CarrierServer:
    """One simulated carrier on loopback.

    Args:
        port: 0 takes a free one.
        state_dir: Folder that keeps texts and calls between two starts; None keeps nothing.
        account_sid, auth_token: What telesec must know to send, and to believe webhooks.
        lines: Numbers the account owns; the first is ``from_number``.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        state_dir: Path | None = None,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        lines: Sequence[str] = (LINE,),
    ) -> None:
        state_file = state_dir / "network.json" if state_dir else None
        self.network = Network(account_sid, auth_token, list(lines), state_file=state_file)
        self.account_sid, self.auth_token, self.from_number = account_sid, auth_token, lines[0]
        self._server = make_server(
            "127.0.0.1", port, create_app(self.network), threaded=True, request_handler=_QuietHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.network.base_url = self.url
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Serve in a thread; the port already listens."""
        self._thread = threading.Thread(target=self.serve, name="carrier", daemon=True)
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve until ``stop``."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Let every call and every waiting request go, then close the port."""
        self.network.close()
        self._server.shutdown()
        if self._thread:
            self._thread.join(timeout=10)
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def listen_at(self, *, sms_url: str = "", voice_url: str = "", voice_status_url: str = "") -> None:
        """Say where SMS and calls that come in are announced."""
        with self.network.change():
            self.network.doors = Doors(sms_url, voice_url, voice_status_url)

    def phone(self, number: str) -> Phone:
        """Return the phone with this number."""
        return Phone(self.network, number)

    def ring(self, line: str, *, from_number: str) -> PhoneCall:
        """Let somebody call a line."""
        return ring(self.network, line=line, from_number=from_number)

    def fail(
        self, kind: str, *, times: int = 1, channel: str = "", to: str = "", seconds: float = 30
    ) -> None:
        """Let a fault of ``faults.KINDS`` wait for its next victims."""
        with self.network.change():
            self.network.faults.add(Fault(kind, times, channel, to, seconds))

    def release(self) -> None:
        """Let every delayed answer go now."""
        with self.network.change():
            self.network.releases += 1

    @property
    def requests(self) -> list[ApiRequest]:
        """What telesec sent to the API, oldest first."""
        with self.network.condition:
            return list(self.network.requests)

    @property
    def problems(self) -> list[str]:
        """What Twilio's debugger would report: webhooks that failed, documents that are not TwiML."""
        with self.network.condition:
            return list(self.network.problems)

    def expect_nothing_else(self) -> None:
        """Fail when a phone got an SMS or a call nobody expected, or telesec made the carrier complain."""
        with self.network.condition:
            texts = [text for text in self.network.texts.values() if text.arrived_at and not text.read]
            calls = [
                call for call in self.network.calls.values() if not call.heard and call.status != "queued"
            ]
        assert not texts, f"unexpected SMS: {texts}"
        assert not calls, f"unexpected calls: {calls}"
        assert not self.problems, self.problems
