"""Tables of scheduling: schedules, their hours, what may be booked, and the one row that occupies a time.

No double booking, by constraint: ``slot_claim`` excludes two claims of one lane that overlap, whatever
their state. The constraint names the practice too, or it would tell one tenant whether another's slot is
taken. It is written with ranges of one element because the embedded PostgreSQL has no btree_gist.
"""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.dialects.postgresql import UUID as PgUUID  # noqa: N811 - its own name
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id

_SCHEDULE = ["schedule.practice_id", "schedule.id"]
_TYPE = ["appointment_type.practice_id", "appointment_type.id"]
_CLAIM = ["slot_claim.practice_id", "slot_claim.id"]


class Schedule(Base):
    """A practitioner's bookable time, and the calendar that has the last word on it.

    ``version`` guards what people edit; health and reading marks are written beside it.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
        CheckConstraint("lanes BETWEEN 1 AND 20", name="lanes"),
        CheckConstraint("health IN ('unknown', 'ok', 'stale', 'unreadable', 'refused')", name="health"),
        Index("ix_schedule_read_attempted_at", "read_attempted_at"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    practitioner_id: Mapped[UUID]
    lanes: Mapped[int] = mapped_column(SmallInteger)
    """How many patients are treated at once."""
    calendar_kind: Mapped[str]
    calendar_url: Mapped[str]
    calendar_user: Mapped[str]
    calendar_secret_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    calendar_options: Mapped[dict[str, Any]]
    health: Mapped[str]
    health_since: Mapped[datetime]
    fresh_at: Mapped[datetime | None]
    """When the calendar was last read whole."""
    read_attempted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain dict


class AppointmentType(Base):
    """What may be booked: how long, on which grid, up to which urgency, with whom."""

    __tablename__ = "appointment_type"
    __table_args__ = (
        UniqueConstraint("practice_id", "code"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 480", name="duration"),
        CheckConstraint("step_minutes BETWEEN 5 AND 480", name="step"),
        CheckConstraint("min_level IN ('same_day', 'h48_72')", name="min_level"),
        CheckConstraint(
            "release_hours IS NULL OR (min_level IS NOT NULL AND release_hours BETWEEN 1 AND 72)",
            name="release",
        ),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    name: Mapped[str]
    duration_minutes: Mapped[int] = mapped_column(SmallInteger)
    step_minutes: Mapped[int] = mapped_column(SmallInteger)
    max_level: Mapped[str | None]
    """The most urgent level that may be booked on it; none: every level that is booked at all."""
    min_level: Mapped[str | None]
    """Kept for calls whose triage reached this level or a more urgent one; none: for everybody."""
    release_hours: Mapped[int | None] = mapped_column(SmallInteger)
    """How many hours before its time what nobody took is given to the other types; none: never."""
    practitioner_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))
    """Who does it; empty: everybody with a schedule."""


class OpeningRule(Base):
    """When a schedule may be booked each week, in the practice's wall-clock time; see ``hours``."""

    __tablename__ = "opening_rule"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "schedule_id"], _SCHEDULE, ondelete="CASCADE"),
        ForeignKeyConstraint(["practice_id", "appointment_type_id"], _TYPE),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        Index("ix_opening_rule_practice_id_schedule_id", "practice_id", "schedule_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    schedule_id: Mapped[UUID]
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts: Mapped[time]
    ends: Mapped[time]
    appointment_type_id: Mapped[UUID | None]


class SlotClaim(Base):
    """The one row that occupies a time on a lane of a schedule, whatever its state.

    A hold lives while the desk that took it shows life (``last_seen_at``) and its call is open; it is deleted
    after ``expires_at``. A pending or booked claim never expires.
    """

    __tablename__ = "slot_claim"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "schedule_id"], _SCHEDULE),
        ExcludeConstraint(
            (text("uuidrange(practice_id, practice_id, '[]')"), "="),
            (text("uuidrange(schedule_id, schedule_id, '[]')"), "="),
            (text("int4range(lane, lane, '[]')"), "="),
            (text("during"), "&&"),
            using="gist",
            name="ex_slot_claim_overlap",
        ),
        CheckConstraint("lane BETWEEN 1 AND 20", name="lane"),
        CheckConstraint("state IN ('hold', 'pending', 'booked')", name="state"),
        CheckConstraint("(state = 'hold') = (expires_at IS NOT NULL)", name="only_holds_expire"),
        CheckConstraint("NOT isempty(during)", name="during"),
        CheckConstraint("upper(during) - lower(during) <= interval '1 day'", name="length"),
        Index("ix_slot_claim_practice_id_schedule_id_ends_at", "practice_id", "schedule_id", "ends_at"),
        Index("ix_slot_claim_expires_at", "expires_at", postgresql_where=text("state = 'hold'")),
        Index("ix_slot_claim_practice_id_call_id", "practice_id", "call_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    schedule_id: Mapped[UUID]
    lane: Mapped[int] = mapped_column(Integer)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    ends_at: Mapped[datetime | None] = mapped_column(Computed("upper(during)", persisted=True))
    """The end of ``during``; a search finds claims by it."""
    state: Mapped[str]
    call_id: Mapped[UUID | None]
    held_by: Mapped[UUID | None]
    held_by_name: Mapped[str]
    """Shown to other secretaries: "tenu par Inès"."""
    appointment_type_id: Mapped[UUID | None]
    """What a hold is for, as it was asked; empty for what the release before held."""
    held_since: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Appointment(Base):
    """An appointment, from the first attempt to write it into the practice's calendar.

    ``operation`` is what is being done in that calendar and not settled yet; ``next_attempt_at`` is then when
    a sweep looks after it. While it is moved, ``next_claim_id`` and ``next_start_at`` are where it goes.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "schedule_id"], _SCHEDULE),
        ForeignKeyConstraint(["practice_id", "appointment_type_id"], _TYPE),
        ForeignKeyConstraint(["practice_id", "claim_id"], _CLAIM),
        ForeignKeyConstraint(["practice_id", "next_claim_id"], _CLAIM),
        ForeignKeyConstraint(["practice_id", "patient_id"], ["patient.practice_id", "patient.id"]),
        UniqueConstraint("practice_id", "uid"),
        CheckConstraint("status IN ('proposed', 'pending', 'booked', 'cancelled')", name="status"),
        CheckConstraint("operation IN ('create', 'move', 'cancel')", name="operation"),
        CheckConstraint("(operation IS NULL) = (next_attempt_at IS NULL)", name="attempt"),
        CheckConstraint("(operation IS NOT NULL) = (status = 'pending')", name="pending"),
        CheckConstraint("status NOT IN ('pending', 'booked') OR claim_id IS NOT NULL", name="claimed"),
        CheckConstraint("start_at < end_at", name="order"),
        Index("ix_appointment_next_attempt_at", "next_attempt_at",
              postgresql_where=text("operation IS NOT NULL")),
        Index("ix_appointment_pending", "practice_id", "created_at", "id",
              postgresql_where=text("status = 'pending'")),
        Index("ix_appointment_practice_id_start_at", "practice_id", "start_at"),
        Index("ix_appointment_practice_id_claim_id", "practice_id", "claim_id"),
        Index("ix_appointment_practice_id_call_id", "practice_id", "call_id"),
    )  # fmt: skip

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    schedule_id: Mapped[UUID]
    appointment_type_id: Mapped[UUID]
    claim_id: Mapped[UUID | None]
    next_claim_id: Mapped[UUID | None]
    status: Mapped[str]
    operation: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime | None]
    uid: Mapped[str]
    """One for the appointment's whole life."""
    href: Mapped[str]
    etag: Mapped[str]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    next_start_at: Mapped[datetime | None]
    patient_id: Mapped[UUID | None]
    call_id: Mapped[UUID | None]
    details_sealed: Mapped[bytes]
    cancel_reason_sealed: Mapped[bytes | None]
    sealed_version: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When the practice's calendar last said so and was read back."""
    ended_because: Mapped[str | None]
    """Code of why it is cancelled, as ``rules.EndedBecause``."""


class CalendarReading(Base):
    """What a schedule's calendar last said: times and weights, never titles."""

    __tablename__ = "calendar_reading"
    __table_args__ = (ForeignKeyConstraint(["practice_id", "schedule_id"], _SCHEDULE, ondelete="CASCADE"),)

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    busy: Mapped[list[Any]] = mapped_column(JSONB)
    """``[start, end, weight, claim id or null]`` each; seconds since 1970."""
    open_slots: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """``[start, end]`` each; null where the practice publishes none."""
    read_at: Mapped[datetime]


class CalendarConflict(Base):
    """Our claim and the practice's calendar disagree; shown until a human settles it."""

    __tablename__ = "calendar_conflict"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "schedule_id"], _SCHEDULE),
        ForeignKeyConstraint(
            ["practice_id", "appointment_id"], ["appointment.practice_id", "appointment.id"]
        ),
        CheckConstraint("kind IN ('moved', 'vanished', 'refused')", name="kind"),
        Index("ix_calendar_conflict_open", "practice_id", "found_at",
              postgresql_where=text("settled_at IS NULL")),
    )  # fmt: skip

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    schedule_id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    kind: Mapped[str]
    ours: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    theirs: Mapped[Range[datetime] | None] = mapped_column(TSTZRANGE)
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]


event.listen(
    SlotClaim.__table__,
    "before_create",
    DDL(  # type: ignore[no-untyped-call]
        "DO $$ BEGIN IF to_regtype('public.uuidrange') IS NULL THEN "
        "CREATE TYPE public.uuidrange AS RANGE (subtype = uuid); END IF; END $$"
    ),
)
