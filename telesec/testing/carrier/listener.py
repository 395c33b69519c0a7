"""A stand-in for telesec's doors: remembers each webhook and answers what it was told."""

import threading
from types import TracebackType
from typing import Self
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        pass


class Listener:
    """A web server on loopback, in a thread.

    Args:
        answers: Document by path; an empty ``<Response/>`` for the others.
        got: (path, form, signature) of each request, in order.
    """

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], str]] = []
        self.answers: dict[str, str] = {}
        self._came = threading.Condition(threading.RLock())
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        request = Request(environ)
        form = request.form.to_dict()
        with self._came:
            self.got.append((request.path, form, request.headers.get("X-Twilio-Signature", "")))
            self._came.notify_all()
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [self.answers.get(request.path, "<Response/>").encode()]

    def at(self, path: str) -> list[dict[str, str]]:
        """Return the forms posted to one path so far."""
        with self._came:
            return [form for where, form, _ in self.got if where == path]

    def expect(self, path: str, count: int = 1, *, timeout: float = 10) -> list[dict[str, str]]:
        """Wait for so many requests to one path and return their forms."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.at(path)) >= count, timeout), self.got
            return self.at(path)
