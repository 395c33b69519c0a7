"""Hours of the next 14 days in which an urgent call of some practice would reach nobody: two queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from telesec.alerts.contacts import PHONES
from telesec.alerts.models import ContactMethod, OnCall
from telesec.desk.practice_cover import DAYS, Gap, gaps
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Absence
from telesec.practices.reads import served_by
from telesec.practices.rules import Away


@dataclass(frozen=True)
class PracticeGap:
    """A gap of one practice; ``always`` when nobody can be reached in the whole time looked at."""

    practice_id: UUID
    gap: Gap
    always: bool


def coming_gaps(uow: UnitOfWork) -> tuple[PracticeGap, ...]:
    """Return the gaps of every practice the actor serves, soonest first."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    served = served_by(uow.actor, Permission.ALERT_READ)
    start = uow.now()
    end = start + timedelta(days=DAYS)
    people, away = reachable(uow, served), absences(uow, served)
    found = (
        PracticeGap(practice_id, gap, (gap.start, gap.end) == (start, end))
        for practice_id in served
        for gap in gaps(people[practice_id], away[practice_id], start, end)
    )
    return tuple(sorted(found, key=lambda one: (one.gap.start, one.practice_id)))


def reachable(uow: UnitOfWork, served: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return who is on call with a verified number, by practice, first one first."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    ways = (
        select(ContactMethod.id)
        .where(
            ContactMethod.practice_id == OnCall.practice_id,
            ContactMethod.practitioner_id == OnCall.practitioner_id,
            ContactMethod.verified_at.is_not(None),
            ContactMethod.channel.in_([kind.value for kind in PHONES]),
        )
        .exists()
    )
    rows = uow.session.execute(
        select(OnCall.practice_id, OnCall.practitioner_id)
        .where(OnCall.practice_id.in_(served), ways)
        .order_by(OnCall.practice_id, OnCall.position)
    )
    people: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        people[row.practice_id].append(row.practitioner_id)
    return people


def absences(uow: UnitOfWork, served: Iterable[UUID]) -> dict[UUID, list[Away]]:
    """Return the absences that are not over, by practice."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    end = func.upper(Absence.during)
    rows = uow.session.scalars(
        select(Absence).where(Absence.practice_id.in_(served), end.is_(None) | (end > uow.now()))
    )
    away: dict[UUID, list[Away]] = defaultdict(list)
    for row in rows:
        if row.during.lower is not None:
            away[row.practice_id].append(
                Away(row.practitioner_id, row.during.lower, row.during.upper, row.says, row.id)
            )
    return away
