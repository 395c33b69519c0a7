"""Figures of a day by hand: waits, callers lost, promises, alerts, midnight, changes of the clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import event

from telesec.alerts import service as alerts
from telesec.alerts.service import Acknowledge
from telesec.callbacks import service as callbacks
from telesec.callbacks.rules import CloseReason
from telesec.callbacks.service import OpenCallback
from telesec.calls import gone
from telesec.calls import service as calls
from telesec.calls.rules import Outcome
from telesec.calls.service import OpenCall, Ring
from telesec.desk.service_day import service_day
from telesec.desk.wording import HOUSE_ZONE, wording
from telesec.foundation.errors import Forbidden
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.on_call import lilas_phones, put_on_call, with_phones
from telesec.triage.levels import Level

MIDNIGHT = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
"""Of the clock's first day, in Paris."""
NUMBERS = tuple(f"+3363998{number:04}" for number in range(20, 60))


class Service:
    """The desk of two practices, with the clock in hand."""

    def __init__(self, deps, cast, clock):
        self._deps, self._cast, self._clock = deps, cast, clock
        self._names = count()

    def as_(self, who):
        return self._deps.unit_of_work(who)

    def rings(self, practice=None, number=""):
        name = f"CA{next(self._names)}"
        practice = practice or self._cast.lilas
        with self.as_(self._cast.ada) as uow:
            call_id = calls.ring(uow, Ring(practice, None, name, number))
            uow.commit()
        return practice, call_id

    def answered(self, after, practice=None):
        call = self.rings(practice)
        self._clock.advance(seconds=after)
        with self.as_(self._cast.ada) as uow:
            calls.answer(uow, *call)
            calls.close(uow, *call, Outcome.INFORMATION)
            uow.commit()

    def lost(self, after, practice=None):
        call = self.rings(practice)
        self._clock.advance(seconds=after)
        with self.as_(self._cast.ada) as uow:
            gone.gone(uow, *call)
            uow.commit()

    def promise(self, minutes, number):
        with self.as_(self._cast.ada) as uow:
            due = OpenCallback(self._cast.lilas, number, self._clock.now() + timedelta(minutes=minutes))
            card = callbacks.open_callback(uow, due)
            uow.commit()
        return card

    def end(self, card, reason=None):
        with self.as_(self._cast.ada) as uow:
            if reason is None:
                callbacks.settle(uow, self._cast.lilas, card)
            else:
                callbacks.close(uow, self._cast.lilas, card, reason)
            uow.commit()

    def calls_back(self, number, talk):
        with self.as_(self._cast.ada) as uow:
            call = calls.open_call(uow, OpenCall(self._cast.lilas, from_number=number, calling_back=True))
            uow.commit()
        self._clock.advance(seconds=talk)
        with self.as_(self._cast.ada) as uow:
            calls.close(uow, *call, Outcome.INFORMATION)
            uow.commit()

    def alert(self):
        with self.as_(self._cast.ada) as uow:
            text = FileMessage(
                self._cast.lilas, self._cast.dr_lune_id, Level.DOCTOR_NOW, "Chute.", NUMBERS[0], True
            )
            filed = messages.file_message(uow, text)
            uow.commit()
        return filed.alert_id

    def take(self, alert_id):
        with self.as_(self._cast.dr_lune) as uow:
            alerts.acknowledge(uow, Acknowledge(alert_id))
            uow.commit()

    def day(self, who=None):
        with self.as_(who or self._cast.supervisor) as uow:
            return service_day(uow, wording("fr", HOUSE_ZONE, uow.now()))

    def at(self, moment):
        self._clock.set(moment)


@pytest.fixture
def service(deps, cast, clock):
    return Service(with_phones(deps, lilas_phones()), cast, clock)


def filled(day):
    """What the half hours with a call hold, by their number since midnight."""
    return {number: (half.answered, half.missed) for number, half in enumerate(day.halves) if half.offered}


def test_day_computed_by_hand(service, cast):
    service.at(MIDNIGHT + timedelta(hours=9, minutes=29))  # 9:29, half hour 18
    service.answered(4)
    service.answered(20)  # in time, to the second
    service.at(MIDNIGHT + timedelta(hours=9, minutes=30))  # half hour 19
    service.answered(21, cast.glycines)
    service.lost(4.9)  # too soon to be answered
    service.lost(5)
    service.answered(3)
    service.rings()  # still rings

    day = service.day()

    assert filled(day) == {18: (2, 0), 19: (2, 1)}
    assert (day.offered, day.answered, day.missed, day.early, day.in_time) == (5, 4, 1, 1, 3)
    assert day.waited == timedelta(seconds=12)


def test_empty_day_has_no_figure(service):
    day = service.day()

    assert (day.offered, day.waited, day.promised, day.taken, day.took_median) == (0, None, 0, 0, None)
    assert [half.start for half in day.halves[:2]] == [MIDNIGHT, MIDNIGHT + timedelta(minutes=30)]
    assert len(day.halves) == 48


def test_call_opened_by_hand_waited_in_no_queue(service, cast):
    with service.as_(cast.ada) as uow:
        calls.open_call(uow, OpenCall(cast.lilas))
        uow.commit()

    assert service.day().offered == 0


def test_call_belongs_to_the_day_in_which_it_began_to_ring(service):
    service.at(MIDNIGHT - timedelta(seconds=10))
    service.answered(15)  # answered after midnight
    service.at(MIDNIGHT)
    service.answered(7)
    assert filled(service.day()) == {0: (1, 0)}
    service.at(MIDNIGHT + timedelta(hours=23, minutes=59, seconds=50))
    late = service.rings()
    assert service.day().offered == 1
    service.at(MIDNIGHT + timedelta(hours=24, seconds=20))
    with service.as_(service._cast.ada) as uow:
        calls.answer(uow, *late)
        uow.commit()

    assert service.day().offered == 0  # of yesterday, by now


@pytest.mark.parametrize(
    ("midnight", "hours", "rings_at", "number"),
    [
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), 23, datetime(2027, 3, 28, 1, 10, tzinfo=UTC), 4),  # 3:10
        (
            datetime(2027, 10, 30, 22, 0, tzinfo=UTC),
            25,
            datetime(2027, 10, 31, 1, 10, tzinfo=UTC),
            6,
        ),  # 2:10 again
    ],
)
def test_day_the_clock_is_changed(service, midnight, hours, rings_at, number):
    service.at(midnight)
    service.answered(1)
    service.at(rings_at)
    service.answered(1)
    service.at(midnight + timedelta(hours=hours) - timedelta(minutes=5))
    service.lost(30)

    day = service.day()

    assert len(day.halves) == 2 * hours
    assert filled(day) == {0: (1, 0), number: (1, 0), 2 * hours - 1: (0, 1)}
    service.at(midnight + timedelta(hours=hours))
    assert service.day().offered == 0


def test_promise_is_kept_by_the_call_not_by_its_note(service, clock):
    kept, late = NUMBERS[:2]
    service.promise(10, kept)
    service.promise(10, late)
    clock.advance(minutes=10, seconds=59)
    service.calls_back(kept, talk=600)  # began in the minute promised, ended long after
    service.calls_back(late, talk=5)

    day = service.day()
    assert (day.promised, day.kept) == (2, 1)


def test_promise_nobody_holds_us_to_counts_on_neither_side(service, clock):
    for number, reason in zip(NUMBERS, (CloseReason.NOT_WANTED, CloseReason.WRONG_NUMBER), strict=False):
        service.end(service.promise(30, number), reason)
    service.end(service.promise(30, NUMBERS[3]), CloseReason.WITHDRAWN)
    service.end(service.promise(30, NUMBERS[4]), CloseReason.UNREACHABLE)
    service.promise(60, NUMBERS[5])  # not due yet
    service.promise(1, NUMBERS[6])
    clock.advance(seconds=119)
    assert (service.day().promised, service.day().kept) == (1, 1)
    clock.advance(seconds=1)

    assert (service.day().promised, service.day().kept) == (2, 1)


def test_promise_of_another_day_is_not_of_today(service, clock):
    service.promise(24 * 60, NUMBERS[0])
    assert service.day().promised == 0
    clock.advance(hours=24)
    service.calls_back(NUMBERS[0], talk=5)

    assert (service.day().promised, service.day().kept) == (1, 1)


def test_alerts_by_how_soon_they_were_taken(service, deps, cast, clock):
    put_on_call(deps, cast)
    for seconds in (10, 20, 60):
        raised = service.alert()
        clock.advance(seconds=seconds)
        service.take(raised)
    service.alert()

    day = service.day()

    assert (day.taken, day.untaken) == (3, 1)
    assert (day.took_median, day.took_p95) == (timedelta(seconds=20), timedelta(seconds=56))
    clock.advance(minutes=10)  # the fourth waits on: 10 s, 20 s, 1 min, 10 min
    assert (service.day().took_median, service.day().untaken) == (timedelta(seconds=40), 1)


def test_figures_cost_two_queries_and_show_own_practices_only(service, cast):
    service.answered(2)
    service.answered(2, cast.glycines)
    lilas = replace(cast.supervisor, memberships={cast.lilas: cast.supervisor.role})
    sent = []
    with service.as_(lilas) as uow:
        connection = uow.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *args: sent.append(args[2]))
        day = service_day(uow, wording("fr", HOUSE_ZONE, uow.now()))

    assert len(sent) == 2
    assert day.offered == 1
    with service.as_(cast.ada) as uow, pytest.raises(Forbidden):
        service_day(uow, wording("fr", HOUSE_ZONE, uow.now()))
