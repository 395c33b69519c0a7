"""Paper wastes no page, large zoom leaves room to read, no colour says too much, none hides a shape."""

import pytest
from paper import STUCK, sheets_of
from world import session_of

from telesec.testing.browser import serving


@pytest.fixture
def opened(browser, world):
    """Opens a page of the table as somebody."""
    with serving(world.app) as address, browser.new_context(locale="fr-FR") as context:

        def open_as(who, path):
            name, value = session_of(world, who)
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.goto(address + path.format(**world.ids))
            return page

        yield open_as


def test_what_is_kept_on_paper_takes_no_page_too_many(opened):
    sheets = {
        path: sheets_of(opened("ada", path))
        for path in (
            "/desk/keys",
            "/desk/calls/{lilas}/{judged}",
            "/desk/calls/{lilas}/{judged}/triage/paper",
        )
    }

    assert set(sheets.values()) == {1}, sheets


def test_a_long_table_begins_on_the_first_sheet_as_a_table(opened):
    page = opened("lune", "/practice/{lilas}/protocols")

    assert sheets_of(page) <= 3


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("lune", "/phone/alerts/{alert}"),
        ("lune", "/phone/messages/{letter}"),
        ("ada", "/desk/calls/{lilas}/{asked}"),
        ("ada", "/desk/calls/{lilas}/{vital}"),
    ],
)
def test_at_400_percent_what_stays_in_view_covers_less_than_half(opened, who, path):
    page = opened(who, path)
    page.set_viewport_size({"width": 320, "height": 256})

    assert page.evaluate(STUCK) < 128


def test_on_a_phone_on_its_side_an_alert_is_taken_without_scrolling(opened):
    page = opened("lune", "/phone/alerts/{alert}")
    page.set_viewport_size({"width": 740, "height": 340})

    box = page.get_by_role("button", name="Je prends").bounding_box()
    assert box["y"] + box["height"] <= 340
    assert page.evaluate(STUCK) < 170


def test_forced_colours_keep_the_shape_of_the_15_and_the_page_one_is_on(opened):
    call = opened("ada", "/desk/calls/{lilas}/{vital}")
    call.emulate_media(forced_colors="active")
    colour = "it => getComputedStyle(it).color"
    shape, word = call.locator(".octagon .i"), call.locator(".octagon b")
    assert shape.evaluate(colour) == call.locator(".band-15 h1").evaluate(colour)
    assert word.evaluate(colour) != shape.evaluate(colour)

    phone = opened("lune", "/phone")
    phone.emulate_media(forced_colors="active")
    drawn = "it => getComputedStyle(it).borderTopWidth"
    assert phone.locator(".phone-nav [aria-current]").evaluate(drawn) == "3px"
    assert phone.locator(".phone-nav a:not([aria-current])").first.evaluate(drawn) == "0px"


def test_a_text_message_that_nobody_answered_is_not_drawn_as_done(opened):
    page = opened("supervisor", "/supervisor/alerts/{red}")
    steps = page.locator(".ladder .done")
    assert steps.count()

    grounds = steps.evaluate_all("all => all.map(it => getComputedStyle(it).backgroundColor)")
    assert set(grounds) == {"rgba(0, 0, 0, 0)"}
