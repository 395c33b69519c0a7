"""A calendar that says something else than the desk told the patient is taken up, called about, settled."""

import re
from datetime import timedelta

import pytest

from telesec.desk.loops import COUNTED, Kind, counts, open_ends
from telesec.foundation.ids import new_id
from telesec.scheduling import flow, reads
from telesec.scheduling.models import CalendarConflict
from telesec.scheduling.rules import ConflictKind
from telesec.testing.bookable import NINE

HALF_HOUR = timedelta(minutes=30)
REFUSED = "L’agenda l’a finalement refusé : rappeler le patient"


@pytest.fixture
def refused(desk, house, clock):
    """A booking the caller was told is to be confirmed, and that the calendar then refuses."""
    house.fake.lose_reply()
    flow.book(house.deps, house.ada, house.booking())
    house.fake.entries.clear()
    house.fake.write_foreign(NINE, NINE + HALF_HOUR)
    clock.advance(seconds=5)
    flow.settle_due(house.deps)
    return only(desk, house)


def only(desk, house):
    with house.deps.unit_of_work(house.ada) as uow:
        (found,) = reads.conflicts(uow, house.practice_id)
    return found


def address(card, tail=""):
    return f"/desk/conflicts/{card.practice_id}/{card.id}{tail}"


def test_what_the_calendar_refused_after_the_call_is_taken_up(desk, house, refused):
    idle = desk.browser.get("/desk").text
    page = desk.browser.get(address(refused)).text

    assert idle.count(REFUSED) == 1
    assert f'href="{address(refused)}" aria-keyshortcuts="1"' in idle
    assert re.search(r"Pas de rendez-vous vendredi 27 novembre à 9\sh.:", page)
    assert "Appelez le patient et proposez une autre heure." in page
    assert house.booking().family_name.upper() in page


def test_the_call_opened_from_it_is_about_its_patient(desk, house, refused):
    answer = desk.browser.post(address(refused, "/call"))

    assert answer.status_code == 303
    page = desk.browser.get(answer.headers["Location"]).text
    assert house.booking().family_name.upper() in page
    assert REFUSED in desk.browser.get("/desk").text or REFUSED in page


def test_cleared_up_it_is_gone_and_may_be_taken_back_for_ten_seconds(desk, house, refused, clock):
    answer = desk.browser.post(address(refused, "/settle"))
    idle = desk.browser.get(answer.headers["Location"]).text
    assert "Rendez-vous éclairci." in idle
    assert REFUSED not in idle
    assert "C’est réglé." in desk.browser.get(address(refused)).text

    back = desk.browser.post("/desk/undo")
    assert back.headers["Location"] == address(refused)
    assert REFUSED in desk.browser.get("/desk").text

    desk.browser.post(address(refused, "/settle"))
    desk.browser.post(address(refused, "/settle"))
    clock.advance(seconds=11)
    desk.browser.post("/desk/undo")
    assert REFUSED not in desk.browser.get("/desk").text


def test_a_conflict_of_nobody_here_is_not_found(desk, refused):
    for tail in ("", "/call", "/settle"):
        strange = address(refused, tail).replace(str(refused.id), str(new_id()))
        answer = desk.browser.post(strange) if tail else desk.browser.get(strange)
        assert answer.status_code == 404


@pytest.mark.parametrize(("shift", "says"), [(timedelta(hours=1), "dans l’agenda"), (None, "ne l’a plus")])
def test_what_stands_elsewhere_or_nowhere_says_both_times_and_whom_to_ask(desk, house, shift, says):
    card = flow.book(house.deps, house.ada, house.booking())
    house.dispute(card, ConflictKind.MOVED if shift else ConflictKind.VANISHED, shift)

    page = desk.browser.get(address(only(desk, house))).text

    assert says in page
    assert "Demandez au cabinet ce qui est juste" in page


def test_as_many_as_there_are_are_counted(desk, house, refused):
    with house.deps.unit_of_work(house.ada) as uow:
        row = uow.session.get(CalendarConflict, (refused.practice_id, refused.id))
        kept = {name: getattr(row, name) for name in ("practice_id", "schedule_id", "appointment_id", "kind")}
        for _ in range(COUNTED):
            uow.session.add(
                CalendarConflict(**kept, id=new_id(), ours=row.ours, theirs=None, found_at=uow.now())
            )
        uow.session.flush()
        assert len(open_ends(uow)[Kind.CONFLICT]) == 12
        assert counts(uow).taken_up == counts(uow).ends == COUNTED
        uow.commit()

    shown = re.search(r'Boucles ouvertes <span class="count">([^<]*)', desk.page())
    assert shown
    assert shown[1] == "99+"
