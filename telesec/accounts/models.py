"""People, what proves who they are, and what they may serve.

``membership``, ``notice`` and ``notice_reading`` belong to a practice; the rest is the installation's,
found before any tenant is known, and listed by name as such.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.access import Role
from telesec.foundation.database import Base
from telesec.foundation.ids import new_id

ROLES = ", ".join(f"'{role}'" for role in Role if role is not Role.SYSTEM)


class Person(Base):
    """Somebody who may log in: an address, a role, two factors."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email", name="uq_person_email"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint(f"role in ({ROLES})", name="role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String)
    display_name: Mapped[str] = mapped_column(String)
    role: Mapped[str] = mapped_column(String)
    language: Mapped[str] = mapped_column(String)
    phone_sealed: Mapped[bytes | None]
    password_hash: Mapped[str | None] = mapped_column(String)
    totp_sealed: Mapped[bytes | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Membership(Base):
    """What a person is to one practice.

    There is no foreign key to ``person``: keys of tenant tables begin with the practice, and a person
    is disabled, never deleted.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(f"role in ({ROLES})", name="role"),
        Index("ix_membership_person_id", "person_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String)
    practitioner_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class LoginSession(Base):
    """A browser somebody logged in with; the cookie's hash, never the cookie."""

    __tablename__ = "login_session"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
        CheckConstraint("kind in ('person', 'wall')", name="kind"),
        Index("ix_login_session_created_at", "created_at"),
        Index("ix_login_session_person_id", "person_id"),
        Index("ix_login_session_address_key", "address_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[bytes]
    csrf_token: Mapped[str] = mapped_column(String)
    address_key: Mapped[str] = mapped_column(String)
    device: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    kind: Mapped[str] = mapped_column(String, default="person")
    """``wall`` opens the wall and nothing else; see ``walls``."""


class StepUp(Base):
    """A second factor given anew in one session, for one kind of act; the newest counts."""

    __tablename__ = "step_up"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("login_session.id", ondelete="CASCADE"), primary_key=True
    )
    act: Mapped[str] = mapped_column(String, primary_key=True)
    proven_at: Mapped[datetime]


class ApiToken(Base):
    """A program's key to the API, for some practices of one person, until a date."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
        Index("ix_api_token_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String)
    token_hash: Mapped[bytes]
    practice_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PGUUID(as_uuid=True)))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IdempotentRequest(Base):
    """A request under an ``Idempotency-Key``: claimed, then answered; kept for a day.

    ``attempt_id`` names the attempt that holds the claim and seals the answer's place.
    """

    __tablename__ = "idempotent_request"
    __table_args__ = (
        CheckConstraint("(status is null) = (answer_sealed is null)", name="answered"),
        Index("ix_idempotent_request_claimed_at", "claimed_at"),
    )

    token_id: Mapped[UUID] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID]
    request_hash: Mapped[bytes]
    claimed_at: Mapped[datetime]
    status: Mapped[int | None]
    answer_sealed: Mapped[bytes | None]
    acted_at: Mapped[datetime | None]
    """When the act committed, written by the same commit; from then on nobody else carries it out."""
    acted_id: Mapped[UUID | None]


class RecoveryCode(Base):
    """One of ten codes that replace the second factor once."""

    __tablename__ = "recovery_code"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class EnrolmentLink(Base):
    """A one-time address where a person sets the password and the second factor."""

    __tablename__ = "enrolment_link"
    __table_args__ = (Index("ix_enrolment_link_person_id", "person_id"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    totp_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WorkBreak(Base):
    """A break of somebody at the desk, open until they come back; it holds over every practice they serve."""

    __tablename__ = "work_break"
    __table_args__ = (
        CheckConstraint("ended_at >= began_at", name="order"),
        Index("ix_work_break_ended", "person_id", "ended_at"),
        Index("uq_work_break_open", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Notice(Base):
    """A notice of the bulletin at one practice; the same id stands at every practice it was written for.

    ``edition`` counts corrections, so that a corrected notice is new again to whoever had read it. There is
    no foreign key to ``person``: keys of tenant tables begin with the practice.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("from_at < until_at", name="order"),
        CheckConstraint("text <> ''", name="text"),
        Index("ix_notice_until_at", "practice_id", "until_at"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String)
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    edition: Mapped[int]


class NoticeReading(Base):
    """Which edition of a notice somebody has read, at each practice where both are."""

    __tablename__ = "notice_reading"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "notice_id"], ["notice.practice_id", "notice.id"]),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition: Mapped[int]
    read_at: Mapped[datetime]


class RateLimit(Base):
    """Tries under one key; unlogged, for a crash may forget them."""

    __tablename__ = "rate_limit"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(String, primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime]
