from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from telesec.foundation.errors import Refused
from telesec.scheduling import flow
from telesec.scheduling.rules import Status
from telesec.testing.bookable import NINE, House

HALF_HOUR = timedelta(minutes=30)
RACERS = 50


def race(house: House, attempt: Callable[[int], str]) -> Counter[str]:
    with ThreadPoolExecutor(RACERS) as pool:
        return Counter(pool.map(attempt, range(RACERS)))


def book(house: House) -> Callable[[int], str]:
    def one(number: int) -> str:
        try:
            return flow.book(house.deps, house.ada, house.booking(given=f"Zoé {number}")).status
        except Refused as refused:
            return refused.code

    return one


def test_fifty_racing_bookings_have_exactly_one_winner(house: House) -> None:
    assert race(house, book(house)) == {"booked": 1, "slot_taken": RACERS - 1}
    assert len(house.fake.live_entries()) == 1


def test_three_lanes_take_exactly_three(make_house: Callable[..., House]) -> None:
    house = make_house(lanes=3)

    assert race(house, book(house)) == {"booked": 3, "slot_taken": RACERS - 3}
    assert len(house.fake.live_entries()) == 3
    assert NINE not in house.starts()


def test_three_published_slots_take_exactly_three(make_house: Callable[..., House]) -> None:
    house = make_house(lanes=3, url="memory:fhir", rules=False)
    house.fake.open_slots = [(NINE, NINE + HALF_HOUR)] * 3

    assert race(house, book(house)) == {"booked": 3, "slot_taken": RACERS - 3}


def test_racing_clicks_of_one_call_make_one_appointment(house: House) -> None:
    command = house.booking(call_id=house.schedule_id)

    def click(_number: int) -> str:
        return str(flow.book(house.deps, house.ada, command).id)

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(click, range(8)))

    assert len(ids) == 1
    assert house.fake.writes == 1


def test_racing_moves_into_one_slot_have_one_winner(make_house: Callable[..., House]) -> None:
    house = make_house(lanes=3)
    cards = [flow.book(house.deps, house.ada, house.booking(given=f"Zoé {n}")) for n in range(3)]
    for n in range(2):
        flow.book(house.deps, house.ada, house.booking(NINE + HALF_HOUR, given=f"Bruno {n}"))

    def move(number: int) -> str:
        try:
            moved = flow.move(house.deps, house.ada, house.practice_id, cards[number].id, NINE + HALF_HOUR)
        except Refused as refused:
            return refused.code
        return moved.status

    with ThreadPoolExecutor(3) as pool:
        ended = Counter(pool.map(move, range(3)))

    assert ended == {Status.BOOKED: 1, "slot_taken": 2}
    assert sum(entry.start == NINE for entry in house.fake.live_entries()) == 2


@pytest.mark.parametrize("rounds", range(3))
def test_settling_twice_at_once_is_settling_once(house: House, rounds: int) -> None:
    house.fake.lose_reply()
    flow.book(house.deps, house.ada, house.booking())
    house.fake.entries.clear()
    house.clock.advance(seconds=5)

    with ThreadPoolExecutor(4) as pool:
        settled = sum(pool.map(lambda _: flow.settle_due(house.deps), range(4)))

    assert settled == 1
    assert len(house.fake.live_entries()) == 1
