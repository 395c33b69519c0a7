"""A calendar tried in earnest: read, an entry written, read back, taken away; then what came of it is kept.

No transaction is open while the calendar is spoken to. The entry lies far ahead where the calendar only says
what is busy, and in its last free slot where it offers slots; it names nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from telesec.foundation.access import Actor, Facts, Permission, Purpose, authorize, system_actor
from telesec.foundation.errors import TelesecError, Unavailable
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.onboarding.models import CalendarTest
from telesec.onboarding.ports import OnboardingDeps
from telesec.practices import reads as practices
from telesec.scheduling import flow, syncing
from telesec.scheduling.ports import (
    AppointmentWrite,
    CalendarConflictError,
    CalendarGateway,
    OutcomeUnknown,
)
from telesec.scheduling.rows import schedule_row
from telesec.scheduling.syncing import Read
from telesec.web.language import render

AHEAD = timedelta(days=28)
LENGTH = timedelta(minutes=15)
TITLE = say("telesec: test of the calendar, it goes away at once")


class Outcome(StrEnum):
    """What came of a test."""

    OK = "ok"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    NOT_WRITTEN = "not_written"
    LEFT_BEHIND = "left_behind"


@dataclass(frozen=True)
class _Plan:
    read: Read
    time_zone: str
    language: str


def try_calendar(deps: OnboardingDeps, actor: Actor, practice_id: UUID, schedule_id: UUID) -> Outcome:
    """Try a calendar, keep what came of it, and read it anew for its light.

    Raises:
        NotFound: No such schedule here.
    """
    with deps.unit_of_work(actor) as uow:
        authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
        schedule_row(uow, practice_id, schedule_id)
        card = practices.practice(uow, practice_id)
    with deps.unit_of_work(system_actor(Purpose.SETTLE_CALENDARS, practice_id)) as uow:
        read = syncing.begin_reading(uow, practice_id, schedule_id)
        uow.commit()
    outcome = _tried(deps, _Plan(read, card.time_zone, card.language))
    with deps.unit_of_work(actor) as uow:
        keep(uow, read, outcome)
        uow.commit()
    flow.refresh(deps, practice_id, schedule_id)
    return outcome


def keep(uow: UnitOfWork, read: Read, outcome: Outcome) -> None:
    """Keep what came of a test, with the address it was made at."""
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(read.practice_id))
    row = {
        "practice_id": read.practice_id,
        "schedule_id": read.schedule_id,
        "sealed_version": read.version,
        "outcome": outcome.value,
        "tested_at": uow.now(),
    }
    uow.session.execute(
        insert(CalendarTest)
        .values(row)
        .on_conflict_do_update(index_elements=["practice_id", "schedule_id"], set_=row)
    )
    uow.audit(
        "schedule.test", practice_id=read.practice_id, object_id=read.schedule_id, outcome=outcome.value
    )


def _tried(deps: OnboardingDeps, plan: _Plan) -> Outcome:
    try:
        gateway = deps.calendars.open(plan.read.address)
        start = _free(gateway, plan.read.at)
    except Unavailable as error:
        return Outcome.REFUSED if error.permanent else Outcome.UNREADABLE
    claim = new_id()
    write = AppointmentWrite(
        claim,
        f"telesec-test-{claim}",
        start,
        start + LENGTH,
        plan.time_zone,
        render(TITLE, plan.language),
    )
    try:
        entry = gateway.put(write)
        seen = gateway.find(write.uid, entry.href)
    except (Unavailable, OutcomeUnknown, CalendarConflictError):
        return Outcome.NOT_WRITTEN if _gone(gateway, write) else Outcome.LEFT_BEHIND
    written = seen is not None and seen.claim_id in {claim, None} and not seen.cancelled
    if not _gone(gateway, write):
        return Outcome.LEFT_BEHIND
    return Outcome.OK if written else Outcome.NOT_WRITTEN


def _free(gateway: CalendarGateway, now: datetime) -> datetime:
    """Return where the test's entry goes."""
    reading = gateway.read(now, now + AHEAD)
    if reading.open_slots:
        return max(start for start, _ in reading.open_slots)
    whole = _full_hour(now + AHEAD)
    while any(one.start < whole + LENGTH and whole < one.end for one in reading.busy):
        whole -= timedelta(hours=1)
    return whole


def _full_hour(at: datetime) -> datetime:
    """Return the full hour before an instant."""
    return at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


def _gone(gateway: CalendarGateway, write: AppointmentWrite) -> bool:
    """Take the entry away and look whether it is gone."""
    try:
        found = gateway.find(write.uid)
        if found is not None and not found.cancelled:
            gateway.remove(found)
        left = gateway.find(write.uid)
    except TelesecError:
        return False
    return left is None or left.cancelled
