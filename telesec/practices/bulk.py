"""Many instructions at once, as an import brings them, and taken out of force again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Instruction
from telesec.practices.reads import MOST_INSTRUCTIONS
from telesec.practices.service import WriteInstruction


def write_instructions(
    uow: UnitOfWork, practice_id: UUID, commands: Sequence[WriteInstruction]
) -> tuple[UUID, ...]:
    """Write instructions found without fault, in force from now; return their ids.

    Raises:
        Refused: The practice would have more than are shown (422).
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    here = uow.session.scalar(
        select(func.count()).where(Instruction.practice_id == practice_id, Instruction.retired_at.is_(None))
    )
    if (here or 0) + len(commands) > MOST_INSTRUCTIONS:
        raise Refused(
            "too_many_instructions",
            say(
                "A practice has at most %(most)s instructions: a secretary on the phone reads no more.",
                most=MOST_INSTRUCTIONS,
            ),
            status=422,
        )
    now = uow.now()
    ids = tuple(new_id() for _ in commands)
    if commands:
        uow.session.execute(
            insert(Instruction),
            [
                {
                    "practice_id": practice_id,
                    "id": key,
                    "practitioner_id": one.practitioner_id,
                    "kind": one.kind.value,
                    "text": one.text,
                    "applies": one.applies.value,
                    "during": Range(now, one.valid_to, bounds="[)"),
                    "author_person_id": uow.actor.person_id,
                    "author_name": one.author_name,
                    "confirmed_on": now.date(),
                    "created_at": now,
                    "changed_at": now,
                    "version": 1,
                }
                for key, one in zip(ids, commands, strict=True)
            ],
        )
    uow.audit("instruction.write_many", practice_id=practice_id, count=len(ids))
    uow.publish("instructions", practice_id)
    return ids


def retire_untouched(uow: UnitOfWork, practice_id: UUID, instruction_ids: Sequence[UUID]) -> int:
    """Take out of force those of these instructions nobody reworded or confirmed since; return how many."""
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    retired = uow.session.scalars(
        update(Instruction)
        .where(
            Instruction.practice_id == practice_id,
            one_of(Instruction.id, instruction_ids),
            Instruction.version == 1,
            Instruction.retired_at.is_(None),
        )
        .values(retired_at=uow.now(), version=Instruction.version + 1)
        .returning(Instruction.id)
    ).all()
    uow.audit("instruction.retire_many", practice_id=practice_id, count=len(retired))
    uow.publish("instructions", practice_id)
    return len(retired)
