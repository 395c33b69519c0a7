"""``/api/v1/practices``: what a program needs before it opens a call or books."""

import pytest

PRACTICES = "/api/v1/practices"


def test_practice_shows_lines_people_types_and_calendars(house, cast, ada):
    house.offer()

    answer = ada.get(f"{PRACTICES}/{cast.lilas}")

    assert answer.status_code == 200
    assert answer.json == {
        "id": str(cast.lilas),
        "name": "Cabinet des Lilas",
        "time_zone": "Europe/Paris",
        "lines": ["+33199000001"],
        "practitioners": [
            {"id": str(cast.dr_lune_id), "name": "Dr Lune", "profession": "physician"},
            {"id": str(cast.dr_soleil_id), "name": "Dr Soleil", "profession": "physician"},
        ],
        "appointment_types": [
            {
                "id": str(house.type_id),
                "name": "Consultation",
                "duration_minutes": 30,
                "practitioner_ids": [],
                "max_level": None,
                "min_level": None,
                "release_hours": None,
            }
        ],
        "calendars": [
            {
                "schedule_id": str(house.schedule_id),
                "practitioner_id": str(cast.dr_lune_id),
                "kind": "memory",
                "health": "ok",
                "fresh_at": "2026-11-26T09:00:00Z",
            }
        ],
    }


def test_list_pages_by_name(cast, ada):
    first = ada.get(PRACTICES, query_string={"limit": 1})
    second = ada.get(PRACTICES, query_string={"limit": 1, "cursor": first.json["next_cursor"]})

    assert [p["name"] for p in first.json["items"]] == ["Cabinet des Glycines"]
    assert [p["name"] for p in second.json["items"]] == ["Cabinet des Lilas"]
    assert second.json["next_cursor"] is None


def test_list_shows_only_the_practices_of_the_token(cast, program):
    answer = program(cast.dr_iris).get(PRACTICES)

    assert [p["id"] for p in answer.json["items"]] == [str(cast.glycines)]


def test_practice_of_others_does_not_exist(cast, program):
    assert program(cast.dr_iris).get(f"{PRACTICES}/{cast.lilas}").status_code == 404


def test_operator_serves_no_practice(cast, program):
    assert program(cast.operator).get(PRACTICES).status_code == 403


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"sort": "name"}])
def test_list_refuses_other_terms(ada, query):
    answer = ada.get(PRACTICES, query_string=query)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_list_refuses_a_page_mark_of_others(cast, ada, program):
    answer = program(cast.dr_iris).get(PRACTICES, query_string={"cursor": str(cast.lilas)})

    assert (answer.status_code, answer.json["code"]) == (422, "bad_cursor")
