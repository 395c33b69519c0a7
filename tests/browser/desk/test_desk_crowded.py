"""A crowded morning: long names, full lists, six instructions; nothing scrolls, "n more" has its key."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from telesec.accounts import bulletin
from telesec.accounts.bulletin import LONGEST_TEXT, MOST_AT_ONCE, WriteNotice
from telesec.alerts import flow as alert_flow
from telesec.callbacks import service as callbacks
from telesec.callbacks.service import OpenCallback
from telesec.calls import service as calls
from telesec.calls.service import OpenCall
from telesec.foundation.access import Purpose, system_actor
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices import service as practices
from telesec.practices.models import Practice
from telesec.practices.service import WriteInstruction
from telesec.scheduling import service as scheduling
from telesec.testing.bookable import NINE
from telesec.testing.cast import BRUNO_PHONE
from telesec.triage.levels import Level

LONG = "Maison de santé pluriprofessionnelle des Deux-Rives et du Vieux-Pont"
VIEWS = ("triage", "patient", "booking", "waiting", "message", "alert", "callback", "outcome", "abuse")
INSTRUCTION = (
    "Fièvre chez une personne de 75 ans et plus, ou chez un nourrisson de moins de trois mois : vue le jour "
    "même, même si l’agenda est plein ; prévenir le docteur par SMS avant midi."
)
OVER = """() => Object.fromEntries(
  [document.scrollingElement, ...document.querySelectorAll(".desk > .col")]
    .map((one, at) => [at, one.scrollHeight - one.clientHeight]).filter(([, over]) => over > 0))"""
SIZES = [(1366, 768), (1366, 650)]


@pytest.fixture
def crowd(house, cast, ring, clock):
    """Everything there can be at one desk; the last call is the oldest that rings."""
    deps = house.deps
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        uow.session.execute(update(Practice).where(Practice.id == cast.lilas).values(name=LONG))
        uow.commit()
    with deps.unit_of_work(cast.dr_lune) as uow:
        for number in range(8):
            practices.write_instruction(
                uow, WriteInstruction(cast.lilas, f"{number} {INSTRUCTION}", "Dr Lune")
            )
        uow.commit()
    with deps.unit_of_work(cast.supervisor) as uow:
        for number in range(MOST_AT_ONCE):
            text = f"{number} {INSTRUCTION} {INSTRUCTION}"[:LONGEST_TEXT]
            bulletin.write(uow, WriteNotice(text, clock.now() + timedelta(hours=8)))
        uow.commit()
    with deps.unit_of_work(cast.ada) as uow:
        for number in range(6):
            given = f"Marie-Antoinette {'ABCDEF'[number]}"
            patients.register(
                uow,
                RegisterPatient(
                    cast.lilas,
                    "de La Rochefoucauld-Liancourt",
                    given,
                    date(1951, 3, 14 + number),
                    phones=(BRUNO_PHONE,),
                ),
            )
        for number in range(14):
            due = clock.now() + timedelta(minutes=number)
            callbacks.open_callback(uow, OpenCallback(cast.lilas, f"+336399800{number + 20}", due))
        for _ in range(6):
            messages.file_message(
                uow,
                FileMessage(cast.lilas, cast.dr_lune_id, Level.DOCTOR_NOW, INSTRUCTION, BRUNO_PHONE, True),
            )
        for _ in range(4):
            calls.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO_PHONE))
        uow.commit()
    with deps.unit_of_work(cast.ines) as uow:
        _, other = calls.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO_PHONE))
        scheduling.hold(uow, house.slot(NINE, other))
        uow.commit()
    alert_flow.deliver(deps)
    for number in range(14):
        ring(f"CA{number}")
        clock.advance(seconds=3)


def overflowing(page):
    return page.evaluate(OVER)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_on_a_crowded_morning(screen_as, cast, house, clock, crowd, size):
    screen = screen_as(cast.ada, viewport=dict(zip(("width", "height"), size, strict=True)))
    page, over = screen.page, {}

    def look(name):
        screen.picture(f"crowd-{name}-{size[1]}")
        over.update({name: found} if (found := overflowing(page)) else {})

    screen.open("/desk")
    expect(page.locator("#live-state")).to_contain_text("En direct")
    look("idle")
    screen.key("F2")
    page.wait_for_url("**/calls/**")
    url = page.url
    for view in VIEWS:
        page.goto(f"{url}?view={view}")
        expect(page.locator("#slots button, #slots .empty").first).to_be_visible()
        expect(page.locator("#live-state")).to_contain_text("En direct")
        look(view)
    page.goto(url)
    page.locator("#words").fill("mal à la poitrine")
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    look("question")
    screen.key("o")
    expect(page.locator(".desk-15")).to_be_visible()
    for _ in range(4):
        alert_flow.deliver(house.deps)
        clock.advance(seconds=61)
    screen.key("r")
    expect(page.locator("#taken")).to_be_visible()
    expect(page.locator("#ladder li")).to_have_count(6)
    look("15")

    assert over == {}, over


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_while_questions_are_asked_and_once_they_are(call, size):
    page = call.page
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    page.locator("#words").fill("mal au ventre, toux et mal à la tête")
    page.locator("#age").fill("30")
    page.keyboard.press("Enter")
    asked = page.locator("#question")
    expect(asked).to_be_focused()
    over = [page.evaluate(OVER)]

    while asked.count():
        before = page.locator("[name=question_id]").get_attribute("value")
        page.locator('#question button[value="no"]').click()
        expect(page.locator(f'[name=question_id][value="{before}"]')).to_have_count(0)
        over.append(page.evaluate(OVER))

    expect(page.locator("#disposition")).to_be_visible()
    assert [found for found in over if found] == []


def test_a_key_shows_the_rest_of_a_list_and_a_swap_keeps_the_keyboard(ada, crowd, ring):
    page = ada.page
    ada.open("/desk")
    rows = page.locator("#queue ol.work").first.locator("li")
    expect(page.locator("#queue .more-rows").first).to_contain_text(re.compile(r"\+voir \d+ de plus"))
    shown = rows.filter(visible=True).count()
    assert 2 <= shown < rows.count() == 14

    ada.key("+")

    expect(rows.filter(visible=True)).to_have_count(14)
    expect(rows.nth(shown).locator("button")).to_be_focused()
    page.keyboard.press("End")
    expect(rows.nth(13).locator("button")).to_be_focused()
    ring("CA99")
    expect(rows).to_have_count(15)
    expect(rows.nth(13).locator("button")).to_be_focused()
    expect(rows.filter(visible=True)).to_have_count(15)


def test_the_row_the_keyboard_is_on_is_never_shortened_away(ada, crowd):
    ada.page.set_viewport_size({"width": 1366, "height": 1400})
    ada.open("/desk")
    last = ada.page.locator("#queue ol.work").first.locator("li").last.locator("button")
    last.focus()

    ada.page.set_viewport_size({"width": 1366, "height": 650})

    expect(ada.page.locator("#queue .more-rows").first).to_be_visible()
    expect(last).to_be_focused()
    expect(last).to_be_visible()


def test_the_button_of_the_rows_left_out_keeps_the_keyboard_through_a_swap(ada, crowd):
    ada.open("/desk")
    more = ada.page.locator("#queue .more-rows").first
    more.focus()

    with ada.page.expect_response(lambda answer: "/parts/queue" in answer.url):
        ada.page.evaluate("document.body.dispatchEvent(new CustomEvent('live-queue'))")

    expect(ada.page.locator("#queue")).to_have_count(1)
    expect(more).to_be_focused()


@pytest.mark.parametrize(("height", "shown"), [(768, 5), (650, 4)])
def test_homonyms_are_told_apart_by_their_birth_dates_without_a_key(ada, crowd, height, shown):
    ada.page.set_viewport_size({"width": 1366, "height": height})
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")

    ada.key("F3")

    rows = ada.page.locator("#search .results li")
    expect(rows).to_have_count(6)
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")
    seen = rows.filter(visible=True)
    assert seen.count() >= shown
    for number in range(shown):
        expect(seen.nth(number)).to_contain_text(f"{14 + number}/03/1951")
    assert overflowing(ada.page) == {}
