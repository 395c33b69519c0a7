"""The web process: waitress, with enough threads for its live streams and its pages."""

import os
import signal
from types import FrameType
from typing import Any

import click
import structlog
from flask import Flask
from waitress.server import create_server

from telesec.app import create_app
from telesec.foundation.garbage import not_collecting
from telesec.processes.listening import require_port
from telesec.processes.parts import BuildsDeps
from telesec.settings import Settings
from telesec.web.headers import LARGEST_UPLOAD

log = structlog.get_logger(__name__)
PAGE_THREADS = 16
OTHER_CONNECTIONS = 200
"""Kept open beside the streams; waitress takes no more than a hundred by itself, streams counted."""
HEADERS = 1 << 16
"""Room beside a body; whatever is larger than body and headers would be kept on a disk, in clear."""


@click.command()
@click.pass_obj
def web(lazy: BuildsDeps) -> None:
    """Serve pages and the API until SIGTERM."""
    deps = lazy.build()
    try:
        with not_collecting():
            app = create_app(deps)
        run_web(app, deps.settings)
    finally:
        deps.close()


def run_web(app: Flask, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests being answered are finished.

    Raises:
        Misconfigured: The address cannot be listened on.
    """
    require_port(settings.host, settings.port)
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.streams + PAGE_THREADS,
        connection_limit=settings.streams + OTHER_CONNECTIONS,
        ident=None,
        asyncore_use_poll=True,
        channel_timeout=60,
        max_request_body_size=LARGEST_UPLOAD + 1,
        inbuf_overflow=LARGEST_UPLOAD + HEADERS,
        **_proxies(settings.trusted_proxies),
        clear_untrusted_proxy_headers=True,
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("web.started", port=settings.port, pid=os.getpid())
    try:
        server.run()
    finally:
        server.close()
        log.info("web.stopped", pid=os.getpid())


def _proxies(count: int) -> dict[str, Any]:
    """Return waitress's words for how many reverse proxies stand before us; none by default."""
    if not count:
        return {}
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": count,
        "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"},
    }
