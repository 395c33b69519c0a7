"""The triage routes, one happy and one refused case each."""

import pytest

from telesec.testing.api import api_client
from telesec.triage import service
from telesec.triage.api import blueprint
from telesec.triage.patient import PatientFacts, Sex
from telesec.triage.schemas import StartTriageIn, view_of
from telesec.triage.service import StartTriage


@pytest.fixture
def session(deps, cast):
    with deps.unit_of_work(cast.dr_lune) as uow:
        service.adopt_reference_set(uow, deps.library, cast.lilas)
        uow.commit()
    with deps.unit_of_work(cast.ada) as uow:
        facts = PatientFacts(age_months=600, sex=Sex.FEMALE)
        view = service.start(uow, deps.library, StartTriage(cast.lilas, facts, words="mal à la poitrine"))
        uow.commit()
    return view


def test_answer_returns_the_disposition(deps, cast, session):
    body = {"question_id": session.question.id, "answer": "yes"}

    reply = api_client(deps, blueprint, cast.ada).post(
        f"/api/v1/triage-sessions/{session.id}/answers", json=body
    )

    assert reply.status_code == 200
    assert reply.json["question"] is None
    disposition = reply.json["disposition"]
    assert (disposition["level"], disposition["deadline_seconds"]) == ("call15_now", 0)
    assert disposition["because"] == ["tronc_commun.douleur_poitrine"]
    assert "15" in disposition["say"]


def test_answer_returns_the_next_question(deps, cast, session):
    body = {"question_id": session.question.id, "answer": "no"}

    reply = api_client(deps, blueprint, cast.ada).post(
        f"/api/v1/triage-sessions/{session.id}/answers", json=body
    )

    assert reply.json["question"]["id"] == "tronc_commun.eveil_souffle_couleur"
    assert reply.json["disposition"] is None


def test_answer_refuses_a_stale_question(deps, cast, session):
    body = {"question_id": "signes_avc.visage", "answer": "no"}

    reply = api_client(deps, blueprint, cast.ada).post(
        f"/api/v1/triage-sessions/{session.id}/answers", json=body
    )

    assert reply.status_code == 409
    assert reply.json["code"] == "question_not_current"
    assert reply.json["question"] == session.question.id


def test_answer_refuses_a_stranger(deps, cast, session):
    body = {"question_id": session.question.id, "answer": "no"}

    reply = api_client(deps, blueprint, cast.dr_iris).post(
        f"/api/v1/triage-sessions/{session.id}/answers", json=body
    )

    assert reply.status_code == 404


def test_answer_refuses_another_word(deps, cast, session):
    body = {"question_id": session.question.id, "answer": "maybe"}

    reply = api_client(deps, blueprint, cast.ada).post(
        f"/api/v1/triage-sessions/{session.id}/answers", json=body
    )

    assert reply.status_code == 422


def test_protocols_are_listed(deps, cast):
    reply = api_client(deps, blueprint, cast.ada).get("/api/v1/protocols")

    codes = [protocol["code"] for protocol in reply.json]
    assert codes[0] == "tronc_commun"
    assert "douleur_thoracique" in codes
    assert {"code", "version", "state", "title", "questions"} <= set(reply.json[0])


def test_one_protocol_is_shown_in_the_readers_language(deps, cast):
    reply = api_client(deps, blueprint, cast.ada).get("/api/v1/protocols/signes_avc")

    assert reply.json["state"] == "reference"
    assert reply.json["questions"][0]["id"] == "signes_avc.visage"
    assert reply.json["questions"][0]["text"].startswith("La bouche")


def test_an_unknown_protocol_is_not_found(deps, cast):
    assert api_client(deps, blueprint, cast.ada).get("/api/v1/protocols/inconnu").status_code == 404


def test_protocols_need_a_login(deps):
    assert api_client(deps, blueprint, None).get("/api/v1/protocols").status_code == 401


def test_a_started_session_is_shown_as_the_contract_says(session):
    shown = view_of(session, "fr").model_dump(mode="json")

    assert {"id", "protocol", "version", "state", "question", "disposition", "candidates"} == set(shown)
    assert shown["question"]["text"].startswith("A-t-elle mal")


@pytest.mark.parametrize(
    ("patient", "months", "sex"),
    [
        ({"age_years": 40, "sex": "F"}, 480, Sex.FEMALE),
        ({"age_months": 7, "sex": "male"}, 7, Sex.MALE),
        ({"sex": "unknown"}, None, None),
        ({}, None, None),
    ],
)
def test_ages_and_sexes_are_read(patient, months, sex):
    facts = StartTriageIn.model_validate({"words": "x", "patient": patient}).patient.facts()

    assert (facts.age_months, facts.sex) == (months, sex)
