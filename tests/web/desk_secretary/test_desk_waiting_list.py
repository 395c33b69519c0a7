"""The waiting list's forms: joined with the number that calls or another, left, refused at its field."""

import re
from uuid import UUID

import pytest
from markupsafe import escape

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


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "douze"}, "wait-type"),
        ({"type": str(UUID(int=7))}, "wait-type"),
        ({"practitioner": "personne"}, "wait-with"),
        ({"practitioner": str(UUID(int=7))}, "wait-with"),
        ({"phone": "é" * 50_000}, "wait-phone"),
        ({"wish": "é" * 50_000}, "wait-wish"),
        ({"phone": "\u202b١٢٣\u202c <b>"}, "wait-phone"),
    ],
)
def test_nonsense_and_long_pastes_are_refused_at_their_field_and_stay(desk, wrong, field):
    answer = desk.post("/waiting-list", typed(desk, **{"wish": "plutôt tard", "view": "waiting", **wrong}))

    assert answer.status_code == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert str(escape(wrong.get("wish", "plutôt tard"))) in answer.text
    assert str(escape(wrong.get("phone", "06 39 98 00 10"))) in answer.text
    assert "Aucune attente en cours" in answer.text


def test_a_wish_too_long_is_refused_in_the_words_of_every_other_text(desk):
    answer = desk.post("/waiting-list", typed(desk, wish="é" * 301, view="waiting"))

    assert "Ce texte compte 301 caractères, 300 au plus sont gardés" in answer.text


@pytest.mark.parametrize(
    ("number", "kept"), [("+41 (0)44 668 18 00", "+41446681800"), ("0044 20 7946 0018", "+442079460018")]
)
def test_a_foreign_number_waits_and_is_called(desk, number, kept):
    house = desk.house
    booked = flow.book(house.deps, house.ada, house.booking())
    assert desk.post("/waiting-list", typed(desk, phone=number)).status_code == 303
    flow.cancel(house.deps, house.ada, house.practice_id, booked.id, "asked")
    flow.refresh_due(house.deps)
    flow.offer_due(house.deps)

    with house.deps.unit_of_work(house.ada) as uow:
        (card,) = callbacks.open_cards(uow, house.practice_id).items
    assert card.phone == kept


def test_enter_pressed_twice_puts_them_on_the_list_once(desk):
    answers = [desk.post("/waiting-list", typed(desk)).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(re.findall(r"waiting-list/[0-9a-f-]+/leave", desk.page("waiting"))) == 1


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
