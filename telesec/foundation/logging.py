"""Logs: an event name and ids, nothing else.

Fields pass an allow-list, so a name, a number or a text handed to the logger by mistake is dropped
and counted rather than written. Exceptions are logged by type, never by their message or their
variables.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "practice_id", "object_id", "alert_id", "delivery_id",
        "message_id", "call_id", "appointment_id", "claim_id", "schedule_id", "session_id", "person_id",
        "job_id", "request_id", "sweep", "channel", "step", "state", "status", "kind", "code", "count",
        "error", "milliseconds", "method", "endpoint", "port", "pid", "signal", "revision", "name",
        "path", "dropped", "permanent", "health", "outcome", "connector", "carrier", "process",
    }
)  # fmt: skip
Event = MutableMapping[str, Any]


def keep_allowed(_logger: object, _method: str, event: Event) -> Event:
    """Drop every field that is not on the list, and say which names were dropped."""
    unknown = [name for name in event if name not in ALLOWED]
    for name in unknown:
        del event[name]
    if unknown:
        event["dropped"] = sorted(unknown)
    return event


def configure(log_format: str) -> None:
    """Set logging up once per process; ``log_format`` is ``json`` or ``text``."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    quiet = logging.getLogger()
    quiet.handlers[:] = [logging.StreamHandler(sys.stderr)]
    quiet.setLevel(logging.WARNING)
    for name in ("caldav", "niquests", "urllib3", "twilio", "httpx", "procrastinate", "alembic", "psycopg"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
