"""What the sweep writes for due alerts: the attempts ``rules`` decided, and when to look again.

Refuses to send anything: an attempt is a row first, and ``attempts`` hands it to a worker.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, text, update

from telesec.alerts import contacts, rules
from telesec.alerts.models import Alert, Delivery
from telesec.alerts.rows import SWEEP, TOPIC, restart
from telesec.alerts.rules import (
    DESK,
    AlertLevel,
    AlertState,
    ChannelKind,
    DeliveryStatus,
    Outcome,
    Planned,
    Progress,
    Reach,
)
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import UnitOfWork

NOBODY = "nobody_on_this_channel"
ABSENT = "absent"
AHEAD = timedelta(days=2)
"""Far enough to find every step that is still to come."""
AMISS = timedelta(seconds=5)
"""By how much the clocks of two machines may differ: what happened later than that is still to come."""


def due_alerts(
    uow: UnitOfWork, limit: int, *, ahead: timedelta = timedelta(0)
) -> Sequence[tuple[UUID, UUID]]:
    """Return (practice_id, id) of alerts due now or within ``ahead``, over all practices, oldest first."""
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(None))
    rows = uow.session.execute(
        text("select practice_id, id from sec.due_alerts(:now, :lim)"),
        {"now": uow.now() + ahead, "lim": limit},
    )
    return [(row.practice_id, row.id) for row in rows]


def follow_clock(uow: UnitOfWork, practice_id: UUID, alert_ids: Sequence[UUID]) -> int:
    """Let alerts that happened later than now call at once; return how many.

    The clock went back since: what their policy calls due may be an hour away. How long they have waited
    nobody can tell any more, so a round begins anew, and a doctor is rather called twice than not at all. Who
    has taken one is given as long for its outcome as if it were taken now.
    """
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(practice_id))
    now = uow.now()
    sent_later = (
        select(Delivery.id)
        .where(
            Delivery.practice_id == practice_id,
            Delivery.alert_id == Alert.id,
            Delivery.round == Alert.round,
            Delivery.created_at > now + AMISS,
        )
        .exists()
    )
    later = or_(Alert.round_started_at > now + AMISS, Alert.acknowledged_at > now + AMISS, sent_later)
    alerts = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id == practice_id, Alert.id.in_(alert_ids), later)
        .order_by(Alert.id)
        .with_for_update(skip_locked=True)
    ).all()
    for alert in alerts:
        if alert.state == AlertState.TRIGGERED:
            _call_again(uow, alert)
        elif alert.next_step_at is not None:
            outcome = Outcome(alert.outcome) if alert.outcome else None
            due = rules.outcome_due(AlertLevel(alert.level), outcome, now) or now
            alert.next_step_at = min(alert.next_step_at, due)
    wait = update(Delivery).where(
        Delivery.practice_id == practice_id,
        Delivery.alert_id.in_([alert.id for alert in alerts]),
        Delivery.due_at > now,
    )
    uow.session.execute(wait.values(due_at=now))
    if alerts:
        uow.wake(SWEEP)
    return len(alerts)


def untaken(uow: UnitOfWork, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (practice_id, id) of alerts of calls that nobody took and no callback was promised for."""
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(None))
    rows = uow.session.execute(
        text("select practice_id, id from sec.due_untaken_alerts(:lim)"), {"lim": limit}
    )
    return [(row.practice_id, row.id) for row in rows]


def advance(
    uow: UnitOfWork, practice_id: UUID, alert_ids: Sequence[UUID], kinds: frozenset[ChannelKind]
) -> int:
    """Write the attempts that are due for some alerts; return how many alerts moved.

    Who is away now is skipped at once, and the trace says so, unless everybody is.
    An acknowledged alert whose outcome is overdue starts a new round first: an acknowledgement alone helps no
    patient. Alerts another worker holds are left to it.

    Args:
        kinds: The channels this installation has; a step on another one is skipped and says so.
    """
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(practice_id))
    now = uow.now()
    alerts = uow.session.scalars(
        select(Alert)
        .where(Alert.practice_id == practice_id, Alert.id.in_(alert_ids), Alert.next_step_at <= now)
        .order_by(Alert.id)
        .with_for_update(skip_locked=True)
    ).all()
    ways = contacts.usable(uow, practice_id, {person for alert in alerts for person in alert.ladder})
    called = _last_calls(uow, practice_id, [alert.id for alert in alerts])
    away = contacts.away_now(uow, practice_id)
    for alert in alerts:
        if alert.state == AlertState.ACKNOWLEDGED:
            _call_again(uow, alert)
        channels = [frozenset(ways.get(person, ())) & kinds for person in alert.ladder]
        absent = frozenset(at for at, person in enumerate(alert.ladder) if away.is_absent(person))
        skipped = rules.left_out(AlertLevel(alert.level), channels, absent, alert.from_position)
        there = tuple(frozenset() if at in skipped else has for at, has in enumerate(channels))
        reach = Reach(there, called.get((alert.id, alert.round), {}), skipped)
        _step(uow, alert, reach, ways)
    return len(alerts)


def _last_calls(
    uow: UnitOfWork, practice_id: UUID, alert_ids: Sequence[UUID]
) -> Mapping[tuple[UUID, int], Mapping[int, datetime]]:
    """Return, for each (alert, round), when each position was last called."""
    rows = uow.session.execute(
        select(Delivery.alert_id, Delivery.round, Delivery.position, func.max(Delivery.created_at))
        .where(
            Delivery.practice_id == practice_id,
            Delivery.alert_id.in_(alert_ids),
            Delivery.channel == ChannelKind.VOICE.value,
            Delivery.contact_id.is_not(None),
        )
        .group_by(Delivery.alert_id, Delivery.round, Delivery.position)
    )
    called: dict[tuple[UUID, int], dict[int, datetime]] = {}
    for alert_id, number, position, at in rows:
        called.setdefault((alert_id, number), {})[position] = at
    return called


def _call_again(uow: UnitOfWork, alert: Alert) -> None:
    restart(alert, rules.start(uow.now()))
    alert.round += 1
    alert.tries = 0
    alert.outcome = alert.outcome_at = None
    uow.audit("alert.call_again", practice_id=alert.practice_id, object_id=alert.id, round=alert.round)


def _step(
    uow: UnitOfWork, alert: Alert, reach: Reach, ways: Mapping[UUID, Mapping[ChannelKind, UUID]]
) -> None:
    now = uow.now()
    progress = Progress(alert.stages_done, alert.stage_due_at, alert.round_started_at, alert.from_position)
    decided = rules.advance(AlertLevel(alert.level), progress, reach, now)
    uow.session.add_all(_attempt(uow, alert, item, ways, skipped=reach.left_out) for item in decided.planned)
    alert.stages_done, alert.stage_due_at = decided.progress.done, decided.progress.stage_due_at
    alert.next_step_at = decided.next_at
    if decided.exhausted and alert.exhausted_at is None:
        alert.exhausted_at = now
        uow.audit("alert.exhaust", practice_id=alert.practice_id, object_id=alert.id)
    uow.publish(TOPIC, alert.practice_id, alert.id)


def _attempt(
    uow: UnitOfWork,
    alert: Alert,
    item: Planned,
    ways: Mapping[UUID, Mapping[ChannelKind, UUID]],
    *,
    skipped: frozenset[int],
) -> Delivery:
    now = uow.now()
    channel = item.step.channel
    row = Delivery(
        practice_id=alert.practice_id,
        id=new_id(),
        alert_id=alert.id,
        round=alert.round,
        stage=item.stage,
        position=item.step.position,
        channel=channel.value if channel else DESK,
        attempts=0,
        created_at=now,
    )
    if channel is None:
        row.status, row.settled_at = DeliveryStatus.DELIVERED.value, now
        return row
    row.practitioner_id = alert.ladder[item.step.position]
    if item.reachable:
        row.contact_id = ways[row.practitioner_id][channel]
        row.status, row.due_at = DeliveryStatus.QUEUED.value, now
    else:
        row.status, row.settled_at = DeliveryStatus.SKIPPED.value, now
        row.error = ABSENT if item.step.position in skipped else NOBODY
    return row
