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
