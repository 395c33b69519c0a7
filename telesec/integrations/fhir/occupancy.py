"""From slots and appointments to what is busy, what is open, and which slots an appointment takes; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from telesec.integrations.fhir.resources import BUSY_SLOT, UID_SYSTEM, AppointmentRead, SlotRead
from telesec.scheduling.ports import Busy


def busy_of(
    slots: Iterable[SlotRead], appointments: Sequence[AppointmentRead], start: datetime, end: datetime
) -> tuple[Busy, ...]:
    """Return what is occupied in ``[start, end)``, each appointment and each busy slot once.

    A slot is one lane of its schedule, and so is an appointment that takes slots. An appointment without
    slots was put down by hand: it takes all lanes. A busy slot nobody's appointment explains stays busy.
    """
    explained: frozenset[str] = frozenset().union(*(a.slots for a in appointments))
    busy = [
        Busy(a.start, a.end, a.identified(UID_SYSTEM) or a.key, a.claim_id, 1 if a.slot else 0)
        for a in appointments
        if a.start is not None and a.end is not None and a.start < end and a.end > start
    ]
    busy += [
        Busy(slot.start, slot.end, slot.key, None, 1)
        for slot in slots
        if slot.status in BUSY_SLOT and slot.key not in explained and slot.start < end and slot.end > start
    ]
    return tuple(sorted(busy, key=lambda entry: (entry.start, entry.end, entry.uid)))


def open_of(
    slots: Iterable[SlotRead], start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the free slots that touch ``[start, end)``, one by one, parallel ones each by itself."""
    return tuple(
        (slot.start, slot.end)
        for slot in slots
        if slot.status == "free" and slot.start < end and slot.end > start
    )


def covering(slots: Sequence[SlotRead], start: datetime, end: datetime) -> tuple[SlotRead, ...] | None:
    """Return consecutive slots that cover ``[start, end)``, or None when there is a gap.

    Args:
        slots: Those that may be taken, in order of time.
        start: First moment needed; it may lie inside a slot.
        end: End of what is needed, excluded.
    """
    chain: list[SlotRead] = []
    at = start
    while at < end:
        # Inside the first slot any moment will do; the following ones join without a gap or an overlap.
        step = next((s for s in slots if s.start == at or (not chain and s.start < at < s.end)), None)
        if step is None:
            return None
        chain.append(step)
        at = step.end
    return tuple(chain)
