"""What the carrier posts to us, with a signature and without."""

import json

import pytest
from flask import Flask
from sqlalchemy import select

from telesec.alerts import contacts, flow, number_codes
from telesec.alerts import service as alerts
from telesec.alerts.contacts import AddContact
from telesec.alerts.doors import blueprint
from telesec.alerts.models import Alert, Delivery
from telesec.alerts.rules import AlertLevel, ChannelKind
from telesec.alerts.service import RaiseAlert
from telesec.foundation.ids import new_id
from telesec.testing.cast import BRUNO_PHONE, DR_LUNE_PHONE
from telesec.testing.channels import SIGNATURE
from telesec.web import failures, language, templating

SIGNED = {SIGNATURE: "right"}


@pytest.fixture
def raised(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.CALL15_NOW, [cast.dr_lune_id]))
        uow.commit()
    flow.deliver(deps)
    return alert_id


@pytest.fixture
def call(deps, cast, raised):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.scalars(select(Delivery.id).where(Delivery.channel == "voice")).one()


@pytest.fixture
def client(deps):
    app = Flask("telesec")
    for part in (templating, failures, language):
        part.install(app)
    app.register_blueprint(blueprint(deps))
    return app.test_client()


def look(deps, cast, alert_id):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.get(Alert, (cast.lilas, alert_id))


def test_sms_with_the_code_takes_the_alert_and_is_answered(deps, cast, client, raised):
    code = look(deps, cast, raised).code

    answer = client.post("/hooks/fake/sms", data={"From": DR_LUNE_PHONE, "Body": f"1 {code}"}, headers=SIGNED)

    assert json.loads(answer.get_data(as_text=True))["text"].startswith("C'est noté")
    assert look(deps, cast, raised).state == "acknowledged"


def test_sms_from_a_stranger_is_not_answered(deps, cast, client, raised):
    code = look(deps, cast, raised).code

    answer = client.post("/hooks/fake/sms", data={"From": BRUNO_PHONE, "Body": f"1 {code}"}, headers=SIGNED)

    assert answer.get_data(as_text=True) == '{"text": ""}'


@pytest.mark.parametrize("headers", [{}, {SIGNATURE: "wrong"}])
def test_door_believes_nothing_unsigned(deps, cast, client, raised, headers):
    code = look(deps, cast, raised).code

    answer = client.post(
        "/hooks/fake/sms", data={"From": DR_LUNE_PHONE, "Body": f"1 {code}"}, headers=headers
    )

    assert answer.status_code == 403
    assert look(deps, cast, raised).state == "triggered"


def test_unknown_carrier_does_not_exist(client):
    assert client.post("/hooks/other/sms", data={}, headers=SIGNED).status_code == 404


def test_picked_up_call_gathers_two_digits_at_our_public_address(client, call):
    answer = client.post(f"/hooks/fake/deliveries/{call}/voice", headers=SIGNED)

    said = answer.get_data(as_text=True)
    assert f'"gather": "http://localhost:8000/hooks/fake/deliveries/{call}/digits"' in said
    assert '"digits": 2' in said


def test_keys_take_the_alert_then_one_digit_tells_the_outcome(deps, cast, client, raised, call):
    door = f"/hooks/fake/deliveries/{call}/digits"

    first = client.post(door, data={"Digits": look(deps, cast, raised).code}, headers=SIGNED)
    client.post(door, data={"Digits": "1"}, headers=SIGNED)

    assert '"digits": 1' in first.get_data(as_text=True)
    assert look(deps, cast, raised).outcome == "patient_called"


def test_status_report_is_written_to_the_attempt(deps, cast, client, call):
    answer = client.post(f"/hooks/fake/deliveries/{call}/status", data={"Status": "answered"}, headers=SIGNED)

    with deps.unit_of_work(cast.supervisor) as uow:
        assert uow.session.get(Delivery, (cast.lilas, call)).status == "answered"
    assert answer.status_code == 204


def test_answered_call_acknowledges_nothing(deps, cast, client, raised, call):
    client.post(f"/hooks/fake/deliveries/{call}/status", data={"Status": "answered"}, headers=SIGNED)

    assert look(deps, cast, raised).state == "triggered"


def test_attempt_that_is_not_ours_does_not_exist(client):
    assert client.post(f"/hooks/fake/deliveries/{new_id()}/voice", headers=SIGNED).status_code == 404


@pytest.fixture
def unproven(deps, cast, phones):
    with deps.unit_of_work(cast.supervisor) as uow:
        contact = contacts.add_contact(
            uow, AddContact(cast.lilas, cast.dr_lune_id, ChannelKind.VOICE, DR_LUNE_PHONE)
        )
        uow.commit()
    number_codes.send(deps, cast.supervisor, cast.lilas, contact)
    return contact


def test_call_to_prove_a_number_says_its_code_twice_and_takes_no_keys(client, phones, unproven):
    code = phones["dr-lune"].expect_call().code

    answer = client.post(f"/hooks/fake/deliveries/{unproven}/voice", headers=SIGNED)

    said = json.loads(answer.get_data(as_text=True))
    assert said["say"].count(f"Votre code : {', '.join(code)}.") == 2
    assert said["gather"] is None


def test_call_picked_up_too_late_says_no_code(client, clock, phones, unproven):
    code = phones["dr-lune"].expect_call().code
    clock.advance(minutes=11)

    said = client.post(f"/hooks/fake/deliveries/{unproven}/voice", headers=SIGNED).get_data(as_text=True)

    assert ", ".join(code) not in said


def test_report_about_a_code_is_taken_and_about_nothing_refused(client, unproven):
    told = {"Status": "delivered"}

    known = client.post(f"/hooks/fake/deliveries/{unproven}/status", data=told, headers=SIGNED)
    unknown = client.post(f"/hooks/fake/deliveries/{new_id()}/status", data=told, headers=SIGNED)

    assert (known.status_code, unknown.status_code) == (204, 404)


def test_code_is_said_to_nobody_without_a_signature(client, unproven):
    assert client.post(f"/hooks/fake/deliveries/{unproven}/voice").status_code == 403
