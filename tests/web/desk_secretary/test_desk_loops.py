"""What is begun and not ended stands on the desk until it is: bookings, urgent letters, promises, alerts."""

import re
from datetime import timedelta

import pytest

from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.desk.loops import UNREAD_AFTER, Kind, open_ends
from telesec.messages import service as messages

BRUNO = "06 39 98 00 10"


def file(desk, cast, level):
    form = {"practitioner_id": cast.dr_lune_id, "level": level, "text": "Résultats ?", "number_was": BRUNO}
    desk.post("/message", {**form, "callback_number": BRUNO})


@pytest.fixture
def searched(desk):
    desk.browser.get(desk.url("/fresh-slots?view=booking"))
    return desk


def book(desk):
    desk.register()
    form = re.search(r'id="slot-1">(.*?)</form>', desk.page("booking"), re.DOTALL)[1]
    slot = dict(re.findall(r'name="(schedule_id|type|start)" value="([^"]*)"', form))
    desk.post("/hold", slot)
    desk.post("/book", {**slot, "view": "booking"})


def ends(desk, cast, kind):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return open_ends(uow)[kind]


def test_a_booking_without_an_answer_stays_open(searched, cast, house):
    house.fake.lose_reply(times=5)

    book(searched)

    (waiting,) = ends(searched, cast, Kind.PENDING)
    assert waiting.call_id == searched.call[1]
    idle = searched.browser.get("/desk").text
    assert idle.count("Un rendez-vous attend d’être confirmé") == 1
    assert f"{searched.call[1]}?view=booking" in idle


def test_an_urgent_message_nobody_read_stays_open_until_read(desk, cast, clock):
    file(desk, cast, "same_day")
    file(desk, cast, "routine")
    assert ends(desk, cast, Kind.UNREAD) == ()
    clock.advance(seconds=UNREAD_AFTER.total_seconds())

    (letter,) = ends(desk, cast, Kind.UNREAD)
    assert desk.browser.get("/desk").text.count("n’a pas lu un message urgent") == 1

    with desk.house.deps.unit_of_work(cast.dr_lune) as uow:
        messages.read_message(uow, cast.lilas, letter.id)
        uow.commit()
    assert "n’a pas lu un message urgent" not in desk.browser.get("/desk").text


def test_what_is_open_elsewhere_is_not_shown(desk, cast, clock):
    file(desk, cast, "same_day")
    clock.advance(seconds=UNREAD_AFTER.total_seconds())
    assert len(ends(desk, cast, Kind.UNREAD)) == 1

    with desk.house.deps.unit_of_work(cast.dr_iris) as uow:
        assert open_ends(uow)[Kind.UNREAD] == ()


@pytest.mark.parametrize(("promised", "shown"), [(3, "3"), (15, "15"), (101, "99+")])
def test_the_promises_are_counted_beyond_those_that_are_listed(desk, cast, clock, promised, shown):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        for number in range(promised):
            due = clock.now() + timedelta(minutes=number)
            callbacks.open_callback(uow, OpenCallback(cast.lilas, f"+33639980{number:03}", due))
        uow.commit()

    page = desk.page()
    idle = desk.browser.get("/desk").text

    assert f'Rappels <span class="count">{shown}</span>' in page
    assert f'le plus pressé d’abord <span class="count">{shown}</span>' in idle
