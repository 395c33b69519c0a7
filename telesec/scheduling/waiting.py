"""Use cases of the waiting list: put somebody on it, take them off, offer them a time that came free.

The telephone number is enough to wait. An offer is a callback card for the desk, never a booking and never a
hold: a human asks whether the slot suits. What is kept for urgent calls is not waited for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients.models import Patient
from telesec.practices import reads as practices
from telesec.practices.numbers import needed_e164
from telesec.scheduling.availability import Kind, free_slots
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import AppointmentType, Schedule
from telesec.scheduling.readings import agendas, zone_of
from telesec.scheduling.rows import schedule_row, type_row
from telesec.scheduling.rules import offers_since
from telesec.scheduling.waiting_models import FreedSlot, WaitingListEntry
from telesec.vault import service as vault
from telesec.web.language import render

KIND = "waiting_list_entry"
LONGEST_LISTING = timedelta(days=184)
MAX_WISH = 300
ASKED_ANEW = timedelta(hours=2)
"""Whoever was offered a slot has this long to be reached before the next one may be offered to them too."""
GIVE_UP = timedelta(minutes=15)
"""How long a freed time is looked at while its calendar cannot be read or still shows it taken."""
CALL_WITHIN = timedelta(minutes=15)
MOST_ASKED = 50
OFFER = say("Waiting list: %(when)s with %(who)s came free (%(what)s). Offer it; F4 books it.")
AT = say("%(day)s at %(time)s")
WISH = say("Wish: %(text)s")
_Candidate = tuple[WaitingListEntry, AppointmentType]


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
            does not do it, or a type kept for urgent calls (422).
        NotFound: No such type or patient here.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(command.practice_id))
    number = _checked(uow, command)
    index = vault.phone_index(uow, command.practice_id, number)
    row = _waiting(uow, command, index)
    if row is None:
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
    _write(uow, row, command, number, index)
    uow.session.add(row)
    try:
        uow.session.flush()
    except IntegrityError:
        raise Refused(
            "waiting_already", say("They were put on the list at this moment on another desk.")
        ) from None
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


def booked(uow: UnitOfWork, practice_id: UUID, patient_id: UUID | None, type_id: UUID) -> None:
    """End what a patient waited for once an appointment of that type is in the calendar."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    if patient_id is None:
        return
    uow.session.execute(
        update(WaitingListEntry)
        .where(
            WaitingListEntry.practice_id == practice_id,
            WaitingListEntry.patient_id == patient_id,
            WaitingListEntry.appointment_type_id == type_id,
            WaitingListEntry.state == "waiting",
        )
        .values(state="booked", ended_at=uow.now())
        .execution_options(synchronize_session=False)
    )


def came_free(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, span: Interval) -> None:
    """Note that a time ahead came free, where somebody of the practice waits at all."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    someone = select(WaitingListEntry.id).where(
        WaitingListEntry.practice_id == practice_id, WaitingListEntry.state == "waiting"
    )
    if span.start <= uow.now() or uow.session.scalar(someone.limit(1)) is None:
        return
    uow.session.add(
        FreedSlot(
            practice_id=practice_id,
            id=new_id(),
            schedule_id=schedule_id,
            start_at=span.start,
            end_at=span.end,
            freed_at=uow.now(),
        )
    )


def offer_freed(uow: UnitOfWork, practice_id: UUID, freed_id: UUID) -> bool:
    """Offer a freed time to whoever waits for it longest; returns whether somebody was found.

    Nothing at night, and nothing from a calendar that cannot be read or still shows the time taken: it is
    looked at again. A time nobody wants is forgotten.
    """
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    row = uow.session.get(FreedSlot, (practice_id, freed_id), with_for_update={"skip_locked": True})
    begun = offers_since(uow.now(), zone_of(uow, practice_id))
    if row is None or begun is None:
        return False
    schedule, span = schedule_row(uow, practice_id, row.schedule_id), Interval(row.start_at, row.end_at)
    candidates = _candidates(uow, schedule, span) if row.start_at > uow.now() else []
    offered = bool(candidates) and _offer_first(uow, schedule, span, candidates)
    if offered or not candidates or uow.now() - max(row.freed_at, begun) > GIVE_UP:
        uow.session.delete(row)
    return offered


def _candidates(uow: UnitOfWork, schedule: Schedule, span: Interval) -> list[_Candidate]:
    """Return who waits for something that might fit into a free time, longest first, locked; one query."""
    day = span.start.astimezone(zone_of(uow, schedule.practice_id)).date()
    found = uow.session.execute(
        select(WaitingListEntry, AppointmentType)
        .join(
            AppointmentType,
            (AppointmentType.practice_id == WaitingListEntry.practice_id)
            & (AppointmentType.id == WaitingListEntry.appointment_type_id),
        )
        .where(
            WaitingListEntry.practice_id == schedule.practice_id,
            WaitingListEntry.state == "waiting",
            WaitingListEntry.until_on >= day,
            WaitingListEntry.practitioner_id.is_(None)
            | (WaitingListEntry.practitioner_id == schedule.practitioner_id),
            WaitingListEntry.offered_at.is_(None) | (WaitingListEntry.offered_at < uow.now() - ASKED_ANEW),
            AppointmentType.min_level.is_(None),
        )
        .order_by(WaitingListEntry.created_at, WaitingListEntry.id)
        .limit(MOST_ASKED)
        .with_for_update(of=WaitingListEntry, skip_locked=True)
    )
    return [
        (entry, kind)
        for entry, kind in found
        if not kind.practitioner_ids or schedule.practitioner_id in kind.practitioner_ids
    ]


def _offer_first(
    uow: UnitOfWork, schedule: Schedule, span: Interval, candidates: Sequence[_Candidate]
) -> bool:
    """Offer a free time to the first whose appointment fits into it as the calendar stands."""
    agenda = agendas(uow, schedule.practice_id, [schedule], span)[schedule.id]
    for entry, kind in candidates:
        wanted = Kind(kind.id, timedelta(minutes=kind.duration_minutes), timedelta(minutes=kind.step_minutes))
        slot = next(free_slots(agenda, wanted, span, uow.now()), None)
        if slot is not None:
            _offer(uow, schedule, (entry, kind), slot.start)
            return True
    return False


def _offer(uow: UnitOfWork, schedule: Schedule, whom: _Candidate, start: datetime) -> None:
    """Put a card among the callbacks; the entry stays until it is booked or taken off."""
    entry, kind = whom
    told = vault.open(
        uow,
        entry.practice_id,
        KIND,
        entry.id,
        entry.sealed_version,
        phone=entry.phone_sealed,
        wish=entry.wish_sealed,
    )
    practice = practices.practice(uow, entry.practice_id)
    doctor = practice.practitioner(schedule.practitioner_id)
    when = _moment(start, zone_of(uow, entry.practice_id), practice.language)
    lines = [say(OFFER.msgid, when=when, who=doctor.name if doctor else "", what=kind.name)]
    if told["wish"]:
        lines.append(say(WISH.msgid, text=told["wish"]))
    note = "\n".join(render(line, practice.language) for line in lines)
    due = uow.now() + CALL_WITHIN
    callbacks.promise(uow, OpenCallback(entry.practice_id, told["phone"], due, entry.patient_id, None, note))
    entry.offered_at, entry.offered_start_at = uow.now(), start
    uow.session.flush()
    uow.audit("waiting_list.offer", practice_id=entry.practice_id, object_id=entry.id)
    uow.publish("slots", entry.practice_id, entry.id)


def _moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    local = at.astimezone(zone)
    day = format_date(local, "EEEE d MMMM" if language == "fr" else "EEEE, MMMM d", locale=language)
    return render(say(AT.msgid, day=day, time=f"{local.hour}:{local.minute:02}"), language)


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
    if len(command.wish) > MAX_WISH:
        raise Refused(
            "text_too_long",
            say("Shorten the wish to %(most)s characters: nothing is lost.", most=MAX_WISH),
            status=422,
            field="wish",
        )
    kind = type_row(uow, command.practice_id, command.appointment_type_id)
    if kind.min_level is not None:
        raise Refused(
            "reserved_for_urgent",
            say("What is kept for urgent calls is not waited for. Choose another type of appointment."),
            status=422,
            field="type",
        )
    wanted = command.practitioner_id
    if wanted is not None and kind.practitioner_ids and wanted not in kind.practitioner_ids:
        raise Refused(
            "not_suitable",
            say("This practitioner does not do this. Choose another one."),
            status=422,
            field="practitioner",
        )
    if wanted is not None and practices.practice(uow, command.practice_id).practitioner(wanted) is None:
        raise NotFound
    patient = command.patient_id
    if patient is not None and uow.session.get(Patient, (command.practice_id, patient)) is None:
        raise NotFound
    return number


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
