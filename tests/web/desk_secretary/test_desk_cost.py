"""What a page asks of the database: each of its parts one or two queries, however many practices."""

from collections import Counter

import pytest

PARTS = (
    "queue",
    "bar-queue",
    "day",
    "crew",
    "callbacks",
    "loops",
    "waiting",
    "resume",
    "changed",
    "calendars",
    "states",
    "cover",
    "pause",
    "bulletin",
)
CALL_PARTS = {
    "slots": 10,
    "slots?view=booking": 11,
    "waits?view=waiting": 2,
    "call-head": 11,
    "instructions": 10,
    "on-call": 4,
    "light": 2,
    "ladder": 2,
}
"""Parts of a call's page, and what each may ask beside the edge."""
EDGE = 4
"""Two signed contexts (who is it, the page), the session, the memberships."""


@pytest.mark.parametrize("part", PARTS)
def test_part_of_the_desk_asks_little(desk, asked, part):
    asked.clear()
    desk.browser.get(f"/desk/parts/{part}")

    assert len(asked) <= EDGE + 5


def test_the_bulletin_asks_once_and_its_page_once_more(desk, asked):
    asked.clear()
    desk.browser.get("/desk/parts/bulletin")
    part = len(asked)
    asked.clear()
    desk.browser.get("/desk")
    idle = set(asked)
    asked.clear()
    desk.browser.get("/desk/bulletin")

    assert part == EDGE + 1
    assert len(set(asked) - idle) <= 1


@pytest.mark.parametrize(("part", "most"), CALL_PARTS.items())
def test_part_of_a_call_asks_for_what_it_shows(desk, asked, part, most):
    asked.clear()
    answer = desk.browser.get(desk.url(f"/parts/{part}"))

    assert answer.status_code == 200
    assert len(asked) <= EDGE + most


def test_what_somebody_waits_for_costs_no_more_than_nothing(desk, asked):
    wanted = {"type": str(desk.house.type_id), "practitioner": str(desk.house.cast.dr_lune_id)}
    desk.post("/waiting-list", wanted)
    asked.clear()
    part = desk.browser.get(desk.url("/parts/waits?view=waiting"))

    assert "Consultation</b> Dr Lune" in part.text
    assert len(asked) == EDGE + CALL_PARTS["waits?view=waiting"]


def test_desk_asks_nothing_twice(desk, asked):
    asked.clear()
    desk.browser.get("/desk")

    assert len(asked) <= EDGE + 13
    assert len(set(asked)) == len(asked) - 1  # the signed context of either transaction


def test_call_asks_nothing_in_a_loop(desk, asked):
    asked.clear()
    desk.page()

    assert max(Counter(asked).values()) <= 2
    assert len(asked) <= EDGE + 38
