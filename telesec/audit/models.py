"""Two tables of schema ``audit``: acts just committed, and the chain they are moved to.

The application may insert and look. An entry can only come from a pending act: a trigger of the
database checks that they are equal and takes the pending one away. Entries are never updated (except
to erase detail and salt), deleted or truncated.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base


class Pending(Base):
    """An act that has no place in the chain yet."""

    __tablename__ = "pending"
    __table_args__ = (
        CheckConstraint("octet_length(commitment) = 32", name="commitment"),
        Index("ix_pending_at", "at"),
        {"schema": "audit"},
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    object_id: Mapped[UUID | None]
    detail: Mapped[str]
    salt: Mapped[bytes]
    commitment: Mapped[bytes]


class Entry(Base):
    """An act with its place in its practice's chain."""

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("octet_length(commitment) = 32", name="commitment"),
        CheckConstraint("seq > 0", name="seq"),
        UniqueConstraint("practice_id", "id", name="uq_entry_practice_id_id"),
        Index("ix_entry_practice_id_object_id", "practice_id", "object_id"),
        {"schema": "audit"},
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    object_id: Mapped[UUID | None]
    detail: Mapped[str | None]
    salt: Mapped[bytes | None]
    commitment: Mapped[bytes]
    previous: Mapped[bytes]
    hash: Mapped[bytes]
