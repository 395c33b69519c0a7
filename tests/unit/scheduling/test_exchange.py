"""The talk with a calendar, point by point: what is not known is said to be unknown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telesec.foundation.errors import Unavailable
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
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
from telesec.scheduling.exchange import carry_out
from telesec.scheduling.intervals import Interval
from telesec.scheduling.ports import CalendarAddress, CalendarEntry, CalendarGateway
from telesec.scheduling.rules import Operation
from telesec.testing.calendars import FakeCalendar, FakeGateway
from telesec.testing.contracts import write_of

START = datetime(2026, 11, 30, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADDRESS = CalendarAddress("memory", "memory:lune", "", "")


class OneCalendar:
    def __init__(self, gateway: CalendarGateway) -> None:
        self.gateway = gateway

    def open(self, address: CalendarAddress) -> CalendarGateway:  # noqa: ARG002 - the port's shape
        return self.gateway


class Forgetful(FakeGateway):
    """Takes a write and does not have it at the read-back."""

    def find(self, uid: str, href: str = "") -> CalendarEntry | None:  # noqa: ARG002 - the port's shape
        return None


class Shifting(FakeGateway):
    """Stores another time than asked."""

    def find(self, uid: str, href: str = "") -> CalendarEntry | None:
        found = super().find(uid, href)
        return replace(found, start=found.start + HOUR, end=found.end + HOUR) if found else None


class LostAfterWrite(FakeGateway):
    """Cannot be read any more once something was written or removed."""

    def find(self, uid: str, href: str = "") -> CalendarEntry | None:
        found = super().find(uid, href)
        if self.calendar.writes > 1 or (self.calendar.writes and found is None):
            self.calendar.down()
        return super().find(uid, href)


class Stubborn(FakeGateway):
    """Says an entry is removed and keeps it."""

    def remove(self, entry: CalendarEntry) -> None:  # noqa: ARG002 - the port's shape
        return


@pytest.fixture
def fake() -> FakeCalendar:
    return FakeCalendar()


def attempt(operation: Operation = Operation.CREATE, **changes: object) -> Attempt:
    write = write_of(START)
    made = Attempt(
        practice_id=new_id(),
        appointment_id=new_id(),
        schedule_id=new_id(),
        operation=operation,
        number=1,
        address=ADDRESS,
        lanes=1,
        write=write,
        own=frozenset({write.claim_id}),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def moved(asked: Attempt) -> Attempt:
    """Return the attempt that moves what ``asked`` wrote one hour on."""
    write = replace(asked.write, start=START + HOUR, end=asked.write.end + HOUR)
    return replace(asked, operation=Operation.MOVE, write=write, before=asked.target)


def talk(gateway: CalendarGateway, asked: Attempt) -> Outcome:
    return carry_out(OneCalendar(gateway), asked)


def test_create_is_written_only_after_the_read_back(fake: FakeCalendar) -> None:
    assert isinstance(talk(FakeGateway(fake), attempt()), Written)
    assert talk(Forgetful(FakeCalendar()), attempt()) == Unknown()


def test_create_stored_at_another_time_disagrees(fake: FakeCalendar) -> None:
    asked = attempt()

    outcome = talk(Shifting(fake), asked)

    assert outcome == Disagrees(Interval(asked.target.start + HOUR, asked.target.end + HOUR))


def test_create_repeated_finds_what_the_first_one_wrote(fake: FakeCalendar) -> None:
    asked = attempt()
    talk(FakeGateway(fake), asked)

    outcome = talk(FakeGateway(fake), replace(asked, repeated=True))

    assert isinstance(outcome, Written)
    assert fake.writes == 1


def test_create_repeated_after_its_time_writes_nothing_more(fake: FakeCalendar) -> None:
    assert talk(FakeGateway(fake), attempt(repeated=True, over=True)) == Taken()
    assert fake.writes == 0


def test_create_refused_for_good_disagrees(fake: FakeCalendar) -> None:
    fake.conflict(times=3)

    assert talk(FakeGateway(fake), attempt()) == Disagrees()


def test_entry_of_another_claim_under_our_uid_disagrees(fake: FakeCalendar) -> None:
    asked = attempt()
    talk(FakeGateway(fake), asked)
    other = new_id()

    outcome = talk(
        FakeGateway(fake),
        replace(asked, write=replace(asked.write, claim_id=other), own=frozenset({other}), repeated=True),
    )

    assert outcome == Disagrees(asked.target)


def test_move_of_what_is_not_there_has_vanished(fake: FakeCalendar) -> None:
    assert talk(FakeGateway(fake), moved(attempt())) == Disagrees(vanished=True)


def test_move_refused_each_time_disagrees(fake: FakeCalendar) -> None:
    asked = attempt()
    talk(FakeGateway(fake), asked)
    fake.conflict(times=3)

    assert talk(FakeGateway(fake), moved(asked)) == Disagrees()


def test_move_that_cannot_be_read_back_is_unknown(fake: FakeCalendar) -> None:
    asked = attempt()
    talk(FakeGateway(fake), asked)

    assert talk(LostAfterWrite(fake), moved(asked)) == Unknown()


def test_move_repeated_finds_it_moved(fake: FakeCalendar) -> None:
    asked = attempt()
    talk(FakeGateway(fake), asked)
    talk(FakeGateway(fake), moved(asked))

    outcome = talk(FakeGateway(fake), replace(moved(asked), repeated=True))

    assert isinstance(outcome, Written)
    assert fake.writes == 2


def test_cancel_of_what_is_gone_is_gone(fake: FakeCalendar) -> None:
    assert talk(FakeGateway(fake), attempt(Operation.CANCEL)) == Gone()


def test_cancel_refused_each_time_disagrees(fake: FakeCalendar) -> None:
    asked = attempt()
    talk(FakeGateway(fake), asked)
    fake.conflict(times=3)

    outcome = talk(FakeGateway(fake), replace(asked, operation=Operation.CANCEL))

    assert outcome == Disagrees(asked.target)


def test_cancel_is_gone_only_when_the_calendar_says_so(fake: FakeCalendar) -> None:
    asked = attempt()
    talk(FakeGateway(fake), asked)
    cancelling = replace(asked, operation=Operation.CANCEL)

    assert talk(Stubborn(fake), cancelling) == Unknown()
    assert talk(LostAfterWrite(fake), cancelling) == Unknown()


def test_calendar_without_a_connector_is_unreachable() -> None:
    class Nothing:
        def open(self, address: CalendarAddress) -> CalendarGateway:  # noqa: ARG002 - the port's shape
            raise Unavailable("calendar_unavailable", say("No connector."), permanent=True)

    assert isinstance(carry_out(Nothing(), attempt()), Unreachable)
