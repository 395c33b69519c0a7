"""A break: no call is handed over and nothing rings, all see it; an abusive call ends with one."""

from datetime import timedelta

import pytest

from telesec.accounts import breaks
from telesec.accounts.breaks import FORGOTTEN_AFTER
from telesec.calls import reads as calls
from telesec.calls.rules import Outcome
from telesec.desk.locked import heard


@pytest.fixture
def rests(ada):
    assert ada.post("/desk/break").status_code == 303
    return ada


def resting(house, who):
    with house.deps.unit_of_work(who) as uow:
        return breaks.since(uow)


def test_on_break_no_call_is_handed_over(rests, ring):
    practice, call = ring()

    by_queue = rests.post("/desk/next")
    by_hand = rests.post(f"/desk/calls/{practice}/{call}/answer")

    assert [by_queue.status_code, by_hand.status_code] == [409, 409]
    assert "Vous êtes en pause" in by_queue.text
    assert 'action="/desk/next"' not in rests.get("/desk").text


def test_on_break_a_locked_screen_does_not_ring(rests, ring, house, cast):
    ring()

    with house.deps.unit_of_work(cast.ada) as ada, house.deps.unit_of_work(cast.ines) as ines:
        assert [heard(ada).ringing, heard(ines).ringing] == [False, True]


def test_one_key_ends_it_and_calls_are_handed_over_again(rests, ring):
    ring()
    assert 'aria-keyshortcuts="p"' in rests.get("/desk").text

    rests.post("/desk/break/end")

    assert rests.post("/desk/next").status_code == 303


def test_a_call_in_hand_goes_on_and_the_page_comes_back_to_it(desk, cast):
    practice, call = desk.call

    answer = desk.browser.post("/desk/break", {"practice_id": practice, "call_id": call})

    assert answer.headers["Location"] == desk.url()
    page = desk.page()
    assert "pause après cet appel" in page
    assert desk.post("/callback", {"phone": "06 39 98 00 10", "minutes": "30"}).status_code == 303


def test_opening_a_call_by_hand_ends_the_break(rests, house, cast):
    rests.post("/desk/calls", {"practice_id": cast.lilas})

    assert resting(house, cast.ada) is None


def test_beginning_twice_is_beginning_once(rests, house, cast, clock):
    began = resting(house, cast.ada)
    clock.advance(minutes=1)

    rests.post("/desk/break")

    assert resting(house, cast.ada) == began


def test_colleagues_and_the_supervisor_see_who_rests_since_when(rests, log_in, cast, clock, house):
    ines, rose = log_in(cast.ines), log_in(cast.supervisor)
    clock.advance(minutes=4)

    assert f"1 en pause\u00a0: {name(house, cast)} 4" in ines.get("/desk/parts/queue").text
    board = rose.get("/supervisor").text
    assert "en pause depuis" in board
    assert "fin oubliée" not in board


def name(house, cast):
    with house.deps.unit_of_work(cast.ada) as uow:
        return next(one.name for one in breaks.at_work(uow) if one.id == cast.ada.person_id)


def test_a_forgotten_end_is_shown_and_not_lost(rests, log_in, cast, clock, house):
    for later in (FORGOTTEN_AFTER, timedelta(days=1)):
        clock.advance(seconds=later.total_seconds())

        assert resting(house, cast.ada) is not None
        assert "fin oubliée" in log_in(cast.supervisor).get("/supervisor").text


def test_who_serves_no_practice_of_the_reader_is_not_shown(rests, house, cast, log_in):
    log_in(cast.stranger).post("/desk/break")

    with house.deps.unit_of_work(cast.ines) as uow:
        seen = {one.id for one in breaks.at_work(uow)}
    assert cast.ada.person_id in seen
    assert cast.stranger.person_id not in seen


def test_an_abusive_call_ends_without_its_words_and_with_a_break(desk, house, cast):
    assert "Propos abusifs" in desk.page("outcome")
    assert "je vais raccrocher" in desk.page("abuse")

    desk.post("/close", {"outcome": "abuse", "rest": "1"})

    with house.deps.unit_of_work(cast.ada) as uow:
        assert calls.call(uow, *desk.call).outcome is Outcome.ABUSE
    assert resting(house, cast.ada) is not None
    assert "vous êtes en pause" in desk.browser.get("/desk").text


def test_undoing_the_end_of_an_abusive_call_ends_the_break_too(desk, house, cast):
    desk.post("/close", {"outcome": "abuse", "rest": "1"})

    desk.browser.post("/desk/undo")

    with house.deps.unit_of_work(cast.ada) as uow:
        assert calls.call(uow, *desk.call).closed_at is None
    assert resting(house, cast.ada) is None


def test_an_abusive_call_may_end_without_a_break(desk, house, cast):
    desk.post("/close", {"outcome": "abuse", "rest": "0"})

    assert resting(house, cast.ada) is None
