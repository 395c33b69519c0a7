"""What a FHIR R4 server sent, as our values; pure, and closed to whatever it does not understand.

Reading uses small models of our own: the full R4B models cost forty times as much on a thousand
slots. They check what the full ones do not: status codes, aware instants, start before end. What a
server answers beside the question (an ignored search parameter) is refused here, never filtered
away in silence. Sources: FHIR R4 Slot, Appointment, Bundle, OperationOutcome, search.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self, TypeVar
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

Model = TypeVar("Model", bound=BaseModel)

UID_SYSTEM = "urn:telesec:uid"
CLAIM_SYSTEM = "urn:telesec:claim"


def _written_out(value: object) -> object:
    """Refuse what pydantic would take for a moment and FHIR does not: numbers, digits, a date alone."""
    if isinstance(value, datetime) or (isinstance(value, str) and _INSTANT.match(value)):
        return value
    raise ValueError("not an instant")


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the calendar") from None


_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
SlotStatus = Literal["busy", "free", "busy-unavailable", "busy-tentative", "entered-in-error"]
AppointmentStatus = Literal[
    "proposed",
    "pending",
    "booked",
    "arrived",
    "fulfilled",
    "cancelled",
    "noshow",
    "entered-in-error",
    "checked-in",
    "waitlist",
]
BUSY_SLOT = frozenset({"busy", "busy-unavailable", "busy-tentative"})
# A waiting-list entry occupies no time; "fulfilled" did.
ENDED = frozenset({"cancelled", "noshow", "entered-in-error", "waitlist"})


class NotUnderstood(ValueError):
    """The server's answer is not FHIR R4, or not an answer to what was asked; holds no content of it."""


class Meta(BaseModel):
    """``meta``: the version is what If-Match takes."""

    versionId: str | None = None  # noqa: N815 - FHIR's name


class Identifier(BaseModel):
    """One identifier."""

    system: str | None = None
    value: str | None = None


class Reference(BaseModel):
    """A reference, relative or absolute; ``key`` is its last two segments."""

    reference: str = ""

    @property
    def key(self) -> str:
        """``Slot/1`` for ``https://server/fhir/Slot/1/_history/3`` too."""
        path = self.reference.split("/_history/", 1)[0]
        return "/".join(path.split("/")[-2:])


class Participant(BaseModel):
    """Who takes part."""

    actor: Reference = Reference()


class SlotRead(BaseModel):
    """A published stretch of a schedule."""

    resourceType: Literal["Slot"]  # noqa: N815
    id: str
    meta: Meta = Meta()
    schedule: Reference
    status: SlotStatus
    start: Instant
    end: Instant

    @property
    def key(self) -> str:
        """How other resources refer to it."""
        return f"Slot/{self.id}"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start >= self.end:
            raise ValueError("ends before it starts")
        return self


class AppointmentRead(BaseModel):
    """An appointment, ours or another client's."""

    resourceType: Literal["Appointment"]  # noqa: N815
    id: str
    meta: Meta = Meta()
    identifier: list[Identifier] = Field(default_factory=list)
    status: AppointmentStatus
    start: Instant | None = None
    end: Instant | None = None
    slot: list[Reference] = Field(default_factory=list)
    participant: list[Participant] = Field(default_factory=list)

    @property
    def key(self) -> str:
        """How other resources refer to it; also our ``href``."""
        return f"Appointment/{self.id}"

    @property
    def is_live(self) -> bool:
        """Whether it occupies its time."""
        return self.status not in ENDED

    @property
    def slots(self) -> frozenset[str]:
        """Keys of the slots it takes."""
        return frozenset(reference.key for reference in self.slot)

    @property
    def claim_id(self) -> UUID | None:
        """Our claim's id, when the entry carries a well-formed one."""
        try:
            return UUID(self.identified(CLAIM_SYSTEM))
        except ValueError:
            return None

    def identified(self, system: str) -> str:
        """Return the value of the first identifier of a system, or an empty string."""
        return next((i.value or "" for i in self.identifier if i.system == system), "")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError("ends before it starts")
        if self.is_live and self.status != "proposed" and (self.start is None or self.end is None):
            raise ValueError("has no time")  # FHIR R4 constraint app-3
        return self


class ScheduleRead(BaseModel):
    """A schedule and whose it is."""

    resourceType: Literal["Schedule"]  # noqa: N815
    id: str
    active: bool = True
    actor: list[Reference] = Field(min_length=1)


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
