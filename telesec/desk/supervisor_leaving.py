"""What is left behind when a person leaves: shown before, so that nobody falls into the gap after."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from telesec.accounts import members
from telesec.accounts import service as accounts
from telesec.accounts.members import Member
from telesec.accounts.reads import PersonCard
from telesec.alerts import contacts
from telesec.desk.practice_cover import DAYS, Gap, gaps
from telesec.desk.supervisor_cover import absences, reachable
from telesec.foundation.access import Facts, Permission, Role, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard


@dataclass(frozen=True)
class LeftBehind:
    """What one practice loses.

    Args:
        practitioner_id: Whom of its practitioners they are, when no other login is the same one.
        alone: Nobody else who has enrolled holds this role there.
        on_call: Urgent calls are put through to them.
        gaps: Times of the next 14 days in which an urgent call would newly reach nobody.
    """

    card: PracticeCard
    role: Role
    practitioner_id: UUID | None
    alone: bool
    on_call: bool
    gaps: tuple[Gap, ...]

    @property
    def quiet(self) -> bool:
        """Whether the practice hardly notices."""
        return not (self.alone or self.on_call or self.gaps)


@dataclass(frozen=True)
class Leaving:
    """A person as the supervisor's page shows them, and what their leaving would leave behind."""

    person: PersonCard
    left: tuple[LeftBehind, ...]
    practices: tuple[PracticeCard, ...]

    @property
    def serves(self) -> frozenset[UUID]:
        """The practices they serve, of those the reader sees."""
        return frozenset(one.card.id for one in self.left)

    @property
    def on_call(self) -> bool:
        """Whether any practice puts urgent calls through to them."""
        return any(one.on_call for one in self.left)


def leaving(uow: UnitOfWork, person_id: UUID) -> Leaving:
    """Return what a person is and what their leaving would leave behind; a fixed number of queries.

    Raises:
        NotFound: No such person.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=Facts(None))
    who = members.person(uow, person_id)
    cards = {card.id: card for card in practices.practices(uow)}
    roles = {one: role for one, role in uow.actor.memberships.items() if one in cards}
    everybody = _by_practice(members.members(uow, roles))
    mine = {
        one.practice_id: one for found in everybody.values() for one in found if one.person_id == person_id
    }
    people, away = reachable(uow, mine), absences(uow, mine)
    start = uow.now()
    end = start + timedelta(days=DAYS)
    left = []
    for practice_id, member in mine.items():
        others = [one for one in everybody[practice_id] if one.person_id != person_id]
        gone = _gone(member, others)
        before = people[practice_id]
        after = [one for one in before if one != gone]
        known = set(gaps(before, away[practice_id], start, end))
        left.append(
            LeftBehind(
                cards[practice_id],
                member.role,
                gone,
                alone=not any(one.enrolled and one.role is member.role for one in others),
                on_call=gone is not None and gone in before,
                gaps=tuple(gap for gap in gaps(after, away[practice_id], start, end) if gap not in known),
            )
        )
    left.sort(key=lambda one: one.card.name)
    return Leaving(who, tuple(left), tuple(cards.values()))


def leave(uow: UnitOfWork, person_id: UUID, *, off_call: bool) -> None:
    """Close a person's account at once; with ``off_call`` urgent calls are put through to them no more.

    Raises:
        Refused: One's own account (422).
        NotFound: No such person, or already shut out.
    """
    authorize(uow, Permission.PERSON_MANAGE, on=Facts(None))
    if off_call:
        for one in leaving(uow, person_id).left:
            if one.practitioner_id is not None:
                contacts.take_off(uow, one.card.id, one.practitioner_id)
    accounts.disable_person(uow, person_id)


def _by_practice(found: tuple[Member, ...]) -> Mapping[UUID, list[Member]]:
    kept: dict[UUID, list[Member]] = defaultdict(list)
    for one in found:
        kept[one.practice_id].append(one)
    return kept


def _gone(member: Member, others: list[Member]) -> UUID | None:
    """Return the practitioner who leaves with this login; None while another login is the same one."""
    same = any(one.practitioner_id == member.practitioner_id for one in others)
    return None if same else member.practitioner_id
