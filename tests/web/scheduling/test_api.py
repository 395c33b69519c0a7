"""``/api/v1/slots`` and ``/api/v1/appointments``."""

from datetime import datetime, timedelta

import pytest

from telesec.scheduling.api import blueprint
from telesec.testing.api import api_client
from telesec.testing.bookable import NINE, House
from telesec.testing.calendars import FakeCalendars

SLOTS, APPOINTMENTS = "/api/v1/slots", "/api/v1/appointments"
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def house(deps, cast, clock):
    return House.build(deps, cast, FakeCalendars(clock.now), "memory:lune", lanes=1, rules=True)


@pytest.fixture
def client(house):
    return api_client(house.deps, blueprint, house.ada)


def asked(house, **changes):
    return {
        "practice_id": str(house.practice_id),
        "appointment_type_id": str(house.type_id),
        "from": house.clock.now().isoformat(),
        "to": (house.clock.now() + timedelta(days=2)).isoformat(),
    } | changes


def wanted(house, start=NINE, **changes):
    return {
        "practice_id": str(house.practice_id),
        "schedule_id": str(house.schedule_id),
        "appointment_type_id": str(house.type_id),
        "start": start.isoformat(),
        "patient": {
            "family_name": "Lilas",
            "given_name": "Zoé",
            "birth_date": "1950-04-01",
            "phone": "+33639980020",
        },
    } | changes


def test_slots_are_offered_with_the_lights_of_their_calendars(house, client):
    answer = client.get(SLOTS, query_string=asked(house, limit=2))

    assert answer.status_code == 200
    assert [datetime.fromisoformat(slot["start"]) for slot in answer.json["slots"]] == [
        house.clock.now() + HALF_HOUR,
        house.clock.now() + 2 * HALF_HOUR,
    ]
    assert answer.json["slots"][0]["schedule_id"] == str(house.schedule_id)
    assert [(c["kind"], c["health"], c["reason"]) for c in answer.json["calendars"]] == [
        ("memory", "ok", None)
    ]


@pytest.mark.parametrize(
    "change",
    [{"to": "2026-11-27T09:00:00"}, {"level": "soon"}, {"limit": 201}, {"to": "2027-11-27T09:00:00Z"}],
)
def test_slots_refuses_other_terms(house, client, change):
    assert client.get(SLOTS, query_string=asked(house, **change)).status_code == 422


def test_slots_of_another_practice_do_not_exist(house):
    answer = api_client(house.deps, blueprint, house.cast.dr_iris).get(SLOTS, query_string=asked(house))

    assert answer.status_code == 404


def test_booking_answers_booked_with_its_place_in_the_calendar(house, client):
    answer = client.post(APPOINTMENTS, json=wanted(house))

    (entry,) = house.fake.live_entries()
    assert answer.status_code == 201
    assert answer.json["status"] == "booked"
    assert answer.json["calendar"] == {"kind": "memory", "uid": entry.uid, "href": entry.href}
    assert datetime.fromisoformat(answer.json["settled_at"]) == house.clock.now()
    assert client.get(f"{APPOINTMENTS}/{answer.json['id']}").json == answer.json


def test_booking_a_taken_slot_is_409_slot_taken(house, client):
    client.post(APPOINTMENTS, json=wanted(house))

    answer = client.post(APPOINTMENTS, json=wanted(house))

    assert (answer.status_code, answer.json["code"]) == (409, "slot_taken")


def test_booking_refused_by_the_calendar_is_409_calendar_conflict(house, client):
    house.fake.conflict(times=3)

    answer = client.post(APPOINTMENTS, json=wanted(house))

    assert (answer.status_code, answer.json["code"]) == (409, "calendar_conflict")


def test_booking_on_an_unreadable_calendar_is_503(house, client):
    house.fake.unreadable()

    answer = client.post(APPOINTMENTS, json=wanted(house))

    assert (answer.status_code, answer.json["code"]) == (503, "calendar_unavailable")


def test_booking_whose_outcome_is_unknown_is_201_pending(house, client):
    house.fake.lose_reply()

    answer = client.post(APPOINTMENTS, json=wanted(house))

    assert (answer.status_code, answer.json["status"], answer.json["settled_at"]) == (201, "pending", None)


def test_booking_refuses_a_number_that_is_none(house, client):
    body = wanted(house)
    body["patient"]["phone"] = "12"

    assert client.post(APPOINTMENTS, json=body).status_code == 422


def test_booking_is_forbidden_to_a_practice_manager(house):
    answer = api_client(house.deps, blueprint, house.cast.manager).post(APPOINTMENTS, json=wanted(house))

    assert answer.status_code == 403


def test_move_and_cancel(house, client):
    address = f"{APPOINTMENTS}/{client.post(APPOINTMENTS, json=wanted(house)).json['id']}"

    moved = client.post(f"{address}/move", json={"start": (NINE + HALF_HOUR).isoformat()})
    cancelled = client.post(f"{address}/cancel", json={"reason": "ne peut plus"})

    assert (moved.status_code, moved.json["status"]) == (200, "booked")
    assert datetime.fromisoformat(moved.json["start"]) == NINE + HALF_HOUR
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    assert house.fake.live_entries() == []


@pytest.mark.parametrize("tail", ["", "/move", "/cancel"])
def test_appointment_of_another_practice_does_not_exist(house, client, tail):
    address = f"{APPOINTMENTS}/{client.post(APPOINTMENTS, json=wanted(house)).json['id']}{tail}"
    other = api_client(house.deps, blueprint, house.cast.dr_iris)
    body = {"start": NINE.isoformat()} if tail == "/move" else {}

    answer = other.post(address, json=body) if tail else other.get(address)

    assert answer.status_code == 404
