"""Tables of patients; whatever names a person is sealed under that patient's record key.

``patient_phone`` holds blind indexes only (keyed per practice): many patients may share a number, as
in a family or a care home, and one patient may have several.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from telesec.foundation.database import Base
from telesec.foundation.ids import new_id


class Patient(Base):
    """A person a call may be about. ``version`` guards edits; ``sealed_version`` is the envelope's."""

    __tablename__ = "patient"
    __table_args__ = (Index("ix_patient_changed", "practice_id", "changed_at", "id"),)

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    family_name_sealed: Mapped[bytes]
    given_name_sealed: Mapped[bytes]
    birth_date_sealed: Mapped[bytes]
    sex_sealed: Mapped[bytes]
    phones_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain dict


class PatientPhone(Base):
    """A number under which a patient, or someone calling for them, was met."""

    __tablename__ = "patient_phone"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "patient_id"], ["patient.practice_id", "patient.id"], ondelete="CASCADE"
        ),
        Index("ix_patient_phone_number", "practice_id", "phone_index"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_index: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Caller(Base):
    """Somebody who speaks for a patient: a daughter, a care home."""

    __tablename__ = "caller"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practice_id", "patient_id"], ["patient.practice_id", "patient.id"], ondelete="CASCADE"
        ),
        Index("ix_caller_patient", "practice_id", "patient_id"),
    )

    practice_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID]
    name_sealed: Mapped[bytes]
    relation_sealed: Mapped[bytes]
    phone_sealed: Mapped[bytes]
    sealed_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
