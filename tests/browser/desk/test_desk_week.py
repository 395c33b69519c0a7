"""The week's grid with the keyboard alone: moved in, another week, a day by the hour, a slot taken."""

import re
from datetime import time

import pytest
from playwright.sync_api import expect

from telesec.foundation.access import Purpose, system_actor
from telesec.scheduling import configuration, flow
from telesec.scheduling import service as scheduling
from telesec.scheduling.configuration import CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.ports import CalendarAddress
from telesec.testing.bookable import NINE

FOCUSED = "() => document.activeElement.querySelector('time')?.dateTime || document.activeElement.id"


@pytest.fixture
def soleil(house, cast):
    """Dr Soleil's schedule beside Dr Lune's, all day, in quarters of half hours."""
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        week = tuple(OpeningRule(day, time(8), time(18)) for day in range(1, 6))
        address = CalendarAddress("memory", "memory:soleil", "soleil", "secret")
        made = configuration.create_schedule(
            uow, CreateSchedule(cast.lilas, cast.dr_soleil_id, address, 1, week)
        )
        uow.commit()
    return made


@pytest.fixture
def week(call, zoe, soleil):
    """The booking page of Bruno's call, two practitioners wide."""
    call.key("F4")
    expect(call.page.locator("#first-slot")).to_be_focused()
    expect(call.page.locator("#week .cellslot").first).to_be_visible()
    return call


def at(page):
    return page.evaluate(FOCUSED)


def go_in(week):
    """Press G once keys no longer rest, and wait until the keyboard is in the grid."""
    week.page.wait_for_timeout(450)
    week.key("g")
    week.page.wait_for_function("document.activeElement.closest('table') !== null")


def test_a_slot_of_the_grid_is_taken_and_booked_by_keyboard(call, zoe, soleil):
    page, week = call.page, call
    call.key("F3", "1", "F4")
    expect(page.locator("#week .cellslot").first).to_be_visible()
    week.picture("week")
    go_in(week)
    first = at(page)
    assert first

    week.key("ArrowRight")
    tomorrow = at(page)
    assert tomorrow[:10] > first[:10]
    week.key("ArrowDown")
    later = at(page)
    assert later[:10] == tomorrow[:10]
    assert later > tomorrow
    week.key("Enter")

    expect(page.get_by_role("button", name="Confirmer")).to_be_focused()
    page.wait_for_timeout(450)
    week.key("Enter")
    expect(page.locator(".verdict-ok")).to_be_visible()
    assert page.locator("#week").count() == 0


def test_page_keys_move_the_weeks_and_the_keyboard_goes_with_them(week):
    page = week.page
    first = page.locator("#week .cellslot time").first.get_attribute("datetime")

    page.keyboard.press("PageDown")
    page.wait_for_url("**from=2026-12-03**")
    expect(page.locator("#week .cellslot:focus")).to_have_count(1)
    shown = at(page)
    assert shown == "2026-12-03T07:00:00+00:00"
    numbered = page.locator("#slot-1 input[name=start]").get_attribute("value")
    assert numbered == shown
    week.picture("week-after")
    page.wait_for_timeout(450)
    page.keyboard.press("PageUp")

    page.wait_for_url("**from=2026-11-26**")
    expect(page.locator("#week .cellslot time").first).to_have_attribute("datetime", first)
    assert page.locator('#week [aria-keyshortcuts="PageUp"]').count() == 0


def test_a_full_cell_opens_as_a_day_by_the_hour_and_escape_gives_the_week_back(week):
    page = week.page
    more = page.locator("#week a.off").first
    go_in(week)
    week.key("End")
    assert page.evaluate("document.activeElement.matches('a.off, .cellslot')")
    more.focus()

    week.key("Enter")

    expect(page.locator("#week table.by-hour")).to_be_visible()
    heads = page.locator("#week thead th").all_inner_texts()
    assert "17:00" in heads
    assert page.locator("#week .cellslot").count() > 20
    week.picture("week-hours")
    assert week.axe() == []
    page.wait_for_timeout(450)
    page.keyboard.press("Escape")
    expect(page.locator("#week table.by-hour")).to_have_count(0)
    expect(page.locator("#week thead th").first).to_be_visible()


def test_a_silent_calendar_has_a_row_that_offers_nothing_and_says_since_when(call, zoe, soleil, house, clock):
    flow.refresh_due(house.deps)
    house.fake.down()
    clock.advance(minutes=3)

    call.key("F4")
    row = call.page.locator("#week tbody tr", has_text="Dr Lune")
    expect(row).to_contain_text(re.compile(r"Muet depuis 3.min : rien n’est proposé"))

    expect(row.locator("button")).to_have_count(0)
    expect(call.page.locator("#week tbody tr", has_text="Dr Soleil").locator("button").first).to_be_visible()
    call.picture("week-silent")
    assert call.axe() == []


def test_a_colleagues_hold_appears_in_the_grid_and_the_keyboard_stays(week, house, cast):
    page = week.page
    go_in(week)
    week.key("ArrowRight")
    where = at(page)
    with house.deps.unit_of_work(cast.ines) as uow:
        scheduling.hold(uow, house.slot(NINE))
        uow.commit()

    held = page.locator("#week .held")
    expect(held).to_contain_text("9:00")
    assert page.locator(f"#week-{house.schedule_id}-{int(NINE.timestamp())}").count() == 0

    assert page.evaluate("document.activeElement.closest('table') !== null")
    assert at(page)[:10] == where[:10]


@pytest.mark.usefixtures("soleil")
@pytest.mark.parametrize("width", [320, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_grid_reads_at_every_width_and_scheme(screen_as, cast, ring, width, scheme):
    ring()
    screen = screen_as(cast.ada, viewport={"width": width, "height": 768}, color_scheme=scheme)
    screen.open("/desk")
    screen.key("F2")
    screen.page.wait_for_url("**/calls/**")
    screen.key("F4")

    expect(screen.page.locator("#week .cellslot").first).to_be_visible()
    screen.page.evaluate("document.getElementById('week').scrollIntoView()")
    screen.picture(f"week-{width}-{scheme}")
    assert screen.axe() == []
    wide = screen.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert wide <= 0
