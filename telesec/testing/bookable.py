"""A practice with one bookable doctor on calendars in memory; for tests of bookings."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from telesec.bootstrap import Deps
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.foundation.ids import new_id
from telesec.scheduling import configuration, flow, offers
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.claims import as_range
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import CalendarConflict
from telesec.scheduling.offers import FindSlots, Offer
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.reads import AppointmentCard
from telesec.scheduling.rules import ConflictKind
from telesec.scheduling.service import HoldSlot
from telesec.testing.calendars import FakeCalendar, FakeCalendars
from telesec.testing.cast import Cast
from telesec.testing.clock import MovableClock
from telesec.triage.levels import Level

NINE = datetime(2026, 11, 27, 8, tzinfo=UTC)
"""Friday 2026-11-27, 09:00 in Paris: the first slot of the house, the day after the clock's start."""


@dataclass(frozen=True)
class House:
    """Everything a scheduling test touches."""

    deps: Deps
    clock: MovableClock
    ada: Actor
    practice_id: UUID
    schedule_id: UUID
    type_id: UUID
    fake: FakeCalendar
    cast: Cast

    def slot(self, start: datetime = NINE, call_id: UUID | None = None) -> HoldSlot:
        """Return a slot to hold."""
        return HoldSlot(self.practice_id, self.schedule_id, self.type_id, start, call_id, "Ada")

    def booking(
        self, start: datetime = NINE, call_id: UUID | None = None, given: str = "Zoé"
    ) -> BookAppointment:
        """Return a booking for Zoé, or for another given name."""
        return BookAppointment(self.slot(start, call_id), "Lilas", given, "+33639980020")

    def query(self, **changes: object) -> FindSlots:
        """Return a search over the next two days."""
        start = self.clock.now()
        query = FindSlots(self.practice_id, self.type_id, start, start + timedelta(days=2), limit=200)
        return replace(query, **changes)  # type: ignore[arg-type]

    def offer(self, **changes: object) -> Offer:
        """Search as the desk does, calendars read live."""
        return flow.find_slots(self.deps, self.ada, self.query(**changes))

    def known_offer(self, **changes: object) -> Offer:
        """Return what is offered from the last readings alone."""
        with self.deps.unit_of_work(self.ada) as uow:
            return offers.offer(uow, self.query(**changes))

    def starts(self) -> list[datetime]:
        """Return the starts offered live."""
        return [slot.start for slot in self.offer().slots]

    def keep_for_urgent(self) -> UUID:
        """Keep Thursdays from 11 to 12 for the calls of the day; return the type's id."""
        with self.deps.unit_of_work(system_actor(Purpose.SETUP, self.practice_id)) as uow:
            command = CreateAppointmentType(
                self.practice_id, "urgence", "Urgence du jour", 30, min_level=Level.SAME_DAY
            )
            type_id = configuration.create_appointment_type(uow, command)
            rules = [OpeningRule(4, time(11), time(12))]
            configuration.set_hours_of(uow, self.practice_id, self.schedule_id, type_id, rules)
            uow.commit()
        self.offer()
        return type_id

    def dispute(self, card: AppointmentCard, kind: ConflictKind, later: timedelta | None = None) -> UUID:
        """Store that the calendar says something else of an appointment: so much later, or not."""
        theirs = None if later is None else as_range(Interval(card.start + later, card.end + later))
        conflict = CalendarConflict(
            practice_id=card.practice_id,
            id=new_id(),
            schedule_id=card.schedule_id,
            appointment_id=card.id,
            kind=kind.value,
            ours=as_range(Interval(card.start, card.end)),
            theirs=theirs,
            found_at=self.clock.now(),
        )
        with self.deps.unit_of_work(self.ada) as uow:
            uow.session.add(conflict)
            uow.commit()
            return conflict.id

    @classmethod
    def build(cls, deps: Deps, cast: Cast, calendars: FakeCalendars, url: str, **plan: object) -> "House":
        """Open Dr Lune's schedule: weekdays 9 to 12, half hours; ``lanes`` and ``rules`` change that."""
        parts = deps.with_parts(calendars=calendars)
        week = tuple(OpeningRule(day, time(9), time(12)) for day in range(1, 6)) if plan["rules"] else ()
        with parts.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
            address = CalendarAddress("memory", url, "lune", "secret")
            lanes = int(str(plan["lanes"]))
            schedule_id = configuration.create_schedule(
                uow, CreateSchedule(cast.lilas, cast.dr_lune_id, address, lanes, week)
            )
            type_id = configuration.create_appointment_type(
                uow, CreateAppointmentType(cast.lilas, f"consultation-{url}", "Consultation", 30)
            )
            uow.commit()
        clock = parts.clock
        assert isinstance(clock, MovableClock)
        return cls(parts, clock, cast.ada, cast.lilas, schedule_id, type_id, calendars.at(url), cast)
