"""A practice's FHIR calendar behind our port: read, book, move, cancel.

The practice publishes ``Slot``s; we take them by version, in one transaction with the ``Appointment``,
so that of two writers exactly one wins. An answer that names some entries done and others refused
comes from a server that carries out transactions one by one: what it did is undone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from telesec.foundation.clock import Clock
from telesec.foundation.errors import Unavailable
from telesec.integrations.fhir import bundles, occupancy, resources, wire
from telesec.integrations.fhir.bundles import Held
from telesec.integrations.fhir.client import not_understood, unreachable
from telesec.integrations.fhir.resources import AppointmentRead, NotUnderstood
from telesec.scheduling.ports import (
    AppointmentWrite,
    CalendarConflictError,
    CalendarEntry,
    CalendarReading,
    OutcomeUnknown,
)

# Searches are by start; what began earlier and still runs must be seen too.
MARGIN = timedelta(days=1)
# Parallel slots: who loses the race for one may take the next.
ATTEMPTS = 5
Json = dict[str, Any]


class Client(Protocol):
    """What the gateway asks of ``FhirClient``."""

    def read(self, key: str) -> Json | None:
        """Return one resource."""
        ...

    def search(self, kind: str, params: Sequence[tuple[str, str]]) -> list[Json]:
        """Return every match."""
        ...

    def write(self, bundle: Mapping[str, Any]) -> wire.BundleRead:
        """Send a transaction."""
        ...


@dataclass(frozen=True)
class _Ours:
    """An appointment of ours as the server holds it."""

    raw: Mapping[str, Any]
    known: AppointmentRead

    def entry(self) -> CalendarEntry:
        known = self.known
        if known.start is None or known.end is None:
            raise not_understood()
        return CalendarEntry(
            known.identified(resources.UID_SYSTEM),
            known.key,
            wire.etag_of(known),
            known.start,
            known.end,
            known.claim_id,
            cancelled=not known.is_live,
        )

    def is_as_written(self, write: AppointmentWrite) -> bool:
        known = self.known
        return known.is_live and (known.claim_id, known.start, known.end) == (
            write.claim_id,
            write.start,
            write.end,
        )


@contextmanager
def _trusting() -> Iterator[None]:
    """Turn an answer that cannot be trusted into the error of a calendar that cannot be read."""
    try:
        yield
    except NotUnderstood:
        raise not_understood() from None


class FhirGateway:
    """One schedule of one FHIR server.

    Args:
        client: The server.
        schedule: ``Schedule/123``.
        clock: Tells when a reading was taken.
        practitioner: ``Practitioner/45``; read from the schedule when empty.
    """

    def __init__(self, client: Client, schedule: str, clock: Clock, practitioner: str = "") -> None:
        self._client = client
        self._schedule = schedule
        self._clock = clock
        self._practitioner = practitioner
        self._known_actors: tuple[str, ...] = ()

    @_trusting()
    def read(self, start: datetime, end: datetime) -> CalendarReading:
        actors = self._actors()
        slots = [held.slot for held in self._slots(start, end)]
        found = self._client.search(
            "Appointment", [("actor", ",".join(actors)), *_during("date", start, end)]
        )
        appointments = wire.appointments_of(found, actors)
        busy = occupancy.busy_of(slots, appointments, start, end)
        return CalendarReading(start, end, busy, self._clock.now(), occupancy.open_of(slots, start, end))

    @_trusting()
    def put(self, write: AppointmentWrite) -> CalendarEntry:
        attempt = self._move if write.href else self._create
        for _ in range(ATTEMPTS):
            try:
                return attempt(write)
            except _LostRace:
                continue
        raise CalendarConflictError

    @_trusting()
    def find(self, uid: str, href: str = "") -> CalendarEntry | None:
        ours = self._find(uid, href)
        return ours.entry() if ours else None

    @_trusting()
    def remove(self, entry: CalendarEntry) -> None:
        for _ in range(ATTEMPTS):
            ours = self._find(entry.uid, entry.href)
            if ours is None or not ours.known.is_live:
                return
            if entry.etag not in ("", ours.entry().etag):
                raise CalendarConflictError
            freed = [bundles.set_slot(held, "free") for held in self._taken_by(ours.known)]
            try:
                self._commit([*freed, bundles.cancel_appointment(ours.raw)])
            except _LostRace:
                continue
            return
        raise CalendarConflictError

    def _create(self, write: AppointmentWrite) -> CalendarEntry:
        ours = self._find(write.uid)
        if ours is not None and ours.known.is_live:
            return self._confirmed(ours, write)
        held = {h.slot.key: h for h in self._slots(write.start, write.end) if h.slot.status == "free"}
        chain = occupancy.covering([h.slot for h in held.values()], write.start, write.end)
        if chain is None:
            raise CalendarConflictError
        taken = [bundles.set_slot(held[slot.key], "busy") for slot in chain]
        # A cancelled entry of the same uid would satisfy If-None-Exist: it is brought back instead.
        last = (
            bundles.move_appointment(ours.raw, write, chain)
            if ours
            else bundles.create_appointment(write, chain, self._actors()[0])
        )
        return self._written(self._commit([*taken, last]), write)

    def _move(self, write: AppointmentWrite) -> CalendarEntry:
        ours = self._find(write.uid, write.href)
        if ours is None:
            raise CalendarConflictError
        if ours.entry().etag != write.etag or not ours.known.is_live:
            return self._confirmed(ours, write)
        mine = {held.slot.key: held for held in self._taken_by(ours.known)}
        free = [held for held in self._slots(write.start, write.end) if held.slot.status == "free"]
        held = {h.slot.key: h for h in (*mine.values(), *free)}
        offered = sorted((h.slot for h in held.values()), key=lambda s: (s.start, s.key not in mine, s.id))
        chain = occupancy.covering(offered, write.start, write.end)
        if chain is None:
            raise CalendarConflictError
        kept = {slot.key for slot in chain}
        steps = [bundles.set_slot(held[key], "busy") for key in kept - mine.keys()]
        steps += [bundles.set_slot(held[key], "free") for key in mine.keys() - kept]
        steps.append(bundles.move_appointment(ours.raw, write, chain))
        return self._written(self._commit(steps), write)

    def _confirmed(self, ours: _Ours, write: AppointmentWrite) -> CalendarEntry:
        """Return our entry when an earlier attempt already wrote it; anything else is a conflict."""
        if not ours.is_as_written(write):
            raise CalendarConflictError
        return ours.entry()

    def _written(self, answer: wire.BundleRead, write: AppointmentWrite) -> CalendarEntry:
        """Return the entry a transaction left, read again where the answer names no version."""
        response = answer.entry[-1].response
        key = resources.Reference(reference=response.location if response else "").key
        if response and response.etag and key.startswith("Appointment/"):
            return CalendarEntry(write.uid, key, response.etag, write.start, write.end, write.claim_id)
        try:
            entry = self.find(write.uid)
        except Unavailable:
            raise OutcomeUnknown from None
        if entry is None:
            raise OutcomeUnknown
        return entry

    def _commit(self, steps: Sequence[bundles.Step]) -> wire.BundleRead:
        """Write all steps or none.

        Raises:
            _LostRace: Somebody changed one of the resources; read again.
            OutcomeUnknown: No usable answer, or half a transaction that could not be taken back.
        """
        try:
            answer = self._client.write(bundles.transaction(steps))
        except CalendarConflictError:
            raise _LostRace from None
        done = [step for step, status in zip(steps, answer.statuses, strict=True) if 200 <= status < 300]
        if len(done) == len(steps):
            return answer
        self._take_back(done, answer)
        raise CalendarConflictError

    def _take_back(self, done: Sequence[bundles.Step], answer: wire.BundleRead) -> None:
        places = {e.response.location.split("/_history/")[0] for e in answer.entry if e.response}
        created = next((resources.Reference(reference=p).key for p in places if "Appointment/" in p), "")
        try:
            undone = []
            for step in done:
                key = step.request["url"] if step.before is not None else created
                current = self._client.read(key)
                if current is not None:
                    undone.append(bundles.undo(step, current))
            if undone and any(s >= 300 for s in self._client.write(bundles.transaction(undone)).statuses):
                raise OutcomeUnknown
        except (Unavailable, CalendarConflictError, NotUnderstood):
            raise OutcomeUnknown from None

    def _find(self, uid: str, href: str = "") -> _Ours | None:
        if href.startswith("Appointment/"):
            raw = self._client.read(href)
            if raw is not None:
                known = wire.parse(AppointmentRead, raw)
                if known.identified(resources.UID_SYSTEM) == uid:
                    return _Ours(raw, known)
        found = self._client.search("Appointment", [("identifier", f"{resources.UID_SYSTEM}|{uid}")])
        match = wire.identified_as(found, uid)
        return _Ours(next(r for r in found if r["id"] == match.id), match) if match else None

    def _slots(self, start: datetime, end: datetime) -> list[Held]:
        found = self._client.search("Slot", [("schedule", self._schedule), *_during("start", start, end)])
        slots = wire.slots_of(found, self._schedule)
        raw = {resource["id"]: resource for resource in found}
        return [Held(raw[slot.id], slot) for slot in slots if slot.end > start and slot.start < end]

    def _taken_by(self, known: AppointmentRead) -> list[Held]:
        """Return the slots an appointment keeps busy on this schedule."""
        if known.start is None or known.end is None:
            return []
        slots = self._slots(known.start, known.end)
        return [h for h in slots if h.slot.key in known.slots and h.slot.status in resources.BUSY_SLOT]

    def _actors(self) -> tuple[str, ...]:
        """Return whose appointments count, people before places; asked once.

        A room shared by several people does not make one busy when the other is, so a place counts only
        where the schedule names nobody.
        """
        if not self._known_actors:
            raw = self._client.read(self._schedule)
            if raw is None:
                raise unreachable(permanent=True)
            keys = [reference.key for reference in wire.parse(resources.ScheduleRead, raw).actor]
            people = tuple(key for key in keys if key.startswith("Practitioner"))
            own = (self._practitioner,) if self._practitioner else ()
            self._known_actors = own or people or tuple(keys)
        return self._known_actors


class _LostRace(Exception):
    """A version was no longer the one we read; reading again may show that another slot is left."""


def _during(name: str, start: datetime, end: datetime) -> list[tuple[str, str]]:
    return [(name, f"ge{wire.instant(start - MARGIN)}"), (name, f"lt{wire.instant(end)}")]
