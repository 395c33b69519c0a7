"""Reading FHIR: closed to what it does not understand."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.integrations.fhir import wire
from telesec.integrations.fhir.resources import (
    CLAIM_SYSTEM,
    UID_SYSTEM,
    AppointmentRead,
    NotUnderstood,
    ScheduleRead,
    SlotRead,
)
from telesec.integrations.fhir.wire import BundleRead

CLAIM = UUID("019ab000-0000-7000-8000-000000000001")


def slot(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Slot",
        "id": "1",
        "meta": {"versionId": "3"},
        "schedule": {"reference": "Schedule/lune"},
        "status": "free",
        "start": "2026-11-30T09:00:00+01:00",
        "end": "2026-11-30T09:30:00+01:00",
    } | changes


def appointment(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": "7",
        "meta": {"versionId": "1"},
        "identifier": [
            {"system": UID_SYSTEM, "value": "a@telesec"},
            {"system": CLAIM_SYSTEM, "value": str(CLAIM)},
        ],
        "status": "booked",
        "start": "2026-11-30T08:00:00Z",
        "end": "2026-11-30T08:30:00Z",
        "slot": [{"reference": "https://practice.example/fhir/Slot/1/_history/3"}],
        "participant": [{"actor": {"reference": "Practitioner/lune"}, "status": "accepted"}],
    } | changes


def test_slot_is_read_in_utc() -> None:
    (read,) = wire.slots_of([slot()], "Schedule/lune")

    assert (read.start, read.key, wire.etag_of(read)) == (
        datetime(2026, 11, 30, 8, tzinfo=UTC),
        "Slot/1",
        'W/"3"',
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "libre"},
        {"status": None},
        {"start": "2026-11-30T09:00:00"},
        {"end": "2026-11-30T09:00:00+01:00"},
        {"end": "yesterday"},
        {"end": 1_800_000_000},
        {"end": "1800000000"},
        {"end": "9999-12-31T23:59:59-12:00"},
        {"schedule": {"reference": "Schedule/soleil"}},
        {"resourceType": "Schedule"},
    ],
)
def test_slot_is_refused_when_wrong(changes: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        wire.slots_of([slot(**changes)], "Schedule/lune")


def test_slot_entered_in_error_is_left_out() -> None:
    assert wire.slots_of([slot(status="entered-in-error", id="2"), slot()], "Schedule/lune")[0].id == "1"


def test_version_is_needed_to_write() -> None:
    (read,) = wire.slots_of([slot(meta={})], "Schedule/lune")

    with pytest.raises(NotUnderstood):
        wire.etag_of(read)


def test_appointment_shows_claim_and_slots() -> None:
    (read,) = wire.appointments_of([appointment()], ["Practitioner/lune"])

    assert (read.claim_id, read.slots, read.is_live) == (CLAIM, {"Slot/1"}, True)


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error", "waitlist"])
def test_ended_appointment_occupies_nothing(status: str) -> None:
    assert wire.appointments_of([appointment(status=status)], ["Practitioner/lune"]) == []


def test_appointment_of_another_actor_is_refused() -> None:
    with pytest.raises(NotUnderstood):
        wire.appointments_of([appointment()], ["Practitioner/soleil"])


def test_live_appointment_without_time_is_refused() -> None:
    with pytest.raises(NotUnderstood):
        wire.appointments_of([appointment(start=None)], ["Practitioner/lune"])


def test_claim_that_is_no_uuid_is_no_claim() -> None:
    foreign = appointment(identifier=[{"system": CLAIM_SYSTEM, "value": "42"}])

    assert wire.parse(AppointmentRead, foreign).claim_id is None


def test_live_one_is_preferred_to_a_cancelled_one() -> None:
    found = wire.identified_as([appointment(id="6", status="cancelled"), appointment()], "a@telesec")

    assert found is not None
    assert found.id == "7"


def test_two_live_ones_are_refused() -> None:
    with pytest.raises(NotUnderstood):
        wire.identified_as([appointment(), appointment(id="8")], "a@telesec")


def test_statuses_of_a_transaction() -> None:
    answer = {
        "resourceType": "Bundle",
        "type": "transaction-response",
        "entry": [{"response": {"status": "201 Created"}}, {"response": {"status": "412"}}, {}],
    }

    assert wire.parse(BundleRead, answer).statuses == [201, 412, 0]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"{"])
def test_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        wire.load(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    original=st.sampled_from([slot(), appointment()]), key=st.sampled_from(sorted(appointment())), value=JSON
)
def test_mutated_input_is_read_or_refused(original: dict[str, Any], key: str, value: Any) -> None:
    mutated = original | {key: value}

    for model in (SlotRead, AppointmentRead, ScheduleRead, BundleRead):
        try:
            read = wire.parse(model, wire.load(json.dumps(mutated).encode()))
        except NotUnderstood:
            continue
        assert read.resourceType == model.__name__.removesuffix("Read")
