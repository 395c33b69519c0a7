"""An alert nobody takes: a callback appears by itself, once, with who was tried; none if it was taken."""

import pytest

from telesec.alerts import escalation
from telesec.alerts import reads as alerts
from telesec.alerts import service as alert_acts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import Acknowledge, RaiseAlert
from telesec.callbacks import reads as callbacks
from telesec.calls import unanswered
from telesec.desk.loops import Kind, open_ends
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.cast import BRUNO_PHONE


@pytest.fixture
def untaken(desk, adopted, house, cast, clock):
    """An alert of the call whose whole policy ran without an answer."""
    desk.post("/triage/start", {"words": "mal au dos", "age": "40", "sex": "F"})
    with house.deps.unit_of_work(cast.ada) as uow:
        id_ = alert_acts.raise_alert(
            uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, (cast.dr_lune_id,), call_id=desk.call[1])
        )
        uow.commit()
    red = False
    for _ in range(40):
        with house.deps.unit_of_work(system_actor(Purpose.DELIVER_ALERTS, cast.lilas)) as uow:
            escalation.advance(uow, cast.lilas, [id_], frozenset())
            red = alerts.state_of(uow, id_).red
            uow.commit()
        if red:
            break
        clock.advance(minutes=1)
    assert red
    return id_


def cards(house, cast):
    with house.deps.unit_of_work(cast.ada) as uow:
        rows = open_ends(uow)[Kind.LOST]
        return [callbacks.callback(uow, row.practice_id, row.id) for row in rows]


def test_a_callback_appears_by_itself_and_once(desk, untaken, house, cast, clock):
    assert [unanswered.call_back_untaken(house.deps) for _ in range(2)] == [1, 0]

    (card,) = cards(house, cast)
    assert (card.phone, card.due_at) == (BRUNO_PHONE, clock.now())
    assert card.note.startswith("Personne n’a pris l’alerte")
    assert "Mal de dos" in card.note
    assert "Rappeler tout de suite" in desk.browser.get("/desk").text


def test_who_was_tried_is_named(desk, house, cast, clock, adopted):
    with house.deps.unit_of_work(cast.ada) as uow:
        id_ = alert_acts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, call_id=desk.call[1]))
        uow.commit()
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        row = uow.session.get(alert_acts.Alert, (cast.lilas, id_))
        row.exhausted_at, row.next_step_at = clock.now(), None
        uow.session.add(
            escalation.Delivery(
                practice_id=cast.lilas,
                id=escalation.new_id(),
                alert_id=id_,
                round=1,
                stage=0,
                position=0,
                channel="sms",
                attempts=1,
                created_at=clock.now(),
                settled_at=clock.now(),
                practitioner_id=cast.dr_soleil_id,
                status="delivered",
            )
        )
        uow.commit()

    unanswered.call_back_untaken(house.deps)

    assert cards(house, cast)[0].note.startswith("Personne n’a pris l’alerte. Essayés : Dr Soleil.")


def test_an_alert_somebody_took_promises_nothing(untaken, house, cast):
    with house.deps.unit_of_work(cast.dr_lune) as uow:
        alert_acts.acknowledge(uow, Acknowledge(untaken))
        uow.commit()

    assert unanswered.call_back_untaken(house.deps) == 0
    assert cards(house, cast) == []
