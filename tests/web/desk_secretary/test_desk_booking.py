"""Booking on the desk: hold, confirm, amber, green, red, move, cancel."""

import re
from dataclasses import replace
from datetime import time
from uuid import UUID

import pytest

from telesec.calls import reads as calls
from telesec.foundation.access import Purpose, system_actor
from telesec.practices import service as practices
from telesec.practices.service import AddPractitioner
from telesec.scheduling import configuration, flow
from telesec.scheduling.configuration import CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.ports import CalendarAddress


@pytest.fixture
def searched(desk):
    answer = desk.browser.get(desk.url("/fresh-slots?view=booking"))
    assert answer.status_code == 200
    return desk


def slot(desk, number=1):
    """Return the form of a slot on the page."""
    page = desk.page("booking")
    form = re.search(rf'id="slot-{number}">(.*?)</form>', page, re.DOTALL)
    assert form
    return dict(re.findall(r'name="(schedule_id|type|start)" value="([^"]*)"', form[1]))


def booked(desk, number=1):
    chosen = slot(desk, number)
    desk.post("/hold", chosen)
    return desk.post("/book", {**chosen, "reason": "contrôle", "view": "booking"})


def test_a_fresh_search_shows_numbered_slots_and_the_calendar_light(searched):
    page = searched.page("booking")

    assert 'id="slot-9"' in page
    assert "Dr Lune, lu il y a" in page


def test_an_unreadable_calendar_offers_nothing(desk, house):
    house.fake.down()
    desk.browser.get(desk.url("/fresh-slots?view=booking"))

    assert 'id="slot-1"' not in desk.page("booking")


def test_holding_shows_the_words_and_keeps_the_slot(searched):
    answer = searched.post("/hold", slot(searched))

    assert answer.status_code == 303
    assert "jeudi 26 novembre à 10 h 30" in searched.page("booking")


def test_another_slot_chosen_gives_the_former_one_back(searched):
    first, second = slot(searched), slot(searched, 2)
    searched.post("/hold", first)
    searched.post("/hold", second)

    assert slot(searched) == first


def test_holding_nothing_is_refused(searched):
    assert searched.post("/hold", {"view": "booking"}).status_code == 422


def test_a_slot_a_colleague_holds_is_refused_in_words(searched, log_in, cast):
    chosen = slot(searched)
    searched.post("/hold", chosen)
    ines = log_in(cast.ines)
    opened = ines.post("/desk/calls", {"practice_id": cast.lilas}).headers["Location"]

    answer = ines.post(f"{opened}/hold", {**chosen, "view": "booking"})

    assert answer.status_code == 409


def test_booking_without_a_patient_says_what_to_do_first(searched):
    chosen = slot(searched)
    searched.post("/hold", chosen)

    answer = searched.post("/book", {**chosen, "reason": "contrôle", "view": "booking"})

    assert answer.status_code == 422
    assert "F3" in answer.text
    assert 'value="contrôle"' in answer.text


def test_confirmed_and_read_back_turns_green(searched):
    searched.register()

    assert booked(searched).status_code == 303

    page = searched.page("booking")
    assert "C’est noté" in page
    assert "light-ok" in page


def test_an_answer_that_is_lost_stays_amber(searched, house):
    searched.register()
    house.fake.lose_reply(times=5)

    booked(searched)

    page = searched.page("booking")
    assert "verdict-wait" in page
    assert "light-ok" not in page


def test_amber_turns_green_by_itself_once_the_calendar_answered(searched, house, clock):
    searched.register()
    house.fake.lose_reply(times=5)
    booked(searched)
    house.fake.heal()
    clock.advance(seconds=90)

    flow.settle_due(house.deps)

    part = searched.browser.get(searched.url("/parts/light?view=booking")).text
    assert "À confirmer" not in part
    assert "verdict-ok" in part
    assert "light-ok" in part


def refused_by_the_calendar(searched, house):
    """Return the answer to a booking whose slot is taken in the practice's calendar by now."""
    searched.register()
    chosen = slot(searched)
    searched.post("/hold", chosen)
    house.fake.conflict(times=3)
    return searched.post("/book", {**chosen, "view": "booking"})


def test_a_refusal_of_the_calendar_is_red(searched, house):
    answer = refused_by_the_calendar(searched, house)

    assert answer.status_code == 409
    assert "light-bad" in answer.text


def test_after_a_refusal_the_centre_says_so_and_offers_the_week_again(searched, house):
    refused = refused_by_the_calendar(searched, house)

    page = searched.page("booking")

    assert "verdict-bad" not in refused.text
    assert "Cherchons-en un autre" in page
    assert 'class="cellslot"' in page


def test_many_calendars_read_fresh_are_told_in_one_line(searched, house, cast, clock):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        week = tuple(OpeningRule(day, time(9), time(12)) for day in range(1, 6))
        for number in range(4):
            who = practices.add_practitioner(uow, AddPractitioner(cast.lilas, f"Dr {number}", "physician"))
            address = CalendarAddress("memory", f"memory:{number}", "wide", "secret")
            configuration.create_schedule(uow, CreateSchedule(cast.lilas, who, address, 1, week))
        uow.commit()
    flow.refresh_due(house.deps)
    assert "Dr Lune, lu il y a" not in searched.page("booking")

    house.fake.down()
    clock.advance(minutes=3)
    searched.browser.get(searched.url("/fresh-slots?view=booking"))
    page = searched.page("booking")

    assert "Dr Lune muet" in page
    assert re.search(r"\d agendas?, lus? il y a", page)


def test_a_calendar_that_fails_books_nothing_and_keeps_the_text(searched, house):
    searched.register()
    chosen = slot(searched)
    searched.post("/hold", chosen)
    house.fake.down()

    answer = searched.post("/book", {**chosen, "reason": "contrôle annuel", "view": "booking"})

    assert answer.status_code == 503
    assert "contrôle annuel" in answer.text


def appointment(desk):
    found = re.search(r"/appointments/([0-9a-f-]+)/cancel", desk.page("booking"))
    assert found
    return found[1]


@pytest.mark.parametrize("typed", ["douze", "06 39 98", "1" * 50_000])
def test_a_number_nobody_can_dial_is_told_and_books_nothing(searched, typed):
    searched.register()
    chosen = slot(searched)
    searched.post("/hold", chosen)

    answer = searched.post("/book", {**chosen, "reason": "contrôle", "phone": typed, "view": "booking"})

    assert answer.status_code == 422
    assert "Vérifiez le numéro de téléphone" in answer.text
    assert f'value="{typed}" aria-invalid="true"' in answer.text
    assert "Déjà réservé" not in searched.page("booking")


def test_the_words_of_the_booking_are_gone_where_it_is_moved(searched):
    searched.register()
    booked(searched)
    page = searched.page("booking")
    assert "verdict-ok" in page
    link = re.search(r'href="([^"]*moving=[^"]*)"', page)
    assert link

    moving = searched.browser.get(link[1].replace("&amp;", "&")).text

    assert "Déplacer le rendez-vous" in moving
    assert "verdict-ok" not in moving


def test_cancel_frees_the_time(searched, house):
    searched.register()
    booked(searched)

    answer = searched.post(f"/appointments/{appointment(searched)}/cancel", {"reason": "empêché"})

    assert answer.status_code == 303
    assert house.fake.live_entries() == []


def test_move_goes_to_another_slot(searched, house):
    searched.register()
    booked(searched)
    which = appointment(searched)

    answer = searched.post(f"/appointments/{which}/move", {"start": slot(searched, 3)["start"]})

    assert answer.status_code == 303
    assert len(house.fake.live_entries()) == 1


def test_what_is_moved_and_cancelled_in_a_later_call_has_its_light_there(searched, house, cast, clock):
    searched.register()
    booked(searched)
    searched.post("/close", {"outcome": "appointment"})
    clock.advance(minutes=5)
    with house.deps.unit_of_work(cast.ada) as uow:
        patient_id = calls.call(uow, *searched.call).patient_id
    later = searched.browser.post("/desk/calls", {"practice_id": cast.lilas}).headers["Location"]
    again = replace(searched, call=(cast.lilas, UUID(later.rsplit("/", 1)[1])))
    again.post("/patient/choose", {"patient_id": patient_id})
    assert "light-ok" not in again.page("booking")

    again.browser.get(again.url("/fresh-slots?view=booking"))
    again.post(f"/appointments/{appointment(again)}/move", {"start": slot(again, 3)["start"]})
    assert "light-ok" in again.page("booking")

    again.post(f"/appointments/{appointment(again)}/cancel", {"reason": "empêché"})
    assert "Annulé" in again.browser.get(again.url("/parts/light")).text


def test_move_without_a_time_is_refused(searched):
    searched.register()
    booked(searched)

    answer = searched.post(f"/appointments/{appointment(searched)}/move", {"view": "booking"})

    assert answer.status_code == 422


def test_a_held_slot_is_given_back(searched):
    searched.post("/hold", slot(searched))
    claim = searched.hidden("claim_id", "booking")

    assert searched.post("/release", {"claim_id": claim}).status_code == 303
    assert 'name="claim_id"' not in searched.page("booking")
