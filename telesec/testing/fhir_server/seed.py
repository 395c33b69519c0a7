"""Fill a FHIR server as a practice's own software would: people, a schedule, slots, others' appointments.

Everything is written with fixed ids by PUT, so seeding twice changes nothing that matters; slots that
exist already are left alone, because somebody may have booked them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

RPPS_SYSTEM = "urn:oid:1.2.250.1.71.4.2.1"
CHUNK = 40


@dataclass(frozen=True)
class SlotPlan:
    """The slots a practice publishes on each working day.

    Args:
        first_day: First day with slots.
        days: How many calendar days; Saturdays and Sundays stay empty.
        ranges: Local opening times, ``((9:00, 12:00), …)``.
        minutes: Length of one slot.
        lanes: How many slots stand side by side (a physiotherapist treats three at once).
        time_zone: IANA name.
        booked_every: Each n-th slot is already taken by another client's appointment; 0 for none.
    """

    first_day: date
    days: int = 14
    ranges: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(14), time(18)))
    minutes: int = 15
    lanes: int = 1
    time_zone: str = "Europe/Paris"
    booked_every: int = 7


@dataclass(frozen=True)
class SeededSchedule:
    """What to hand to telesec as ``CalendarAddress.options``."""

    schedule: str
    practitioner: str
    options: Mapping[str, str] = field(default_factory=dict)


def seed_schedule(
    client: httpx.Client, *, key: str, practitioner: tuple[str, str, str], plan: SlotPlan
) -> SeededSchedule:
    """Write a Practitioner, a Schedule, its Slots and other clients' Appointments.

    Args:
        client: Logged in, with the FHIR base as its ``base_url``.
        key: Stem of every id, for instance ``soleil``.
        practitioner: Family name, given name, RPPS number (11 digits; stored with the prefix ``8`` of the
            national identifier, ``urn:oid:1.2.250.1.71.4.2.1``).
        plan: When there are slots.
    """
    person, schedule = f"Practitioner/{key}", f"Schedule/{key}"
    _put(client, _practitioner(key, *practitioner))
    _put(client, _schedule(key, person, " ".join(practitioner[1::-1])))
    known = _known_slots(client, schedule)
    entries: list[dict[str, Any]] = []
    for number, slot in enumerate(_slots(key, schedule, plan)):
        if slot["id"] in known:
            continue
        taken = bool(plan.booked_every) and number % plan.booked_every == plan.booked_every - 1
        slot["status"] = "busy" if taken else "free"
        entries.append(_entry(slot))
        if taken:
            entries.append(_entry(_appointment(slot, person)))
    for start in range(0, len(entries), CHUNK):
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries[start : start + CHUNK]}
        answer = client.post("", json=bundle).raise_for_status().json()
        refused = [e["response"] for e in answer["entry"] if not e["response"]["status"].startswith("2")]
        if refused:
            raise RuntimeError(f"The FHIR server refused {len(refused)} of the seed: {refused[0]}")
    return SeededSchedule(schedule, person, {"schedule": schedule, "practitioner": person})


def _put(client: httpx.Client, resource: dict[str, Any]) -> None:
    client.put(f"{resource['resourceType']}/{resource['id']}", json=resource).raise_for_status()


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "resource": resource,
        "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
    }


def _practitioner(key: str, family: str, given: str, rpps: str) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": key,
        "identifier": [{"system": RPPS_SYSTEM, "value": f"8{rpps}"}],
        "name": [{"family": family, "given": [given]}],
    }


def _schedule(key: str, person: str, display: str) -> dict[str, Any]:
    return {
        "resourceType": "Schedule",
        "id": key,
        "active": True,
        "actor": [{"reference": person, "display": display}],
    }


def _slots(key: str, schedule: str, plan: SlotPlan) -> Iterator[dict[str, Any]]:
    zone = ZoneInfo(plan.time_zone)
    length = timedelta(minutes=plan.minutes)
    for offset in range(plan.days):
        day = plan.first_day + timedelta(days=offset)
        if day.weekday() > 4:
            continue
        for opens, closes in plan.ranges:
            start = datetime.combine(day, opens, zone).astimezone(UTC)
            closing = datetime.combine(day, closes, zone).astimezone(UTC)
            while start + length <= closing:
                for lane in range(plan.lanes):
                    yield _slot(f"{key}-{start:%Y%m%dT%H%M}-{lane + 1}", schedule, start, start + length)
                start += length


def _slot(slot_id: str, schedule: str, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "resourceType": "Slot",
        "id": slot_id,
        "schedule": {"reference": schedule},
        "start": start.isoformat(),
        "end": end.isoformat(),
    }


def _appointment(slot: Mapping[str, Any], person: str) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": f"other-{slot['id']}",
        "status": "booked",
        "description": "Rendez-vous pris au cabinet",
        "start": slot["start"],
        "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [{"actor": {"reference": person}, "status": "accepted"}],
    }


def _known_slots(client: httpx.Client, schedule: str) -> set[str]:
    """Ids of the slots that exist, all pages."""
    known: set[str] = set()
    url: str | None = f"Slot?schedule={schedule}&_count=200"
    while url:
        page = client.get(url).raise_for_status().json()
        known.update(entry["resource"]["id"] for entry in page.get("entry", ()))
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    return known
