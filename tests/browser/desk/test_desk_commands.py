"""The command line: every act by name, with the keyboard alone, and back to where it was."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def call(call):
    expect(call.page.locator("#slots button").first).to_be_visible()
    call.page.locator("#main h1").click()
    call.page.evaluate("document.activeElement.blur()")
    return call


def command(screen, text):
    screen.page.keyboard.press("/")
    expect(screen.page.get_by_role("combobox", name="Commande")).to_be_focused()
    screen.page.keyboard.type(text)


@pytest.mark.parametrize(
    ("text", "view"),
    [("rdv", "booking"), ("msg", "message"), ("alert", "alert"), ("rap", "callback"), ("close", "outcome")],
)
def test_a_command_goes_where_its_key_goes(call, text, view):
    command(call, text)
    call.page.keyboard.press("Enter")

    expect(call.page.locator(f'#desk[data-view="{view}"]')).to_be_visible()
    expect(call.page.locator("#commands")).to_be_hidden()


def test_the_15_is_chosen_and_waits_for_the_sending_key(call):
    command(call, "15")
    call.page.keyboard.press("Enter")

    expect(call.page.locator('#message input[value="call15_now"]')).to_be_checked()


def test_escape_goes_back_to_where_the_keyboard_was(call):
    button = call.page.locator("#slots button").first
    button.focus()

    command(call, "zzz")
    expect(call.page.get_by_text("Aucune commande ne commence ainsi.")).to_be_visible()
    call.page.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(call.page.locator('#desk[data-view="triage"]')).to_be_visible()


def test_arrows_choose_and_a_reader_is_told(call):
    command(call, "")
    call.page.keyboard.press("ArrowDown")

    box = call.page.locator("#command")
    expect(box).to_have_attribute("aria-activedescendant", "command-book")
    expect(call.page.locator("#command-book")).to_have_attribute("aria-selected", "true")
    call.picture("commands")
    assert call.axe() == []


def test_a_stroke_in_a_field_stays_text(call):
    call.page.locator("#born").focus()
    call.page.keyboard.type("14/03/1951")

    expect(call.page.locator("#born")).to_have_value("14/03/1951")


def test_what_is_not_on_the_page_is_not_offered(call):
    command(call, "oui")

    expect(call.page.locator("#command-yes")).to_be_hidden()


def test_a_closed_call_is_opened_again_by_one_chord(call):
    call.key("F10", "3")
    expect(call.page.locator("#undo")).to_contain_text("Appel clos.")
    call.picture("undo")
    assert call.axe() == []

    call.key("Control+m")

    expect(call.page.locator("#undo")).to_contain_text("l’appel est de nouveau ouvert")
    expect(call.page.locator("#words")).to_be_visible()


def test_a_promise_is_taken_back_by_command(call):
    call.key("F7")
    call.page.get_by_role("button", name="dans 30").click()
    expect(call.page.locator("#undo")).to_contain_text("Rappel promis.")
    call.page.evaluate("document.activeElement.blur()")

    command(call, "annuler")
    call.page.keyboard.press("Enter")

    expect(call.page.locator("#undo")).to_contain_text("n’est plus promis")
