"""Use cases of what came free for the waiting list: noted, offered to one after the other, declined.

An offer is a callback card for the desk, never a booking and never a hold: a human asks whether the slot
suits. When the card has ended and the time is still free, it goes on to the next who waits for it. Whoever
was offered it keeps waiting, unless they said "no longer".
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from telesec.callbacks import service as callbacks
from telesec.callbacks.models import Callback
from telesec.callbacks.rules import WITHDRAW_WITHIN, CallbackState
from telesec.callbacks.service import OpenCallback
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.scheduling.availability import Kind, free_slots
from telesec.scheduling.intervals import Interval, subtract, union
from telesec.scheduling.models import AppointmentType, Schedule
from telesec.scheduling.readings import agendas, zone_of
from telesec.scheduling.rows import schedule_row
from telesec.scheduling.rules import offers_since, soonest_offered
from telesec.scheduling.waiting import KIND, listed_meanwhile
from telesec.scheduling.waiting_models import FreedSlot, WaitingListEntry
from telesec.vault import service as vault
from telesec.web.language import render

ASKED_ANEW = timedelta(hours=2)
"""Whoever was offered a slot has this long to be reached before another one may be offered to them too."""
GIVE_UP = timedelta(minutes=15)
"""How long a freed time is looked at while its calendar cannot be read or still shows it taken."""
CALL_WITHIN = timedelta(minutes=15)
MOST_ASKED = 50
OFFER = say("Waiting list: %(when)s with %(who)s came free (%(what)s). Offer it; F4 books it.")
AT = say("%(day)s at %(time)s")
WISH = say("Wish: %(text)s")
_Candidate = tuple[WaitingListEntry, AppointmentType]


def came_free(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, *spans: Interval) -> None:
    """Note that times came free, where somebody of the practice waits at all; what is noted stays once.

    The desk that frees a time and the reading that sees it free may both say so.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    ahead = [span for span in spans if span.end > soonest_offered(uow.now())]
    if not ahead or not somebody_waits(uow, practice_id):
        return
    known = uow.session.execute(
        select(FreedSlot.start_at, FreedSlot.end_at).where(
            FreedSlot.practice_id == practice_id, FreedSlot.schedule_id == schedule_id
        )
    )
    new = subtract(union(ahead), union(Interval(*row) for row in known))
    uow.session.add_all(_freed(practice_id, schedule_id, span, uow.now()) for span in new)


def somebody_waits(uow: UnitOfWork, practice_id: UUID) -> bool:
    """Return whether anybody of a practice is on the list at all."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    anybody = select(WaitingListEntry.id).where(
        WaitingListEntry.practice_id == practice_id, WaitingListEntry.state == "waiting"
    )
    return uow.session.scalar(anybody.limit(1)) is not None


def offer_freed(uow: UnitOfWork, practice_id: UUID, freed_id: UUID) -> bool:
    """Offer a freed time to whoever waits for it longest and was not offered it yet; returns whether it was.

    Nothing at night, nothing while an open card offers it, and nothing from a calendar that cannot be read or
    still shows the time taken: it is looked at again. A time nobody wants, or that begins too soon to be
    called and to come, is forgotten.
    """
    authorize(uow, Permission.CALLBACK_WRITE, on=Facts(practice_id))
    row = uow.session.get(FreedSlot, (practice_id, freed_id), with_for_update={"skip_locked": True})
    begun = offers_since(uow.now(), zone_of(uow, practice_id))
    if row is None or begun is None or not _came_back(uow, row):
        return False
    schedule = schedule_row(uow, practice_id, row.schedule_id)
    in_time = row.end_at > soonest_offered(uow.now())
    candidates = _candidates(uow, schedule, row) if in_time else []
    if candidates and _offer_first(uow, schedule, row, candidates):
        return True
    if not candidates or uow.now() - max(row.freed_at, begun) > GIVE_UP:
        uow.session.delete(row)
    return False


def leave_offered(uow: UnitOfWork, practice_id: UUID, callback_id: UUID) -> None:
    """Take off the list whoever was offered a time by this card, and said "no longer"."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    _mark(uow, practice_id, callback_id, "waiting", state="left", ended_at=uow.now())


def stay_offered(uow: UnitOfWork, practice_id: UUID, callback_id: UUID) -> None:
    """Put back whom :func:`leave_offered` took off within the last ten seconds.

    Raises:
        Refused: They were listed anew meanwhile (409).
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    lately = WaitingListEntry.ended_at >= uow.now() - WITHDRAW_WITHIN
    try:
        _mark(uow, practice_id, callback_id, "left", lately, state="waiting", ended_at=None)
    except IntegrityError:
        raise listed_meanwhile() from None


def _mark(
    uow: UnitOfWork,
    practice_id: UUID,
    callback_id: UUID,
    before: str,
    *only: ColumnElement[bool],
    **now: object,
) -> None:
    """Change the entries a card offers a time to, of those in one state."""
    offered = uow.session.scalars(
        select(FreedSlot.offered_to).where(
            FreedSlot.practice_id == practice_id, FreedSlot.callback_id == callback_id
        )
    )
    changed = uow.session.scalars(
        update(WaitingListEntry)
        .where(
            WaitingListEntry.practice_id == practice_id,
            one_of(WaitingListEntry.id, [entries[-1] for entries in offered]),
            WaitingListEntry.state == before,
            *only,
        )
        .values(**now)
        .returning(WaitingListEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    for entry_id in changed:
        verb = "leave" if before == "waiting" else "stay"
        uow.audit(f"waiting_list.{verb}", practice_id=practice_id, object_id=entry_id)
        uow.publish("slots", practice_id, entry_id)


def _came_back(uow: UnitOfWork, row: FreedSlot) -> bool:
    """Return whether no open card offers a time; one whose card has ended counts as freed at its end."""
    if row.callback_id is None:
        return True
    card = uow.session.get(Callback, (row.practice_id, row.callback_id))
    if card is not None and card.state == CallbackState.OPEN.value and row.start_at > uow.now():
        return False
    row.callback_id = None
    row.freed_at = card.settled_at if card is not None and card.settled_at is not None else row.freed_at
    return True


def _candidates(uow: UnitOfWork, schedule: Schedule, row: FreedSlot) -> list[_Candidate]:
    """Return who waits for something that might fit into a free time, longest first, locked; one query."""
    day = row.start_at.astimezone(zone_of(uow, schedule.practice_id)).date()
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
            ~one_of(WaitingListEntry.id, row.offered_to),
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
    uow: UnitOfWork, schedule: Schedule, row: FreedSlot, candidates: Sequence[_Candidate]
) -> bool:
    """Offer a free time to the first whose appointment fits into it as the calendar stands.

    What is left of it beside their appointment is offered to others.
    """
    span = Interval(max(row.start_at, soonest_offered(uow.now())), row.end_at)
    agenda = agendas(uow, schedule.practice_id, [schedule], span)[schedule.id]
    for entry, kind in candidates:
        wanted = Kind(kind.id, timedelta(minutes=kind.duration_minutes), timedelta(minutes=kind.step_minutes))
        slot = next(free_slots(agenda, wanted, span, uow.now()), None)
        if slot is not None:
            row.callback_id = _offer(uow, schedule, (entry, kind), slot.start)
            row.offered_to = [*row.offered_to, entry.id]
            row.start_at, row.end_at = slot
            rest = subtract([span], [slot])
            uow.session.add_all(_freed(row.practice_id, schedule.id, one, row.freed_at) for one in rest)
            return True
    return False


def _freed(practice_id: UUID, schedule_id: UUID, span: Interval, at: datetime) -> FreedSlot:
    return FreedSlot(
        practice_id=practice_id,
        id=new_id(),
        schedule_id=schedule_id,
        start_at=span.start,
        end_at=span.end,
        freed_at=at,
        offered_to=[],
    )


def _offer(uow: UnitOfWork, schedule: Schedule, whom: _Candidate, start: datetime) -> UUID:
    """Put a card among the callbacks and return it; the entry stays until it is booked or taken off."""
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
    promised = callbacks.promise(
        uow, OpenCallback(entry.practice_id, told["phone"], due, entry.patient_id, None, note)
    )
    entry.offered_at, entry.offered_start_at = uow.now(), start
    uow.session.flush()
    uow.audit("waiting_list.offer", practice_id=entry.practice_id, object_id=entry.id)
    uow.publish("slots", entry.practice_id, entry.id)
    return promised.id


def _moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    local = at.astimezone(zone)
    day = format_date(local, "EEEE d MMMM" if language == "fr" else "EEEE, MMMM d", locale=language)
    return render(say(AT.msgid, day=day, time=f"{local.hour}:{local.minute:02}"), language)
