"""The secretary's story by keyboard alone: a known patient booked, a vital sign, a message."""

import re

import pytest
from playwright.sync_api import expect

from telesec.alerts import flow
from telesec.alerts import reads as alerts
from telesec.alerts import service as alert_acts
from telesec.alerts.service import Acknowledge


def alert_of(house, cast):
    with house.deps.unit_of_work(cast.ada) as uow:
        return alerts.under_way(uow).items[0]


def test_a_known_patient_is_booked_in_five_keys(zoe, call):
    expect(call.page.locator("#slots button").first).to_be_visible()

    call.key("F3", "1", "F4", "2", "Enter")

    expect(call.page.locator(".verdict-ok")).to_be_visible()
    call.picture("booked")
    assert call.axe() == []


def test_a_new_patient_is_registered_and_held_for(call):
    call.key("F3")
    call.page.keyboard.type("14031951")
    call.key("Enter")
    expect(call.page.get_by_text("Aucun patient avec cette date")).to_be_visible()
    call.page.keyboard.type("Lilas")
    call.page.keyboard.press("Tab")
    call.page.keyboard.type("Zoé")
    call.page.keyboard.press("Enter")
    expect(call.page.locator(".patient .name")).to_have_text("LILAS Zoé")

    call.key("F4", "1")

    expect(call.page.get_by_role("button", name="Confirmer")).to_be_focused()


def test_a_vital_sign_takes_the_screen_and_the_ladder_lives(zoe, call, house, cast):
    call.page.keyboard.type("mal à la poitrine")
    call.page.keyboard.press("Enter")
    expect(call.page.locator("#question")).to_be_focused()

    call.key("o")

    expect(call.page.get_by_role("heading", name="15 maintenant")).to_be_visible()
    flow.deliver(house.deps)
    expect(call.page.locator("#ladder .going").first).to_contain_text("Dr Lune")
    call.picture("fifteen")
    assert call.axe() == []
    with house.deps.unit_of_work(cast.dr_lune) as uow:
        alert_acts.acknowledge(uow, Acknowledge(alert_of(house, cast).id))
        uow.commit()
    expect(call.page.locator("#ladder .ack")).to_contain_text("Dr Lune")


def test_the_15_screen_is_left_only_when_the_15_has_taken_over(zoe, call):
    call.page.keyboard.type("mal à la poitrine")
    call.page.keyboard.press("Enter")
    expect(call.page.locator("#question")).to_be_focused()
    call.key("o", "Escape", "F10")
    expect(call.page.locator(".desk-15")).to_be_visible()

    call.key("Enter")
    expect(call.page.get_by_role("button", name="Le 15 a pris le relais")).to_be_visible()
    call.key("t")

    expect(call.page.locator(".desk-15")).to_have_count(0)


def test_letters_in_the_note_never_answer(call):
    call.page.keyboard.type("mal au ventre")
    call.page.keyboard.press("Enter")
    question = call.page.locator("#question .q")
    before = question.inner_text()

    call.page.locator("textarea").focus()
    call.page.keyboard.type("non, oui")

    assert question.inner_text() == before
    call.key("F6")
    expect(call.page.locator("#question")).to_be_focused()


def test_a_second_press_does_not_answer_the_next_question(call):
    call.page.keyboard.type("mal au ventre")
    call.page.keyboard.press("Enter")
    expect(call.page.locator("#question")).to_be_focused()
    call.page.wait_for_timeout(450)

    sent = []
    call.page.on("request", lambda asked: sent.append(asked.url))

    call.page.keyboard.press("n")
    call.page.keyboard.press("n")
    expect(call.page.locator(".sheet-head")).to_contain_text(re.compile("[1-9] réponse"))
    call.page.wait_for_timeout(300)

    assert sum(url.endswith("/triage/answer") for url in sent) == 1


def test_a_message_is_sealed_and_the_box_is_free_again(zoe, call):
    call.key("F9")
    call.page.keyboard.type("Demande un rappel pour ses résultats.")
    expect(call.page.get_by_text("brouillon gardé à")).to_be_visible()

    call.page.keyboard.press("Control+Enter")

    expect(call.page.locator("textarea")).to_have_value("")
    call.key("F9")
    expect(call.page.get_by_text("scellé et déposé à")).to_be_visible()


def test_closing_goes_back_to_the_queue(call):
    call.key("F10")
    expect(call.page.get_by_role("button", name="Renseignement")).to_be_focused()

    call.key("3")

    expect(call.page.get_by_role("heading", name="Rien n’attend.")).to_be_visible()


def test_a_birth_date_typed_over_known_patients_is_searched(zoe, call):
    call.key("F3")
    call.page.keyboard.type("14031951", delay=60)
    call.page.keyboard.press("Enter")

    expect(call.page.get_by_role("heading", name="1 personne trouvée")).to_be_visible()
    expect(call.page.locator(".patient .name")).to_have_count(0)
    expect(call.page.locator("#born")).to_have_value("14031951")


def test_a_slowly_typed_birth_date_takes_its_first_digit_back(zoe, call):
    call.key("F3")
    call.page.keyboard.type("14031951", delay=450)
    call.page.keyboard.press("Enter")

    expect(call.page.get_by_role("heading", name="1 personne trouvée")).to_be_visible()
    expect(call.page.locator("#question")).to_have_count(0)


def test_enter_pressed_again_never_reaches_the_next_form(call):
    call.key("F3")
    call.page.keyboard.type("14031951")
    call.page.keyboard.press("Enter")
    call.page.keyboard.press("Enter")
    call.page.keyboard.press("Enter")

    expect(call.page.get_by_text("Aucun patient avec cette date")).to_be_visible()
    expect(call.page.locator("#question")).to_have_count(0)


def test_enter_on_no_words_asks_for_words(call):
    call.page.locator("#words").focus()
    call.page.keyboard.press("Enter")

    expect(call.page.locator("#refusal")).to_contain_text("Tapez les mots de l’appelant")
    expect(call.page.locator("#question")).to_have_count(0)


@pytest.mark.parametrize("writes", ["1", "&", '"'], ids=["QWERTY", "AZERTY", "BEPO"])
def test_a_digit_is_its_place_whatever_the_keyboard_writes(zoe, call, writes):
    keyboard = call.page.context.new_cdp_session(call.page)
    call.key("F3")
    expect(call.page.locator("#search .row")).to_be_focused()
    call.page.wait_for_timeout(450)

    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": writes, "code": "Digit1"})

    expect(call.page.locator("#patient .name")).to_have_text("LILAS Zoé")
