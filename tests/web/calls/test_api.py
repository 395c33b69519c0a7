"""``/api/v1/calls``."""

import pytest

from telesec.calls.api import blueprint
from telesec.foundation.ids import new_id
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction
from telesec.testing.api import api_client
from telesec.testing.cast import BRUNO_PHONE, GLYCINES_LINE
from telesec.triage import service as triage

ADDRESS = "/api/v1/calls"


@pytest.fixture
def ada(deps, cast):
    return api_client(deps, blueprint, cast.ada)


def test_open_call_shows_greeting_and_instructions(deps, ada, cast):
    with deps.unit_of_work(cast.supervisor) as uow:
        practices.set_greeting(uow, cast.lilas, "Cabinet des Lilas, bonjour.")
        practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite.", "Dr Lune"))
        uow.commit()

    answer = ada.post(ADDRESS, json={"practice_id": cast.lilas, "from_number": BRUNO_PHONE})

    assert answer.status_code == 201
    assert answer.json["greeting"] == "Cabinet des Lilas, bonjour."
    assert [one["text"] for one in answer.json["instructions"]] == ["Pas de visite."]
    assert (answer.json["closed_at"], answer.json["outcome"]) == (None, None)


def test_open_call_by_line_finds_the_practice(ada, cast):
    assert ada.post(ADDRESS, json={"line": GLYCINES_LINE}).json["practice_id"] == str(cast.glycines)


def test_open_call_shows_who_called_before(ada, cast):
    first = ada.post(ADDRESS, json={"practice_id": cast.lilas, "from_number": BRUNO_PHONE}).json
    second = ada.post(ADDRESS, json={"practice_id": cast.lilas, "from_number": BRUNO_PHONE}).json

    assert [one["id"] for one in second["previous_calls"]] == [first["id"]]


@pytest.mark.parametrize("body", [{}, {"line": "12"}, {"x": 1}, {"practice_id": "lilas"}])
def test_open_call_refuses_what_is_not_valid(ada, cast, body):
    assert ada.post(ADDRESS, json=body).status_code == 422


def test_open_call_for_another_practice_does_not_exist(deps, cast):
    iris = api_client(deps, blueprint, cast.dr_iris)

    assert iris.post(ADDRESS, json={"practice_id": cast.lilas}).status_code == 404


def test_read_call_shows_it(ada, cast):
    opened = ada.post(ADDRESS, json={"practice_id": cast.lilas}).json

    assert ada.get(f"{ADDRESS}/{opened['id']}").json["opened_at"] == "2026-11-26T09:00:00Z"


def test_read_call_of_another_practice_does_not_exist(deps, ada, cast):
    opened = ada.post(ADDRESS, json={"practice_id": cast.lilas}).json
    iris = api_client(deps, blueprint, cast.dr_iris)

    assert [iris.get(f"{ADDRESS}/{one}").status_code for one in (opened["id"], new_id())] == [404, 404]


def test_close_call_keeps_its_outcome(ada, cast):
    opened = ada.post(ADDRESS, json={"practice_id": cast.lilas}).json

    closed = ada.post(f"{ADDRESS}/{opened['id']}/close", json={"outcome": "message"})

    assert (closed.status_code, closed.json["outcome"]) == (200, "message")


def test_close_call_with_another_outcome_is_a_conflict(ada, cast):
    opened = ada.post(ADDRESS, json={"practice_id": cast.lilas}).json
    ada.post(f"{ADDRESS}/{opened['id']}/close", json={"outcome": "message"})

    again = ada.post(f"{ADDRESS}/{opened['id']}/close", json={"outcome": "other"})

    assert (again.status_code, again.json["code"]) == (409, "call_closed")


def test_close_call_refuses_an_unknown_outcome(ada, cast):
    opened = ada.post(ADDRESS, json={"practice_id": cast.lilas}).json

    assert ada.post(f"{ADDRESS}/{opened['id']}/close", json={"outcome": "tea"}).status_code == 422


def test_start_triage_on_a_call_asks_the_first_question(deps, ada, cast):
    with deps.unit_of_work(cast.dr_lune) as uow:
        triage.adopt_reference_set(uow, deps.library, cast.lilas)
        uow.commit()
    opened = ada.post(ADDRESS, json={"practice_id": cast.lilas}).json
    body = {"words": "mal à la poitrine", "patient": {"age_years": 60, "sex": "F"}}

    answer = ada.post(f"{ADDRESS}/{opened['id']}/triage", json=body)

    assert answer.status_code == 201
    assert answer.json["question"]["text"]
    assert answer.json["disposition"] is None


def test_start_triage_on_a_call_of_another_practice_does_not_exist(deps, ada, cast):
    opened = ada.post(ADDRESS, json={"practice_id": cast.lilas}).json
    iris = api_client(deps, blueprint, cast.dr_iris)

    answer = iris.post(f"{ADDRESS}/{opened['id']}/triage", json={"words": "fièvre", "patient": {}})

    assert answer.status_code == 404
