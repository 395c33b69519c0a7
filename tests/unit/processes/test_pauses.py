"""A part that keeps dying is started less and less often; one that cannot start is tried again."""

import pytest

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.processes.supervisor import LONGEST_PAUSE, KeptDatabase, Pauses


def waits(pauses, deaths, *, every=1.0):
    """Return how long each of so many deaths, ``every`` seconds apart from the start, keeps it down."""
    found, now = [], 0.0
    for _ in range(deaths):
        now += every
        pauses.died(now)
        pause = 0.0
        while not pauses.may_start(now + pause):
            pause += 0.25
        now += pause
        found.append(pause)
    return found


def test_the_first_start_again_is_at_once_and_pauses_double():
    assert waits(Pauses(), 6) == [0, 0.5, 1, 2, 4, 8]


def test_no_pause_is_longer_than_ten_seconds():
    assert max(waits(Pauses(), 20)) == LONGEST_PAUSE


def test_a_part_that_ran_for_a_minute_starts_at_once():
    assert waits(Pauses(), 5, every=61) == [0] * 5


class Server:
    """A database that refuses to start so many times."""

    def __init__(self, refusals):
        self.pid = None
        self.tries = 0
        self.stopped = False
        self._refusals = refusals

    def start(self, *, wait_seconds=30):
        self.tries, self.patience = self.tries + 1, wait_seconds
        if self.tries <= self._refusals:
            raise Misconfigured(say("The database does not start."))
        self.pid = 4000 + self.tries

    def stop(self):
        self.stopped = True


class Embedded:
    def __init__(self, refusals=0):
        self.server = Server(refusals)


def test_a_dead_database_is_tried_again_with_pauses():
    embedded = Embedded(refusals=3)
    kept = KeptDatabase(embedded)

    tries = []
    for quarter in range(40):
        kept.revive(1000 + quarter / 4)
        tries.append(embedded.server.tries)

    assert embedded.server.pid is not None
    assert embedded.server.tries == 4
    assert tries[0] == 1
    assert tries[8] < 4


def test_a_running_database_is_left_alone():
    embedded = Embedded()
    kept = KeptDatabase(embedded)
    kept.start()

    kept.start()
    kept.revive(1.0)

    assert embedded.server.tries == 1


def test_the_first_start_tells_why_it_cannot():
    with pytest.raises(Misconfigured):
        KeptDatabase(Embedded(refusals=1)).start()


def test_the_database_stops_only_when_it_is_waited_for():
    embedded = Embedded()
    kept = KeptDatabase(embedded)

    kept.stop()
    before = embedded.server.stopped
    kept.wait()

    assert (before, embedded.server.stopped) == (False, True)
