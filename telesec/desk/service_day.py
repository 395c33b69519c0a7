"""Today's figures of the whole service, as PRODUCT's trade defines them: two queries, no name, no number.

Only calls that rang count: one opened by hand waited in no queue. A call belongs to the day, and to the half
hour, in which it began to ring; one that still rings counts once it is answered or gone. Who hung up before
five seconds had passed was never offered to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, case, cast, extract, func, literal, or_, select, true

from telesec.alerts.models import Alert
from telesec.callbacks.models import Callback
from telesec.calls.models import Call
from telesec.calls.rules import Source
from telesec.desk.kept import decided, kept, stands
from telesec.desk.wording import Wording
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.reads import served_by

HALF_HOUR = timedelta(minutes=30)
IN_TIME = timedelta(seconds=20)
EARLY = timedelta(seconds=5)
"""Who hangs up sooner had no time to be answered."""
UNTAKEN_FROM = timedelta(minutes=5)
"""An alert nobody took for so long has missed its goal, whenever it will be taken."""


@dataclass(frozen=True)
class HalfHour:
    """Calls that began to ring in the half hour from ``start``; those dropped early are in neither count."""

    start: datetime
    answered: int
    missed: int

    @property
    def offered(self) -> int:
        """How many were there to be answered."""
        return self.answered + self.missed


@dataclass(frozen=True)
class ServiceDay:
    """What the service did since midnight.

    Args:
        halves: Every half hour of the day, 48 of them; 46 or 50 where the clock is changed.
        in_time: Calls answered within ``IN_TIME``.
        early: Callers who hung up before ``EARLY``, left out of every other count.
        waited: Mean time from the queue to a voice, of calls answered; None without any.
        promised: Callbacks due today of which it is known whether they were kept.
        kept: Those of them made in time.
        taken: Alerts raised today that somebody took; ``untaken`` is the rest.
        took_median: From an alert's first attempt to its being taken; one nobody took for ``UNTAKEN_FROM``
            counts with its age so far. None without any.
        took_p95: The time within which 95 of 100 were taken, as above.
    """

    halves: tuple[HalfHour, ...]
    in_time: int
    early: int
    waited: timedelta | None
    promised: int
    kept: int
    taken: int
    untaken: int
    took_median: timedelta | None
    took_p95: timedelta | None

    @property
    def answered(self) -> int:
        """Calls somebody answered."""
        return sum(half.answered for half in self.halves)

    @property
    def missed(self) -> int:
        """Callers who hung up after ``EARLY``."""
        return sum(half.missed for half in self.halves)

    @property
    def offered(self) -> int:
        """Calls there were to be answered."""
        return self.answered + self.missed


def service_day(uow: UnitOfWork, words: Wording) -> ServiceDay:
    """Return the figures since the reader's midnight, over the practices they supervise."""
    authorize(uow, Permission.ALERT_CLOSE, on=Facts(None))
    since, until = words.midnight, words.next_midnight
    rows = _calls(uow, since, until)
    answered = sum(row.answered for row in rows)
    waited = sum((row.waited for row in rows if row.waited), timedelta())
    ends = _promises_and_alerts(uow, since, until)
    return ServiceDay(
        _halves(rows, since, until),
        sum(row.in_time for row in rows),
        sum(row.early for row in rows),
        waited / answered if answered else None,
        ends.promised,
        ends.kept,
        ends.taken,
        ends.untaken,
        ends.median,
        ends.p95,
    )


def _calls(uow: UnitOfWork, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Count calls by the half hour in which they began to ring, by elapsed time and not by the clock."""
    left = func.coalesce(Call.answered_at, Call.hung_up_at, Call.closed_at)
    waited = func.greatest(left - Call.opened_at, literal(timedelta()))
    number = cast(func.floor(extract("epoch", Call.opened_at - since) / HALF_HOUR.seconds), Integer)
    answered, early = Call.answered_at.is_not(None), waited < EARLY
    return uow.session.execute(
        select(
            number.label("number"),
            func.count().filter(answered).label("answered"),
            func.count().filter(~answered, ~early).label("missed"),
            func.count().filter(~answered, early).label("early"),
            func.count().filter(answered, waited <= IN_TIME).label("in_time"),
            func.sum(waited).filter(answered).label("waited"),
        )
        .where(
            one_of(Call.practice_id, served_by(uow.actor, Permission.CALL_READ)),
            Call.source == Source.RING.value,
            Call.opened_at >= since,
            Call.opened_at < until,
            or_(answered, Call.closed_at.is_not(None)),
        )
        .group_by("number")
    ).all()


def _halves(rows: Sequence[Row[Any]], since: datetime, until: datetime) -> tuple[HalfHour, ...]:
    counted = {row.number: row for row in rows}
    first = since.astimezone(UTC)
    halves = []
    for number in range((until.astimezone(UTC) - first) // HALF_HOUR):
        row = counted.get(number)
        start = first + number * HALF_HOUR
        halves.append(HalfHour(start, row.answered, row.missed) if row else HalfHour(start, 0, 0))
    return tuple(halves)


def _promises_and_alerts(uow: UnitOfWork, since: datetime, until: datetime) -> Row[Any]:
    """Return promised and kept callbacks; taken and untaken alerts with the median and p95 of the former."""
    promises = (
        select(func.count().label("promised"), func.count().filter(kept()).label("kept"))
        .where(
            one_of(Callback.practice_id, served_by(uow.actor, Permission.CALLBACK_READ)),
            Callback.due_at >= since,
            Callback.due_at < until,
            stands(),
            decided(uow.now()),
        )
        .subquery()
    )
    until_now = func.coalesce(Alert.acknowledged_at, Alert.closed_at, uow.now()) - Alert.round_started_at
    took = func.greatest(until_now, literal(timedelta()))
    known = case((or_(Alert.acknowledged_at.is_not(None), took >= UNTAKEN_FROM), took))
    alerts = (
        select(
            func.count(Alert.acknowledged_at).label("taken"),
            func.count().filter(Alert.acknowledged_at.is_(None)).label("untaken"),
            func.percentile_cont(0.5).within_group(known).label("median"),
            func.percentile_cont(0.95).within_group(known).label("p95"),
        )
        .where(
            one_of(Alert.practice_id, served_by(uow.actor, Permission.ALERT_READ)),
            Alert.triggered_at >= since,
            Alert.triggered_at < until,
        )
        .subquery()
    )
    return uow.session.execute(select(promises, alerts).select_from(promises.join(alerts, true()))).one()
