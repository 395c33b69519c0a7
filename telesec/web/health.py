"""What watches the installation: ``/healthz`` (this process), ``/readyz`` (what it needs), ``/metrics``.

None of them holds a name, a practice or a number; labels are endpoints and states only.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import structlog
from flask import Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from telesec.foundation.clock import Clock
from telesec.foundation.database import Database
from telesec.web.access import public
from telesec.web.states import ALERT_OVERDUE, States

log = structlog.get_logger(__name__)
REQUESTS = Counter("telesec_requests_total", "Answered requests.", ("endpoint", "status"))
SECONDS = Histogram("telesec_request_seconds", "Time to answer.", ("endpoint",))
WORKER_SILENT = timedelta(seconds=60)


class HealthDeps(Protocol):
    """The parts handed in."""

    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...


def install(app: Flask, deps: HealthDeps, states: States, key_file: Callable[[], str]) -> None:
    """Register the three addresses and measure every request.

    ``key_file`` says whether the master keys in use are still in their file: the next start needs them, so
    that alone makes nothing unready either.

    ``/readyz`` also tells what the outside last answered; that alone makes nothing unready, since another web
    process would reach no more of it.
    """

    @app.get("/healthz")
    @public("says only that the process answers")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    @public("says only which part is not ready")
    def readyz() -> Response:
        parts = ready(deps)
        status = "ok" if all(parts.values()) else "not_ready"
        answer = jsonify(status=status, parts=parts, outside=states.outside(), key_file=key_file())
        answer.status_code = 200 if all(parts.values()) else 503
        return answer

    @app.get("/metrics")
    @public("counts and ages only")
    def metrics() -> Response:
        states.refresh()
        states.outside()
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    @app.before_request
    def start() -> None:
        g.timer = SECONDS.labels(request.endpoint or "none").time()
        g.timer.__enter__()

    @app.after_request
    def count(response: Response) -> Response:
        timer = g.pop("timer", None)
        if timer is not None:
            timer.__exit__(None, None, None)
        REQUESTS.labels(request.endpoint or "none", response.status_code).inc()
        return response


def ready(deps: HealthDeps) -> dict[str, bool]:
    """Return which parts are ready: the database, a live worker, no overdue alert."""
    now = deps.clock.now()
    try:
        with deps.database.session((), "readyz") as session:
            beat = session.execute(text("select max(last_heartbeat) from procrastinate_workers")).scalar()
            late = session.execute(
                text("select count(*) from sec.due_alerts(:now, 1)"), {"now": now - ALERT_OVERDUE}
            ).scalar()
    except SQLAlchemyError as error:
        log.warning("readyz.database", error=type(error).__name__)
        return {"database": False, "worker": False, "alerts": False}
    return {"database": True, "worker": beat is not None and now - beat < WORKER_SILENT, "alerts": late == 0}
