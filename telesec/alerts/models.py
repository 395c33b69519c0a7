"""Tables of alerts: who is on call, how people are reached, alerts and every attempt to deliver one.

An address is sealed; ``route_index`` is its blind index under an installation key, because an SMS comes in
before any practice is known. Nothing here says why an alert was raised: that is the message's business.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID  # noqa: N811 - its own name
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id
from telesec.practices.models import Practice, Practitioner

_PRACTITIONER = [Practitioner.practice_id, Practitioner.id]


class OnCall(Base):
    """Who is called for urgent messages of a practice, first one at position 0."""

    __tablename__ = "on_call"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "practitioner_id"], _PRACTITIONER),
        UniqueConstraint("practice_id", "practitioner_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey(Practice.id), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    practitioner_id: Mapped[UUID]


class ContactMethod(Base):
    """One way to reach a practitioner; used only once somebody has verified it."""

    __tablename__ = "contact_method"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "practitioner_id"], _PRACTITIONER),
        Index("ix_contact_method_practice_id_practitioner_id", "practice_id", "practitioner_id"),
        Index("ix_contact_method_route_index", "route_index"),
        Index("ix_contact_method_id", "id"),
        CheckConstraint("channel IN ('sms', 'voice', 'push', 'email')", name="channel"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey(Practice.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    practitioner_id: Mapped[UUID]
    channel: Mapped[str]
    address_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    route_index: Mapped[int | None]
    position: Mapped[int] = mapped_column(Integer)
    """The lowest one of a channel is used."""
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    code_sent_at: Mapped[datetime | None]
    """When the code that proves the number last left; the code itself is derived, never stored."""
    codes_sent: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    code_tries: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Alert(Base):
    """A human must be reached now; see ``rules`` for its life.

    ``next_step_at`` is the one thing the sweep looks at: the next stage while triggered, the moment it calls
    again while acknowledged, nothing once closed or when only the supervisor's red list is left.
    """

    __tablename__ = "alert"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id"], [Practice.id]),
        CheckConstraint("level IN ('call15_now', 'doctor_now')", name="level"),
        CheckConstraint("state IN ('triggered', 'acknowledged', 'closed')", name="state"),
        CheckConstraint(
            "outcome IN ('patient_called', 'will_call', 'pass_on', 'sent_to_15', 'closed_by_supervisor')",
            name="outcome",
        ),
        CheckConstraint("state <> 'closed' OR next_step_at IS NULL", name="closed_is_quiet"),
        CheckConstraint(
            "state = 'closed' OR next_step_at IS NOT NULL OR exhausted_at IS NOT NULL", name="never_silent"
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("state <> 'acknowledged' OR acknowledged_at IS NOT NULL", name="acknowledged_at"),
        CheckConstraint("code ~ '^[0-9]{2}$'", name="code"),
        Index(
            "ix_alert_untaken",
            "exhausted_at",
            postgresql_where=text(
                "state = 'triggered' AND exhausted_at IS NOT NULL "
                "AND promised_at IS NULL AND call_id IS NOT NULL"
            ),
        ),
        Index("ix_alert_triggered", "practice_id", "triggered_at"),
        Index("ix_alert_next_step_at", "next_step_at", postgresql_where=text("next_step_at IS NOT NULL")),
        Index("ix_alert_practice_id_open", "practice_id", "id", postgresql_where=text("state <> 'closed'")),
        Index("ix_alert_practice_id_message_id", "practice_id", "message_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    level: Mapped[str]
    state: Mapped[str]
    message_id: Mapped[UUID | None]
    call_id: Mapped[UUID | None]
    ladder: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))
    """Practitioners to try, in order, as it was when the alert was raised."""
    code: Mapped[str]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    round: Mapped[int] = mapped_column(Integer, default=1)
    stages_done: Mapped[int] = mapped_column(Integer, default=0)
    stage_due_at: Mapped[datetime | None]
    from_position: Mapped[int] = mapped_column(Integer, default=0)
    next_step_at: Mapped[datetime | None]
    triggered_at: Mapped[datetime]
    round_started_at: Mapped[datetime]
    exhausted_at: Mapped[datetime | None]
    """When the supervisor's desk was reached: red until a human takes or closes it."""
    promised_at: Mapped[datetime | None]
    """When its caller was put among the callbacks, because nobody took it."""
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    """The practitioner."""
    acknowledged_channel: Mapped[str | None]
    outcome: Mapped[str | None]
    outcome_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reason_sealed: Mapped[bytes | None]
    sealed_version: Mapped[int] = mapped_column(Integer, default=1)


class Delivery(Base):
    """One attempt on one channel, or the note that it was skipped.

    ``due_at`` is set while something is left to do. An attempt in ``sending`` whose advisory lock is free
    belongs to a dead worker: it is looked up at the provider before it is repeated.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "alert_id"], ["alert.practice_id", "alert.id"], ondelete="CASCADE"
        ),
        CheckConstraint("channel IN ('sms', 'voice', 'push', 'email', 'desk')", name="channel"),
        CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'delivered', 'answered', "
            "'failed', 'unknown', 'skipped')",
            name="status",
        ),
        Index("ix_delivery_practice_id_alert_id", "practice_id", "alert_id"),
        Index("ix_delivery_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_delivery_id", "id"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    alert_id: Mapped[UUID]
    round: Mapped[int] = mapped_column(Integer)
    stage: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str]
    practitioner_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    status: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    error: Mapped[str | None]
    """A short code, never words of a person."""
