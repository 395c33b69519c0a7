"""What is begun and not ended over all practices: callers lost, bookings unconfirmed, urgent letters unread.

A calendar that says something else than we do waits for a human here too. One statement over four small
partial indexes, bounded; neither name nor number nor text. Alerts and ordinary promises have reads of their
own rooms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    DateTime,
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import UUID as PGUUID

from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertState
from telesec.callbacks.models import Callback
from telesec.callbacks.rules import CallbackState
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.paging import among
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages.models import Message
from telesec.practices.reads import served_by
from telesec.scheduling.models import Appointment, CalendarConflict
from telesec.scheduling.rules import Status
from telesec.triage.levels import Level

UNREAD_AFTER = timedelta(minutes=30)
MUST_BE_READ = (Level.CALL15_NOW, Level.DOCTOR_NOW, Level.SAME_DAY)
LOOKED_AT = {
    "callbacks": Permission.CALLBACK_READ,
    "appointments": Permission.APPOINTMENT_READ,
    "messages": Permission.MESSAGE_READ,
    "conflicts": Permission.APPOINTMENT_WRITE,
    "alerts": Permission.ALERT_READ,
}
MOST = 12
COUNTED = 100
"""Where counting stops: the page then says 99+."""


class Kind(StrEnum):
    """What kind of thing waits for somebody."""

    LOST = "lost"
    PENDING = "pending"
    UNREAD = "unread"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class OpenEnd:
    """One thing begun and not ended.

    Args:
        at: When the call back is due, the booking was begun, the message was filed, the conflict was found.
        word: The operation of a booking (create, move, cancel), the level of a message, a conflict's kind.
        practitioner_id: Whose message; None for the others.
    """

    kind: Kind
    practice_id: UUID
    id: UUID
    call_id: UUID | None
    patient_id: UUID | None
    practitioner_id: UUID | None
    word: str
    at: datetime


def open_ends(uow: UnitOfWork, *, most: int = MOST) -> dict[Kind, tuple[OpenEnd, ...]]:
    """Return what waits at every practice the actor serves, oldest first, at most ``most`` of each kind."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    found: dict[Kind, list[OpenEnd]] = {kind: [] for kind in Kind}
    for row in uow.session.execute(_all_ends(), _served(uow) | {"most": most}):
        found[Kind(row[0])].append(OpenEnd(Kind(row[0]), *row[1:]))
    return {kind: tuple(sorted(items, key=lambda item: item.at)) for kind, items in found.items()}


def _served(uow: UnitOfWork) -> dict[str, object]:
    """Return the practices each of the statements looks at, and since when a letter may be unread."""
    served = {name: list(served_by(uow.actor, permission)) for name, permission in LOOKED_AT.items()}
    return {**served, "filed_before": uow.now() - UNREAD_AFTER}


@cache
def _all_ends() -> CompoundSelect[Any]:
    """Return one statement for all kinds; putting it together takes longer than running it."""
    most = bindparam("most", type_=Integer())
    kinds = (_lost(), _pending(), _unread(), _conflicts())
    return union_all(*(select(kind.limit(most).subquery()) for kind in kinds))


@dataclass(frozen=True)
class Counts:
    """How much waits at all, each counted up to ``COUNTED``.

    Args:
        callbacks: Promised calls, callers lost among them.
        alerts: Alerts that are not closed.
        ends: Bookings unconfirmed, urgent letters unread, calendars that disagree.
        taken_up: Those of ``ends`` that have a page of the desk: a call, or their own.
    """

    callbacks: int
    alerts: int
    ends: int
    taken_up: int


def counts(uow: UnitOfWork) -> Counts:
    """Return how much waits at every practice the actor serves: one query, which stops counting at 100."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    return Counts(*uow.session.execute(_all_counts(), _served(uow)).one())


@cache
def _all_counts() -> Select[int, int, int, int]:
    pending, unread, disputed = _pending(), _unread(), _conflicts()
    of_call = (pending.where(Appointment.call_id.is_not(None)), unread.where(Message.call_id.is_not(None)))
    promised = select(Callback.id).where(
        among(Callback.practice_id, "callbacks"), Callback.state == CallbackState.OPEN.value
    )
    alarmed = select(Alert.id).where(
        among(Alert.practice_id, "alerts"), Alert.state != AlertState.CLOSED.value
    )
    return select(
        _counted(promised),
        _counted(alarmed),
        _counted(pending) + _counted(unread) + _counted(disputed),
        _counted(of_call[0]) + _counted(of_call[1]) + _counted(disputed),
    )


def up_to(number: int) -> str:
    """Return a count as it is shown, "99+" from where counting stopped."""
    return str(number) if number < COUNTED else f"{COUNTED - 1}+"


def _counted(kind: Select[Any]) -> ColumnElement[int]:
    some = kind.order_by(None).limit(COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _lost() -> Select[Any]:
    shown = Callback.call_id, Callback.patient_id, _nobody(), literal(""), Callback.due_at
    still = Callback.state == CallbackState.OPEN.value, Callback.vital
    return _of(Kind.LOST, Callback, "callbacks", shown).where(*still).order_by(Callback.due_at, Callback.id)


def _pending() -> Select[Any]:
    shown = (
        Appointment.call_id,
        Appointment.patient_id,
        _nobody(),
        Appointment.operation,
        Appointment.created_at,
    )
    found = _of(Kind.PENDING, Appointment, "appointments", shown).where(
        Appointment.status == Status.PENDING.value
    )
    return found.order_by(Appointment.created_at, Appointment.id)


def _unread() -> Select[Any]:
    shown = (
        Message.call_id,
        Message.patient_id,
        Message.practitioner_id,
        as_type(Message.level, String),
        Message.filed_at,
    )
    waits = (
        Message.handled_at.is_(None),
        Message.read_at.is_(None),
        Message.level.in_([level.value for level in MUST_BE_READ]),
        Message.filed_at <= bindparam("filed_before", type_=DateTime(timezone=True)),
    )
    return _of(Kind.UNREAD, Message, "messages", shown).where(*waits).order_by(Message.filed_at, Message.id)


def _conflicts() -> Select[Any]:
    shown = _nobody(), _nobody(), _nobody(), CalendarConflict.kind, CalendarConflict.found_at
    found = _of(Kind.CONFLICT, CalendarConflict, "conflicts", shown).where(
        CalendarConflict.settled_at.is_(None)
    )
    return found.order_by(CalendarConflict.found_at, CalendarConflict.id)


def _of(
    kind: Kind,
    model: type[Callback | Appointment | Message | CalendarConflict],
    served: str,
    shown: Sequence[Any],
) -> Select[Any]:
    named = [
        column.label(name)
        for column, name in zip(
            shown, ("call_id", "patient_id", "practitioner_id", "word", "at"), strict=True
        )
    ]
    return select(literal(kind.value).label("kind"), model.practice_id, model.id, *named).where(
        among(model.practice_id, served)
    )


def _nobody() -> ColumnElement[UUID | None]:
    return as_type(null(), PGUUID(as_uuid=True))
