"""Triage by keyboard: what was told is ticked, an answer taken back, the sheet opened, kept slots first."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def kept(house):
    """A type kept for the calls of the day, on Thursdays from 11 to 12."""
    return house.keep_for_urgent()


def begin(call, words):
    call.page.keyboard.type(words)
    call.page.keyboard.press("Enter")
    expect(call.page.locator("#question")).to_be_focused()


def deny_all(call):
    """Answer no until there is a result."""
    page = call.page
    question, result = page.locator("#question"), page.locator("#disposition")
    while question.count():
        asked = page.locator('input[name="question_id"]').first.get_attribute("value")
        expect(question).to_be_focused()
        page.wait_for_timeout(450)  # a press right after a new question is taken for a second one
        page.keyboard.press("n")
        expect(page.locator(f'input[name="question_id"][value="{asked}"]')).to_have_count(0)
        expect(question.or_(result).first).to_be_visible()


def test_d_ticks_what_was_told_and_e_takes_it_back(call):
    begin(call, "mal au dos")

    call.page.keyboard.press("d")

    told = call.page.locator('input[name="sign"]')
    expect(told.first).to_be_visible()
    call.picture("told")
    call.page.keyboard.press("Escape")
    expect(told).to_have_count(0)
    asked = call.page.locator('input[name="question_id"]').first
    first = asked.get_attribute("value")
    call.page.keyboard.press("n")
    expect(asked).not_to_have_value(first)
    call.page.keyboard.press("e")
    expect(asked).to_have_value(first)


def test_a_says_the_caller_is_elsewhere_and_asks_where_the_patient_answers(call):
    begin(call, "mal au dos")

    call.page.keyboard.press("a")
    number = call.page.locator("#patient-phone")
    expect(number).to_be_visible()
    number.fill("06 39 98 00 20")
    number.press("Enter")
    expect(number).to_have_value("06 39 98 00 20")
    call.picture("elsewhere")

    call.page.keyboard.press("F6")
    expect(call.page.locator("#question")).to_be_focused()


def test_i_opens_the_sheet_to_print(call):
    begin(call, "mal au ventre")
    deny_all(call)

    with call.page.context.expect_page() as opened:
        call.page.keyboard.press("i")

    expect(opened.value).to_have_url(re.compile("/triage/paper$"))
    expect(opened.value.get_by_text("mal au ventre").first).to_be_visible()


def test_what_is_kept_for_today_comes_first_once_the_questions_say_so(kept, call):
    expect(call.page.locator("#slots .count")).to_contain_text("Consultation")
    begin(call, "mal au ventre")

    deny_all(call)

    expect(call.page.locator("#slots .count")).to_contain_text("Urgence du jour")
    expect(call.page.locator("#slots button").first).to_contain_text("11:00")
    call.picture("kept")
    assert call.axe() == []


OVER = """() => [document.scrollingElement, ...document.querySelectorAll(".desk > .col")]
  .filter((one) => one.scrollHeight > one.clientHeight).length"""


def test_a_letter_takes_any_yes_back(call):
    page = call.page
    page.set_viewport_size({"width": 1366, "height": 650})
    begin(call, "mal au dos")
    page.keyboard.press("d")
    sign = page.locator('input[name="sign"][value^="mal_de_dos."]').last
    name = sign.get_attribute("value")
    sign.check()
    page.keyboard.press("Enter")
    told = page.locator(f'#chips button[value="{name}"]')
    expect(told).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#question")).to_be_focused()
    call.picture("chips")
    assert call.axe() == []
    assert page.evaluate(OVER) == 0

    page.wait_for_timeout(450)  # a press right after a new screen is taken for a second one
    call.key(told.get_attribute("aria-keyshortcuts"))

    expect(told).to_have_count(0)
    expect(page.locator("#question")).to_be_focused()


def test_a_vital_sign_in_the_callers_words_is_asked_first_and_a_letter_ticks_it(call):
    begin(call, "mal au dos, respire mal")
    named = call.page.locator('#chips button[value="tronc_commun.respire_mal"]')
    expect(named).to_have_attribute("aria-pressed", "false")
    expect(named).to_contain_text("respire mal")
    expect(call.page.locator('input[name="question_id"]').first).to_have_value("tronc_commun.respire_mal")
    call.picture("chips-named")

    call.page.wait_for_timeout(450)
    call.key(named.get_attribute("aria-keyshortcuts"))

    expect(call.page.locator(".desk-15")).to_be_visible()


def test_letters_of_signs_write_in_the_note(call):
    begin(call, "mal au dos, respire mal")
    expect(call.page.locator("#chips button")).to_have_count(1)
    note = call.page.locator("textarea[data-note]")
    note.focus()

    call.page.keyboard.type("fghjk")

    expect(note).to_have_value("fghjk")
    expect(call.page.locator("#question")).to_be_visible()


def test_an_answer_pressed_before_the_next_question_could_be_read_answers_nothing(call):
    begin(call, "mal au dos")
    asked = call.page.locator('input[name="question_id"]').first
    first = asked.get_attribute("value")

    call.page.keyboard.press("n")
    call.page.keyboard.press("o")
    expect(asked).not_to_have_value(first)
    second = asked.get_attribute("value")
    call.page.keyboard.press("o")
    call.page.wait_for_timeout(450)  # the rest after a new question, and nothing waits to be played

    expect(asked).to_have_value(second)
    call.page.keyboard.press("o")
    expect(asked.and_(call.page.locator(f'[value="{second}"]'))).to_have_count(0)


def test_an_answer_turns_no_clock_back(call):
    begin(call, "mal au dos")
    clock = call.page.locator("[data-since]").first
    call.page.evaluate("""() => {
        const it = document.getElementById("desk");
        it.dataset.now = new Date(Date.parse(it.dataset.now) - 60000).toISOString();
    }""")
    before = clock.text_content()

    call.page.keyboard.press("n")
    expect(call.page.locator("#erase")).to_be_visible()

    assert clock.text_content() >= before
