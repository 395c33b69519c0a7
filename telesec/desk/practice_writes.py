"""What a practice writes on its own page, as typed in forms: instructions and the week's hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from telesec.desk.phone_day import signature, wall_time
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices import service as practice_service
from telesec.practices.rules import Applies, HoursOf, InstructionKind, Opening
from telesec.practices.service import WriteInstruction

STRETCHES = ("a", "b")
"""Two a day: morning and afternoon."""
WEEKDAYS = range(1, 8)
MIDNIGHT = 24 * 60


@dataclass(frozen=True)
class TypedInstruction:
    """An instruction as typed; with ``instruction_id`` and the ``version`` seen, new words for one."""

    practice_id: UUID
    text: str
    kind: str
    applies: str
    until: str
    practitioner_id: UUID | None
    instruction_id: UUID | None
    version: int | None


def write_instruction(uow: UnitOfWork, typed: TypedInstruction) -> UUID:
    """Write an instruction signed by whoever types it.

    Raises:
        Refused: A choice that is not offered, no text, or a time nobody can read (422).
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(typed.practice_id))
    if typed.kind not in set(InstructionKind) or typed.applies not in set(Applies):
        raise Refused("bad_choice", say("Choose one of the values offered."), status=422)
    card = practices.practice(uow, typed.practice_id)
    command = WriteInstruction(
        typed.practice_id,
        typed.text,
        signature(uow, card),
        kind=InstructionKind(typed.kind),
        applies=Applies(typed.applies),
        valid_to=wall_time(typed.until, card.time_zone, "until"),
        practitioner_id=typed.practitioner_id,
        instruction_id=typed.instruction_id,
        version=typed.version,
    )
    return practice_service.write_instruction(uow, command)


def set_hours(uow: UnitOfWork, practice_id: UUID, hours_of: str, form: Mapping[str, str]) -> None:
    """Replace the week's hours from fields ``1a_opens``, ``1a_closes`` … ``7b_closes``; empty is closed.

    Raises:
        Refused: A time cannot be read, one end of a stretch is missing, or stretches overlap (422).
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    if hours_of not in set(HoursOf):
        raise Refused("bad_choice", say("Choose one of the values offered."), status=422)
    typed = [
        (day, form.get(f"{day}{part}_opens", "").strip(), form.get(f"{day}{part}_closes", "").strip())
        for day in WEEKDAYS
        for part in STRETCHES
    ]
    openings = [
        Opening(day, _minutes(opens), _minutes(closes) or MIDNIGHT)
        for day, opens, closes in typed
        if opens or closes
    ]
    practice_service.set_hours(uow, practice_id, HoursOf(hours_of), openings)


def _minutes(typed: str) -> int:
    hours, _, minutes = typed.partition(":")
    if hours.isdecimal() and minutes.isdecimal() and int(hours) <= 24 and int(minutes) <= 59:
        return int(hours) * 60 + int(minutes)
    raise Refused("bad_time", say("Check the date and the time."), status=422, field="hours")
