"""The FHIR R4 resources we read, as small models of our own.

The full R4B models cost forty times as much on a thousand slots. These check what the full ones do not:
status codes, aware instants, start before end. Sources: FHIR R4 Slot, Appointment, Schedule.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    model_validator,
)

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
