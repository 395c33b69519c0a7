"""A small proxy on loopback that breaks what passes through it, on demand.

Between a connector and a real server it loses replies, answers itself, delays, cuts and garbles. A fault
lasts for a number of requests, of the methods that write unless said otherwise.
"""

import http.client
import http.server
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

WRITES = frozenset({"PUT", "POST", "PATCH", "DELETE"})
_METHODS = (*sorted(WRITES), "GET", "HEAD", "OPTIONS", "REPORT", "PROPFIND", "PROPPATCH", "MKCALENDAR")
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})


@dataclass
class Answer:
    """What the server behind said, or the proxy in its place."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class _Fault:
    kind: str
    left: int
    methods: Collection[str]
    apply: Callable[[Answer], Answer | None]
    forward: bool = True


class FaultProxy:
    """Listens on a free loopback port and forwards to ``upstream``; a context manager.

    Args:
        upstream: ``http://host:port`` of the server behind; a path is ignored.
    """

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server: http.server.ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._port = 0
        self.seen: list[tuple[str, str]] = []

    # -- faults ---------------------------------------------------------------------------------------

    def lose_reply(self, times: int = 1, methods: Collection[str] = WRITES) -> None:
        """Let the server do what was asked, then hang up without an answer."""
        self._add("lose", times, methods, lambda _answer: None)

    def drop(self, times: int = 1, methods: Collection[str] = WRITES) -> None:
        """Hang up without asking the server."""
        self._add("drop", times, methods, lambda _answer: None, forward=False)

    def answer(
        self, status: int, body: bytes = b"", times: int = 1, methods: Collection[str] = _METHODS
    ) -> None:
        """Answer in the server's place, which is not asked."""
        self._add("answer", times, methods, lambda _: Answer(status, [], body), forward=False)

    def fail_after(self, status: int = 500, times: int = 1, methods: Collection[str] = WRITES) -> None:
        """Let the server do what was asked, then report a failure."""
        self._add("fail", times, methods, lambda _: Answer(status, [], b""))

    def truncate(self, times: int = 1, methods: Collection[str] = _METHODS) -> None:
        """Announce the whole body and send half of it."""

        def cut(answer: Answer) -> Answer:
            length = [("Content-Length", str(len(answer.body)))]
            return Answer(answer.status, [*answer.headers, *length], answer.body[: len(answer.body) // 2])

        self._add("truncate", times, methods, cut)

    def garble(
        self,
        change: Callable[[bytes], bytes] = lambda body: body[::-1],
        times: int = 1,
        methods: Collection[str] = _METHODS,
    ) -> None:
        """Change the body on its way, the length fitting."""
        self._add("garble", times, methods, lambda a: Answer(a.status, a.headers, change(a.body)))

    def slow(self, times: int = 1, methods: Collection[str] = _METHODS) -> None:
        """Ask the server, then keep its answer until ``heal`` or the end."""

        def wait(answer: Answer) -> Answer:
            self._released.wait(60)
            return answer

        self._add("slow", times, methods, wait)

    def heal(self) -> None:
        """Forget every fault and let go of what is kept back."""
        with self._lock:
            self._faults.clear()
        self._released.set()
        self._released = threading.Event()

    def refuse(self) -> None:
        """Refuse connections, as a server that is down; ``start`` ends it, on the same port."""
        self.stop()

    # -- life -----------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen; the port stays the same over ``refuse`` and ``start``."""
        server = _Server(("127.0.0.1", self._port), _Handler)
        server.proxy = self
        self._port = server.server_port
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and drop what is kept back."""
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        self._released.set()
        server.shutdown()
        self._thread.join()
        server.server_close()

    @property
    def url(self) -> str:
        """Where it listens, ``http://127.0.0.1:port``, without a slash."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- what the handler asks ------------------------------------------------------------------------

    def respond(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Answer | None:
        """Return the answer to one request, None to hang up."""
        fault = self._take(method, path)
        if fault is not None and not fault.forward:
            return fault.apply(Answer(0, [], b""))
        connection = http.client.HTTPConnection(*self._upstream, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            reply = connection.getresponse()
            kept = [(k, v) for k, v in reply.headers.items() if k.lower() not in _HOP_BY_HOP]
            answer = Answer(reply.status, kept, reply.read())
        except OSError:
            return None
        finally:
            connection.close()
        return answer if fault is None else fault.apply(answer)

    def _add(
        self,
        kind: str,
        times: int,
        methods: Collection[str],
        apply: Callable[[Answer], Answer | None],
        *,
        forward: bool = True,
    ) -> None:
        with self._lock:
            self._faults.append(_Fault(kind, times, methods, apply, forward))

    def _take(self, method: str, path: str) -> _Fault | None:
        with self._lock:
            self.seen.append((method, path))
            for fault in self._faults:
                if fault.left > 0 and method in fault.methods:
                    fault.left -= 1
                    return fault
        return None


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: FaultProxy

    def handle_error(self, *_args: Any) -> None:
        """Say nothing: clients that hang up are part of the trade."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.forward
        raise AttributeError(name)

    def forward(self) -> None:
        """Pass one request on and its answer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = [(k, v) for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP]
        answer = self.server.proxy.respond(self.command, self.path, headers, body)
        self.close_connection = True
        if answer is None:
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if not any(name == "Content-Length" for name, _value in answer.headers):
            self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_args: Any) -> None:
        """Keep the test's output clean."""
