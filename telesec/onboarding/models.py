"""Tables of imports and of calendars' tests.

The sheet of an import is sealed and stays only until it is imported or given up; what an import made is named
row by row, so that it can be taken back.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id


class ImportBatch(Base):
    """One file somebody handed in: a draft with its sealed sheet, then done, then perhaps undone."""

    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint("kind IN ('patients', 'appointment_types', 'instructions')", name="kind"),
        CheckConstraint("state IN ('draft', 'done', 'undone')", name="state"),
        CheckConstraint("(state = 'draft') = (sheet_sealed IS NOT NULL)", name="sheet"),
        CheckConstraint("(state = 'draft') = (done_at IS NULL)", name="done"),
        Index("ix_import_batch_practice_id_created_at", "practice_id", "created_at", "id"),
        Index("ix_import_batch_draft", "created_at", postgresql_where=text("state = 'draft'")),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    state: Mapped[str]
    sheet_sealed: Mapped[bytes | None]
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Field → place of its column."""
    lines: Mapped[int] = mapped_column(Integer)
    made: Mapped[int] = mapped_column(Integer)
    kept: Mapped[int] = mapped_column(Integer)
    """How many of them an undo left, for they had been used or changed since."""
    person_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain dict


class ImportedRow(Base):
    """Something an import made; ids only."""

    __tablename__ = "imported_row"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "import_id"], ["import_batch.practice_id", "import_batch.id"], ondelete="CASCADE"
        ),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    object_id: Mapped[UUID] = mapped_column(primary_key=True)


class CalendarTest(Base):
    """The last test of a schedule's calendar: written, read back and taken away, or what stood in the way.

    It counts while the address is the one tested: ``sealed_version`` is that of the schedule's address then.
    """

    __tablename__ = "calendar_test"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "schedule_id"], ["schedule.practice_id", "schedule.id"], ondelete="CASCADE"
        ),
        CheckConstraint(
            "outcome IN ('ok', 'unreadable', 'refused', 'not_written', 'left_behind')", name="outcome"
        ),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed_version: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str]
    tested_at: Mapped[datetime]
