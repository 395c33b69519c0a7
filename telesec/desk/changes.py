"""What changed at any practice of the reader since yesterday: the instructions, one query."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Instruction
from telesec.practices.reads import served_by

NEWS = timedelta(hours=24)
MOST = 6


@dataclass(frozen=True)
class ChangedInstruction:
    """A wording the reader may not have met yet; ``new`` when the instruction did not exist before it."""

    practice_id: UUID
    text: str
    author: str
    changed_at: datetime
    new: bool


def instructions(uow: UnitOfWork) -> tuple[ChangedInstruction, ...]:
    """Return instructions of all served practices worded anew since yesterday, newest first, at most 6."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    rows = uow.session.scalars(
        select(Instruction)
        .where(
            one_of(Instruction.practice_id, served_by(uow.actor, Permission.PRACTICE_READ)),
            Instruction.retired_at.is_(None),
            Instruction.changed_at > uow.now() - NEWS,
        )
        .order_by(Instruction.changed_at.desc(), Instruction.id)
        .limit(MOST)
    )
    return tuple(
        ChangedInstruction(
            row.practice_id, row.text, row.author_name, row.changed_at, row.created_at == row.changed_at
        )
        for row in rows
    )
