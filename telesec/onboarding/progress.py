"""Where practices stand on their day one: one with all its page shows, or every one the actor sets up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from telesec.accounts import members
from telesec.accounts.members import Member
from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertState
from telesec.foundation.access import Facts as On
from telesec.foundation.access import Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.onboarding import facts
from telesec.onboarding.facts import Calendar, name_in
from telesec.onboarding.steps import Facts, Step, StepName, ready, steps
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.scheduling import reads as scheduling
from telesec.scheduling.reads import TypeCard


@dataclass(frozen=True)
class DutyTest:
    """An alert rung to test the on-call order: it has neither a call nor a message."""

    id: UUID
    state: AlertState
    triggered_at: datetime
    taken_by: str


@dataclass(frozen=True)
class Standing:
    """How far one practice has come."""

    card: PracticeCard
    steps: tuple[Step, ...]

    @property
    def ready(self) -> bool:
        """Whether calls may come."""
        return ready(self.steps)

    @property
    def done(self) -> int:
        """How many needed steps are done."""
        return sum(step.done for step in self.steps if step.needed)

    @property
    def needed(self) -> int:
        """How many steps are needed."""
        return sum(step.needed for step in self.steps)

    @property
    def next(self) -> StepName | None:
        """The first step that lacks something, needed ones first."""
        left = [step for step in self.steps if not step.done]
        return min(left, key=lambda step: not step.needed).name if left else None


@dataclass(frozen=True)
class Progress(Standing):
    """The checklist of one practice."""

    calendars: tuple[Calendar, ...]
    types: tuple[TypeCard, ...]
    members: tuple[Member, ...]
    test: DutyTest | None
    facts: Facts


def standings(uow: UnitOfWork) -> tuple[Standing, ...]:
    """Return where every practice the actor may set up stands, by name, in a fixed number of queries."""
    authorize(uow, Permission.SESSION_OWN, on=On(None))
    mine = set(practices.served_by(uow.actor, Permission.PRACTICE_CREATE))
    cards = [card for card in practices.practices(uow) if card.id in mine]
    held = facts.calendars(uow, cards, scheduling.all_calendars(uow))
    found = facts.facts(uow, cards, held)
    return tuple(Standing(card, steps(found[card.id])) for card in cards)


def progress(uow: UnitOfWork, practice_id: UUID) -> Progress:
    """Return where a practice stands.

    Raises:
        NotFound: No such practice, or not the actor's.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=On(practice_id))
    card = practices.practice(uow, practice_id)
    held = facts.calendars(uow, [card], {card.id: scheduling.calendars(uow, card.id)})
    found = facts.facts(uow, [card], held)[card.id]
    return Progress(
        card,
        steps(found),
        held[card.id],
        scheduling.appointment_types(uow, practice_id),
        members.members(uow, (practice_id,)),
        _test(uow, card),
        found,
    )


def _test(uow: UnitOfWork, card: PracticeCard) -> DutyTest | None:
    """Return the last test alert."""
    row = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id == card.id, Alert.message_id.is_(None), Alert.call_id.is_(None))
        .order_by(Alert.triggered_at.desc(), Alert.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return DutyTest(row.id, AlertState(row.state), row.triggered_at, name_in(card, row.acknowledged_by))
