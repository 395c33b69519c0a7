"""Who serves a practice, and which practices somebody serves; only the actor's practices are seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from telesec.accounts import service
from telesec.accounts.models import Membership, Person
from telesec.accounts.reads import MOST_PEOPLE, PersonCard, card_of
from telesec.accounts.service import AddMembership
from telesec.foundation.access import Facts, Permission, Role, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.language import say
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork

INSTALLATION = Facts(practice_id=None)


@dataclass(frozen=True)
class Member:
    """What a person who may log in is to one practice; ``enrolled`` once they have used their link."""

    practice_id: UUID
    person_id: UUID
    name: str
    role: Role
    practitioner_id: UUID | None
    enrolled: bool


def person(uow: UnitOfWork, person_id: UUID) -> PersonCard:
    """Return one person, for those who manage people.

    Raises:
        NotFound: No such person.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    row = uow.session.get(Person, person_id)
    if row is None:
        raise NotFound
    return card_of(row)


def members(uow: UnitOfWork, practice_ids: Iterable[UUID]) -> tuple[Member, ...]:
    """Return who serves these practices and is not shut out, by name; one query."""
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    rows = uow.session.execute(
        select(Membership, Person.display_name, Person.password_hash.is_not(None).label("enrolled"))
        .join(Person, Person.id == Membership.person_id)
        .where(one_of(Membership.practice_id, tuple(practice_ids)), Person.disabled_at.is_(None))
        .order_by(Person.display_name, Person.id, Membership.practice_id)
        .limit(MOST_PEOPLE)
    )
    return tuple(
        Member(
            row.Membership.practice_id,
            row.Membership.person_id,
            row.display_name,
            Role(row.Membership.role),
            row.Membership.practitioner_id,
            row.enrolled,
        )
        for row in rows
    )


def practices_of(uow: UnitOfWork, person_id: UUID) -> tuple[UUID, ...]:
    """Return every practice somebody serves, also those the acting person does not see; ids only."""
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    rows = uow.session.execute(
        text("select practice_id from sec.find_memberships(:person)"), {"person": person_id}
    )
    return tuple(row.practice_id for row in rows)


def served(uow: UnitOfWork, person_id: UUID) -> dict[UUID, Membership]:
    """Return, by practice of the acting person, what somebody is there."""
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    rows = uow.session.scalars(
        select(Membership).where(
            one_of(Membership.practice_id, uow.actor.practice_ids), Membership.person_id == person_id
        )
    )
    return {row.practice_id: row for row in rows}


def set_served(uow: UnitOfWork, person_id: UUID, practice_ids: Iterable[UUID]) -> None:
    """Let a person serve these of the acting person's practices, and no other of them.

    A practitioner is one of some practice's practitioners: they keep those they have and gain none here.

    Raises:
        Refused: A practitioner would gain a practice (422).
        NotFound: No such person, or a practice that is not the actor's.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=INSTALLATION)
    who, now, wanted = person(uow, person_id), served(uow, person_id), set(practice_ids)
    gained = wanted - set(now)
    if gained and who.role is Role.PRACTITIONER:
        raise Refused(
            "practitioner_gains",
            say("A practitioner is invited for each practice apart, as one of its practitioners."),
            status=422,
            field="practice",
        )
    for practice_id in sorted(gained):
        service.add_membership(uow, AddMembership(practice_id, person_id, who.role))
    for practice_id in sorted(set(now) - wanted):
        service.remove_membership(uow, practice_id, person_id)
