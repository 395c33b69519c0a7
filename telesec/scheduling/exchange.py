"""The talk with a practice's calendar about one appointment: look, write, read back. No database here.

The order is the promise: the slot is read live before the write and our entry is read back after it. What is
not known is said to be unknown; the sweep comes back with ``repeated`` and looks before it writes.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

from telesec.foundation.errors import Unavailable
from telesec.scheduling.attempts import (
    Attempt,
    Disagrees,
    Gone,
    Outcome,
    Taken,
    Unknown,
    Unreachable,
    Written,
)
from telesec.scheduling.availability import Agenda, BusySpan, Reading, room_for
from telesec.scheduling.hours import Pattern
from telesec.scheduling.intervals import Interval
from telesec.scheduling.ports import (
    AppointmentWrite,
    CalendarConflictError,
    CalendarEntry,
    CalendarGateway,
    CalendarReading,
    Calendars,
    OutcomeUnknown,
)
from telesec.scheduling.rules import Operation, Seen, Verdict, judge

TRIES = 3
"""How often a refused write is tried again while the calendar still shows room: a lost race for one of
several published slots, a server that answers 412 under load."""


def carry_out(calendars: Calendars, attempt: Attempt) -> Outcome:
    """Do what the attempt asks for and return how it ended; never raises for what calendars do."""
    try:
        gateway = calendars.open(attempt.address)
        match attempt.operation:
            case Operation.CREATE:
                return _create(gateway, attempt)
            case Operation.MOVE:
                return _move(gateway, attempt)
            case Operation.CANCEL:
                return _cancel(gateway, attempt)
    except Unavailable as error:
        return Unreachable(error)
    except OutcomeUnknown:
        return Unknown()


def as_reading(said: CalendarReading) -> Reading:
    """Return what a gateway said in the words of ``availability``."""
    busy = tuple(BusySpan(Interval(b.start, b.end), b.lane_weight, b.token) for b in said.busy)
    slots = None if said.open_slots is None else tuple(Interval(*slot) for slot in said.open_slots)
    return Reading(Interval(said.start, said.end), busy, said.read_at, slots)


def _create(gateway: CalendarGateway, attempt: Attempt) -> Outcome:
    if attempt.repeated:
        found = gateway.find(attempt.write.uid, attempt.write.href)
        if _verdict(found, attempt) is not Verdict.ABSENT:
            return _judged(found, attempt)
        if attempt.over:
            return Taken()
    for _ in range(TRIES):
        if not _has_room(gateway, attempt):
            return Taken()
        try:
            return _read_back(gateway, attempt, gateway.put(attempt.write))
        except CalendarConflictError:
            found = gateway.find(attempt.write.uid)
            if _verdict(found, attempt) is not Verdict.ABSENT:
                return _judged(found, attempt)
    return Disagrees()


def _move(gateway: CalendarGateway, attempt: Attempt) -> Outcome:
    for _ in range(TRIES):
        found = gateway.find(attempt.write.uid, attempt.write.href)
        verdict = _verdict(found, attempt)
        if found is None or verdict is not Verdict.AS_BEFORE:
            return _judged(found, attempt)
        if attempt.over or not _has_room(gateway, attempt):
            return Taken()
        try:
            return _read_back(gateway, attempt, gateway.put(_replacing(attempt, found)))
        except CalendarConflictError:
            continue
    return Disagrees()


def _cancel(gateway: CalendarGateway, attempt: Attempt) -> Outcome:
    for _ in range(TRIES):
        found = gateway.find(attempt.write.uid, attempt.write.href)
        if found is None or found.cancelled:
            return Gone()
        try:
            gateway.remove(found)
        except CalendarConflictError:
            continue
        return _confirm_gone(gateway, attempt)
    return Disagrees(_span(found) if found else None)


def _confirm_gone(gateway: CalendarGateway, attempt: Attempt) -> Outcome:
    try:
        left = gateway.find(attempt.write.uid, attempt.write.href)
    except Unavailable:
        return Unknown()
    return Gone() if left is None or left.cancelled else Unknown()


def _read_back(gateway: CalendarGateway, attempt: Attempt, entry: CalendarEntry) -> Outcome:
    """Ask the server what it holds now; an answer to the write alone proves nothing."""
    try:
        found = gateway.find(attempt.write.uid, entry.href)
    except Unavailable:
        return Unknown()
    if found is None or found.cancelled:
        return Unknown()
    return _judged(found, attempt)


def _judged(found: CalendarEntry | None, attempt: Attempt) -> Outcome:
    match _verdict(found, attempt):
        case Verdict.WRITTEN if found is not None:
            return Written(found)
        case Verdict.ABSENT:
            return Disagrees(vanished=True)
        case _:
            return Disagrees(_span(found) if found else None)


def _verdict(found: CalendarEntry | None, attempt: Attempt) -> Verdict:
    if found is None:
        return Verdict.ABSENT
    if found.claim_id is not None and found.claim_id not in attempt.own:
        return Verdict.DIFFERENT
    seen = Seen(_span(found), cancelled=found.cancelled)
    return judge(seen, attempt.target, attempt.before)


def _has_room(gateway: CalendarGateway, attempt: Attempt) -> bool:
    target = attempt.target
    reading = as_reading(gateway.read(target.start, target.end))
    nowhere = Pattern(ZoneInfo("UTC"), ())
    return room_for(Agenda(nowhere, attempt.lanes, reading, attempt.others), target, attempt.own)


def _span(entry: CalendarEntry) -> Interval:
    return Interval(entry.start, entry.end)


def _replacing(attempt: Attempt, found: CalendarEntry) -> AppointmentWrite:
    return replace(attempt.write, href=found.href, etag=found.etag)
