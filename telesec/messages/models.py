"""The table of messages: sealed text and number, and the instants of a message's life.

``alert_id`` and ``call_id`` are plain references: an alert outlives its message's content, and calls are a
room above.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id


class Message(Base):
    """Text for one practitioner. ``version`` guards edits; ``sealed_version`` is the envelope's."""

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
        ForeignKeyConstraint(["practice_id", "patient_id"], ["patient.practice_id", "patient.id"]),
        CheckConstraint(
            "level IN ('call15_now', 'doctor_now', 'same_day', 'h48_72', 'routine', 'admin')", name="level"
        ),
        CheckConstraint(
            "level NOT IN ('call15_now', 'doctor_now') OR alert_id IS NOT NULL", name="urgent_alert"
        ),
        Index("ix_message_filed", "practice_id", "filed_at", "id"),
        Index(
            "ix_message_to_handle",
            "practice_id",
            "filed_at",
            "id",
            postgresql_where=text("handled_at IS NULL"),
        ),
        Index("ix_message_call", "practice_id", "call_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    practitioner_id: Mapped[UUID]
    level: Mapped[str]
    text_sealed: Mapped[bytes]
    callback_number_sealed: Mapped[bytes]
    callback_number_read_back: Mapped[bool]
    sealed_version: Mapped[int] = mapped_column(Integer)
    call_id: Mapped[UUID | None]
    patient_id: Mapped[UUID | None]
    alert_id: Mapped[UUID | None]
    filed_by: Mapped[UUID | None]
    filed_at: Mapped[datetime]
    read_by: Mapped[UUID | None]
    read_at: Mapped[datetime | None]
    handled_by: Mapped[UUID | None]
    handled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain dict
