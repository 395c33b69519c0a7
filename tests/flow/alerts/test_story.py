"""From an urgent message to a doctor's answer, over a carrier that speaks Twilio."""

import pytest

from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.models import Alert
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.testing.cast import DR_LUNE_PHONE, DR_SOLEIL_PHONE


def raise_alert(deps, cast, level):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, level, [cast.dr_lune_id]))
        uow.commit()
    return alert_id


def look(deps, cast, alert_id):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.get(Alert, (cast.lilas, alert_id))


@pytest.fixture
def lune(carrier):
    return carrier.phone(DR_LUNE_PHONE)


@pytest.fixture
def phones(carrier):
    """The phones of Dr Lune and Dr Soleil."""
    return carrier.phone(DR_LUNE_PHONE), carrier.phone(DR_SOLEIL_PHONE)


def test_doctor_replies_by_coded_sms_and_nobody_else_is_called(deps, cast, clock, carrier, lune, on_call):
    alert_id = raise_alert(deps, cast, AlertLevel.DOCTOR_NOW)
    flow.deliver(deps)
    code = look(deps, cast, alert_id).code
    lune.expect_sms(f"1 message urgent vous attend. Répondez 1 {code}.")

    lune.reply(f"1 {code}")
    lune.expect_sms(f"A {code} appelé")
    clock.advance(minutes=9)
    flow.deliver(deps)

    assert look(deps, cast, alert_id).acknowledged_channel == "sms"
    carrier.expect_nothing_else()


def test_voicemail_takes_nothing_and_the_next_doctor_presses_the_code(
    deps, cast, clock, carrier, phones, on_call
):
    lune, soleil = phones
    alert_id = raise_alert(deps, cast, AlertLevel.CALL15_NOW)
    flow.deliver(deps)
    lune.expect_call()
    lune.voicemail()
    clock.advance(seconds=60)
    flow.deliver(deps)
    soleil.expect_call()
    soleil.answer()
    code = look(deps, cast, alert_id).code
    soleil.expect_said(f"tapez {code[0]}, puis {code[1]}")

    soleil.press(code)
    soleil.expect_said("vous prenez ce message")
    soleil.press("1")
    soleil.expect_said("C'est noté : patient appelé")

    alert = look(deps, cast, alert_id)
    assert (alert.acknowledged_by, alert.outcome, alert.state) == (
        cast.dr_soleil_id,
        "patient_called",
        "closed",
    )
    assert carrier.problems == []


def test_carrier_that_answers_nothing_gets_one_sms(deps, cast, clock, carrier, lune, on_call):
    carrier.fail("lose_reply", channel="messages")
    raise_alert(deps, cast, AlertLevel.DOCTOR_NOW)
    flow.deliver(deps)
    lune.expect_sms("1 message urgent")

    clock.advance(seconds=3)
    flow.deliver(deps)

    carrier.expect_nothing_else()
