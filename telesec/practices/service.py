"""Use cases that change a practice: founding it, its people and lines, and the words callers hear.

Adding practices and lines belongs to supervisors and operators; instructions, hours, greetings and
absences to the practice itself and to supervisors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from telesec.foundation.access import Actor, Facts, Permission, authorize, check
from telesec.foundation.errors import NotFound, Refused, Stale
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import repeats
from telesec.practices.models import (
    Absence,
    Greeting,
    Instruction,
    Line,
    LineRoute,
    OpeningHours,
    Practice,
    Practitioner,
)
from telesec.practices.numbers import is_rpps, needed_e164
from telesec.practices.rules import Applies, HoursOf, InstructionKind, Occasion, Opening, opening_errors

MAX_NAME = 200
MAX_TEXT = 4_000
MAX_SAYS = 1000


@dataclass(frozen=True)
class CreatePractice:
    """A new practice; ``id`` is chosen by the edge, for the signed context must already name it."""

    id: UUID
    name: str
    time_zone: str = "Europe/Paris"
    language: str = "fr"
    sector: str = "medical"


@dataclass(frozen=True)
class AddPractitioner:
    """A professional joins a practice; ``rpps`` empty when there is none."""

    practice_id: UUID
    display_name: str
    profession: str
    rpps: str = ""
    speaks_for: bool = True


@dataclass(frozen=True)
class SetAbsence:
    """Away during ``[start, end)``; no practitioner means the whole practice."""

    practice_id: UUID
    start: datetime
    end: datetime | None
    author_name: str
    says: str = ""
    practitioner_id: UUID | None = None


@dataclass(frozen=True)
class WriteInstruction:
    """A new instruction, or with ``instruction_id`` and the ``version`` seen, new words for one.

    Args:
        valid_from: Start of its range; None means now.
        valid_to: End, not included; None means until further notice.
    """

    practice_id: UUID
    text: str
    author_name: str
    kind: InstructionKind = InstructionKind.GENERAL
    applies: Applies = Applies.ALWAYS
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    practitioner_id: UUID | None = None
    instruction_id: UUID | None = None
    version: int | None = None


def founder(actor: Actor, practice_id: UUID) -> Actor:
    """Return the actor as he founds a practice: with the fresh id among his practices.

    The signed database context holds only practices of the actor, and nobody is a member of what does
    not exist yet. The right to found is checked before the id is added.
    """
    check(actor, Permission.PRACTICE_CREATE, Facts(None))
    return replace(actor, memberships={**actor.memberships, practice_id: actor.role})


def create_practice(uow: UnitOfWork, command: CreatePractice) -> UUID:
    """Found a practice; the unit of work must have been opened for ``founder(actor, id)``.

    Raises:
        Refused: No name, or a time zone nobody knows (422).
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(command.id))
    name = _text(command.name, "name", MAX_NAME)
    try:
        ZoneInfo(command.time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise Refused(
            "bad_time_zone",
            say("Give a time zone by its IANA name, for instance Europe/Paris."),
            status=422,
            field="time_zone",
        ) from error
    practice = Practice(
        id=command.id,
        name=name,
        time_zone=command.time_zone,
        language=command.language,
        sector=command.sector,
        created_at=uow.now(),
    )
    uow.session.add(practice)
    uow.session.flush()
    uow.audit("practice.create", practice_id=command.id, object_id=command.id, sector=command.sector)
    return command.id


def add_practitioner(uow: UnitOfWork, command: AddPractitioner) -> UUID:
    """Add a professional to a practice.

    Raises:
        Refused: The RPPS has a wrong check digit (422) or is already in this practice (409).
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(command.practice_id))
    name = _text(command.display_name, "display_name", MAX_NAME)
    if command.rpps and not is_rpps(command.rpps):
        raise Refused("bad_rpps", say("Check the RPPS number: eleven digits."), status=422, field="rpps")
    practitioner = Practitioner(
        practice_id=command.practice_id,
        id=new_id(),
        display_name=name,
        profession=command.profession,
        rpps=command.rpps or None,
        speaks_for=command.speaks_for,
        created_at=uow.now(),
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(practitioner)
    except IntegrityError as error:
        raise Refused("rpps_taken", say("A practitioner with this RPPS is already here.")) from error
    uow.audit("practitioner.add", practice_id=command.practice_id, object_id=practitioner.id)
    return practitioner.id


def add_line(uow: UnitOfWork, practice_id: UUID, typed: str) -> UUID:
    """Give a practice a line and route the number to it.

    Raises:
        Refused: Not a telephone number (422), or already a line of some practice (409, not told whose).
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(practice_id))
    number = needed_e164(typed, "number")
    line_id = new_id()
    try:
        with uow.session.begin_nested():
            uow.session.add(Line(practice_id=practice_id, id=line_id, number=number, created_at=uow.now()))
            uow.session.flush()
            route = {"number": number, "practice_id": practice_id, "line_id": line_id}
            uow.session.execute(insert(LineRoute).values(**route))
    except IntegrityError as error:
        raise Refused("line_taken", say("This number already belongs to a line. Check it.")) from error
    uow.audit("line.add", practice_id=practice_id, object_id=line_id)
    return line_id


def set_hours(uow: UnitOfWork, practice_id: UUID, hours_of: HoursOf, openings: Sequence[Opening]) -> None:
    """Replace the week's hours of the phone or of the practice.

    Raises:
        Refused: A stretch is empty, outside its day, or overlaps another (422).
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    wrong = opening_errors(openings)
    if wrong:
        raise Refused(
            wrong, say("Check the hours: each must end after it starts and none may overlap."), status=422
        )
    uow.session.execute(
        delete(OpeningHours).where(
            OpeningHours.practice_id == practice_id, OpeningHours.hours_of == hours_of.value
        )
    )
    uow.session.add_all(
        OpeningHours(
            practice_id=practice_id,
            id=new_id(),
            hours_of=hours_of.value,
            weekday=o.weekday,
            opens=o.opens,
            closes=o.closes,
        )
        for o in openings
    )
    uow.audit("hours.set", practice_id=practice_id, hours_of=hours_of.value, count=len(openings))
    uow.publish("instructions", practice_id)


def set_greeting(
    uow: UnitOfWork, practice_id: UUID, text: str, *, language: str = "fr", occasion: Occasion = Occasion.OPEN
) -> None:
    """Write or replace the words that open a call."""
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    row = {
        "practice_id": practice_id,
        "language": language,
        "occasion": occasion.value,
        "text": _text(text, "text"),
        "changed_at": uow.now(),
    }
    statement = upsert(Greeting).values(**row)
    uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["practice_id", "language", "occasion"],
            set_={"text": statement.excluded.text, "changed_at": statement.excluded.changed_at},
        )
    )
    uow.audit("greeting.set", practice_id=practice_id, language=language, occasion=occasion.value)
    uow.publish("instructions", practice_id)


def set_absence(uow: UnitOfWork, command: SetAbsence) -> UUID:
    """Record that a practitioner or the whole practice is away, and where callers turn meanwhile.

    Raises:
        Refused: It ends before it starts, or says too much (422).
        NotFound: No such practitioner here.
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(command.practice_id))
    _range_in_order(command.start, command.end)
    refuse_longer(command.says.strip(), MAX_SAYS, "says")
    _practitioner_here(uow, command.practice_id, command.practitioner_id)
    again = repeats.same_absence(uow, command)
    if again is not None:
        return again
    absence = Absence(
        practice_id=command.practice_id,
        id=new_id(),
        practitioner_id=command.practitioner_id,
        during=Range(command.start, command.end, bounds="[)"),
        says=command.says.strip(),
        author_name=command.author_name,
        created_at=uow.now(),
    )
    uow.session.add(absence)
    uow.session.flush()
    uow.audit("absence.set", practice_id=command.practice_id, object_id=absence.id)
    uow.publish("instructions", command.practice_id)
    return absence.id


def end_absence(uow: UnitOfWork, practice_id: UUID, absence_id: UUID) -> None:
    """End an absence now; one that has not begun is forgotten. Ending twice is ending once."""
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    row = uow.session.get(Absence, (practice_id, absence_id), with_for_update=True)
    if row is None:
        return
    now = uow.now()
    if row.during.lower is not None and row.during.lower >= now:
        uow.session.delete(row)
    elif row.during.upper is None or row.during.upper > now:
        row.during = Range(row.during.lower, now, bounds="[)")
    uow.audit("absence.end", practice_id=practice_id, object_id=absence_id)
    uow.publish("instructions", practice_id)


def write_instruction(uow: UnitOfWork, command: WriteInstruction) -> UUID:
    """Write a new instruction or reword one; writing it also confirms it.

    Raises:
        Refused: No words, too many, or a range that ends before it starts (422).
        Stale: Someone changed it since ``version`` was seen; nothing is overwritten.
        NotFound: No such instruction, or no such practitioner here.
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(command.practice_id))
    now = uow.now()
    valid_from = command.valid_from or now
    text = _text(command.text, "text")
    _range_in_order(valid_from, command.valid_to)
    _practitioner_here(uow, command.practice_id, command.practitioner_id)
    if command.instruction_id is None:
        again = repeats.same_instruction(uow, command, command.kind.value, command.applies.value, text)
        if again is not None:
            return again
        row = Instruction(practice_id=command.practice_id, id=new_id(), created_at=now)
        uow.session.add(row)
    else:
        row = _seen(uow, command.practice_id, command.instruction_id, command.version)
        if command.valid_from is None:
            valid_from = row.during.lower or now
    row.practitioner_id = command.practitioner_id
    row.kind = command.kind.value
    row.text = text
    row.applies = command.applies.value
    row.during = Range(valid_from, command.valid_to, bounds="[)")
    row.author_person_id = uow.actor.person_id
    row.author_name = command.author_name
    row.confirmed_on = now.date()
    row.changed_at = now
    uow.session.flush()
    uow.audit("instruction.write", practice_id=command.practice_id, object_id=row.id, version=row.version)
    uow.publish("instructions", command.practice_id, row.id)
    return row.id


def confirm_instruction(uow: UnitOfWork, practice_id: UUID, instruction_id: UUID, version: int) -> None:
    """Say that an instruction is still true; its wording stays, so it is no news to secretaries."""
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    row = _seen(uow, practice_id, instruction_id, version)
    row.confirmed_on = uow.now().date()
    uow.session.flush()
    uow.audit("instruction.confirm", practice_id=practice_id, object_id=instruction_id)
    uow.publish("instructions", practice_id, instruction_id)


def retire_instruction(uow: UnitOfWork, practice_id: UUID, instruction_id: UUID, version: int) -> None:
    """Take an instruction out of force; the row stays for who asks later what was in force."""
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    row = _seen(uow, practice_id, instruction_id, version)
    row.retired_at = uow.now()
    uow.session.flush()
    uow.audit("instruction.retire", practice_id=practice_id, object_id=instruction_id)
    uow.publish("instructions", practice_id, instruction_id)


def _seen(uow: UnitOfWork, practice_id: UUID, instruction_id: UUID, version: int | None) -> Instruction:
    """Return the instruction, locked, if it is still as the reader saw it."""
    row = uow.locked(Instruction, practice_id, instruction_id)
    if row.version != version or row.retired_at is not None:
        raise Stale
    return row


def _practitioner_here(uow: UnitOfWork, practice_id: UUID, practitioner_id: UUID | None) -> None:
    if practitioner_id is None:
        return
    if uow.session.get(Practitioner, (practice_id, practitioner_id)) is None:
        raise NotFound


def _range_in_order(start: datetime, end: datetime | None) -> None:
    if end is not None and end <= start:
        raise Refused("bad_range", say("The end must come after the start."), status=422, field="end")


def _text(typed: str, field: str, most: int = MAX_TEXT) -> str:
    text = typed.strip()
    refuse_longer(text, most, field, code="bad_text")
    if not text:
        raise Refused(
            "bad_text", say("Write between 1 and %(most)s characters.", most=most), status=422, field=field
        )
    return text
