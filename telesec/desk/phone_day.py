"""What a practitioner tells the desk from the phone: late today, away, back again.

"Late" is an instruction that ends with the practice's day: every secretary sees it within two seconds, and
nobody has to take it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from telesec.accounts import reads as accounts
from telesec.desk.phone_reads import name_of
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices import service as practice_service
from telesec.practices.reads import PracticeCard
from telesec.practices.rules import InstructionKind
from telesec.practices.service import SetAbsence, WriteInstruction
from telesec.web.language import render

DELAYS = (10, 20, 30, 45, 60)
"""Minutes one may be late with one tap."""
LATE = say("%(name)s is %(minutes)s minutes late.")


@dataclass(frozen=True)
class Absent:
    """An absence as typed on the practice's wall clock; empty times mean from now, until told otherwise."""

    practice_id: UUID
    first: str
    last: str
    says: str
    everybody: bool = False
    practitioner_id: UUID | None = None
    """Who is away, where it is not the acting practitioner."""

    @classmethod
    def of(cls, practice_id: UUID, form: Mapping[str, str], practitioner_id: UUID | None = None) -> "Absent":
        """Return what a form says: ``first``, ``last``, ``says``; ``who`` is ``practice`` for everybody."""
        first, last, says = (form.get(name, "") for name in ("first", "last", "says"))
        return cls(practice_id, first, last, says, form.get("who") == "practice", practitioner_id)


def tell_late(uow: UnitOfWork, practice_id: UUID, minutes: int) -> UUID:
    """Write the day's instruction "… is 20 minutes late", in the practice's language.

    Raises:
        Refused: Not one of the delays offered (422).
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    if minutes not in DELAYS:
        raise Refused("bad_delay", say("Choose one of the delays."), status=422, field="minutes")
    practice = practices.practice(uow, practice_id)
    me = uow.actor.practitioner_ids.get(practice_id)
    name = signature(uow, practice)
    told = {n: render(say(LATE.msgid, name=name, minutes=n), practice.language) for n in DELAYS}
    for one in practices.instructions(uow, practice_id):
        if one.practitioner_id == me and one.text in told.values() and one.text != told[minutes]:
            practice_service.retire_instruction(uow, practice_id, one.id, one.version)
    command = WriteInstruction(
        practice_id,
        told[minutes],
        name,
        kind=InstructionKind.APPOINTMENTS,
        valid_to=midnight(uow.now(), practice.time_zone),
        practitioner_id=me,
    )
    return practice_service.write_instruction(uow, command)


def set_absent(uow: UnitOfWork, typed: Absent) -> UUID:
    """Record an absence of the acting practitioner, of another one, or of the whole practice.

    Raises:
        Refused: Nobody is named, a time cannot be read, or it ends before it starts (422).
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(typed.practice_id))
    practice = practices.practice(uow, typed.practice_id)
    start = wall_time(typed.first, practice.time_zone, "first") or uow.now()
    me = typed.practitioner_id or uow.actor.practitioner_ids.get(typed.practice_id)
    if me is None and not typed.everybody:
        raise Refused("bad_choice", say("Choose who is away."), status=422, field="who")
    command = SetAbsence(
        typed.practice_id,
        start,
        wall_time(typed.last, practice.time_zone, "last"),
        signature(uow, practice),
        says=typed.says,
        practitioner_id=None if typed.everybody else me,
    )
    try:
        return practice_service.set_absence(uow, command)
    except Refused as error:
        if error.field == "end":
            error.field = "last"
        raise


def signature(uow: UnitOfWork, practice: PracticeCard) -> str:
    """Return the name under what the actor writes: the practitioner's, else the person's."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    name = name_of(practice, uow.actor.practitioner_ids.get(practice.id))
    person = uow.actor.person_id
    if name or person is None:
        return name
    return accounts.names(uow, [person]).get(person, "")


def wall_time(typed: str, time_zone: str, field: str) -> datetime | None:
    """Return the instant a form's ``datetime-local`` means on a practice's wall; None when left empty.

    Raises:
        Refused: It cannot be read (422).
    """
    if not typed.strip():
        return None
    try:
        local = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise Refused("bad_time", say("Check the date and the time."), status=422, field=field) from None
    return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def midnight(now: datetime, time_zone: str) -> datetime:
    """Return the end of the practice's local day."""
    zone = ZoneInfo(time_zone)
    tomorrow: date = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), zone).astimezone(UTC)
