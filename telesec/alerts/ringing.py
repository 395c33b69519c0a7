"""Calls of ours that still ring after somebody took the alert: marked here, hung up by the sweep.

Locks are taken as an acknowledgement takes them, the alert before its attempts. An attempt somebody else
holds is passed over: whoever settles it looks again afterwards (``overtaken``), so that none is missed.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select

from telesec.alerts.models import Alert, Delivery
from telesec.alerts.rows import SWEEP
from telesec.alerts.rules import AlertState, ChannelKind, DeliveryStatus
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork


def mark(uow: UnitOfWork, alert: Alert, *, spare: UUID | None = None) -> None:
    """Let the sweep hang up the calls of an alert that ring; the caller holds the alert's lock.

    Args:
        spare: The practitioner who answers in a call of ours just now; his own are left alone.
    """
    where = Delivery.alert_id == alert.id
    if spare is not None:
        where &= Delivery.practitioner_id.is_distinct_from(spare)
    _mark(uow, alert.practice_id, where)


def overtaken(uow: UnitOfWork, practice_id: UUID, delivery_ids: Sequence[UUID]) -> None:
    """Mark calls that began to ring while their alert was being taken.

    An acknowledgement under way is waited for; one that comes later finds the calls itself.
    """
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(practice_id))
    called = select(Delivery.alert_id).where(
        Delivery.practice_id == practice_id, Delivery.id.in_(delivery_ids)
    )
    taken = uow.session.execute(
        select(Alert.id, Alert.state)
        .where(Alert.practice_id == practice_id, Alert.id.in_(called))
        .order_by(Alert.id)
        .with_for_update(read=True)
    ).all()
    ids = [row.id for row in taken if row.state != AlertState.TRIGGERED]
    if ids:
        _mark(uow, practice_id, Delivery.alert_id.in_(ids) & Delivery.id.in_(delivery_ids))


def _mark(uow: UnitOfWork, practice_id: UUID, where: ColumnElement[bool]) -> None:
    rows = uow.session.scalars(
        select(Delivery)
        .where(
            Delivery.practice_id == practice_id,
            where,
            Delivery.channel == ChannelKind.VOICE.value,
            Delivery.status == DeliveryStatus.SENT.value,
            Delivery.provider_id.is_not(None),
            Delivery.due_at.is_(None),
        )
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.due_at = uow.now()
    if rows:
        uow.wake(SWEEP)
