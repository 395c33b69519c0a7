"""Whether a form was sent twice: a double press, or again after going back. Authorized by the callers."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select

from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Absence, Instruction, Practice

SENT_TWICE = timedelta(minutes=1)
"""What is sent again within this time, word for word, is one act."""


class Asked(Protocol):
    """An absence as it is asked for."""

    @property
    def practice_id(self) -> UUID: ...
    @property
    def practitioner_id(self) -> UUID | None: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime | None: ...
    @property
    def says(self) -> str: ...
    @property
    def author_name(self) -> str: ...


def same_absence(uow: UnitOfWork, command: Asked) -> UUID | None:
    """Return the absence this one repeats: the same form sent twice, or again after going back."""
    _one_at_a_time(uow, command.practice_id)
    row = uow.session.scalars(
        select(Absence)
        .where(
            Absence.practice_id == command.practice_id,
            Absence.practitioner_id.is_not_distinct_from(command.practitioner_id),
            Absence.says == command.says.strip(),
            Absence.author_name == command.author_name,
            Absence.created_at > uow.now() - SENT_TWICE,
            func.upper(Absence.during).is_not_distinct_from(command.end),
        )
        .order_by(Absence.created_at)
        .limit(1)
    ).first()
    if row is None or row.during.lower is None:
        return None
    return row.id if abs(row.during.lower - command.start) < SENT_TWICE else None


def _one_at_a_time(uow: UnitOfWork, practice_id: UUID) -> None:
    """Let one who writes of a practice wait for another: two presses at once see each other."""
    locked = select(Practice.id).where(Practice.id == practice_id).with_for_update(key_share=True)
    uow.session.execute(locked)


class Worded(Protocol):
    """An instruction as it is asked for."""

    @property
    def practice_id(self) -> UUID: ...
    @property
    def practitioner_id(self) -> UUID | None: ...
    @property
    def valid_to(self) -> datetime | None: ...
    @property
    def author_name(self) -> str: ...


def same_instruction(uow: UnitOfWork, command: Worded, kind: str, applies: str, text: str) -> UUID | None:
    """Return the instruction in force that this new one repeats word for word."""
    _one_at_a_time(uow, command.practice_id)
    return uow.session.scalars(
        select(Instruction.id)
        .where(
            Instruction.practice_id == command.practice_id,
            Instruction.practitioner_id.is_not_distinct_from(command.practitioner_id),
            Instruction.kind == kind,
            Instruction.applies == applies,
            Instruction.text == text,
            Instruction.author_name == command.author_name,
            Instruction.retired_at.is_(None),
            Instruction.created_at > uow.now() - SENT_TWICE,
            func.upper(Instruction.during).is_not_distinct_from(command.valid_to),
        )
        .order_by(Instruction.created_at)
        .limit(1)
    ).first()
