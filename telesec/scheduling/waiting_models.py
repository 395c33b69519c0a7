"""Tables of the waiting list: who waits for what, and the times that came free and nobody was offered yet."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id


class WaitingListEntry(Base):
    """A person who wants an earlier slot of one type, until a day; the telephone number is enough.

    One that waits per patient and type, per number and type where no patient is known, by constraint.
    """

    __tablename__ = "waiting_list_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name="fk_waiting_list_entry_patient",
        ),
        ForeignKeyConstraint(
            ["practice_id", "appointment_type_id"],
            ["appointment_type.practice_id", "appointment_type.id"],
            name="fk_waiting_list_entry_type",
        ),
        ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name="fk_waiting_list_entry_practitioner",
        ),
        CheckConstraint("state IN ('waiting', 'booked', 'left')", name="state"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(offered_at IS NULL) = (offered_start_at IS NULL)", name="offered"),
        Index(
            "uq_waiting_list_entry_patient", "practice_id", "patient_id", "appointment_type_id", unique=True,
            postgresql_where=text("state = 'waiting' AND patient_id IS NOT NULL"),
        ),
        Index(
            "uq_waiting_list_entry_phone", "practice_id", "phone_index", "appointment_type_id", unique=True,
            postgresql_where=text("state = 'waiting' AND patient_id IS NULL"),
        ),
        Index(
            "ix_waiting_list_entry_waiting", "practice_id", "created_at", "id",
            postgresql_where=text("state = 'waiting'"),
        ),
    )  # fmt: skip

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID | None]
    phone_index: Mapped[int] = mapped_column(BigInteger)
    phone_sealed: Mapped[bytes]
    wish_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    appointment_type_id: Mapped[UUID]
    practitioner_id: Mapped[UUID | None]
    """None: whoever does it."""
    until_on: Mapped[date]
    """The last day wanted, the practice's own."""
    state: Mapped[str]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    offered_start_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class FreedSlot(Base):
    """A time that came free while somebody waits; gone once it is taken, past, or nobody wants it.

    While ``callback_id`` is an open card, that card offers it; once it has ended, the time goes to the next.
    """

    __tablename__ = "freed_slot"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name="fk_freed_slot_schedule",
            ondelete="CASCADE",
        ),
        CheckConstraint("start_at < end_at", name="order"),
        Index("ix_freed_slot_freed_at", "freed_at"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    schedule_id: Mapped[UUID]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    freed_at: Mapped[datetime]
    """When it came free, or came back from whom it was offered to last."""
    callback_id: Mapped[UUID | None]
    offered_to: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")
    """The entries it was offered to, the last one last; none of them is offered it again."""
