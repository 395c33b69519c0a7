"""What the API says and hears about slots and appointments. Instants are RFC 3339 with an offset."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.offers import FindSlots, Offer
from telesec.scheduling.reads import AppointmentCard
from telesec.scheduling.service import HoldSlot
from telesec.triage.levels import Level
from telesec.web.bodies import Body, Instant, Query


class SlotsQuery(Query):
    """What is looked for; ``from`` and ``to`` at most 92 days apart."""

    model_config = ConfigDict(populate_by_name=True)

    practice_id: UUID
    appointment_type_id: UUID
    practitioner_id: UUID | None = None
    from_: Instant = Field(alias="from")
    to: Instant
    level: Level | None = None
    limit: int = Field(default=20, ge=1, le=200)

    def query(self) -> FindSlots:
        """Return the search as the room knows it."""
        return FindSlots(
            practice_id=self.practice_id,
            appointment_type_id=self.appointment_type_id,
            start=self.from_,
            end=self.to,
            practitioner_id=self.practitioner_id,
            level=self.level,
            limit=self.limit,
        )


class SlotOut(BaseModel):
    """A slot that may be booked now."""

    schedule_id: UUID
    practitioner_id: UUID
    start: datetime
    end: datetime


class CalendarOut(BaseModel):
    """A calendar's light; ``reason`` says why nothing of it is offered."""

    schedule_id: UUID
    practitioner_id: UUID
    kind: str
    health: str
    fresh_at: datetime | None
    reason: str | None


class SlotsOut(BaseModel):
    """The first free slots, and every calendar that was asked.

    ``too_urgent``: this level is not booked; the words for the 15 or an alert come first.
    ``reserved``: this type is kept for calls whose triage reached its ``min_level``.
    """

    slots: list[SlotOut]
    calendars: list[CalendarOut]
    too_urgent: bool
    reserved: bool

    @classmethod
    def of(cls, offer: Offer) -> "SlotsOut":
        """Return an offer as the API shows it."""
        return cls.model_validate(offer, from_attributes=True)


class PatientIn(Body):
    """Whom the appointment is for."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    family_name: str = Field(min_length=1, max_length=200)
    given_name: str = Field(max_length=200)
    birth_date: date | None = None
    phone: str = Field(max_length=40, description="E.164 or as dialled in France.")


class AppointmentIn(Body):
    """A slot to book."""

    practice_id: UUID
    schedule_id: UUID
    appointment_type_id: UUID
    start: Instant
    patient: PatientIn
    call_id: UUID | None = None
    reason: str = Field(default="", max_length=500)

    def command(self) -> BookAppointment:
        """Return the booking as the room knows it."""
        slot = HoldSlot(
            self.practice_id, self.schedule_id, self.appointment_type_id, self.start, self.call_id
        )
        return BookAppointment(
            slot=slot,
            family_name=self.patient.family_name,
            given_name=self.patient.given_name,
            phone=self.patient.phone,
            birth_date=self.patient.birth_date,
            reason=self.reason,
        )


class AppointmentPath(BaseModel):
    """Which appointment."""

    appointment_id: UUID


class CancelIn(Body):
    """Why it is cancelled, in the caller's words."""

    reason: str = Field(default="", max_length=500)


class MoveIn(Body):
    """Where it goes, on the same schedule."""

    start: Instant


class EntryOut(BaseModel):
    """Where the appointment stands in the practice's own calendar."""

    kind: str
    uid: str
    href: str


class AppointmentOut(BaseModel):
    """An appointment; ``pending`` means the practice's calendar has not said so yet."""

    id: UUID
    practice_id: UUID
    schedule_id: UUID
    practitioner_id: UUID
    appointment_type_id: UUID
    status: str
    start: datetime
    end: datetime
    calendar: EntryOut
    settled_at: datetime | None
    patient_id: UUID | None
    call_id: UUID | None
    ended_because: str | None

    @classmethod
    def of(cls, card: AppointmentCard) -> "AppointmentOut":
        """Return a card as the API shows it."""
        return cls(
            id=card.id,
            practice_id=card.practice_id,
            schedule_id=card.schedule_id,
            practitioner_id=card.practitioner_id,
            appointment_type_id=card.appointment_type_id,
            status=card.status.value,
            start=card.start,
            end=card.end,
            calendar=EntryOut(kind=card.calendar_kind, uid=card.uid, href=card.href),
            settled_at=card.settled_at,
            patient_id=card.patient_id,
            call_id=card.call_id,
            ended_because=card.ended_because,
        )
