"""What hands and pages do that nobody meant, in Chromium: a sentence that says what to do, nothing lost."""

import re

import pytest
from playwright.sync_api import expect

LONG = "é" * 50_000
KEPT = re.compile("brouillon gardé à")
ZOOMED = {"width": 320, "height": 256}
"""1280 × 1024 at 400 %."""
REST = 450
"""Milliseconds after which a page that just came takes a key again."""


def paste(page, text):
    """Put a text where the keyboard is, as a paste does: at once, within what the field lets in."""
    page.keyboard.insert_text(text)


def test_a_paste_of_fifty_thousand_characters_is_told_and_stays(call):
    note = call.page.locator("textarea[data-note]")
    note.focus()
    paste(call.page, LONG)

    told = call.page.locator("[id^=draft-]")
    expect(told).to_contain_text(
        "non enregistré : le texte reste sur cette page. Ce texte compte 50000 caractères"
    )
    expect(note).to_have_value(LONG)
    call.key("F9")
    expect(call.page.locator("textarea[data-note]:focus")).to_have_value(LONG)
    call.key("Control+Enter")
    expect(call.page.get_by_role("alert").filter(has_text="caractères").first).to_be_visible()
    expect(note).to_have_value(LONG)

    note.fill("é" * 300)
    expect(told).to_have_text(KEPT)


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("O’Brien-Le Goff", "O'Br"),
        ("O'Brien-Le Goff", "o’brien le"),
        ("D'Hérouville", "d’her"),
        ("D’Hérouville", "DHE"),
    ],
)
def test_a_name_is_found_whichever_apostrophe_was_typed(call, typed, searched):
    call.key("F3")
    call.page.locator("#born").fill("14031951")
    call.key("Enter")
    call.page.locator("#family:focus").fill(typed)
    call.page.locator("#given").fill("Anne")
    call.page.wait_for_timeout(REST)
    call.key("Enter")
    expect(call.page.locator("#patient .name")).to_have_text(f"{typed.upper()} Anne")

    call.key("F3")
    call.page.locator("#born").fill("14031951")
    call.page.locator("#letters").fill(searched)
    call.key("Enter")

    expect(call.page.locator("#search .row:focus")).to_contain_text(typed.upper())


def test_a_name_from_right_to_left_turns_nothing_around_it(call):
    call.key("F3")
    call.page.locator("#born").fill("14031951")
    call.key("Enter")
    call.page.locator("#family:focus").fill("\u202bمريم")
    call.page.locator("#given").fill("Zoé\u0301\u0301")
    call.page.wait_for_timeout(REST)
    call.key("Enter")
    name = call.page.locator("#patient .name")
    expect(name).to_contain_text("Zoé")

    assert name.evaluate("it => getComputedStyle(it).unicodeBidi") == "isolate"
    assert name.bounding_box()["height"] < 60
    assert call.axe() == []


@pytest.mark.parametrize(
    ("born", "why"),
    [
        ("14/03/2151", "Cette date de naissance est dans l’avenir"),
        ("14031899", "Cette date de naissance est trop ancienne"),
        ("31/02/1990", "Ce jour n’existe pas"),
    ],
)
def test_a_birth_date_nobody_can_have_is_told_and_stays(call, born, why):
    call.key("F3")
    call.page.locator("#born").fill(born)
    call.key("Enter")

    expect(call.page.get_by_role("alert").filter(has_text=why)).to_be_visible()
    expect(call.page.locator("#born")).to_have_value(born)
    expect(call.page.locator("#born")).to_be_focused()


def test_going_back_shows_the_call_as_it_is_now(call):
    call.page.locator("textarea[data-note]").fill("Rappeler après 17 h.")
    expect(call.page.get_by_text(KEPT)).to_be_visible()
    call.key("F9")
    expect(call.page.locator("#desk[data-view=message]")).to_be_visible()
    call.page.go_back()
    expect(call.page.locator("#desk[data-view=triage]")).to_be_visible()
    expect(call.page.locator("textarea[data-note]")).to_have_value("Rappeler après 17 h.")

    call.key("F10", "3")
    expect(call.page.locator("#desk[data-view=idle]")).to_be_visible()
    call.page.go_back()

    expect(call.page.get_by_text("Cet appel est clos")).to_be_visible()
    expect(call.page.locator("textarea[data-note]")).to_have_js_property("readOnly", value=True)


def test_a_question_is_answered_at_four_hundred_percent(call):
    call.page.set_viewport_size(ZOOMED)
    call.page.locator("#words").fill("mal au ventre")
    call.page.locator("#words").press("Enter")
    asked = call.page.locator("#asked")
    expect(asked).to_be_visible()
    first = asked.inner_text()

    assert call.page.evaluate("document.documentElement.scrollWidth") <= ZOOMED["width"]
    call.key("n")
    expect(asked).not_to_have_text(first)
    asked.scroll_into_view_if_needed()
    expect(asked).to_be_in_viewport()


def test_two_tabs_answer_one_question_once(call):
    call.page.locator("#words").fill("mal au ventre")
    call.page.locator("#words").press("Enter")
    asked = call.page.locator("#asked")
    first = asked.inner_text()
    other = call.page.context.new_page()
    other.goto(call.page.url)
    expect(other.locator("#asked")).to_have_text(first)
    call.key("n")
    expect(asked).not_to_have_text(first)
    second = asked.inner_text()

    other.locator("#question button[name=answer][value=no]").click()

    expect(other.locator("#asked")).to_have_text(second)
    given = call.page.locator(".qa ol").first.locator("li").count()
    expect(other.locator(".qa ol").first.locator("li")).to_have_count(given)
