"""The work in progress: worker, wake-ups, alerts, audit, calendars. Counts and ages only."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from telesec.foundation.database import Database
from telesec.foundation.language import say
from telesec.operations.findings import Finding, fail, ok, warn
from telesec.web.states import ALERT_OVERDUE, AUDIT_LATE, WAKE_UPS, count_calendars

Connection = psycopg.Connection[Any]
SILENT = timedelta(seconds=60)
WAITING = timedelta(minutes=5)


def worker(connection: Connection, now: datetime) -> Finding:
    """Say when a worker was last heard of."""
    beat = _one(connection, "select max(last_heartbeat) from procrastinate_workers")
    todo = say("Start telesec serve, or telesec worker; its log says why it ended.")
    if beat is None:
        return fail("worker", say("No worker runs: alerts are not sent."), todo)
    seconds = int((now - beat).total_seconds())
    if now - beat > SILENT:
        return fail("worker", say("The worker was last heard of %(seconds)s s ago.", seconds=seconds), todo)
    return ok("worker", say("The worker works."))


def wake_ups(connection: Connection, now: datetime) -> Finding:
    """Say how long the oldest wake-up waits."""
    count, since = connection.execute(WAKE_UPS).fetchone() or (0, None)
    if since is None:
        return ok("jobs", say("No job waits."))
    minutes = int((now - since).total_seconds() // 60)
    seen = say("%(count)s jobs wait, the oldest for %(minutes)s min.", count=count, minutes=minutes)
    if now - since > WAITING:
        return warn("jobs", seen, say("Look at the worker's log, or start a second telesec worker."))
    return ok("jobs", seen)


def alerts(connection: Connection, now: datetime) -> Finding:
    """Say whether an alert waits for its next step longer than it may."""
    late = _one(connection, "select count(*) from sec.due_alerts(%s, 100)", now - ALERT_OVERDUE)
    if late:
        return fail(
            "alerts",
            say("%(count)s alerts wait to be sent.", count=late),
            say("Look at /supervisor and call these doctors; then look at worker and carrier."),
        )
    return ok("alerts", say("No alert is overdue."))


def audit(connection: Connection, now: datetime) -> Finding:
    """Say whether acts wait too long for their place in the audit chain."""
    late = _one(connection, "select count(*) from sec.due_audit(%s, 100)", now - AUDIT_LATE)
    todo = say("The worker seals the audit trail: look at its log.")
    if late:
        return warn("audit", say("Acts of %(count)s practices wait to be sealed.", count=late), todo)
    return ok("audit", say("The audit trail is sealed. telesec audit verify checks it whole."))


def calendars(url: str, context_key: bytes) -> Finding:
    """Count calendars by health."""
    database = Database(url, context_key)
    try:
        healths = count_calendars(database)
    finally:
        database.close()
    told = ", ".join(f"{count} {health}" for health, count in sorted(healths.items()))
    if not healths:
        return ok("calendars", say("No calendar is connected yet."))
    seen = say("Calendars: %(told)s.", told=told)
    if set(healths) - {"ok", "unknown"}:
        todo = say("Each practice's page says which, and why; slots there are not offered.")
        return warn("calendars", seen, todo)
    return ok("calendars", seen)


def _one(connection: Connection, query: str, *values: object) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
