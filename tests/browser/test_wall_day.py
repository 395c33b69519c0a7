"""The wall's chart in real Chromium: bars for the eye, a table for the ear and for a narrow screen."""

import pytest
from playwright.sync_api import expect

from telesec.desk import wall_routes
from telesec.testing.browser import serving, violations
from telesec.testing.pages import page_app
from telesec.testing.rung import rung


@pytest.fixture
def ring(deps, cast, clock):
    """What lets calls ring for some seconds, then answers or loses them."""

    def ring(names, seconds, *, answer):
        for name in names:
            rung(deps, cast, clock, name, seconds, answer=answer)

    return ring


@pytest.fixture
def wall(browser, deps, cast):
    """What opens the wall at a size, scheme and choice of colours."""
    with serving(page_app(deps, cast.supervisor, wall_routes.blueprint)) as address:

        def open_(width=1920, height=1080, **media):
            page = browser.new_page(viewport={"width": width, "height": height}, locale="fr-FR", **media)
            page.set_default_timeout(5_000)
            page.goto(f"{address}/wall")
            return page

        yield open_


def box(page, selector):
    return page.locator(selector).bounding_box()


def test_bars_are_as_high_as_there_were_calls(wall, ring, clock):
    ring("ABCD", 3, answer=True)
    ring("EF", 9, answer=False)
    clock.advance(minutes=30)
    ring("GHI", 3, answer=True)
    page = wall()

    expect(page.locator(".chart .many")).to_have_text(["6", "3"])
    first, now, missed = (box(page, f".chart .{one}") for one in ("past", "now", "missed"))
    whole = first["y"] + first["height"] - missed["y"]
    assert abs(now["height"] / whole - 1 / 2) < 0.03
    assert abs(missed["height"] / whole - 1 / 3) < 0.05
    assert now["x"] > first["x"]
    assert box(page, ".chart")["width"] > 1100
    assert page.evaluate("document.documentElement.scrollHeight") == 1080


def test_missed_is_told_apart_without_colour(wall, ring, clock):
    ring("AB", 3, answer=True)
    ring("C", 9, answer=False)
    clock.advance(minutes=30)
    page = wall(forced_colors="active")

    fills = [
        page.locator(f".chart .{one}").evaluate("it => getComputedStyle(it).fill")
        for one in ("past", "missed")
    ]
    assert fills[0] != fills[1]
    assert page.locator(".chart .missed").evaluate("it => getComputedStyle(it).stroke") != fills[1]
    assert violations(page) == []


def test_a_narrow_screen_reads_a_table(wall, ring):
    ring("AB", 3, answer=True)
    page = wall(320, 640)

    expect(page.locator(".chart")).to_be_hidden()
    table = page.get_by_role("table", name="Pic à 10:00 : 2 appels.".replace(" :", "\u202f:"))
    expect(table.get_by_role("row").last).to_have_text("10:00220")
    assert box(page, ".chart-table")["height"] > 40
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(page) == []


def test_figures_are_read_again_by_themselves(wall, ring):
    page = wall()
    figure = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Décrochés"))
    expect(figure).to_contain_text("–")
    ring("A", 3, answer=True)

    page.evaluate("document.body.dispatchEvent(new CustomEvent('reread'))")

    expect(figure).to_contain_text("100")
    expect(page.locator(".chart .many")).to_have_text(["1"])
