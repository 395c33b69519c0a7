"""A slow page: bones after 300 ms over what will change, told to a reader; nothing typed is lost."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def slow(ada, ring):
    """A call whose next page waits until it is let go, before a clock that is turned by hand."""
    ring()
    ada.was_cut = True  # one of the pages never comes
    ada.page.clock.install()
    ada.open("/desk")
    ada.key("F2")
    ada.page.wait_for_url("**/calls/**")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")
    ada.held = []
    hold(ada, lambda url: "view=callback" in url)
    return ada


def hold(screen, address):
    def keep(route):
        screen.held.append(route)

    screen.page.route(address, keep)


def ask(slow):
    """Press F7, and have the request out before any time passes."""
    note = slow.page.locator("textarea[data-note]")
    note.focus()
    slow.page.keyboard.type("Rappeler")
    slow.page.clock.pause_at(slow.page.evaluate("Date.now() / 1000 + 1"))
    with slow.page.expect_request(lambda request: "view=callback" in request.url):
        slow.page.keyboard.press("F7")
    return note


def test_bones_show_after_300_ms_and_go_with_the_page(slow):
    page, bones = slow.page, slow.page.locator("#centre[aria-busy=true] .bones .bone")
    note = ask(slow)

    page.clock.run_for(290)
    assert bones.count() == 0
    page.clock.run_for(20)
    expect(bones).to_have_count(4)
    expect(page.locator("#loading")).to_have_text("Lecture en cours. Ce que vous avez tapé reste.")
    expect(note).to_be_focused()
    slow.picture("bones")
    page.emulate_media(reduced_motion="no-preference")
    expect(bones.first).to_have_css("animation-name", "breathe")
    page.emulate_media(reduced_motion="reduce")
    expect(bones.first).to_have_css("animation-name", "none")
    page.clock.resume()
    slow.held[0].continue_()

    expect(page.locator("#promise-at")).to_be_focused()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(page.locator(".bones")).to_have_count(0)
    expect(page.locator("#loading")).to_be_empty()
    expect(note).to_have_value("Rappeler")


def test_bones_go_when_the_page_never_comes(slow):
    page, note = slow.page, ask(slow)
    page.clock.run_for(310)
    expect(page.locator(".bones")).to_be_visible()

    slow.held[0].abort("internetdisconnected")

    expect(page.locator("#stopped")).to_contain_text("Le serveur n’a pas répondu")
    expect(page.locator(".bones")).to_have_count(0)
    expect(page.locator("#words")).to_be_visible()
    expect(note).to_have_value("Rappeler")


def test_the_words_of_the_15_are_never_covered(slow):
    page = slow.page
    page.locator("#words").focus()
    page.keyboard.type("mal à la poitrine")
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    page.clock.run_for(500)
    slow.key("o")
    expect(page.locator(".desk-15")).to_be_visible()
    page.clock.run_for(500)
    hold(slow, "**/details")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))

    with page.expect_request("**/details"):
        page.keyboard.press("Enter")
    page.clock.run_for(400)

    assert page.locator(".bones").count() == 0
    expect(page.locator("#say .say")).to_be_visible()
    slow.held[-1].continue_()
    page.clock.resume()
    expect(page.locator("#taken")).to_be_visible()
