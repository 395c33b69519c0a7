"""The calendar in memory keeps the contract that real servers keep."""

from datetime import UTC, datetime

import pytest

from telesec.scheduling.ports import CalendarEntry, CalendarGateway
from telesec.testing.calendars import FakeCalendar, FakeGateway
from telesec.testing.contracts import CalendarGatewayContract


class FakeBench:
    start = datetime(2026, 11, 30, 9, tzinfo=UTC)

    def __init__(self) -> None:
        self.calendar = FakeCalendar()

    def gateway(self) -> CalendarGateway:
        return FakeGateway(self.calendar)

    def write_foreign(self, start: datetime, end: datetime) -> None:
        self.calendar.write_foreign(start, end)

    def touch(self, entry: CalendarEntry) -> None:
        self.calendar.touch(entry.uid)

    def count(self, uid: str) -> int:
        return sum(entry.uid == uid for entry in self.calendar.live_entries())

    def lose_reply(self) -> None:
        self.calendar.lose_reply()

    def unreachable(self) -> CalendarGateway:
        self.calendar.down()
        return self.gateway()

    def login_refused(self) -> CalendarGateway:
        self.calendar.refuse_login()
        return self.gateway()

    def unreadable(self) -> CalendarGateway:
        self.calendar.unreadable()
        return self.gateway()


@pytest.fixture
def bench() -> FakeBench:
    return FakeBench()


class TestFakeCalendar(CalendarGatewayContract):
    pass
