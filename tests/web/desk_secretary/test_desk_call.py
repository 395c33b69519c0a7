"""One call's page: what it shows, drafts, facts said on the way, its end."""

import pytest

VIEWS = ("", "patient", "booking", "message", "alert", "callback", "outcome")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_a_call_opens(desk, view):
    assert "Cabinet des Lilas" in desk.page(view)


def test_a_call_of_another_service_is_not_found(desk, log_in, cast):
    assert log_in(cast.stranger).get(desk.url()).status_code in {403, 404}


def test_a_colleague_may_look_and_is_told_whose_call_it_is(desk, log_in, cast):
    page = log_in(cast.ines).get(desk.url()).text

    assert "vous pouvez seulement regarder" in page


def test_parts_of_a_call_are_sections_of_its_page(desk):
    page = desk.page()
    for name in ("call-head", "instructions", "on-call", "slots", "light", "ladder"):
        part = desk.browser.get(desk.url(f"/parts/{name}"))
        assert part.status_code == 200
        assert f'id="{name}"' in part.text
        assert f'id="{name}"' in page


def test_an_unknown_part_of_a_call_is_not_found(desk):
    assert desk.browser.get(desk.url("/parts/other")).status_code == 404


def test_a_draft_is_there_after_a_reload(desk):
    saved = desk.post("/draft", {"text": "Fièvre depuis hier", "seen": 0})

    assert saved.json["version"] == 1
    assert "Fièvre depuis hier" in desk.page()
    kept = desk.browser.get(desk.url("/draft")).json
    assert (kept["text"], kept["version"]) == ("Fièvre depuis hier", 1)


def test_a_draft_of_another_tab_is_never_overwritten(desk):
    desk.post("/draft", {"text": "premier onglet", "seen": 0})

    answer = desk.post("/draft", {"text": "second onglet", "seen": 0})

    assert answer.status_code == 409
    assert answer.json == {"code": "stale"}
    assert "premier onglet" in desk.page()


def test_a_draft_without_the_form_token_is_refused(desk):
    answer = desk.browser.client.post(
        desk.url("/draft"), data={"text": "x"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 403


def test_who_speaks_and_where_they_are_is_kept(desk):
    desk.post(
        "/details", {"caller_name": "Bruno", "relation": "son fils", "address": "8 chemin des Glycines"}
    )

    page = desk.page()
    assert 'value="Bruno"' in page
    assert 'value="8 chemin des Glycines"' in page


def test_closing_needs_an_outcome(desk):
    answer = desk.post("/close", {"view": "outcome"})

    assert answer.status_code == 422
    assert "Choisissez comment l’appel s’est terminé" in answer.text


def test_closing_goes_back_to_the_queue(desk):
    answer = desk.post("/close", {"outcome": "information", "view": "outcome"})

    assert answer.headers["Location"].endswith("/desk")
    assert "Appel terminé" in desk.page() or "clos" in desk.page()


def test_a_closed_call_keeps_its_outcome(desk):
    desk.post("/close", {"outcome": "information", "view": "outcome"})

    answer = desk.post("/close", {"outcome": "other", "view": "outcome"})

    assert answer.status_code == 409


def test_a_sign_of_life_is_noted(desk):
    assert desk.post("/alive").status_code == 204


def test_a_form_that_is_refused_names_the_address_to_reload(desk):
    answer = desk.post("/close", {"view": "outcome"})

    assert answer.headers["HX-Push-Url"].endswith("view=outcome")
