"""The table of promised calls.

One open card per patient, and per number where no patient is known, by constraint: the same person is
not called four times. The number is sealed; its blind index carries the second constraint.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id


class Callback(Base):
    """A promised call with its due time; ``call_id`` is the call in which it was promised."""

    __tablename__ = "callback"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "patient_id"], ["patient.practice_id", "patient.id"]),
        CheckConstraint("state IN ('open', 'settled', 'closed')", name="state"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
        Index(
            "uq_callback_open_patient",
            "practice_id",
            "patient_id",
            unique=True,
            postgresql_where=text("state = 'open' AND patient_id IS NOT NULL"),
        ),
        Index(
            "uq_callback_open_phone",
            "practice_id",
            "phone_index",
            unique=True,
            postgresql_where=text("state = 'open' AND patient_id IS NULL"),
        ),
        Index("ix_callback_promised", "practice_id", "due_at"),
        Index("ix_callback_settled", "practice_id", "settled_by", "settled_at"),
        Index("ix_callback_due", "practice_id", "due_at", "id", postgresql_where=text("state = 'open'")),
        Index(
            "ix_callback_vital",
            "practice_id",
            "due_at",
            "id",
            postgresql_where=text("state = 'open' AND vital"),
        ),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID | None]
    call_id: Mapped[UUID | None]
    phone_index: Mapped[int] = mapped_column(BigInteger)
    phone_sealed: Mapped[bytes]
    note_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime]
    vital: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether a red flag stood when the line dropped or the 15 was refused; such a card is first."""
    state: Mapped[str]
    reason: Mapped[str | None]
    opened_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain dict
