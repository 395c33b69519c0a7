"""The state of an installation as numbers for ``/metrics`` and ``/readyz``: counts and ages, never a name.

Reading them is bounded: the database is asked at most every 15 s, whoever asks; what speaks to the outside is
asked by a thread of its own at most once a minute, and what is told is its last answer.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from telesec.foundation.clock import Clock
from telesec.foundation.database import Database
from telesec.foundation.errors import Unavailable

READ_EVERY = timedelta(seconds=15)
ASK_EVERY = timedelta(seconds=60)
PAGE = 200
AT_MOST = 100
"""How far overdue things are counted."""
ALERT_OVERDUE = timedelta(seconds=15)
AUDIT_LATE = timedelta(seconds=60)
HEALTHS = ("unknown", "ok", "stale", "unreadable", "refused")

WORKER_SILENT = Gauge("telesec_worker_silent_seconds", "Since a worker was last heard of; -1 never.")
JOBS = Gauge("telesec_jobs_waiting", "Wake-ups that wait.")
JOBS_AGE = Gauge("telesec_jobs_oldest_seconds", "How long the oldest wake-up waits.")
ALERTS = Gauge("telesec_alerts_overdue", "Alerts whose next step is late by 15 s or more, at most 100.")
AUDIT = Gauge("telesec_audit_late_practices", "Practices whose acts wait over a minute for their seal.")
CALENDARS = Gauge("telesec_calendars", "Calendars by health.", ("health",))
DATABASE_UP = Gauge("telesec_database_up", "Whether the database answers.")
OUTSIDE_UP = Gauge(
    "telesec_outside_up", "Whether a provider takes our account; nothing is sent.", ("channel",)
)

WAKE_UPS = """
select count(*), min(e.at) from procrastinate_jobs j join procrastinate_events e on e.job_id = j.id
where j.status = 'todo' and e.type = 'deferred'
"""


class StatesDeps(Protocol):
    """The parts handed in."""

    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...


class Askable(Protocol):
    """A channel that can be asked whether its provider would take a notice."""

    def ask(self) -> None:
        """Reach the provider and log in there.

        Raises:
            Unavailable: Permanent when the account is refused.
        """
        ...


class States:
    """Reads the gauges; one per application.

    Args:
        outside: Channel kind → the channels that can be asked.
    """

    def __init__(self, deps: StatesDeps, outside: Mapping[str, Sequence[Askable]]) -> None:
        self._deps = deps
        self._outside = outside
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._answers = dict.fromkeys(outside, "unknown")

    def refresh(self) -> None:
        """Set the gauges anew, unless that was done a moment ago."""
        now = self._deps.clock.now()
        with self._lock:
            if self._read_at is not None and now - self._read_at < READ_EVERY:
                return
            self._read_at = now
        try:
            with self._deps.database.session((), "metrics") as session:
                _work(session, now)
            calendars = count_calendars(self._deps.database)
        except SQLAlchemyError:
            DATABASE_UP.set(0)
            return
        DATABASE_UP.set(1)
        for health in HEALTHS:
            CALENDARS.labels(health).set(calendars[health])

    def outside(self) -> dict[str, str]:
        """Return each kind's last answer: ok, refused, unreachable or unknown; asks anew aside."""
        now = self._deps.clock.now()
        with self._lock:
            due = self._asked_at is None or now - self._asked_at >= ASK_EVERY
            if due and self._outside:
                self._asked_at = now
                threading.Thread(target=self._ask, name="outside", daemon=True).start()
            return dict(self._answers)

    def _ask(self) -> None:
        for kind, channels in self._outside.items():
            answer = answer_of(channels)
            OUTSIDE_UP.labels(kind).set(answer == "ok")
            with self._lock:
                self._answers[kind] = answer


def answer_of(channels: Sequence[Askable]) -> str:
    """Return the best answer of the channels of one kind: one that works is enough."""
    answer = "unknown"
    for channel in channels:
        try:
            channel.ask()
        except Unavailable as error:
            answer = "refused" if error.permanent else "unreachable"
        else:
            return "ok"
    return answer


def _work(session: Session, now: datetime) -> None:
    beat = session.execute(text("select max(last_heartbeat) from procrastinate_workers")).scalar()
    WORKER_SILENT.set((now - beat).total_seconds() if beat else -1)
    count, since = session.execute(text(WAKE_UPS)).one()
    JOBS.set(count)
    JOBS_AGE.set((now - since).total_seconds() if since else 0)
    late = {"at": now - ALERT_OVERDUE, "lim": AT_MOST}
    ALERTS.set(session.execute(text("select count(*) from sec.due_alerts(:at, :lim)"), late).scalar() or 0)
    late["at"] = now - AUDIT_LATE
    AUDIT.set(session.execute(text("select count(*) from sec.due_audit(:at, :lim)"), late).scalar() or 0)


def count_calendars(database: Database) -> Counter[str]:
    """Return how many calendars are in which health, over all practices, a page of practices at a time."""
    found: Counter[str] = Counter()
    after = UUID(int=0)
    pages = text("select id from sec.find_practices(:after, :lim)")
    counts = text("select health, count(*) from schedule where practice_id = any (:ids) group by 1")
    while True:
        with database.session((), "metrics") as session:
            ids = list(session.execute(pages, {"after": after, "lim": PAGE}).scalars())
        if not ids:
            return found
        with database.session(ids, "metrics") as session:
            for health, count in session.execute(counts, {"ids": ids}):
                found[health] += count
        after = max(ids)
