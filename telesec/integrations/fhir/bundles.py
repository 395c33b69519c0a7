"""What we write to a FHIR R4 server: transactions over slots and one appointment; pure.

A new appointment is built with the R4B models, which refuse a wrong shape. A resource somebody else
may have extended (a slot, an appointment already there) is changed in place, so nothing they wrote
is lost. Every write names the version it was based on. Source: FHIR R4 http, "transaction".
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B.appointment import Appointment

from telesec.integrations.fhir.resources import CLAIM_SYSTEM, UID_SYSTEM, AppointmentRead, SlotRead
from telesec.integrations.fhir.wire import etag_of, instant, parse
from telesec.scheduling.ports import AppointmentWrite

Json = dict[str, Any]
PATIENT = "patient"


@dataclass(frozen=True)
class Held:
    """A resource as the server sent it, beside what we understood of it."""

    raw: Mapping[str, Any]
    slot: SlotRead


@dataclass(frozen=True)
class Step:
    """One entry of a transaction.

    Args:
        resource: What is to be there afterwards.
        request: FHIR's method, address and condition.
        before: What was there, to put it back; None for a new resource.
    """

    resource: Mapping[str, Any]
    request: Mapping[str, str]
    before: Mapping[str, Any] | None = None


def transaction(steps: Iterable[Step]) -> Json:
    """Return the Bundle: all or nothing."""
    entries = [{"resource": step.resource, "request": step.request} for step in steps]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def set_slot(held: Held, status: str) -> Step:
    """Return the step that gives a slot a status, if nobody changed it since it was read."""
    request = {"method": "PUT", "url": held.slot.key, "ifMatch": etag_of(held.slot)}
    return Step({**held.raw, "status": status}, request, held.raw)


def create_appointment(write: AppointmentWrite, slots: Sequence[SlotRead], actor: str) -> Step:
    """Return the step that creates our appointment unless one of this claim exists already."""
    body: Json = {
        "resourceType": "Appointment",
        "participant": [{"actor": {"reference": actor}, "status": "accepted"}],
    } | _content(write, slots)
    if write.patient:
        body["contained"] = [_patient(write)]
        body["participant"].append({"actor": {"reference": f"#{PATIENT}"}, "status": "accepted"})
    model = Appointment.model_validate(body)
    request = {
        "method": "POST",
        "url": "Appointment",
        "ifNoneExist": f"identifier={CLAIM_SYSTEM}|{write.claim_id}",
    }
    return Step(model.model_dump(mode="json", exclude_none=True), request)


def move_appointment(raw: Mapping[str, Any], write: AppointmentWrite, slots: Sequence[SlotRead]) -> Step:
    """Return the step that gives an existing appointment the time, slots and words of ``write``."""
    body = deepcopy(dict(raw)) | _content(write, slots)
    foreign = [i for i in raw.get("identifier", ()) if i.get("system") not in {UID_SYSTEM, CLAIM_SYSTEM}]
    body["identifier"] = [*foreign, *body["identifier"]]
    return _replace(raw, body)


def cancel_appointment(raw: Mapping[str, Any]) -> Step:
    """Return the step that cancels an appointment; its slots stay named, for whoever looks back."""
    return _replace(raw, {**raw, "status": "cancelled"})


def undo(step: Step, current: Mapping[str, Any]) -> Step:
    """Return the step that takes one back: the former resource, or a new appointment cancelled.

    Args:
        step: What was done.
        current: The resource as the server holds it now; only this version is touched.
    """
    if step.before is None:
        return cancel_appointment(current)
    return _replace(current, dict(step.before))


def _replace(raw: Mapping[str, Any], body: Json) -> Step:
    slot = raw.get("resourceType") == "Slot"
    known = parse(SlotRead, raw) if slot else parse(AppointmentRead, raw)
    request = {"method": "PUT", "url": known.key, "ifMatch": etag_of(known)}
    return Step(body, request, raw)


def _content(write: AppointmentWrite, slots: Sequence[SlotRead]) -> Json:
    content: Json = {
        "identifier": [
            {"system": UID_SYSTEM, "value": write.uid},
            {"system": CLAIM_SYSTEM, "value": str(write.claim_id)},
        ],
        "status": "booked",
        "description": write.title,
        "start": instant(write.start),
        "end": instant(write.end),
        "minutesDuration": int((write.end - write.start).total_seconds() // 60),
        "slot": [{"reference": slot.key} for slot in slots],
    }
    if write.description:
        content["comment"] = write.description
    return content


def _patient(write: AppointmentWrite) -> Json:
    """Return the patient, contained: we do not manage the practice's patient files."""
    person = write.patient
    name: Json = {"family": person.get("family_name", ""), "given": [person.get("given_name", "")]}
    patient: Json = {"resourceType": "Patient", "id": PATIENT, "name": [_without_empty(name)]}
    if person.get("phone"):
        patient["telecom"] = [{"system": "phone", "value": person["phone"]}]
    if person.get("birth_date"):
        patient["birthDate"] = person["birth_date"]
    return patient


def _without_empty(name: Json) -> Json:
    return {key: value for key, value in name.items() if value not in ("", [""])}
