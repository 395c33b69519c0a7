"""What happens on other desks, at a doctor's phone and in a calendar shows within a second of being heard.

The page's clock stands still meanwhile, so that no reading but the one an event asks for can show it.
"""

import re
from dataclasses import replace
from uuid import UUID

import pytest
from playwright.sync_api import expect

from telesec.alerts import service as alerts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.practices import service as practices
from telesec.practices.service import WriteInstruction
from telesec.scheduling import flow as scheduling_flow
from telesec.scheduling import reads as schedules
from telesec.scheduling import service as scheduling
from telesec.testing.bookable import NINE

HEARD = """
new BroadcastChannel("telesec-live").addEventListener("message", (told) => {
  const root = document.documentElement;
  if (told.data.topic) root.dataset.heard = `${root.dataset.heard || ""} ${told.data.topic}`;
});
"""


@pytest.fixture
def still(ada, ring):
    """Ada in a call, on a page whose clock stands still."""
    ada.page.context.add_init_script(HEARD)
    ada.page.clock.install()
    ring()
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")
    expect(ada.page.locator("#slots button").first).to_be_visible()
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")
    ada.page.clock.pause_at(ada.page.evaluate("Date.now() / 1000 + 2"))
    forget(ada.page)
    return ada


def forget(page):
    page.evaluate("delete document.documentElement.dataset.heard")


def hear(page, topic):
    """Wait until the stream has told of something, then let one second pass."""
    page.locator(f"html[data-heard*={topic}]").wait_for()
    page.clock.run_for(1000)


def held_by_ines(house, cast, call):
    with house.deps.unit_of_work(cast.ines) as uow:
        scheduling.hold(uow, replace(house.slot(NINE), held_by_name="Inès"))
        uow.commit()


def alert_raised(house, cast, call):
    with house.deps.unit_of_work(cast.ada) as uow:
        raised = RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, [cast.dr_lune_id], call_id=call)
        alerts.raise_alert(uow, raised)
        uow.commit()


def calendar_silent(house, cast, call):
    house.clock.advance(minutes=2)
    house.fake.down()
    house.offer()


def instruction_written(house, cast, call):
    with house.deps.unit_of_work(cast.dr_lune) as uow:
        practices.write_instruction(uow, WriteInstruction(cast.lilas, "Pas de visite ce matin.", "Dr Lune"))
        uow.commit()


ELSEWHERE = {
    "slots": (held_by_ines, "#slots .held-list", "tenu par Inès"),
    "alert": (alert_raised, "#ladder", "Étape suivante"),
    "calendar": (calendar_silent, "#slots .health .wait", "Dr Lune"),
    "instructions": (instruction_written, "#instructions", "Pas de visite ce matin."),
}


@pytest.mark.parametrize("topic", ELSEWHERE)
def test_what_changes_elsewhere_shows_within_a_second_of_being_heard(still, house, cast, topic):
    act, place, words = ELSEWHERE[topic]
    shown = still.page.locator(place, has_text=words)
    expect(shown).to_have_count(0)

    act(house, cast, UUID(still.page.locator("#desk").get_attribute("data-call")))
    hear(still.page, topic)

    expect(shown).to_have_count(1)


def test_a_hold_counts_on_and_goes_when_it_is_given_back(still, house, cast, clock):
    page, held = still.page, still.page.locator("#slots .held-list")
    held_by_ines(house, cast, None)
    hear(page, "slots")
    expect(held).to_contain_text("tenu par Inès, 0:0")

    page.clock.resume()

    expect(held).to_contain_text(re.compile("Inès, 0:0[3-9]"))
    with house.deps.unit_of_work(cast.ines) as uow:
        scheduling.release(uow, cast.lilas, schedules.holds(uow, cast.lilas)[0].claim_id)
        uow.commit()
    expect(held).to_have_count(0)


def test_a_swap_keeps_caret_scroll_and_what_is_being_typed(still):
    page, note = still.page, still.page.locator("textarea[data-note]")
    note.fill("\n".join(f"Ligne {number}" for number in range(60)))
    note.evaluate("it => { it.focus(); it.setSelectionRange(120, 120); it.scrollTop = 200; }")
    before = note.evaluate("it => [it.selectionStart, it.scrollTop]")

    with page.expect_response(lambda answer: "/parts/slots" in answer.url):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live-all'))")
    page.keyboard.press("F7")
    expect(page.locator("#promise")).to_be_visible()

    assert note.evaluate("it => [it.selectionStart, it.scrollTop]") == before
    assert "Ligne 59" in note.input_value()


@pytest.fixture
def unconfirmed(zoe, ada, ring, house):
    """Ada's booking whose answer from the calendar is lost, on a page whose clock stands still: amber."""
    page = ada.page
    page.context.add_init_script(HEARD)
    page.clock.install()
    ring()
    ada.open("/desk")
    ada.key("F2")
    page.wait_for_url("**/calls/**")
    expect(page.locator("#slots button").first).to_be_visible()
    ada.key("F3", "1", "F4", "2")
    expect(page.get_by_role("button", name="Confirmer")).to_be_focused()
    house.fake.lose_reply(times=5)
    ada.key("Enter")
    expect(page.locator(".verdict-wait")).to_be_visible()
    expect(page.locator("#live-state")).to_contain_text("En direct")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 2"))
    forget(page)
    return ada


def page_of_booking(url):
    return url.endswith("view=booking") and "/parts/" not in url


def settle(house):
    house.fake.heal()
    house.clock.advance(seconds=90)
    scheduling_flow.settle_due(house.deps)


def green(page):
    page.clock.run_for(1000)
    expect(page.locator(".verdict-ok")).to_be_visible()
    expect(page.locator("#light .light-ok")).to_have_count(1)
    expect(page.locator("#light .light-wait")).to_have_count(0)


def test_a_page_read_before_the_calendar_answered_does_not_stay_amber(unconfirmed, house):
    """What the calendar says is heard, read and shown while a slow page is still on its way."""
    page, kept = unconfirmed.page, []
    page.route(page_of_booking, lambda route: kept.append((route, route.fetch())))
    page.wait_for_timeout(450)  # keys rest after a new page
    page.keyboard.press("F4")
    for _ in range(400):
        if kept:
            break
        page.wait_for_timeout(50)
    assert kept
    settle(house)
    hear(page, "slots")
    expect(page.locator("#light .light-ok")).to_have_count(1)

    route, answer = kept[0]
    route.fulfill(response=answer)
    page.unroute(page_of_booking)

    green(page)


def test_the_words_to_say_and_the_light_come_from_one_reading(unconfirmed, house):
    page, read = unconfirmed.page, []
    page.on("request", lambda request: read.append(request.url))

    settle(house)
    hear(page, "slots")

    green(page)
    assert {url.partition("/parts/")[2] for url in read if "light" in url} == {"light?view=booking"}
    assert not [url for url in read if "verdict" in url]


def test_no_network_says_since_when_sends_nothing_and_keeps_the_text(call):
    page = call.page
    expect(page.locator("#live-state")).to_contain_text("En direct")
    call.cut_line()
    expect(page.locator("#stopped")).to_contain_text("Plus de réseau depuis")
    expect(page.locator("#stopped")).to_contain_text("rien n’est réservé ni envoyé")
    sent = []
    page.on("request", lambda request: sent.append(request.url))

    call.key("F7")
    page.locator("textarea[data-note]").fill("Écrit hors ligne.")
    expect(page.get_by_text("non enregistré")).to_be_visible()

    assert not [url for url in sent if "view=callback" in url]
    expect(page.locator("#desk")).to_have_attribute("data-view", "triage")
    call.mend_line()
    expect(page.locator("#stopped")).to_be_hidden()
    expect(page.get_by_text("brouillon gardé à")).to_be_visible()
    call.key("F7")
    expect(page.locator("#promise")).to_be_visible()
