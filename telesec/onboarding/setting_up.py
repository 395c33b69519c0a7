"""What is typed on the page of day one → the services of the rooms below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from uuid import UUID

from sqlalchemy import select

from telesec.accounts import service as people
from telesec.accounts.service import AddMembership
from telesec.alerts import contacts
from telesec.alerts import service as alerts
from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertLevel, AlertState
from telesec.alerts.service import RaiseAlert
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer, refuse_longer_secret
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.hooks import AppointmentTypeTemplate, Sector
from telesec.practices import reads as practices
from telesec.practices import service as practice_service
from telesec.practices.reads import PracticeCard
from telesec.practices.service import CreatePractice
from telesec.scheduling import bulk as scheduling
from telesec.scheduling import configuration
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.models import Schedule
from telesec.scheduling.ports import CalendarAddress
from telesec.triage.levels import Level
from telesec.web.language import LANGUAGES

LONGEST_URL = 2_000
LONGEST_OPTIONS = 2_000
MEDICAL = Sector(
    "medical",
    "Médecine",
    "Medicine",
    (
        AppointmentTypeTemplate("consultation", "Consultation", "Consultation", 20),
        AppointmentTypeTemplate("premiere", "Première consultation", "First consultation", 30),
        AppointmentTypeTemplate("suivi", "Suivi, renouvellement", "Follow-up, renewal", 15),
    ),
)
"""What a practice of no plug-in's sector is offered."""


@dataclass(frozen=True)
class TypedCalendar:
    """A calendar as typed; ``options`` one ``name=value`` a line, for connectors that need more."""

    practice_id: UUID
    practitioner_id: UUID | None
    kind: str
    url: str
    user: str
    secret: str = field(repr=False)
    options: str = ""
    lanes: int = 1


def sectors(known: Sequence[Sector]) -> tuple[Sector, ...]:
    """Return the sectors a practice may be of, ours first."""
    return (MEDICAL, *known)


def sector_of(card: PracticeCard, known: Sequence[Sector]) -> Sector:
    """Return a practice's sector, ours where its plug-in is not installed any more."""
    return next((one for one in sectors(known) if one.code == card.sector), MEDICAL)


def found_practice(uow: UnitOfWork, command: CreatePractice, known: Sequence[Sector]) -> None:
    """Found a practice that its founder serves from the start.

    Raises:
        Refused: No name, a time zone, language or sector nobody knows (422).
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(command.id))
    if command.language not in LANGUAGES or command.sector not in {one.code for one in sectors(known)}:
        raise Refused("bad_choice", say("Choose one of the values offered."), status=422)
    practice_service.create_practice(uow, command)
    if uow.actor.person_id is not None:
        people.add_membership(uow, AddMembership(command.id, uow.actor.person_id, uow.actor.role))


def take_sector_types(uow: UnitOfWork, practice_id: UUID, known: Sequence[Sector]) -> int:
    """Add the appointment types of the practice's sector that it does not have; return how many."""
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
    card = practices.practice(uow, practice_id)
    sector = sector_of(card, known)
    here = scheduling.type_codes(uow, practice_id)
    wanted = [
        CreateAppointmentType(
            practice_id,
            one.code,
            one.name_fr if card.language == "fr" else one.name_en,
            one.duration_minutes,
            max_level=None if one.max_level == Level.ROUTINE else Level(one.max_level),
        )
        for one in sector.appointment_types
        if one.code not in here
    ]
    return len(scheduling.create_types(uow, practice_id, wanted))


def connect_calendar(uow: UnitOfWork, typed: TypedCalendar) -> UUID:
    """Give a practitioner a calendar, or another address for the one they have; return the schedule's id.

    Raises:
        Refused: No address, options that cannot be read, or a text that is too long (422).
        NotFound: Not a practitioner of this practice.
    """
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(typed.practice_id))
    card = practices.practice(uow, typed.practice_id)
    person = card.practitioner(typed.practitioner_id) if typed.practitioner_id else None
    if person is None:
        raise Refused("bad_choice", say("Choose a practitioner."), status=422, field="practitioner")
    refuse_longer(typed.url.strip(), LONGEST_URL, "url")
    refuse_longer(typed.user.strip(), configuration.LONGEST_USER, "user")
    refuse_longer_secret(typed.secret, configuration.LONGEST_SECRET, "secret")
    refuse_longer(typed.options.strip(), LONGEST_OPTIONS, "options")
    if not typed.url.strip().startswith(("https://", "http://")):
        raise Refused(
            "bad_url", say("Give the whole address, beginning with https://"), status=422, field="url"
        )
    options = {"time_zone": card.time_zone, **_options(typed.options)}
    address = CalendarAddress(typed.kind, typed.url.strip(), typed.user.strip(), typed.secret, options)
    held = uow.session.scalars(
        select(Schedule.id).where(
            Schedule.practice_id == typed.practice_id, Schedule.practitioner_id == person.id
        )
    ).first()
    if held is not None:
        configuration.set_calendar(uow, typed.practice_id, held, address)
        return held
    return configuration.create_schedule(
        uow, CreateSchedule(typed.practice_id, person.id, address, typed.lanes)
    )


def set_bookable(
    uow: UnitOfWork,
    practice_id: UUID,
    schedule_id: UUID,
    days: Sequence[int],
    form: Mapping[str, str],
    type_id: UUID | None = None,
) -> None:
    """Say when a schedule may be booked: the days, and one or two stretches, the same each day.

    ``type_id``: only for this type, whose hours stand beside those of all; None for all.

    Raises:
        Refused: No day, no stretch, or a stretch that cannot be read or ends before it starts (422).
    """
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
    stretches = [
        (_time(form.get(f"{part}_opens", "")), _time(form.get(f"{part}_closes", "")))
        for part in ("a", "b")
        if form.get(f"{part}_opens") or form.get(f"{part}_closes")
    ]
    wanted = sorted({day for day in days if 1 <= day <= 7})
    if not wanted or not stretches or any(opens >= closes for opens, closes in stretches):
        raise Refused(
            "bad_hours",
            say("Tick the days, and give hours that end after they start."),
            status=422,
            field="hours",
        )
    if len(stretches) == 2 and stretches[1][0] < stretches[0][1]:
        raise Refused(
            "overlap", say("The second stretch must start after the first ends."), status=422, field="hours"
        )
    rules = [OpeningRule(day, opens, closes) for day in wanted for opens, closes in stretches]
    configuration.set_hours_of(uow, practice_id, schedule_id, type_id, rules)


def ring_test(uow: UnitOfWork, practice_id: UUID) -> UUID:
    """Ring who is on call, as an urgent message would; the alert has neither a call nor a message.

    Raises:
        Refused: Nobody on call can be reached, or a test is under way (409).
    """
    authorize(uow, Permission.POLICY_WRITE, on=Facts(practice_id))
    order = contacts.order_of_duty(uow, practice_id)
    if not contacts.usable(uow, practice_id, order):
        raise Refused("nobody_on_call", say("Put somebody with a verified number on call first."))
    going = uow.session.scalars(
        select(Alert.id).where(
            Alert.practice_id == practice_id,
            Alert.message_id.is_(None),
            Alert.call_id.is_(None),
            Alert.state != AlertState.CLOSED.value,
        )
    ).first()
    if going is not None:
        raise Refused("test_under_way", say("A test is under way: the phone rings until somebody takes it."))
    uow.audit("policy.test", practice_id=practice_id)
    return alerts.raise_alert(uow, RaiseAlert(practice_id, AlertLevel.DOCTOR_NOW))


def _options(typed: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in typed.splitlines() if line.strip()]
    if any(not sign or not name.strip() for name, sign, _ in pairs):
        raise Refused("bad_options", say("Write one name=value a line."), status=422, field="options")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _time(typed: str) -> time:
    try:
        return time.fromisoformat(typed)
    except ValueError:
        raise Refused("bad_time", say("Check the date and the time."), status=422, field="hours") from None
