"""A session that ends in mid-call, a locked screen while a vital alert calls, a line cut for ten minutes."""

import re

import pytest
from playwright.sync_api import expect

from telesec.alerts import service as alerts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.app import create_app
from telesec.testing.logins import browser_as

KEPT = "brouillon gardé à"
SOUNDS = """
let tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  document.documentElement.dataset.tones = ++tones;
  return start.apply(this, when);
};
"""


@pytest.fixture
def login_again(house, cast, served):
    """Log Ada in again in the browser of a screen, as another tab would."""

    def do(screen):
        browser = browser_as(house.deps, create_app(house.deps), cast.ada)
        cookie = browser.client.get_cookie("telesec")
        screen.page.context.add_cookies([{"name": "telesec", "value": cookie.value, "url": served}])

    return do


@pytest.fixture
def vital(house, cast):
    """Let a vital alert call both doctors."""

    def do():
        with house.deps.unit_of_work(cast.dr_soleil) as uow:
            alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.CALL15_NOW, [cast.dr_lune_id]))
            uow.commit()

    return do


def test_a_session_that_ends_in_mid_call_keeps_call_and_text(call, login_again, house):
    note, address = call.page.locator("textarea"), call.page.url
    note.fill("Vertiges")
    expect(call.page.get_by_text(KEPT)).to_be_visible()

    call.page.context.clear_cookies()
    note.fill("Vertiges depuis ce matin.")

    expect(call.page.locator("#stopped")).to_contain_text("Votre session est terminée")
    expect(call.page.get_by_text("non enregistré")).to_be_visible()
    expect(note).to_have_value("Vertiges depuis ce matin.")

    login_again(call)

    expect(call.page.get_by_text(KEPT)).to_be_visible()
    expect(call.page.locator("#stopped")).to_be_hidden()
    call.page.reload()
    assert call.page.url == address
    expect(call.page.locator("textarea")).to_have_value("Vertiges depuis ce matin.")


def test_a_locked_screen_says_and_sounds_a_vital_alert_without_its_content(call, vital):
    call.page.context.add_init_script(SOUNDS)
    call.page.locator("textarea").fill("Suite à venir.")
    expect(call.page.get_by_text(KEPT)).to_be_visible()
    call.page.locator("#command-open").press("Enter")
    expect(call.page.get_by_role("combobox", name="Commande")).to_be_focused()
    call.page.keyboard.type("verr")
    call.key("Enter")
    expect(call.page).to_have_title("Verrouillé · telesec")
    call.page.keyboard.press("Tab")

    vital()

    waiting = call.page.locator("#waiting")
    expect(waiting).to_contain_text("Une alerte vitale appelle")
    expect(call.page).to_have_title("Une alerte vitale appelle. Déverrouillez pour la voir.")
    expect(call.page.locator("html")).to_have_attribute("data-tones", re.compile(r"[2-9]|\d\d"))
    assert "thoracique" not in call.page.content()
    assert call.axe() == []


def test_a_line_cut_for_ten_minutes_loses_nothing_and_catches_up(ada, ring):
    ada.page.clock.install()
    ring()
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")

    ada.cut_line()
    ada.page.locator("textarea").fill("Écrit pendant la coupure.")
    ada.page.clock.fast_forward(600_000)
    expect(ada.page.locator("#stopped")).to_contain_text("rien n’est réservé ni envoyé")
    expect(ada.page.get_by_text("non enregistré")).to_be_visible()
    ring("CA2")

    ada.mend_line()
    ada.page.clock.fast_forward(31_000)

    expect(ada.page.locator("#bar-queue b").first).to_have_text("1")
    expect(ada.page.get_by_text(KEPT)).to_be_visible()
    expect(ada.page.locator("#stopped")).to_be_hidden()
    expect(ada.page.locator("textarea")).to_have_value("Écrit pendant la coupure.")
