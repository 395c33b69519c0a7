"""``/api/v1/alerts``."""

import pytest

from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.api import blueprint
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.foundation.ids import new_id
from telesec.testing.api import api_client


@pytest.fixture
def raised(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, [cast.dr_lune_id]))
        uow.commit()
    flow.deliver(deps)
    return alert_id


def ask(deps, who):
    return api_client(deps, blueprint, who)


def test_alert_shows_its_deliveries_with_masked_numbers(deps, cast, clock, raised):
    answer = ask(deps, cast.ada).get(f"/api/v1/alerts/{raised}")

    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["step"]) == ("triggered", 1)
    sms = next(one for one in answer.json["deliveries"] if one["channel"] == "sms")
    assert (sms["to_masked"], sms["step"], sms["status"]) == ("+33 •••• 01", 0, "sent")


def test_alert_never_shows_its_code(deps, cast, raised):
    answer = ask(deps, cast.ada).get(f"/api/v1/alerts/{raised}")

    assert "code" not in answer.json


def test_alert_of_others_does_not_exist(deps, cast, raised):
    assert ask(deps, cast.dr_iris).get(f"/api/v1/alerts/{raised}").status_code == 404
    assert ask(deps, cast.ada).get(f"/api/v1/alerts/{new_id()}").status_code == 404


def test_practitioner_acknowledges_with_an_outcome(deps, cast, raised):
    answer = ask(deps, cast.dr_lune).post(
        f"/api/v1/alerts/{raised}/acknowledge", json={"outcome": "patient_called"}
    )

    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["outcome"]) == ("closed", "patient_called")


def test_practitioner_acknowledges_without_words(deps, cast, raised):
    answer = ask(deps, cast.dr_lune).post(f"/api/v1/alerts/{raised}/acknowledge", json={})

    assert answer.json["status"] == "acknowledged"


def test_taken_alert_is_a_conflict_for_the_next(deps, cast, raised):
    ask(deps, cast.dr_lune).post(f"/api/v1/alerts/{raised}/acknowledge", json={})

    answer = ask(deps, cast.dr_soleil).post(f"/api/v1/alerts/{raised}/acknowledge", json={})

    assert (answer.status_code, answer.json["code"]) == (409, "already_acknowledged")


def test_secretary_cannot_acknowledge(deps, cast, raised):
    answer = ask(deps, cast.ada).post(f"/api/v1/alerts/{raised}/acknowledge", json={})

    assert answer.status_code == 403


def test_unknown_outcome_is_refused(deps, cast, raised):
    answer = ask(deps, cast.dr_lune).post(f"/api/v1/alerts/{raised}/acknowledge", json={"outcome": "nap"})

    assert answer.status_code == 422
