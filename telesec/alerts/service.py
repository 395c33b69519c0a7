"""Raise, acknowledge, tell the outcome, close: everything a human does to an alert.

One door for an acknowledgement, whatever the channel. Being delivered, or answered by a voicemail, is none.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from telesec.alerts import contacts, ringing, rules
from telesec.alerts.models import Alert
from telesec.alerts.rows import TOPIC, facts_of, locked, restart, told
from telesec.alerts.rules import AlertLevel, AlertState, ChannelKind, Outcome
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import service as vault

KIND = "alert"
CLOSED_BY_SUPERVISOR = "closed_by_supervisor"
MAX_REASON = 4_000


@dataclass(frozen=True)
class RaiseAlert:
    """Reach a human now.

    Args:
        practitioner_ids: Whom the message is for; may be empty: then only those on call are tried.
        message_id: The message that waits, if one was filed.
        call_id: The call it came from.
    """

    practice_id: UUID
    level: AlertLevel
    practitioner_ids: Sequence[UUID] = ()
    message_id: UUID | None = None
    call_id: UUID | None = None


@dataclass(frozen=True)
class Acknowledge:
    """A human takes an alert.

    Args:
        channel: ``sms``, ``voice`` or ``page``.
        practitioner_id: Who answered on a verified number; None on the page, where the actor says it.
        outcome: What he did or promised, when he says so at once.
    """

    alert_id: UUID
    channel: str = "page"
    practitioner_id: UUID | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class CloseAlert:
    """A supervisor settles an alert nobody took, and says how."""

    alert_id: UUID
    reason: str = field(repr=False)


def raise_alert(uow: UnitOfWork, command: RaiseAlert) -> UUID:
    """Write the alert and wake the sweep, in the transaction of the message; return its id.

    An alert with nobody to call is raised like any other: the sweep puts it on the red list at once.
    """
    authorize(uow, Permission.ALERT_RAISE, on=Facts(command.practice_id))
    now = uow.now()
    on_call = contacts.order_of_duty(uow, command.practice_id)
    alert = Alert(
        practice_id=command.practice_id,
        id=new_id(),
        level=command.level.value,
        state=AlertState.TRIGGERED.value,
        message_id=command.message_id,
        call_id=command.call_id,
        ladder=list(rules.order_ladder(command.practitioner_ids, on_call)),
        code=_fresh_code(uow, command.practice_id),
        tries=0,
        round=1,
        triggered_at=now,
        sealed_version=1,
    )
    restart(alert, rules.start(now))
    uow.session.add(alert)
    uow.audit("alert.raise", practice_id=command.practice_id, object_id=alert.id, level=command.level.value)
    told(uow, alert)
    return alert.id


def note_promised(uow: UnitOfWork, alert_id: UUID) -> bool:
    """Note that the caller of an alert nobody took is to be called back.

    Returns whether that was news: false when it was noted before, or somebody took the alert meanwhile.
    """
    alert = locked(uow, alert_id)
    authorize(uow, Permission.ALERT_DELIVER, on=Facts(alert.practice_id))
    if alert.promised_at is not None or alert.state != AlertState.TRIGGERED or alert.exhausted_at is None:
        return False
    alert.promised_at = uow.now()
    uow.session.flush()
    return True


def acknowledge(uow: UnitOfWork, command: Acknowledge) -> AlertState:
    """Take an alert: nobody else is called from now on; return its state.

    Repeating it changes nothing. With an outcome, the outcome is recorded too.

    Raises:
        Refused: Somebody else took it (``already_acknowledged``), or it is closed (``alert_closed``).
        NotFound: No such alert for this actor.
    """
    alert = locked(uow, command.alert_id)
    authorize(uow, Permission.ALERT_ACKNOWLEDGE, on=facts_of(alert))
    who = command.practitioner_id or uow.actor.practitioner_ids.get(alert.practice_id)
    _refuse_unless_free(alert, who, command.outcome)
    if alert.state == AlertState.TRIGGERED:
        now = uow.now()
        alert.state = AlertState.ACKNOWLEDGED.value
        alert.acknowledged_at, alert.acknowledged_by = now, who
        alert.acknowledged_channel = command.channel
        alert.outcome = alert.outcome_at = None
        alert.next_step_at = rules.outcome_due(AlertLevel(alert.level), None, now)
        uow.audit(
            "alert.acknowledge",
            practice_id=alert.practice_id,
            object_id=alert.id,
            channel=command.channel,
            practitioner=str(who),
        )
        ringing.mark(uow, alert, spare=who if command.channel == ChannelKind.VOICE else None)
        told(uow, alert)
    if command.outcome is not None and alert.outcome != command.outcome:
        _record(uow, alert, command.outcome, who)
    return AlertState(alert.state)


def record_outcome(uow: UnitOfWork, alert_id: UUID, outcome: Outcome) -> AlertState:
    """Record what the practitioner who took the alert did or promises; return the alert's state.

    ``patient_called`` and ``sent_to_15`` close it; ``will_call`` keeps an open loop that calls again in 30
    minutes; ``pass_on`` calls the next person now.
    """
    alert = locked(uow, alert_id)
    authorize(uow, Permission.ALERT_ACKNOWLEDGE, on=facts_of(alert))
    return acknowledge(uow, Acknowledge(alert_id, outcome=outcome))


def close_alert(uow: UnitOfWork, command: CloseAlert) -> None:
    """Close an alert of the red list, with the words of what was done instead; they are sealed.

    Raises:
        Refused: It is not on the red list (``not_exhausted``), no reason was given (``reason_needed``) or
            more than ``MAX_REASON`` characters (``reason_too_long``).
    """
    alert = locked(uow, command.alert_id)
    authorize(uow, Permission.ALERT_CLOSE, on=facts_of(alert))
    if alert.state != AlertState.TRIGGERED or alert.exhausted_at is None:
        raise Refused("not_exhausted", say("This alert is not on the red list. Look at its present state."))
    reason = command.reason.strip()
    if not reason:
        raise Refused("reason_needed", say("Say how this alert was settled."), status=422, field="reason")
    refuse_longer(reason, MAX_REASON, "reason", code="reason_too_long")
    sealed = vault.seal(uow, alert.practice_id, KIND, alert.id, 1, reason=reason)
    alert.reason_sealed = sealed["reason"]
    _close(uow, alert, CLOSED_BY_SUPERVISOR)
    ringing.mark(uow, alert)
    uow.audit("alert.close", practice_id=alert.practice_id, object_id=alert.id)


def _refuse_unless_free(alert: Alert, who: UUID | None, outcome: Outcome | None) -> None:
    mine = alert.acknowledged_by == who
    if alert.state == AlertState.CLOSED and not (mine and outcome in {None, alert.outcome}):
        raise Refused("alert_closed", say("This alert is closed."), extra={"state": alert.state})
    if alert.state == AlertState.ACKNOWLEDGED and not mine:
        raise Refused(
            "already_acknowledged",
            say("Somebody else has already taken this alert."),
            extra={"state": alert.state},
        )


def _record(uow: UnitOfWork, alert: Alert, outcome: Outcome, who: UUID | None) -> None:
    now = uow.now()
    due = rules.outcome_due(AlertLevel(alert.level), outcome, now)
    if outcome is Outcome.PASS_ON:
        position = alert.ladder.index(who) if who in alert.ladder else alert.from_position - 1
        progress = rules.pass_on(AlertLevel(alert.level), len(alert.ladder), position, now)
        restart(alert, progress)
        alert.outcome, alert.outcome_at = outcome.value, now
    elif due is None:
        _close(uow, alert, outcome.value)
    else:
        alert.outcome, alert.outcome_at, alert.next_step_at = outcome.value, now, due
    uow.audit("alert.outcome", practice_id=alert.practice_id, object_id=alert.id, outcome=outcome.value)
    told(uow, alert)


def _close(uow: UnitOfWork, alert: Alert, outcome: str) -> None:
    now = uow.now()
    alert.state, alert.closed_at, alert.next_step_at = AlertState.CLOSED.value, now, None
    alert.outcome, alert.outcome_at = outcome, now
    uow.publish(TOPIC, alert.practice_id, alert.id)


def _fresh_code(uow: UnitOfWork, practice_id: UUID) -> str:
    """Return two random digits that no open alert of the practice has, while any are left."""
    taken = set(
        uow.session.scalars(
            select(Alert.code).where(Alert.practice_id == practice_id, Alert.state != AlertState.CLOSED)
        )
    )
    free = [code for code in (f"{number:02d}" for number in range(100)) if code not in taken]
    return secrets.choice(free or [f"{number:02d}" for number in range(100)])
