"""What the API says and hears about alerts. Instants are RFC 3339 with an offset."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from telesec.alerts.reads import AlertDetail, DeliveryRow
from telesec.alerts.rules import AlertLevel, AlertState, Outcome
from telesec.web.bodies import Body


class AlertPath(BaseModel):
    """Which alert."""

    alert_id: UUID


class AcknowledgeIn(Body):
    """Take the alert; the outcome may follow later by the same call."""

    outcome: Outcome | None = None


class DeliveryOut(BaseModel):
    """One attempt. ``step`` is the stage of the policy, -1 for a repeated vital call."""

    channel: str
    to_masked: str
    step: int
    status: str
    at: datetime

    @classmethod
    def of(cls, row: DeliveryRow) -> "DeliveryOut":
        """Return an attempt as the API shows it."""
        return cls(channel=row.channel, to_masked=row.to_masked, step=row.step, status=row.status, at=row.at)


class AlertOut(BaseModel):
    """An alert and what was tried, oldest first.

    ``exhausted_at`` set while ``status`` is ``triggered``: nobody could be reached, it is red on the
    supervisor's desk.
    """

    id: UUID
    practice_id: UUID
    level: AlertLevel
    status: AlertState
    step: int
    outcome: str | None
    message_id: UUID | None
    call_id: UUID | None
    triggered_at: datetime
    acknowledged_at: datetime | None
    acknowledged_channel: str | None
    exhausted_at: datetime | None
    closed_at: datetime | None
    deliveries: list[DeliveryOut]

    @classmethod
    def of(cls, detail: AlertDetail) -> "AlertOut":
        """Return an alert as the API shows it."""
        row = detail.alert
        return cls(
            id=row.id,
            practice_id=row.practice_id,
            level=row.level,
            status=row.state,
            step=row.step,
            outcome=row.outcome,
            message_id=row.message_id,
            call_id=row.call_id,
            triggered_at=row.triggered_at,
            acknowledged_at=row.acknowledged_at,
            acknowledged_channel=row.acknowledged_channel,
            exhausted_at=row.exhausted_at,
            closed_at=row.closed_at,
            deliveries=[DeliveryOut.of(one) for one in detail.deliveries],
        )
