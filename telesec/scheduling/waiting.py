"""Use cases of the waiting list: put somebody on it, take them off.

The telephone number is enough to wait. What is kept for urgent calls is not waited for. Who is offered what
came free is ``waiting_offers``.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import false, select
from sqlalchemy.exc import IntegrityError

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients.models import Patient
from telesec.practices import reads as practices
from telesec.practices.numbers import needed_e164
from telesec.scheduling.models import Appointment, AppointmentType
from telesec.scheduling.readings import zone_of
from telesec.scheduling.rows import open_details
from telesec.scheduling.waiting_models import WaitingListEntry
from telesec.vault import service as vault

KIND = "waiting_list_entry"
LONGEST_LISTING = timedelta(days=184)
MAX_WISH = 300


@dataclass(frozen=True)
class JoinWaitingList:
    """Somebody wants a slot that nobody could offer.

    Args:
        phone: As typed; becomes E.164.
        until_on: The last day wanted, the practice's own.
        practitioner_id: None: whoever does it.
        wish: In the caller's words, for whoever calls back.
    """

    practice_id: UUID
    appointment_type_id: UUID
    phone: str = field(repr=False)
    until_on: date
    practitioner_id: UUID | None = None
    patient_id: UUID | None = None
    wish: str = field(default="", repr=False)


def join(uow: UnitOfWork, command: JoinWaitingList) -> UUID:
    """Put somebody on the list and return the entry; who waits for this type already keeps their place.

    Raises:
        Refused: Not a telephone number, a day that is past or more than six months away, a practitioner who
            does not do it, no such type or one kept for urgent calls, a wish that is too long (422).
        NotFound: No such patient here.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(command.practice_id))
    number = _checked(uow, command)
    index = vault.phone_index(uow, command.practice_id, number)
    row = _waiting(uow, command, index)
    if row is None:
        row = _put(uow, command, number, index)
    else:
        _write(uow, row, command, number, index)
    uow.session.flush()
    uow.audit("waiting_list.join", practice_id=command.practice_id, object_id=row.id)
    uow.publish("slots", command.practice_id, row.id)
    return row.id


def leave(uow: UnitOfWork, practice_id: UUID, entry_id: UUID) -> None:
    """Take somebody off the list; twice is once.

    Raises:
        NotFound: No such entry here.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    row = uow.session.get(WaitingListEntry, (practice_id, entry_id), with_for_update=True)
    if row is None:
        raise NotFound
    if row.state == "waiting":
        row.state, row.ended_at = "left", uow.now()
        uow.audit("waiting_list.leave", practice_id=practice_id, object_id=entry_id)
        uow.publish("slots", practice_id, entry_id)


def booked(uow: UnitOfWork, row: Appointment) -> None:
    """End what was waited for once an appointment of that type is in the calendar.

    The patient's own wait, and that of a number without a patient which was offered just this time and is the
    appointment's; for another time a number proves nothing, since it may be shared.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(row.practice_id))
    theirs = WaitingListEntry.patient_id == row.patient_id if row.patient_id else false()
    offered = WaitingListEntry.patient_id.is_(None) & (WaitingListEntry.offered_start_at == row.start_at)
    entries = uow.session.scalars(
        select(WaitingListEntry)
        .where(
            WaitingListEntry.practice_id == row.practice_id,
            WaitingListEntry.appointment_type_id == row.appointment_type_id,
            WaitingListEntry.state == "waiting",
            theirs | offered,
        )
        .with_for_update()
    ).all()
    numbered = [entry for entry in entries if entry.patient_id is None]
    phone = open_details(uow, [row])[0].phone if numbered else ""
    index = vault.phone_index(uow, row.practice_id, phone) if phone else None
    for entry in entries:
        if entry.patient_id is not None or entry.phone_index == index:
            entry.state, entry.ended_at = "booked", uow.now()


def listed_meanwhile() -> Refused:
    """Return the refusal of an entry that is on the list by now."""
    return Refused("waiting_already", say("They were put on the list at this moment on another desk."))


def _checked(uow: UnitOfWork, command: JoinWaitingList) -> str:
    """Return the number, E.164, once everything asked for may be waited for."""
    number = needed_e164(command.phone, "phone")
    today = uow.now().astimezone(zone_of(uow, command.practice_id)).date()
    if not today <= command.until_on <= today + LONGEST_LISTING:
        raise Refused(
            "bad_until",
            say("Choose a last day between today and six months from now."),
            status=422,
            field="until",
        )
    refuse_longer(command.wish.strip(), MAX_WISH, "wish")
    _wanted(uow, command)
    patient = command.patient_id
    if patient is not None and uow.session.get(Patient, (command.practice_id, patient)) is None:
        raise NotFound
    return number


def _wanted(uow: UnitOfWork, command: JoinWaitingList) -> None:
    """Refuse a type or a practitioner nobody can wait for; either may have gone since the page was made."""
    kind = uow.session.get(AppointmentType, (command.practice_id, command.appointment_type_id))
    if kind is None:
        raise Refused(
            "no_such_type",
            say("This type of appointment is no longer there. Choose another one."),
            status=422,
            field="type",
        )
    if kind.min_level is not None:
        raise Refused(
            "reserved_for_urgent",
            say("What is kept for urgent calls is not waited for. Choose another type of appointment."),
            status=422,
            field="type",
        )
    who = command.practitioner_id
    if who is None:
        return
    here = practices.practice(uow, command.practice_id).practitioner(who) is not None
    if not here or (kind.practitioner_ids and who not in kind.practitioner_ids):
        raise Refused(
            "not_suitable",
            say("This practitioner does not do this. Choose another one."),
            status=422,
            field="practitioner",
        )


def _put(uow: UnitOfWork, command: JoinWaitingList, number: str, index: int) -> WaitingListEntry:
    """Add an entry; the one a second Enter or another desk added at this moment is taken for it."""
    row = WaitingListEntry(
        practice_id=command.practice_id,
        id=new_id(),
        patient_id=command.patient_id,
        appointment_type_id=command.appointment_type_id,
        sealed_version=0,
        state="waiting",
        created_by=uow.actor.person_id,
        created_at=uow.now(),
    )
    try:
        with uow.session.begin_nested():
            _write(uow, row, command, number, index)
            uow.session.add(row)
    except IntegrityError:
        known = _waiting(uow, command, index)
        if known is None:
            raise listed_meanwhile() from None
        _write(uow, known, command, number, index)
        return known
    return row


def _waiting(uow: UnitOfWork, command: JoinWaitingList, index: int) -> WaitingListEntry | None:
    about = WaitingListEntry.patient_id == command.patient_id
    if command.patient_id is None:
        about = WaitingListEntry.patient_id.is_(None) & (WaitingListEntry.phone_index == index)
    return uow.session.scalar(
        select(WaitingListEntry)
        .where(
            WaitingListEntry.practice_id == command.practice_id,
            WaitingListEntry.appointment_type_id == command.appointment_type_id,
            WaitingListEntry.state == "waiting",
            about,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _write(uow: UnitOfWork, row: WaitingListEntry, command: JoinWaitingList, number: str, index: int) -> None:
    row.sealed_version += 1
    sealed = vault.seal(
        uow,
        row.practice_id,
        KIND,
        row.id,
        row.sealed_version,
        phone=number,
        wish=command.wish.strip(),
    )
    row.phone_index, row.phone_sealed, row.wish_sealed = index, sealed["phone"], sealed["wish"]
    row.practitioner_id, row.until_on = command.practitioner_id, command.until_on
