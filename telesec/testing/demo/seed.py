"""Fill an empty installation through the same services its people use."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from telesec.accounts import bulletin
from telesec.accounts import reads as people
from telesec.accounts import service as accounts
from telesec.accounts.bulletin import WriteNotice
from telesec.accounts.passwords import PasswordHasher
from telesec.accounts.service import AddMembership, CreatePerson, MakeToken
from telesec.alerts import contacts
from telesec.alerts.contacts import AddContact
from telesec.alerts.ports import ChannelKind
from telesec.bootstrap import Deps
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.hooks import Sector
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices import service as practices
from telesec.practices.rules import Applies, HoursOf, InstructionKind, Opening
from telesec.practices.service import AddPractitioner, CreatePractice, WriteInstruction
from telesec.scheduling import configuration
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule as Rule
from telesec.testing.demo.people import NOTICE, PATIENTS, PEOPLE, PRACTICES, DemoPerson, DemoPractice
from telesec.testing.demo.servers import OutsideWorld
from telesec.triage import service as triage
from telesec.triage.levels import Level

WEEKDAYS = range(1, 6)
TOKEN_LIFE = timedelta(days=365)
NOTICE_STAYS = timedelta(days=30)


@dataclass(frozen=True)
class Seeded:
    """Ids made for one practice: its own, and each practitioner's and schedule's by key."""

    id: UUID
    practitioners: Mapping[str, UUID]
    schedules: Mapping[str, UUID]


def seed(deps: Deps, world: OutsideWorld) -> dict[str, object]:
    """Write practices, people and patients; return what ``demo.json`` says."""
    made = {practice.key: _practice(deps, world, practice) for practice in PRACTICES}
    users = [_person(deps, person, made) for person in PEOPLE]
    for patient in PATIENTS:
        practice_id = made[patient.practice].id
        with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
            patients.register(
                uow,
                RegisterPatient(
                    practice_id, patient.family_name, patient.given_name, patient.born,
                    phones=patient.phones, confirmed=True,
                ),
            )  # fmt: skip
            uow.commit()
    _adopt(deps, made)
    _tell(deps, made)
    return {
        "users": users,
        "practices": [_told(world, practice, made[practice.key]) for practice in PRACTICES],
    }


def _practice(deps: Deps, world: OutsideWorld, practice: DemoPractice) -> Seeded:
    practice_id = new_id()
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        practices.create_practice(uow, CreatePractice(practice_id, practice.name, sector=practice.sector))
        ids = {
            person.key: practices.add_practitioner(
                uow, AddPractitioner(practice_id, person.name, person.profession, person.rpps)
            )
            for person in practice.practitioners
        }
        practices.add_line(uow, practice_id, practice.line)
        practices.set_greeting(uow, practice_id, practice.greeting)
        _hours(uow, practice_id)
        for kind, applies, text in practice.instructions:
            practices.write_instruction(
                uow,
                WriteInstruction(
                    practice_id, text, practice.practitioners[0].name, InstructionKind(kind), Applies(applies)
                ),
            )
        kept = _types(uow, practice_id, practice, deps.sectors)
        schedules = {
            person.key: configuration.create_schedule(
                uow,
                CreateSchedule(
                    practice_id, ids[person.key], world.address(practice.calendar, person),
                    person.lanes, (*_bookable(), *_kept(kept)),
                ),
            )
            for person in practice.practitioners
        }  # fmt: skip
        _contacts(uow, practice_id, practice, ids)
        uow.commit()
    return Seeded(practice_id, ids, schedules)


def _hours(uow: UnitOfWork, practice_id: UUID) -> None:
    openings = [Opening(day, 8 * 60, 19 * 60) for day in WEEKDAYS]
    for hours_of in HoursOf:
        practices.set_hours(uow, practice_id, hours_of, openings)


def _bookable() -> tuple[Rule, ...]:
    return tuple(
        rule for day in WEEKDAYS for rule in (Rule(day, time(9), time(12)), Rule(day, time(14), time(18)))
    )


def _kept(types: Sequence[UUID]) -> tuple[Rule, ...]:
    """Return the half hours at the end of each half day, kept for the calls of the day."""
    ends = ((time(11, 30), time(12)), (time(17, 30), time(18)))
    return tuple(Rule(day, *span, kind) for kind in types for day in WEEKDAYS for span in ends)


def _types(
    uow: UnitOfWork, practice_id: UUID, practice: DemoPractice, sectors: tuple[Sector, ...]
) -> list[UUID]:
    """Take the sector's own kinds of appointment where a plug-in brings them; return those kept."""
    kept = []
    sector = next((sector for sector in sectors if sector.code == practice.sector), None)
    kinds = (
        [(kind.code, kind.name_fr, kind.duration_minutes) for kind in sector.appointment_types]
        if sector and sector.appointment_types
        else list(practice.types)
    )
    for code, name, minutes in kinds:
        level, before = (Level.SAME_DAY, 2) if code in practice.kept else (None, None)
        command = CreateAppointmentType(
            practice_id, code, name, minutes, min_level=level, release_hours=before
        )
        type_id = configuration.create_appointment_type(uow, command)
        if level:
            kept.append(type_id)
    return kept


def _contacts(uow: UnitOfWork, practice_id: UUID, practice: DemoPractice, ids: Mapping[str, UUID]) -> None:
    for person in practice.practitioners:
        for channel in (ChannelKind.SMS, ChannelKind.VOICE):
            contacts.add_contact(
                uow, AddContact(practice_id, ids[person.key], channel, person.phone, verified=True)
            )
    contacts.set_on_call(uow, practice_id, [ids[person.key] for person in practice.practitioners])


def _person(deps: Deps, person: DemoPerson, made: Mapping[str, Seeded]) -> dict[str, object]:
    """Make somebody who can log in at once; the demo is the only place where a password is made for them."""
    word, secret = secrets.token_urlsafe(12), secrets.token_bytes(20)
    own = [made[key] for key in person.practices]
    word_hash = PasswordHasher(deps.settings.password_memory_kib).hash(word)
    with deps.unit_of_work(system_actor(Purpose.SETUP, *(practice.id for practice in own))) as uow:
        person_id = accounts.create_person(uow, CreatePerson(person.email, person.name, person.role))
        for practice in own:
            practitioner_id = practice.practitioners.get(person.practitioner)
            accounts.add_membership(uow, AddMembership(practice.id, person_id, person.role, practitioner_id))
        accounts.set_credentials(uow, person_id, word_hash, secret)
        token = accounts.make_token(
            uow, MakeToken(person_id, "demo", tuple(practice.id for practice in own), TOKEN_LIFE)
        )
        uow.commit()
    return {
        "email": person.email,
        "name": person.name,
        "password": word,
        "totp_secret": base64.b32encode(secret).decode(),
        "role": person.role.value,
        "api_token": token,
    }


def _adopt(deps: Deps, made: Mapping[str, Seeded]) -> None:
    """Let a practitioner of each practice adopt the reference protocols, as onboarding asks."""
    for practice in PRACTICES:
        seeded = made[practice.key]
        first = practice.practitioners[0].key
        person = next(person for person in PEOPLE if person.practitioner == first)
        actor = Actor(
            Role.PRACTITIONER, _id_of(deps, person), {seeded.id: Role.PRACTITIONER},
            {seeded.id: seeded.practitioners[first]},
        )  # fmt: skip
        with deps.unit_of_work(actor) as uow:
            triage.adopt_reference_set(uow, deps.library, seeded.id)
            uow.commit()


def _tell(deps: Deps, made: Mapping[str, Seeded]) -> None:
    """Put one notice in the bulletin, which nobody has read yet."""
    rose = next(person for person in PEOPLE if person.role is Role.SUPERVISOR)
    where = {made[key].id: Role.SUPERVISOR for key in rose.practices}
    with deps.unit_of_work(Actor(Role.SUPERVISOR, _id_of(deps, rose), where)) as uow:
        bulletin.write(uow, WriteNotice(NOTICE, uow.now() + NOTICE_STAYS))
        uow.commit()


def _id_of(deps: Deps, person: DemoPerson) -> UUID | None:
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        card = people.person_by_email(uow, person.email)
    return card.id if card else None


def _told(world: OutsideWorld, practice: DemoPractice, seeded: Seeded) -> dict[str, object]:
    address = world.address(practice.calendar, practice.practitioners[0])
    return {
        "id": str(seeded.id),
        "name": practice.name,
        "line": practice.line,
        "calendar": {
            "kind": address.kind,
            "url": address.url,
            "user": address.user,
            "password": address.secret,
        },
        "practitioners": [
            {
                "key": person.key,
                "id": str(seeded.practitioners[person.key]),
                "schedule_id": str(seeded.schedules[person.key]),
                "name": person.name,
                "phone": person.phone,
                "calendar_url": world.address(practice.calendar, person).url,
            }
            for person in practice.practitioners
        ],
    }
