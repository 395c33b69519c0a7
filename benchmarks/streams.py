"""Five hundred desks with a live stream each on one process."""

import selectors
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from benchmarks.desk import cookie_of, resident, web
from benchmarks.figures import Figure, at_share
from benchmarks.stage import Hall
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import LiveEvent
from telesec.testing.logins import browser_as

DESKS, EVENTS, APART = 500, 20, 0.5


def figures(hall: Hall, _rounds: int) -> Iterator[Figure]:
    """Yield how late an event is at the last of them, and what they cost in memory."""
    with hall.stage() as stage:
        browser = browser_as(stage.deps, stage.app(), stage.cast.ada)
        cookie = cookie_of(stage, browser)
        with web(stage, TELESEC_STREAMS=str(DESKS + 12)) as address:
            pid = int((stage.folder / "web.pid").read_text())
            before = resident(pid)
            selector = selectors.DefaultSelector()
            for _ in range(DESKS):
                selector.register(_open(address, cookie), selectors.EVENT_READ)
            _listen(selector, 5.0, b"")
            late: list[float] = []
            for _ in range(EVENTS):
                mark = new_id()
                sent = time.perf_counter()
                stage.deps.sender.send([LiveEvent("callbacks", stage.cast.lilas, mark)])
                heard = _listen(selector, APART, str(mark).encode())
                late += [at - sent for at in heard]
                late += [float("inf")] * (DESKS - len(heard))
            after = resident(pid)
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
        yield Figure(
            f"{DESKS} live desks on one process: an event, p99", at_share(late, 0.99) * 1e3, "ms", 50
        )
        yield Figure(f"{DESKS} live desks on one process: memory", after, "MB", 150)
        yield Figure(f"{DESKS} live desks: memory they add", after - before, "MB", 150)


def _open(address: str, cookie: str) -> socket.socket:
    where = urlsplit(address)
    opened = socket.create_connection((where.hostname, where.port), timeout=10)
    opened.sendall(
        f"GET /desk/live HTTP/1.1\r\nHost: localhost:{where.port}\r\nCookie: {cookie}\r\n"
        "Accept: text/event-stream\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode()
    )
    opened.setblocking(False)
    return opened


def _listen(selector: selectors.BaseSelector, for_seconds: float, mark: bytes) -> list[float]:
    """Read everything for a while; return when ``mark`` came, once for each stream."""
    heard: dict[int, float] = {}
    until = time.perf_counter() + for_seconds
    while (left := until - time.perf_counter()) > 0:
        for key, _ in selector.select(left):
            data = key.fileobj.recv(65536)  # type: ignore[union-attr]
            assert data, "a stream ended"  # noqa: S101
            assert b" 503 " not in data[:40], "a stream had no place"  # noqa: S101
            if mark and mark in data:
                heard.setdefault(key.fd, time.perf_counter())
    return list(heard.values())
