"""What a person answers by SMS or by keys, and what we say back.

A voicemail cannot answer: it would have to press the two digits it hears. Five wrong codes, from whatever
channel, end the codes of an alert; the page remains, and the escalation goes on. A number we do not know is
never answered.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from telesec.alerts import replies, rules, words
from telesec.alerts.models import Alert, ContactMethod, Delivery
from telesec.alerts.replies import Reply
from telesec.alerts.rows import locked
from telesec.alerts.rules import AlertState
from telesec.alerts.service import Acknowledge, acknowledge
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.language import Sentence
from telesec.foundation.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Spoken:
    """What a call of ours says next.

    Args:
        digits: How many keys to gather; 0 hangs up.
    """

    sentences: tuple[Sentence, ...]
    digits: int = 0


def find_delivery(uow: UnitOfWork, delivery_id: UUID) -> UUID | None:
    """Return the practice of an attempt of ours, or None; asked before any tenant is known."""
    authorize(uow, Permission.ALERT_READ, on=Facts(None))
    found = uow.session.execute(text("select practice_id from sec.find_delivery(:key)"), {"key": delivery_id})
    return found.scalar_one_or_none()


def pick_up(uow: UnitOfWork, practice_id: UUID, delivery_id: UUID) -> Spoken:
    """Return what a call says when it is picked up, by a person or by a machine."""
    authorize(uow, Permission.ALERT_READ, on=Facts(practice_id))
    alert, _ = _of_delivery(uow, practice_id, delivery_id)
    match AlertState(alert.state):
        case AlertState.CLOSED:
            return Spoken((words.CLOSED,))
        case AlertState.ACKNOWLEDGED:
            return Spoken((words.TAKEN,))
        case AlertState.TRIGGERED if alert.tries >= rules.MAX_TRIES:
            return Spoken((words.NO_MORE_TRIES,))
        case AlertState.TRIGGERED:
            return Spoken(words.voice_prompt(alert.code), words.CODE_DIGITS)


def press(uow: UnitOfWork, practice_id: UUID, delivery_id: UUID, digits: str) -> Spoken:
    """Take keys pressed in a call: first the code, then the outcome; return what to say next.

    A provider may post the same keys twice: the second time changes nothing and says the same.
    """
    authorize(uow, Permission.ALERT_ACKNOWLEDGE, on=Facts(practice_id))
    alert, who = _of_delivery(uow, practice_id, delivery_id)
    if not digits:
        return Spoken(())
    if alert.state == AlertState.TRIGGERED:
        return _code_pressed(uow, alert, who, digits)
    if alert.acknowledged_by != who:
        return Spoken((words.CLOSED if alert.state == AlertState.CLOSED else words.TAKEN,))
    return _outcome_pressed(uow, alert, who, digits)


def text_in(uow: UnitOfWork, contacts: Sequence[tuple[UUID, UUID]], body: str) -> Sentence | None:
    """Take an SMS from a verified number; return the sentence to answer, or None to stay silent.

    Args:
        contacts: (practice_id, contact_id) that have this number; empty for a number we do not know.
        body: As typed.
    """
    reply = replies.parse_reply(body)
    for practice_id in {practice for practice, _ in contacts}:
        authorize(uow, Permission.ALERT_ACKNOWLEDGE, on=Facts(practice_id))
    if not contacts:
        return None
    if reply is None:
        return words.NOT_UNDERSTOOD
    people = _people(uow, contacts)
    alerts = _recent(uow, people)
    meant = [alert for alert in alerts if secrets.compare_digest(alert.code, reply.code)]
    if not meant:
        return _wrong_code(uow, [alert for alert in alerts if alert.state == AlertState.TRIGGERED])
    meant.sort(key=lambda alert: (_PREFERENCE[AlertState(alert.state)], alert.triggered_at))
    return _answer(uow, meant[0], people, reply)


RECENT = timedelta(hours=12)
"""How long a late reply to a closed alert is still answered as such."""

_PREFERENCE = {AlertState.TRIGGERED: 0, AlertState.ACKNOWLEDGED: 1, AlertState.CLOSED: 2}


def _code_pressed(uow: UnitOfWork, alert: Alert, who: UUID | None, digits: str) -> Spoken:
    if alert.tries >= rules.MAX_TRIES:
        return Spoken((words.NO_MORE_TRIES,))
    if not secrets.compare_digest(alert.code, digits):
        _count_try(uow, alert)
        if alert.tries >= rules.MAX_TRIES:
            return Spoken((words.NO_MORE_TRIES,))
        return Spoken(words.wrong_keys(alert.code), words.CODE_DIGITS)
    acknowledge(uow, Acknowledge(alert.id, "voice", who))
    return Spoken(words.outcome_menu(), words.MENU_DIGITS)


def _outcome_pressed(uow: UnitOfWork, alert: Alert, who: UUID | None, digits: str) -> Spoken:
    outcome = replies.outcome_of_key(digits)
    if outcome is not None and alert.outcome == outcome:
        return Spoken((words.outcome_noted(outcome),))
    if alert.state == AlertState.CLOSED:
        return Spoken((words.CLOSED,))
    if outcome is None:
        repeated = digits == alert.code
        return Spoken(words.outcome_menu() if repeated else (words.MENU_AGAIN,), words.MENU_DIGITS)
    acknowledge(uow, Acknowledge(alert.id, "voice", who, outcome))
    return Spoken((words.outcome_noted(outcome),))


def _answer(uow: UnitOfWork, alert: Alert, people: frozenset[tuple[UUID, UUID]], reply: Reply) -> Sentence:
    if alert.state == AlertState.CLOSED:
        return words.CLOSED
    mine = [person for practice, person in people if practice == alert.practice_id]
    if alert.state == AlertState.ACKNOWLEDGED and alert.acknowledged_by not in mine:
        return words.TAKEN
    if alert.state == AlertState.TRIGGERED and alert.tries >= rules.MAX_TRIES:
        return words.NO_MORE_TRIES
    who = alert.acknowledged_by or next(person for person in alert.ladder if person in mine)
    acknowledge(uow, Acknowledge(alert.id, "sms", who, reply.outcome))
    return words.outcome_noted(reply.outcome) if reply.outcome else words.text_taken(alert.code)


def _wrong_code(uow: UnitOfWork, open_alerts: Sequence[Alert]) -> Sentence:
    for alert in open_alerts:
        _count_try(uow, alert)
    spent = open_alerts and all(alert.tries >= rules.MAX_TRIES for alert in open_alerts)
    return words.NO_MORE_TRIES if spent else words.WRONG_CODE


def _count_try(uow: UnitOfWork, alert: Alert) -> None:
    alert.tries += 1
    uow.audit("alert.wrong_code", practice_id=alert.practice_id, object_id=alert.id, tries=alert.tries)


def _of_delivery(uow: UnitOfWork, practice_id: UUID, delivery_id: UUID) -> tuple[Alert, UUID | None]:
    row = uow.session.get(Delivery, (practice_id, delivery_id))
    if row is None:
        raise NotFound
    return locked(uow, row.alert_id), row.practitioner_id


def _people(uow: UnitOfWork, contacts: Sequence[tuple[UUID, UUID]]) -> frozenset[tuple[UUID, UUID]]:
    """Return (practice, practitioner) of the contacts: one number may serve several practices."""
    rows = uow.session.execute(
        select(ContactMethod.practice_id, ContactMethod.practitioner_id).where(
            ContactMethod.practice_id.in_({practice for practice, _ in contacts}),
            ContactMethod.id.in_({contact for _, contact in contacts}),
        )
    )
    return frozenset((row.practice_id, row.practitioner_id) for row in rows)


def _recent(uow: UnitOfWork, people: frozenset[tuple[UUID, UUID]]) -> Sequence[Alert]:
    """Return the open alerts that call these people and the ones they saw closed today, locked in order."""
    rows = uow.session.scalars(
        select(Alert)
        .where(
            Alert.practice_id.in_({practice for practice, _ in people}),
            Alert.ladder.overlap([person for _, person in people]),
            (Alert.state != AlertState.CLOSED.value) | (Alert.closed_at > uow.now() - RECENT),
        )
        .order_by(Alert.practice_id, Alert.id)
        .limit(200)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()
