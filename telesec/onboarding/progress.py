"""Where a practice stands on its day one: the facts, gathered in a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from telesec.accounts import members
from telesec.accounts.members import Member
from telesec.alerts import contacts
from telesec.alerts.models import Alert, ContactMethod
from telesec.alerts.rules import AlertState, ChannelKind
from telesec.desk.practice_cover import DAYS, gaps
from telesec.foundation.access import ROLE_PERMISSIONS, Permission, authorize
from telesec.foundation.access import Facts as On
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.onboarding.models import CalendarTest, ImportBatch
from telesec.onboarding.steps import CalendarFacts, DutyFacts, Facts, Step, StepName, ready, steps
from telesec.practices import reads as practices
from telesec.practices.reads import PracticeCard
from telesec.scheduling import reads as scheduling
from telesec.scheduling.models import OpeningRule, Schedule
from telesec.scheduling.offers import CalendarCard
from telesec.scheduling.ports import Health
from telesec.scheduling.reads import TypeCard
from telesec.triage.models import ProtocolAdoption

BY_PHONE = (ChannelKind.SMS.value, ChannelKind.VOICE.value)


@dataclass(frozen=True)
class Calendar:
    """A practitioner's calendar as the page shows it.

    Args:
        outcome: Of the last test at this address, empty before the first.
        hours: How many stretches a week may be booked in.
    """

    card: CalendarCard
    name: str
    url: str
    user: str
    outcome: str
    tested_at: datetime | None
    hours: int


@dataclass(frozen=True)
class DutyTest:
    """An alert rung to test the on-call order: it has neither a call nor a message."""

    id: UUID
    state: AlertState
    triggered_at: datetime
    taken_by: str


@dataclass(frozen=True)
class Progress:
    """The checklist of one practice."""

    card: PracticeCard
    steps: tuple[Step, ...]
    calendars: tuple[Calendar, ...]
    types: tuple[TypeCard, ...]
    members: tuple[Member, ...]
    test: DutyTest | None
    facts: Facts

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


def progress(uow: UnitOfWork, practice_id: UUID) -> Progress:
    """Return where a practice stands.

    Raises:
        NotFound: No such practice, or not the actor's.
    """
    authorize(uow, Permission.PRACTICE_CREATE, on=On(practice_id))
    card = practices.practice(uow, practice_id)
    calendars = _calendars(uow, card)
    types = scheduling.appointment_types(uow, practice_id)
    people = members.members(uow, (practice_id,))
    facts = _facts(uow, card, calendars, types, people)
    return Progress(card, steps(facts), calendars, types, people, _test(uow, card), facts)


def _facts(
    uow: UnitOfWork,
    card: PracticeCard,
    calendars: tuple[Calendar, ...],
    types: tuple[TypeCard, ...],
    people: tuple[Member, ...],
) -> Facts:
    answering = [one for one in people if _answers(one)]
    order = contacts.order_of_duty(uow, card.id)
    ways = contacts.usable(uow, card.id, order)
    duty = tuple(DutyFacts(_name(card, one), bool(ways.get(one))) for one in order)
    start = uow.now()
    holes = gaps(
        [one for one in order if ways.get(one)],
        practices.absences(uow, card.id),
        start,
        start + timedelta(days=DAYS),
    )
    return Facts(
        practitioners=len(card.practitioners),
        answering=sum(one.enrolled for one in answering),
        waiting=sum(not one.enrolled for one in answering),
        lines=len(card.lines),
        types=len(types),
        calendars=tuple(
            CalendarFacts(one.name, one.card.health is Health.OK, one.outcome == "ok", one.hours > 0)
            for one in calendars
        ),
        instructions=len(practices.instructions(uow, card.id)),
        on_call=duty,
        gaps=len(holes),
        test_taken_at=_taken(uow, card.id, order),
        adopted=uow.session.get(ProtocolAdoption, card.id) is not None,
        imported=_imported(uow, card.id),
    )


def _answers(member: Member) -> bool:
    """Return whether a member answers calls; practitioners may, and are not who does."""
    return member.practitioner_id is None and Permission.CALL_HANDLE in ROLE_PERMISSIONS[member.role]


def _calendars(uow: UnitOfWork, card: PracticeCard) -> tuple[Calendar, ...]:
    hours = (
        select(func.count())
        .where(OpeningRule.practice_id == Schedule.practice_id, OpeningRule.schedule_id == Schedule.id)
        .scalar_subquery()
    )
    same = (
        (CalendarTest.practice_id == Schedule.practice_id)
        & (CalendarTest.schedule_id == Schedule.id)
        & (CalendarTest.sealed_version == Schedule.sealed_version)
    )
    rows = uow.session.execute(
        select(
            Schedule.id,
            Schedule.calendar_url,
            Schedule.calendar_user,
            CalendarTest.outcome,
            CalendarTest.tested_at,
            hours.label("hours"),
        )
        .outerjoin(CalendarTest, same)
        .where(Schedule.practice_id == card.id)
    )
    told = {row.id: row for row in rows}
    return tuple(
        Calendar(
            light,
            _name(card, light.practitioner_id),
            told[light.schedule_id].calendar_url,
            told[light.schedule_id].calendar_user,
            told[light.schedule_id].outcome or "",
            told[light.schedule_id].tested_at,
            told[light.schedule_id].hours,
        )
        for light in scheduling.calendars(uow, card.id)
    )


def _taken(uow: UnitOfWork, practice_id: UUID, order: tuple[UUID, ...]) -> datetime | None:
    """Return when somebody on call last took an alert by phone, on the numbers they have now."""
    since: Mapping[UUID, datetime] = {
        row.practitioner_id: row.since
        for row in uow.session.execute(
            select(ContactMethod.practitioner_id, func.max(ContactMethod.verified_at).label("since"))
            .where(
                ContactMethod.practice_id == practice_id,
                one_of(ContactMethod.practitioner_id, order),
                ContactMethod.verified_at.is_not(None),
            )
            .group_by(ContactMethod.practitioner_id)
        )
    }
    rows = uow.session.execute(
        select(Alert.acknowledged_by, func.max(Alert.acknowledged_at).label("at"))
        .where(
            Alert.practice_id == practice_id,
            one_of(Alert.acknowledged_by, order),
            Alert.acknowledged_channel.in_(BY_PHONE),
        )
        .group_by(Alert.acknowledged_by)
    )
    taken = [row.at for row in rows if row.acknowledged_by in since and row.at >= since[row.acknowledged_by]]
    return max(taken, default=None)


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
    return DutyTest(row.id, AlertState(row.state), row.triggered_at, _name(card, row.acknowledged_by))


def _imported(uow: UnitOfWork, practice_id: UUID) -> int:
    found = uow.session.scalar(
        select(func.sum(ImportBatch.made)).where(
            ImportBatch.practice_id == practice_id,
            ImportBatch.kind == "patients",
            ImportBatch.state == "done",
        )
    )
    return int(found or 0)


def _name(card: PracticeCard, practitioner_id: UUID | None) -> str:
    person = card.practitioner(practitioner_id) if practitioner_id else None
    return person.name if person else ""
