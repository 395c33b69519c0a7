"""Contract tests: one class per port, run on the fake and on every real server.

A test module subclasses the class, names it ``Test…`` and gives a fixture ``bench``; a real server's bench
goes through a small proxy of its own for the lost reply.
"""

from datetime import datetime, timedelta
from typing import Protocol

import pytest

from telesec.foundation.errors import Unavailable
from telesec.foundation.ids import new_id
from telesec.scheduling.ports import (
    AppointmentWrite,
    CalendarConflictError,
    CalendarEntry,
    CalendarGateway,
    OutcomeUnknown,
)

HALF_HOUR = timedelta(minutes=30)


class CalendarBench(Protocol):
    """An empty calendar on a server, and the hands of others on it.

    ``start`` is an aware UTC moment from which at least eight half hours may be used; on a server where the
    practice publishes its free slots, the bench has published them (eight consecutive half hours).
    """

    start: datetime

    def gateway(self) -> CalendarGateway:
        """Return another gateway to the calendar, as another thread or machine would have."""
        ...

    def write_foreign(self, start: datetime, end: datetime) -> None:
        """Let another client write a busy event, without any mark of ours."""
        ...

    def touch(self, entry: CalendarEntry) -> None:
        """Let another client change our entry (its note, say), so that our ETag is old."""
        ...

    def count(self, uid: str) -> int:
        """Return how many live entries with this uid an independent client sees."""
        ...

    def lose_reply(self) -> None:
        """Let the next write take effect on the server and lose its reply on the way."""
        ...

    def unreachable(self) -> CalendarGateway:
        """Return a gateway to a server that refuses connections."""
        ...

    def login_refused(self) -> CalendarGateway:
        """Return a gateway whose secret is wrong."""
        ...

    def unreadable(self) -> CalendarGateway:
        """Return a gateway to a server that answers 500 or nonsense."""
        ...


def write_of(start: datetime, minutes: int = 30, **changes: object) -> AppointmentWrite:
    """Return a write of Zoé's appointment; ``changes`` replace fields."""
    claim_id = new_id()
    values: dict[str, object] = {
        "claim_id": claim_id,
        "uid": f"{claim_id}@telesec",
        "start": start,
        "end": start + timedelta(minutes=minutes),
        "time_zone": "Europe/Paris",
        "title": "Zoé Lilas · Consultation",
        "description": "Contrôle",
        "patient": {
            "family_name": "Lilas",
            "given_name": "Zoé",
            "birth_date": "1950-04-01",
            "phone": "+33639980001",
        },
    }
    return AppointmentWrite(**(values | changes))  # type: ignore[arg-type]


class CalendarGatewayContract:
    """What every ``CalendarGateway`` keeps; subclass it and give the fixture ``bench``."""

    def test_read_returns_nothing_busy_on_an_empty_calendar(self, bench: CalendarBench) -> None:
        reading = bench.gateway().read(bench.start, bench.start + 8 * HALF_HOUR)

        assert reading.busy == ()
        assert reading.read_at.tzinfo is not None

    def test_read_returns_what_others_wrote(self, bench: CalendarBench) -> None:
        bench.write_foreign(bench.start, bench.start + HALF_HOUR)

        reading = bench.gateway().read(bench.start, bench.start + 8 * HALF_HOUR)

        assert [(busy.start, busy.end, busy.token) for busy in reading.busy] == [
            (bench.start, bench.start + HALF_HOUR, None)
        ]

    def test_read_leaves_out_what_only_touches_the_range(self, bench: CalendarBench) -> None:
        bench.write_foreign(bench.start, bench.start + HALF_HOUR)

        reading = bench.gateway().read(bench.start + HALF_HOUR, bench.start + 2 * HALF_HOUR)

        assert reading.busy == ()

    def test_read_shows_our_entry_with_its_claim(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)
        bench.gateway().put(write)

        reading = bench.gateway().read(bench.start, bench.start + 8 * HALF_HOUR)

        assert [(busy.start, busy.end, busy.token) for busy in reading.busy] == [
            (write.start, write.end, write.claim_id)
        ]
        assert reading.open_slots is None or (write.start, write.end) not in reading.open_slots

    def test_put_is_found_again_with_times_and_claim(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)

        entry = bench.gateway().put(write)

        found = bench.gateway().find(write.uid, entry.href)
        assert found is not None
        assert (found.uid, found.start, found.end, found.claim_id, found.cancelled) == (
            write.uid,
            write.start,
            write.end,
            write.claim_id,
            False,
        )

    def test_find_needs_no_address(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)
        bench.gateway().put(write)

        found = bench.gateway().find(write.uid)

        assert found is not None
        assert found.claim_id == write.claim_id

    def test_find_returns_none_for_what_was_never_written(self, bench: CalendarBench) -> None:
        assert bench.gateway().find(f"{new_id()}@telesec") is None

    def test_put_twice_leaves_one_entry(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)
        first = bench.gateway().put(write)

        second = bench.gateway().put(write)

        assert (second.uid, second.start, second.claim_id) == (first.uid, first.start, first.claim_id)
        assert bench.count(write.uid) == 1

    def test_put_moves_an_entry_that_is_as_we_left_it(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)
        entry = bench.gateway().put(write)
        later = bench.start + 3 * HALF_HOUR
        move = write_of(
            later, claim_id=write.claim_id, uid=write.uid, href=entry.href, etag=_fresh(bench, entry).etag
        )

        bench.gateway().put(move)

        found = bench.gateway().find(write.uid)
        assert found is not None
        assert (found.start, found.end) == (later, later + HALF_HOUR)
        assert bench.count(write.uid) == 1

    def test_put_refuses_to_overwrite_what_others_changed(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)
        entry = _fresh(bench, bench.gateway().put(write))
        bench.touch(entry)
        later = bench.start + 3 * HALF_HOUR
        move = write_of(later, claim_id=write.claim_id, uid=write.uid, href=entry.href, etag=entry.etag)

        with pytest.raises(CalendarConflictError):
            bench.gateway().put(move)

        found = bench.gateway().find(write.uid)
        assert found is not None
        assert found.start == bench.start

    def test_lost_reply_is_unknown_and_the_entry_is_found(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)
        bench.lose_reply()

        with pytest.raises(OutcomeUnknown):
            bench.gateway().put(write)

        found = bench.gateway().find(write.uid)
        assert found is not None
        assert found.claim_id == write.claim_id

    def test_remove_takes_the_entry_away(self, bench: CalendarBench) -> None:
        write = write_of(bench.start)
        entry = _fresh(bench, bench.gateway().put(write))

        bench.gateway().remove(entry)

        found = bench.gateway().find(write.uid, entry.href)
        assert found is None or found.cancelled
        assert bench.gateway().read(bench.start, bench.start + HALF_HOUR).busy == ()

    def test_remove_of_what_is_gone_is_success(self, bench: CalendarBench) -> None:
        entry = _fresh(bench, bench.gateway().put(write_of(bench.start)))
        bench.gateway().remove(entry)

        bench.gateway().remove(entry)

        assert bench.count(entry.uid) == 0

    def test_remove_refuses_what_others_changed(self, bench: CalendarBench) -> None:
        entry = _fresh(bench, bench.gateway().put(write_of(bench.start)))
        bench.touch(entry)

        with pytest.raises(CalendarConflictError):
            bench.gateway().remove(entry)

        assert bench.count(entry.uid) == 1

    def test_time_can_be_taken_again_after_remove(self, bench: CalendarBench) -> None:
        entry = _fresh(bench, bench.gateway().put(write_of(bench.start)))
        bench.gateway().remove(entry)

        again = bench.gateway().put(write_of(bench.start))

        assert bench.count(again.uid) == 1

    def test_unreachable_is_unavailable_for_read_find_and_put(self, bench: CalendarBench) -> None:
        gateway = bench.unreachable()

        with pytest.raises(Unavailable):
            gateway.read(bench.start, bench.start + HALF_HOUR)
        with pytest.raises(Unavailable):
            gateway.find(f"{new_id()}@telesec")
        with pytest.raises(Unavailable):
            gateway.put(write_of(bench.start))

    def test_refused_login_is_permanent(self, bench: CalendarBench) -> None:
        with pytest.raises(Unavailable) as caught:
            bench.login_refused().read(bench.start, bench.start + HALF_HOUR)

        assert caught.value.code == "calendar_unavailable"
        assert caught.value.permanent

    def test_unreadable_never_reads_as_free(self, bench: CalendarBench) -> None:
        gateway = bench.unreadable()

        with pytest.raises(Unavailable):
            gateway.read(bench.start, bench.start + HALF_HOUR)
        with pytest.raises(Unavailable):
            gateway.find(f"{new_id()}@telesec")


def _fresh(bench: CalendarBench, entry: CalendarEntry) -> CalendarEntry:
    """Return the entry as the server holds it now: a PUT may come back without its ETag."""
    found = bench.gateway().find(entry.uid, entry.href)
    assert found is not None
    return found
