"""The practitioner's alerts on the phone: list, one alert, take, outcome."""

import re

import pytest

from telesec.alerts import flow
from telesec.desk import phone_routes
from telesec.foundation.ids import new_id
from telesec.testing.pages import page_client


def phone(deps, who):
    return page_client(deps, who, phone_routes.blueprint)


def text(answer):
    return answer.get_data(as_text=True)


def take(deps, who, alert_id):
    return phone(deps, who).post(f"/phone/alerts/{alert_id}/take")


def end(deps, who, alert_id, outcome):
    return phone(deps, who).post(f"/phone/alerts/{alert_id}/outcome", data={"outcome": outcome})


def test_board_without_alerts_says_so(deps, cast):
    answer = phone(deps, cast.dr_lune).get("/phone")

    assert answer.status_code == 200
    assert "Aucune alerte ne vous attend" in text(answer)


def test_board_lists_an_alert_with_what_it_is_about(deps, cast, urgent, audited):
    answer = phone(deps, cast.dr_lune).get("/phone")

    assert "1 alerte vous attend" in text(answer)
    assert f"/phone/alerts/{urgent.alert_id}" in text(answer)
    assert "Fièvre" in text(answer)
    assert "message.list" in audited()


def test_board_shown_has_not_changed(deps, cast, urgent):
    client = phone(deps, cast.dr_lune)
    path = re.search(r'hx-get="([^"]+)"', text(client.get("/phone")))[1]

    answer = client.get(path)

    assert (answer.status_code, answer.headers.get("HX-Refresh")) == (204, None)


def test_board_is_read_again_when_an_alert_was_taken(deps, cast, urgent, audited):
    client = phone(deps, cast.dr_lune)
    path = re.search(r'hx-get="([^"]+)"', text(client.get("/phone")))[1]
    take(deps, cast.dr_soleil, urgent.alert_id)
    before = len(audited())

    answer = client.get(path)

    assert answer.headers["HX-Refresh"] == "true"
    assert len(audited()) == before


def test_board_is_in_the_readers_language(deps, cast):
    who = cast.dr_lune.__class__(**{**vars(cast.dr_lune), "language": "en"})

    assert "No alert is waiting for you" in text(phone(deps, who).get("/phone"))


@pytest.mark.parametrize("role", ["ada", "supervisor", "manager", "operator", "stranger"])
@pytest.mark.parametrize("page", ["/phone", "/phone/changed", "/phone/day"])
def test_pages_of_the_phone_are_for_practitioners(deps, cast, role, page):
    assert phone(deps, getattr(cast, role)).get(page).status_code == 403


def test_nobody_is_sent_to_the_log_in(deps, cast):
    answer = phone(deps, None).get("/phone")

    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_alert_shows_the_message_and_who_was_tried(deps, cast, urgent):
    answer = phone(deps, cast.dr_lune).get(f"/phone/alerts/{urgent.alert_id}")

    page = text(answer)
    assert "Fièvre 39,2" in page
    assert "+33 •••• 01" in page
    assert "06 39 98 00 10" in page
    assert "Je prends" in page


def test_alert_opened_is_audited_and_its_message_read(deps, cast, urgent, audited):
    phone(deps, cast.dr_lune).get(f"/phone/alerts/{urgent.alert_id}")

    assert {"alert.view", "message.view"} <= set(audited())


@pytest.mark.parametrize("role", ["dr_iris", "stranger"])
def test_alert_of_another_practice_is_not_open(deps, cast, urgent, role):
    answer = phone(deps, getattr(cast, role)).get(f"/phone/alerts/{urgent.alert_id}")

    assert answer.status_code in {403, 404}
    assert "Fièvre" not in text(answer)


def test_alert_is_closed_to_secretaries(deps, cast, urgent):
    assert phone(deps, cast.ada).get(f"/phone/alerts/{urgent.alert_id}").status_code == 403


def test_alert_nobody_knows_is_not_found(deps, cast):
    assert phone(deps, cast.dr_lune).get(f"/phone/alerts/{new_id()}").status_code == 404


def test_take_acknowledges_and_asks_what_became_of_it(deps, cast, urgent):
    client = phone(deps, cast.dr_lune)

    answer = client.post(f"/phone/alerts/{urgent.alert_id}/take", follow_redirects=True)

    assert "Prise par vous" in text(answer)
    assert "Patient appelé" in text(answer)


def test_take_is_refused_when_a_colleague_was_first(deps, cast, urgent):
    take(deps, cast.dr_lune, urgent.alert_id)

    answer = take(deps, cast.dr_soleil, urgent.alert_id)

    assert answer.status_code == 409
    assert "Prise par Dr Lune" in text(answer)


@pytest.mark.parametrize("taken", [True, False])
def test_alert_on_screen_is_read_again_when_a_colleague_took_it(deps, cast, urgent, taken):
    client = phone(deps, cast.dr_lune)
    path = re.search(r'hx-get="([^"]+)"', text(client.get(f"/phone/alerts/{urgent.alert_id}")))[1]
    if taken:
        take(deps, cast.dr_soleil, urgent.alert_id)

    answer = client.get(path)

    assert (answer.status_code, answer.headers.get("HX-Refresh")) == (204, "true" if taken else None)


def test_watching_an_alert_is_for_practitioners(deps, cast, urgent):
    path = f"/phone/alerts/{urgent.alert_id}/changed"

    assert phone(deps, cast.ada).get(path).status_code == 403
    assert phone(deps, cast.dr_iris).get(path).status_code == 404


def test_alert_taken_by_a_colleague_offers_nothing(deps, cast, urgent):
    take(deps, cast.dr_lune, urgent.alert_id)

    page = text(phone(deps, cast.dr_soleil).get(f"/phone/alerts/{urgent.alert_id}"))

    assert "Prise par Dr Lune" in page
    assert "<form" not in page


@pytest.mark.parametrize("role", ["ada", "supervisor"])
def test_take_is_refused_to_who_is_no_practitioner(deps, cast, urgent, role):
    assert take(deps, getattr(cast, role), urgent.alert_id).status_code == 403


def test_patient_called_closes_the_alert(deps, cast, urgent):
    take(deps, cast.dr_lune, urgent.alert_id)

    answer = end(deps, cast.dr_lune, urgent.alert_id, "patient_called")

    assert answer.status_code == 303
    page = text(phone(deps, cast.dr_lune).get("/phone"))
    assert "Aucune alerte ne vous attend" in page
    assert "patient appelé" in page


def test_promise_stays_an_open_loop(deps, cast, urgent):
    take(deps, cast.dr_lune, urgent.alert_id)
    end(deps, cast.dr_lune, urgent.alert_id, "will_call")

    page = text(phone(deps, cast.dr_lune).get("/phone"))

    assert "Vous avez promis d’appeler. Elle repart à 10:30." in page


def test_pass_on_calls_the_colleague(deps, cast, urgent, phones):
    answer = end(deps, cast.dr_lune, urgent.alert_id, "pass_on")
    flow.deliver(deps)

    assert answer.status_code == 303
    assert "Passée" in text(phone(deps, cast.dr_lune).get("/phone"))


def test_unknown_outcome_is_refused(deps, cast, urgent):
    assert end(deps, cast.dr_lune, urgent.alert_id, "nap").status_code == 422


def test_outcome_is_refused_to_a_secretary(deps, cast, urgent):
    assert end(deps, cast.ada, urgent.alert_id, "patient_called").status_code == 403


def test_manifest_names_the_page_and_its_icons(deps, cast):
    answer = phone(deps, None).get("/phone/telesec.webmanifest")

    assert answer.mimetype == "application/manifest+json"
    assert answer.json["start_url"] == "/phone"
    with phone(deps, None).get(answer.json["icons"][0]["src"]) as picture:
        assert picture.status_code == 200
