"""Tables of practices and what belongs to them.

The tenant is the practice: its own key is ``id``, every other table's keys begin with ``practice_id``.
``line_route`` stands outside tenants: a called number must be routed before a tenant is known. The
application may add to it but not read it; it asks ``sec.find_line``.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id


class Practice(Base):
    """A practice (cabinet) served by this installation."""

    __tablename__ = "practice"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    time_zone: Mapped[str]
    language: Mapped[str]
    sector: Mapped[str]
    created_at: Mapped[datetime]


class Practitioner(Base):
    """A professional of a practice; a fact about the practice, not a login."""

    __tablename__ = "practitioner"
    __table_args__ = (
        UniqueConstraint("practice_id", "rpps"),
        CheckConstraint("rpps IS NULL OR length(rpps) = 11", name="rpps_length"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    display_name: Mapped[str]
    profession: Mapped[str]
    rpps: Mapped[str | None]
    speaks_for: Mapped[bool]
    """Whether this practitioner may decide for the whole practice (protocols, instructions)."""
    created_at: Mapped[datetime]


class Line(Base):
    """A telephone number callers dial to reach the practice, E.164."""

    __tablename__ = "line"
    __table_args__ = (UniqueConstraint("practice_id", "number"),)

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str]
    created_at: Mapped[datetime]


class LineRoute(Base):
    """Which practice a called number belongs to; one number, one practice, over all tenants."""

    __tablename__ = "line_route"
    __table_args__ = (
        ForeignKeyConstraint(["practice_id", "line_id"], ["line.practice_id", "line.id"], ondelete="CASCADE"),
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    practice_id: Mapped[UUID]
    line_id: Mapped[UUID]


class OpeningHours(Base):
    """One stretch of a weekday, in minutes of the practice's local day, ``[opens, closes)``."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("opens >= 0 AND opens < closes AND closes <= 1440", name="minutes"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    hours_of: Mapped[str]
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[int] = mapped_column(SmallInteger)
    closes: Mapped[int] = mapped_column(SmallInteger)


class Absence(Base):
    """A practitioner, or with none the whole practice, is away during a range; ``says`` where to turn."""

    __tablename__ = "absence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    practitioner_id: Mapped[UUID | None]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    says: Mapped[str]
    author_name: Mapped[str]
    created_at: Mapped[datetime]


class Greeting(Base):
    """The words that open a call, by language and occasion (open, closed)."""

    __tablename__ = "greeting"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    changed_at: Mapped[datetime]


class Instruction(Base):
    """A consigne: text, validity range, author, last confirmed.

    ``version`` guards against two tabs; ``changed_at`` moves with the wording only, so that a mere
    confirmation does not read as news.
    """

    __tablename__ = "instruction"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"], ["practitioner.practice_id", "practitioner.id"]
        ),
        Index("ix_instruction_current", "practice_id", postgresql_where=text("retired_at IS NULL")),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    practitioner_id: Mapped[UUID | None]
    kind: Mapped[str]
    text: Mapped[str]
    applies: Mapped[str]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    author_person_id: Mapped[UUID | None]
    author_name: Mapped[str]
    confirmed_on: Mapped[date]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain dict
