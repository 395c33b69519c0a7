"""What the steps of day one are judged on, for one practice or for sixty in the same number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from telesec.accounts.models import Membership, Person
from telesec.alerts.models import Alert, ContactMethod, OnCall
from telesec.alerts.rules import ChannelKind
from telesec.desk import supervisor_cover as cover
from telesec.desk.practice_cover import DAYS, gaps
from telesec.foundation.access import ROLE_PERMISSIONS, Permission, authorize
from telesec.foundation.access import Facts as On
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.onboarding.models import CalendarTest, ImportBatch
from telesec.onboarding.steps import CalendarFacts, DutyFacts, Facts
from telesec.practices.models import Instruction
from telesec.practices.reads import PracticeCard
from telesec.scheduling.models import AppointmentType, OpeningRule, Schedule
from telesec.scheduling.offers import CalendarCard
from telesec.scheduling.ports import Health
from telesec.triage.models import ProtocolAdoption

Ids = Sequence[UUID]
BY_PHONE = (ChannelKind.SMS.value, ChannelKind.VOICE.value)
ANSWER = tuple(role.value for role, may in ROLE_PERMISSIONS.items() if Permission.CALL_HANDLE in may)


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


def calendars(
    uow: UnitOfWork, cards: Sequence[PracticeCard], lights: Mapping[UUID, Sequence[CalendarCard]]
) -> Mapping[UUID, tuple[Calendar, ...]]:
    """Return the calendars of practices with their last tests; one query."""
    authorize(uow, Permission.SESSION_OWN, on=On(None))
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
        .where(one_of(Schedule.practice_id, [card.id for card in cards]))
    )
    told = {row.id: row for row in rows}
    return {
        card.id: tuple(
            Calendar(
                light,
                name_in(card, light.practitioner_id),
                told[light.schedule_id].calendar_url,
                told[light.schedule_id].calendar_user,
                told[light.schedule_id].outcome or "",
                told[light.schedule_id].tested_at,
                told[light.schedule_id].hours,
            )
            for light in lights.get(card.id, ())
        )
        for card in cards
    }


def facts(
    uow: UnitOfWork, cards: Sequence[PracticeCard], held: Mapping[UUID, Sequence[Calendar]]
) -> Mapping[UUID, Facts]:
    """Return the facts of practices by id, in a fixed number of queries."""
    authorize(uow, Permission.SESSION_OWN, on=On(None))
    ids = [card.id for card in cards]
    answering, waiting = _counts(uow, _people(ids, enrolled=True)), _counts(uow, _people(ids, enrolled=False))
    types = _counts(uow, _number(AppointmentType, ids))
    written = _counts(uow, _number(Instruction, ids).where(Instruction.retired_at.is_(None)))
    adopted = _counts(uow, _number(ProtocolAdoption, ids))
    imported = _counts(uow, _imported(ids))
    order, reached, away = _order(uow, ids), cover.reachable(uow, ids), cover.absences(uow, ids)
    taken = _taken(uow, ids, order)
    start = uow.now()
    end = start + timedelta(days=DAYS)
    return {
        card.id: Facts(
            practitioners=len(card.practitioners),
            answering=answering.get(card.id, 0),
            waiting=waiting.get(card.id, 0),
            lines=len(card.lines),
            types=types.get(card.id, 0),
            calendars=tuple(
                CalendarFacts(one.name, one.card.health is Health.OK, one.outcome == "ok", one.hours > 0)
                for one in held[card.id]
            ),
            instructions=written.get(card.id, 0),
            on_call=tuple(
                DutyFacts(name_in(card, one), one in reached.get(card.id, ()))
                for one in order.get(card.id, ())
            ),
            gaps=len(gaps(reached.get(card.id, ()), away.get(card.id, ()), start, end)),
            test_taken_at=taken.get(card.id),
            adopted=bool(adopted.get(card.id)),
            imported=imported.get(card.id, 0),
        )
        for card in cards
    }


def name_in(card: PracticeCard, practitioner_id: UUID | None) -> str:
    """Return a practitioner's name, empty for nobody."""
    person = card.practitioner(practitioner_id) if practitioner_id else None
    return person.name if person else ""


def _counts(uow: UnitOfWork, query: Select[Any]) -> dict[UUID, int]:
    return {row[0]: int(row[1]) for row in uow.session.execute(query)}


def _number(model: Any, ids: Ids) -> Select[Any]:
    """Return how many rows of a table each practice has."""
    mine = one_of(model.practice_id, ids)
    return select(model.practice_id, func.count()).where(mine).group_by(model.practice_id)


def _people(ids: Ids, *, enrolled: bool) -> Select[Any]:
    """Return who answers calls, by practice; practitioners may, and are not who does."""
    in_force = Person.password_hash.is_not(None) if enrolled else Person.password_hash.is_(None)
    return (
        _number(Membership, ids)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.disabled_at.is_(None),
            Membership.practitioner_id.is_(None),
            Membership.role.in_(ANSWER),
            in_force,
        )
    )


def _imported(ids: Ids) -> Select[Any]:
    """Return how many patients imports brought, by practice."""
    here = ImportBatch
    made: Any = func.sum(here.made)
    return (
        select(here.practice_id, made)
        .where(one_of(here.practice_id, ids), here.kind == "patients", here.state == "done")
        .group_by(here.practice_id)
    )


def _order(uow: UnitOfWork, ids: Ids) -> dict[UUID, list[UUID]]:
    """Return who is on call, by practice, first one first."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in uow.session.execute(
        select(OnCall.practice_id, OnCall.practitioner_id)
        .where(one_of(OnCall.practice_id, ids))
        .order_by(OnCall.practice_id, OnCall.position)
    ):
        found[row.practice_id].append(row.practitioner_id)
    return found


def _taken(uow: UnitOfWork, ids: Ids, order: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, datetime]:
    """Return when somebody on call last took an alert by phone, on the numbers they have now."""
    on_duty = [one for people in order.values() for one in people]
    since = {
        (row.practice_id, row.practitioner_id): row.since
        for row in uow.session.execute(
            select(
                ContactMethod.practice_id,
                ContactMethod.practitioner_id,
                func.max(ContactMethod.verified_at).label("since"),
            )
            .where(
                one_of(ContactMethod.practice_id, ids),
                one_of(ContactMethod.practitioner_id, on_duty),
                ContactMethod.verified_at.is_not(None),
            )
            .group_by(ContactMethod.practice_id, ContactMethod.practitioner_id)
        )
    }
    taken: dict[UUID, datetime] = {}
    for row in uow.session.execute(
        select(Alert.practice_id, Alert.acknowledged_by, func.max(Alert.acknowledged_at).label("at"))
        .where(
            one_of(Alert.practice_id, ids),
            one_of(Alert.acknowledged_by, on_duty),
            Alert.acknowledged_channel.in_(BY_PHONE),
        )
        .group_by(Alert.practice_id, Alert.acknowledged_by)
    ):
        known = since.get((row.practice_id, row.acknowledged_by))
        if known is not None and row.at >= known:
            taken[row.practice_id] = max(row.at, taken.get(row.practice_id, row.at))
    return taken
