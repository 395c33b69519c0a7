"""What screens show of alerts: one with its ladder, the red list, open loops, a practitioner's own.

Lists carry ids, levels and times: no name, no text, no number. Addresses are shown masked, of one alert only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from telesec.alerts import contacts, rules
from telesec.alerts.models import Alert, ContactMethod, Delivery
from telesec.alerts.replies import mask
from telesec.alerts.rules import AlertLevel, AlertState, ChannelKind
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import Cursor, Page, across_practices, bounded
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.reads import served_by

MOST_DELIVERIES = 200
MOST_CONTACTS = 200


@dataclass(frozen=True)
class AlertRow:
    """An alert as a list shows it.

    Args:
        step: Stages of the policy that have run in this round.
        exhausted_at: Since when it is red on the supervisor's desk; None when it is not.
        next_step_at: When somebody is tried next, or the alert calls again.
    """

    id: UUID
    practice_id: UUID
    level: AlertLevel
    state: AlertState
    step: int
    round: int
    ladder: tuple[UUID, ...]
    message_id: UUID | None
    call_id: UUID | None
    triggered_at: datetime
    next_step_at: datetime | None
    exhausted_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    acknowledged_channel: str | None
    outcome: str | None
    outcome_at: datetime | None
    closed_at: datetime | None

    @property
    def red(self) -> bool:
        """Whether nobody took it and only the supervisor is left."""
        return self.state is AlertState.TRIGGERED and self.exhausted_at is not None


@dataclass(frozen=True)
class DeliveryRow:
    """One attempt; ``to_masked`` is empty for the desk and for a contact removed since."""

    id: UUID
    channel: str
    to_masked: str
    practitioner_id: UUID | None
    round: int
    step: int
    status: str
    at: datetime
    error: str | None


@dataclass(frozen=True)
class AlertDetail:
    """One alert with everything that was tried, oldest first."""

    alert: AlertRow
    deliveries: tuple[DeliveryRow, ...]


@dataclass(frozen=True)
class Rung:
    """Who would be tried at one position of the ladder, and how.

    Args:
        channels: Empty for who has none, and for who is skipped because he is away.
        absent: Whether he is away now; with channels he is rung all the same, for nobody else is there.
    """

    position: int
    practitioner_id: UUID
    channels: tuple[ChannelKind, ...]
    absent: bool = False


@dataclass(frozen=True)
class ContactCard:
    """One way to reach a practitioner; not used before ``verified_at``."""

    id: UUID
    practitioner_id: UUID
    channel: ChannelKind
    to_masked: str
    verified_at: datetime | None
    code_sent_at: datetime | None = None


def alert(uow: UnitOfWork, alert_id: UUID) -> AlertDetail:
    """Return one alert with its deliveries; a read is audited.

    Raises:
        NotFound: No such alert in the actor's practices.
    """
    row = _find(uow, alert_id)
    authorize(uow, Permission.ALERT_READ, on=Facts(row.practice_id))
    deliveries = uow.session.scalars(
        select(Delivery)
        .where(Delivery.practice_id == row.practice_id, Delivery.alert_id == row.id)
        .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        .limit(MOST_DELIVERIES)
    ).all()
    used = {one.contact_id for one in deliveries if one.contact_id}
    to = contacts.addresses(uow, row.practice_id, used)
    uow.audit("alert.view", practice_id=row.practice_id, object_id=row.id)
    return AlertDetail(_row(row), tuple(_delivery(one, to) for one in reversed(deliveries)))


def state_of(uow: UnitOfWork, alert_id: UUID) -> AlertRow:
    """Return one alert without what was tried; for a live redraw of what is already open."""
    row = _find(uow, alert_id)
    authorize(uow, Permission.ALERT_READ, on=Facts(row.practice_id))
    return _row(row)


def red_list(uow: UnitOfWork, *, limit: int | None = None, cursor: str | None = None) -> Page[AlertRow]:
    """Return the alerts nobody took, the oldest first, over all practices of the actor."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    return _page(uow, at=Alert.exhausted_at, where=_red, limit=limit, cursor=cursor)


def open_loops(uow: UnitOfWork, *, limit: int | None = None, cursor: str | None = None) -> Page[AlertRow]:
    """Return the alerts somebody took whose outcome is missing or only promised, the oldest first."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    return _page(uow, at=Alert.acknowledged_at, where=_taken, limit=limit, cursor=cursor)


def under_way(uow: UnitOfWork, *, limit: int | None = None, cursor: str | None = None) -> Page[AlertRow]:
    """Return every alert that is not closed, the oldest first: red ones, those still calling, open loops."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    return _page(uow, at=Alert.triggered_at, where=_not_closed, limit=limit, cursor=cursor)


def mine(uow: UnitOfWork, *, limit: int | None = None) -> tuple[AlertRow, ...]:
    """Return the alerts that call the acting practitioner, open ones first, then the newest closed ones."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    me = list(uow.actor.practitioner_ids.values())
    rows = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id.in_(list(uow.actor.practitioner_ids)), Alert.ladder.overlap(me))
        .order_by(Alert.closed_at.desc().nulls_first(), Alert.triggered_at.desc(), Alert.id)
        .limit(bounded(limit))
    )
    return tuple(_row(row) for row in rows)


def of_messages(uow: UnitOfWork, practice_id: UUID, message_ids: Sequence[UUID]) -> Mapping[UUID, AlertRow]:
    """Return the alert each message raised, by message id; messages without one are missing."""
    authorize(uow, Permission.ALERT_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Alert).where(Alert.practice_id == practice_id, Alert.message_id.in_(message_ids))
    )
    return {row.message_id: _row(row) for row in rows if row.message_id}


def of_call(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> tuple[AlertRow, ...]:
    """Return the alerts a call raised, newest first."""
    authorize(uow, Permission.ALERT_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id == practice_id, Alert.call_id == call_id)
        .order_by(Alert.triggered_at.desc(), Alert.id.desc())
        .limit(bounded(None))
    )
    return tuple(_row(row) for row in rows)


def who_now(
    uow: UnitOfWork,
    practice_id: UUID,
    practitioner_ids: Sequence[UUID] = (),
    *,
    level: AlertLevel = AlertLevel.DOCTOR_NOW,
) -> tuple[Rung, ...]:
    """Return who an alert raised now would try, in order; a rung without channels reaches nobody.

    Args:
        practitioner_ids: Whom the message would be for.
        level: Of the alert; its policy says who is tried at all.
    """
    authorize(uow, Permission.POLICY_READ, on=Facts(practice_id))
    people = rules.order_ladder(practitioner_ids, contacts.order_of_duty(uow, practice_id))
    ways = contacts.usable(uow, practice_id, people)
    away = contacts.away_now(uow, practice_id)
    absent = frozenset(at for at, person in enumerate(people) if away.is_absent(person))
    skipped = rules.left_out(level, [frozenset(ways.get(person, ())) for person in people], absent)
    return tuple(
        Rung(at, person, () if at in skipped else tuple(sorted(ways.get(person, ()))), at in absent)
        for at, person in enumerate(people)
    )


def contact_cards(uow: UnitOfWork, practice_id: UUID) -> tuple[ContactCard, ...]:
    """Return how a practice's practitioners are reached, addresses masked, in the order they are used."""
    authorize(uow, Permission.POLICY_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(ContactMethod)
        .where(ContactMethod.practice_id == practice_id)
        .order_by(
            ContactMethod.practitioner_id, ContactMethod.channel, ContactMethod.position, ContactMethod.id
        )
        .limit(MOST_CONTACTS)
    ).all()
    to = contacts.masked(uow, practice_id, [row.id for row in rows])
    return tuple(
        ContactCard(
            row.id,
            row.practitioner_id,
            ChannelKind(row.channel),
            to[row.id],
            row.verified_at,
            row.code_sent_at,
        )
        for row in rows
    )


def _red() -> ColumnElement[bool]:
    return (Alert.state == AlertState.TRIGGERED.value) & Alert.exhausted_at.is_not(None)


def _taken() -> ColumnElement[bool]:
    return Alert.state == AlertState.ACKNOWLEDGED.value


def _not_closed() -> ColumnElement[bool]:
    return Alert.state != AlertState.CLOSED.value


def _page(
    uow: UnitOfWork,
    *,
    at: Any,
    where: Callable[[], ColumnElement[bool]],
    limit: int | None,
    cursor: str | None,
) -> Page[AlertRow]:
    size = bounded(limit)
    rows = uow.session.scalars(
        across_practices(
            Alert,
            served_by(uow.actor, Permission.ALERT_READ),
            at=at,
            where=where,
            limit=size + 1,
            after=Cursor.decode(cursor) if cursor else None,
            newest_first=False,
        )
    ).all()
    shown = rows[:size]
    more = Cursor(getattr(shown[-1], at.key), shown[-1].id).encode() if len(rows) > size else None
    return Page(tuple(_row(row) for row in shown), more)


def _find(uow: UnitOfWork, alert_id: UUID) -> Alert:
    row = uow.session.scalars(
        select(Alert).where(Alert.practice_id.in_(uow.actor.practice_ids), Alert.id == alert_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _row(row: Alert) -> AlertRow:
    return AlertRow(
        id=row.id,
        practice_id=row.practice_id,
        level=AlertLevel(row.level),
        state=AlertState(row.state),
        step=row.stages_done,
        round=row.round,
        ladder=tuple(row.ladder),
        message_id=row.message_id,
        call_id=row.call_id,
        triggered_at=row.triggered_at,
        next_step_at=row.next_step_at,
        exhausted_at=row.exhausted_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_channel=row.acknowledged_channel,
        outcome=row.outcome,
        outcome_at=row.outcome_at,
        closed_at=row.closed_at,
    )


def _delivery(row: Delivery, to: Mapping[UUID, str]) -> DeliveryRow:
    address = to.get(row.contact_id) if row.contact_id else None
    return DeliveryRow(
        id=row.id,
        channel=row.channel,
        to_masked=mask(address) if address else "",
        practitioner_id=row.practitioner_id,
        round=row.round,
        step=row.stage,
        status=row.status,
        at=row.settled_at or row.claimed_at or row.created_at,
        error=row.error,
    )
