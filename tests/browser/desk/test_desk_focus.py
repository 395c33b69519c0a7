"""Lists are one stop of Tab with arrows inside; the keyboard stays put through swaps, panels and undo."""

import pytest
from playwright.sync_api import expect

from telesec.calls import service as calls


@pytest.fixture
def queue(ada, ring):
    """Three calls that ring, and the keyboard on the first one."""
    rung = [ring(name) for name in ("CA1", "CA2", "CA3")]
    ada.open("/desk")
    ada.page.locator(f"#answer-{rung[0]} button").focus()
    return ada, rung


@pytest.fixture
def call(call):
    expect(call.page.locator("#slots button").first).to_be_visible()
    expect(call.page.locator("#words")).to_be_focused()
    return call


def focused(screen, call_id):
    expect(screen.page.locator(f"#answer-{call_id} button")).to_be_focused()


def test_arrows_home_and_end_move_inside_one_stop(queue):
    ada, (first, second, third) = queue
    stops = ada.page.locator("#queue ol.work button[tabindex='0']")

    for key, there in (("ArrowDown", second), ("End", third), ("ArrowDown", third), ("Home", first)):
        ada.page.keyboard.press(key)
        focused(ada, there)
        expect(stops).to_have_count(1)
    ada.page.keyboard.press("Tab")

    assert ada.page.locator("#queue :focus").count() == 0


def test_a_swap_keeps_the_row_and_a_row_that_goes_gives_its_place(queue, ring, house, cast):
    ada, (_, second, third) = queue
    ada.page.keyboard.press("ArrowDown")
    ring("CA4")
    expect(ada.page.locator("#queue ol.work > li")).to_have_count(4, timeout=30_000)
    focused(ada, second)

    with house.deps.unit_of_work(cast.ines) as uow:
        calls.answer(uow, cast.lilas, second)
        uow.commit()

    expect(ada.page.locator(f"#answer-{second}")).to_have_count(0, timeout=30_000)
    focused(ada, third)


def test_slots_are_walked_with_arrows_and_the_refresh_keeps_the_place(call):
    call.page.locator("#slots button").first.focus()
    call.page.keyboard.press("ArrowDown")
    expect(call.page.locator("#slot-2 button")).to_be_focused()

    with call.page.expect_response(lambda answer: "/parts/slots" in answer.url):
        call.page.evaluate("document.body.dispatchEvent(new CustomEvent('live-slots'))")

    expect(call.page.locator("#slot-2 button")).to_be_focused()
    expect(call.page.locator("#slot-2 button")).to_have_attribute("tabindex", "0")


def test_escape_goes_back_to_the_note_with_its_text(call):
    note = call.page.locator("textarea[data-note]")
    note.focus()
    call.page.keyboard.type("Rappeler ce soir")
    call.page.keyboard.press("F4")
    expect(call.page.locator('#desk[data-view="booking"]')).to_be_visible()

    call.key("Escape")

    expect(call.page.locator('#desk[data-view="triage"]')).to_be_visible()
    expect(note).to_be_focused()
    call.page.keyboard.type(", merci")
    expect(note).to_have_value("Rappeler ce soir, merci")


def test_undo_keeps_the_keyboard_and_the_text_in_the_note(call):
    note = call.page.locator("textarea[data-note]")
    note.focus()
    call.page.keyboard.type("Allô")
    call.key("F7")
    expect(call.page.locator("#promise-at")).to_be_focused()
    call.page.get_by_role("button", name="dans 15").click()
    expect(call.page.locator("#undo-form")).to_be_visible()
    note.focus()

    call.key("Control+m")

    expect(call.page.locator("#undo")).to_contain_text("n’est plus promis")
    expect(note).to_be_focused()
    expect(note).to_have_value("Allô")


def test_a_message_taken_back_is_in_the_note_again(call):
    call.key("F9")
    expect(call.page.locator("textarea[data-note]")).to_be_focused()
    call.page.keyboard.type("Résultats ?")
    call.key("Control+Enter")
    expect(call.page.locator("#undo-form")).to_be_visible()
    expect(call.page.locator("textarea[data-note]")).to_have_value("")

    call.key("Control+m")

    expect(call.page.locator("textarea[data-note]")).to_have_value("Résultats ?")


def test_f4_takes_the_keyboard_from_the_note_to_the_slots_and_escape_gives_it_back(call):
    page, note = call.page, call.page.locator("textarea[data-note]")
    note.focus()
    page.keyboard.type("Rappeler ce soir")
    page.keyboard.press("ArrowLeft")

    call.key("F4")
    expect(page.locator("#first-slot")).to_be_focused()
    call.key("Escape")

    expect(note).to_be_focused()
    page.keyboard.type("X")
    expect(note).to_have_value("Rappeler ce soiXr")


def test_a_digit_after_f4_takes_the_slot_and_never_lands_in_the_note(call):
    page, note = call.page, call.page.locator("textarea[data-note]")
    note.focus()
    page.keyboard.type("Rappeler")

    call.key("F4", "1")

    expect(page.get_by_role("button", name="Confirmer")).to_be_focused()
    expect(note).to_have_value("Rappeler")


def test_an_f_key_pressed_again_brings_the_keyboard_back_to_its_part(call):
    page, note = call.page, call.page.locator("textarea[data-note]")
    call.key("F4")
    expect(page.locator("#first-slot")).to_be_focused()
    note.focus()

    call.key("F4")

    expect(page.locator("#first-slot")).to_be_focused()
