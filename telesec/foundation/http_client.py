"""HTTP clients that go only where the address guard lets them, one for each library we speak through.

httpx for ourselves, requests for twilio, niquests for caldav. All three: TLS unless the address is in
an allowed network, no redirects, nothing from the environment (proxies, netrc, certificate bundles),
connect within 3 s, 5 s between two pieces of an answer, 20 s for a whole one, no compressed answers
(a small one may unpack to gigabytes), and a cap on their size. The certificate is judged against the
name in the address, although the connection goes to the pinned address.
"""

import ssl
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
import niquests
import niquests.adapters
import requests
import requests.adapters
import urllib3.exceptions
from niquests.packages.urllib3 import exceptions as urllib3_future_exceptions

from telesec.foundation.address_resolver import GuardedResolver
from telesec.foundation.addresses import AddressGuard, refused
from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say

CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 20.0
MAX_BYTES = 8 * 1024 * 1024
_PIECE = 64 * 1024
# Two modules where both libraries are installed apart, one where the second has replaced the first.
_BODY_ERRORS = (urllib3.exceptions.HTTPError, urllib3_future_exceptions.HTTPError)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class ResponseBudget:
    """What one answer may still cost, in bytes and in seconds."""

    def __init__(self, max_bytes: int, seconds: float = TOTAL_SECONDS) -> None:
        self._left = max_bytes
        self._ends = time.monotonic() + seconds

    def spend(self, size: int) -> None:
        """Take ``size`` bytes off.

        Raises:
            Unavailable: ``response_refused``, the answer is too long or too slow.
        """
        self._left -= size
        if self._left < 0 or time.monotonic() > self._ends:
            raise _response_refused()


def guarded_httpx(
    guard: AddressGuard,
    *,
    base_url: str = "",
    headers: dict[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    verify: ssl.SSLContext | bool = True,
    max_bytes: int = MAX_BYTES,
) -> httpx.Client:
    """Return a long-lived httpx client; use it as a context manager or close it.

    A refused address or answer raises ``Unavailable`` from the call itself, anything else is httpx's own
    error. ``verify`` takes a context with an internal certificate authority; never False outside tests.
    """
    return _HttpxClient(
        base_url=base_url,
        headers={"Accept-Encoding": "identity", **(headers or {})},
        auth=auth,
        transport=_GuardedTransport(guard, verify, max_bytes),
        follow_redirects=False,
        trust_env=False,
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
    )


def guarded_requests_session(
    guard: AddressGuard,
    *,
    ca_file: str | None = None,
    max_bytes: int = MAX_BYTES,
    read_seconds: float = READ_SECONDS,
) -> requests.Session:
    """Return a ``requests`` session; ``ca_file`` names an internal certificate authority's file."""
    session = _RequestsSession()
    session.read_seconds = read_seconds
    session.trust_env = False
    session.verify = ca_file or True
    session.headers["Accept-Encoding"] = "identity"
    session.adapters.clear()
    session.mount("https://", _RequestsAdapter(guard, max_bytes))
    session.mount("http://", _RequestsAdapter(guard, max_bytes))
    return session


def guarded_niquests_session(
    guard: AddressGuard,
    *,
    ca_file: str | None = None,
    max_bytes: int = MAX_BYTES,
    read_seconds: float = READ_SECONDS,
) -> niquests.Session:
    """Return a ``niquests`` session without HTTP/3, multiplexing and revocation look-ups.

    Revocation look-ups are further outgoing requests, to an address the server's certificate names.
    """
    session = _NiquestsSession(
        resolver=GuardedResolver(guard, encrypted=True), disable_http3=True, revocation_configuration=None
    )
    session.read_seconds = read_seconds
    session.trust_env = False
    session.verify = ca_file or True
    session.headers["Accept-Encoding"] = "identity"
    session.adapters.clear()
    session.mount("https://", _niquests_adapter(guard, max_bytes, encrypted=True))
    session.mount("http://", _niquests_adapter(guard, max_bytes, encrypted=False))
    return session


def _response_refused() -> Unavailable:
    return Unavailable(
        "response_refused",
        say("The other system's answer is too long, too slow or in a form telesec does not read."),
    )


def _refuse_encoding(value: str | None) -> None:
    if (value or "identity").strip().lower() != "identity":
        raise _response_refused()


# -- httpx ------------------------------------------------------------------------------------------


class _HttpxClient(httpx.Client):
    def build_request(self, *args: Any, **kwargs: Any) -> httpx.Request:
        """Build a request; an address httpx cannot read is refused like any other bad one."""
        try:
            return super().build_request(*args, **kwargs)
        except httpx.InvalidURL:
            raise refused() from None


class _PinnedBackend(httpcore.SyncBackend):
    """Opens TCP connections to pinned addresses only."""

    def __init__(self, guard: AddressGuard, *, encrypted: bool) -> None:
        self._guard = guard
        self._encrypted = encrypted

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        """Connect to the first judged address that answers."""
        failure: Exception | None = None
        for address in self._guard.pin(host, port, encrypted=self._encrypted):
            try:
                return super().connect_tcp(address, port, *args, **kwargs)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    def connect_unix_socket(self, *_args: Any, **_kwargs: Any) -> httpcore.NetworkStream:
        """Refuse: a socket file is no outside system."""
        raise refused()


class _GuardedTransport(httpx.BaseTransport):
    """Two transports, one for TLS and one without, so that the backend knows which it serves."""

    def __init__(self, guard: AddressGuard, verify: ssl.SSLContext | bool, max_bytes: int) -> None:
        context = (
            verify
            if isinstance(verify, ssl.SSLContext)
            else httpx.create_ssl_context(verify, trust_env=False)
        )
        self._max_bytes = max_bytes
        self._transports = {
            scheme: _pinned_transport(guard, context, encrypted=scheme == "https")
            for scheme in _DEFAULT_PORTS
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; its answer is read within the budget."""
        transport = self._transports.get(request.url.scheme)
        if transport is None:
            raise refused()
        budget = ResponseBudget(self._max_bytes)
        response = transport.handle_request(request)
        try:
            _refuse_encoding(response.headers.get("content-encoding"))
        except Unavailable:
            response.close()
            raise
        stream = response.stream
        assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101 - a sync transport has no other
        response.stream = _BudgetedStream(stream, budget)
        return response

    def close(self) -> None:
        """Close both pools."""
        for transport in self._transports.values():
            transport.close()


def _pinned_transport(
    guard: AddressGuard, context: ssl.SSLContext, *, encrypted: bool
) -> httpx.HTTPTransport:
    transport = httpx.HTTPTransport(verify=context, trust_env=False)
    transport._pool = httpcore.ConnectionPool(  # noqa: SLF001 - httpx has no parameter for the backend
        ssl_context=context,
        max_connections=16,
        max_keepalive_connections=8,
        keepalive_expiry=30.0,
        network_backend=_PinnedBackend(guard, encrypted=encrypted),
    )
    return transport


class _BudgetedStream(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, budget: ResponseBudget) -> None:
        self._stream = stream
        self._budget = budget

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._budget.spend(len(piece))
            yield piece

    def close(self) -> None:
        self._stream.close()


# -- requests and niquests --------------------------------------------------------------------------


def _read_within(response: Any, max_bytes: int, broken: type[Exception]) -> None:
    """Read a streamed answer of requests or niquests within the budget, as its ``content``.

    Raises:
        Unavailable: The budget is spent or the answer compressed.
        Exception: ``broken``, the library's own error, when the connection fails within the body.
    """
    budget = ResponseBudget(max_bytes)
    try:
        _refuse_encoding(response.headers.get("content-encoding"))
        pieces = []
        while piece := response.raw.read1(_PIECE, decode_content=False):
            budget.spend(len(piece))
            pieces.append(piece)
    except Unavailable:
        response.raw.close()
        raise
    except (*_BODY_ERRORS, OSError) as error:
        response.raw.close()
        raise broken(error) from None
    response._content = b"".join(pieces)  # noqa: SLF001 - where both libraries keep a read body
    response._content_consumed = True  # noqa: SLF001


def _limits(kwargs: dict[str, Any], read_seconds: float) -> dict[str, Any]:
    """Return the keyword arguments of ``send`` with redirects off and a time limit set."""
    return {**kwargs, "allow_redirects": False, "stream": False, "timeout": (CONNECT_SECONDS, read_seconds)}


class _RequestsSession(requests.Session):
    read_seconds = READ_SECONDS

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send without redirects and with our time limits, whatever the caller asked."""
        return super().send(request, **_limits(kwargs, self.read_seconds))


class _RequestsAdapter(requests.adapters.HTTPAdapter):
    """Connects to the pinned address; Host, SNI and certificate keep the name."""

    def __init__(self, guard: AddressGuard, max_bytes: int) -> None:
        self._guard = guard
        self._max_bytes = max_bytes
        super().__init__(max_retries=0)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Return the pool's key with the host replaced by its pinned address."""
        where: dict[str, Any]
        how: dict[str, Any]
        where, how = map(dict[str, Any], super().build_connection_pool_key_attributes(request, verify, cert))
        host = str(where["host"])
        encrypted = where["scheme"] == "https"
        port = where["port"] or _DEFAULT_PORTS[where["scheme"]]
        where["host"] = self._guard.pin(host, port, encrypted=encrypted)[0]
        if encrypted:
            how["server_hostname"] = how["assert_hostname"] = host.strip("[]")
        return where, how

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request to the pinned address and read its answer within the budget."""
        request.headers["Host"] = urlsplit(str(request.url)).netloc.rpartition("@")[2]
        response = super().send(request, *args, **{**kwargs, "stream": True})
        _read_within(response, self._max_bytes, requests.ConnectionError)
        return response


class _NiquestsSession(niquests.Session):
    read_seconds = READ_SECONDS

    def send(self, request: Any, **kwargs: Any) -> Any:
        """Send without redirects and with our time limits, whatever the caller asked."""
        return super().send(request, **_limits(kwargs, self.read_seconds))


class _NiquestsAdapter(niquests.adapters.HTTPAdapter):
    max_bytes = MAX_BYTES

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send one request and read its answer within the budget."""
        response = super().send(request, *args, **{**kwargs, "stream": True, "multiplexed": False})
        _read_within(response, self.max_bytes, niquests.ConnectionError)
        return response


def _niquests_adapter(guard: AddressGuard, max_bytes: int, *, encrypted: bool) -> _NiquestsAdapter:
    adapter = _NiquestsAdapter(
        max_retries=0,
        resolver=GuardedResolver(guard, encrypted=encrypted),
        disable_http3=True,
        revocation_configuration=None,
    )
    adapter.max_bytes = max_bytes
    return adapter
