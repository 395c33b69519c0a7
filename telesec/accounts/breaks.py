"""Breaks at the desk, and who is at work: so that nobody is handed a call while resting, and all see it.

A break holds over every practice a person serves and ends when they say so. A forgotten end is never ended
by a clock: it is shown, to the person and to the supervisor.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from telesec.accounts import rules
from telesec.accounts.models import LoginSession, Membership, Person, WorkBreak
from telesec.foundation.access import Facts, Permission, Role, authorize
from telesec.foundation.ids import new_id
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork

INSTALLATION = Facts(practice_id=None)
FORGOTTEN_AFTER = timedelta(minutes=45)
"""A break this long is shown as one whose end was perhaps forgotten."""
AT_THE_DESK = (Role.SECRETARY.value, Role.SUPERVISOR.value)
MOST = 200


@dataclass(frozen=True)
class Colleague:
    """Somebody who answers calls of the reader's practices and is logged in, or on break.

    Args:
        break_since: When their break began; None when they are not on one.
        last_began: When their last break that is over began, known of the reader alone.
        last_ended: When it ended.
    """

    id: UUID
    name: str
    break_since: datetime | None
    last_began: datetime | None = None
    last_ended: datetime | None = None

    def forgot(self, now: datetime) -> bool:
        """Return whether the end of the break was perhaps forgotten."""
        return self.break_since is not None and now - self.break_since >= FORGOTTEN_AFTER


def begin(uow: UnitOfWork) -> bool:
    """Begin a break; return whether it is new, for beginning twice is beginning once."""
    authorize(uow, Permission.CALL_HANDLE, on=INSTALLATION)
    if uow.actor.person_id is None:
        return False
    row = {"id": new_id(), "person_id": uow.actor.person_id, "began_at": uow.now()}
    begun = uow.session.scalar(insert(WorkBreak).values(row).on_conflict_do_nothing().returning(WorkBreak.id))
    if begun is None:
        return False
    uow.audit("break.begin", practice_id=None, object_id=begun)
    uow.publish("people", None)
    return True


def end(uow: UnitOfWork) -> bool:
    """End one's break; return whether there was one."""
    authorize(uow, Permission.CALL_HANDLE, on=INSTALLATION)
    ended = uow.session.scalar(
        update(WorkBreak)
        .where(WorkBreak.person_id == uow.actor.person_id, WorkBreak.ended_at.is_(None))
        .values(ended_at=func.greatest(WorkBreak.began_at, uow.now()))
        .returning(WorkBreak.id)
    )
    if ended is None:
        return False
    uow.audit("break.end", practice_id=None, object_id=ended)
    uow.publish("people", None)
    return True


def since(uow: UnitOfWork) -> datetime | None:
    """Return when the actor's break began, None when they are not on one."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    return uow.session.scalar(
        select(WorkBreak.began_at).where(
            WorkBreak.person_id == uow.actor.person_id, WorkBreak.ended_at.is_(None)
        )
    )


def at_work(uow: UnitOfWork) -> tuple[Colleague, ...]:
    """Return who answers calls of the actor's practices now, the actor too, by name: one query."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    now, ended = uow.now(), aliased(WorkBreak)
    serves = select(Membership.person_id).where(
        one_of(Membership.practice_id, uow.actor.practice_ids), Membership.role.in_(AT_THE_DESK)
    )
    here = select(LoginSession.person_id).where(
        LoginSession.kind == "person",
        LoginSession.ended_at.is_(None),
        LoginSession.locked_at.is_(None),
        LoginSession.created_at > now - rules.LATEST,
        LoginSession.seen_at > now - rules.IDLE,
    )
    over = select(ended.began_at, ended.ended_at).where(
        ended.person_id == uow.actor.person_id, ended.ended_at.is_not(None)
    )
    last = over.order_by(ended.ended_at.desc()).limit(1).subquery()
    mine = Person.id == uow.actor.person_id
    rows = uow.session.execute(
        select(Person.id, Person.display_name, WorkBreak.began_at, last.c.began_at, last.c.ended_at)
        .outerjoin(WorkBreak, (WorkBreak.person_id == Person.id) & WorkBreak.ended_at.is_(None))
        .outerjoin(last, mine)
        .where(
            Person.disabled_at.is_(None),
            or_(
                mine,
                Person.id.in_(serves) & (Person.id.in_(here) | WorkBreak.id.is_not(None)),
            ),
        )
        .order_by(Person.display_name, Person.id)
        .limit(MOST)
    )
    return tuple(Colleague(*row) for row in rows)
