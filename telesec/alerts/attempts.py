"""Attempts to deliver: claimed before a send, settled after it, corrected by the provider's reports.

The flow calls these in short transactions around each call to the outside world. An attempt is claimed only
while its alert is triggered, under a share lock on the alert: an acknowledgement waits for a claim that is
being written, and every claim sees every acknowledgement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select, text

from telesec.alerts import contacts, rules
from telesec.alerts.models import Alert, Delivery
from telesec.alerts.ports import DeliveryReport
from telesec.alerts.rows import SWEEP, TOPIC
from telesec.alerts.rules import AlertState, ChannelKind, DeliveryStatus
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork

LOOK_AGAIN = timedelta(seconds=3)
"""How long after an attempt of unknown outcome the provider is asked."""

SUPERSEDED = "superseded"
HUNG_UP = "hung_up"
_PENDING = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN})


@dataclass(frozen=True)
class Claim:
    """An attempt this worker may make now.

    Args:
        look_up: An earlier attempt may have left: ask the provider first.
        attempts: Which try this is, from 1; chooses the provider where a channel has several.
        urgent_count: Triggered alerts that call this practitioner.
        hang_up: The provider's id of a call to stop, for somebody took the alert; empty for an attempt.
    """

    practice_id: UUID
    delivery_id: UUID
    channel: ChannelKind
    to: str = field(repr=False)
    code: str = field(repr=False)
    attempts: int
    urgent_count: int
    language: str
    look_up: bool
    hang_up: str = ""


class Ending(StrEnum):
    """How an attempt ended, as far as we know."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    NEVER_LEFT = "never_left"
    PASSING_FAILURE = "passing_failure"
    PERMANENT_FAILURE = "permanent_failure"
    HUNG_UP = "hung_up"
    RINGS_ON = "rings_on"


_STOPPED = frozenset({Ending.HUNG_UP, Ending.RINGS_ON})


@dataclass(frozen=True)
class Result:
    """What became of a claim."""

    practice_id: UUID
    delivery_id: UUID
    ending: Ending
    status: DeliveryStatus = DeliveryStatus.SENT
    provider_id: str = ""
    error: str = ""


def due_deliveries(uow: UnitOfWork, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (practice_id, id) of attempts to make or to look up, over all practices, oldest first."""
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(None))
    rows = uow.session.execute(
        text("select practice_id, id from sec.due_deliveries(:now, :lim)"), {"now": uow.now(), "lim": limit}
    )
    return [(row.practice_id, row.id) for row in rows]


def claim(uow: UnitOfWork, practice_id: UUID, delivery_ids: Sequence[UUID]) -> tuple[Claim, ...]:
    """Mark due attempts as being made and return them; those an acknowledgement overtook are skipped.

    The caller holds the advisory lock of each: a row that is already ``sending`` belonged to a dead worker.
    """
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(practice_id))
    now = uow.now()
    rows = uow.session.scalars(
        select(Delivery)
        .where(Delivery.practice_id == practice_id, Delivery.id.in_(delivery_ids), Delivery.due_at <= now)
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
    ).all()
    alerts = _share_locked(uow, practice_id, {row.alert_id for row in rows})
    ringing = [row for row in rows if row.status == DeliveryStatus.SENT]
    live = [row for row in rows if row not in ringing and _still_wanted(row, alerts[row.alert_id])]
    for row in set(rows).difference(live, ringing):
        left = row.status != DeliveryStatus.QUEUED
        _finish(row, DeliveryStatus.UNKNOWN if left else DeliveryStatus.SKIPPED, now, SUPERSEDED)
    to = contacts.addresses(uow, practice_id, {row.contact_id for row in live if row.contact_id})
    claims = [_to_stop(row) for row in ringing]
    counts, language = _urgent_counts(uow, practice_id), contacts.language_of(uow, practice_id)
    for row in live:
        address = to.get(row.contact_id) if row.contact_id else None
        if address is None:
            _finish(row, DeliveryStatus.FAILED, now, "contact_removed")
            continue
        look_up = row.status != DeliveryStatus.QUEUED
        row.attempts += 0 if look_up else 1
        row.status, row.claimed_at = DeliveryStatus.SENDING.value, now
        claims.append(
            Claim(
                practice_id=practice_id,
                delivery_id=row.id,
                channel=ChannelKind(row.channel),
                to=address,
                code=alerts[row.alert_id].code,
                attempts=row.attempts,
                urgent_count=counts.get(row.practitioner_id, 1),
                language=language,
                look_up=look_up,
            )
        )
    return tuple(claims)


def settle(uow: UnitOfWork, practice_id: UUID, results: Sequence[Result]) -> None:
    """Write down what became of claims; what failed for a passing reason is due again later.

    A report of the provider may have come first: a status never goes back.
    """
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(practice_id))
    rows = _locked(uow, practice_id, [result.delivery_id for result in results])
    failed = set()
    for result in results:
        row = rows[result.delivery_id]
        row.provider_id = result.provider_id or row.provider_id
        if DeliveryStatus(row.status) in _PENDING or result.ending in _STOPPED:
            _settle_one(row, result, uow.now())
        if row.status == DeliveryStatus.FAILED:
            failed.add(row.alert_id)
        uow.publish(TOPIC, practice_id, row.alert_id)
    _hasten(uow, practice_id, failed)


def report(uow: UnitOfWork, practice_id: UUID, told: DeliveryReport) -> None:
    """Correct an attempt by the provider's report; late, repeated and unordered ones change nothing wrongly.

    A report also settles an attempt whose worker died before it could.
    """
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(practice_id))
    row = _locked(uow, practice_id, [told.delivery_id]).get(told.delivery_id)
    if row is None:
        return
    old = DeliveryStatus(row.status)
    status = rules.newer(old, _as_taken(told.status))
    row.provider_id = row.provider_id or told.provider_id
    if status is old:
        return
    _finish(row, status, uow.now(), told.error_code or None)
    uow.publish(TOPIC, practice_id, row.alert_id)
    if status is DeliveryStatus.FAILED and row.channel != ChannelKind.VOICE:
        _hasten(uow, practice_id, {row.alert_id})


def _to_stop(row: Delivery) -> Claim:
    return Claim(
        practice_id=row.practice_id,
        delivery_id=row.id,
        channel=ChannelKind(row.channel),
        to="",
        code="",
        attempts=row.attempts,
        urgent_count=0,
        language="",
        look_up=False,
        hang_up=row.provider_id or "",
    )


def _settle_one(row: Delivery, result: Result, now: datetime) -> None:
    again = rules.retry_at(row.attempts, now)
    match result.ending:
        case Ending.HUNG_UP if row.status == DeliveryStatus.SENT:
            _finish(row, DeliveryStatus.SKIPPED, now, HUNG_UP)
        case Ending.HUNG_UP | Ending.RINGS_ON:
            row.due_at = None
        case Ending.TAKEN:
            _finish(row, _as_taken(result.status), now, None)
        case Ending.UNKNOWN:
            row.status, row.due_at = DeliveryStatus.UNKNOWN.value, now + LOOK_AGAIN
        case Ending.NEVER_LEFT if again is not None:
            row.status, row.due_at = DeliveryStatus.QUEUED.value, now
        case Ending.PASSING_FAILURE if again is not None:
            row.status, row.due_at, row.error = DeliveryStatus.QUEUED.value, again, result.error
        case _:
            _finish(row, DeliveryStatus.FAILED, now, result.error or None)


def _finish(row: Delivery, status: DeliveryStatus, now: datetime, error: str | None) -> None:
    row.status, row.due_at, row.settled_at = status.value, None, now
    row.error = error


def _as_taken(status: DeliveryStatus) -> DeliveryStatus:
    """Return our word for what a provider says: while it queues or sends, it has the notice."""
    waiting = {DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN}
    return DeliveryStatus.SENT if status in waiting else status


def _hasten(uow: UnitOfWork, practice_id: UUID, alert_ids: Iterable[UUID]) -> None:
    """Make the next stage due now where every attempt of the last one reached nobody."""
    ids = set(alert_ids)
    if not ids:
        return
    uow.session.flush()
    alerts = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id == practice_id, Alert.id.in_(ids))
        .order_by(Alert.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    rows = uow.session.execute(
        select(Delivery.alert_id, Delivery.round, Delivery.stage, Delivery.status).where(
            Delivery.practice_id == practice_id, Delivery.alert_id.in_(ids)
        )
    ).all()
    for alert in alerts:
        place = (alert.id, alert.round, alert.stages_done - 1)
        statuses = [
            DeliveryStatus(row.status) for row in rows if (row.alert_id, row.round, row.stage) == place
        ]
        if alert.state == AlertState.TRIGGERED and alert.stage_due_at and rules.reaches_nobody(statuses):
            alert.stage_due_at = alert.next_step_at = uow.now()
            uow.wake(SWEEP)


def _still_wanted(row: Delivery, alert: Alert) -> bool:
    return (
        alert.state == AlertState.TRIGGERED
        and row.round == alert.round
        and row.position >= alert.from_position
    )


def _locked(uow: UnitOfWork, practice_id: UUID, delivery_ids: Sequence[UUID]) -> Mapping[UUID, Delivery]:
    rows = uow.session.scalars(
        select(Delivery)
        .where(Delivery.practice_id == practice_id, Delivery.id.in_(delivery_ids))
        .order_by(Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _share_locked(uow: UnitOfWork, practice_id: UUID, alert_ids: Iterable[UUID]) -> Mapping[UUID, Alert]:
    rows = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id == practice_id, Alert.id.in_(set(alert_ids)))
        .order_by(Alert.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _urgent_counts(uow: UnitOfWork, practice_id: UUID) -> Mapping[UUID | None, int]:
    """Return how many triggered alerts call each practitioner."""
    rows = uow.session.execute(
        select(Delivery.practitioner_id, func.count(func.distinct(Delivery.alert_id)))
        .join(Alert, (Alert.practice_id == Delivery.practice_id) & (Alert.id == Delivery.alert_id))
        .where(Alert.practice_id == practice_id, Alert.state == AlertState.TRIGGERED.value)
        .group_by(Delivery.practitioner_id)
    )
    return {row[0]: row[1] for row in rows}
