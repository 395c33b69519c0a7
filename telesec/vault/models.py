"""Wrapped keys, apart from what they open: schema ``vault``.

The foreign key (practice_id, generation) is RESTRICT: a practice key cannot be destroyed while one
record key still needs it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base


class PracticeKey(Base):
    """One generation of a practice's data key, wrapped by a master key."""

    __tablename__ = "practice_key"
    __table_args__ = (
        CheckConstraint("generation between 1 and 4294967295", name="generation"),
        Index("ix_practice_key_kek_id", "kek_id"),
        {"schema": "vault"},
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kek_id: Mapped[int]
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class RecordKey(Base):
    """The key of one record, wrapped by a generation of its practice's data key."""

    __tablename__ = "record_key"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "generation"],
            ["vault.practice_key.practice_id", "vault.practice_key.generation"],
            ondelete="RESTRICT",
        ),
        Index("ix_record_key_practice_id_generation", "practice_id", "generation"),
        {"schema": "vault"},
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    generation: Mapped[int]
    wrapped: Mapped[bytes]


class InstallationKey(Base):
    """A data key for secrets that belong to no practice, with a canary that proves it opens."""

    __tablename__ = "installation_key"
    __table_args__ = (
        CheckConstraint("generation between 1 and 4294967295", name="generation"),
        {"schema": "vault"},
    )

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kek_id: Mapped[int]
    wrapped: Mapped[bytes]
    canary: Mapped[bytes]
    created_at: Mapped[datetime]
