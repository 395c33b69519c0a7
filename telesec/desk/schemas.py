"""What the API says of a practice: everything a program needs before it opens a call or books."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from telesec.practices.reads import PracticeCard
from telesec.scheduling.reads import Catalogue
from telesec.triage.levels import Level
from telesec.web.bodies import Query


class PracticesQuery(Query):
    """Which page of the practices served; ``cursor`` is the last page's ``next_cursor``."""

    cursor: UUID | None = None
    limit: int = Field(default=50, ge=1, le=200)


class PracticePath(BaseModel):
    """Which practice."""

    practice_id: UUID


class PractitionerOut(BaseModel):
    """Somebody who treats here."""

    id: UUID
    name: str
    profession: str


class AppointmentTypeOut(BaseModel):
    """What may be booked; ``practitioner_ids`` is empty when everybody here does it.

    ``min_level``: kept for calls whose triage reached it; ``release_hours`` before its time what nobody took
    is given to the other types.
    """

    id: UUID
    name: str
    duration_minutes: int
    practitioner_ids: list[UUID]
    max_level: Level | None
    min_level: Level | None
    release_hours: int | None


class CalendarLightOut(BaseModel):
    """A schedule and the health of the practice's own calendar behind it."""

    schedule_id: UUID
    practitioner_id: UUID
    kind: str
    health: str
    fresh_at: AwareDatetime | None


class PracticeOut(BaseModel):
    """A practice; ``time_zone`` is an IANA name, ``lines`` are E.164 numbers."""

    id: UUID
    name: str
    time_zone: str
    lines: list[str]
    practitioners: list[PractitionerOut]
    appointment_types: list[AppointmentTypeOut]
    calendars: list[CalendarLightOut]

    @classmethod
    def of(cls, card: PracticeCard, catalogue: Catalogue) -> "PracticeOut":
        """Return a practice with what it offers to book, as the API shows it."""
        return cls(
            id=card.id,
            name=card.name,
            time_zone=card.time_zone,
            lines=[line.number for line in card.lines],
            practitioners=[
                PractitionerOut(id=one.id, name=one.name, profession=one.profession)
                for one in card.practitioners
            ],
            appointment_types=[
                AppointmentTypeOut(
                    id=kind.id,
                    name=kind.name,
                    duration_minutes=kind.duration_minutes,
                    practitioner_ids=list(kind.practitioner_ids),
                    max_level=kind.max_level,
                    min_level=kind.min_level,
                    release_hours=kind.release_hours,
                )
                for kind in catalogue.types
            ],
            calendars=[
                CalendarLightOut(
                    schedule_id=light.schedule_id,
                    practitioner_id=light.practitioner_id,
                    kind=light.kind,
                    health=light.health.value,
                    fresh_at=light.fresh_at,
                )
                for light in catalogue.calendars
            ],
        )


class PracticeList(BaseModel):
    """Practices by name."""

    items: list[PracticeOut]
    next_cursor: UUID | None
