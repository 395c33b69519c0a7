"""The waiting list's forms: joined with the number that calls or another, left, refused at its field."""

import re

import pytest

from telesec.callbacks import reads as callbacks
from telesec.scheduling import flow


def typed(desk, **more):
    return {"type": str(desk.house.type_id), "days": "14", "phone": "06 39 98 00 10", **more}


def test_joining_shows_the_entry_and_leaving_takes_it_away(desk):
    answer = desk.post("/waiting-list", typed(desk))
    page = desk.page("waiting")

    assert answer.status_code == 303
    assert "jusqu’au jeu. 10 déc." in page
    entry = re.search(r"waiting-list/([0-9a-f-]+)/leave", page)[1]
    assert desk.post(f"/waiting-list/{entry}/leave").status_code == 303
    assert "Aucune attente en cours" in desk.page("waiting")


def test_a_period_the_form_does_not_offer_is_four_weeks(desk):
    desk.post("/waiting-list", typed(desk, days="9999"))

    assert "jusqu’au jeu. 24 déc." in desk.page("waiting")


def test_a_number_that_is_none_is_refused_with_what_was_typed(desk):
    answer = desk.post("/waiting-list", typed(desk, phone="12", wish="le matin", view="waiting"))

    assert answer.status_code == 422
    assert re.search(r'id="wait-phone"[^>]*aria-invalid="true"', answer.text)
    assert 'value="le matin"' in answer.text
    assert '<option value="14" selected>' in answer.text


def test_a_wish_that_names_a_sign_asks_the_questions_first(desk):
    answer = desk.post("/waiting-list", typed(desk, wish="mal à la poitrine", view="waiting"))

    assert "Poser les questions" in answer.text
    assert "Aucune attente en cours" in desk.page("waiting")


def test_nothing_chosen_is_refused(desk):
    assert desk.post("/waiting-list", {"phone": "06 39 98 00 10", "view": "waiting"}).status_code == 422


@pytest.fixture
def offer(desk):
    """The card that offers Friday at nine to the number that calls."""
    house = desk.house
    booked = flow.book(house.deps, house.ada, house.booking())
    desk.post("/waiting-list", typed(desk))
    flow.cancel(house.deps, house.ada, house.practice_id, booked.id, "asked")
    flow.refresh_due(house.deps)
    flow.offer_due(house.deps)
    with house.deps.unit_of_work(house.ada) as uow:
        (row,) = callbacks.waiting(uow).items
    return f"/desk/callbacks/{row.practice_id}/{row.id}"


def test_a_card_that_offers_a_slot_asks_whether_they_wait_on(desk, offer):
    page = desk.browser.get(offer).text

    assert "Pas ce créneau" in page
    assert "N’attend plus" in page
    assert "N’est plus souhaité" not in page


def test_not_this_slot_leaves_them_on_the_list(desk, offer):
    desk.browser.post(f"{offer}/end", {"how": "not_wanted"})

    assert "Aucune attente en cours" not in desk.page("waiting")


def test_waits_no_longer_takes_them_off_and_is_undone_as_one(desk, offer):
    answer = desk.browser.post(f"{offer}/end", {"how": "no_longer"})
    off = desk.page("waiting")
    desk.browser.post("/desk/undo")

    assert answer.status_code == 303
    assert "Aucune attente en cours" in off
    assert "Aucune attente en cours" not in desk.page("waiting")
    assert "Pas ce créneau" in desk.browser.get(offer).text


def test_an_ordinary_card_says_nothing_of_a_list(desk):
    desk.post("/callback", {"minutes": "30"})
    with desk.house.deps.unit_of_work(desk.house.ada) as uow:
        (row,) = callbacks.waiting(uow).items
    page = desk.browser.get(f"/desk/callbacks/{row.practice_id}/{row.id}").text

    assert "N’est plus souhaité" in page
    assert "N’attend plus" not in page
