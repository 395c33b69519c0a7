"""The waiting list's forms: joined with the number that calls or another, left, refused at its field."""

import re


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
