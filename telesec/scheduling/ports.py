"""What scheduling needs from a practice's own calendar, and from whoever hands calendars out.

A calendar fails closed: whatever cannot be read, or cannot be understood, raises ``Unavailable``
and never reads as free. Contract tests run one class against every implementation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from telesec.foundation.errors import TelesecError
from telesec.foundation.language import Sentence, say


@dataclass(frozen=True)
class CalendarAddress:
    """Where one schedule's calendar is and how to log in; ``secret`` is shown to nobody.

    Args:
        kind: Name of the connector, ``caldav`` or ``fhir`` or a plug-in's.
        url: CalDAV: the collection. FHIR: the base of the server.
        user: Login name, or empty.
        secret: Password or token.
        options: Connector's own words, for instance FHIR ``schedule`` (``Schedule/123``) and
            ``practitioner``, CalDAV ``server`` (name of a set of server quirks), ``auth``, ``time_zone``
            (the practice's: whole days and floating times are meant there; Europe/Paris without it).
    """

    kind: str
    url: str
    user: str
    secret: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Busy:
    """One occupied stretch of the practice's calendar, ``[start, end)``, aware, UTC.

    ``uid`` lets our own appointments be told from what others wrote; ``token`` is our claim's id
    when the entry carries one. ``lane_weight`` is how many lanes of the schedule the entry takes;
    0, the safe default for what others wrote, means all of them.
    """

    start: datetime
    end: datetime
    uid: str
    token: UUID | None = None
    lane_weight: int = 0


@dataclass(frozen=True)
class CalendarReading:
    """Everything busy in ``[start, end)`` of one calendar, complete or not returned at all.

    ``open_slots``: on servers where the practice publishes free slots (FHIR ``Slot``), the stretches it
    offers; None where the calendar only says what is busy (CalDAV).
    """

    start: datetime
    end: datetime
    busy: tuple[Busy, ...]
    read_at: datetime
    open_slots: tuple[tuple[datetime, datetime], ...] | None = None


@dataclass(frozen=True)
class AppointmentWrite:
    """What we ask the practice's calendar to hold.

    Args:
        claim_id: Our claim; written into the entry (``X-TELESEC-CLAIM`` / FHIR ``identifier``) and read back.
        uid: One identifier for the appointment's whole life.
        start, end: Aware, UTC.
        time_zone: IANA name of the practice, for the entry's own local times.
        title: What the practice sees, for instance the patient's name and the type; goes to the
            practice's own calendar only.
        description: Free text for the practitioner.
        patient: family_name, given_name, birth_date (ISO or empty), phone (E.164).
        href, etag: As returned by the write this one replaces; empty for a new one.
    """

    claim_id: UUID
    uid: str
    start: datetime
    end: datetime
    time_zone: str
    title: str
    description: str = ""
    patient: Mapping[str, str] = field(default_factory=dict)
    href: str = ""
    etag: str = ""


@dataclass(frozen=True)
class CalendarEntry:
    """What the calendar holds under our identifier, as read back."""

    uid: str
    href: str
    etag: str
    start: datetime
    end: datetime
    claim_id: UUID | None
    cancelled: bool = False


class Health(StrEnum):
    """State of a calendar, as shown by its light."""

    UNKNOWN = "unknown"
    OK = "ok"
    STALE = "stale"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


class CalendarConflictError(TelesecError):
    """The calendar refused the write: someone else changed or took it (412, 409)."""

    status = 409

    def __init__(self, sentence: Sentence | None = None) -> None:
        super().__init__(
            "calendar_conflict",
            sentence or say("The practice's calendar refused this time. Choose another slot."),
        )


class OutcomeUnknown(TelesecError):
    """The request left and no answer came: the entry may or may not exist; look before repeating."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "outcome_unknown",
            say("The practice's calendar did not answer. The appointment is to be confirmed."),
        )


class CalendarGateway(Protocol):
    """One calendar of one practice. Every method speaks to the network: never inside a transaction.

    All raise ``Unavailable(code="calendar_unavailable")`` when the calendar cannot be read or
    understood; ``permanent=True`` for refused credentials or an address that is gone.
    """

    def read(self, start: datetime, end: datetime) -> CalendarReading:
        """Return everything busy in ``[start, end)``, recurring events expanded by us."""
        ...

    def put(self, write: AppointmentWrite) -> CalendarEntry:
        """Create (no ``href``) or replace (``href`` and ``etag``) our entry, conditionally.

        Repeating a create of the same ``claim_id`` and ``uid`` that took effect returns what is there.

        Raises:
            CalendarConflictError: The server refused (412, 409) and it is not our own entry.
            OutcomeUnknown: The request was sent, no usable answer came.
        """
        ...

    def find(self, uid: str, href: str = "") -> CalendarEntry | None:
        """Return our entry as the server holds it now, or None when it is not there."""
        ...

    def remove(self, entry: CalendarEntry) -> None:
        """Take our entry away (CalDAV: DELETE; FHIR: cancel and free its slots); absent is success.

        Raises:
            CalendarConflictError: The entry changed since ``etag``; read it again first.
            OutcomeUnknown: No usable answer.
        """
        ...


class CalendarConnector(Protocol):
    """Opens a gateway for an address; what a plug-in registers, under its ``kind``."""

    kind: str

    def connect(self, address: CalendarAddress) -> CalendarGateway:
        """Return a gateway; opens no socket yet."""
        ...


class Calendars(Protocol):
    """Every connector of this installation, by kind."""

    def open(self, address: CalendarAddress) -> CalendarGateway:
        """Return the gateway for an address, a long-lived one per address and thread.

        Raises:
            Unavailable: No connector of this kind is installed.
        """
        ...
