"""How each practice of a reader stands now, and whom an urgent call would reach until this time tomorrow.

Three queries for all practices: hours, absences, who can be reached. Neither name of a patient nor text.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from telesec.desk.practice_cover import Gap, answer_at, gaps
from telesec.desk.supervisor_cover import absences, reachable
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import OpeningHours
from telesec.practices.reads import PracticeCard, served_by
from telesec.practices.rules import HoursOf, Opening, moment

AHEAD = timedelta(hours=24)


@dataclass(frozen=True)
class PracticeState:
    """One practice now.

    Args:
        is_open: Whether its hours say so and not everybody is away.
        reached: Whom an urgent call would reach first now; None for nobody.
        says: What an absence says instead, where callers turn.
        gaps: Times of the next 24 hours in which an urgent call would reach nobody, soonest first.
    """

    practice_id: UUID
    name: str
    is_open: bool
    reached: UUID | None
    says: str
    gaps: tuple[Gap, ...]

    @property
    def nobody(self) -> bool:
        """Whether an urgent call would reach nobody now, and no absence says where to turn."""
        return self.reached is None and not self.says


def practice_states(uow: UnitOfWork, cards: Mapping[UUID, PracticeCard]) -> tuple[PracticeState, ...]:
    """Return how every served practice stands: those where nobody is reached first, then by name."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    served = [one for one in served_by(uow.actor, Permission.ALERT_READ) if one in cards]
    people, away, hours = reachable(uow, served), absences(uow, served), _hours(uow, served)
    now, found = uow.now(), []
    for practice_id in served:
        card, absent = cards[practice_id], away[practice_id]
        answer = answer_at(now, people[practice_id], absent)
        found.append(
            PracticeState(
                practice_id,
                card.name,
                moment(now, card.time_zone, hours[practice_id], absent).is_open,
                answer.person,
                answer.says,
                gaps(people[practice_id], absent, now, now + AHEAD),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.nobody, one.name)))


def _hours(uow: UnitOfWork, served: list[UUID]) -> dict[UUID, list[Opening]]:
    rows = uow.session.execute(
        select(OpeningHours.practice_id, OpeningHours.weekday, OpeningHours.opens, OpeningHours.closes).where(
            one_of(OpeningHours.practice_id, served), OpeningHours.hours_of == HoursOf.PHONE.value
        )
    )
    hours: dict[UUID, list[Opening]] = defaultdict(list)
    for row in rows:
        hours[row.practice_id].append(Opening(row.weekday, row.opens, row.closes))
    return hours
