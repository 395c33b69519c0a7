"""``GET`` and ``POST /api/v1/callbacks``."""

import pytest

from telesec.callbacks.api import blueprint
from telesec.testing.api import api_client

ADDRESS = "/api/v1/callbacks"
BRUNO = "+33639980010"


@pytest.fixture
def ada(deps, cast):
    return api_client(deps, blueprint, cast.ada)


def promise(cast, **changes):
    return {"practice_id": cast.lilas, "phone": BRUNO, "due_at": "2026-11-26T11:00:00+01:00", **changes}


def test_open_callback_answers_the_card(ada, cast):
    answer = ada.post(ADDRESS, json=promise(cast))

    assert answer.status_code == 201
    assert (answer.json["phone"], answer.json["state"]) == (BRUNO, "open")
    assert answer.json["due_at"] == "2026-11-26T10:00:00Z"


def test_open_callback_again_answers_the_same_card(ada, cast):
    first = ada.post(ADDRESS, json=promise(cast))
    again = ada.post(ADDRESS, json=promise(cast))

    assert again.json["id"] == first.json["id"]


@pytest.mark.parametrize(
    "changes", [{"due_at": "2026-11-26T11:00:00"}, {"due_at": "2020-01-01T00:00:00Z"}, {"note": "x"}]
)
def test_open_callback_refuses_a_bad_promise(ada, cast, changes):
    assert ada.post(ADDRESS, json=promise(cast, **changes)).status_code == 422


def test_list_callbacks_of_all_practices(ada, cast):
    ada.post(ADDRESS, json=promise(cast))
    ada.post(ADDRESS, json=promise(cast, practice_id=cast.glycines))

    answer = ada.get(ADDRESS)

    assert {row["practice_id"] for row in answer.json["items"]} == {str(cast.lilas), str(cast.glycines)}


def test_list_callbacks_of_another_practice_does_not_exist(deps, cast):
    iris = api_client(deps, blueprint, cast.dr_iris)

    assert iris.get(f"{ADDRESS}?practice_id={cast.lilas}").status_code == 404
