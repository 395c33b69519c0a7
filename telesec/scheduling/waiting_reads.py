"""What the desk shows of the waiting list: what one person waits for. No number and no wish is opened."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, false, func, select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Practice, Practitioner
from telesec.scheduling.models import AppointmentType
from telesec.scheduling.waiting_models import FreedSlot, WaitingListEntry

MOST_ENTRIES = 20


@dataclass(frozen=True)
class WaitingCard:
    """One thing somebody waits for, with all that is shown of it.

    Args:
        practitioner: With whom; empty: whoever does it.
        offered_start: The time they are to be offered, while it is theirs to take.
        time_zone: The practice's own, in which days are meant.
    """

    id: UUID
    type_name: str
    practitioner: str
    until_on: date
    since: datetime
    offered_start: datetime | None
    time_zone: str


def waiting_for(
    uow: UnitOfWork, practice_id: UUID, patient_id: UUID | None, phone_index: int | None
) -> tuple[WaitingCard, ...]:
    """Return what a patient waits for, and what is waited for under a number without a patient; one query.

    Audited as a list where there is anything.

    Args:
        uow: Carries the actor.
        practice_id: Whose list.
        patient_id: None: nobody is chosen.
        phone_index: The number's blind index; None: no number is known.
    """
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    about: ColumnElement[bool] = WaitingListEntry.patient_id == patient_id if patient_id else false()
    if phone_index is not None:
        about |= WaitingListEntry.patient_id.is_(None) & (WaitingListEntry.phone_index == phone_index)
    rows = uow.session.execute(
        select(
            WaitingListEntry.id,
            AppointmentType.name,
            func.coalesce(Practitioner.display_name, ""),
            WaitingListEntry.until_on,
            WaitingListEntry.created_at,
            case((_being_offered(), WaitingListEntry.offered_start_at)),
            Practice.time_zone,
        )
        .join(Practice, Practice.id == WaitingListEntry.practice_id)
        .join(
            AppointmentType,
            (AppointmentType.practice_id == WaitingListEntry.practice_id)
            & (AppointmentType.id == WaitingListEntry.appointment_type_id),
        )
        .outerjoin(
            Practitioner,
            (Practitioner.practice_id == WaitingListEntry.practice_id)
            & (Practitioner.id == WaitingListEntry.practitioner_id),
        )
        .where(
            WaitingListEntry.practice_id == practice_id,
            WaitingListEntry.state == "waiting",
            about,
        )
        .order_by(WaitingListEntry.created_at, WaitingListEntry.id)
        .limit(MOST_ENTRIES)
    ).all()
    if rows:
        uow.audit("waiting_list.list", practice_id=practice_id, ids=[str(row.id) for row in rows])
    return tuple(WaitingCard(*row) for row in rows)


def offers_a_slot(uow: UnitOfWork, practice_id: UUID, callback_id: UUID) -> bool:
    """Return whether a callback card offers somebody of the waiting list a slot."""
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    offered = exists().where(FreedSlot.practice_id == practice_id, FreedSlot.callback_id == callback_id)
    return bool(uow.session.scalar(select(offered)))


def _being_offered() -> ColumnElement[bool]:
    """Return the condition that the last time offered to an entry has not gone on to another."""
    return exists().where(
        FreedSlot.practice_id == WaitingListEntry.practice_id,
        FreedSlot.callback_id.is_not(None),
        FreedSlot.start_at == WaitingListEntry.offered_start_at,
        FreedSlot.offered_to[func.cardinality(FreedSlot.offered_to)] == WaitingListEntry.id,
    )
