"""Adding a person as a supervisor types it: who, as what, for which practices; one act, one link."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from telesec.accounts import members, roles
from telesec.accounts import service as accounts
from telesec.accounts.service import AddMembership, CreatePerson
from telesec.accounts.step_up import Act, require_proven
from telesec.foundation.access import Actor, Facts, Permission, Role, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.web.language import LANGUAGES

LONGEST_NAME = 200


@dataclass(frozen=True)
class NewPerson:
    """A person as typed; ``practitioner_id`` when they are a practitioner of one of the practices."""

    display_name: str
    email: str
    role: str
    language: str
    practice_ids: tuple[UUID, ...]
    practitioner_id: UUID | None = None


def grantable(actor: Actor) -> tuple[Role, ...]:
    """Return the roles this actor may give."""
    return tuple(role for role in Role if role is not Role.SYSTEM and roles.may_grant(actor, role))


def add(uow: UnitOfWork, typed: NewPerson) -> str:
    """Make the person, let them serve the practices named, and return the secret of their enrolment link.

    Raises:
        Refused: No name, no e-mail address, a taken one, or a choice that is not offered.
        NotFound: A practice that is not the actor's.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=Facts(None))
    name = typed.display_name.strip()
    refuse_longer(name, LONGEST_NAME, "display_name", code="bad_name")
    if not name:
        raise Refused("bad_name", say("Type the name."), status=422, field="display_name")
    if typed.role not in set(grantable(uow.actor)) or typed.language not in LANGUAGES:
        raise Refused("bad_choice", say("Choose one of the values offered."), status=422)
    role = Role(typed.role)
    person_id = accounts.create_person(
        uow, CreatePerson(typed.email, typed.display_name, role, typed.language)
    )
    cards = {card.id: card for card in practices.practices(uow)}
    for practice_id in typed.practice_ids:
        mine = _practitioner(cards.get(practice_id), typed, role)
        accounts.add_membership(uow, AddMembership(practice_id, person_id, role, mine))
    return link(uow, person_id)


def link(uow: UnitOfWork, person_id: UUID) -> str:
    """Return the secret of a new enrolment link: whoever holds it is that person, so who asks is asked again.

    Raises:
        NotFound: No such person.
        Refused: The second factor was not given anew (422).
    """
    authorize(uow, Permission.PERSON_MANAGE, on=Facts(None))
    secret = accounts.make_link(uow, person_id)
    require_proven(uow, Act.MANAGE_PEOPLE)
    return secret


def set_served(uow: UnitOfWork, person_id: UUID, practice_ids: Sequence[UUID]) -> None:
    """Let a person serve these of the supervisor's practices and no other of them.

    Raises:
        Refused: A practitioner would gain a practice, or the second factor was not given anew (422).
        NotFound: No such person, or a practice that is not the actor's.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=Facts(None))
    members.set_served(uow, person_id, practice_ids)
    require_proven(uow, Act.MANAGE_PEOPLE)


def _practitioner(card: PracticeCard | None, typed: NewPerson, role: Role) -> UUID | None:
    if role is not Role.PRACTITIONER or card is None or typed.practitioner_id is None:
        return None
    return typed.practitioner_id if card.practitioner(typed.practitioner_id) else None
