"""``POST`` and ``GET /api/v1/messages``."""

import pytest

from telesec.foundation.ids import new_id
from telesec.messages.api import blueprint
from telesec.testing.api import api_client

ADDRESS = "/api/v1/messages"


@pytest.fixture
def ada(deps, cast):
    return api_client(deps, blueprint, cast.ada)


def note(cast, **changes):
    told = {
        "practice_id": cast.lilas,
        "practitioner_id": cast.dr_lune_id,
        "level": "routine",
        "text": "Rappeler Zoé.",
        "callback_number": "+33639980010",
    }
    return {**told, **changes}


def test_file_message_answers_its_id_and_no_alert(ada, cast):
    answer = ada.post(ADDRESS, json=note(cast))

    assert answer.status_code == 201
    assert answer.json["id"]
    assert answer.json["alert_id"] is None


def test_file_message_answers_the_alert_of_an_urgent_one(ada, cast):
    assert ada.post(ADDRESS, json=note(cast, level="call15_now")).json["alert_id"]


@pytest.mark.parametrize(
    "changes", [{"level": "tomorrow"}, {"text": ""}, {"callback_number": "12"}, {"x": 1}]
)
def test_file_message_refuses_what_is_not_valid(ada, cast, changes):
    assert ada.post(ADDRESS, json=note(cast, **changes)).status_code == 422


def test_read_message_shows_what_was_filed(ada, cast):
    message_id = ada.post(ADDRESS, json=note(cast)).json["id"]

    answer = ada.get(f"{ADDRESS}/{message_id}")

    assert answer.json["text"] == "Rappeler Zoé."
    assert answer.json["filed_at"] == "2026-11-26T09:00:00Z"
    assert answer.json["read_at"] is None


def test_read_message_by_the_practitioner_shows_it_read(deps, ada, cast):
    message_id = ada.post(ADDRESS, json=note(cast)).json["id"]

    answer = api_client(deps, blueprint, cast.dr_lune).get(f"{ADDRESS}/{message_id}")

    assert answer.json["read_at"] == "2026-11-26T09:00:00Z"


def test_read_message_wants_a_reason_after_72_hours(ada, cast, clock):
    message_id = ada.post(ADDRESS, json=note(cast)).json["id"]
    clock.advance(days=4)

    refused = ada.get(f"{ADDRESS}/{message_id}")
    told = ada.get(f"{ADDRESS}/{message_id}?reason=rappel")

    assert (refused.status_code, refused.json["code"]) == (403, "reason_needed")
    assert told.status_code == 200


def test_read_message_of_another_practice_does_not_exist(deps, ada, cast):
    message_id = ada.post(ADDRESS, json=note(cast)).json["id"]
    iris = api_client(deps, blueprint, cast.dr_iris)

    answers = [iris.get(f"{ADDRESS}/{one}") for one in (message_id, new_id())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json == answers[1].json
