"""What the desk shows of the waiting list: what one person waits for. No number and no wish is opened."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.numbers import to_e164
from telesec.scheduling.waiting_models import WaitingListEntry
from telesec.vault import service as vault

MOST_ENTRIES = 20


@dataclass(frozen=True)
class WaitingCard:
    """One thing somebody waits for; ``offered_start`` is the time they were last to be offered."""

    id: UUID
    appointment_type_id: UUID
    practitioner_id: UUID | None
    until_on: date
    since: datetime
    offered_start: datetime | None


def waiting_for(
    uow: UnitOfWork, practice_id: UUID, patient_id: UUID | None, phone: str
) -> tuple[WaitingCard, ...]:
    """Return what a patient waits for, and what is waited for under a number without a patient; one query.

    Audited as a list where there is anything.
    """
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    number = to_e164(phone)
    about: ColumnElement[bool] = WaitingListEntry.patient_id == patient_id if patient_id else false()
    if number is not None:
        index = vault.phone_index(uow, practice_id, number)
        about |= WaitingListEntry.patient_id.is_(None) & (WaitingListEntry.phone_index == index)
    rows = uow.session.scalars(
        select(WaitingListEntry)
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
    return tuple(
        WaitingCard(
            row.id,
            row.appointment_type_id,
            row.practitioner_id,
            row.until_on,
            row.created_at,
            row.offered_start_at,
        )
        for row in rows
    )
