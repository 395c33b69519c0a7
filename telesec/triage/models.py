"""Tables of triage sessions and of a practice's decisions about protocols.

Which complaint a session is about is health data, so protocol, facts, answers and disposition are sealed; in
clear stand only ids, times and who asked.
"""

from datetime import date, datetime
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
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id


class TriageSession(Base):
    """One triage of one person; ``call_id`` has no key, for calls stand above this room."""

    __tablename__ = "triage_session"
    __table_args__ = (Index("ix_triage_session_call", "practice_id", "call_id", "started_at"),)

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[UUID | None]
    content_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    started_by: Mapped[UUID | None]
    started_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class TriageAnswer(Base):
    """One answer, in the order given from 1; kept with the protocol's code and version, never changed."""

    __tablename__ = "triage_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "session_id"], ["triage_session.practice_id", "triage_session.id"]
        ),
        UniqueConstraint("practice_id", "session_id", "position"),
        CheckConstraint("position > 0", name="position"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(Integer)
    answer_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime]


class ProtocolAdoption(Base):
    """A practitioner of the practice took the reference set into use, unsigned as it is."""

    __tablename__ = "protocol_adoption"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    practitioner_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    adopted_at: Mapped[datetime]


class ProtocolSignature(Base):
    """A practitioner signed or retired one version of one protocol for the practice; the last one counts."""

    __tablename__ = "protocol_signature"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
        CheckConstraint("state IN ('signed', 'retired')", name="state"),
        CheckConstraint("lowered = 0 OR length(reason) BETWEEN 1 AND 1000", name="reason"),
        Index("ix_protocol_signature_code", "practice_id", "code", "signed_at"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    protocol_version: Mapped[str]
    state: Mapped[str]
    practitioner_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    signed_at: Mapped[datetime]
    lowered: Mapped[int] = mapped_column(Integer, default=0)
    """Stored sessions that the signer saw come out lower, and accepted with ``reason``."""
    reason: Mapped[str | None]


class PracticeProtocol(Base):
    """A practice's own version of a protocol, as written; no health data, so not sealed.

    One draft and one version in use at most per complaint; what was signed is never written again.
    """

    __tablename__ = "practice_protocol"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
        UniqueConstraint("practice_id", "code", "protocol_version"),
        CheckConstraint("state IN ('draft', 'signed', 'retired')", name="state"),
        CheckConstraint("length(document) BETWEEN 1 AND 400000", name="document"),
        Index(
            "uq_practice_protocol_one", "practice_id", "code", "state", unique=True,
            postgresql_where=text("state <> 'retired'"),
        ),
    )  # fmt: skip

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    protocol_version: Mapped[str]
    state: Mapped[str]
    document: Mapped[str]
    practitioner_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    saved_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own name


class ProtocolExtension(Base):
    """A supervisor let a protocol past its review date be used until a date, with a reason."""

    __tablename__ = "protocol_extension"
    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 1 AND 1000", name="reason"),
        Index("ix_protocol_extension_code", "practice_id", "code", "protocol_version"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    protocol_version: Mapped[str]
    reason: Mapped[str]
    person_id: Mapped[UUID | None]
    granted_at: Mapped[datetime]
    until: Mapped[date]


class TriageFeedback(Base):
    """The level a practitioner gave a session afterwards, sealed under its key; the last one counts."""

    __tablename__ = "triage_feedback"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "session_id"], ["triage_session.practice_id", "triage_session.id"]
        ),
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
        Index("ix_triage_feedback_marked_at", "practice_id", "marked_at"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    practitioner_id: Mapped[UUID]
    content_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    marked_at: Mapped[datetime]
