"""What we write: shapes, conditions, and nothing of others lost."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from telesec.integrations.fhir import bundles
from telesec.integrations.fhir.resources import AppointmentRead, SlotRead
from telesec.integrations.fhir.wire import parse
from telesec.scheduling.ports import AppointmentWrite

START = datetime(2026, 11, 30, 8, tzinfo=UTC)
WRITE = AppointmentWrite(
    claim_id=UUID("019ab000-0000-7000-8000-000000000001"),
    uid="a@telesec",
    start=START,
    end=START + timedelta(minutes=30),
    time_zone="Europe/Paris",
    title="Zoé Lilas · Consultation",
    patient={"family_name": "Lilas", "given_name": "Zoé", "birth_date": "", "phone": "+33639980001"},
)
RAW = {
    "resourceType": "Slot",
    "id": "1",
    "meta": {"versionId": "3", "security": [{"code": "PRO"}]},
    "schedule": {"reference": "Schedule/lune"},
    "status": "free",
    "start": "2026-11-30T08:00:00Z",
    "end": "2026-11-30T08:30:00Z",
    "comment": "Salle 2",
}
SLOT = parse(SlotRead, RAW)


def test_create_is_read_back_as_written() -> None:
    step = bundles.create_appointment(WRITE, [SLOT], "Practitioner/lune")

    read = parse(AppointmentRead, {**step.resource, "id": "7"})

    assert (read.start, read.end, read.claim_id, read.slots) == (
        WRITE.start,
        WRITE.end,
        WRITE.claim_id,
        {"Slot/1"},
    )
    assert step.request["ifNoneExist"] == f"identifier=urn:telesec:claim|{WRITE.claim_id}"


def test_slot_keeps_what_the_practice_wrote_and_names_its_version() -> None:
    step = bundles.set_slot(bundles.Held(RAW, SLOT), "busy")

    assert step.resource == {**RAW, "status": "busy"}
    assert step.request == {"method": "PUT", "url": "Slot/1", "ifMatch": 'W/"3"'}


def test_move_keeps_foreign_identifiers() -> None:
    created = bundles.create_appointment(WRITE, [SLOT], "Practitioner/lune").resource
    foreign = {"system": "urn:example:file", "value": "12"}
    held = {**created, "id": "7", "meta": {"versionId": "2"}}
    held["identifier"] = [foreign, *created["identifier"]]

    moved = bundles.move_appointment(held, WRITE, [SLOT])

    assert moved.resource["identifier"] == held["identifier"]
    assert moved.request["ifMatch"] == 'W/"2"'


def test_undo_restores_the_former_resource_at_the_present_version() -> None:
    step = bundles.set_slot(bundles.Held(RAW, SLOT), "busy")

    undone = bundles.undo(step, {**RAW, "status": "busy", "meta": {"versionId": "4"}})

    assert undone.resource == RAW
    assert undone.request["ifMatch"] == 'W/"4"'
