"""What a FHIR R4 server sent, as our values; pure, and closed to whatever it does not understand.

What a server answers beside the question (an ignored search parameter) is refused here, never filtered
away in silence. Sources: FHIR R4 Bundle, OperationOutcome, search.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, Field, ValidationError

from telesec.integrations.fhir.resources import (
    UID_SYSTEM,
    AppointmentRead,
    NotUnderstood,
    SlotRead,
)

Model = TypeVar("Model", bound=BaseModel)


class _Link(BaseModel):
    relation: str
    url: str


class _Search(BaseModel):
    mode: str = "match"


class _Response(BaseModel):
    status: str
    location: str = ""
    etag: str = ""


class _Entry(BaseModel):
    resource: dict[str, Any] | None = None
    search: _Search = _Search()
    response: _Response | None = None


class BundleRead(BaseModel):
    """A page of a search, or the answer to a transaction."""

    resourceType: Literal["Bundle"]  # noqa: N815
    type: str
    total: int | None = None
    link: list[_Link] = Field(default_factory=list)
    entry: list[_Entry] = Field(default_factory=list)

    @property
    def next_url(self) -> str:
        """Address of the next page, or empty."""
        return next((link.url for link in self.link if link.relation == "next"), "")

    @property
    def matches(self) -> list[dict[str, Any]]:
        """What was searched for, without what was included and without outcomes."""
        return [e.resource for e in self.entry if e.resource is not None and e.search.mode == "match"]

    @property
    def failed(self) -> bool:
        """Whether an OperationOutcome among the entries says that the search itself went wrong."""
        outcomes = (e.resource for e in self.entry if e.search.mode == "outcome" and e.resource)
        return any({"error", "fatal"} & issues(outcome, "severity") for outcome in outcomes)

    @property
    def statuses(self) -> list[int]:
        """HTTP status of each entry of a transaction's answer."""
        try:
            return [int(e.response.status[:3]) if e.response else 0 for e in self.entry]
        except ValueError:
            raise NotUnderstood("entry status") from None


def load(body: bytes) -> dict[str, Any]:
    """Return a body as a JSON object.

    Raises:
        NotUnderstood: It is something else.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotUnderstood("not JSON") from None
    if not isinstance(value, dict):
        raise NotUnderstood("not an object")
    return value


def issues(outcome: object, member: str = "code") -> frozenset[str]:
    """Return one member of every issue of an OperationOutcome; nothing for anything else."""
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return frozenset()
    found = outcome.get("issue")
    each = found if isinstance(found, list) else []
    return frozenset(str(issue.get(member)) for issue in each if isinstance(issue, dict))


def parse(model: type[Model], value: Mapping[str, Any]) -> Model:
    """Return one resource.

    Raises:
        NotUnderstood: It is another resource, lacks what we need or contradicts itself.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise NotUnderstood(f"{model.__name__}.{where}") from None


def slots_of(resources: Iterable[Mapping[str, Any]], schedule: str) -> list[SlotRead]:
    """Return the slots of one schedule, in order of time; those entered in error are left out.

    Raises:
        NotUnderstood: A resource is no Slot, or of another schedule: the server ignored the question.
    """
    slots = [parse(SlotRead, resource) for resource in resources]
    if any(slot.schedule.key != schedule for slot in slots):
        raise NotUnderstood("slots of another schedule")
    kept = [slot for slot in slots if slot.status != "entered-in-error"]
    return sorted(kept, key=lambda slot: (slot.start, slot.id))


def appointments_of(resources: Iterable[Mapping[str, Any]], actors: Sequence[str]) -> list[AppointmentRead]:
    """Return the live appointments of any of these actors.

    Raises:
        NotUnderstood: A resource is no Appointment, or concerns none of them.
    """
    appointments = [parse(AppointmentRead, resource) for resource in resources]
    for appointment in appointments:
        if not {participant.actor.key for participant in appointment.participant} & set(actors):
            raise NotUnderstood("appointments of another actor")
    return [appointment for appointment in appointments if appointment.is_live]


def identified_as(resources: Iterable[Mapping[str, Any]], uid: str) -> AppointmentRead | None:
    """Return the appointment with our uid: the live one, else a cancelled one, else None.

    Raises:
        NotUnderstood: One lacks the uid (the parameter was ignored), or two are live.
    """
    appointments = [parse(AppointmentRead, resource) for resource in resources]
    if any(appointment.identified(UID_SYSTEM) != uid for appointment in appointments):
        raise NotUnderstood("appointments without our identifier")
    live = [appointment for appointment in appointments if appointment.is_live]
    if len(live) > 1:
        raise NotUnderstood("two live appointments with our identifier")
    return next(iter(live or appointments), None)


def etag_of(resource: SlotRead | AppointmentRead) -> str:
    """Return the weak ETag of a resource's version, as If-Match takes it (FHIR R4 http, "ETag").

    Raises:
        NotUnderstood: The server keeps no versions; nothing can be written safely.
    """
    if not resource.meta.versionId:
        raise NotUnderstood("no versions")
    return f'W/"{resource.meta.versionId}"'


def instant(at: datetime) -> str:
    """Return a moment as a FHIR instant in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
