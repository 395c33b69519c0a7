"""The first practice and the first people of an installation, in one transaction: all of it, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from telesec.accounts import reads as accounts
from telesec.accounts import service as people
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.foundation.access import Facts, Permission, Role, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices import service as practice_service
from telesec.practices.service import AddPractitioner, CreatePractice

ADVISORY_KEY = 0x74656C65_73656331
"""Two set-ups at once: the second waits, then finds the first one's work."""


@dataclass(frozen=True)
class FirstPerson:
    """Somebody who will log in; for a practitioner, ``display_name`` is one of the practice's."""

    role: Role
    display_name: str
    email: str


@dataclass(frozen=True)
class Founding:
    """What the first practice is made of; ``practice_id`` is one of the actor's."""

    practice_id: UUID
    name: str
    time_zone: str = "Europe/Paris"
    language: str = "fr"
    sector: str = "medical"
    lines: tuple[str, ...] = ()
    practitioners: tuple[str, ...] = ()
    people: tuple[FirstPerson, ...] = ()


@dataclass(frozen=True)
class Invited:
    """A person with the secret of their enrolment link, which exists in clear only here."""

    person: FirstPerson
    secret: str = field(repr=False)


def refuse_if_set_up(uow: UnitOfWork) -> None:
    """Refuse a second set-up.

    Raises:
        Refused: A practice or a person is there (409).
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(None))
    uow.session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
    if practices.all_practice_ids(uow) or accounts.people(uow):
        raise Refused(
            "already_set_up",
            say(
                "This installation is set up already; nothing was changed. Add a practice on the page "
                "/onboarding or by telesec practice add, a person by telesec user add; "
                "a lost access: telesec user reset."
            ),
        )


def found(uow: UnitOfWork, command: Founding) -> tuple[Invited, ...]:
    """Found the first practice with its lines, practitioners and people; return a link for each person.

    Raises:
        Refused: The installation is set up already (409), or something cannot be as typed (422).
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=Facts(command.practice_id))
    refuse_if_set_up(uow)
    practice_id = command.practice_id
    practice_service.create_practice(
        uow,
        CreatePractice(practice_id, command.name, command.time_zone, command.language, command.sector),
    )
    for line in command.lines:
        practice_service.add_line(uow, practice_id, line)
    ids = {
        name: practice_service.add_practitioner(uow, AddPractitioner(practice_id, name, "physician"))
        for name in _named(command)
    }
    return tuple(_invite(uow, command, one, ids) for one in command.people)


def _named(command: Founding) -> Sequence[str]:
    """Return the practitioners' names, those of people who are one included."""
    own = [one.display_name for one in command.people if one.role is Role.PRACTITIONER]
    return tuple(dict.fromkeys((*command.practitioners, *own)))


def _invite(uow: UnitOfWork, command: Founding, one: FirstPerson, ids: dict[str, UUID]) -> Invited:
    person_id = people.create_person(
        uow, CreatePerson(one.email, one.display_name, one.role, command.language)
    )
    mine = ids[one.display_name] if one.role is Role.PRACTITIONER else None
    people.add_membership(uow, AddMembership(command.practice_id, person_id, one.role, mine))
    return Invited(one, people.make_link(uow, person_id))
