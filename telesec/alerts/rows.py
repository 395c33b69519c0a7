"""An alert's row under its lock, and what every change to it has in common; authorized by the callers."""

from uuid import UUID

from sqlalchemy import select

from telesec.alerts import rules
from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertState
from telesec.foundation.access import Facts
from telesec.foundation.errors import NotFound
from telesec.foundation.unit_of_work import UnitOfWork

SWEEP = "alerts.deliver"
TOPIC = "alert"


def locked(uow: UnitOfWork, alert_id: UUID) -> Alert:
    """Return the alert under a row lock, as it is now.

    Raises:
        NotFound: No such alert in the actor's practices.
    """
    alert = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id.in_(uow.actor.practice_ids), Alert.id == alert_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if alert is None:
        raise NotFound
    return alert


def facts_of(alert: Alert) -> Facts:
    """Return what the permission check may know: whom the alert calls may take it."""
    return Facts(alert.practice_id, state=alert.state, practitioner_ids=frozenset(alert.ladder))


def restart(alert: Alert, progress: rules.Progress) -> None:
    """Trigger an alert from a point of its policy; due now."""
    alert.state = AlertState.TRIGGERED.value
    alert.stages_done, alert.stage_due_at = progress.done, progress.stage_due_at
    alert.from_position, alert.round_started_at = progress.from_position, progress.started_at
    alert.next_step_at = progress.stage_due_at
    alert.exhausted_at = alert.acknowledged_at = alert.acknowledged_by = alert.acknowledged_channel = None


def told(uow: UnitOfWork, alert: Alert) -> None:
    """Wake the sweep and the screens; both only hurry what they would do anyway."""
    if alert.next_step_at is not None and alert.next_step_at <= uow.now():
        uow.wake(SWEEP)
    uow.publish(TOPIC, alert.practice_id, alert.id)
