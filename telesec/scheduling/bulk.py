"""Many appointment types at once, as an import or a sector brings them, and taken away again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling.configuration import CreateAppointmentType, refuse_bad_reservation
from telesec.scheduling.models import Appointment, AppointmentType, OpeningRule
from telesec.scheduling.waiting_models import WaitingListEntry

MOST_TYPES = 200


def type_codes(uow: UnitOfWork, practice_id: UUID) -> frozenset[str]:
    """Return the codes of a practice's appointment types."""
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    return frozenset(
        uow.session.scalars(select(AppointmentType.code).where(AppointmentType.practice_id == practice_id))
    )


def create_types(
    uow: UnitOfWork, practice_id: UUID, commands: Sequence[CreateAppointmentType]
) -> tuple[UUID, ...]:
    """Add appointment types found without fault; return their ids.

    Raises:
        Refused: A code that exists (409), or the practice would have too many (422).
    """
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
    here = uow.session.scalar(select(func.count()).where(AppointmentType.practice_id == practice_id))
    if (here or 0) + len(commands) > MOST_TYPES:
        raise Refused(
            "too_many_types",
            say("A practice has at most %(most)s appointment types.", most=MOST_TYPES),
            status=422,
        )
    for one in commands:
        refuse_bad_reservation(one)
    ids = tuple(new_id() for _ in commands)
    rows = [
        {
            "practice_id": practice_id,
            "id": key,
            "code": one.code,
            "name": one.name,
            "duration_minutes": one.duration_minutes,
            "step_minutes": one.step_minutes or one.duration_minutes,
            "max_level": one.max_level.value if one.max_level else None,
            "min_level": one.min_level.value if one.min_level else None,
            "release_hours": one.release_hours,
            "practitioner_ids": list(one.practitioner_ids),
        }
        for key, one in zip(ids, commands, strict=True)
    ]
    try:
        with uow.session.begin_nested():
            if rows:
                uow.session.execute(insert(AppointmentType), rows)
    except IntegrityError:
        raise Refused("type_exists", say("An appointment type with this code exists already.")) from None
    uow.audit("appointment_type.create_many", practice_id=practice_id, count=len(ids))
    return ids


def remove_unused_types(uow: UnitOfWork, practice_id: UUID, type_ids: Sequence[UUID]) -> int:
    """Take away those of these types nothing was booked on and no hours name; return how many."""
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
    used = [
        select(user.id)
        .where(
            user.practice_id == AppointmentType.practice_id, user.appointment_type_id == AppointmentType.id
        )
        .exists()
        for user in (Appointment, OpeningRule, WaitingListEntry)
    ]
    gone = uow.session.scalars(
        delete(AppointmentType)
        .where(
            AppointmentType.practice_id == practice_id,
            one_of(AppointmentType.id, type_ids),
            *(~one for one in used),
        )
        .returning(AppointmentType.id)
    ).all()
    uow.audit("appointment_type.remove_many", practice_id=practice_id, count=len(gone))
    return len(gone)
