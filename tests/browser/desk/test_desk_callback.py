"""A callback card by keyboard: it ends by one letter, is taken back by one chord, and knows no number."""

import re

import pytest
from playwright.sync_api import expect

from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.foundation.ids import new_id
from telesec.testing.cast import BRUNO_PHONE

ENDS = {"s": "settled", "i": "unreachable", "n": "not_wanted", "m": "wrong_number"}


@pytest.fixture
def card(ada, house, cast, clock):
    """Open a card's page; without a number it is one of a caller lost after a red flag."""

    def make(phone=BRUNO_PHONE):
        lost = (
            {} if phone else {"vital": True, "call_id": new_id(), "note": "Adresse : 8 chemin des Glycines"}
        )
        with house.deps.unit_of_work(cast.ada) as uow:
            made = callbacks.open_callback(uow, OpenCallback(cast.lilas, phone, clock.now(), **lost))
            uow.commit()
        ada.open(f"/desk/callbacks/{cast.lilas}/{made}")
        return ada

    return make


@pytest.mark.parametrize("key", ENDS)
def test_one_letter_ends_the_card_and_a_chord_opens_it_again(card, key):
    ada = card()
    button = ada.page.locator(f"#end-callback button[value={ENDS[key]}]")
    expect(button.locator("kbd")).to_have_text(key.upper())
    expect(ada.page.locator("#call-back button")).to_be_focused()

    ada.key(key)

    expect(ada.page.locator("#undo")).to_contain_text("Fiche de rappel terminée")
    expect(ada.page.locator("#resume")).to_contain_text("Rien n’est promis")
    ada.key("Control+m")
    expect(ada.page.locator("#undo")).to_contain_text("de nouveau ouverte")
    expect(button).to_be_visible()


def test_enter_opens_the_call_of_a_card(card):
    ada = card()

    ada.key("Enter")

    ada.page.wait_for_url("**/calls/**")


def test_a_card_without_a_number_says_what_to_do_and_takes_the_number(card):
    ada = card(phone="")
    expect(ada.page.locator("#resume")).to_be_focused()
    expect(ada.page.locator("#resume")).to_contain_text("donnez tout de suite au 15 l’adresse ci-dessous")
    expect(ada.page.locator("#call-back")).to_have_count(0)
    ada.picture("callback-without-number")
    assert ada.axe() == []

    ada.page.locator("#found-number").focus()
    ada.page.keyboard.type("sim")
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator("#number-found [role=alert]")).to_contain_text("Vérifiez le numéro")
    ada.page.keyboard.press("Control+a")
    ada.page.keyboard.type("06 39 98 00 12")
    ada.key("Enter")

    expect(ada.page.locator("#resume .say")).to_have_text(re.compile("06.39.98.00.12"))
    expect(ada.page.locator("#call-back button")).to_be_focused()
