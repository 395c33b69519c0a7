"""What is busy, open and taken."""

from datetime import UTC, datetime, timedelta

from telesec.integrations.fhir import occupancy
from telesec.integrations.fhir.resources import AppointmentRead, Participant, Reference, SlotRead

EIGHT = datetime(2026, 11, 30, 8, tzinfo=UTC)
HALF = timedelta(minutes=30)


def slot(number: int, status: str = "free", lane: str = "a") -> SlotRead:
    start = EIGHT + number * HALF
    return SlotRead(
        resourceType="Slot",
        id=f"{lane}{number}",
        schedule=Reference(reference="Schedule/lune"),
        status=status,  # type: ignore[arg-type]
        start=start,
        end=start + HALF,
    )


def appointment(number: int, *slots: SlotRead) -> AppointmentRead:
    start = EIGHT + number * HALF
    return AppointmentRead(
        resourceType="Appointment",
        id=str(number),
        status="booked",
        start=start,
        end=start + HALF,
        slot=[Reference(reference=one.key) for one in slots],
        participant=[Participant(actor=Reference(reference="Practitioner/lune"))],
    )


def test_busy_slot_and_its_appointment_count_once() -> None:
    taken = slot(0, "busy")

    busy = occupancy.busy_of([taken], [appointment(0, taken)], EIGHT, EIGHT + HALF)

    assert [(entry.uid, entry.lane_weight) for entry in busy] == [("Appointment/0", 1)]


def test_busy_slot_without_appointment_stays_busy() -> None:
    for status in ("busy", "busy-unavailable", "busy-tentative"):
        busy = occupancy.busy_of([slot(0, status)], [], EIGHT, EIGHT + HALF)

        assert [entry.uid for entry in busy] == ["Slot/a0"]


def test_open_slots_stand_one_by_one() -> None:
    slots = [slot(0), slot(0, lane="b"), slot(1, "busy")]

    assert occupancy.open_of(slots, EIGHT, EIGHT + 2 * HALF) == ((EIGHT, EIGHT + HALF),) * 2


def test_covering_takes_consecutive_slots() -> None:
    slots = [slot(0), slot(1), slot(2)]

    chain = occupancy.covering(slots, EIGHT + HALF, EIGHT + 3 * HALF)

    assert chain is not None
    assert [one.id for one in chain] == ["a1", "a2"]


def test_covering_may_begin_and_end_inside_a_slot() -> None:
    quarter = HALF / 2

    chain = occupancy.covering([slot(0), slot(1)], EIGHT + quarter, EIGHT + HALF + quarter)

    assert chain is not None
    assert [one.id for one in chain] == ["a0", "a1"]


def test_covering_refuses_a_gap() -> None:
    assert occupancy.covering([slot(0), slot(2)], EIGHT, EIGHT + 3 * HALF) is None
    assert occupancy.covering([], EIGHT, EIGHT + HALF) is None
