"""F8 after a triage, by keyboard: the text is begun, what somebody wrote stays, no SMS says any of it."""

import re
from uuid import UUID

from playwright.sync_api import expect

from telesec.alerts import flow as alert_flow
from telesec.messages import reads as messages

KEPT = "brouillon gardé à"
WORDS = "mal au ventre"


def judge(call):
    """Answer yes to fever or jaundice and no to all else, at the pace the desk takes; end at a result."""
    page = call.page
    page.locator("#words").focus()
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    question, result = page.locator("#question"), page.locator("#disposition")
    expect(question).to_be_focused()
    while question.count():
        asked = page.locator('input[name="question_id"]').first.get_attribute("value")
        expect(question).to_be_focused()
        page.wait_for_timeout(450)  # a press right after a new question is taken for a second one
        page.keyboard.press("o" if asked.endswith("fievre_jaune") else "n")
        expect(page.locator(f'input[name="question_id"][value="{asked}"]')).to_have_count(0)
        expect(question.or_(result).first).to_be_visible()


def filed(house, cast, address):
    call_id = UUID(address.partition("?")[0].rpartition("/")[2])
    with house.deps.unit_of_work(cast.ada) as uow:
        return messages.of_call(uow, cast.lilas, call_id)


def test_f8_begins_the_note_which_is_corrected_sealed_and_sent(call, house, cast, phones):
    page, note = call.page, call.page.locator("textarea")
    judge(call)

    call.key("F8")

    expect(note).to_be_focused()
    expect(note).to_have_value(re.compile(f"^Mal au ventre\n.*{WORDS}.*\n.*À rappeler.*$", re.DOTALL))
    expect(page.get_by_text(KEPT)).to_be_visible()
    call.picture("alert-text")
    assert call.axe() == []
    page.reload()
    expect(note).to_have_value(re.compile("^Mal au ventre\n"))
    note.focus()
    call.key("Control+End")
    page.keyboard.type(" Très pâle.")
    text = note.input_value()
    call.key("Control+Enter")
    expect(page.locator("#ladder")).to_contain_text("Alerte au médecin partie")
    expect(note).to_have_value("")

    [card] = filed(house, cast, page.url)
    assert card.text.splitlines() == text.splitlines()
    assert card.text.endswith(" Très pâle.")
    alert_flow.deliver(house.deps)
    sms = phones["dr-lune"].expect_sms()
    assert not [line for line in text.splitlines() if line in sms.text]


def test_what_was_written_is_never_touched_and_the_answers_are_added_below_by_keyboard(call):
    page, note = call.page, call.page.locator("textarea")
    note.fill("Parle à peine.")
    expect(page.get_by_text(KEPT)).to_be_visible()
    judge(call)

    call.key("F8")

    add = page.get_by_role("button", name="Ajouter les réponses")
    expect(add).to_be_visible()
    expect(note).to_have_value("Parle à peine.")
    call.picture("alert-text-beside")
    call.key("Shift+Tab")
    expect(add).to_be_focused()
    call.key("Enter")
    expect(note).to_be_focused()
    expect(note).to_have_value(re.compile("^Parle à peine\\.\nMal au ventre\n"))
    expect(add).to_be_hidden()


def test_cleared_it_does_not_come_back_by_itself(call):
    page, note = call.page, call.page.locator("textarea")
    judge(call)
    call.key("F8")
    expect(note).to_have_value(re.compile("^Mal au ventre"))

    note.fill("")
    call.key("F9", "F8")

    expect(page.get_by_role("button", name="Ajouter les réponses")).to_be_visible()
    expect(note).to_have_value("")
