"""What is written on a practice's page, as typed in forms: instructions, hours, who is on call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from telesec.accounts.step_up import Act, require_proven
from telesec.alerts import contacts
from telesec.alerts.contacts import AddContact
from telesec.alerts.rules import ChannelKind
from telesec.desk.phone_day import signature, wall_time
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import uuid_or_none
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
    try:
        return practice_service.write_instruction(uow, command)
    except Refused as error:
        if error.field == "end":
            error.field = "until"
        raise


def set_hours(uow: UnitOfWork, practice_id: UUID, hours_of: str, form: Mapping[str, str]) -> None:
    """Replace the week's hours from fields ``1a_opens``, ``1a_closes`` … ``7b_closes``; empty is closed.

    Raises:
        Refused: A time cannot be read, one end of a stretch is missing, it ends before it starts, or two of a
            day overlap (422), at the field that is wrong.
    """
    authorize(uow, Permission.INSTRUCTION_WRITE, on=Facts(practice_id))
    if hours_of not in set(HoursOf):
        raise Refused("bad_choice", say("Choose one of the values offered."), status=422)
    openings = [
        Opening(day, opens, closes or MIDNIGHT)
        for day in WEEKDAYS
        for part in STRETCHES
        for opens, closes in _stretch(form, f"{day}{part}")
    ]
    _refuse_overlaps(openings, form)
    practice_service.set_hours(uow, practice_id, HoursOf(hours_of), openings)


def set_on_call(uow: UnitOfWork, practice_id: UUID, chosen: Sequence[UUID | None]) -> None:
    """Set who is called for urgent messages from the places of a form; empty places are left out.

    Raises:
        Refused: Somebody stands twice in it, or no verified number reaches somebody (422), at their place.
        NotFound: Not a practitioner of this practice.
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(practice_id))
    try:
        contacts.set_on_call(uow, practice_id, [person for person in chosen if person is not None])
    except Refused as error:
        mute = error.extra.get("practitioner_ids")
        places = [
            place for place, person in enumerate(chosen) if isinstance(mute, list) and str(person) in mute
        ]
        error.field = f"person-{places[0]}" if places else None
        raise


def add_contact(uow: UnitOfWork, practice_id: UUID, form: Mapping[str, str]) -> UUID:
    """Add a way to reach a practitioner; it is used only once the code sent to it was typed.

    Raises:
        Refused: A channel that is not offered, an address that cannot be one, or the second factor was not
            given anew (422).
        NotFound: Not a practitioner of this practice.
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(practice_id))
    channel, person = form.get("channel", ""), uuid_or_none(form.get("practitioner_id", ""))
    if channel not in set(ChannelKind):
        raise Refused("bad_choice", say("Choose one of the values offered."), status=422)
    if person is None or practices.practice(uow, practice_id).practitioner(person) is None:
        raise NotFound
    contact_id = contacts.add_contact(
        uow, AddContact(practice_id, person, ChannelKind(channel), form.get("address", ""))
    )
    require_proven(uow, Act.CHANGE_NUMBER)
    return contact_id


def remove_contact(uow: UnitOfWork, practice_id: UUID, contact_id: UUID) -> None:
    """Forget a way to reach a practitioner.

    Raises:
        Refused: The second factor was not given anew (422), or it is the last number of somebody who is
            called for urgent messages (409).
        NotFound: No such contact here.
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(practice_id))
    require_proven(uow, Act.CHANGE_NUMBER)
    contacts.remove_contact(uow, practice_id, contact_id)


def _stretch(form: Mapping[str, str], place: str) -> list[tuple[int, int]]:
    """Return a stretch of the week as typed in two fields, minutes of the day; none when both are empty."""
    opens, closes = (form.get(f"{place}_{end}", "").strip() for end in ("opens", "closes"))
    if not opens and not closes:
        return []
    start, end = _minutes(opens, f"{place}_opens"), _minutes(closes, f"{place}_closes")
    if (end or MIDNIGHT) <= start:
        raise Refused("bad_hours", say("It must end after it starts."), status=422, field=f"{place}_closes")
    return [(start, end)]


def _refuse_overlaps(openings: Sequence[Opening], form: Mapping[str, str]) -> None:
    for one in openings:
        later = [other for other in openings if other.weekday == one.weekday and other is not one]
        if any(one.opens <= other.opens < one.closes for other in later):
            typed = form.get(f"{one.weekday}b_opens", "")
            raise Refused(
                "bad_hours",
                say("It begins before the other one of this day has ended."),
                status=422,
                field=f"{one.weekday}{'b' if typed else 'a'}_opens",
            )


def _minutes(typed: str, field: str) -> int:
    hours, _, minutes = typed.partition(":")
    if hours.isdecimal() and minutes.isdecimal() and int(hours) <= 24 and int(minutes) <= 59:
        return int(hours) * 60 + int(minutes)
    raise Refused(
        "bad_time", say("Give both times, the hour it opens and the hour it closes."), status=422, field=field
    )
