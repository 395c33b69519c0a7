"""Tables of calls and of text not yet filed.

The caller's number is sealed and blindly indexed; lists across practices carry neither.
``provider_id`` is the carrier's own name for a call that rang, so that ringing twice is ringing once.
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
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id

_OPEN = text("closed_at IS NULL")
_RINGING = text("answered_at IS NULL AND closed_at IS NULL")


class Call(Base):
    """One conversation; ringing while nobody answered, open while nobody closed it."""

    __tablename__ = "call"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "line_id"], ["line.practice_id", "line.id"]),
        ForeignKeyConstraint(["practice_id", "patient_id"], ["patient.practice_id", "patient.id"]),
        UniqueConstraint("practice_id", "provider_id"),
        CheckConstraint("source IN ('desk', 'api', 'ring')", name="source"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="outcome"),
        Index("ix_call_open", "practice_id", "opened_at", "id", postgresql_where=_OPEN),
        Index("ix_call_opened", "practice_id", "opened_at"),
        Index("ix_call_secretary", "practice_id", "secretary_id", "answered_at"),
        Index("ix_call_from", "practice_id", "from_index", "opened_at"),
        Index("ix_call_provider", "provider_id"),
        Index("ix_call_ringing", "opened_at", postgresql_where=_RINGING),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    line_id: Mapped[UUID | None]
    source: Mapped[str]
    provider_id: Mapped[str | None]
    from_number_sealed: Mapped[bytes | None]
    from_index: Mapped[int | None] = mapped_column(BigInteger)
    sealed_version: Mapped[int] = mapped_column(Integer)
    patient_id: Mapped[UUID | None]
    secretary_id: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    """When the carrier last said that the caller is on the line; empty until it said so twice."""
    answered_at: Mapped[datetime | None]
    hung_up_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain dict


class Draft(Base):
    """Text typed in a call and not yet filed: one row per field, overwritten, no audit entry a save.

    ``sealed_version`` counts the saves; a second tab that saves over one it has not seen is refused.
    """

    __tablename__ = "draft"
    __table_args__ = (ForeignKeyConstraint(["practice_id", "call_id"], ["call.practice_id", "call.id"]),)

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    text_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime]
