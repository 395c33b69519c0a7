"""A held slot lives with its call: typing keeps it, closing ends it."""

from uuid import UUID

import pytest

from telesec.calls import service as calls
from telesec.calls.rules import DraftKind, Outcome
from telesec.calls.service import OpenCall, SaveDraft
from telesec.scheduling import flow
from telesec.scheduling import service as scheduling
from telesec.testing.bookable import House
from telesec.testing.calendars import FakeCalendars


@pytest.fixture
def house(deps, cast, clock) -> House:
    return House.build(deps, cast, FakeCalendars(clock.now), "memory:lune", lanes=1, rules=True)


@pytest.fixture
def call_id(house: House) -> UUID:
    with house.deps.unit_of_work(house.ada) as uow:
        _practice, call_id = calls.open_call(uow, OpenCall(house.practice_id))
        scheduling.hold(uow, house.slot(call_id=call_id))
        uow.commit()
    return call_id


def test_typing_keeps_the_held_slot(house: House, call_id: UUID) -> None:
    for seen in range(3):
        house.clock.advance(minutes=2)
        with house.deps.unit_of_work(house.ada) as uow:
            calls.save_draft(uow, SaveDraft(house.practice_id, call_id, DraftKind.MESSAGE, "mot", seen))
            uow.commit()

    assert flow.free_due_holds(house.deps) == 0


def test_closing_the_call_ends_the_hold_ten_seconds_later(house: House, call_id: UUID) -> None:
    with house.deps.unit_of_work(house.ada) as uow:
        calls.close(uow, house.practice_id, call_id, next(iter(Outcome)))
        uow.commit()

    at_once = flow.free_due_holds(house.deps)
    house.clock.advance(seconds=10)

    assert (at_once, flow.free_due_holds(house.deps)) == (0, 1)
